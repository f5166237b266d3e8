"""Places in the month, and what they tell of the days there."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray, IntArray


@kernel
def _month_length(year: int, month: int) -> int:
    """Return the days of a *month* 1..12 (Gregorian calendar)."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


@kernel
def places_in_month(
    first: tuple[int, int, int], num: int, places: int
) -> tuple[IntArray, IntArray]:
    """Return months from 0 on and places in them ``[d]`` of *num* days from *first* on.

    *first* is year, month and day. Of so many *places* those of a month's first half
    count from its start, the others from its end.
    """
    year, month, day = first
    months, place = np.empty(num, dtype=np.int64), np.empty(num, dtype=np.int64)
    length, count = _month_length(year, month), 0
    for row in range(num):
        months[row] = count
        place[row] = day - 1 if day <= places // 2 else places - 1 - length + day
        day += 1
        if day > length:
            day, month, count = 1, month + 1, count + 1
            if month > 12:
                year, month = year + 1, 1
            length = _month_length(year, month)
    return months, place


@kernel
def _around_month(values: FloatArray, weights: FloatArray, result: FloatArray) -> None:
    """Write *values* ``[p]`` summed over their neighbours on a circle."""
    num, reach = len(values), len(weights) // 2
    for i in range(num):
        result[i], at = 0.0, (i - reach) % num
        for k in range(len(weights)):
            result[i] += weights[k] * values[at]
            at = at + 1 if at + 1 < num else 0


@kernel
def _gained(agreed: FloatArray, size: FloatArray) -> tuple[float, float, float]:
    """Return which share of forecasts came true, what it gains, and the gain's error.

    *agreed* are products of forecast and outcome by month, *size* squared forecasts.
    The gain is the fall of the squared errors, the error that of its sum.
    """
    share = min(max(agreed.sum() / max(size.sum(), 1e-300), 0.0), 1.0)
    gain = 2.0 * share * agreed - share**2 * size
    spread = ((gain - gain.mean()) ** 2).sum() / (len(gain) - 1)
    return share, gain.sum(), math.sqrt(spread) * math.sqrt(len(gain))


@kernel
def _month_sums(
    place: tuple[IntArray, IntArray], deviation: FloatArray, size: int
) -> tuple[FloatArray, FloatArray]:
    """Return sums of *deviation* ``[d]`` by month and place ``[m, p]``, and the days.

    What is not finite is unknown.
    """
    months, places = place
    sums, days = np.zeros((months[-1] + 1, size)), np.zeros((months[-1] + 1, size))
    for i in range(len(months)):
        if math.isfinite(deviation[i]):
            sums[months[i], places[i]] += deviation[i]
            days[months[i], places[i]] += 1.0
    return sums, days


@kernel
def month_course(
    place: tuple[IntArray, IntArray],
    deviation: FloatArray,
    weights: FloatArray,
    prior_days: float,
    least: tuple[int, int],
) -> tuple[FloatArray, float, float]:
    """Return the course of the month ``[p]``, and what it would have gained.

    *place* are month ``[d]`` and place in it ``[d]`` of each *deviation* ``[d]``; what
    is not finite is unknown. *weights* ``[p]`` smooth over places, *prior_days* draw to
    none. *least* are the days of a month that counts, and the months. The gain, as a
    share of the squared deviations, and its standard error are of months foretold from
    the others; without enough of them there is none.
    """
    size = len(weights)
    sums, days = _month_sums(place, deviation, size)
    count = len(sums)
    whole = np.zeros(count, dtype=np.bool_)
    total, total_n = np.zeros(size), np.zeros(size)
    for month in range(count):
        whole[month] = days[month].sum() >= least[0]
        if whole[month]:
            total += sums[month]
            total_n += days[month]
    near, near_n = np.empty(size), np.empty(size)
    if whole.sum() < least[1]:
        return near, 0.0, 0.0
    agreed, square = np.zeros(count), np.zeros(count)
    for month in range(count):
        if not whole[month]:
            continue
        _around_month(total - sums[month], weights, near)
        _around_month(total_n - days[month], weights, near_n)
        for p in range(size):
            other = near[p] / (near_n[p] + prior_days)
            agreed[month] += sums[month, p] * other
            square[month] += days[month, p] * other * other
    _around_month(total, weights, near)
    _around_month(total_n, weights, near_n)
    share, gain, error = _gained(agreed[whole], square[whole])
    every = max((deviation[np.isfinite(deviation)] ** 2).sum(), 1e-300)
    return share * (near / (near_n + prior_days)), gain / every, error / every
