"""Kernels: single shifts of many named people, placed again and again by annealing.

A move takes one shift of one person out and puts the best one in its place: on the same
date or on another of the week, of any length, its breaks where work is worth least.
With one head out, what a head is worth at each step is exact, so the best shift is.
Whatever binds the person's dates together is judged on the whole plan (:func:`is_legal`
reads the tables of the week programme); the bonds between people are priced.
"""

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.presence import off_row
from solver.core.slots import HEAD, slot_cost
from solver.core.tables import (
    AT_WORK,
    FIRST_BREAK,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    FIRST_WINDOW,
    FORCED,
    IS_HOME,
    ON_SHIFT,
    ON_SITE,
    OPTION_END,
    OPTION_START,
    ROW,
    ROW_END,
    ROW_HIGH,
    ROW_LOW,
    ROW_START,
    WINDOW_FIRST,
    WINDOW_LAST,
    WINDOW_PAID,
    WINDOW_STEPS,
    WeekTables,
)
from solver.tours.crowd_tables import (
    NONE,
    CrowdScratch,
    CrowdState,
    CrowdTables,
    count_shift,
)
from solver.tours.legal import is_legal
from wfm.domain.arrays import IntArray

NEVER = -1e300
ELSEWHERE = 0.15
"""Part of the moves that try another date."""


@inner_kernel
def draw(random: IntArray) -> float:
    """Return a number in 0..1 (Park and Miller 1988, doi:10.1145/63039.63042)."""
    random[0] = random[0] * 48271 % 2147483647
    return float(random[0]) / 2147483647.0


@inner_kernel
def find_worth(
    tables: CrowdTables,
    state: CrowdState,
    scratch: CrowdScratch,
    a: int,
    first: int,
    last: int,
) -> None:
    """Set what one more head of type a is worth at steps *first* to *last*."""
    g = tables.need.group_of_agent[a]
    k, idle = tables.cover.component_of_group[g], tables.need.idle_price
    for t in range(first, last):
        scratch.gain[t] = scratch.present[t] = scratch.seated[t] = 0.0
        if tables.need.window[0] <= t < tables.need.window[1]:
            if k < 0:
                scratch.gain[t] = -HEAD * idle
            else:
                more = slot_cost(tables.cover, state.heads, idle, k, t, g)
                scratch.gain[t] = state.heads.cost[k, t] - more


@inner_kernel
def add_rows(
    tables: CrowdTables,
    state: CrowdState,
    scratch: CrowdScratch,
    a: int,
    first: int,
    last: int,
) -> None:
    """Add what one more head of type a is worth to its rows."""
    rows, price = tables.rows, tables.price
    for i in range(rows.of_agent[a], rows.of_agent[a + 1]):
        r = rows.members[i, ROW]
        low, high = rows.rows[r, ROW_LOW], rows.rows[r, ROW_HIGH]
        shift, work = rows.members[i, ON_SHIFT], rows.members[i, AT_WORK]
        site = rows.members[i, ON_SITE]
        for t in range(
            max(first, rows.rows[r, ROW_START]), min(last, rows.rows[r, ROW_END])
        ):
            count = state.in_rows[r, t]
            now, off = off_row(count, low, high), off_row(count + shift, low, high)
            scratch.seated[t] += price * (now - off_row(count + site, low, high))
            scratch.present[t] += price * (now - off)
            scratch.gain[t] += price * (off - off_row(count + shift + work, low, high))


@inner_kernel
def sum_worth(
    tables: CrowdTables, scratch: CrowdScratch, a: int, first: int, last: int
) -> None:
    """Sum up: a shift, work above a paid and an unpaid break, a seat."""
    costs, totals = tables.costs, scratch.totals
    for kind in range(4):
        totals[kind, first] = 0.0
    for t in range(first, last):
        work = scratch.gain[t] - costs.working[a, t]
        shift = scratch.present[t] - costs.on_shift[a, t] - costs.paid[a, t]
        totals[0, t + 1] = totals[0, t] + work + shift
        totals[1, t + 1] = totals[1, t] + work
        totals[2, t + 1] = totals[2, t] + work - costs.paid[a, t]
        totals[3, t + 1] = totals[3, t] + scratch.seated[t]


