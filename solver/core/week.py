"""The best legal weeks of one agent, exactly, by dynamic programming over shifts.

A state after a shift is ``[end row, run, flag, total]``: the day and end of the shift,
the run of consecutive days (or the state of the agent's machine), whether the free
stretch of the plan week is settled, and the place of the week's paid time among the
totals that shifts can add up to. ``best`` holds the highest value of any plan that ends
so.

Rest and free stretches ask that the last end lies early enough, so maxima over a day's
first ends (``upto``) answer for all of them at once. After a day off the run does not
matter, so maxima over runs (``loose``) do. Days so far back that neither depends on
the exact times are pooled (not where a machine reads the dates). Plans are read back by
finding predecessors of equal value.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel
from solver.core.tables import (
    CARRY_DATE,
    CARRY_END,
    CARRY_RUN,
    DATE,
    FIRST_DAY,
    FIRST_END,
    FIRST_START,
    FORCED,
    LOW,
    REST,
    RUN_CAP,
    RUNS,
    START,
    STRETCH_END,
    STRETCH_START,
    STRETCH_STEPS,
    SUMS,
    WEEK,
    WeekTables,
)
from wfm.domain.arrays import FloatArray, IntArray

NEVER = -1e300


class Memory(NamedTuple):
    """States of one agent's programme; *via* is the option that led to a state.

    *fresh* ``[run, flag, total]`` is what may come before a shift with a given start
    (*span*: the range of totals reached), *pool* the part of it that all starts share,
    *done* ``[end row, run, flag]`` the best of a week that may end there, *close*
    marks the days that were not pooled. ``reach[1 + before, state]`` is the machine's
    state at the present day if the days since *before* are free.
    """

    best: FloatArray
    upto: FloatArray
    loose: FloatArray
    done: FloatArray
    via: IntArray
    fresh: FloatArray
    pool: FloatArray
    span: IntArray
    close: IntArray
    reach: IntArray


def memories(tables: WeekTables) -> list[Memory]:
    """Return every agent's memory; agents of equal shape share theirs."""
    days = tables.agents[:, FIRST_DAY]
    ends = np.diff(tables.days[days, FIRST_END])
    sizes = tables.agents[:-1][:, [RUNS, SUMS]].tolist()
    most: dict[tuple[int, int], list[int]] = {}
    for a, (runs, sums) in enumerate(sizes):
        have = most.setdefault((runs, sums), [0, 0])
        have[0] = max(have[0], int(ends[a]))
        have[1] = max(have[1], int(days[a + 1] - days[a]))
    shared = {key: _memory(*key, *rows) for key, rows in most.items()}
    return [shared[runs, sums] for runs, sums in sizes]


def _memory(runs: int, sums: int, num_ends: int, num_days: int) -> Memory:
    return Memory(
        best=np.full((num_ends, runs, 2, sums), NEVER),
        upto=np.full((num_ends, runs, 2, sums), NEVER),
        loose=np.full((num_ends, 2, sums), NEVER),
        done=np.full((num_ends, runs, 2), NEVER),
        via=np.full((num_ends, runs, 2, sums), -1, dtype=np.int64),
        fresh=np.full((runs, 2, sums), NEVER),
        pool=np.full((2, sums), NEVER),
        span=np.zeros((runs, 2, 2), dtype=np.int64),
        close=np.zeros(num_days, dtype=np.int64),
        reach=np.zeros((num_days + 1, runs), dtype=np.int64),
    )


@inner_kernel
def settles(weeks: IntArray, a: int, w: int, end: int, start: int) -> bool:
    """Return whether the gap from *end* to *start* is the free stretch of week *w*."""
    low = max(end, weeks[a, w, STRETCH_START])
    high = min(start, weeks[a, w, STRETCH_END])
    return bool(high - low >= weeks[a, w, STRETCH_STEPS])


@inner_kernel
def may_skip(
    weeks: IntArray, a: int, first: int, last: int, end: int, start: int
) -> bool:
    """Return whether weeks ``first <= w < last`` may go without a shift."""
    for w in range(first, last):
        if weeks[a, w, LOW] > 0 or not settles(weeks, a, w, end, start):
            return False
    return True


@inner_kernel
def first_before(days: IntArray, first: int, day: int) -> int:
    """Return the first day that *day* may follow, -1 for the time before the plan."""
    for before in range(day - 1, first - 1, -1):
        if days[before, FORCED]:
            return before
    return -1


@inner_kernel
def merge(memory: Memory, row: int, flag: int, adjacent: bool) -> None:
    """Let the states up to end *row* be followed by a shift; *flag* settles."""
    runs, _, sums = memory.fresh.shape
    for f in range(2):
        to = f | flag
        if adjacent:
            for c in range(runs - 1):
                for i in range(sums):
                    worth = memory.upto[row, c, f, i]
                    if worth > memory.fresh[c + 1, to, i]:
                        memory.fresh[c + 1, to, i] = worth
        else:
            for i in range(sums):
                worth = memory.loose[row, f, i]
                if worth > memory.fresh[0, to, i]:
                    memory.fresh[0, to, i] = worth


@inner_kernel
def count_ends(tables: WeekTables, day: int, limit: int) -> int:
    """Return how many of the ends of *day* lie at or before *limit*."""
    first = tables.days[day, FIRST_END]
    count = 0
    while (
        first + count < tables.days[day + 1, FIRST_END]
        and tables.ends[first + count] <= limit
    ):
        count += 1
    return count


