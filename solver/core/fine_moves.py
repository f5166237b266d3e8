"""Small moves by simulated annealing: a break, a shift, two shifts of one agent.

Each move changes one or two dates of one agent and is judged exactly and at once
(:mod:`solver.core.margins`), so that millions of them fit into a minute. A shift that
is moved takes its breaks where they hurt least. Moves that break the agent's own rules
are not made; rows on heads and hand-overs may only get better.

Annealing: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983), 671-680,
doi:10.1126/science.220.4598.671.
"""

from math import log
from typing import NamedTuple

from solver.core.draws import draw, draw_below
from solver.core.handover import count_breaches
from solver.core.hours import price_of_hours
from solver.core.jit import inner_kernel, kernel
from solver.core.legal import is_legal
from solver.core.margins import Margins, apply_change, cost_of_change, margin
from solver.core.presence import count_rows, count_spans, find_spans
from solver.core.tables import (
    FIRST_BREAK,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
    IS_HOME,
    OPTION_END,
    OPTION_START,
    WINDOW_FIRST,
    WINDOW_LAST,
    WINDOW_PAID,
    WINDOW_STEPS,
    CostTables,
    HandTables,
    RowTables,
    WeekTables,
)
from wfm.domain.arrays import FloatArray, IntArray

BREAKS, NEAR, ANY, TWO = 0.25, 0.53, 0.87, 0.94
"""Up to which draw a break is moved, a shift by a little, anywhere, two shifts."""
LITTLE = 4
"""How many places in the list of a day's options a little is."""
DAYS_OFF = 0.3
"""How often a date that is drawn and free takes over the shift of another."""
NOTHING = 1 << 40

DAY, OLD, NEW = range(3)
"""Columns of ``Fine.move``: agent-day, option before, option after."""
FIRST, LAST, COUNT, CLOCK, OFF_ROWS, HAND_OVERS = range(6)
"""Places in ``Fine.now``: steps that the move touches, its days; state of the search.
"""
COVER, OWN = range(2)
"""Places in ``Fine.total``: change of the cost of cover, and of agents' own costs."""


class Fine(NamedTuple):
    """What the moves read and change; arrays of the incumbent are shared with it.

    ``change[t]`` are the heads that a move adds; ``move`` its days and options, and
    ``kept`` the breaks before it.
    """

    weeks: WeekTables
    costs: CostTables
    rows: RowTables
    hands: HandTables
    margins: Margins
    groups: IntArray
    choice: IntArray
    taken: IntArray
    row_count: IntArray
    shift_count: IntArray
    work_count: IntArray
    change: IntArray
    move: IntArray
    kept: IntArray
    now: IntArray
    total: FloatArray
    shifts: IntArray
    works: IntArray
    sites: IntArray
    random: IntArray


# ------------------------------------------------------------------- one agent-day


@inner_kernel
def touch(f: Fine, first: int, last: int) -> None:
    """Widen the span of steps that the move touches."""
    f.now[FIRST] = min(f.now[FIRST], first)
    f.now[LAST] = max(f.now[LAST], last)


@inner_kernel
def mark_break(f: Fine, a: int, window: int, start: int, sign: int) -> float:
    """Count a break in (1) or out (-1) of the change; return what it costs."""
    cost = 0.0
    is_paid = f.weeks.windows[window, WINDOW_PAID]
    for t in range(start, start + f.weeks.windows[window, WINDOW_STEPS]):
        f.change[t] -= sign
        cost -= f.costs.working[a, t]
        if not is_paid:
            cost -= f.costs.paid[a, t]
    return sign * cost


@inner_kernel
def mark_shift(f: Fine, a: int, day: int, o: int, sign: int) -> float:
    """Count the shift of *day* in (1) or out (-1); return what it costs."""
    start, end = f.weeks.options[o, OPTION_START], f.weeks.options[o, OPTION_END]
    cost = f.costs.fixed[o]
    for t in range(start, end):
        f.change[t] += sign
        cost += f.costs.on_shift[a, t] + f.costs.paid[a, t] + f.costs.working[a, t]
    cost *= sign
    first = f.weeks.options[o, FIRST_BREAK]
    for b in range(first, f.weeks.options[o + 1, FIRST_BREAK]):
        cost += mark_break(f, a, f.weeks.breaks[b], f.taken[day, b - first], sign)
    touch(f, start, end)
    return cost  # type: ignore[no-any-return]


@inner_kernel
def least_place(f: Fine, a: int, window: int, at: int) -> int:
    """Return where from step *at* on a break hurts least, -1 if it does not fit."""
    g, steps = f.groups[a], f.weeks.windows[window, WINDOW_STEPS]
    is_paid = f.weeks.windows[window, WINDOW_PAID]
    best, place = 1e300, -1
    low = max(at, f.weeks.windows[window, WINDOW_FIRST])
    for start in range(low, f.weeks.windows[window, WINDOW_LAST] + 1):
        cost = 0.0
        for t in range(start, start + steps):
            if f.change[t] < 0:
                cost += margin(f.margins, g, t, -1)
            else:
                cost -= margin(f.margins, g, t, 1)
            cost -= f.costs.working[a, t]
            if not is_paid:
                cost -= f.costs.paid[a, t]
        if cost < best:
            best, place = cost, start
    return place


