"""Small moves by simulated annealing: a break, a shift, two shifts of one agent.

Each move changes one or two dates of one agent and is judged exactly and at once
(:mod:`solver.core.margins`), so that millions of them fit into a minute. A shift that
is moved takes its breaks where they hurt least. Moves that break the agent's own rules
are not made; rows on heads and hand-overs may only get better.

Annealing: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983), 671-680,
doi:10.1126/science.220.4598.671.
"""

from solver.core.draws import draw, draw_below
from solver.core.fine_rules import end_move
from solver.core.fine_state import (
    Fine,
    any_day,
    any_option,
    begin_move,
    first_option,
    hours_cost,
    keep,
    mark_break,
    near_option,
    settle_days,
    touch,
)
from solver.core.jit import inner_kernel, kernel
from solver.core.legal import is_legal
from solver.core.tables import (
    FIRST_BREAK,
    FIRST_DAY,
    WINDOW_FIRST,
    WINDOW_LAST,
    WINDOW_STEPS,
)
from wfm.domain.arrays import IntArray

BREAKS = 0.5
"""How often a break is moved, not a shift: most of what still helps late is that."""
NEAR, ANY, TWO = 0.9, 0.97, 0.985
"""Up to which draw a shift is moved by a little, anywhere, two of an agent's shifts."""
DAYS_OFF = 0.05
"""How often a date that is drawn and free takes over the shift of another."""


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
        keep(f, a, day, o)
        keep(f, a, other, -1)
        return True
    if drawn < ANY:
        keep(f, a, day, near_option(f, day) if drawn < NEAR else any_option(f, day))
    elif drawn < TWO:
        other = any_day(f, a)
        if other == day or f.choice[other] < 0:
            return False
        keep(f, a, day, near_option(f, day))
        keep(f, a, other, near_option(f, other))
    else:
        keep(f, a, day, -1)
    return True


@inner_kernel
def shift_move(f: Fine, a: int, day: int) -> tuple[bool, float]:
    """Try other shifts of agent *a*; return whether that is allowed, and own costs."""
    before = hours_cost(f, a)
    if not propose(f, a, day) or not is_legal(f.weeks, a, f.choice):
        return False, 0.0
    hours = hours_cost(f, a) - before
    fits, cost = settle_days(f)
    return fits, cost + hours


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
    keep(f, a, day, o)
    f.taken[day, i] = new
    touch(f, min(old, new), max(old, new) + f.weeks.windows[window, WINDOW_STEPS])
    cost = mark_break(f, a, window, old, -1)
    return new != old, cost + mark_break(f, a, window, new, 1)


@inner_kernel
def step(f: Fine, a: int, day: int, heat: float) -> bool:
    """Try one move of agent *a*; return whether it was made."""
    begin_move(f)
    if f.choice[day] >= 0 and draw(f.random) < BREAKS:
        is_move, own = break_move(f, a, day)
    else:
        is_move, own = shift_move(f, a, day)
    return end_move(f, f.groups[a], is_move, own, heat)


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
