"""Pools of standardised errors: gathered, put in classes of volume, ranked."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray


@kernel
def gathered(
    expected: FloatArray,
    error: FloatArray,
    cells: BoolArray,
    rows: BoolArray,
    most: int,
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the expected contacts and errors ``[n]`` in *cells* ``[d, s]`` of *rows*.

    Beside them the number ``[d]`` of cells a day. More than *most* cells are thinned
    evenly.
    """
    days, slots = cells.shape
    counts, every = np.zeros(days, dtype=np.int64), 0
    for day in range(days):
        if rows[day]:
            for s in range(slots):
                counts[day] += 1 if cells[day, s] else 0
        every += counts[day]
    size = min(every, most)
    mean, wrong = np.empty(size), np.empty(size)
    at, number = 0, 0
    for day in range(days):
        for s in range(slots if counts[day] else 0):
            if not cells[day, s]:
                continue
            if at < size and number == at * every // size:
                mean[at], wrong[at] = expected[day, s], error[day, s]
                at += 1
            number += 1
    return mean, wrong, counts


@kernel
def class_bounds(ranked: FloatArray, most: int, least: int) -> IntArray:
    """Return the bounds of up to *most* classes of rising values *ranked* ``[n]``.

    Equal values stay together, and a class has at least *least* members.
    """
    num, size = len(ranked), 1
    cuts = np.zeros(most + 1, dtype=np.int64)
    for part in range(1, most):
        tie = ranked[num * part // most]
        for side in range(2):
            if side == 0:
                cut = np.searchsorted(ranked, tie)
            else:
                cut = np.searchsorted(ranked, tie, side="right")
            if min(cut - cuts[size - 1], num - cut) >= least:
                cuts[size] = cut
                size += 1
                break
    cuts[size] = num
    return cuts[: size + 1]


@kernel
def residuals(
    mean: FloatArray, wrong: FloatArray, order: IntArray, bounds: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return errors of square roots ``[n]`` by *order*, and means by class ``[c]``.

    These are the volumes in the order, then by class the mean volume and the mean
    square of the errors.
    """
    volumes, away = np.empty(len(order)), np.empty(len(order))
    volume, square = np.zeros(len(bounds) - 1), np.zeros(len(bounds) - 1)
    for c in range(len(bounds) - 1):
        for i in range(bounds[c], bounds[c + 1]):
            value = mean[order[i]]
            # Rounding may leave a hair below zero where nothing was offered.
            came = max(value + wrong[order[i]], 0.0)
            gap = math.sqrt(came) - math.sqrt(value)
            volumes[i], away[i] = value, gap
            volume[c] += value
            square[c] += gap * gap
        size = bounds[c + 1] - bounds[c]
        volume[c], square[c] = volume[c] / size, square[c] / size
    return volumes, away, volume, square


@kernel
def class_quantiles(
    volumes: FloatArray,
    away: FloatArray,
    variances: tuple[float, float],
    bounds: IntArray,
    levels: FloatArray,
) -> FloatArray:
    """Return quantiles ``[l, c]`` of errors over their standard deviation, by class.

    This is the root of *variances*, the second one times the volume. Quantiles are
    linear between order statistics.
    """
    result = np.empty((len(levels), len(bounds) - 1))
    for c in range(len(bounds) - 1):
        low, high = bounds[c], bounds[c + 1]
        scores = np.empty(high - low)
        for i in range(low, high):
            scale = math.sqrt(variances[0] + variances[1] * volumes[i])
            scores[i - low] = away[i] / (scale if scale > 0.0 else 1.0)
        scores.sort()
        last = high - low - 1
        for n in range(len(levels)):
            at = levels[n] * last
            below = int(at)
            above = scores[min(below + 1, last)]
            result[n, c] = scores[below] + (at - below) * (above - scores[below])
    return result


@kernel
def offsets(
    roots: FloatArray,
    pool: tuple[FloatArray, FloatArray],
    count_variance: float,
    rates: FloatArray,
) -> FloatArray:
    """Return the offsets ``[l, d, s]`` of the quantiles of *roots* ``[d, s]``.

    *pool* holds roots ``[c]`` and the quantiles ``[l, c]`` of standardised errors
    there; these are linear between. *rates* ``[d]`` are variances of the rate.
    """
    knots, scores = pool
    days, slots = roots.shape
    result = np.empty((len(scores), days, slots))
    for day in range(days):
        for s in range(slots):
            root = roots[day, s]
            scale = math.sqrt(count_variance + rates[day] * root * root)
            right = 0
            while right < len(knots) and knots[right] < root:
                right += 1
            left = min(max(right - 1, 0), len(knots) - 1)
            right = min(right, len(knots) - 1)
            width = knots[right] - knots[left]
            share = (root - knots[left]) / width if width > 0.0 else 0.0
            for n in range(len(scores)):
                low, high = scores[n, left], scores[n, right]
                result[n, day, s] = (low + share * (high - low)) * scale
    return result


@kernel
def variances(volumes: FloatArray, squares: FloatArray) -> tuple[float, float]:
    """Return *a*, *b* of ``squares = a + b * volumes`` ``[c]``, by relative error.

    See :func:`forecasting.bands._pool_of`.
    """
    most = squares.max()
    if most <= 0.0:
        return 0.0, 0.0
    w0, w1, w2, y0, y1, least = 0.0, 0.0, 0.0, 0.0, 0.0, math.inf
    for c in range(len(squares)):
        square = max(squares[c], 1e-6 * most)
        least = min(least, square / 100.0)
        weight, volume = 1.0 / square**2, volumes[c]
        w0 += weight
        w1 += weight * volume
        w2 += weight * volume * volume
        y0 += weight * square
        y1 += weight * volume * square
    determinant = w0 * w2 - w1 * w1
    if determinant <= 1e-9 * w0 * w2:  # one volume: the rate's error, if there is any
        return (least, y1 / w2) if w2 > 0.0 else (y0 / w0, 0.0)
    slope = (y1 * w0 - y0 * w1) / determinant
    if slope <= 0.0:
        return y0 / w0, 0.0
    constant = (y0 * w2 - y1 * w1) / determinant
    return (constant, slope) if constant > least else (least, y1 / w2)
