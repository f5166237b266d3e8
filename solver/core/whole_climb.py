"""A proven lower bound with whole heads: passes of its ascent, now and then a proof."""

from collections.abc import Callable
from typing import TypeAlias

from solver.core.bound import Climb, OnBound, proven
from solver.core.clock import Clock
from solver.core.dive import Dive
from solver.core.whole_ascent import WholeAscent
from solver.core.whole_bundle import WholeBundle, can_bundle
from solver.core.whole_exact import settle_steps
from wfm.domain.arrays import FloatArray, IntArray

FIRST_PROOF, NEXT_PROOF = 10, 2.0
"""After how many passes a value is proven: first, and then by factor."""
QUICK = 0.05
"""Effort of these proofs; the last one is exact."""
SPARE, SPARE_S, MOST_SPARE = 0.15, 12.0, 0.3
"""Part of the time kept for the last proof: at least, in seconds, and at most."""
STILL, LITTLE = 30, 2e-6
"""Passes after which the climb is over if they raise the value by less than a part."""

RIPENING, RIPE = 15, 3e-4
"""Weeks are ripe when that many passes raise the value by less than that part."""
LATE = 0.15
"""Part of the time after which they are taken as they are."""
DIVE_PART = 0.1
"""Part of the time left that the dive for them may take."""

Weeks: TypeAlias = tuple[IntArray, IntArray, FloatArray]
"""Options and break starts per agent-day; ``[b, t]`` worth of deferred work."""
OnWeeks: TypeAlias = Callable[[Weeks | None], None]
"""Takes weeks to search from, and before nothing: then all cores begin to find them."""


class WholeClimb:
    """The climb that goes on from the end of a plain one.

    ``best`` is the highest value proven so far, by either.
    """

    def __init__(
        self, plain: Climb, on_bound: OnBound | None, on_weeks: OnWeeks | None = None
    ) -> None:
        self.ascent: WholeBundle | WholeAscent
        if can_bundle(plain.relaxation):
            self.ascent = WholeBundle(plain.relaxation, plain.best_prices)
        else:
            self.ascent = WholeAscent(plain.ascent, plain.best_prices)
        self.best, self.on_bound = plain.best, on_bound
        self.on_weeks = on_weeks
        self.num_rounds = self._proven = self._marked = 0
        self._next = FIRST_PROOF
        self._mark = self._ripe = float("-inf")

    def run(
        self,
        *,
        rounds: int | None = None,
        seconds: float | None = None,
        upper: float = float("inf"),
    ) -> None:
        """Climb for *rounds*, or for *seconds* with the last proof in them."""
        clock = Clock(seconds, rounds)
        self.expect_weeks()
        length = 1.0 if seconds is None else 1.0 - spare_part(seconds)
        while clock.share() < length and not self.is_still():
            if self.best >= upper:
                return
            self.ascent.run_pass(clock.share() / length)
            self.num_rounds += 1
            clock.rounds_done += 1
            if self.on_weeks is not None and self.is_ripe(clock.share()):
                self.send_weeks(clock)
            if self.num_rounds >= self._next:
                self._next = int(self.num_rounds * NEXT_PROOF) + 1
                self.prove(lambda: clock.share() >= 1.0)
        if self.num_rounds:
            self.prove(
                lambda: seconds is not None and clock.share() >= 1.0, exactly=True
            )

    def is_ripe(self, share: float) -> bool:
        """Return whether the weeks with which people answer are good for a start."""
        ascent = self.ascent
        if not isinstance(ascent, WholeBundle) or self.num_rounds % RIPENING:
            return False
        before, self._ripe = self._ripe, ascent.value
        return ascent.value - before < RIPE * abs(ascent.value) or share > LATE

    def expect_weeks(self) -> None:
        """Say that weeks will come, and work on them with all cores."""
        if not isinstance(self.ascent, WholeBundle):
            self.on_weeks = None
        elif self.on_weeks is not None:
            self.on_weeks(None)
            self.ascent.lanes.widen()

    def send_weeks(self, clock: Clock) -> None:
        """Send a good start for a search, once."""
        send, self.on_weeks = self.on_weeks, None
        if send is None or not isinstance(self.ascent, WholeBundle):
            return
        left = (1.0 - clock.share()) * (clock.seconds or 0.0)
        worth = self.ascent.mean_prices().work
        send((*Dive(self.ascent).run(DIVE_PART * left), worth))
        self.ascent.lanes.narrow()

    def is_still(self) -> bool:
        """Return whether the last passes have not raised the value any more."""
        if not isinstance(self.ascent, WholeBundle):
            return False
        if self.num_rounds < self._marked + STILL:
            return False
        before, self._mark = self._mark, self.ascent.value
        self._marked = self.num_rounds
        return self._mark - before < LITTLE * abs(self._mark)

    def prove(self, stop: Callable[[], bool], *, exactly: bool = False) -> None:
        """Prove the value at the present prices, quickly or as exactly as time allows.

        Those of the ascent are the mean of the passes since the last time.
        """
        if self.num_rounds == self._proven and not exactly:
            return
        self._proven, whole = self.num_rounds, self.ascent.whole
        prices = self.ascent.mean_prices()
        if whole.estimate(prices) <= self.best:
            return
        value = whole.value(prices, stop, QUICK)
        self._take(value)
        if exactly and value > float("-inf"):
            self._take(value + settle_steps(whole, prices, stop))

    def _take(self, value: float) -> None:
        if value > self.best:
            self.best = value
            if self.on_bound is not None:
                self.on_bound(proven(value))


def spare_part(seconds: float) -> float:
    """Return which part of the time is kept for the last proof."""
    return min(MOST_SPARE, max(SPARE, SPARE_S / max(seconds, 1e-9)))