@inner_kernel
def after_same_week(
    tables: WeekTables,
    memory: Memory,
    a: int,
    before: int,
    start: int,
    count: int,
    adjacent: bool,
) -> None:
    """Let the first *count* ends of day *before* be followed by a start."""
    weeks, w = tables.weeks, tables.days[before, WEEK]
    base = tables.days[tables.agents[a, FIRST_DAY], FIRST_END]
    row = tables.days[before, FIRST_END] - base
    until = min(start, weeks[a, w, STRETCH_END])
    settled = 0
    if until - weeks[a, w, STRETCH_START] >= weeks[a, w, STRETCH_STEPS]:
        limit = until - weeks[a, w, STRETCH_STEPS]
        settled = min(count, count_ends(tables, before, limit))
    if settled < count:
        merge(memory, row + count - 1, 0, adjacent)
    if settled > 0:
        merge(memory, row + settled - 1, 1, adjacent)


@inner_kernel
def after_week_change(
    tables: WeekTables,
    memory: Memory,
    a: int,
    before: int,
    day: int,
    start: int,
    count: int,
    adjacent: bool,
) -> None:
    """Let the first *count* ends of a day of an earlier week be followed by a start."""
    weeks = tables.weeks
    old, new = tables.days[before, WEEK], tables.days[day, WEEK]
    first = tables.days[before, FIRST_END]
    base = tables.days[tables.agents[a, FIRST_DAY], FIRST_END]
    runs = memory.fresh.shape[0]
    for row in range(first, first + count):
        end = tables.ends[row]
        if not may_skip(weeks, a, old + 1, new, end, start):
            continue
        flag = 1 if settles(weeks, a, new, end, start) else 0
        low = 0 if settles(weeks, a, old, end, start) else 1
        for c in range(runs - 1 if adjacent else runs):
            to = c + 1 if adjacent else 0
            for f in range(low, 2):
                worth = memory.done[row - base, c, f]
                if worth > memory.fresh[to, flag, 0]:
                    memory.fresh[to, flag, 0] = worth


@inner_kernel
def after_carry(
    tables: WeekTables, memory: Memory, a: int, day: int, start: int
) -> None:
    """Let the shift be the first of the plan."""
    agents, weeks = tables.agents, tables.weeks
    end, w = agents[a, CARRY_END], tables.days[day, WEEK]
    if start - end < agents[a, REST] or not may_skip(weeks, a, 0, w, end, start):
        return
    run = 0
    if agents[a, RUN_CAP] > 0 and tables.days[day, DATE] - agents[a, CARRY_DATE] == 1:
        run = agents[a, CARRY_RUN]
        if run >= agents[a, RUN_CAP]:
            return
    flag = 1 if settles(weeks, a, w, end, start) else 0
    memory.fresh[run, flag, 0] = max(memory.fresh[run, flag, 0], 0.0)


@inner_kernel
def is_far(tables: WeekTables, a: int, before: int, day: int) -> bool:
    """Return whether the times of the shifts on two days of a week can't matter."""
    agents, days = tables.agents, tables.days
    w = days[day, WEEK]
    next_date = days[day, DATE] - days[before, DATE] == 1
    if days[before, WEEK] != w or (next_date and agents[a, RUN_CAP] > 0):
        return False
    early = tables.starts[days[day, FIRST_START], START]
    late = tables.starts[days[day + 1, FIRST_START] - 1, START]
    first = tables.ends[days[before, FIRST_END]]
    last = tables.ends[days[before + 1, FIRST_END] - 1]
    same = settles(tables.weeks, a, w, last, early) == settles(
        tables.weeks, a, w, first, late
    )
    return same and early - last >= agents[a, REST]


@inner_kernel
def fill_pool(tables: WeekTables, memory: Memory, a: int, day: int) -> None:
    """Pool what may come before any start on *day*; mark the days that are close."""
    days, first = tables.days, tables.agents[a, FIRST_DAY]
    early = tables.starts[days[day, FIRST_START], START]
    for f in range(2):
        for i in range(memory.pool.shape[1]):
            memory.fresh[0, f, i] = NEVER
    for before in range(max(first, first_before(days, first, day)), day):
        is_empty = days[before, FIRST_END] == days[before + 1, FIRST_END]
        far = not is_empty and is_far(tables, a, before, day)
        memory.close[before - first] = 0 if far or is_empty else 1
        if far:
            row = days[before + 1, FIRST_END] - 1
            w = days[day, WEEK]
            flag = 1 if settles(tables.weeks, a, w, tables.ends[row], early) else 0
            merge(memory, row - days[first, FIRST_END], flag, False)
    for f in range(2):
        for i in range(memory.pool.shape[1]):
            memory.pool[f, i] = memory.fresh[0, f, i]


@inner_kernel
def use_pool(memory: Memory) -> None:
    """Begin *fresh* with the pool."""
    runs, _, sums = memory.fresh.shape
    for f in range(2):
        for i in range(sums):
            memory.fresh[0, f, i] = memory.pool[f, i]
            for c in range(1, runs):
                memory.fresh[c, f, i] = NEVER


@inner_kernel
def fill_fresh(
    tables: WeekTables, memory: Memory, a: int, day: int, start: int
) -> None:
    """Fill *fresh* with the best values of what may come before a start on *day*."""
    agents, days = tables.agents, tables.days
    first = agents[a, FIRST_DAY]
    use_pool(memory)
    lowest = first_before(days, first, day)
    if lowest < 0:
        after_carry(tables, memory, a, day, start)
    for before in range(max(lowest, first), day):
        if not memory.close[before - first]:
            continue
        count = count_ends(tables, before, start - agents[a, REST])
        next_date = days[day, DATE] - days[before, DATE] == 1
        adjacent = next_date and agents[a, RUN_CAP] > 0
        if count > 0 and days[before, WEEK] == days[day, WEEK]:
            after_same_week(tables, memory, a, before, start, count, adjacent)
        elif count > 0:
            after_week_change(tables, memory, a, before, day, start, count, adjacent)
