"""Moves of the local search: best response, and ruin and recreate with annealing."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.core.handover import count_breaches, find_worth
from solver.core.jit import kernel
from solver.core.levelling import level, set_profile
from solver.core.plan_back import best_week
from solver.core.presence import (
    AGENTS,
    COVER,
    ROWS,
    Incumbent,
    Tables,
    count_agent,
    find_gain,
    settle_all,
    take_choice,
)
from solver.core.week import NEVER, price_options
from wfm.domain.arrays import FloatArray, IntArray

HANDS = 3
"""Where ``Incumbent.total`` holds the number of failed hand-overs."""

MOST_RUINED = 4
LEVEL_EVERY = 16


class Search(NamedTuple):
    """What ruin and recreate remembers: random state, members, best, undo copies.

    ``agents_of[k]`` are ranges in ``members``; ``best[0]`` is the best value.
    """

    rng: npt.NDArray[np.uint64]
    component_agents: IntArray
    members: IntArray
    best: FloatArray
    best_option: IntArray
    best_break: IntArray
    best_profile: FloatArray
    old_cost: FloatArray
    old_stamp: IntArray
    old_total: FloatArray
    old_profile: FloatArray
    old_option: IntArray
    old_break: IntArray
    chosen: IntArray


def new_search(tables: Tables, now: Incumbent, seed: int) -> Search:
    """Return an empty memory for a search from *seed*."""
    component = tables.cover.component_of_group[tables.cover.group_of_agent]
    num_k = now.cover.cost.shape[0]
    members = np.argsort(component, kind="stable")
    counts = np.array([(component < k).sum() for k in range(num_k + 1)])
    return Search(
        rng=np.array([seed], dtype=np.uint64),
        component_agents=counts.astype(np.int64),
        members=members.astype(np.int64),
        best=np.array([np.inf]),
        best_option=now.option.copy(),
        best_break=now.break_at.copy(),
        best_profile=now.level.profile.copy(),
        old_cost=np.zeros(now.cover.cost.shape[1]),
        old_stamp=np.zeros(now.cover.cost.shape[1], dtype=np.int64),
        old_total=np.zeros(4),
        old_profile=now.level.profile.copy(),
        old_option=now.option.copy(),
        old_break=now.break_at.copy(),
        chosen=np.zeros(MOST_RUINED, dtype=np.int64),
    )


@kernel
def draw(rng: npt.NDArray[np.uint64]) -> float:
    """Return a random number in [0, 1) (SplitMix64)."""
    rng[0] += np.uint64(0x9E3779B97F4A7C15)
    z = rng[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def pick(rng: npt.NDArray[np.uint64], count: int) -> int:
    """Return a random whole number below *count*."""
    return min(count - 1, int(draw(rng) * count))


@kernel
def objective(tables: Tables, now: Incumbent) -> float:
    """Return the value of the incumbent, breaches at their price."""
    now.total[HANDS] = count_breaches(tables.hands, now.shift_count, now.work_count)
    return (
        now.total[COVER]
        + now.total[AGENTS]
        + now.total[ROWS] * tables.rows.price[0]
        + now.total[HANDS] * tables.hands.price[0]
    )


@kernel
def insert(
    tables: Tables, now: Incumbent, search: Search, a: int, noise: float
) -> bool:
    """Give agent *a*, who is counted out, the best week; False if none is legal."""
    settle_all(tables, now)
    find_gain(tables, now, a)
    memory = now.memory
    price_options(
        tables.weeks,
        tables.costs,
        a,
        now.gain,
        now.present,
        memory.totals,
        memory.window_value,
        memory.window_at,
        memory.value,
    )
    if noise > 0.0:
        weeks = tables.weeks
        days = weeks.start_of_day[weeks.day_of_agent[a]]
        last = weeks.start_of_day[weeks.day_of_agent[a + 1]]
        for o in range(weeks.option_of_start[days], weeks.option_of_start[last]):
            memory.value[o] += noise * (draw(search.rng) - 0.5)
    is_legal = best_week(tables.weeks, tables.limits, a, memory) > 0.5 * NEVER
    take_choice(tables, now, a)
    count_agent(tables, now, a, 1)
    return is_legal


@kernel
def respond(tables: Tables, now: Incumbent, search: Search, a: int) -> bool:
    """Give agent *a* the best week against everybody else."""
    count_agent(tables, now, a, -1)
    return insert(tables, now, search, a, 0.0)


@kernel
def keep_best(now: Incumbent, search: Search, value: float) -> None:
    """Remember the incumbent if it is the best so far."""
    if value < search.best[0]:
        search.best[0] = value
        search.best_option[:] = now.option
        search.best_break[:] = now.break_at
        search.best_profile[:] = now.level.profile


@kernel
def level_all(tables: Tables, now: Incumbent, search: Search) -> None:
    """Level every backlog, in an order and a direction drawn at random."""
    num_b = now.level.profile.shape[0]
    if num_b == 0:
        return
    offset = pick(search.rng, num_b)
    late = draw(search.rng) < 0.5
    for i in range(num_b):
        b = (i + offset) % num_b
        settle_all(tables, now)
        shift = pick(search.rng, 1 << 20)
        level(tables.cover, tables.backlog, now.cover, now.level, b, late, shift)
    settle_all(tables, now)


@kernel
def restore_profile(tables: Tables, now: Incumbent, profile: FloatArray) -> None:
    """Go back to an earlier *profile* of all backlogs."""
    for b in range(profile.shape[0]):
        k = tables.backlog.component[b]
        for t in range(profile.shape[1]):
            if now.level.profile[b, t] != profile[b, t]:
                now.level.profile[b, t] = profile[b, t]
                set_profile(tables.backlog, now.cover, b, t, profile[b, t])
                now.cover.clock[0] += 1
                now.cover.stamp[k, t] = now.cover.clock[0]
                now.cover.dirty[k, t] = 1
    settle_all(tables, now)


@kernel
def relevel(
    tables: Tables, now: Incumbent, search: Search, value: float, heat: float
) -> float:
    """Level the deferred work anew unless that is clearly worse; return the value."""
    search.old_profile[:] = now.level.profile
    level_all(tables, now, search)
    new = objective(tables, now)
    if new > value - heat * np.log(1.0 - draw(search.rng)):
        restore_profile(tables, now, search.old_profile)
        return objective(tables, now)
    keep_best(now, search, new)
    return new


@kernel
def pick_step(tables: Tables, now: Incumbent, search: Search, k: int) -> int:
    """Return a random step, the dearer of two."""
    first = tables.cover.window[0]
    length = tables.cover.window[1] - first
    one, two = first + pick(search.rng, length), first + pick(search.rng, length)
    return one if now.cover.cost[k, one] >= now.cover.cost[k, two] else two


@kernel
def choose_agents(tables: Tables, now: Incumbent, search: Search, k: int) -> int:
    """Choose agents of component *k*, most of them able to work at a dear step."""
    t = pick_step(tables, now, search, k)
    first, last = search.component_agents[k], search.component_agents[k + 1]
    want = 2 + pick(search.rng, MOST_RUINED - 1)
    count = 0
    for _ in range(6 * MOST_RUINED):
        a = search.members[first + pick(search.rng, last - first)]
        if not tables.reach[a, t] and draw(search.rng) < 0.8:
            continue
        is_new = True
        for i in range(count):
            is_new = is_new and search.chosen[i] != a
        if is_new:
            search.chosen[count] = a
            count += 1
            if count == want:
                break
    return count


@kernel
def remember(tables: Tables, now: Incumbent, search: Search, k: int, n: int) -> None:
    """Keep copies of all that the move may change."""
    search.old_cost[:] = now.cover.cost[k]
    search.old_stamp[:] = now.cover.stamp[k]
    search.old_total[:] = now.total
    for i in range(n):
        a = search.chosen[i]
        first, last = tables.weeks.day_of_agent[a], tables.weeks.day_of_agent[a + 1]
        search.old_option[first:last] = now.option[first:last]
        search.old_break[first:last] = now.break_at[first:last]


@kernel
def undo(tables: Tables, now: Incumbent, search: Search, k: int, n: int) -> None:
    """Take the move back; costs and stamps become what they were."""
    for i in range(n):
        a = search.chosen[i]
        first, last = tables.weeks.day_of_agent[a], tables.weeks.day_of_agent[a + 1]
        count_agent(tables, now, a, -1)
        now.option[first:last] = search.old_option[first:last]
        now.break_at[first:last] = search.old_break[first:last]
        count_agent(tables, now, a, 1)
    now.cover.cost[k] = search.old_cost
    now.cover.stamp[k] = search.old_stamp
    now.cover.dirty[k] = 0
    now.total[:] = search.old_total


@kernel
def recreate(
    tables: Tables,
    now: Incumbent,
    search: Search,
    k: int,
    value: float,
    heat: float,
    noise: float,
) -> float:
    """Take a few agents out, give them new weeks, accept or undo; return the value."""
    n = choose_agents(tables, now, search, k)
    remember(tables, now, search, k, n)
    for i in range(n):
        count_agent(tables, now, search.chosen[i], -1)
    for i in range(n):
        insert(tables, now, search, search.chosen[i], noise)
    settle_all(tables, now)
    new = objective(tables, now)
    if new > value - heat * np.log(1.0 - draw(search.rng)):
        undo(tables, now, search, k, n)
        return value
    if now.total[HANDS] > 0 or search.old_total[HANDS] > 0:
        hands = tables.hands
        find_worth(hands, now.shift_count, now.work_count, now.hand_worth)
    keep_best(now, search, new)
    return new


@kernel
def anneal(
    tables: Tables,
    now: Incumbent,
    search: Search,
    moves: int,
    heat: float,
    noise: float,
) -> float:
    """Do *moves* ruins at one temperature and return the incumbent's value."""
    settle_all(tables, now)
    value = objective(tables, now)
    keep_best(now, search, value)
    last = search.component_agents[-1]
    first = search.component_agents[0]
    if last <= first:
        return value
    for move in range(moves):
        if move % LEVEL_EVERY == 0:
            value = relevel(tables, now, search, value, heat)
        a = search.members[first + pick(search.rng, last - first)]
        k = tables.cover.component_of_group[tables.cover.group_of_agent[a]]
        value = recreate(tables, now, search, k, value, heat, noise * draw(search.rng))
    return value


@kernel
def sweep(tables: Tables, now: Incumbent, search: Search, order: IntArray) -> float:
    """Let all agents respond in turn; return the incumbent's value."""
    for a in order:
        respond(tables, now, search, a)
    level_all(tables, now, search)
    settle_all(tables, now)
    value = objective(tables, now)
    find_worth(tables.hands, now.shift_count, now.work_count, now.hand_worth)
    keep_best(now, search, value)
    return value
