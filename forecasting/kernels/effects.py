"""Special days: the level of the days around, and what each tag shows."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray


@kernel
def _around(values: FloatArray, reach: int) -> FloatArray:
    """Return the sums ``[d]`` of *values* up to *reach* days away."""
    result = np.zeros(len(values))
    for day in range(len(values)):
        for other in range(max(day - reach, 0), min(day + reach + 1, len(values))):
            result[day] += values[other]
    return result


@kernel
def levels(
    offered: FloatArray,
    ordinary: BoolArray,
    expected: FloatArray,
    window: tuple[int, float],
    spread: tuple[float, float],
) -> tuple[FloatArray, float]:
    """Return the ratio ``[d]`` of offered to expected contacts nearby, and its spread.

    Only *ordinary* cells ``[d, s]`` count. *window* is how many days on either side are
    near, and how many days of expected contacts draw the ratio to 1; *spread* a
    deviation over the median distance, and the least.
    """
    num = len(offered)
    came, total = np.zeros(num), np.zeros(num)
    for day in range(num):
        for s in range(offered.shape[1]):
            if ordinary[day, s] and expected[day, s] > 0.0:
                came[day] += offered[day, s]
                total[day] += expected[day, s]
    known = total > 0.0
    days = known.sum()
    if not days:
        return np.ones(num), 1.0
    prior = window[1] * total.sum() / days
    level = (_around(came, window[0]) + prior) / (_around(total, window[0]) + prior)
    away = np.log((came[known] + 0.5) / (total[known] * level[known] + 0.5))
    variance = (spread[0] * np.median(np.abs(away))) ** 2
    poisson = np.median(1.0 / (total[known] + 1.0))
    return level, max(math.sqrt(max(variance - poisson, 0.0)), spread[1])


@kernel
def _turned(
    one: float,
    other: float,
    effect: tuple[float, float],
    spread: tuple[float, float, float],
) -> tuple[float, float]:
    """Return the mean of a special slot and its variance; see :func:`turn`."""
    (a, b), (aa, ab, bb) = effect, spread
    variance = aa * one * one + 2.0 * ab * one * other + bb * other * other
    return max(a * one + b * other, 0.0), variance


@kernel
def turn(
    days: tuple[FloatArray, FloatArray],
    cells: BoolArray,
    alike: FloatArray,
    effect: tuple[float, float],
    spread: tuple[float, float, float],
) -> None:
    """Turn the mean of ordinary *days* ``[n, s]`` in *cells* into that of special ones.

    In place, as the second of *days*, the variance, to which the *spread* (variances
    and covariance) of the *effect* adds. Its second part is that of a weekday *alike*
    ``[s]``; where that is empty, of the day itself.
    """
    mean, variance = days
    for row in range(len(mean)):
        for s in range(mean.shape[1]):
            if cells[row, s]:
                other = alike[s] if len(alike) else mean[row, s]
                value, more = _turned(mean[row, s], other, effect, spread)
                mean[row, s] = value
                variance[row, s] += more


@kernel
def of_day(
    day: tuple[FloatArray, BoolArray],
    cells: BoolArray,
    alike: FloatArray,
    effect: tuple[float, float],
    spread: tuple[float, float, float],
) -> tuple[float, float, float]:
    """Return contacts of an ordinary *day*, of a special one, and the deviation added.

    *day* are the mean ``[s]`` and the open slots; only *cells* ``[s]`` of these count.
    For the rest see :func:`turn`. Deviations of slots add up: they move together.
    """
    (mean, is_open), usual, special, deviation = day, 0.0, 0.0, 0.0
    for s in range(len(mean)):
        if cells[s] and is_open[s]:
            other = alike[s] if len(alike) else mean[s]
            value, more = _turned(mean[s], other, effect, spread)
            usual += mean[s]
            special += value
            deviation += math.sqrt(more)
    return usual, special, deviation


@kernel
def day_spread(
    mean: FloatArray,
    variance: FloatArray,
    is_open: BoolArray,
    ordinary: FloatArray,
    tiny: float,
) -> FloatArray:
    """Return ``[d]`` how many times as far as an *ordinary* day each may stray.

    *mean* and *variance* are ``[d, s]`` contacts and what not knowing special days adds
    to them; *ordinary* ``[d]`` is the variance of the day factor. It is 1 where nothing
    more than *tiny* is expected.
    """
    result = np.ones(len(mean))
    for day in range(len(mean)):
        total, away = 0.0, 0.0
        for s in range(mean.shape[1]):
            if is_open[day, s]:
                total += mean[day, s]
                away += math.sqrt(variance[day, s])
        if away > 0.0 and total > tiny and ordinary[day] > 0.0:
            result[day] = math.sqrt(1.0 + (away / total) ** 2 / ordinary[day])
    return result


@kernel
def products(
    lengths: IntArray,
    tagged: tuple[IntArray, BoolArray, FloatArray],
    history: tuple[FloatArray, BoolArray],
    usual: tuple[FloatArray, FloatArray],
    tiny: float,
) -> FloatArray:
    """Return ``[k, 7]`` the sums and weighted products of which equations are made.

    Of *lengths* ``[k]`` tags *tagged* holds, one after the other, the rows ``[n]`` of
    the *history*, the cells ``[n, s]`` and what resembled weekdays would have brought;
    *usual* are contacts expected of ordinary days ``[d, s]`` and the level ``[d]``.
    Cells under two tags, or not usable, count for none; what is not more than *tiny*
    has no weight.
    """
    rows, cells, alike = tagged
    offered, usable = history
    expected, level = usual
    tags_on = np.zeros(offered.shape, dtype=np.int64)
    for i in range(len(rows)):
        for s in range(cells.shape[1]):
            tags_on[rows[i], s] += 1 if cells[i, s] else 0
    result, at = np.zeros((len(lengths), 7)), 0
    for tag in range(len(lengths)):
        for i in range(at, at + lengths[tag]):
            day = rows[i]
            for s in range(cells.shape[1]):
                if not (cells[i, s] and usable[day, s]) or tags_on[day, s] != 1:
                    continue
                one, other = expected[day, s] * level[day], alike[i, s] * level[day]
                both, came = one + other, offered[day, s]
                weight = 1.0 / both if both > tiny else 0.0
                result[tag, 0] += one
                result[tag, 1] += both
                result[tag, 2] += weight * one * one
                result[tag, 3] += weight * one * other
                result[tag, 4] += weight * other * other
                result[tag, 5] += weight * one * came
                result[tag, 6] += weight * other * came
        at += lengths[tag]
    return result
