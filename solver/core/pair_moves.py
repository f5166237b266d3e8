"""Moves of two people alike: a date's shifts traded, or both moved a little.

People who serve the same queues can trade the shifts of a date, or each give the other
one, and no queue notices: what changes are wishes, wages and each one's own rules. One
after the other they could not, for the roster between would be short of somebody. Two
shifts that move in opposite directions likewise keep what one alone would tear.
"""

from solver.core.draws import draw, draw_below
from solver.core.fine_rules import end_move
from solver.core.fine_state import (
    COUNT,
    FIRST,
    LAST,
    Fine,
    any_day,
    begin_move,
    first_option,
    hours_cost,
    keep,
    mark_days,
    near_option,
    settle_days,
    swap,
)
from solver.core.jit import inner_kernel, kernel
from solver.core.legal import is_legal
from solver.core.tables import (
    DATE,
    FIRST_BREAK,
    FIRST_DAY,
    OPTION_END,
    OPTION_START,
    WINDOW_FIRST,
    WINDOW_LAST,
    WINDOW_PAID,
    WINDOW_STEPS,
)
from wfm.domain.arrays import IntArray

TRADES = 0.1
"""Up to which draw shifts are traded, not both moved a little."""


# ------------------------------------------------------------------- proposals


@inner_kernel
def same_date(f: Fine, a: int, day: int, b: int) -> int:
    """Return the day of agent *b* on the date of *day* of agent *a*, -1 for none."""
    other = f.weeks.agents[b, FIRST_DAY] + day - f.weeks.agents[a, FIRST_DAY]
    if other >= f.weeks.agents[b + 1, FIRST_DAY]:
        return -1
    return other if f.weeks.days[other, DATE] == f.weeks.days[day, DATE] else -1


@inner_kernel
def may_take(f: Fine, day: int, o: int) -> bool:
    """Return whether option *o* has room for the breaks of the shift of *day*."""
    old = f.choice[day]
    first, own = f.weeks.options[o, FIRST_BREAK], f.weeks.options[old, FIRST_BREAK]
    count = f.weeks.options[o + 1, FIRST_BREAK] - first
    if f.weeks.options[o, OPTION_END] != f.weeks.options[old, OPTION_END]:
        return False
    if f.weeks.options[old + 1, FIRST_BREAK] - own != count:
        return False
    for i in range(count):
        new, has = f.weeks.breaks[first + i], f.weeks.breaks[own + i]
        at, windows = f.taken[day, i], f.weeks.windows
        if at < windows[new, WINDOW_FIRST] or at > windows[new, WINDOW_LAST]:
            return False
        for column in (WINDOW_STEPS, WINDOW_PAID):
            if windows[new, column] != windows[has, column]:
                return False
    return True


@inner_kernel
def like_option(f: Fine, day: int, other: int) -> int:
    """Return the option of *other* that equals the shift of *day*, -1 for none."""
    start = f.weeks.options[f.choice[day], OPTION_START]
    for o in range(first_option(f, other), first_option(f, other + 1)):
        if f.weeks.options[o, OPTION_START] > start:
            break
        if f.weeks.options[o, OPTION_START] == start and may_take(f, day, o):
            return o
    return -1


@inner_kernel
def trade(f: Fine, a: int, b: int, one: int, two: int) -> bool:
    """Give *b* on day *two* the shift of *a* on day *one*, and back; False: no move."""
    mine, yours = -1, -1
    if f.choice[two] >= 0:
        mine = like_option(f, two, one)
        if mine < 0 or mine == f.choice[one]:
            return False
    if f.choice[one] >= 0:
        yours = like_option(f, one, two)
        if yours < 0:
            return False
    n = f.now[COUNT]
    keep(f, a, one, mine)
    keep(f, b, two, yours)
    for i in range(f.taken.shape[1]):
        f.taken[one, i], f.taken[two, i] = f.kept[n + 1, i], f.kept[n, i]
    return True


@inner_kernel
def propose_trade(f: Fine, a: int, b: int, day: int, other: int) -> bool:
    """Trade the shifts of a date; who thereby has one less gets one on another."""
    if f.choice[day] < 0 and f.choice[other] < 0:
        return False
    if f.choice[day] >= 0 and f.choice[other] >= 0:
        return trade(f, a, b, day, other)
    second = any_day(f, a)
    back = same_date(f, a, second, b)
    if back < 0 or (f.choice[second] < 0) == (f.choice[day] < 0):
        return False
    if (f.choice[back] < 0) == (f.choice[other] < 0):
        return False
    return trade(f, a, b, day, other) and trade(f, a, b, second, back)


@inner_kernel
def propose_both(f: Fine, a: int, b: int, day: int, other: int) -> bool:
    """Move the shifts of two people on a date a little each."""
    if f.choice[day] < 0 or f.choice[other] < 0:
        return False
    keep(f, a, day, near_option(f, day))
    keep(f, b, other, near_option(f, other))
    return True


@inner_kernel
def settle_both(f: Fine) -> tuple[bool, float]:
    """Place the breaks of two moved shifts; return whether they fit, and own costs."""
    fits, cost = settle_days(f)
    for t in range(f.now[FIRST], f.now[LAST]):
        if abs(f.change[t]) > 1:
            return False, 0.0
    return fits, cost


@inner_kernel
def settle_trade(f: Fine) -> float:
    """Count what a trade changes; return its own costs."""
    cost = mark_days(f, 1)
    swap(f)
    cost += mark_days(f, -1)
    swap(f)
    return cost


@inner_kernel
def pair_move(f: Fine, a: int, b: int, day: int) -> tuple[bool, float]:
    """Try other shifts of two agents; return whether that is allowed, and own costs."""
    other = same_date(f, a, day, b)
    if other < 0:
        return False, 0.0
    before = hours_cost(f, a) + hours_cost(f, b)
    is_trade = draw(f.random) < TRADES
    if is_trade:
        is_move = propose_trade(f, a, b, day, other)
    else:
        is_move = propose_both(f, a, b, day, other)
    if not is_move or not is_legal(f.weeks, a, f.choice):
        return False, 0.0
    if not is_legal(f.weeks, b, f.choice):
        return False, 0.0
    hours = hours_cost(f, a) + hours_cost(f, b) - before
    if is_trade:
        cost = settle_trade(f)
    else:
        is_move, cost = settle_both(f)
    return is_move, cost + hours


@inner_kernel
def pair_step(f: Fine, a: int, b: int, day: int, heat: float) -> bool:
    """Try one move of agents *a* and *b*, who are alike; return whether it was made."""
    begin_move(f)
    is_move, own = pair_move(f, a, b, day)
    return end_move(f, f.groups[a], is_move, own, heat)


@kernel
def anneal_pairs(
    f: Fine, agents: IntArray, alike: IntArray, heat: float, num_moves: int
) -> int:
    """Try *num_moves* moves of two of the *agents*; return how many stood.

    People alike stand beside one another: ``alike[n]`` is the range of those who are
    like ``agents[n]``.
    """
    made = 0
    for _ in range(num_moves):
        n = draw_below(f.random, len(agents))
        low, high = alike[n, 0], alike[n, 1]
        m = low + draw_below(f.random, high - low)
        if m != n:
            a, b = agents[n], agents[m]
            made += pair_step(f, a, b, any_day(f, a), heat)
    return made
