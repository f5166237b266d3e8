"""The local search under other prices, fairness among peers priced exactly.

Cost, service and changes are prices of the problem itself. How uneven weekends and
nights are is a matter between people, no sum over them; so the incumbent's value has it
on top, and everybody who is asked for a new week is told what the first, second ...
such shift would add to it.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from solver.core.choices import first_option, not_offered
from solver.core.compile import Compiled
from solver.core.incumbent import Incumbent
from solver.core.local_search import LocalSearch
from solver.pareto.burden import Peers
from solver.problem import Problem, score
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import Roster

EVEN_OUT = 0.6
"""How often those are chosen who have more than their peers, and some of these."""


class FairIncumbent(Incumbent):
    """The roster at hand, whose value has what is uneven in it at a price.

    Parameters
    ----------
    price
        Of one shift a week that would have to change hands, thousandths.
    rng
        Draws in which order an agent's dates are taxed.
    """

    def __init__(
        self, compiled: Compiled, peers: Peers, price: float, rng: np.random.Generator
    ) -> None:
        super().__init__(compiled)
        self.peers, self.price, self._rng = peers, price, rng
        self._agent_of_day = np.array([d.agent for d in compiled.days], dtype=np.int64)
        self._burden = option_burdens(compiled, peers)

    def counts(self) -> FloatArray:
        """Return ``[a]`` weekend and night shifts at hand."""
        taken = self.choice >= 0
        counts: FloatArray = np.bincount(
            self._agent_of_day[taken],
            weights=self._burden[self.choice[taken]].astype(np.float64),
            minlength=len(self.compiled.agent_ids),
        ).astype(np.float64)
        return counts

    def value(self) -> float:
        """Return the value of the roster, breaches and unevenness at their price."""
        value = super().value()
        if self.price:
            value += self.price * self.peers.unfair(self.counts())
        return value

    def insert(
        self,
        a: int,
        noise: FloatArray | None = None,
        pull: FloatArray | None = None,
    ) -> bool:
        """Give agent *a* the best week; weekends and nights are worth less to some."""
        if self.price:
            tax = self._tax(a)
            noise = -tax if noise is None else noise[: len(tax)] - tax
        return super().insert(a, noise, pull)

    def _tax(self, a: int) -> FloatArray:
        """Return what each option of agent *a* adds to unevenness, date by date.

        The agent's dates are taken in a random order, each at what one shift more
        than those before adds.
        """
        options, days = self.options(a), self.days(a)
        own, weeks = self._burden[options], self.peers.weeks
        counts = self.counts()
        counts[a] = 0.0
        below = -float(self.peers.beyond(counts)[a])
        dates = np.arange(days.start, days.stop)
        steps = np.maximum(np.arange(len(dates) + 1) / weeks - below, 0.0)
        added = self._rng.permutation(self.price * np.diff(steps))
        first = np.array([first_option(self.compiled, row) for row in dates])
        lengths = np.diff(np.append(first, options.stop))
        return np.asarray(own * np.repeat(added, lengths), dtype=np.float64)


def option_burdens(compiled: Compiled, peers: Peers) -> IntArray:
    """Return ``[option]`` what each shift counts among weekends and nights."""
    found = [
        peers.burden(item.agent, item.day.date_local, option)
        for item in compiled.days
        for option in item.options
    ]
    return np.array(found, dtype=np.int64)


class PointSearch(LocalSearch):
    """The local search from a given roster, weekends and nights shared at a price."""

    def __init__(
        self, compiled: Compiled, peers: Peers, fairness_price: float, seed: int
    ) -> None:
        super().__init__(compiled, seed)
        self.fair = FairIncumbent(compiled, peers, fairness_price, self._rng)
        self.now = self.fair

    def begin(self, problem: Problem, start: Roster) -> None:
        """Go to *start*; who can't keep the week of it gets the best one."""
        strange = not_offered(self.compiled, start)
        known = Roster(shifts=tuple(s for s in start.shifts if s not in set(strange)))
        self.load(known)
        broken = {v.agent_id for v in score(problem, known).violations if v.agent_id}
        broken |= {shift.agent_id for shift in strange}
        for a, name in enumerate(self.compiled.agent_ids):
            if name in broken:
                self.now.count(a, -1)
                self.now.insert(a)
        self.restart()

    def search(
        self,
        *,
        seconds: float | None,
        rounds: int | None,
        heat: float,
        stop: Callable[[], bool] | None,
    ) -> None:
        """Let everybody answer in turn, then ruin and recreate.

        *seconds* are for both.
        """
        began = perf_counter()
        self._sweep(stop)
        if seconds is not None:
            seconds = max(0.0, seconds - (perf_counter() - began))
        self.improve(seconds=seconds, rounds=rounds, stop=stop, heat=heat)

    def _choose(self, k: int) -> list[int]:
        """Choose agents of component *k*; now and then such with unequal burdens."""
        if not self.fair.price or self._rng.random() > EVEN_OUT:
            return super()._choose(k)
        members = self._members[k]
        above = self.fair.peers.beyond(self.fair.counts())[members]
        if above.max() <= 0:
            return super()._choose(k)
        weights = np.maximum(above, 0.0)
        most = int(self._rng.choice(members, p=weights / weights.sum()))
        group = self.fair.peers.group
        others = members[(group[members] == group[most]) & (above < 0)]
        count = min(len(others), int(self._rng.integers(1, 3)))
        drawn = self._rng.choice(others, size=count, replace=False).tolist()
        chosen: list[int] = [most, *drawn]
        return chosen
