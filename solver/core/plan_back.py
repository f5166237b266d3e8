"""Reading the best week back out of the dynamic programme."""

from solver.core.jit import kernel
from solver.core.tables import FAR, WeekLimits, WeekTables
from solver.core.week import (
    NEVER,
    Memory,
    all_bits,
    fill_states,
    first_predecessor,
    gather,
    may_skip,
    stretch_bits,
    week_worth,
)


@kernel
def best_end(
    weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory
) -> tuple[float, int, int]:
    """Return the value of the best plan, and day and rank of its last shift.

    The day is -1 where it is best not to work at all; the value is below ``NEVER / 2``
    where no plan is legal.
    """
    first, last = weeks.day_of_agent[a], weeks.day_of_agent[a + 1]
    num_weeks = limits.week_min.shape[1]
    lowest = first_predecessor(weeks, a, last)
    worth, at, at_rank = NEVER, -1, -1
    if lowest < 0:
        lowest = first
        if may_skip(limits, a, 0, num_weeks, limits.carry_end[a], FAR):
            worth = 0.0
    for day in range(lowest, last):
        for rank in range(weeks.end_of_day[day + 1] - weeks.end_of_day[day]):
            found = worth_at_end(weeks, limits, a, memory, day, rank)
            if found > worth:
                worth, at, at_rank = found, day, rank
    return worth, at, at_rank


@kernel
def worth_at_end(
    weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory, day: int, rank: int
) -> float:
    """Return the best value of a plan whose last shift ends on *day* with *rank*."""
    end = weeks.end_idx[weeks.end_of_day[day] + rank]
    week, num_weeks = weeks.day_week[day], limits.week_min.shape[1]
    if not may_skip(limits, a, week + 1, num_weeks, end, FAR):
        return NEVER
    settled = stretch_bits(limits, a, week, end, FAR)
    row = weeks.end_of_day[day] + rank - weeks.end_of_day[weeks.day_of_agent[a]]
    worth = NEVER
    for c in range(limits.sizes[a, 0]):
        worth = max(worth, week_worth(limits, a, memory, row, c, settled, week))
    return worth


@kernel
def finished_state(
    limits: WeekLimits,
    a: int,
    memory: Memory,
    row: int,
    settled: int,
    week: int,
    only_run: int,
    worth: float,
) -> tuple[int, int, int]:
    """Return run, flags and paid units of a finished week of value *worth*."""
    runs, flags, paid = limits.sizes[a]
    full = all_bits(limits, a, week)
    high = min(limits.week_max[a, week], paid - 1)
    for c in range(runs):
        for f in range(flags):
            if (f | settled) & full != full or (only_run >= 0 and c != only_run):
                continue
            at = ((row * runs + c) * flags + f) * paid
            for p in range(limits.week_min[a, week], high + 1):
                if memory.best[at + p] == worth:
                    return c, f, p
    return -1, -1, -1


@kernel
def open_state(
    limits: WeekLimits,
    a: int,
    memory: Memory,
    row: int,
    bits: int,
    only_run: int,
    f: int,
    p: int,
    worth: float,
) -> tuple[int, int, int]:
    """Return the state in *row* of value *worth* that *bits* turn into flags *f*."""
    runs, flags, paid = limits.sizes[a]
    for c in range(runs):
        for old in range(flags):
            if (old | bits) & f != f or (only_run >= 0 and c != only_run):
                continue
            if memory.best[((row * runs + c) * flags + old) * paid + p] == worth:
                return c, old, p
    return -1, -1, -1


