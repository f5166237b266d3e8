"""A proven lower bound: the Lagrangian relaxation, raised by the volume method."""

from collections.abc import Callable
from math import floor, inf
from time import perf_counter

import numpy as np

from solver.core.compile import Compiled
from solver.core.local_search import LocalSearch
from solver.core.relaxation import Prices, Relaxation, Relaxed
from solver.core.slots import find_gains
from wfm.domain.arrays import FloatArray

SMOOTH_STEPS = 4
START_STEP, LEAST_STEP = 0.5, 1e-4
PATIENCE = 8
MIX = 0.1
ASSUMED_GAP, LEAST_GAP = 0.03, 1e-3


def start_prices(compiled: Compiled, search: LocalSearch) -> Prices:
    """Return what heads are worth in the search's roster, smoothed over time.

    Any prices give a valid bound; these are near good ones.
    """
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
    on_bound: Callable[[int], None] | None = None,
) -> int:
    """Return a lower bound of the objective of every legal roster.

    Parameters
    ----------
    compiled, prices
        The problem, and where to start (:func:`start_prices`).
    rounds, seconds, stop
        When to end; with *rounds* alone the result is reproducible.
    upper
        Returns the value of the best roster known, which sets the length of steps.
    on_bound
        Called with every better bound.
    """
    method = _Volume(compiled, prices, upper or (lambda: None))
    start, done = perf_counter(), 0
    while (rounds is None or done < rounds) and not (stop is not None and stop()):
        if seconds is not None and perf_counter() - start >= seconds:
            break
        if method.step() and on_bound is not None:
            on_bound(proven(method.best))
        done += 1
    return proven(method.best)


class _Volume:
    """The volume method: steps from the best prices along averaged subgradients."""

    def __init__(
        self, compiled: Compiled, prices: Prices, upper: Callable[[], float | None]
    ) -> None:
        self.relaxation = Relaxation(compiled)
        self.upper = upper
        self.centre = self.relaxation.clamp(prices)
        self.best = -inf
        self.length = START_STEP
        self.misses = 0
        self.mean: Relaxed | None = None

    def step(self) -> bool:
        """Evaluate once; return whether the bound rose."""
        if self.mean is None:
            self.mean = self.relaxation.value(self.centre)
            self.best = self.mean.value
            return True
        tried = self._ahead(self.mean)
        found = self.relaxation.value(tried)
        self.mean = self._blend(self.mean, found)
        if found.value > self.best:
            self._rise(tried, found)
            return True
        self.misses += 1
        if self.misses >= PATIENCE:
            self.length = max(LEAST_STEP, self.length * 0.7)
            self.misses = 0
        return False

    def _ahead(self, mean: Relaxed) -> Prices:
        """Return the prices one step from the centre along the mean subgradient."""
        upper = self.upper()
        target = self.best * (1.0 + ASSUMED_GAP) if upper is None else upper
        distance = max(target - self.best, LEAST_GAP * abs(self.best), 1.0)
        norm = float((mean.heads**2).sum() + (mean.floors**2).sum())
        length = self.length * distance / max(norm, 1.0)
        return self.relaxation.clamp(
            Prices(
                heads=self.centre.heads + length * mean.heads,
                floors=self.centre.floors + length * mean.floors,
            )
        )

    def _blend(self, mean: Relaxed, found: Relaxed) -> Relaxed:
        """Return the mean of subgradients with the newest one mixed in."""
        return Relaxed(
            value=found.value,
            heads=(1.0 - MIX) * mean.heads + MIX * found.heads,
            floors=(1.0 - MIX) * mean.floors + MIX * found.floors,
        )

    def _rise(self, tried: Prices, found: Relaxed) -> None:
        """Make *tried* the centre; lengthen steps that go on rising."""
        agreement = 0.0
        if self.mean is not None:
            agreement = float((self.mean.heads * found.heads).sum())
        self.length = min(2.0, self.length * (1.1 if agreement > 0.0 else 1.0))
        self.centre, self.best, self.misses = tried, found.value, 0
