"""A proven lower bound: the Lagrangian relaxation, raised by incremental ascent."""

from collections.abc import Callable
from math import floor
from typing import TypeAlias

import numpy as np

from solver.core.ascent import Ascent
from solver.core.clock import Clock
from solver.core.compile import Compiled
from solver.core.local_search import LocalSearch
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import find_gains
from wfm.domain.arrays import FloatArray

SMOOTH_STEPS = 4
DEFAULT_S = 60.0
FIRST_EVALUATION, NEXT_EVALUATION = 6, 1.2
"""After how many passes the relaxation is evaluated: first, and then by factor."""

OnBound: TypeAlias = Callable[[int], None]


def start_prices(compiled: Compiled, search: LocalSearch) -> Prices:
    """Return what heads are worth in the search's roster, smoothed over time.

    Any prices give a valid bound; these are near good ones. Prices that the search has
    found itself are better.
    """
    if search.prices is not None:
        return search.prices
    now = search.now
    need = compiled.cover_need
    now.settle()
    heads = np.zeros((need.fixed_heads.shape[1], need.fixed_heads.shape[0]))
    everywhere = np.ones(heads.shape[1], dtype=bool)
    for g in range(len(heads)):
        find_gains(
            compiled.cover,
            now.cover,
            need.idle_price,
            need.window,
            g,
            everywhere,
            heads[g],
        )
    most = float(max(compiled.need.piece_prices)) * 1000
    heads = np.minimum(heads, most) / 1000
    return Prices(
        heads=np.array([_smooth(row) for row in heads]).reshape(heads.shape),
        floors=np.zeros(compiled.backlog.floor.shape),
    )


def _smooth(values: FloatArray) -> FloatArray:
    width = 2 * SMOOTH_STEPS + 1
    padded = np.pad(values, SMOOTH_STEPS, mode="edge")
    return np.convolve(padded, np.full(width, 1.0 / width), mode="valid")


def proven(value: float) -> int:
    """Return a whole number that is certainly not above the true *value*."""
    return floor(value - 1.0 - 1e-10 * abs(value))


def lagrangian_bound(
    compiled: Compiled,
    prices: Prices,
    *,
    rounds: int | None = None,
    seconds: float | None = None,
    upper: Callable[[], float | None] | None = None,
    stop: Callable[[], bool] | None = None,
    on_bound: OnBound | None = None,
) -> int:
    """Return a lower bound of the objective of every legal roster.

    Parameters
    ----------
    compiled, prices
        The problem, and where to start (:func:`start_prices`).
    rounds, seconds, stop
        When to end; with *rounds* alone the result is reproducible. Steps shorten over
        the run, so say *seconds* or *rounds*.
    upper
        Returns the value of the best roster known: a bound that reaches it is enough.
    on_bound
        Called with every better bound.
    """
    climb = Climb(compiled, prices, on_bound)
    climb.run(rounds=rounds, seconds=seconds, upper=upper, stop=stop)
    return proven(climb.best)


class Climb:
    """Passes of the ascent, and now and then the value at their mean prices.

    ``best`` is the highest value so far, found at ``best_prices``.
    """

    def __init__(
        self, compiled: Compiled, prices: Prices, on_bound: OnBound | None
    ) -> None:
        self.relaxation = Relaxation(compiled)
        self.ascent = Ascent(self.relaxation, prices)
        self.best_prices = self.ascent.prices
        self.best = self.relaxation.value(self.best_prices).value
        self.on_bound = on_bound
        self.num_rounds = self._evaluated = 0
        self._next = FIRST_EVALUATION
        if on_bound is not None:
            on_bound(proven(self.best))

    def run(
        self,
        *,
        rounds: int | None = None,
        seconds: float | None = None,
        upper: Callable[[], float | None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        """Climb until one of them says to end (see :func:`lagrangian_bound`)."""
        is_open = seconds is None and rounds is None
        clock = Clock(DEFAULT_S if is_open else seconds, rounds)
        while not (stop is not None and stop()):
            over = clock.share()
            known = None if upper is None else upper()
            if over >= 1.0 or (known is not None and self.best >= known):
                break
            self.round(over)
            clock.rounds_done += 1
        self.evaluate()

    def round(self, over: float) -> None:
        """Do one pass; evaluate when due."""
        self.ascent.run_pass(over)
        self.num_rounds += 1
        if self.num_rounds >= self._next:
            self._next = int(self.num_rounds * NEXT_EVALUATION) + 1
            self.evaluate()

    def evaluate(self) -> None:
        """Take the value at the mean prices of the passes since the last time."""
        if self.num_rounds == self._evaluated:
            return
        self._evaluated = self.num_rounds
        prices = self.ascent.mean_prices()
        value = self.relaxation.value(prices).value
        if value > self.best:
            self.best, self.best_prices = value, prices
            if self.on_bound is not None:
                self.on_bound(proven(value))