@inner_kernel
def price_windows(
    tables: WeekTables, scratch: CrowdScratch, first: int, last: int
) -> None:
    """Place each break where the work it takes is worth least."""
    for i in range(first, last):
        steps = tables.windows[i, WINDOW_STEPS]
        row = 1 if tables.windows[i, WINDOW_PAID] else 2
        least, at = 1e300, 0
        for b in range(
            tables.windows[i, WINDOW_FIRST], tables.windows[i, WINDOW_LAST] + 1
        ):
            lost = scratch.totals[row, b + steps] - scratch.totals[row, b]
            if lost < least:
                least, at = lost, b
        scratch.least[i], scratch.break_at[i] = least, at


@inner_kernel
def value_of_shift(tables: CrowdTables, scratch: CrowdScratch, o: int) -> float:
    """Return what option o is worth before breaks."""
    options, totals = tables.weeks.options, scratch.totals
    start, end = options[o, OPTION_START], options[o, OPTION_END]
    value = totals[0, end] - totals[0, start] - tables.costs.fixed[o]
    if not options[o, IS_HOME]:
        value += totals[3, end] - totals[3, start]
    return float(value)


@inner_kernel
def value_of(tables: CrowdTables, scratch: CrowdScratch, o: int) -> float:
    """Return what option o is worth with the best breaks."""
    weeks, value = tables.weeks, value_of_shift(tables, scratch, o)
    for b in range(weeks.options[o, FIRST_BREAK], weeks.options[o + 1, FIRST_BREAK]):
        value -= scratch.least[weeks.breaks[b]]
    return float(value)


@inner_kernel
def value_of_old(tables: CrowdTables, scratch: CrowdScratch, o: int) -> float:
    """Return what option o is worth with the breaks it had."""
    weeks, value = tables.weeks, value_of_shift(tables, scratch, o)
    first = weeks.options[o, FIRST_BREAK]
    for b in range(first, weeks.options[o + 1, FIRST_BREAK]):
        window, at = weeks.breaks[b], scratch.old_taken[b - first]
        row = 1 if weeks.windows[window, WINDOW_PAID] else 2
        to = at + weeks.windows[window, WINDOW_STEPS]
        value -= scratch.totals[row, to] - scratch.totals[row, at]
    return float(value)


@inner_kernel
def span_of_day(tables: WeekTables, day: int) -> tuple[int, int]:
    """Return the steps that shifts of a date may touch, none: 0, 0."""
    first = tables.starts[tables.days[day, FIRST_START], FIRST_OPTION]
    last = tables.starts[tables.days[day + 1, FIRST_START], FIRST_OPTION]
    if first == last:
        return 0, 0
    end = 0
    for o in range(first, last):
        end = max(end, tables.options[o, OPTION_END])
    return int(tables.options[first, OPTION_START]), int(end)


@inner_kernel
def weigh(
    tables: CrowdTables, state: CrowdState, scratch: CrowdScratch, a: int, day: int
) -> None:
    """Find what shifts of *day* are worth to somebody of type a who is counted out."""
    first, last = span_of_day(tables.weeks, day)
    find_worth(tables, state, scratch, a, first, last)
    add_rows(tables, state, scratch, a, first, last)
    sum_worth(tables, scratch, a, first, last)
    windows = tables.weeks.days
    price_windows(
        tables.weeks,
        scratch,
        windows[day, FIRST_WINDOW],
        windows[day + 1, FIRST_WINDOW],
    )


