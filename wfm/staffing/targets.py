"""Service targets as scores that rise with the number of agents through zero."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.inverse import Score, least_integer, real_root
from wfm.staffing.patience import Waits
from wfm.staffing.performance import Definition, Search, level_of

# (agents, elements) -> waiting and occupancy of those flat elements
Performance = Callable[[FloatArray, IntArray], tuple[Waits, FloatArray]]


class UnreachableError(ValueError):
    """No number of agents meets the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What flat elements must reach.

    Attributes
    ----------
    performance
        The model: waiting and occupancy of some elements with some agents.
    load
        Offered load; elements without load need nobody.
    stable_load
        The agents above which the queue does not grow; 0 with impatient customers.
    goals
        Target name -> value per element, in the order in which ties are named.
    definition
        Of the service level.
    search
        Finds the agents for a goal by itself, where that is quicker.
    """

    performance: Performance
    load: FloatArray
    stable_load: FloatArray
    goals: Mapping[str, FloatArray]
    definition: Definition = "offered"
    search: Search | None = None

    def solve(self, *, integer: bool) -> tuple[FloatArray, npt.NDArray[np.str_]]:
        """Return the agents that reach all goals, and the first that binds.

        Raises
        ------
        UnreachableError
            If *integer* and no number of agents reaches a goal.
        """
        busy = np.flatnonzero(self.load > 0.0)
        needs = [self._need(name, busy, integer=integer) for name in self.goals]
        needs.append(self._stable(busy, integer=integer))
        most, first = needs[0], np.zeros(len(busy), dtype=np.intp)
        for k, need in enumerate(needs[1:], start=1):
            first[need > most] = k
            most = np.maximum(most, need)
        if integer and np.isinf(most).any():
            msg = "no number of agents meets the target"
            raise UnreachableError(msg)
        agents = np.zeros_like(self.load)
        agents[busy] = most
        labels = np.array([*self.goals, "stability", ""], dtype="<U16")
        label = np.full(self.load.shape, len(labels) - 1)
        label[busy] = np.where(most > 0.0, first, len(labels) - 1)
        return agents, labels[label]

    def _stable(self, busy: IntArray, *, integer: bool) -> FloatArray:
        load = self.stable_load[busy]
        least = np.floor(load + 1e-9) + 1.0 if integer else load
        stable: FloatArray = np.where(load > 0.0, least, 0.0)
        return stable

    def _need(self, name: str, busy: IntArray, *, integer: bool) -> FloatArray:
        """Return the agents that reach goal *name* on the elements *busy*."""
        reachable = ~self._unreachable(name, busy)
        found = np.full(len(busy), np.inf)
        rows = busy[reachable]
        if self.search is not None:
            found[reachable] = self.search(name, self.goals[name], rows, integer)
            return found
        score = self._score(name, rows)
        load = self.load[rows]
        high = least_integer(score, np.ceil(load + np.sqrt(load)))
        found[reachable] = high if integer else real_root(score, high)
        return found

    def _unreachable(self, name: str, busy: IntArray) -> npt.NDArray[np.bool_]:
        goal = self.goals[name][busy]
        hopeless: npt.NDArray[np.bool_] = goal == 0.0
        if name == "service_level":
            hopeless = goal >= 1.0
        elif name == "abandonment":
            hopeless = hopeless & (self.stable_load[busy] == 0.0)
        return hopeless

    def _score(self, name: str, elements: IntArray) -> Score:
        goal = self.goals[name][elements]

        def score(agents: FloatArray, rows: IntArray) -> FloatArray:
            found, busy = self.performance(agents, elements[rows])
            if name == "service_level":
                return level_of(found, self.definition) - goal[rows]
            if name == "asa":
                # Bounded, so that an endless wait is a number too.
                asa = found.mean_wait_served_s
                closeness: FloatArray = goal[rows] / (goal[rows] + asa) - 0.5
                return closeness
            if name == "occupancy":
                return goal[rows] - busy
            return goal[rows] - found.abandonment_fraction

        return score