@inner_kernel
def place_breaks(f: Fine, a: int, day: int, o: int) -> bool:
    """Put each break of option *o* where it hurts least; return whether all fit."""
    first, at = f.weeks.options[o, FIRST_BREAK], f.weeks.options[o, OPTION_START]
    for b in range(first, f.weeks.options[o + 1, FIRST_BREAK]):
        window = f.weeks.breaks[b]
        place = least_place(f, a, window, at)
        if place < 0:
            return False
        f.taken[day, b - first] = place
        at = place + f.weeks.windows[window, WINDOW_STEPS]
    return True


# ------------------------------------------------------------------- proposals


@inner_kernel
def keep(f: Fine, n: int, day: int, new: int) -> None:
    """Note that the move's *n*-th day is *day*, and what it was before."""
    f.move[n, DAY], f.move[n, OLD], f.move[n, NEW] = day, f.choice[day], new
    for b in range(f.taken.shape[1]):
        f.kept[n, b] = f.taken[day, b]
    f.choice[day] = new
    f.now[COUNT] = n + 1


@inner_kernel
def first_option(f: Fine, day: int) -> int:
    """Return the first option of *day*."""
    return f.weeks.starts[f.weeks.days[day, FIRST_START], FIRST_OPTION]  # type: ignore[no-any-return]


@inner_kernel
def near_option(f: Fine, day: int) -> int:
    """Return an option a little off that of *day*, the same one if there is none."""
    low, high = first_option(f, day), first_option(f, day + 1)
    o = f.choice[day] + draw_below(f.random, 2 * LITTLE + 1) - LITTLE
    return o if low <= o < high else f.choice[day]  # type: ignore[no-any-return]


@inner_kernel
def any_option(f: Fine, day: int) -> int:
    """Return any option of *day*, -1 if there is none."""
    low, high = first_option(f, day), first_option(f, day + 1)
    return low + draw_below(f.random, high - low) if high > low else -1


@inner_kernel
def any_day(f: Fine, a: int) -> int:
    """Return any day of agent *a*."""
    first, last = f.weeks.agents[a, FIRST_DAY], f.weeks.agents[a + 1, FIRST_DAY]
    return first + draw_below(f.random, last - first)  # type: ignore[no-any-return]


@inner_kernel
def propose(f: Fine, a: int, day: int) -> bool:
    """Write other shifts of agent *a* on one or two days; False: no move."""
    drawn = draw(f.random)
    if f.choice[day] < 0:
        other = any_day(f, a)
        if drawn > DAYS_OFF or f.choice[other] < 0:
            return False
        o = first_option(f, day) + f.choice[other] - first_option(f, other)
        if o >= first_option(f, day + 1):
            return False
        keep(f, 0, day, o)
        keep(f, 1, other, -1)
        return True
    if drawn < ANY:
        keep(f, 0, day, near_option(f, day) if drawn < NEAR else any_option(f, day))
    elif drawn < TWO:
        other = any_day(f, a)
        if other == day or f.choice[other] < 0:
            return False
        keep(f, 0, day, near_option(f, day))
        keep(f, 1, other, near_option(f, other))
    else:
        keep(f, 0, day, -1)
    return True


@inner_kernel
def shift_move(f: Fine, a: int, day: int) -> tuple[bool, float]:
    """Try other shifts of agent *a*; return whether that is allowed, and own costs."""
    is_priced = f.weeks.beyond.shape[0] > 0
    cost = -price_of_hours(f.weeks, a, f.choice) if is_priced else 0.0
    if not propose(f, a, day) or not is_legal(f.weeks, a, f.choice):
        return False, 0.0
    if is_priced:
        cost += price_of_hours(f.weeks, a, f.choice)
    for n in range(f.now[COUNT]):
        if f.move[n, OLD] >= 0:
            cost += mark_shift(f, a, f.move[n, DAY], f.move[n, OLD], -1)
    for n in range(f.now[COUNT]):
        if f.move[n, NEW] >= 0:
            if not place_breaks(f, a, f.move[n, DAY], f.move[n, NEW]):
                return False, 0.0
            cost += mark_shift(f, a, f.move[n, DAY], f.move[n, NEW], 1)
    return True, cost


@inner_kernel
def break_move(f: Fine, a: int, day: int) -> tuple[bool, float]:
    """Try another start of one break; return whether it fits, and own costs."""
    o = f.choice[day]
    first = f.weeks.options[o, FIRST_BREAK]
    count = f.weeks.options[o + 1, FIRST_BREAK] - first
    if count == 0:
        return False, 0.0
    i = draw_below(f.random, count)
    window, old = f.weeks.breaks[first + i], f.taken[day, i]
    low = f.weeks.windows[window, WINDOW_FIRST]
    new = low + draw_below(f.random, f.weeks.windows[window, WINDOW_LAST] + 1 - low)
    end = new + f.weeks.windows[window, WINDOW_STEPS]
    if i + 1 < count and f.taken[day, i + 1] < end:
        return False, 0.0
    if i > 0:
        before = f.weeks.breaks[first + i - 1]
        if f.taken[day, i - 1] + f.weeks.windows[before, WINDOW_STEPS] > new:
            return False, 0.0
    keep(f, 0, day, o)
    f.taken[day, i] = new
    touch(f, min(old, new), max(old, new) + f.weeks.windows[window, WINDOW_STEPS])
    cost = mark_break(f, a, window, old, -1)
    return new != old, cost + mark_break(f, a, window, new, 1)


