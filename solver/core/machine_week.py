"""What may come before a shift where a machine reads the agent's dates.

Instead of a run of days, states of the programme hold the state of the agent's machine
after the shift (:mod:`solver.machines`); free dates between two shifts move it too.
"""

from solver.core.jit import inner_kernel
from solver.core.tables import (
    CARRY_END,
    CARRY_RUN,
    FIRST_DAY,
    FIRST_END,
    MOVES,
    REST,
    STRETCH_END,
    STRETCH_START,
    STRETCH_STEPS,
    WEEK,
    WeekTables,
)
from solver.core.week import (
    NEVER,
    Memory,
    count_ends,
    first_before,
    may_skip,
    settles,
)


@inner_kernel
def idle_through(tables: WeekTables, first: int, last: int, state: int) -> int:
    """Return the state after free days ``first <= day < last``, -1 if forbidden."""
    for day in range(first, last):
        if state < 0:
            return -1
        state = tables.moves[tables.days[day, MOVES], state, 0]
    return state


@inner_kernel
def fill_reach(tables: WeekTables, memory: Memory, a: int, day: int) -> None:
    """Fill *reach* for *day*: for each day before it, and the time before the plan."""
    first = tables.agents[a, FIRST_DAY]
    for state in range(memory.reach.shape[1]):
        memory.reach[day - first, state] = state
    for before in range(day - 2, first - 2, -1):
        moves = tables.days[before + 1, MOVES]
        for state in range(memory.reach.shape[1]):
            after = tables.moves[moves, state, 0]
            memory.reach[before + 1 - first, state] = (
                memory.reach[before + 2 - first, after] if after >= 0 else -1
            )


@inner_kernel
def merge_reached(
    memory: Memory, row: int, before: int, flag: int, finished: bool
) -> None:
    """Let the states up to end *row* be followed by a shift; *flag* settles.

    *before* is the day's row in *reach*. With *finished*, the week before is over:
    only whole weeks that ended in *row* go on, with no time paid yet.
    """
    for c in range(memory.reach.shape[1]):
        to = memory.reach[before, c]
        if to < 0:
            continue
        for f in range(2):
            if finished:
                worth = memory.done[row, c, f]
                memory.fresh[to, flag, 0] = max(memory.fresh[to, flag, 0], worth)
                continue
            for i in range(memory.fresh.shape[2]):
                worth = memory.upto[row, c, f, i]
                if worth > memory.fresh[to, f | flag, i]:
                    memory.fresh[to, f | flag, i] = worth


@inner_kernel
def after_day(
    tables: WeekTables, memory: Memory, a: int, before: int, start: int, count: int
) -> None:
    """Let the first *count* ends of day *before* precede a start in the same week."""
    weeks, w = tables.weeks, tables.days[before, WEEK]
    first = tables.agents[a, FIRST_DAY]
    row = tables.days[before, FIRST_END] - tables.days[first, FIRST_END]
    until = min(start, weeks[a, w, STRETCH_END])
    settled = 0
    if until - weeks[a, w, STRETCH_START] >= weeks[a, w, STRETCH_STEPS]:
        limit = until - weeks[a, w, STRETCH_STEPS]
        settled = min(count, count_ends(tables, before, limit))
    if settled < count:
        merge_reached(memory, row + count - 1, 1 + before - first, 0, False)
    if settled > 0:
        merge_reached(memory, row + settled - 1, 1 + before - first, 1, False)


@inner_kernel
def after_week(
    tables: WeekTables,
    memory: Memory,
    a: int,
    before: int,
    day: int,
    start: int,
    count: int,
) -> None:
    """Let the first *count* ends of a day of an earlier week precede a start."""
    weeks, first = tables.weeks, tables.agents[a, FIRST_DAY]
    old, new = tables.days[before, WEEK], tables.days[day, WEEK]
    base = tables.days[first, FIRST_END]
    low = tables.days[before, FIRST_END]
    for row in range(low, low + count):
        end = tables.ends[row]
        if not may_skip(weeks, a, old + 1, new, end, start):
            continue
        flag = 1 if settles(weeks, a, new, end, start) else 0
        if settles(weeks, a, old, end, start):
            merge_reached(memory, row - base, 1 + before - first, flag, True)
        else:
            merge_settled(memory, row - base, 1 + before - first, flag)


@inner_kernel
def merge_settled(memory: Memory, row: int, before: int, flag: int) -> None:
    """Let weeks that ended in *row* with their free stretch settled be followed."""
    for c in range(memory.reach.shape[1]):
        to = memory.reach[before, c]
        if to >= 0:
            worth = memory.done[row, c, 1]
            memory.fresh[to, flag, 0] = max(memory.fresh[to, flag, 0], worth)


@inner_kernel
def after_nothing(
    tables: WeekTables, memory: Memory, a: int, day: int, start: int
) -> None:
    """Let the shift be the first of the plan."""
    end, w = tables.agents[a, CARRY_END], tables.days[day, WEEK]
    state = memory.reach[0, tables.agents[a, CARRY_RUN]]
    late = start - end >= tables.agents[a, REST]
    if state >= 0 and late and may_skip(tables.weeks, a, 0, w, end, start):
        flag = 1 if settles(tables.weeks, a, w, end, start) else 0
        memory.fresh[state, flag, 0] = max(memory.fresh[state, flag, 0], 0.0)


@inner_kernel
def clear_fresh(memory: Memory) -> None:
    """Let nothing come before."""
    runs, _, sums = memory.fresh.shape
    for c in range(runs):
        for f in range(2):
            for i in range(sums):
                memory.fresh[c, f, i] = NEVER


@inner_kernel
def fill_fresh_by_machine(
    tables: WeekTables, memory: Memory, a: int, day: int, start: int
) -> None:
    """Fill *fresh* with the best values of what may come before a start on *day*."""
    days, first = tables.days, tables.agents[a, FIRST_DAY]
    clear_fresh(memory)
    lowest = first_before(days, first, day)
    if lowest < 0:
        after_nothing(tables, memory, a, day, start)
    for before in range(max(lowest, first), day):
        if days[before, FIRST_END] == days[before + 1, FIRST_END]:
            continue
        count = count_ends(tables, before, start - tables.agents[a, REST])
        if count > 0 and days[before, WEEK] == days[day, WEEK]:
            after_day(tables, memory, a, before, start, count)
        elif count > 0:
            after_week(tables, memory, a, before, day, start, count)
