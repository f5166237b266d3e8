"""Prices of heads by incremental ascent: people answer prices a few at a time.

A few agents answer the present prices with their best weeks; then prices rise where
use exceeds supply and fall where it does not, and the next few answer. Supply always
counts everybody's latest week, so equal people do not all jump at once, and prices
settle many times faster than by full subgradients. Whatever comes out, the relaxation
at these prices is a valid bound, and the latest weeks are a start for the search.
"""

import numpy as np

from solver.core.compile import Compiled
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from wfm.domain.arrays import FloatArray, IntArray

AT_ONCE = 8
START_LENGTH, LENGTH_RATIO = 4e-4, 0.02
"""Length of a pass per unit of imbalance, in mean prices; its fall over a run."""
MEMORY = 0.1
"""Weight of the newest use of heads in their running mean."""


class Ascent:
    """Prices, and the weeks with which everybody answered last."""

    def __init__(self, relaxation: Relaxation, prices: Prices, seed: int = 1) -> None:
        self.relaxation = relaxation
        compiled: Compiled = relaxation.compiled
        self._rng = np.random.default_rng(seed)
        self.prices = relaxation.clamp(prices)
        self._groups = compiled.cover_need.group_of_agent
        num_a, num_t = compiled.costs.paid.shape
        self.work = np.zeros((num_a, num_t))
        self.supply = relaxation.fixed * relaxation.inside
        self.choice: IntArray = np.full(len(compiled.days), -1, dtype=np.int64)
        self.taken: IntArray = relaxation.taken.copy()
        self._use, self._slack = relaxation.flow(self.prices)
        self._length = START_LENGTH * mean_price(compiled)
        self._sum = Prices(
            heads=np.zeros_like(prices.heads), floors=np.zeros_like(prices.floors)
        )
        self._num_summed = 0

    def run_pass(self, over: float) -> None:
        """Let everybody answer once; *over* is the part of the run that is over."""
        order = self._rng.permutation(len(self.work))
        batches = np.array_split(order, max(1, len(order) // AT_ONCE))
        length = self._length * LENGTH_RATIO ** min(1.0, over) / len(batches)
        for batch in batches:
            for a in batch.tolist():
                self.answer(a, self.prices)
            self._adjust(length)

    def answer(self, a: int, prices: Prices) -> None:
        """Let agent *a* answer *prices*; the supply follows."""
        relaxation, g = self.relaxation, self._groups[a]
        if relaxation.respond(a, prices) is None:
            return
        work = relaxation.work_of(a)
        self.supply[g] += HEAD * (work - self.work[a])
        self.work[a] = work
        days = relaxation.days(a)
        self.choice[days] = relaxation.choice[days]
        self.taken[days] = relaxation.taken[days]

    def _adjust(self, length: float) -> None:
        use, slack = self.relaxation.flow(self.prices)
        self._use += MEMORY * (use - self._use)
        self._slack += MEMORY * (slack - self._slack)
        self.prices = self.relaxation.clamp(
            Prices(
                heads=self.prices.heads + length * (self._use - self.supply),
                floors=self.prices.floors + length * self._slack,
            )
        )
        self._sum.heads[:] += self.prices.heads
        self._sum.floors[:] += self.prices.floors
        self._num_summed += 1

    def mean_prices(self) -> Prices:
        """Return the mean of the prices since the last call."""
        count = max(1, self._num_summed)
        mean = Prices(heads=self._sum.heads / count, floors=self._sum.floors / count)
        self._sum.heads[:], self._sum.floors[:] = 0.0, 0.0
        self._num_summed = 0
        return self.relaxation.clamp(mean)


def mean_price(compiled: Compiled) -> float:
    """Return a typical price of a unit: of paid time, else of missing need."""
    paid: FloatArray = compiled.costs.paid
    if paid.any():
        return float(paid[paid > 0].mean()) / HEAD
    return max(1.0, float(compiled.need.piece_prices[0]))


def rough_prices(compiled: Compiled) -> Prices:
    """Return the typical price for every head: where to start from nothing."""
    num_t, num_g = compiled.cover_need.fixed_heads.shape
    return Prices(
        heads=np.full((num_g, num_t), mean_price(compiled)),
        floors=np.zeros(compiled.backlog.floor.shape),
    )
