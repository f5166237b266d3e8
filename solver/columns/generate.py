"""Column generation: stretches and prices in turn, until neither moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.master import Master, Relaxed
from solver.columns.pricer import Pricer
from wfm.domain.arrays import FloatArray, IntArray

SMOOTHING = 0.5
"""Part of the best prices so far in the prices asked next (Wentges 1997)."""
CLOSE, CLOSE_PART = 0.01, 0.003
"""Within so many units, or such a part where agents are MANY, master and bound meet."""
MANY = 60


@dataclass(slots=True, kw_only=True)
class Generation:
    """Column generation over the agents of a master.

    Attributes
    ----------
    bound
        Of everything that the master decides, valid at any time: the Lagrangian value
        at the best prices so far.
    """

    stretches: Stretches
    pricer: Pricer
    master: Master
    given: IntArray
    bound: float = -np.inf
    prices: FloatArray | None = None
    relaxed: Relaxed | None = None

    def run(
        self,
        *,
        stop: Callable[[], bool],
        most_rounds: int = 10**6,
        enough: float = np.inf,
        tell: Callable[[float], None] | None = None,
    ) -> bool:
        """Generate until master and bound meet; return whether they have.

        A bound of *enough* also ends it; *tell* hears of every better bound.
        """
        for _ in range(most_rounds):
            self.relaxed = self.master.solve()
            if self.relaxed is None or stop():
                return False
            if self._is_closed() or self.bound >= enough:
                return True
            before = self.bound
            new = self.ask(self._smoothed(self.relaxed.prices))
            if tell is not None and self.bound > before:
                tell(self.bound)
            if not new and self.bound <= before and not self.ask(self.relaxed.prices):
                return self._is_closed()
        return False

    def _is_closed(self) -> bool:
        if self.relaxed is None:
            return False
        value = self.relaxed.value
        part = CLOSE_PART if len(self.master.agents) > MANY else 0.0
        return value - self.bound < max(CLOSE, part * abs(value))

    def _smoothed(self, prices: FloatArray) -> FloatArray:
        if self.prices is None:
            return prices
        return SMOOTHING * self.prices + (1.0 - SMOOTHING) * prices

    def ask(self, prices: FloatArray) -> int:
        """Price every agent once; return how many stretches are new."""
        prices = np.clip(prices, -self.stretches.over, self.stretches.short)
        value = float(prices @ (self.stretches.wanted - self.given))
        new = 0
        for a in self.master.agents:
            priced = self.pricer.price(a, prices)
            value -= priced.most
            new += priced.column is not None and self.master.add(priced.column)
        if value > self.bound:
            self.bound, self.prices = value, prices
        return new


def rounded(generation: Generation, share: FloatArray, size: int) -> Sequence[int]:
    """Return columns to fix next: all that are whole, and the *size* largest others."""
    owner = np.array([column.agent for column in generation.master.columns])
    whole = np.flatnonzero(share > 1.0 - 1e-6)
    taken = set(owner[whole].tolist())
    found = whole.tolist()
    for n in np.argsort(-share, kind="stable").tolist():
        if len(found) >= len(whole) + size or share[n] <= 1e-9:
            break
        if int(owner[n]) not in taken:
            taken.add(int(owner[n]))
            found.append(n)
    return found
