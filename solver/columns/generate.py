"""Column generation: stretches and prices in turn, until neither moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.master import LONGEST_S, Master, Relaxed
from solver.columns.pricer import Pricer
from wfm.domain.arrays import FloatArray, IntArray

SMOOTHING = 0.5
"""Part of the best prices so far in the prices asked next (Wentges 1997)."""
CLOSE, CLOSE_PART = 0.01, 0.003
"""Within so many units, or such a part where agents are MANY, master and bound meet."""
MANY = 60
NEAR_PART, STALL, STALL_PART = 0.1, 3, 0.001
"""Within that part of the bound a master of MANY agents falls no more if so many rounds
gain less than another part."""


@dataclass(slots=True, kw_only=True)
class Generation:
    """Column generation over the agents of a master.

    Attributes
    ----------
    bound
        Of everything that the master decides, valid at any time: the Lagrangian value
        at the best prices so far.
    left_s
        Says how much time there is for the next master.
    """

    stretches: Stretches
    pricer: Pricer
    master: Master
    given: IntArray
    left_s: Callable[[], float] = lambda: LONGEST_S
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

        A bound of *enough* also ends it, and so does a master of MANY agents that falls
        no more; *tell* hears of every better bound.
        """
        patience = Patience()
        for _ in range(most_rounds):
            relaxed = self.solve()
            if relaxed is None or stop():
                return False
            if self._is_closed() or self.bound >= enough:
                return True
            if self._is_near() and patience.ends(relaxed.value):
                return False
            before = self.bound
            new = self.ask(self._smoothed(relaxed.prices), stop)
            if tell is not None and self.bound > before:
                tell(self.bound)
            if not new and self.bound <= before and not self.ask(relaxed.prices, stop):
                return self._is_closed()
        return False

    def solve(self) -> Relaxed | None:
        """Solve the master; keep the last relaxation if there is no time for it."""
        relaxed = self.master.solve(self.left_s())
        self.relaxed = relaxed or self.relaxed
        return relaxed

    def _is_closed(self) -> bool:
        if self.relaxed is None:
            return False
        value = self.relaxed.value
        part = CLOSE_PART if len(self.master.agents) > MANY else 0.0
        return value - self.bound < max(CLOSE, part * abs(value))

    def _is_near(self) -> bool:
        """Return whether the rest of the way would be long and lead not far."""
        if self.relaxed is None or len(self.master.agents) <= MANY:
            return False
        value = self.relaxed.value
        return value - self.bound < NEAR_PART * abs(value)

    def _smoothed(self, prices: FloatArray) -> FloatArray:
        if self.prices is None:
            return prices
        return SMOOTHING * self.prices + (1.0 - SMOOTHING) * prices

    def ask(self, prices: FloatArray, stop: Callable[[], bool]) -> int:
        """Price every agent once; return how many stretches are new.

        Where that is stopped half-way, there is no bound.
        """
        prices = np.clip(prices, -self.stretches.over, self.stretches.short)
        value = float(prices @ (self.stretches.wanted - self.given))
        new = 0
        for a in self.master.agents:
            if stop():
                return 0
            priced = self.pricer.price(a, prices)
            value -= priced.most
            new += priced.column is not None and self.master.add(priced.column)
        if value > self.bound:
            self.bound, self.prices = value, prices
        return new


@dataclass(slots=True)
class Patience:
    """Ends what has gained less than a part of its value in so many rounds."""

    best: float = np.inf
    in_vain: int = 0

    def ends(self, value: float) -> bool:
        """Take in the value of a round; return whether it is time to end."""
        is_better = value < self.best - STALL_PART * abs(value)
        self.in_vain = 0 if is_better else self.in_vain + 1
        self.best = value if is_better else self.best
        return self.in_vain > STALL


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
