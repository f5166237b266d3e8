"""A good first roster: sampled from the weeks with which people answer prices.

While prices of heads settle (:mod:`solver.core.ascent`), everybody keeps answering
them with a best week. These answers, taken over many passes, are close to a fractional
optimum: drawing one of them at random for every agent gives a roster with the right
amount of work nearly everywhere, and sweeps of best response mend the rest. Several are
drawn; the best of each connected component of queues are put together.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from solver.core.ascent import Ascent, rough_prices
from solver.core.compile import Compiled
from solver.core.local_search import LocalSearch
from solver.core.relaxation import Relaxation
from wfm.domain.arrays import FloatArray, IntArray

PASSES, SAMPLES = 80, 20
FEWEST_PASSES, FEWEST_SAMPLES = 20, 4
SETTLING, REMEMBERED = 10, 60
PASSES_PART = 0.6
"""Part of the time for the start that prices may take to settle."""


@dataclass(slots=True, kw_only=True)
class _Part:
    """The best weeks of one component so far."""

    value: float
    choice: IntArray
    taken: IntArray
    profile: FloatArray


class SampledSearch(LocalSearch):
    """The local search, started from sampled answers to prices.

    Parameters
    ----------
    compiled, seed
        As for the local search.
    start_s
        How long to prepare the start; without it passes and samples are counted.
    """

    def __init__(
        self, compiled: Compiled, seed: int = 1, start_s: float | None = None
    ) -> None:
        super().__init__(compiled, seed)
        self._start_s = start_s
        self._memory: deque[tuple[IntArray, IntArray]] = deque(maxlen=REMEMBERED)
        self._parts: dict[int, _Part] = {}
        self._begin = 0.0

    def _start_from_prices(self, stop: Callable[[], bool] | None) -> None:
        """Go to the best combination of sampled and mended rosters."""
        self._begin = perf_counter()
        ends = stop or (lambda: False)
        self._settle_prices(ends)
        for done in range(SAMPLES):
            if not self._memory or ends() or self._is_late(done, FEWEST_SAMPLES, 1.0):
                break
            self._go_to(*self._sample(), self._best.profile)
            self._level_all()
            self._sweep(stop)
            self._keep_parts()
        self._combine()
        self._memory.clear()

    def _is_late(self, done: int, fewest: int, part: float) -> bool:
        if self._start_s is None or done < fewest:
            return False
        return perf_counter() - self._begin > part * self._start_s

    def _settle_prices(self, ends: Callable[[], bool]) -> None:
        ascent = Ascent(Relaxation(self.compiled), rough_prices(self.compiled))
        for done in range(PASSES):
            if ends() or self._is_late(done, FEWEST_PASSES, PASSES_PART):
                break
            ascent.run_pass(done / PASSES)
            if done >= SETTLING:
                self._memory.append((ascent.choice.copy(), ascent.taken.copy()))
        self.prices = ascent.mean_prices()

    def _sample(self) -> tuple[IntArray, IntArray]:
        """Draw for every agent one of the weeks remembered."""
        choice, taken = (array.copy() for array in self._memory[-1])
        drawn = self._rng.integers(len(self._memory), size=self._num_agents)
        for a, which in enumerate(drawn.tolist()):
            days = self.now.days(a)
            old_choice, old_taken = self._memory[which]
            choice[days], taken[days] = old_choice[days], old_taken[days]
        return choice, taken

    def _keep_parts(self) -> None:
        """Remember the components that the roster at hand does best."""
        own = self._own_costs()
        for k, members in self._members.items():
            value = float(self.now.cover.cost[k].sum() + own[members].sum())
            if k not in self._parts or value < self._parts[k].value:
                self._parts[k] = _Part(
                    value=value,
                    choice=self.now.choice.copy(),
                    taken=self.now.taken.copy(),
                    profile=self.now.levels.profile.copy(),
                )

    def _own_costs(self) -> FloatArray:
        own = np.zeros(self._num_agents)
        for a in range(self._num_agents):
            with_agent = self.now.totals.agents
            self.now.count(a, -1)
            own[a] = with_agent - self.now.totals.agents
            self.now.count(a, 1)
        self.now.settle()
        return own

    def _combine(self) -> None:
        """Go to the best parts put together; sweeps follow."""
        if not self._parts:
            return
        choice, taken = self._best.choice.copy(), self._best.taken.copy()
        profile = self._best.profile.copy()
        for k, part in self._parts.items():
            for a in self._members[k].tolist():
                days = self.now.days(a)
                choice[days], taken[days] = part.choice[days], part.taken[days]
            backlogs = self.now.backlogs_of(k)
            profile[backlogs] = part.profile[backlogs]
        self._go_to(choice, taken, profile)
        self._note()