@inner_kernel
def choose(
    tables: CrowdTables,
    state: CrowdState,
    scratch: CrowdScratch,
    p: int,
    d: int,
    noise: float,
) -> float:
    """Choose the person's best legal shift on date d, or none; return its value.

    Up to *noise* is added at random to what each is worth. ``NEVER``: none is legal.
    """
    weeks, a = tables.weeks, tables.type_of[p]
    day = weeks.agents[a, FIRST_DAY] + d
    state.choice[p, d] = NONE
    best, best_o, found = NEVER, NONE, NEVER
    if is_legal(weeks, a, state.choice, p):
        best, found = noise * draw(state.random), 0.0
    for o in range(
        weeks.starts[weeks.days[day, FIRST_START], FIRST_OPTION],
        weeks.starts[weeks.days[day + 1, FIRST_START], FIRST_OPTION],
    ):
        value = value_of(tables, scratch, o)
        drawn = value + noise * draw(state.random)
        if drawn > best:
            state.choice[p, d] = o
            if is_legal(weeks, a, state.choice, p):
                best, best_o, found = drawn, o, value
    state.choice[p, d] = best_o
    return found


@inner_kernel
def take_best(
    tables: CrowdTables, state: CrowdState, scratch: CrowdScratch, p: int, d: int
) -> None:
    """Write the best breaks of the shift chosen on date d."""
    weeks, o = tables.weeks, state.choice[p, d]
    first = weeks.options[o, FIRST_BREAK]
    for b in range(first, weeks.options[o + 1, FIRST_BREAK]):
        state.taken[p, d, b - first] = scratch.break_at[weeks.breaks[b]]


@inner_kernel
def keep_old(state: CrowdState, scratch: CrowdScratch, p: int, d: int) -> None:
    """Remember the breaks of the shift on date d."""
    for i in range(state.taken.shape[2]):
        scratch.old_taken[i] = state.taken[p, d, i]


@inner_kernel
def other_date(tables: CrowdTables, state: CrowdState, p: int, d: int) -> int:
    """Return date d, or now and then another one without a shift."""
    a = tables.type_of[p]
    first = tables.weeks.agents[a, FIRST_DAY]
    number = tables.weeks.agents[a + 1, FIRST_DAY] - first
    if state.choice[p, d] < 0 or tables.weeks.days[first + d, FORCED]:
        return d
    if draw(state.random) >= ELSEWHERE:
        return d
    e = int(draw(state.random) * number)
    return e if e < number and state.choice[p, e] < 0 else d


@inner_kernel
def move(
    tables: CrowdTables,
    state: CrowdState,
    scratch: CrowdScratch,
    p: int,
    d: int,
    noise: float,
    heat: float,
) -> None:
    """Take the shift of date d out; put the best in, there or on another date."""
    a, old = tables.type_of[p], state.choice[p, d]
    day = tables.weeks.agents[a, FIRST_DAY] + d
    e, before = other_date(tables, state, p, d), 0.0
    if old >= 0:
        keep_old(state, scratch, p, d)
        count_shift(tables, state, p, d, -1)
        weigh(tables, state, scratch, a, day)
        before = value_of_old(tables, scratch, old)
    if e != d or old < 0:
        state.choice[p, d] = NONE
        weigh(tables, state, scratch, a, day - d + e)
    found = choose(tables, state, scratch, p, e, noise)
    if found < before + heat * np.log(max(1e-12, draw(state.random))):
        state.choice[p, e] = NONE
        state.choice[p, d] = old
        if old >= 0:
            for i in range(state.taken.shape[2]):
                state.taken[p, d, i] = scratch.old_taken[i]
            count_shift(tables, state, p, d, 1)
    elif state.choice[p, e] >= 0:
        take_best(tables, state, scratch, p, e)
        count_shift(tables, state, p, e, 1)


@kernel
def anneal(
    tables: CrowdTables,
    state: CrowdState,
    scratch: CrowdScratch,
    moves: int,
    noise: float,
    heat: float,
) -> None:
    """Make *moves* moves of random people and dates at one temperature."""
    number = len(tables.type_of)
    for _ in range(moves):
        p = min(number - 1, int(draw(state.random) * number))
        a = tables.type_of[p]
        first = tables.weeks.agents[a, FIRST_DAY]
        days = tables.weeks.agents[a + 1, FIRST_DAY] - first
        d = int(draw(state.random) * days)
        if d < days:
            move(tables, state, scratch, p, d, noise, heat)
