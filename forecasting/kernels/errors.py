"""Forecast errors and what hangs together in them: the loops over days and slots."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray


@kernel
def scored(
    seen: tuple[FloatArray, BoolArray],
    said: tuple[FloatArray, IntArray],
    full_support: int,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return expected contacts, errors and cells ``[d, s]`` that count.

    *seen* are the contacts offered and the ordinary cells, *said* what was expected of
    them and the weeks behind. Cells of *full_support* weeks count, if they are at
    least half; 0 elsewhere.
    """
    (offered, ordinary), (expected, support) = seen, said
    num, slots = offered.shape
    every, mature = 0, 0
    for row in range(num):
        for s in range(slots):
            if ordinary[row, s] and support[row, s] > 0:
                every += 1
                mature += 1 if support[row, s] >= full_support else 0
    least = full_support if 2 * mature >= every else 1
    mean, error = np.zeros((num, slots)), np.zeros((num, slots))
    cells = np.zeros((num, slots), dtype=np.bool_)
    for row in range(num):
        for s in range(slots):
            if ordinary[row, s] and support[row, s] >= least:
                cells[row, s] = True
                mean[row, s] = expected[row, s]
                error[row, s] = offered[row, s] - expected[row, s]
    return mean, error, cells


@kernel
def _ends(values: FloatArray, num: int, cut: int, ends: FloatArray) -> None:
    """Write the order statistic number *cut* of *values* from below and above.

    *values* holds *num* numbers; beyond *cut* + 1 of them nothing is sorted.
    """
    wanted = min(cut, num - 1) + 1
    for side in range(2):
        sign, held = 1.0 - 2.0 * side, 0
        kept = np.empty(wanted)
        for i in range(num):
            value = sign * values[i]
            if held == wanted and value >= kept[held - 1]:
                continue
            at = min(held, wanted - 1)
            while at > 0 and kept[at - 1] > value:
                kept[at] = kept[at - 1]
                at -= 1
            kept[at] = value
            held = min(held + 1, wanted)
        ends[side] = sign * kept[wanted - 1]


@kernel
def trimmed_ratios(
    products: FloatArray, weights: FloatArray, trimmed: float, min_days: int
) -> FloatArray:
    """Return the weighted means ``[k]`` of products over weights ``[k, d]``.

    A share *trimmed* of the ratios at either end is pulled in to the next; NaN where
    fewer than *min_days* have a weight.
    """
    rows, days = weights.shape
    result, ratios = np.full(rows, np.nan), np.empty(days)
    heavy, ends = np.empty(days), np.empty(2)
    for k in range(rows):
        num, total = 0, 0.0
        for d in range(days):
            if weights[k, d] > 0.0:
                ratios[num], heavy[num] = products[k, d] / weights[k, d], weights[k, d]
                total += heavy[num]
                num += 1
        if num < min_days:
            continue
        _ends(ratios, num, math.ceil(trimmed * num), ends)
        mean = 0.0
        for i in range(num):
            mean += min(max(ratios[i], ends[0]), ends[1]) * heavy[i]
        result[k] = mean / total
    return result


@kernel
def lagged_products(
    expected: FloatArray, error: FloatArray, lags: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return sums ``[k, d]`` of products of errors, and of what was expected.

    The slots of each pair lie ``lags[k]`` apart in one day.
    """
    days, slots = expected.shape
    products, weights = np.zeros((len(lags), days)), np.zeros((len(lags), days))
    for day in range(days):
        for k in range(len(lags)):
            lag, product, weight = lags[k], 0.0, 0.0
            for s in range(slots - lag):
                product += error[day, s] * error[day, s + lag]
                weight += expected[day, s] * expected[day, s + lag]
            products[k, day], weights[k, day] = product, weight
    return products, weights


@kernel
def day_products(ratio: FloatArray, limit: float, lags: IntArray) -> FloatArray:
    """Return sums of products ``[k]`` of day ratios ``lags[k]`` days apart, and pairs.

    The ratios ``[d]`` are kept within *limit*, NaN is unknown: ``[2, k]``.
    """
    result = np.zeros((2, len(lags)))
    for k in range(len(lags)):
        for day in range(lags[k], len(ratio)):
            one, other = ratio[day - lags[k]], ratio[day]
            if math.isnan(one) or math.isnan(other):
                continue
            one = min(max(one, -limit), limit)
            result[0, k] += one * min(max(other, -limit), limit)
            result[1, k] += 1.0
    return result


@kernel
def day_sums(expected: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``[d]`` the sums of *expected* and *error* ``[d, s]``."""
    days, slots = expected.shape
    mean, wrong = np.zeros(days), np.zeros(days)
    for day in range(days):
        for s in range(slots):
            mean[day] += expected[day, s]
            wrong[day] += error[day, s]
    return mean, wrong


@kernel
def pulled_in(ratios: FloatArray, trimmed: float) -> FloatArray:
    """Return *ratios* ``[k, d]``, a share *trimmed* of each row's ends set to the next.

    NaN is unknown and becomes 0.
    """
    rows, days = ratios.shape
    result = np.zeros((rows, days))
    known, ends = np.empty(days), np.empty(2)
    for k in range(rows):
        num = 0
        for d in range(days):
            if not math.isnan(ratios[k, d]):
                known[num] = ratios[k, d]
                num += 1
        if not num:
            continue
        _ends(known, num, math.ceil(trimmed * num), ends)
        for d in range(days):
            if not math.isnan(ratios[k, d]):
                result[k, d] = min(max(ratios[k, d], ends[0]), ends[1])
    return result


@kernel
def keep_supported(cells: BoolArray, support: IntArray) -> None:
    """Take out of *cells* ``[d, s]`` those without *support*, in place."""
    for row in range(len(cells)):
        for s in range(cells.shape[1]):
            cells[row, s] = cells[row, s] and support[row, s] > 0


@kernel
def summed_errors(
    offered: FloatArray,
    expected: FloatArray,
    cells: BoolArray,
    step: int,
    errors: FloatArray,
) -> None:
    """Write expected less offered contacts in *cells* to *errors* ``[d, s']``.

    So many slots as *step* are summed to one.
    """
    errors[:] = 0.0
    for row in range(len(cells)):
        for s in range(cells.shape[1]):
            if cells[row, s]:
                errors[row, s // step] += expected[row, s] - offered[row, s]
