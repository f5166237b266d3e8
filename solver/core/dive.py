"""A good start for the search: from shares of weeks down to whole ones, step by step.

The bundle's shares are about the optimum with fractional people. What is coarse is
decided first: on which dates people work, and how long. Those whose weeks agree most on
that are held to it, prices settle anew, and the next follow, until all are. Held so the
value hardly rises, for who works when is all but settled by the prices. Starts and
breaks are then taken together, near what is left on average
(:mod:`solver.core.bundle_rows`); small moves do the rest.

Diving with a part of the columns at a time: C. Joncour, S. Michel, R. Sadykov,
D. Sverdlov, F. Vanderbeck, Electronic Notes in Discrete Mathematics 36 (2010) 695-702,
doi:10.1016/j.endm.2010.05.088.
"""

from time import perf_counter

import numpy as np

from solver.core.tables import OPTION_END, OPTION_START
from solver.core.whole_bundle import WholeBundle
from wfm.domain.arrays import BoolArray, IntArray

LEAST_PART, AGREED = 0.1, 0.97
"""Part of those not yet held who are next; the share that is as good as all."""
PASSES, LAST_PASSES = 6, 20
"""Passes for prices to settle: after each step, and at the end."""
REACH = 0.5
"""How far prices may move at least when people have been held."""


class Dive:
    """Dives from where *bundle* is, which stays as it was."""

    def __init__(self, bundle: WholeBundle) -> None:
        self._bundle = bundle.fork()
        self._options = bundle.relaxation.compiled.weeks.options
        self._free = list(range(len(bundle.relaxation.compiled.agent_ids)))

    def run(self, seconds: float) -> tuple[IntArray, IntArray]:
        """Return options and break starts per agent-day, found in about *seconds*."""
        start_s, part = perf_counter(), LEAST_PART
        try:
            while self._free:
                begin_s = perf_counter()
                self._step(part)
                now_s = perf_counter()
                steps = max(1.0, (start_s + seconds - now_s) / (now_s - begin_s))
                part = part_of(len(self._free), steps)
            self._settle(LAST_PASSES)
            return self._bundle.weeks()
        finally:
            self._bundle.relaxation.let_go()

    def _step(self, part: float) -> None:
        """Hold those who agree most, a *part* of all; let prices settle."""
        leanings = {a: self._leaning(a) for a in self._free}
        self._free.sort(key=lambda a: -leanings[a][0])
        num_agreed = sum(share >= AGREED for share, _, _ in leanings.values())
        num = max(num_agreed, int(np.ceil(part * len(self._free))))
        for a in self._free[:num]:
            _, lengths, is_kept = leanings[a]
            self._bundle.hold(a, lengths, is_kept)
        del self._free[:num]
        self._settle(PASSES)

    def _settle(self, passes: int) -> None:
        self._bundle.begin_anew(REACH)
        for _ in range(passes):
            self._bundle.run_pass(0.0)

    def _leaning(self, a: int) -> tuple[float, IntArray, BoolArray]:
        """Return a share, lengths ``[day]`` and which answers have them.

        The lengths are those on which the person's answers agree most.
        """
        share, choice = self._bundle.answers_of(a)
        if not len(share):
            return 1.0, np.full(choice.shape[1], -1), np.zeros(0, dtype=bool)
        lengths = (
            self._options[choice, OPTION_END] - self._options[choice, OPTION_START]
        )
        lengths[choice < 0] = -1
        kinds, kind_of = np.unique(lengths, axis=0, return_inverse=True)
        shares = np.bincount(kind_of.ravel(), weights=share)
        best = int(shares.argmax())
        return float(shares[best]), kinds[best], kind_of.ravel() == best


def part_of(num: int, steps: float) -> float:
    """Return which part to take of *num* each time to be done after *steps*."""
    if num <= 1:
        return 1.0
    return max(LEAST_PART, 1.0 - float(np.exp(-np.log(num) / steps)))
