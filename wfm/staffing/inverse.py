"""The least argument at which a rising score reaches zero, for whole arrays at once."""

from collections.abc import Callable

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray

Score = Callable[[FloatArray, IntArray], FloatArray]

SLACK = 1e-12
_LIMIT = 2.0**40
_ROOT_STEPS = 100


def least_integer(score: Score, guess: FloatArray) -> FloatArray:
    """Return the least whole n >= 0 with ``score(n) >= 0``, inf where none is found.

    Parameters
    ----------
    score
        ``score(n, rows)`` for the array elements *rows*; rising in n. A score within
        1e-12 of zero counts as reached, so that float noise costs nobody an agent.
    guess
        Where to begin; any value >= 0 is correct, a near one is fast.
    """
    low, high = _bracket(score, np.ceil(guess))
    rows = np.flatnonzero((high - low > 1.0) & np.isfinite(high))
    while len(rows):
        middle = np.floor((low[rows] + high[rows]) / 2.0)
        reached = score(middle, rows) >= -SLACK
        high[rows[reached]] = middle[reached]
        low[rows[~reached]] = middle[~reached]
        rows = rows[high[rows] - low[rows] > 1.0]
    return high


def _bracket(score: Score, guess: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return whole numbers ``low`` (fails, or -1) and ``high`` (reached, or inf)."""
    low = np.full_like(guess, -1.0)
    high = np.full_like(guess, np.inf)
    trial, step = guess.copy(), np.maximum(1.0, np.floor(np.sqrt(guess) / 4.0))
    rows = np.arange(len(guess))
    while len(rows):
        reached = score(trial[rows], rows) >= -SLACK
        high[rows[reached]] = trial[rows[reached]]
        low[rows[~reached]] = trial[rows[~reached]]
        up, down = np.isinf(high), low < 0.0
        trial = np.where(up, trial + step, np.maximum(trial - step, 0.0))
        step = step * 2.0
        rows = np.flatnonzero((up & (trial < _LIMIT)) | (~up & down & (high > 0.0)))
    return low, high


def real_root(
    score: Score, high: FloatArray, low: FloatArray | None = None
) -> FloatArray:
    """Return the real n in ``(low, high]`` at which a rising score reaches zero.

    *high* comes from :func:`least_integer`; 0 and inf stay. *low* is ``high - 1``
    unless given. Regula falsi in the Illinois form, ended on the side that reaches the
    score, to 1e-12 of ``1 + n``.
    """
    top = high.copy()
    rows = np.flatnonzero(np.isfinite(high) & (high > 0.0))
    low = top - 1.0 if low is None else low.copy()
    at_low, at_top = np.zeros_like(top), np.zeros_like(top)
    at_low[rows], at_top[rows] = score(low[rows], rows), score(top[rows], rows)
    side = np.zeros_like(top)
    for _ in range(_ROOT_STEPS):
        rows = rows[(top - low > _fineness(top))[rows] & (at_top[rows] > 0.0)]
        if not len(rows):
            break
        share = at_top[rows] / (at_top[rows] - at_low[rows])
        fine = _fineness(top[rows])
        # A step of at least that: a guess at the root itself leaves it bracketed.
        step = np.maximum((top[rows] - low[rows]) * np.clip(share, 0.0, 0.999), fine)
        middle = np.maximum(top[rows] - step, low[rows] + 0.5 * fine)
        value = score(middle, rows)
        _narrow(rows, middle, value, (low, top, at_low, at_top, side))
    return top


def _fineness(values: FloatArray) -> FloatArray:
    return SLACK * (1.0 + np.abs(values))


def _narrow(
    rows: IntArray,
    middle: FloatArray,
    value: FloatArray,
    state: tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray],
) -> None:
    """Move one end of each interval to *middle*; halve the value at a stale end."""
    low, top, at_low, at_top, side = state
    reached = value >= 0.0
    hit, missed = rows[reached], rows[~reached]
    top[hit], at_top[hit] = middle[reached], value[reached]
    low[missed], at_low[missed] = middle[~reached], value[~reached]
    at_low[hit] *= np.where(side[hit] > 0.0, 0.5, 1.0)
    at_top[missed] *= np.where(side[missed] < 0.0, 0.5, 1.0)
    side[hit], side[missed] = 1.0, -1.0
