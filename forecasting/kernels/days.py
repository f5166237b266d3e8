"""Whole days: their totals, their neighbours, their gaps, their handle time."""

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
        for s in range(slots):
            if cells[row, s]:
                means[places[row], s] += values[row, s]
                counts[places[row], s] += 1.0
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
def handle_weeks(
    handle_s: FloatArray,
    handled: FloatArray,
    keep: float,
    prior: tuple[float, float],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return each week's level of handle time ``[w]`` and what lies behind its shape.

    *handle_s* and *handled* are ``[d, s]`` seconds and contacts, *prior* those that
    every level begins with. The shape is told by seconds over the level and contacts,
    by week ``[w, s]``, and by the seconds over the level of each day ``[d]``.
    """
    num, slots = handled.shape
    weeks = (num + _WEEK - 1) // _WEEK
    level, by_day = np.zeros(weeks), np.zeros(num)
    relative, contacts = np.zeros((weeks, slots)), np.zeros((weeks, slots))
    sum_s, sum_n = 0.0, 0.0
    for week in range(weeks):
        first, end = week * _WEEK, min((week + 1) * _WEEK, num)
        seconds, count = 0.0, 0.0
        for row in range(first, end):
            for s in range(slots):
                seconds += handle_s[row, s]
                count += handled[row, s]
        sum_s, sum_n = keep * sum_s + seconds, keep * sum_n + count
        if sum_n + prior[1] > 0.0:
            level[week] = (sum_s + prior[0]) / (sum_n + prior[1])
        for row in range(first, end):
            for s in range(slots):
                part = handle_s[row, s] / level[week] if level[week] > 0.0 else 0.0
                relative[week, s] += part
                contacts[week, s] += handled[row, s]
                by_day[row] += part
    return level, relative, contacts, by_day


@kernel
def _smoothed(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return *values* ``[n]`` summed over their neighbours by *weights*."""
    result, reach = np.zeros(len(values)), len(weights) // 2
    for i in range(len(values)):
        for k in range(len(weights)):
            other = i - reach + k
            if 0 <= other < len(values):
                result[i] += weights[k] * values[other]
    return result


@kernel
def proven(
    relative: FloatArray, contacts: FloatArray, weights: FloatArray, prior: float
) -> FloatArray:
    """Return the deviation ``[n]`` from level, as far as it holds from week to week.

    *relative* seconds and *contacts* are weekly sums ``[w, n]``, smoothed by *weights*
    and drawn to the level by *prior* contacts. Each week is predicted from the others.
    """
    total, total_n = relative.sum(axis=0), contacts.sum(axis=0)
    near, near_n = _smoothed(total, weights), _smoothed(total_n, weights)
    whole = (near + prior) / (near_n + prior) - 1.0
    came, said = 0.0, 0.0
    for week in range(len(contacts)):
        own, own_n = (
            _smoothed(relative[week], weights),
            _smoothed(contacts[week], weights),
        )
        for i in range(len(whole)):
            other = (near[i] - own[i] + prior) / (near_n[i] - own_n[i] + prior) - 1.0
            came += other * (relative[week, i] - contacts[week, i])
            said += other * other * contacts[week, i]
    if len(contacts) < 2 or said <= 0.0:
        return whole
    return whole * min(max(came / said, 0.0), 1.0)


@kernel
def _around_month(values: FloatArray, weights: FloatArray, result: FloatArray) -> None:
    """Write *values* ``[p]`` summed over their neighbours on a circle."""
    num, reach = len(values), len(weights) // 2
    for i in range(num):
        result[i] = 0.0
        for k in range(len(weights)):
            result[i] += weights[k] * values[(i - reach + k) % num]


@kernel
def month_course(
    place: tuple[IntArray, IntArray],
    deviation: FloatArray,
    weights: FloatArray,
    prior_days: float,
    size: tuple[int, int],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the course of the month ``[p]`` and how it foretells each month.

    *place* are month ``[n]`` and place in it ``[n]`` of each *deviation* ``[n]``;
    *weights* smooth over places, *prior_days* draw to none. *size* is the number of
    places and the least days of a month that counts. For each such month stand how
    the course of the others agrees with it, and its own size.
    """
    months, places = place
    count = months.max() + 1
    sums, days = np.zeros((count, size[0])), np.zeros((count, size[0]))
    for i in range(len(months)):
        sums[months[i], places[i]] += deviation[i]
        days[months[i], places[i]] += 1.0
    whole = np.zeros(count, dtype=np.bool_)
    total, total_n = np.zeros(size[0]), np.zeros(size[0])
    for month in range(count):
        whole[month] = days[month].sum() >= size[1]
        if whole[month]:
            total += sums[month]
            total_n += days[month]
    near, near_n = np.empty(size[0]), np.empty(size[0])
    agreed, square = np.zeros(count), np.zeros(count)
    for month in range(count):
        if not whole[month]:
            continue
        _around_month(total - sums[month], weights, near)
        _around_month(total_n - days[month], weights, near_n)
        for p in range(size[0]):
            other = near[p] / (near_n[p] + prior_days)
            agreed[month] += sums[month, p] * other
            square[month] += days[month, p] * other * other
    _around_month(total, weights, near)
    _around_month(total_n, weights, near_n)
    return near / (near_n + prior_days), agreed[whole], square[whole]
