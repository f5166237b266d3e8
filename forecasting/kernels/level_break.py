"""Where the level of days has moved for good."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray


@kernel
def _middle(values: FloatArray) -> float:
    """Return the median of *values*, NaN left out; NaN if there are none."""
    ranked = np.sort(values[~np.isnan(values)])
    num = len(ranked)
    if not num:
        return np.nan
    return float((ranked[(num - 1) // 2] + ranked[num // 2]) / 2.0)


@kernel
def _gap(values: FloatArray, row: int, reach: int) -> float:
    """Return by how much *values* from *row* on exceed those before, within *reach*."""
    after = _middle(values[row : row + reach])
    return float(after - _middle(values[max(row - reach, 0) : row]))


@kernel
def _widest_gap(values: FloatArray, reach: int, least: tuple[int, int]) -> int:
    """Return the row where means of *reach* days before and after differ most.

    At least so many days lie before it and after; 0 if there is no such row.
    """
    num = len(values)
    sums, counts = np.zeros(num + 1), np.zeros(num + 1)
    for row in range(num):
        known = not math.isnan(values[row])
        sums[row + 1] = sums[row] + (values[row] if known else 0.0)
        counts[row + 1] = counts[row] + (1.0 if known else 0.0)
    best, found = 0.0, 0
    for row in range(least[0], num - least[1] + 1):
        end = min(row + reach, num)
        before, after = counts[row] - counts[row - reach], counts[end] - counts[row]
        if min(before, after) < reach / 2:
            continue
        gap = (sums[end] - sums[row]) / after - (sums[row] - sums[row - reach]) / before
        if abs(gap) > best:
            best, found = abs(gap), row
    return found


@kernel
def _sharpest(values: FloatArray, near: int, reach: int, most: int) -> int:
    """Return the known row within *reach* of *near* at which two medians fit best.

    They are those of the days on either side, *most* away from *near* at most.
    """
    low, high = max(near - most, 0), min(near + most, len(values))
    best, found = np.inf, near
    for row in range(max(near - reach, low + 1), min(near + reach + 1, high)):
        if math.isnan(values[row]):
            continue
        off = 0.0
        for first, end in ((low, row), (row, high)):
            middle = _middle(values[first:end])
            for i in range(first, end):
                if not math.isnan(values[i]):
                    off += abs(values[i] - middle)
        if off < best:
            best, found = off, row
    return found


@kernel
def level_break(
    level: FloatArray,
    days: tuple[int, int, int],
    least: tuple[int, int],
    limits: tuple[float, float, float],
) -> tuple[int, float]:
    """Return the row at which the *level* ``[d]`` moved for good, and the new ratio.

    0 and 1 if there is none; NaN is unknown. *days* are how many tell a level, how many
    are compared to find the place, and how many are near it; *least* how many lie
    before and after. *limits* are the least move, how many spreads of days it is at
    least, and how much of it may be gained or lost before, near or after. See
    :func:`forecasting.level_break.find_break`.
    """
    window, reach, near = days
    least_move, spreads, steady = limits
    log = np.log(np.where(level > 0.0, level, np.nan))
    row = _widest_gap(log, reach, least)
    if row == 0 or not abs(_gap(log, row, reach)) >= least_move:
        return 0, 1.0
    row = _sharpest(log, row, reach // 2, reach)
    if row < least[0] or len(log) - row < least[1]:
        return 0, 1.0
    before, after = log[max(row - window, 0) : row], log[row : row + window]
    middles = (_middle(before), _middle(after))
    move, half = middles[1] - middles[0], len(before) // 2
    away = np.concatenate((np.abs(before - middles[0]), np.abs(after - middles[1])))
    stays = abs(_middle(log[-2 * near :]) - middles[1]) <= steady * abs(move)
    stood = abs(_middle(before[:half]) - _middle(before[half:])) <= steady * abs(move)
    sudden = _gap(log, row, near) / move >= 1.0 - steady
    if (
        stays
        and stood
        and sudden
        and abs(move) >= max(least_move, spreads * _middle(away))
    ):
        return row, math.exp(move)
    return 0, 1.0
