"""The best legal weeks of one agent, exactly, by dynamic programming over shifts.

The state after a shift is: its day, the rank of its end among the day's ends, the run
of consecutive days, which free stretches of the current plan week are settled, and the
paid units of that week. ``best[day][rank, run, flags, paid]`` is the highest value of
any plan that ends so. Both the rest before a start and the free stretches ask that the
last end lies early enough, so maxima over the first ranks (*upto*) answer for all ends
at once; a day off needs no run, so maxima over runs (*loose*) do for all but the day
before. Reading the plan back finds each predecessor by its exact value.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import kernel
from solver.core.tables import CostTables, WeekLimits, WeekTables
from wfm.domain.arrays import FloatArray, IntArray

NEVER = -1e300


def state_size(weeks: WeekTables, limits: WeekLimits) -> int:
    """Return the number of states of the agent that has most."""
    most = 1
    days = weeks.day_of_agent
    for a, (runs, flags, paid) in enumerate(limits.sizes.tolist()):
        ends = weeks.end_of_day[days[a + 1]] - weeks.end_of_day[days[a]]
        most = max(most, int(ends) * runs * flags * paid)
    return most


@kernel
def stretch_bits(limits: WeekLimits, a: int, w: int, end: int, start: int) -> int:
    """Return the flags of week *w* that the gap from *end* to *start* settles."""
    bits = 0
    first = limits.stretch_of_week[a, w]
    for i in range(first, limits.stretch_of_week[a, w + 1]):
        low = max(end, limits.stretch_start[i])
        high = min(start, limits.stretch_end[i])
        if high - low >= limits.stretch_steps[i]:
            bits |= 1 << (i - first)
    return bits


@kernel
def all_bits(limits: WeekLimits, a: int, w: int) -> int:
    """Return the flags that week *w* must have settled."""
    count = limits.stretch_of_week[a, w + 1] - limits.stretch_of_week[a, w]
    return (1 << count) - 1


@kernel
def may_skip(
    limits: WeekLimits, a: int, first: int, last: int, end: int, start: int
) -> bool:
    """Return whether weeks ``first <= w < last`` may go without a shift."""
    for w in range(first, last):
        full = all_bits(limits, a, w)
        if limits.week_min[a, w] > 0:
            return False
        if stretch_bits(limits, a, w, end, start) != full:
            return False
    return True


@kernel
def price_windows(
    weeks: WeekTables,
    day: int,
    paid: FloatArray,
    unpaid: FloatArray,
    window_value: FloatArray,
    window_at: IntArray,
) -> None:
    """Place each break of *day* where the work it takes is worth least.

    *paid* and *unpaid* ``[t]`` are running totals of what a step at work is worth
    above a paid and an unpaid break.
    """
    for i in range(weeks.window_of_day[day], weeks.window_of_day[day + 1]):
        steps = weeks.window_steps[i]
        worth = paid if weeks.window_paid[i] else unpaid
        least = 1e300
        for b in range(weeks.window_first[i], weeks.window_last[i] + 1):
            lost = worth[b + steps] - worth[b]
            if lost < least:
                least = lost
                window_at[i] = b
        window_value[i] = least


@kernel
def price_options(
    weeks: WeekTables,
    costs: CostTables,
    a: int,
    gain: FloatArray,
    present: FloatArray,
    totals: FloatArray,
    window_value: FloatArray,
    window_at: IntArray,
    value: FloatArray,
) -> None:
    """Set the *value* of every option of agent *a*.

    *gain* ``[t]`` is what a step at work is worth, *present* ``[t]`` what a step on
    shift is worth on top of it.
    *totals* ``[3, t + 1]`` is scratch; *window_at* receives the break starts.
    """
    first, last = weeks.day_of_agent[a], weeks.day_of_agent[a + 1]
    for t in range(gain.shape[0]):
        work = gain[t] - costs.working[a, t]
        totals[1, t + 1] = totals[1, t] + work
        totals[2, t + 1] = totals[2, t] + work - costs.paid[a, t]
        shown = work + present[t] - costs.paid[a, t] - costs.on_shift[a, t]
        totals[0, t + 1] = totals[0, t] + shown
    for day in range(first, last):
        price_windows(weeks, day, totals[1], totals[2], window_value, window_at)
        begin = weeks.option_of_start[weeks.start_of_day[day]]
        end = weeks.option_of_start[weeks.start_of_day[day + 1]]
        for o in range(begin, end):
            worth = totals[0, weeks.option_end[o]] - totals[0, weeks.option_start[o]]
            for b in range(weeks.break_of_option[o], weeks.break_of_option[o + 1]):
                worth -= window_value[weeks.break_window[b]]
            value[o] = worth


class Memory(NamedTuple):
    """Scratch of one dynamic programme; see the module for *best*, *upto*, *loose*.

    *fresh* are the states before a shift with a given start: ``[run, flags, paid]``
    as they will be after it, paid units of the shift not yet added. *alive* are the
    first and last paid units that can be reached in each row of *fresh*.
    """

    best: FloatArray
    upto: FloatArray
    loose: FloatArray
    fresh: FloatArray
    alive: IntArray
    value: FloatArray
    totals: FloatArray
    window_value: FloatArray
    window_at: IntArray
    choice: IntArray


def new_memory(weeks: WeekTables, limits: WeekLimits, num_steps: int) -> Memory:
    """Return scratch that is large enough for every agent."""
    size = state_size(weeks, limits)
    rows = int(limits.sizes.prod(axis=1).max(initial=1))
    return Memory(
        best=np.empty(size),
        upto=np.empty(size),
        loose=np.empty(size),
        fresh=np.empty(rows),
        alive=np.empty((rows, 2), dtype=np.int64),
        value=np.zeros(len(weeks.option_end)),
        totals=np.zeros((3, num_steps + 1)),
        window_value=np.zeros(len(weeks.window_first)),
        window_at=np.zeros(len(weeks.window_first), dtype=np.int64),
        choice=np.full(len(weeks.day_ordinal), -1, dtype=np.int64),
    )


@kernel
def raise_row(
    target: FloatArray, to: int, source: FloatArray, at: int, count: int
) -> None:
    """Raise ``target[to:to + count]`` to at least ``source[at:at + count]``."""
    for p in range(count):
        if source[at + p] > target[to + p]:
            target[to + p] = source[at + p]


@kernel
def merge(
    limits: WeekLimits, a: int, memory: Memory, row: int, bits: int, adjacent: bool
) -> None:
    """Let the states up to end row *row* (of the agent) be followed by a shift."""
    runs, flags, paid = limits.sizes[a]
    for f in range(flags):
        if adjacent:
            for c in range(runs - 1):
                at = ((row * runs + c) * flags + f) * paid
                to = ((c + 1) * flags + (f | bits)) * paid
                raise_row(memory.fresh, to, memory.upto, at, paid)
        else:
            at = (row * flags + f) * paid
            raise_row(memory.fresh, (f | bits) * paid, memory.loose, at, paid)


@kernel
def after_same_week(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    before: int,
    start: int,
    count: int,
    adjacent: bool,
) -> None:
    """Let the first *count* ends of day *before* be followed by a start."""
    week = weeks.day_week[before]
    first = weeks.end_of_day[before]
    row = first - weeks.end_of_day[weeks.day_of_agent[a]]
    most = stretch_bits(limits, a, week, weeks.end_idx[first], start)
    last = -1
    for rank in range(count - 1, -1, -1):
        bits = stretch_bits(limits, a, week, weeks.end_idx[first + rank], start)
        if bits != last:
            merge(limits, a, memory, row + rank, bits, adjacent)
            last = bits
        if bits == most:
            break


@kernel
def after_week_change(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    before: int,
    day: int,
    start: int,
    count: int,
    adjacent: bool,
) -> None:
    """Let the first *count* ends of a day of an earlier week be followed by a start."""
    runs, flags, paid = limits.sizes[a]
    old, new = weeks.day_week[before], weeks.day_week[day]
    first = weeks.end_of_day[before]
    base = first - weeks.end_of_day[weeks.day_of_agent[a]]
    for rank in range(count):
        end = weeks.end_idx[first + rank]
        if not may_skip(limits, a, old + 1, new, end, start):
            continue
        settled = stretch_bits(limits, a, old, end, start)
        bits = stretch_bits(limits, a, new, end, start)
        for c in range(runs - 1 if adjacent else runs):
            worth = week_worth(limits, a, memory, base + rank, c, settled, old)
            to = (((c + 1) if adjacent else 0) * flags + bits) * paid
            if worth > memory.fresh[to]:
                memory.fresh[to] = worth


@kernel
def week_worth(
    limits: WeekLimits,
    a: int,
    memory: Memory,
    row: int,
    c: int,
    settled: int,
    week: int,
) -> float:
    """Return the best value of a finished *week* whose last shift ends in *row*."""
    runs, flags, paid = limits.sizes[a]
    full = all_bits(limits, a, week)
    worth = NEVER
    high = min(limits.week_max[a, week], paid - 1)
    for f in range(flags):
        if (f | settled) & full == full:
            at = ((row * runs + c) * flags + f) * paid
            for p in range(limits.week_min[a, week], high + 1):
                worth = max(worth, memory.best[at + p])
    return worth


@kernel
def after_carry(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    day: int,
    start: int,
) -> None:
    """Let the shift be the first of the plan."""
    flags, paid = limits.sizes[a, 1], limits.sizes[a, 2]
    end = limits.carry_end[a]
    week = weeks.day_week[day]
    if start - end < limits.rest[a] or not may_skip(limits, a, 0, week, end, start):
        return
    run = 0
    if weeks.day_ordinal[day] - limits.carry_ordinal[a] == 1:
        run = limits.carry_run[a]
    cap = limits.run_cap[a]
    if cap > 0 and run >= cap:
        return
    bits = stretch_bits(limits, a, week, end, start)
    memory.fresh[((run if cap > 0 else 0) * flags + bits) * paid] = 0.0


@kernel
def first_predecessor(weeks: WeekTables, a: int, day: int) -> int:
    """Return the first day that *day* may follow, -1 for the time before the plan."""
    for before in range(day - 1, weeks.day_of_agent[a] - 1, -1):
        if weeks.day_forced[before]:
            return before
    return -1


@kernel
def ends_before(weeks: WeekTables, day: int, limit: int) -> int:
    """Return how many of the ends of *day* lie at or before *limit*."""
    count = 0
    for i in range(weeks.end_of_day[day], weeks.end_of_day[day + 1]):
        if weeks.end_idx[i] > limit:
            break
        count += 1
    return count


@kernel
def gather(
    weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory, day: int, start: int
) -> None:
    """Fill *fresh* with the best values of what may come before a start on *day*."""
    runs, flags, paid = limits.sizes[a]
    memory.fresh[: runs * flags * paid] = NEVER
    lowest = first_predecessor(weeks, a, day)
    if lowest < 0:
        after_carry(weeks, limits, a, memory, day, start)
        lowest = weeks.day_of_agent[a]
    for before in range(lowest, day):
        count = ends_before(weeks, before, start - limits.rest[a])
        if count == 0:
            continue
        next_date = weeks.day_ordinal[day] - weeks.day_ordinal[before] == 1
        adjacent = next_date and limits.run_cap[a] > 0
        if weeks.day_week[before] == weeks.day_week[day]:
            after_same_week(weeks, limits, a, memory, before, start, count, adjacent)
        else:
            after_week_change(
                weeks, limits, a, memory, before, day, start, count, adjacent
            )


@kernel
def find_alive(limits: WeekLimits, a: int, memory: Memory) -> None:
    """Note which paid units each row of *fresh* reaches."""
    runs, flags, paid = limits.sizes[a]
    for row in range(runs * flags):
        low, high = paid, -1
        for p in range(paid):
            if memory.fresh[row * paid + p] > 0.5 * NEVER:
                low = min(low, p)
                high = p
        memory.alive[row, 0] = low
        memory.alive[row, 1] = high


@kernel
def spread(
    weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory, day: int, o: int
) -> None:
    """Add option *o* to all states in *fresh*."""
    runs, flags, paid = limits.sizes[a]
    end_row = weeks.end_of_day[day] + weeks.option_rank[o]
    base = (end_row - weeks.end_of_day[weeks.day_of_agent[a]]) * runs * flags
    units, worth = weeks.option_paid[o], memory.value[o]
    most = min(limits.week_max[a, weeks.day_week[day]], paid - 1) - units
    for row in range(runs * flags):
        at = row * paid
        to = (base + row) * paid + units
        for p in range(memory.alive[row, 0], min(memory.alive[row, 1], most) + 1):
            total = memory.fresh[at + p] + worth
            if total > memory.best[to + p]:
                memory.best[to + p] = total


@kernel
def accumulate(
    weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory, day: int
) -> None:
    """Fill *upto* and *loose* for the ends of *day*."""
    runs, flags, paid = limits.sizes[a]
    base = weeks.end_of_day[weeks.day_of_agent[a]]
    first = weeks.end_of_day[day] - base
    width, block = flags * paid, runs * flags * paid
    for row in range(first, weeks.end_of_day[day + 1] - base):
        memory.upto[row * block : (row + 1) * block] = memory.best[
            row * block : (row + 1) * block
        ]
        if row > first:
            raise_row(memory.upto, row * block, memory.upto, (row - 1) * block, block)
        memory.loose[row * width : (row + 1) * width] = memory.upto[
            row * block : row * block + width
        ]
        for c in range(1, runs):
            at = row * block + c * width
            raise_row(memory.loose, row * width, memory.upto, at, width)


@kernel
def fill_states(weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory) -> None:
    """Run the dynamic programme forwards."""
    base = weeks.end_of_day[weeks.day_of_agent[a]]
    block = limits.sizes[a, 0] * limits.sizes[a, 1] * limits.sizes[a, 2]
    for day in range(weeks.day_of_agent[a], weeks.day_of_agent[a + 1]):
        low, high = weeks.end_of_day[day] - base, weeks.end_of_day[day + 1] - base
        memory.best[low * block : high * block] = NEVER
        for s in range(weeks.start_of_day[day], weeks.start_of_day[day + 1]):
            gather(weeks, limits, a, memory, day, weeks.start_idx[s])
            find_alive(limits, a, memory)
            for o in range(weeks.option_of_start[s], weeks.option_of_start[s + 1]):
                spread(weeks, limits, a, memory, day, o)
        accumulate(weeks, limits, a, memory, day)
