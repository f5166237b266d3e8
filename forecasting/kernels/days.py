"""Whole days: their totals, their neighbours, their gaps."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_WEEK = 7


@kernel
def _means(
    values: FloatArray, cells: BoolArray, places: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the means ``[7, s]`` of *values* in *cells* by the day's place ``[d]``.

    And how many cells there were; the mean of none is 0.
    """
    num, slots = values.shape
    means, counts = np.zeros((_WEEK, slots)), np.zeros((_WEEK, slots))
    for row in range(num):
        mean, count = means[places[row]], counts[places[row]]
        for s in range(slots):
            inside = 1.0 if cells[row, s] else 0.0
            mean[s] += inside * values[row, s]
            count[s] += inside
    return means / np.maximum(counts, 1.0), counts


@kernel
def levels(offered: FloatArray, cells: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return what each day's weekday would make of its *cells* ``[d, s]``.

    And the contacts *offered* there over that ``[d]``, NaN where nothing is expected.
    """
    num, slots = offered.shape
    usual = _means(offered, cells, np.arange(num) % _WEEK)[0]
    expected, level = np.zeros(num), np.full(num, np.nan)
    for row in range(num):
        total = 0.0
        for s in range(slots):
            if cells[row, s]:
                expected[row] += usual[row % _WEEK, s]
                total += offered[row, s]
        if expected[row] > 0.0:
            level[row] = total / expected[row]
    return expected, level


@kernel
def _median(ranked: FloatArray) -> float:
    """Return the median of rising values."""
    num = len(ranked)
    return float((ranked[(num - 1) // 2] + ranked[num // 2]) / 2.0)


@kernel
def medians_around(level: FloatArray, steps: IntArray, least: int) -> FloatArray:
    """Return the median ``[d]`` of the *level* ``[d]`` so many *steps* away.

    NaN is unknown, and the answer where fewer than *least* are known.
    """
    num = len(level)
    result, around = np.full(num, np.nan), np.empty(len(steps))
    for row in range(num):
        size = 0
        for i in range(len(steps)):
            other = row + steps[i]
            if other < 0 or other >= num or math.isnan(level[other]):
                continue
            at = size
            while at > 0 and around[at - 1] > level[other]:
                around[at] = around[at - 1]
                at -= 1
            around[at] = level[other]
            size += 1
        if size >= least:
            result[row] = (around[(size - 1) // 2] + around[size // 2]) / 2.0
    return result


@kernel
def _spread_of_days(
    deviation: FloatArray, expected: FloatArray, per_median: float
) -> FloatArray:
    """Return ``[d]`` the robust spread, wider for days of less than mean volume."""
    known = ~np.isnan(deviation)
    num = known.sum()
    if not num:
        return np.full(len(deviation), np.inf)
    spread = per_median * _median(np.sort(np.abs(deviation[known])))
    mean = expected[known].sum() / num
    small = np.sqrt(mean / np.maximum(expected, 1e-9 * mean))
    limits: FloatArray = spread * np.maximum(small, 1.0)
    return limits


@kernel
def day_totals(
    offered: FloatArray,
    cells: BoolArray,
    steps: IntArray,
    least: int,
    per_median: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return ratio, deviation, scale and level ``[d]`` of the days' totals.

    See :class:`forecasting.day_totals.DayTotals`: neighbours are so many *steps* away,
    *least* of them at least; *per_median* times a median distance is a deviation.
    """
    expected, level = levels(offered, cells)
    around = medians_around(level, steps, least)
    ratio = np.full(len(level), np.nan)
    for row in range(len(level)):
        if around[row] > 0.0:
            ratio[row] = level[row] / around[row]
    deviation = 2.0 * (np.sqrt(ratio) - 1.0)
    scale = _spread_of_days(deviation, expected, per_median)
    return ratio, deviation, scale, level


@kernel
def odd(
    totals: tuple[FloatArray, FloatArray, FloatArray],
    limits: tuple[float, float, float],
    most_in_a_week: int,
) -> BoolArray:
    """Return ``[d]`` which days are odd by their *totals*: ratio, deviation and scale.

    *limits* are the scales that a day must be off, the ratio that it must fall below
    (or its inverse exceed), and the scale up to which anything is odd. More than
    *most_in_a_week* among seven days are none. All is rounded, so that a tie is a tie
    whatever the volumes are counted in.
    """
    num, (ratios, deviations, scales) = len(totals[0]), totals
    found = np.zeros(num, dtype=np.bool_)
    for row in range(num):
        if math.isnan(ratios[row]):
            continue
        ratio, size = _rounded(ratios[row]), _rounded(abs(deviations[row]))
        far = size > _rounded(limits[0] * scales[row])
        far = far and (ratio < limits[1] or ratio > 1.0 / limits[1])
        found[row] = far and _rounded(scales[row]) <= limits[2]
    kept = found.copy()
    for first in range(1 - _WEEK, num):
        low, end = max(first, 0), min(first + _WEEK, num)
        if found[low:end].sum() > most_in_a_week:
            kept[low:end] = False
    return kept


@kernel
def _rounded(value: float) -> float:
    """Return *value* to nine digits."""
    return float(np.rint(value * 1e9) / 1e9)


@kernel
def _grown(is_open: BoolArray, first: int, end: int) -> tuple[int, int]:
    """Return the slots *first* to *end*, half-open, and all that is ever open."""
    for row in range(len(is_open)):
        for s in range(first):
            if is_open[row, s]:
                first = s
                break
        for s in range(is_open.shape[1] - 1, end - 1, -1):
            if is_open[row, s]:
                end = s + 1
                break
    return first, end


@kernel
def open_span(is_open: BoolArray, ahead: BoolArray) -> tuple[int, int]:
    """Return the first slot that is ever open and the last one, half-open.

    In history ``[d, s]`` or *ahead*; nothing at the start if none is.
    """
    first, end = _grown(is_open, is_open.shape[1], 0)
    first, end = _grown(ahead, first, end)
    return min(first, end), end


@kernel
def last_known(usable: BoolArray, is_open: BoolArray) -> int:
    """Return the last day that was reported or closed: no news is news."""
    last = len(usable) - 1
    while last > 0 and is_open[last].any() and not usable[last].any():
        last -= 1
    return last


@kernel
def open_slots(is_open: BoolArray, first_weekday: int) -> BoolArray:
    """Return ``[7, s]`` which slots each weekday was ever open, Monday first."""
    result = np.zeros((_WEEK, is_open.shape[1]), dtype=np.bool_)
    for row in range(len(is_open)):
        weekday = (row + first_weekday) % _WEEK
        for s in range(is_open.shape[1]):
            result[weekday, s] = result[weekday, s] or is_open[row, s]
    return result


@kernel
def days_unknown(
    support: IntArray, open_slots: BoolArray, first_weekday: int
) -> IntArray:
    """Return the days with a slot without *support* ``[d, s]`` in which they open.

    *open_slots* is ``[7, s]`` by weekday, Monday first.
    """
    found = np.zeros(len(support), dtype=np.bool_)
    for row in range(len(support)):
        weekday = (row + first_weekday) % _WEEK
        for s in range(support.shape[1]):
            if open_slots[weekday, s] and support[row, s] <= 0:
                found[row] = True
    return np.flatnonzero(found)


@kernel
def _usual_days(roots: FloatArray, cells: BoolArray, weekdays: IntArray) -> FloatArray:
    """Return the mean root ``[7, s]`` by weekday.

    Hours in which a weekday was never seen are those of all days, at its own height.
    """
    slots = roots.shape[1]
    usual, counts = _means(roots, cells, weekdays)
    every = np.maximum(counts.sum(axis=0), 1.0)
    any_day = (usual * counts).sum(axis=0) / every
    for place in range(_WEEK):
        own, all_days = 0.0, 0.0
        for s in range(slots):
            if counts[place, s] > 0.0:
                own += usual[place, s]
                all_days += any_day[s]
        height = own / all_days if all_days > 0.0 else 0.0
        for s in range(slots):
            if counts[place, s] == 0.0:
                usual[place, s] = height * any_day[s]
    return usual


@kernel
def filled_roots(
    offered: FloatArray, ordinary: BoolArray, columns: IntArray, weekdays: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the square roots ``[d, s']`` of the slots *columns* without gaps.

    What was not *ordinary* has its weekday's profile at the height of the rest of its
    day. Beside it stand that height and the share of the usual day that was seen.
    """
    num, slots = len(offered), len(columns)
    roots = np.empty((num, slots))
    cells = np.empty((num, slots), dtype=np.bool_)
    for row in range(num):
        for s in range(slots):
            cells[row, s] = ordinary[row, columns[s]]
            value = offered[row, columns[s]] if cells[row, s] else 0.0
            roots[row, s] = math.sqrt(value)
    usual = _usual_days(roots, cells, weekdays)
    height, coverage = np.zeros(num), np.zeros(num)
    for row in range(num):
        day, seen, whole, product, square = usual[weekdays[row]], 0.0, 0.0, 0.0, 0.0
        count = 0.0
        for s in range(slots):
            whole += day[s]
            if cells[row, s]:
                count += 1.0
                seen += day[s]
                product += roots[row, s] * day[s]
                square += day[s] * day[s]
        height[row] = product / square if square > 0.0 else 0.0
        coverage[row] = seen / whole if whole > 0.0 else count / slots
        for s in range(slots):
            if not cells[row, s]:
                roots[row, s] = day[s] * height[row]
    return roots, height, coverage


@kernel
def off_line(height: FloatArray, reach: int) -> FloatArray:
    """Return how far each *height* ``[n]`` is from the median of those around.

    These are *reach* on either side and itself; the ends are mirrored.
    """
    num, size = len(height), 2 * reach + 1
    result, around = np.empty(num), np.empty(size)
    for row in range(num):
        for i in range(size):
            other = abs(row - reach + i)
            other = other if other < num else 2 * (num - 1) - other
            value, at = height[other], i
            while at > 0 and around[at - 1] > value:
                around[at] = around[at - 1]
                at -= 1
            around[at] = value
        result[row] = abs(height[row] - around[reach])
    return result


@kernel
def ordinary_weights(
    height: FloatArray,
    seen: BoolArray,
    reach: int,
    scale: tuple[float, float, float],
) -> FloatArray:
    """Return weights ``[d]`` that fall as the *height* of a day *seen* is off the line.

    *scale* is how many sigmas count in full, a sigma over the median distance, and the
    least sigma. See :func:`forecasting.whole_days.ordinariness`.
    """
    sigmas, per_median, least = scale
    weights, days = np.ones(len(height)), np.flatnonzero(seen)
    if len(days) <= reach:
        return weights
    off = off_line(height[days], reach)
    sigma = max(per_median * _median(np.sort(off)), least)
    for i in range(len(days)):
        weights[days[i]] = 1.0 / max(off[i] / (sigmas * sigma), 1.0) ** 2
    return weights


@kernel
def root_days(
    offered: FloatArray,
    ordinary: BoolArray,
    first_weekday: int,
    reach: int,
    scale: tuple[float, float, float],
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return the slots ``[s]`` ever *ordinary*, roots of whole days, and their weights.

    See :func:`filled_roots` and :func:`ordinary_weights`.
    """
    num, slots = ordinary.shape
    seen = np.zeros(slots, dtype=np.bool_)
    for row in range(num):
        for s in range(slots):
            seen[s] = seen[s] or ordinary[row, s]
    weekdays = (first_weekday + np.arange(num)) % _WEEK
    columns = np.flatnonzero(seen)
    roots, height, coverage = filled_roots(offered, ordinary, columns, weekdays)
    weights = coverage * ordinary_weights(height, coverage > 0.0, reach, scale)
    return seen, roots, weights


@kernel
def cells_touched(
    mask: BoolArray, cells: IntArray, shape: tuple[int, int]
) -> BoolArray:
    """Return whether *mask* ``[t]`` holds anywhere in each of a matrix's *cells*."""
    result = np.zeros(shape[0] * shape[1], dtype=np.bool_)
    for i in range(len(mask)):
        if mask[i]:
            result[cells[i]] = True
    return result.reshape(shape)


@kernel
def cell_sums(
    values: FloatArray, cells: IntArray, shape: tuple[int, int]
) -> FloatArray:
    """Return the sums of *values* ``[t]``, or counts, over the *cells* of a matrix."""
    result = np.zeros(shape[0] * shape[1])
    for i in range(len(values)):
        result[cells[i]] += values[i]
    return result.reshape(shape)
