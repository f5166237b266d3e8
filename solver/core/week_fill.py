"""The week programme run forwards: states of each date from those before it."""

from solver.core.hours import price_of_total
from solver.core.jit import inner_kernel, kernel
from solver.core.machine_week import fill_fresh_by_machine, fill_reach
from solver.core.tables import (
    BEYOND,
    BY_MACHINE,
    END_ROW,
    FIRST_DAY,
    FIRST_END,
    FIRST_OPTION,
    FIRST_START,
    HIGH,
    JUMP,
    LETTER,
    LIKE,
    LOW,
    MOVES,
    RUN_CAP,
    START,
    WEEK,
    WeekTables,
)
from solver.core.week import NEVER, Memory, fill_fresh, fill_pool
from wfm.domain.arrays import FloatArray


@inner_kernel
def find_span(memory: Memory) -> None:
    """Note which totals each row of *fresh* reaches."""
    runs, _, sums = memory.fresh.shape
    for c in range(runs):
        for f in range(2):
            low, high = 0, sums
            while low < sums and memory.fresh[c, f, low] < 0.5 * NEVER:
                low += 1
            while high > low and memory.fresh[c, f, high - 1] < 0.5 * NEVER:
                high -= 1
            memory.span[c, f, 0] = low
            memory.span[c, f, 1] = high


@inner_kernel
def spread(
    tables: WeekTables, memory: Memory, a: int, day: int, o: int, worth: float
) -> None:
    """Add option *o* of value *worth* to all states in *fresh*."""
    base = tables.days[tables.agents[a, FIRST_DAY], FIRST_END]
    row, jump = tables.options[o, END_ROW] - base, tables.options[o, JUMP]
    high = tables.weeks[a, tables.days[day, WEEK], HIGH]
    by_machine = tables.agents[a, RUN_CAP] == BY_MACHINE
    moves, letter = tables.days[day, MOVES], tables.options[o, LETTER]
    for before in range(memory.fresh.shape[0]):
        c = tables.moves[moves, before, letter] if by_machine else before
        if c < 0:
            continue
        for f in range(2):
            for i in range(memory.span[before, f, 0], memory.span[before, f, 1]):
                to = tables.jumps[jump, i]
                if 0 <= to < high:
                    total = memory.fresh[before, f, i] + worth
                    if total > memory.best[row, c, f, to]:
                        memory.best[row, c, f, to] = total
                        memory.via[row, c, f, to] = o


@inner_kernel
def best_like(tables: WeekTables, value: FloatArray, first: int, last: int) -> int:
    """Return the best of the options up to *last* that are like option *first*."""
    best = first
    for o in range(first + 1, last):
        if tables.options[o, LIKE] == first and value[o] > value[best]:
            best = o
    return best


@inner_kernel
def accumulate(tables: WeekTables, memory: Memory, a: int, day: int) -> None:
    """Fill *upto*, *loose* and *done* for the ends of *day*."""
    base = tables.days[tables.agents[a, FIRST_DAY], FIRST_END]
    first, last = tables.days[day, FIRST_END], tables.days[day + 1, FIRST_END]
    low = tables.weeks[a, tables.days[day, WEEK], LOW]
    high = tables.weeks[a, tables.days[day, WEEK], HIGH]
    beyond = tables.weeks[a, tables.days[day, WEEK], BEYOND]
    runs, _, sums = memory.fresh.shape
    for row in range(first - base, last - base):
        for f in range(2):
            for i in range(sums):
                memory.loose[row, f, i] = NEVER
            for c in range(runs):
                done = NEVER
                for i in range(sums):
                    worth = memory.best[row, c, f, i]
                    if low <= i < high:
                        done = max(done, worth - price_of_total(tables, beyond, i))
                    if row > first - base:
                        worth = max(worth, memory.upto[row - 1, c, f, i])
                    memory.upto[row, c, f, i] = worth
                    memory.loose[row, f, i] = max(memory.loose[row, f, i], worth)
                memory.done[row, c, f] = done


@inner_kernel
def clear_best(tables: WeekTables, memory: Memory, a: int, day: int) -> None:
    """Forget all states of *day*."""
    base = tables.days[tables.agents[a, FIRST_DAY], FIRST_END]
    runs, _, sums = memory.fresh.shape
    first, last = tables.days[day, FIRST_END], tables.days[day + 1, FIRST_END]
    for row in range(first - base, last - base):
        for c in range(runs):
            for i in range(sums):
                memory.best[row, c, 0, i] = NEVER
                memory.best[row, c, 1, i] = NEVER


@inner_kernel
def look_back(tables: WeekTables, memory: Memory, a: int, day: int) -> None:
    """Note what all starts on *day* have in common about the days before."""
    if tables.agents[a, RUN_CAP] == BY_MACHINE:
        fill_reach(tables, memory, a, day)
    else:
        fill_pool(tables, memory, a, day)


@inner_kernel
def find_fresh(
    tables: WeekTables, memory: Memory, a: int, day: int, start: int
) -> None:
    """Find the best values of what may come before a start on *day*."""
    if tables.agents[a, RUN_CAP] == BY_MACHINE:
        fill_fresh_by_machine(tables, memory, a, day, start)
    else:
        fill_fresh(tables, memory, a, day, start)
    find_span(memory)


@kernel
def fill_states(tables: WeekTables, memory: Memory, a: int, value: FloatArray) -> None:
    """Run the programme forwards; *value* is what each option is worth."""
    days, starts = tables.days, tables.starts
    for day in range(tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]):
        if days[day, FIRST_END] == days[day + 1, FIRST_END]:
            continue
        clear_best(tables, memory, a, day)
        look_back(tables, memory, a, day)
        for s in range(days[day, FIRST_START], days[day + 1, FIRST_START]):
            find_fresh(tables, memory, a, day, starts[s, START])
            last = starts[s + 1, FIRST_OPTION]
            for o in range(starts[s, FIRST_OPTION], last):
                if tables.options[o, LIKE] == o:
                    best = best_like(tables, value, o, last)
                    spread(tables, memory, a, day, best, value[best])
        accumulate(tables, memory, a, day)
