"""The other inverses: the most load for given agents, the wait not exceeded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.staffing.blocking import log_erlang_c
from wfm.staffing.inverse import Score, real_root
from wfm.staffing.performance import Definition, busy_of, figures, levels

WaitOf = Literal["virtual", "served"]
# A target that no wait misses; infinity itself would leave nothing to compare.
ANY_WAIT_S = 1e300
_LARGEST = 2.0**60
_SMALLEST = 2.0**-1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Flat queues with given agents, and the load they carry.

    Attributes
    ----------
    goals
        Target name -> value per element.
    """

    agents: FloatArray
    aht_s: FloatArray
    within_s: FloatArray
    patience_s: FloatArray
    goals: Mapping[str, FloatArray]
    definition: Definition = "offered"

    def largest_load(self) -> FloatArray:
        """Return the most load that meets all goals and does not pile up."""
        stable = np.where(np.isinf(self.patience_s), self.agents, np.inf)
        result = np.where(self.agents > 0.0, stable, 0.0)
        for name, goal in self.goals.items():
            hopeless = self._hopeless(name, goal)
            limit = np.where(hopeless, 0.0, np.inf)
            some = (self.agents > 0.0) & np.isfinite(self.agents)
            rows = np.flatnonzero(some & ~hopeless & ~self._idle(name, goal))
            limit[rows] = self._most(name, goal[rows], rows)
            result = np.minimum(result, limit)
        return result

    def _hopeless(self, name: str, goal: FloatArray) -> BoolArray:
        """Return whether any load at all misses the goal."""
        misses: BoolArray = goal == 0.0
        if name == "service_level":
            misses = goal >= 1.0
        elif name == "abandonment":
            misses = misses & np.isfinite(self.patience_s)
        return misses

    def _idle(self, name: str, goal: FloatArray) -> BoolArray:
        """Return whether no load at all misses the goal."""
        holds: BoolArray = goal >= 1.0
        if name == "service_level":
            holds = goal == 0.0
        elif name == "asa":
            holds = goal >= ANY_WAIT_S
        elif name == "abandonment":
            holds = holds | np.isinf(self.patience_s)
        return holds

    def _most(self, name: str, goal: FloatArray, at: IntArray) -> FloatArray:
        """Return the most load that meets one goal, by the root of its logarithm."""

        def score(load: FloatArray, rows: IntArray) -> FloatArray:
            return self._score(name, goal[rows], load, at[rows])

        fails, holds = _bracket(score, self.agents[at])
        found = np.where(np.isinf(fails), np.inf, holds)
        rows = np.flatnonzero(np.isfinite(fails) & (holds > 0.0))
        worst = fails[rows]

        def by_shrinking(shrunk: FloatArray, some: IntArray) -> FloatArray:
            return score(worst[some] * np.exp(-shrunk), rows[some])

        shrunk = real_root(
            by_shrinking, np.log(worst / holds[rows]), np.zeros_like(worst)
        )
        found[rows] = worst * np.exp(-shrunk)
        return found

    def _score(
        self, name: str, goal: FloatArray, load: FloatArray, at: IntArray
    ) -> FloatArray:
        """Return by how much the goal is exceeded; falls with the load."""
        agents, aht_s, within_s = self.agents[at], self.aht_s[at], self.within_s[at]
        patience_s = self.patience_s[at]
        if name == "service_level":
            reached = levels(load, agents, aht_s, within_s, patience_s, self.definition)
            return reached - goal
        found = figures(load, agents, aht_s, within_s, patience_s)
        if name == "asa":
            closeness: FloatArray = goal / (goal + found.mean_wait_served_s) - 0.5
            return closeness
        if name == "occupancy":
            return goal - busy_of(load, agents, found.served_fraction)
        lost: FloatArray = goal - found.abandonment_fraction
        return lost


def _bracket(score: Score, guess: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return loads a factor of two apart: the least that fails, the most that holds.

    Infinite and 0 where there is none.
    """
    fails, holds = np.full_like(guess, np.inf), np.zeros_like(guess)
    trial, rows = guess.copy(), np.arange(len(guess))
    while len(rows):
        reached = score(trial[rows], rows) >= 0.0
        holds[rows[reached]] = trial[rows[reached]]
        fails[rows[~reached]] = trial[rows[~reached]]
        up, down = np.isinf(fails), holds == 0.0
        trial = np.where(up, trial * 2.0, trial * 0.5)
        more = (up & (trial < _LARGEST)) | (down & ~up & (trial > _SMALLEST))
        rows = np.flatnonzero(more)
    return fails, holds


def wait_quantile(
    load: FloatArray,
    agents: FloatArray,
    aht_s: FloatArray,
    fraction: FloatArray,
    patience_s: FloatArray,
    of: WaitOf,
) -> FloatArray:
    """Return the wait that *fraction* of the contacts do not exceed, flat arrays."""
    result = np.zeros_like(load)
    some = (load > 0.0) & np.isfinite(agents) & (fraction > 0.0)
    endless = np.isinf(patience_s) | (aht_s == 0.0)
    rows = np.flatnonzero(some & endless)
    result[rows] = _endless(load[rows], agents[rows], aht_s[rows], fraction[rows])
    never = ~endless & ((agents == 0.0) | (fraction >= 1.0))
    result[some & never] = np.inf
    rows = np.flatnonzero(some & ~endless & ~never)
    definition: Definition = "virtual" if of == "virtual" else "answered"

    def score(handled: FloatArray, which: IntArray) -> FloatArray:
        at = rows[which]
        within_s = handled * aht_s[at]
        reached = levels(
            load[at], agents[at], aht_s[at], within_s, patience_s[at], definition
        )
        beyond: FloatArray = reached - fraction[at]
        return beyond

    result[rows] = _first_reached(score, len(rows)) * aht_s[rows]
    return result


def _endless(
    load: FloatArray, agents: FloatArray, aht_s: FloatArray, fraction: FloatArray
) -> FloatArray:
    """Return the quantile where nobody gives up: C e^{-(n - A) t / AHT} = 1 - p."""
    with np.errstate(all="ignore"):
        excess = np.maximum(log_erlang_c(load, agents) - np.log1p(-fraction), 0.0)
        wait_s = excess * aht_s / (agents - load)
    return np.where(load >= agents, np.inf, wait_s)


def _first_reached(score: Score, size: int) -> FloatArray:
    """Return the least argument >= 0 at which a rising score is not negative."""
    high, rows = np.zeros(size), np.arange(size)
    low = np.zeros(size)
    while len(rows):
        missed = rows[score(high[rows], rows) < 0.0]
        low[missed] = high[missed]
        high[missed] = np.where(high[missed] > 0.0, 2.0 * high[missed], 2.0**-10)
        rows = missed[high[missed] < _LARGEST]
    return real_root(score, high, low)
