r"""A service level promised over a day or week: the fewest agents in all.

Minimise :math:`\sum_t n_t` subject to :math:`\sum_t \lambda_t SL_t(n_t) \ge
s \sum_t \lambda_t`. Agents go where one more answers most contacts in time. The upper
concave envelope of each interval's answered contacts makes that greedy order optimal
but for the last step (the bound for separable concave allocation: Gross 1956; Fox 1966,
doi:10.1287/opre.14.3.458), so every answer comes with a proven lower bound.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray

# (agents, intervals) -> service level of those flat elements
Level = Callable[[FloatArray, IntArray], FloatArray]

_ALL_IN_TIME = 0.9999
_POINTS = 24
_SLACK = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTarget:
    """Contacts ``[t]`` that share one service level, and what an agent brings.

    Attributes
    ----------
    level
        Service level of some intervals with some agents; rising in agents.
    contacts
        ``[t]``, positive.
    goal
        Share of all contacts to be answered in time.
    floor
        ``[t]`` agents needed for other reasons, such as a floor on the level.
    each
        ``[t]`` agents with which every interval meets the goal by itself.
    """

    level: Level
    contacts: FloatArray
    goal: float
    floor: FloatArray
    each: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Agents ``[t]``; no allocation of that kind that meets the goal has fewer."""

    agents: FloatArray
    lower_bound: float


def fewest_whole(target: DayTarget) -> Allocation:
    """Return whole agents that meet the goal over all intervals.

    Never more in sum than *each*. The bound is that of the relaxation, rounded up;
    where the sum equals it, it is the least there is. Greedy order, then agents are
    taken away as long as the goal allows.
    """
    floor = np.ceil(target.floor - 1e-9)
    steps = _whole_steps(target, floor)
    grid: FloatArray = floor[:, None] + np.arange(steps + 1.0)
    value = _values(target, grid)
    taken, bound = _greedy(value, np.ones(len(floor)), _needed(target))
    taken = _pruned(value, taken, _needed(target))
    agents: FloatArray = floor + taken.astype(np.float64)
    least = np.ceil(floor.sum() + bound - 1e-6)
    each = np.maximum(np.ceil(target.each - 1e-9), floor)
    best: FloatArray = agents if agents.sum() <= each.sum() else each
    return Allocation(agents=best, lower_bound=float(least))


def fewest_real(target: DayTarget) -> Allocation:
    """Return real agents that meet the goal over all intervals, to 1e-6 of it.

    Never more in sum than *each*. Found on a grid that is refined once; the optimum is
    flat, so that the sum is within about 1e-4 of the least. *lower_bound* is the sum
    itself less what the last refinement saved.
    """
    floor = target.floor
    top = _top(target, floor)
    share = np.linspace(0.0, 1.0, _POINTS + 1)
    coarse = floor[:, None] + (top - floor)[:, None] * share
    agents = _on_grid(target, coarse)
    reach = (top - floor) / _POINTS
    low, high = np.maximum(agents - reach, floor), agents + reach
    fine = low[:, None] + (high - low)[:, None] * share
    better = _on_grid(target, fine)
    saved = max(float(agents.sum() - better.sum()), 0.0)
    options = (agents, better, np.maximum(target.each, floor))
    best = min(options, key=lambda option: float(option.sum()))
    return Allocation(agents=best, lower_bound=float(best.sum()) - saved)


def _needed(target: DayTarget) -> float:
    return target.goal * float(target.contacts.sum())


def _values(target: DayTarget, grid: FloatArray) -> FloatArray:
    """Return the contacts answered in time ``[t, g]``."""
    rows = np.repeat(np.arange(len(grid)), grid.shape[1])
    level = target.level(grid.ravel(), rows).reshape(grid.shape)
    return np.maximum.accumulate(level, axis=1) * target.contacts[:, None]


def _top(target: DayTarget, floor: FloatArray) -> FloatArray:
    """Return agents ``[t]`` that answer nearly everybody in time."""
    rows = np.arange(len(floor))
    top = np.maximum(np.maximum(target.each, floor), 0.1)
    for _ in range(40):
        short = target.level(top, rows) < _ALL_IN_TIME
        if not short.any():
            break
        top = np.where(short, top * 1.1 + 0.5, top)
    return top


def _whole_steps(target: DayTarget, floor: FloatArray) -> int:
    return int(np.ceil((_top(target, floor) - floor).max())) + 1


def _envelope(value: FloatArray, width: float) -> list[tuple[float, int, int]]:
    """Return the upper concave envelope of one row: (slope, from, to) by falling slope.

    Slopes are per agent.
    """
    corners = [0]
    for g in range(1, len(value)):
        while len(corners) > 1 and _slope(value, corners[-2], corners[-1]) <= _slope(
            value, corners[-1], g
        ):
            corners.pop()
        corners.append(g)
    return [(_slope(value, a, b) / width, a, b) for a, b in pairwise(corners)]


def _slope(value: FloatArray, low: int, high: int) -> float:
    return float(value[high] - value[low]) / (high - low)


def _greedy(
    value: FloatArray, width: FloatArray, needed: float
) -> tuple[IntArray, float]:
    """Return grid steps ``[t]`` taken until *needed* is answered, and the bound.

    The bound counts only the part of the last step that is needed.
    """
    steps = sorted(
        (
            (slope, t, low, high)
            for t, row in enumerate(value)
            for slope, low, high in _envelope(row, float(width[t]))
        ),
        key=lambda step: (-step[0], step[1], step[2]),
    )
    taken = np.zeros(len(value), dtype=np.int64)
    answered, spent = float(value[:, 0].sum()), 0.0
    for slope, t, low, high in steps:
        missing = needed - answered
        if missing <= _SLACK * needed or slope <= 0.0:
            break
        cost = (high - low) * float(width[t])
        spent += min(cost, missing / slope)
        answered += slope * cost
        taken[t] = high
    return taken, spent


def _pruned(value: FloatArray, taken: IntArray, needed: float) -> IntArray:
    """Return *taken* without the agents that the goal can spare, least missed first."""
    rows = np.arange(len(value))
    taken = taken.copy()
    while True:
        below = np.maximum(taken - 1, 0)
        spare = float(value[rows, taken].sum()) - needed
        loss = np.where(taken > 0, value[rows, taken] - value[rows, below], np.inf)
        cheapest = int(np.argmin(loss))
        if loss[cheapest] > spare + _SLACK * needed:
            return taken
        taken[cheapest] -= 1


def _on_grid(target: DayTarget, grid: FloatArray) -> FloatArray:
    """Return real agents that meet the goal exactly, between two greedy grid points."""
    value = _values(target, grid)
    width = np.maximum(grid[:, 1] - grid[:, 0], 1e-12)
    rows = np.arange(len(grid))
    high, _ = _greedy(value, width, _needed(target))
    enough = grid[rows, high]
    shift = _common_shift(target, enough, width, grid[:, 0])
    return np.maximum(enough - shift * width, grid[:, 0])


def _common_shift(
    target: DayTarget, agents: FloatArray, width: FloatArray, least: FloatArray
) -> float:
    """Return the grid steps by which all agents may fall (or must rise, negative)."""
    rows, needed = np.arange(len(agents)), _needed(target)

    def enough(shift: float) -> bool:
        level = target.level(np.maximum(agents - shift * width, least), rows)
        return bool((level * target.contacts).sum() >= needed * (1.0 - 1e-9))

    low, high = -1.0, 1.0
    while not enough(low) and low > -64.0:
        low *= 2.0
    if enough(high):
        return high
    while high - low > 1e-5:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if enough(middle) else (low, middle)
    return low
