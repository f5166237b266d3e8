"""The roster that small moves change, one move at a time.

A move is a handful of days: which agent's, the option before and after, and the breaks
before. While it is made, the heads that it adds and what it costs by itself are
counted; whether it stands is decided in :mod:`solver.core.fine_rules`.
"""

from typing import NamedTuple

import numpy as np

from solver.core.draws import draw_below
from solver.core.hours import price_of_hours
from solver.core.jit import inner_kernel
from solver.core.margins import Margins, margin
from solver.core.tables import (
    FIRST_BREAK,
    FIRST_DAY,
    FIRST_OPTION,
    FIRST_START,
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

LITTLE = 4
"""How many places in the list of a day's options a little is."""
NOTHING = 1 << 40
MOST_DAYS = 4
"""How many days a move changes at most."""

DAY, OLD, NEW, AGENT = range(4)
"""Columns of ``Fine.move``: agent-day, option before, option after, whose day."""
FIRST, LAST, COUNT, CLOCK, OFF_ROWS, HAND_OVERS, EMPTIED = range(7)
"""Places in ``Fine.now``: steps that the move touches, its days; state of the search;
whether a region got its first head at a step, or lost its last.
"""
COVER, OWN = range(2)
"""Places in ``Fine.total``: change of the cost of cover, and of agents' own costs."""


class Spent(NamedTuple):
    """``[a, t]`` sums of prices up to step *t*: at work, and what breaks save."""

    working: FloatArray
    paid_break: FloatArray
    unpaid_break: FloatArray


def spent_of(costs: CostTables) -> Spent:
    """Return the sums of *costs* over steps."""

    def up_to(prices: FloatArray) -> FloatArray:
        sums = np.zeros((prices.shape[0], prices.shape[1] + 1))
        np.cumsum(prices, axis=1, out=sums[:, 1:])
        return sums

    return Spent(
        working=up_to(costs.on_shift + costs.paid + costs.working),
        paid_break=up_to(costs.working),
        unpaid_break=up_to(costs.working + costs.paid),
    )


class Fine(NamedTuple):
    """What the moves read and change; arrays of the incumbent are shared with it.

    ``change[t]`` are the heads that a move adds; ``move`` its days, agents and options,
    and ``kept`` the breaks before it.
    """

    weeks: WeekTables
    costs: CostTables
    spent: Spent
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
    random: IntArray


# ------------------------------------------------------------------- the move


@inner_kernel
def begin_move(f: Fine) -> None:
    """Begin a move that changes nothing yet."""
    f.now[COUNT], f.now[FIRST], f.now[LAST] = 0, NOTHING, -1


@inner_kernel
def keep(f: Fine, a: int, day: int, new: int) -> None:
    """Give *day* of agent *a* option *new*; note what it was before."""
    n = f.now[COUNT]
    f.move[n, DAY], f.move[n, OLD], f.move[n, NEW] = day, f.choice[day], new
    f.move[n, AGENT] = a
    for b in range(f.taken.shape[1]):
        f.kept[n, b] = f.taken[day, b]
    f.choice[day] = new
    f.now[COUNT] = n + 1


@inner_kernel
def swap(f: Fine) -> None:
    """Exchange the move's days as they are with those that are kept."""
    for n in range(f.now[COUNT]):
        day = f.move[n, DAY]
        f.choice[day], f.move[n, OLD] = f.move[n, OLD], f.choice[day]
        for b in range(f.taken.shape[1]):
            f.taken[day, b], f.kept[n, b] = f.kept[n, b], f.taken[day, b]


@inner_kernel
def undo(f: Fine) -> None:
    """Take the move back."""
    for n in range(f.now[COUNT]):
        f.choice[f.move[n, DAY]] = f.move[n, OLD]
        for b in range(f.taken.shape[1]):
            f.taken[f.move[n, DAY], b] = f.kept[n, b]


@inner_kernel
def is_still(f: Fine) -> bool:
    """Return whether the move leaves everything as it was."""
    for n in range(f.now[COUNT]):
        if f.move[n, OLD] != f.move[n, NEW]:
            return False
        for b in range(f.taken.shape[1]):
            if f.taken[f.move[n, DAY], b] != f.kept[n, b]:
                return False
    return True


@inner_kernel
def hours_cost(f: Fine, a: int) -> float:
    """Return what the weeks of agent *a* cost for the time paid in them."""
    if f.weeks.beyond.shape[0] == 0:
        return 0.0
    return price_of_hours(f.weeks, a, f.choice)


# ------------------------------------------------------------------- one agent-day


@inner_kernel
def touch(f: Fine, first: int, last: int) -> None:
    """Widen the span of steps that the move touches."""
    f.now[FIRST] = min(f.now[FIRST], first)
    f.now[LAST] = max(f.now[LAST], last)


@inner_kernel
def mark_break(f: Fine, a: int, window: int, start: int, sign: int) -> float:
    """Count a break in (1) or out (-1) of the change; return what it costs."""
    end = start + f.weeks.windows[window, WINDOW_STEPS]
    for t in range(start, end):
        f.change[t] -= sign
    if f.weeks.windows[window, WINDOW_PAID]:
        saved = f.spent.paid_break[a, end] - f.spent.paid_break[a, start]
    else:
        saved = f.spent.unpaid_break[a, end] - f.spent.unpaid_break[a, start]
    return -sign * saved  # type: ignore[no-any-return]


@inner_kernel
def mark_shift(f: Fine, a: int, day: int, o: int, sign: int) -> float:
    """Count the shift of *day* in (1) or out (-1); return what it costs."""
    start, end = f.weeks.options[o, OPTION_START], f.weeks.options[o, OPTION_END]
    for t in range(start, end):
        f.change[t] += sign
    cost = f.spent.working[a, end] - f.spent.working[a, start] + f.costs.fixed[o]
    cost *= sign
    first = f.weeks.options[o, FIRST_BREAK]
    for b in range(first, f.weeks.options[o + 1, FIRST_BREAK]):
        cost += mark_break(f, a, f.weeks.breaks[b], f.taken[day, b - first], sign)
    touch(f, start, end)
    return cost  # type: ignore[no-any-return]


@inner_kernel
def mark_days(f: Fine, sign: int) -> float:
    """Count the moved days as they are in (1) or out (-1); return what they cost."""
    cost = 0.0
    for n in range(f.now[COUNT]):
        day = f.move[n, DAY]
        if f.choice[day] >= 0:
            cost += mark_shift(f, f.move[n, AGENT], day, f.choice[day], sign)
    return cost


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


@inner_kernel
def settle_days(f: Fine) -> tuple[bool, float]:
    """Place the breaks of the moved days; return whether they fit, and own costs."""
    cost = 0.0
    for n in range(f.now[COUNT]):
        if f.move[n, OLD] >= 0:
            day, a = f.move[n, DAY], f.move[n, AGENT]
            cost += mark_shift(f, a, day, f.move[n, OLD], -1)
    for n in range(f.now[COUNT]):
        if f.move[n, NEW] >= 0:
            day, a = f.move[n, DAY], f.move[n, AGENT]
            if not place_breaks(f, a, day, f.move[n, NEW]):
                return False, 0.0
            cost += mark_shift(f, a, day, f.move[n, NEW], 1)
    return True, cost


# ------------------------------------------------------------------- what is drawn


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
