"""A proven lower bound with whole heads: passes of its ascent, now and then a proof."""

from collections.abc import Callable, Iterable

from solver.core.bound import Climb, OnBound, proven
from solver.core.clock import Clock
from solver.core.whole_ascent import WholeAscent

FIRST_PROOF, NEXT_PROOF = 10, 1.3
"""After how many passes a value is proven: first, and then by factor."""
QUICK, DEEPER = 0.05, (0.5, 5.0)
"""Effort of these proofs; where the clock decides, the last one gets more."""
SPARE = 0.1
"""Part of the time that is kept for the last proof."""


class WholeClimb:
    """The climb that goes on from the end of a plain one.

    ``best`` is the highest value proven so far, by either.
    """

    def __init__(self, plain: Climb, on_bound: OnBound | None) -> None:
        self.ascent = WholeAscent(plain.ascent, plain.best_prices)
        self.best, self.on_bound = plain.best, on_bound
        self.num_rounds = self._proven = 0
        self._next = FIRST_PROOF

    def run(
        self,
        *,
        rounds: int | None = None,
        seconds: float | None = None,
        upper: float = float("inf"),
    ) -> None:
        """Climb for *rounds*, or for *seconds* with the last proof in them."""
        clock = Clock(seconds, rounds)
        length = 1.0 if seconds is None else 1.0 - SPARE
        while clock.share() < length:
            if self.best >= upper:
                return
            self.ascent.run_pass(clock.share() / length)
            self.num_rounds += 1
            clock.rounds_done += 1
            if self.num_rounds >= self._next:
                self._next = int(self.num_rounds * NEXT_PROOF) + 1
                self.prove(lambda: clock.share() >= 1.0)
        deeper = () if seconds is None else DEEPER
        self.prove(lambda: clock.share() >= 1.0, deeper)

    def prove(self, stop: Callable[[], bool], deeper: Iterable[float] = ()) -> None:
        """Prove the value at the mean prices of the passes since the last time."""
        if self.num_rounds == self._proven:
            return
        self._proven, whole = self.num_rounds, self.ascent.whole
        prices = self.ascent.mean_prices()
        if whole.estimate(prices) <= self.best:
            return
        value = whole.value(prices, stop, QUICK)
        self._take(value)
        for effort in deeper:
            if value > float("-inf"):
                value += whole.deepen(prices, stop, effort)
                self._take(value)

    def _take(self, value: float) -> None:
        if value > self.best:
            self.best = value
            if self.on_bound is not None:
                self.on_bound(proven(value))
