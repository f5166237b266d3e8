"""Moves of two people alike: a date's shifts traded, or both moved a little.

People who serve the same queues can trade the shifts of a date, or each give the other
one, and no queue notices: what changes are wishes, wages and each one's own rules. One
after the other they could not, for the roster between would be short of somebody. Two
shifts that move in opposite directions likewise keep what one alone would tear.
"""

from math import log

from solver.core.draws import draw, draw_below
from solver.core.fine_moves import (
    CLOCK,
    COUNT,
    COVER,
    DAY,
    FIRST,
    HAND_OVERS,
    LAST,
    NEW,
    NOTHING,
    OFF_ROWS,
    OLD,
    OWN,
    Fine,
    any_day,
    first_option,
    is_bound,
    keep,
    mark_shift,
    near_option,
    place_breaks,
    recount,
    swap,
    undo,
)
from solver.core.handover import count_breaches
from solver.core.hours import price_of_hours
from solver.core.jit import inner_kernel, kernel
from solver.core.legal import is_legal
from solver.core.margins import apply_change, cost_of_change
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

TRADES = 0.6
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
def trade(f: Fine, one: int, two: int) -> bool:
    """Give the shift of day *one* to day *two*, and its shift back; False: no move."""
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
    keep(f, n, one, mine)
    keep(f, n + 1, two, yours)
    for i in range(f.taken.shape[1]):
        f.taken[one, i], f.taken[two, i] = f.kept[n + 1, i], f.kept[n, i]
    return True


@inner_kernel
def propose_trade(f: Fine, a: int, b: int, day: int, other: int) -> bool:
    """Trade the shifts of a date; who thereby has one less gets one on another."""
    if f.choice[day] < 0 and f.choice[other] < 0:
        return False
    if f.choice[day] >= 0 and f.choice[other] >= 0:
        return trade(f, day, other)
    second = any_day(f, a)
    back = same_date(f, a, second, b)
    if back < 0 or (f.choice[second] < 0) == (f.choice[day] < 0):
        return False
    if (f.choice[back] < 0) == (f.choice[other] < 0):
        return False
    return trade(f, day, other) and trade(f, second, back)


@inner_kernel
def propose_both(f: Fine, day: int, other: int) -> bool:
    """Move the shifts of two people on a date a little each."""
    if f.choice[day] < 0 or f.choice[other] < 0:
        return False
    keep(f, 0, day, near_option(f, day))
    keep(f, 1, other, near_option(f, other))
    return True


@inner_kernel
def settle_both(f: Fine, a: int, b: int) -> tuple[bool, float]:
    """Place the breaks of two moved shifts; return whether they fit, and own costs."""
    cost = 0.0
    for n in range(2):
        agent = a if n == 0 else b
        cost += mark_shift(f, agent, f.move[n, DAY], f.move[n, OLD], -1)
    for n in range(2):
        agent = a if n == 0 else b
        if not place_breaks(f, agent, f.move[n, DAY], f.move[n, NEW]):
            return False, 0.0
        cost += mark_shift(f, agent, f.move[n, DAY], f.move[n, NEW], 1)
    for t in range(f.now[FIRST], f.now[LAST]):
        if abs(f.change[t]) > 1:
            return False, 0.0
    return True, cost


@inner_kernel
def mark_both(f: Fine, a: int, b: int, sign: int) -> float:
    """Count the moved days as they are in (1) or out (-1); return what they cost."""
    cost = 0.0
    for n in range(f.now[COUNT]):
        day = f.move[n, DAY]
        if f.choice[day] >= 0:
            cost += mark_shift(f, a if n % 2 == 0 else b, day, f.choice[day], sign)
    return cost


@inner_kernel
def pair_move(f: Fine, a: int, b: int, day: int) -> tuple[bool, float]:
    """Try other shifts of two agents; return whether that is allowed, and own costs."""
    other = same_date(f, a, day, b)
    if other < 0:
        return False, 0.0
    before = price_of_hours(f.weeks, a, f.choice) + price_of_hours(f.weeks, b, f.choice)
    is_trade = draw(f.random) < TRADES
    if is_trade:
        is_move = propose_trade(f, a, b, day, other)
    else:
        is_move = propose_both(f, day, other)
    if not is_move or not is_legal(f.weeks, a, f.choice):
        return False, 0.0
    if not is_legal(f.weeks, b, f.choice):
        return False, 0.0
    after = price_of_hours(f.weeks, a, f.choice) + price_of_hours(f.weeks, b, f.choice)
    if is_trade:
        cost = mark_both(f, a, b, 1)
        swap(f)
        cost += mark_both(f, a, b, -1)
        swap(f)
    else:
        is_move, cost = settle_both(f, a, b)
    return is_move, cost + after - before


# ------------------------------------------------------------------- what it breaks


@inner_kernel
def recount_both(f: Fine, a: int, b: int, sign: int) -> int:
    """Count two agents in or out of rows and regions; return the change off rows."""
    return recount(f, a, sign) + recount(f, b, sign)


@inner_kernel
def both_keep_rules(f: Fine, a: int, b: int) -> bool:
    """Count the move in rows and hand-overs unless it breaks more of them."""
    if not is_bound(f, a) and not is_bound(f, b):
        return True
    swap(f)
    off = recount_both(f, a, b, -1)
    swap(f)
    off += recount_both(f, a, b, 1)
    breaches = f.now[HAND_OVERS]
    if len(f.hands.agent_region):
        breaches = count_breaches(f.hands, f.shift_count, f.work_count)
    if off > 0 or breaches > f.now[HAND_OVERS]:
        recount_both(f, a, b, -1)
        swap(f)
        recount_both(f, a, b, 1)
        swap(f)
        return False
    f.now[OFF_ROWS] += off
    f.now[HAND_OVERS] = breaches
    return True


# ------------------------------------------------------------------- the annealing


@inner_kernel
def pair_step(f: Fine, a: int, b: int, day: int, heat: float) -> bool:
    """Try one move of agents *a* and *b*, who are alike; return whether it was made."""
    f.now[COUNT], f.now[FIRST], f.now[LAST] = 0, NOTHING, -1
    is_move, own = pair_move(f, a, b, day)
    first, last, is_made = f.now[FIRST], f.now[LAST], False
    if is_move:
        g = f.groups[a]
        cover = cost_of_change(f.margins, g, f.change, first, last)
        if cover + own <= -heat * log(draw(f.random)) and both_keep_rules(f, a, b):
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
