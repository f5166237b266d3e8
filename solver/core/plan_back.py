"""Reading the best week back out of the dynamic programme."""

from solver.core.hours import price_of_total
from solver.core.jit import inner_kernel, kernel
from solver.core.machine_week import idle_through
from solver.core.tables import (
    BEYOND,
    BY_MACHINE,
    CARRY_END,
    CARRY_RUN,
    DATE,
    FAR,
    FIRST_DAY,
    FIRST_END,
    HIGH,
    JUMP,
    LETTER,
    LOW,
    MOVES,
    OPTION_START,
    REST,
    RUN_CAP,
    WEEK,
    WeekTables,
)
from solver.core.week import NEVER, Memory, first_before, may_skip, settles
from solver.core.week_fill import fill_states
from wfm.domain.arrays import FloatArray, IntArray


@inner_kernel
def may_rest(tables: WeekTables, a: int, first: int, last: int, state: int) -> bool:
    """Return whether the agent's machine lets the days ``first <= day < last`` be free.

    *state* is its state before them; without a machine they may.
    """
    if tables.agents[a, RUN_CAP] != BY_MACHINE:
        return True
    return bool(idle_through(tables, first, last, state) >= 0)


@inner_kernel
def best_end(tables: WeekTables, memory: Memory, a: int) -> tuple[float, int, int, int]:
    """Return the value of the best plan; day, end row and run of its last shift.

    The day is -1 where it is best not to work at all; the value is below ``NEVER / 2``
    where no plan is legal.
    """
    days, weeks, num_weeks = tables.days, tables.weeks, tables.weeks.shape[1]
    first, last = tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]
    lowest = first_before(days, first, last)
    best, at, at_row, run = NEVER, -1, -1, 0
    state = tables.agents[a, CARRY_RUN]
    idle = lowest < 0 and may_rest(tables, a, first, last, state)
    if idle and may_skip(weeks, a, 0, num_weeks, tables.agents[a, CARRY_END], FAR):
        best = 0.0
    for day in range(max(first, lowest), last):
        w = days[day, WEEK]
        for row in range(days[day, FIRST_END], days[day + 1, FIRST_END]):
            end = tables.ends[row]
            if may_skip(weeks, a, w + 1, num_weeks, end, FAR):
                low = 0 if settles(weeks, a, w, end, FAR) else 1
                done = memory.done[row - days[first, FIRST_END]]
                for c in range(memory.done.shape[1]):
                    worth = done[c, 1] if low else max(done[c, 0], done[c, 1])
                    if worth > best and may_rest(tables, a, day + 1, last, c):
                        best, at, at_row, run = worth, day, row, c
    return best, at, at_row, run


@inner_kernel
def finished_state(
    tables: WeekTables,
    memory: Memory,
    row: int,
    week: IntArray,
    low: int,
    c: int,
    plus: float,
    worth: float,
) -> tuple[int, int, int]:
    """Return the state in *row* of a week that may end so and, with *plus*, is *worth*.

    *week* are the limits of the agent's week, *low* the least flag, *c* the run (-1:
    any).
    """
    for run in range(memory.best.shape[1]):
        if c < 0 or run == c:
            for f in range(low, 2):
                for i in range(week[LOW], week[HIGH]):
                    done = memory.best[row, run, f, i]
                    done -= price_of_total(tables, week[BEYOND], i)
                    if done + plus == worth:
                        return run, f, i
    return -1, -1, -1


@inner_kernel
def open_state(
    memory: Memory, row: int, low: int, c: int, i: int, plus: float, worth: float
) -> tuple[int, int, int]:
    """Return the state in *row* that, with *plus*, is *worth* (total *i*)."""
    for run in range(memory.best.shape[1]):
        if c < 0 or run == c:
            for f in range(low, 2):
                if memory.best[row, run, f, i] + plus == worth:
                    return run, f, i
    return -1, -1, -1


