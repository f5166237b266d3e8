"""Service targets as scores that rise with the number of agents through zero."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.inverse import Score, least_integer, real_root
from wfm.staffing.performance import Definition, busy_of, level_of, waits_of


class UnreachableError(ValueError):
    """No number of agents meets the target."""


class Targets:
    """What flat elements must reach; targets that are not given are never binding."""

    def __init__(
        self,
        load: FloatArray,
        aht_s: FloatArray,
        patience_s: FloatArray,
        within_s: FloatArray,
        level: FloatArray,
        asa_s: FloatArray,
        occupancy: FloatArray,
        abandoned: FloatArray,
        *,
        definition: Definition,
    ) -> None:
        self.load, self.aht_s, self.patience_s = load, aht_s, patience_s
        self.within_s, self.definition = within_s, definition
        self.goals = {
            "service_level": level,
            "asa": asa_s,
            "occupancy": occupancy,
            "abandonment": abandoned,
        }

    def solve(
        self, names: Sequence[str], *, integer: bool
    ) -> tuple[FloatArray, npt.NDArray[np.str_]]:
        """Return the agents that reach all of *names*, and the first that binds."""
        busy = np.flatnonzero(self.load > 0.0)
        agents = np.zeros_like(self.load)
        binding = np.full(self.load.shape, "", dtype="<U16")
        needs = [self._stable(busy, integer=integer)]
        needs[:0] = [self._need(name, busy, integer=integer) for name in names]
        labels = np.array([*names, "stability"], dtype="<U16")
        stacked = np.stack(needs)
        first = np.argmax(stacked, axis=0)
        agents[busy] = stacked.max(axis=0)
        binding[busy] = np.where(agents[busy] > 0.0, labels[first], "")
        if integer and np.isinf(agents).any():
            msg = "no number of agents meets the target"
            raise UnreachableError(msg)
        return agents, binding

    def _stable(self, busy: IntArray, *, integer: bool) -> FloatArray:
        load = self.load[busy]
        least = np.floor(load + 1e-9) + 1.0 if integer else load
        stable: FloatArray = np.where(np.isinf(self.patience_s[busy]), least, 0.0)
        return stable

    def _need(self, name: str, busy: IntArray, *, integer: bool) -> FloatArray:
        """Return the agents that reach target *name* on the elements *busy*."""
        reachable = ~self._unreachable(name)[busy]
        found = np.full(len(busy), np.inf)
        rows = busy[reachable]
        score = self._score(name, rows)
        load = self.load[rows]
        high = least_integer(score, np.ceil(load + np.sqrt(load)))
        found[reachable] = high if integer else real_root(score, high)
        return found

    def _unreachable(self, name: str) -> npt.NDArray[np.bool_]:
        goal = self.goals[name]
        if name == "service_level":
            hopeless: npt.NDArray[np.bool_] = goal >= 1.0
        elif name == "abandonment":
            hopeless = (goal == 0.0) & np.isfinite(self.patience_s)
        else:
            hopeless = goal == 0.0
        return hopeless

    def _score(self, name: str, elements: IntArray) -> Score:
        goal = self.goals[name][elements]

        def score(agents: FloatArray, rows: IntArray) -> FloatArray:
            chosen = elements[rows]
            load = self.load[chosen]
            found = waits_of(
                load,
                agents,
                self.aht_s[chosen],
                self.within_s[chosen],
                self.patience_s[chosen],
            )
            if name == "service_level":
                return level_of(found, self.definition) - goal[rows]
            if name == "asa":
                # Bounded, so that an endless wait is a number too.
                asa = found.mean_wait_served_s
                closeness: FloatArray = goal[rows] / (goal[rows] + asa) - 0.5
                return closeness
            if name == "occupancy":
                return goal[rows] - busy_of(load, agents, found)
            return goal[rows] - found.abandonment_fraction

        return score
