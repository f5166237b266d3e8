"""Pools of standardised errors: gathered, put in classes of volume, ranked."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_WEEK = 7
_DIGIT, _BITS, _PLACE_BITS = 10, 30, 32
_STEPS = 1e9  # below 2 ** 30


@kernel
def _counted(cells: BoolArray, rows: BoolArray) -> IntArray:
    """Return how many *cells* ``[d, s]`` each day has, 0 if not one of *rows*."""
    counts = np.zeros(len(cells), dtype=np.int64)
    for day in range(len(cells)):
        for s in range(cells.shape[1] if rows[day] else 0):
            counts[day] += 1 if cells[day, s] else 0
    return counts


@kernel
def gathered(
    expected: FloatArray,
    error: FloatArray,
    cells: BoolArray,
    rows: BoolArray,
    most: int,
) -> tuple[FloatArray, FloatArray, int, int]:
    """Return the expected contacts and errors ``[n]`` in *cells* ``[d, s]`` of *rows*.

    Beside them the number of days that have any, and of weeks. More than *most* cells
    are thinned evenly.
    """
    counts = _counted(cells, rows)
    every = counts.sum()
    size = min(every, most)
    mean, wrong = np.empty(size), np.empty(size)
    at, due, num_days, num_weeks, last = 0, 0, 0, 0, -1
    for day in np.flatnonzero(counts):
        num_days, num_weeks = num_days + 1, num_weeks + int(day // _WEEK != last)
        last = int(day // _WEEK)
        for s in range(cells.shape[1]):
            if not cells[day, s]:
                continue
            if due < size:
                mean[at], wrong[at] = expected[day, s], error[day, s]
                at, due = at + 1, due + every
            due -= size
    return mean, wrong, num_days, num_weeks


@kernel
def sorted_by(keys: IntArray, bits: int) -> IntArray:
    """Return the places ``[n]`` of rising *keys* of so many *bits*, not negative.

    Digit by digit from the lowest, equal keys in the order they had: no branch depends
    on the data. A key travels with its place, so that both are read in line.
    """
    digits, num = 1 << _DIGIT, len(keys)
    here, there = (keys << _PLACE_BITS) + np.arange(num), np.empty_like(keys)
    for shift in range(_PLACE_BITS, _PLACE_BITS + bits, _DIGIT):
        place = np.zeros(digits, dtype=np.int64)
        for i in range(num):
            place[(here[i] >> shift) & (digits - 1)] += 1
        before = 0
        for digit in range(digits):
            before, place[digit] = before + place[digit], before
        for i in range(num):
            digit = (here[i] >> shift) & (digits - 1)
            there[place[digit]] = here[i]
            place[digit] += 1
        here, there = there, here
    return here & ((1 << _PLACE_BITS) - 1)


@kernel
def ranked(values: FloatArray, wanted: IntArray) -> FloatArray:
    """Return the order statistics number *wanted* ``[k]`` of *values* ``[n]``.

    Values are dealt to bins of equal width, as many as there are values. Then the one
    at place *k* lies in the bin of the *k*-th, and only that bin has to be sorted.
    """
    num, low, high = len(values), values.min(), values.max()
    scale = num / (high - low) if high > low else 0.0
    scale = scale if scale < np.inf else 0.0
    bins, ends = np.empty(num, dtype=np.int64), np.zeros(num + 1, dtype=np.int64)
    for i in range(num):
        bins[i] = min(int((values[i] - low) * scale), num - 1)
        ends[bins[i] + 1] += 1
    for n in range(num):
        ends[n + 1] += ends[n]
    dealt, place = np.empty(num), ends[:num].copy()
    for i in range(num):
        dealt[place[bins[i]]] = values[i]
        place[bins[i]] += 1
    found = np.empty(len(wanted))
    for k in range(len(wanted)):
        n = min(int((dealt[wanted[k]] - low) * scale), num - 1)
        found[k] = np.sort(dealt[ends[n] : ends[n + 1]])[wanted[k] - ends[n]]
    return found


@kernel
def class_bounds(ranks: IntArray, most: int, least: int) -> IntArray:
    """Return the bounds ``[c + 1]`` of up to *most* classes of rising *ranks* ``[n]``.

    Equal ranks stay together, and a class has at least *least* members.
    """
    num, size = len(ranks), 0
    bounds = np.zeros(most + 1, dtype=np.int64)
    for n in range(1, most):
        low = high = num * n // most
        tie = ranks[low]
        while low > 0 and ranks[low - 1] == tie:
            low -= 1
        while high < num and ranks[high] == tie:
            high += 1
        for cut in (low, high):
            if min(cut - bounds[size], num - cut) >= least:
                size += 1
                bounds[size] = cut
                break
    bounds[size + 1] = num
    return bounds[: size + 2]


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
    scale = np.sqrt(variances[0] + variances[1] * volumes)
    scores = away / np.where(scale > 0.0, scale, 1.0)
    for c in range(len(bounds) - 1):
        last = bounds[c + 1] - bounds[c] - 1
        below = (levels * last).astype(np.int64)
        wanted = np.concatenate((below, np.minimum(below + 1, last)))
        ends = ranked(scores[bounds[c] : bounds[c + 1]], wanted)
        for n in range(len(levels)):
            low, above = ends[n], ends[len(levels) + n]
            result[n, c] = low + (levels[n] * last - below[n]) * (above - low)
    return result


@kernel
def offsets(
    roots: FloatArray,
    pool: tuple[FloatArray, FloatArray],
    variances: tuple[float, float],
    more: FloatArray,
    rows: BoolArray,
    result: FloatArray,
) -> None:
    """Write the offsets of the quantiles of *roots* ``[d, s]`` to ``[l, d, s]``.

    On the days *rows* only. *pool* holds roots ``[c]`` and the quantiles ``[l, c]`` of
    standardised errors there; these are linear between. *variances* are those of the
    count and of the rate, to which *more* ``[d]`` adds.
    """
    knots, scores = pool
    for day in range(len(roots)):
        rate = max(variances[1] + more[day], 0.0)
        for s in range(roots.shape[1] if rows[day] else 0):
            root = roots[day, s]
            scale = math.sqrt(variances[0] + rate * root * root)
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


@kernel
def squared(
    roots: FloatArray, week: FloatArray, day_ahead: FloatArray, share: FloatArray
) -> None:
    """Turn the offsets *week* ``[l, d, s]`` of *roots* ``[d, s]`` into quantiles.

    A *share* ``[d]`` of the offsets is that of *day_ahead*, of which only days with a
    share need to be there. Below 0 is 0.
    """
    for n in range(len(week)):
        for day in range(len(roots)):
            for s in range(roots.shape[1]):
                away = week[n, day, s]
                if share[day] > 0.0:
                    away += (day_ahead[n, day, s] - away) * share[day]
                week[n, day, s] = max(roots[day, s] + away, 0.0) ** 2


@kernel
def widened(
    quantiles: FloatArray, mean: FloatArray, variance: FloatArray, scores: FloatArray
) -> FloatArray:
    """Return *quantiles* ``[l, d, s]`` moved away from the *mean* ``[d, s]``.

    Distances and the deviation of *variance* ``[d, s]`` times *scores* ``[l]`` add up
    as roots of squares. Quantiles still rise, and are not below 0.
    """
    result = quantiles.copy()
    for day in range(len(mean)):
        if not variance[day].any():
            continue
        for s in range(mean.shape[1]):
            for n in range(len(scores)):
                value, more = quantiles[n, day, s], scores[n] ** 2 * variance[day, s]
                away = abs(value - mean[day, s])
                value += np.sign(scores[n]) * (math.sqrt(away**2 + more) - away)
                at, value = n, max(value, 0.0)
                while at > 0 and result[at - 1, day, s] > value:
                    result[at, day, s] = result[at - 1, day, s]
                    at -= 1
                result[at, day, s] = value
    return result


@kernel
def variances(volumes: FloatArray, squares: FloatArray) -> tuple[float, float]:
    """Return *a*, *b* of ``squares = a + b * volumes`` ``[c]``, by relative error.

    See :func:`forecasting.bands._pool`.
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


@kernel
def pooled(
    mean: FloatArray,
    wrong: FloatArray,
    levels: FloatArray,
    size: tuple[int, int],
) -> tuple[tuple[float, float], FloatArray, FloatArray]:
    """Return count and rate variance, roots ``[c]`` and quantiles ``[l, c]`` of a pool.

    *mean* ``[n]`` was expected, *wrong* is by how much more came; *size* is how many
    classes there may be, and the least members of one. See
    :func:`forecasting.bands._pool`.
    """
    most = mean.max()
    # Rounding errors are no difference.
    scale = _STEPS / (most if most > 0.0 else 1.0)
    ranks = np.rint(mean * scale).astype(np.int64)
    order = sorted_by(ranks, _BITS)
    bounds = class_bounds(ranks[order], size[0], size[1])
    volumes, away, volume, square = residuals(mean, wrong, order, bounds)
    found = variances(volume, square)
    scores = class_quantiles(volumes, away, found, bounds, levels)
    middles = volumes[(bounds[:-1] + bounds[1:] - 1) // 2]
    return found, np.sqrt(middles), scores