@kernel
def state_before(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    before: int,
    end_row: int,
    day: int,
    start: int,
    state: tuple[int, int, int],
    worth: float,
) -> tuple[int, int, int]:
    """Return the state at *end_row* of day *before* that led to *state*, -1 for none.

    *state* is run, flags and the paid units before the shift; *worth* is its value.
    """
    end = weeks.end_idx[end_row]
    row = end_row - weeks.end_of_day[weeks.day_of_agent[a]]
    next_date = weeks.day_ordinal[day] - weeks.day_ordinal[before] == 1
    adjacent = next_date and limits.run_cap[a] > 0
    only_run = state[0] - 1 if adjacent else -1
    if start - end < limits.rest[a] or (adjacent == (state[0] == 0)):
        return -1, -1, -1
    old, new = weeks.day_week[before], weeks.day_week[day]
    bits = stretch_bits(limits, a, new, end, start)
    if old == new:
        return open_state(
            limits, a, memory, row, bits, only_run, state[1], state[2], worth
        )
    legal = may_skip(limits, a, old + 1, new, end, start)
    if state[2] != 0 or bits & state[1] != state[1] or not legal:
        return -1, -1, -1
    settled = stretch_bits(limits, a, old, end, start)
    return finished_state(limits, a, memory, row, settled, old, only_run, worth)


@kernel
def find_before(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    day: int,
    start: int,
    state: tuple[int, int, int],
    worth: float,
) -> tuple[int, int, tuple[int, int, int]]:
    """Return day, end row and state of the shift before; day -1 if there is none."""
    lowest = max(first_predecessor(weeks, a, day), weeks.day_of_agent[a])
    for end_row in range(weeks.end_of_day[lowest], weeks.end_of_day[day]):
        before = lowest
        while weeks.end_of_day[before + 1] <= end_row:
            before += 1
        found = state_before(
            weeks, limits, a, memory, before, end_row, day, start, state, worth
        )
        if found[0] >= 0:
            return before, end_row, found
    return -1, -1, state


@kernel
def option_taken(
    weeks: WeekTables,
    limits: WeekLimits,
    a: int,
    memory: Memory,
    day: int,
    end_row: int,
    state: tuple[int, int, int],
) -> int:
    """Return the option that led to *state* at *end_row* of *day*."""
    runs, flags, paid = limits.sizes[a]
    c, f, p = state
    rank = end_row - weeks.end_of_day[day]
    base = weeks.end_of_day[weeks.day_of_agent[a]]
    worth = memory.best[(((end_row - base) * runs + c) * flags + f) * paid + p]
    for s in range(weeks.start_of_day[day], weeks.start_of_day[day + 1]):
        is_gathered = False
        for o in range(weeks.option_of_start[s], weeks.option_of_start[s + 1]):
            units = weeks.option_paid[o]
            if weeks.option_rank[o] != rank or units > p:
                continue
            if not is_gathered:
                gather(weeks, limits, a, memory, day, weeks.start_idx[s])
                is_gathered = True
            before = memory.fresh[(c * flags + f) * paid + p - units]
            if before + memory.value[o] == worth:
                return o
    return -1


@kernel
def best_week(weeks: WeekTables, limits: WeekLimits, a: int, memory: Memory) -> float:
    """Choose the best legal plan of agent *a* for the option values in *memory*.

    The options chosen are written to ``memory.choice`` (-1 for a day off). Returns the
    plan's value, or less than ``NEVER / 2`` where no plan is legal.
    """
    first, last = weeks.day_of_agent[a], weeks.day_of_agent[a + 1]
    memory.choice[first:last] = -1
    fill_states(weeks, limits, a, memory)
    total, day, rank = best_end(weeks, limits, a, memory)
    if day < 0:
        return total
    end_row = weeks.end_of_day[day] + rank
    row = end_row - weeks.end_of_day[first]
    week = weeks.day_week[day]
    settled = stretch_bits(limits, a, week, weeks.end_idx[end_row], FAR)
    state = finished_state(limits, a, memory, row, settled, week, -1, total)
    flags, paid = limits.sizes[a, 1], limits.sizes[a, 2]
    while day >= 0:
        o = option_taken(weeks, limits, a, memory, day, end_row, state)
        memory.choice[day] = o
        start = weeks.option_start[o]
        state = (state[0], state[1], state[2] - weeks.option_paid[o])
        worth = memory.fresh[(state[0] * flags + state[1]) * paid + state[2]]
        day, end_row, state = find_before(
            weeks, limits, a, memory, day, start, state, worth
        )
    return total