# ------------------------------------------------------------------- what it breaks


@inner_kernel
def recount(f: Fine, a: int, sign: int) -> int:
    """Count the agent in or out of rows and regions; return the change off rows."""
    found = find_spans(f.weeks, a, f.choice, f.taken, f.shifts, f.works)
    shifts, works = f.shifts[: found[0]], f.works[: found[1]]
    num_sites, n = 0, 0
    for day in range(f.weeks.agents[a, FIRST_DAY], f.weeks.agents[a + 1, FIRST_DAY]):
        if f.choice[day] >= 0:
            if not f.weeks.options[f.choice[day], IS_HOME]:
                f.sites[num_sites, 0] = shifts[n, 0]
                f.sites[num_sites, 1] = shifts[n, 1]
                num_sites += 1
            n += 1
    own = f.hands.agent_region[f.hands.of_agent[a] : f.hands.of_agent[a + 1]]
    count_spans(f.shift_count, own, shifts, sign)
    count_spans(f.work_count, own, works, sign)
    sites = f.sites[:num_sites]
    return count_rows(f.rows, f.row_count, a, shifts, works, sites, sign)


@inner_kernel
def swap(f: Fine) -> None:
    """Exchange the move's days as they are with those that are kept."""
    for n in range(f.now[COUNT]):
        day = f.move[n, DAY]
        f.choice[day], f.move[n, OLD] = f.move[n, OLD], f.choice[day]
        for b in range(f.taken.shape[1]):
            f.taken[day, b], f.kept[n, b] = f.kept[n, b], f.taken[day, b]


@inner_kernel
def is_bound(f: Fine, a: int) -> bool:
    """Return whether agent *a* counts for rows on heads or hand-overs."""
    rows = f.rows.of_agent[a + 1] > f.rows.of_agent[a]
    return bool(rows or f.hands.of_agent[a + 1] > f.hands.of_agent[a])


@inner_kernel
def keeps_rules(f: Fine, a: int) -> bool:
    """Count the move in rows and hand-overs unless it breaks more of them."""
    if not is_bound(f, a):
        return True
    swap(f)
    off = recount(f, a, -1)
    swap(f)
    off += recount(f, a, 1)
    breaches = f.now[HAND_OVERS]
    if f.hands.of_agent[a + 1] > f.hands.of_agent[a]:
        breaches = count_breaches(f.hands, f.shift_count, f.work_count)
    if off > 0 or breaches > f.now[HAND_OVERS]:
        recount(f, a, -1)
        swap(f)
        recount(f, a, 1)
        swap(f)
        return False
    f.now[OFF_ROWS] += off
    f.now[HAND_OVERS] = breaches
    return True


# ------------------------------------------------------------------- the annealing


@inner_kernel
def undo(f: Fine) -> None:
    """Take the move back."""
    for n in range(f.now[COUNT]):
        f.choice[f.move[n, DAY]] = f.move[n, OLD]
        for b in range(f.taken.shape[1]):
            f.taken[f.move[n, DAY], b] = f.kept[n, b]


@inner_kernel
def step(f: Fine, a: int, day: int, heat: float) -> bool:
    """Try one move of agent *a*; return whether it was made."""
    f.now[COUNT], f.now[FIRST], f.now[LAST] = 0, NOTHING, -1
    if f.choice[day] >= 0 and draw(f.random) < BREAKS:
        is_move, own = break_move(f, a, day)
    else:
        is_move, own = shift_move(f, a, day)
    first, last, is_made = f.now[FIRST], f.now[LAST], False
    if is_move:
        g = f.groups[a]
        cover = cost_of_change(f.margins, g, f.change, first, last)
        is_kept = cover + own <= -heat * log(draw(f.random))
        if is_kept and keeps_rules(f, a):
            f.now[CLOCK] += 1
            apply_change(f.margins, g, f.change, first, last, f.now[CLOCK])
            f.total[COVER] += cover
            f.total[OWN] += own
            is_made = True
    if not is_made:
        undo(f)
    for t in range(first, last):
        f.change[t] = 0
    return is_made


@kernel
def anneal(f: Fine, agents: IntArray, heat: float, num_moves: int) -> int:
    """Try *num_moves* moves of *agents* at temperature *heat*; return how many stood.

    Costs of the incumbent must be up to date, and stay so.
    """
    made = 0
    for _ in range(num_moves):
        a = agents[draw_below(f.random, len(agents))]
        if f.weeks.agents[a + 1, FIRST_DAY] > f.weeks.agents[a, FIRST_DAY]:
            made += step(f, a, any_day(f, a), heat)
    return made