@inner_kernel
def state_before(
    tables: WeekTables,
    memory: Memory,
    a: int,
    day: int,
    o: int,
    before: int,
    end_row: int,
    c: int,
    state: tuple[int, int, int],
    plus: float,
    worth: float,
) -> tuple[int, int, int]:
    """Return the state at *end_row* of day *before* that led to *state* (-1: none).

    *c* is its run (-1: any); *state* is run, flag and the total before option *o*,
    which is worth *plus*.
    """
    days, weeks, agents = tables.days, tables.weeks, tables.agents
    start, end = tables.options[o, OPTION_START], tables.ends[end_row]
    if start - end < agents[a, REST]:
        return -1, -1, -1
    row = end_row - days[agents[a, FIRST_DAY], FIRST_END]
    old, new = days[before, WEEK], days[day, WEEK]
    needs = state[1] == 1 and not settles(weeks, a, new, end, start)
    if old == new:
        return open_state(memory, row, 1 if needs else 0, c, state[2], plus, worth)
    if needs or state[2] > 0 or not may_skip(weeks, a, old + 1, new, end, start):
        return -1, -1, -1
    low = 0 if settles(weeks, a, old, end, start) else 1
    return finished_state(tables, memory, row, weeks[a, old], low, c, plus, worth)


@inner_kernel
def run_before(
    tables: WeekTables, a: int, day: int, o: int, before: int, c: int, run: int
) -> bool:
    """Return whether run *c* (-1: any) after day *before* leads to *run* after *o*."""
    if tables.agents[a, RUN_CAP] == BY_MACHINE:
        state = idle_through(tables, before + 1, day, c) if c >= 0 else -1
        moves = tables.days[day, MOVES]
        return bool(
            state >= 0 and tables.moves[moves, state, tables.options[o, LETTER]] == run
        )
    next_date = tables.days[day, DATE] - tables.days[before, DATE] == 1
    if next_date and tables.agents[a, RUN_CAP] > 0:
        return run > 0 and c == run - 1
    return run == 0 and c == -1


@inner_kernel
def find_before(
    tables: WeekTables,
    memory: Memory,
    a: int,
    day: int,
    o: int,
    state: tuple[int, int, int],
    plus: float,
    worth: float,
) -> tuple[int, int, tuple[int, int, int]]:
    """Return day, end row and state of the shift before; day -1 if there is none."""
    days, first = tables.days, tables.agents[a, FIRST_DAY]
    for before in range(max(first, first_before(days, first, day)), day):
        for c in range(-1, memory.best.shape[1]):
            if not run_before(tables, a, day, o, before, c, state[0]):
                continue
            for end_row in range(days[before, FIRST_END], days[before + 1, FIRST_END]):
                found = state_before(
                    tables, memory, a, day, o, before, end_row, c, state, plus, worth
                )
                if found[0] >= 0:
                    return before, end_row, found
    return -1, -1, state


@kernel
def read_back(
    tables: WeekTables, memory: Memory, a: int, value: FloatArray, choice: IntArray
) -> float:
    """Write the best plan to *choice* and return its value (after the programme)."""
    first = tables.agents[a, FIRST_DAY]
    for day in range(first, tables.agents[a + 1, FIRST_DAY]):
        choice[day] = -1
    total, day, end_row, run = best_end(tables, memory, a)
    if day < 0:
        return total
    base, w = tables.days[first, FIRST_END], tables.days[day, WEEK]
    low = 0 if settles(tables.weeks, a, w, tables.ends[end_row], FAR) else 1
    state = finished_state(
        tables, memory, end_row - base, tables.weeks[a, w], low, run, 0.0, total
    )
    while day >= 0:
        c, f, i = state
        o = memory.via[end_row - base, c, f, i]
        worth = memory.best[end_row - base, c, f, i]
        choice[day] = o
        before = 0
        while tables.jumps[tables.options[o, JUMP], before] != i:
            before += 1
        day, end_row, state = find_before(
            tables, memory, a, day, o, (c, f, before), value[o], worth
        )
    return total


def best_week(
    tables: WeekTables, memory: Memory, a: int, value: FloatArray, choice: IntArray
) -> float:
    """Choose the best legal plan of agent *a* for the given *value* of every option.

    The options chosen are written to *choice* (-1 for a day off). Returns the plan's
    value, or less than ``NEVER / 2`` where no plan is legal.
    """
    fill_states(tables, memory, a, value)
    return float(read_back(tables, memory, a, value, choice))
