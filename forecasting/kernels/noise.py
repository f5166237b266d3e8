"""What hangs together in forecast errors: the loops over days, slots and parts."""

import math

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray, IntArray

_WEEK = 7


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
        if not expected[day].any():
            continue
        for k in range(len(lags)):
            lag, product, weight = lags[k], 0.0, 0.0
            for s in range(slots - lag):
                product += error[day, s] * error[day, s + lag]
                weight += expected[day, s] * expected[day, s + lag]
            products[k, day], weights[k, day] = product, weight
    return products, weights


@kernel
def covariances(
    expected: FloatArray,
    error: FloatArray,
    lags: IntArray,
    trimmed: float,
    min_days: int,
) -> FloatArray:
    """Return the relative covariances ``[k]`` of errors ``lags[k]`` slots apart.

    See :func:`lagged_products` and :func:`trimmed_ratios`.
    """
    products, weights = lagged_products(expected, error, lags)
    return trimmed_ratios(products, weights, trimmed, min_days)


@kernel
def interpolated(
    lead_days: FloatArray,
    values: tuple[float, float, float],
    leads: tuple[int, int, int],
) -> FloatArray:
    """Return what is between *values* known at three *leads*, at *lead_days* ``[d]``.

    Up to the second one in the inverse of the lead, then in the lead itself, and on.
    """
    near, middle, far = values
    result, last = np.empty(len(lead_days)), 1.0 / leads[1]
    slope = (far - middle) / (leads[2] - leads[1])
    for i in range(len(lead_days)):
        lead = lead_days[i]
        share = (1.0 / min(lead, leads[1]) - last) / (1.0 / leads[0] - last)
        beyond = max(lead - leads[1], 0.0)
        result[i] = middle - (middle - near) * share + slope * beyond
    return result


@kernel
def usual_length(expected: FloatArray) -> int:
    """Return in how many slots of a day something is *expected* ``[d, s]``: the median.

    Of the days with any; the upper one of two.
    """
    days, slots = expected.shape
    busy, num = np.zeros(days, dtype=np.int64), 0
    for day in range(days):
        for s in range(slots):
            busy[num] += 1 if expected[day, s] != 0.0 else 0
        num += 1 if busy[num] > 0 else 0
    busy = np.sort(busy[:num])
    return int(busy[num // 2]) if num else 0


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
def memory(
    ratio: FloatArray, lags: IntArray, trimmed: float
) -> tuple[float, FloatArray]:
    """Return the mean square of the day ratios ``[d]``, and how they hang together.

    They are kept within the largest but a share *trimmed* of them; NaN is unknown. For
    the rest see :func:`day_products`. Without any the mean square is NaN.
    """
    size = np.abs(ratio[~np.isnan(ratio)])
    if not len(size):
        return math.nan, np.zeros((2, len(lags)))
    ranked = np.sort(size)
    limit, square = ranked[len(size) - 1 - int(trimmed * len(size))], 0.0
    for value in size:
        square += min(value, limit) ** 2
    return square / len(size), day_products(ratio, limit, lags)


@kernel
def within_week(
    expected: FloatArray, ratio: FloatArray, trimmed: float
) -> tuple[float, float]:
    """Return covariance and variance of the day ratios ``[d]`` in any seven days.

    Days weigh by the contacts *expected* of them, pairs of days by how many weeks hold
    both. Ratios are kept within the largest but a share *trimmed*; NaN is unknown. With
    nothing to go by both are 0.
    """
    size = np.sort(np.abs(ratio[~np.isnan(ratio)]))
    if not len(size):
        return 0.0, 0.0
    limit = size[len(size) - 1 - int(trimmed * len(size))]
    product, weight = np.zeros(2), np.zeros(2)
    for day in range(len(ratio)):
        for apart in range(min(_WEEK, len(ratio) - day)):
            one, other = ratio[day], ratio[day + apart]
            if math.isnan(one) or math.isnan(other):
                continue
            kind = 1 if apart > 0 else 0
            both = (_WEEK - apart) * expected[day] * expected[day + apart]
            weight[kind] += both
            one = min(max(one, -limit), limit)
            product[kind] += both * one * min(max(other, -limit), limit)
    if weight[1] <= 0.0:
        return 0.0, product[0] / weight[0]
    return product[1] / weight[1], product[0] / weight[0]


@kernel
def shape(
    ratio: FloatArray, levels: FloatArray, trimmed: float, most: float
) -> FloatArray:
    """Return the quantiles ``[n]`` of the day ratios ``[d]`` over their trimmed SD.

    NaN is unknown. Quantiles are linear between order statistics, no further than
    *most* from 0, and their mean is taken off. All are 0 if the SD is.
    """
    known = np.sort(ratio[~np.isnan(ratio)])
    num, square, result = len(known), 0.0, np.zeros(len(levels))
    cut = math.ceil(trimmed * num)
    for value in known:
        square += min(max(value, known[cut]), known[num - 1 - cut]) ** 2
    spread = math.sqrt(square / num)
    if spread <= 0.0:
        return result
    for n in range(len(levels)):
        at = levels[n] * (num - 1)
        low = int(at)
        high = known[min(low + 1, num - 1)]
        value = (known[low] + (at - low) * (high - known[low])) / spread
        result[n] = min(max(value, -most), most)
    centred: FloatArray = result - result.mean()
    return centred


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
def of_days(values: FloatArray, place: tuple[int, int], num_parts: int) -> FloatArray:
    """Return ``[d, p]`` the sums of *values* ``[d, s]`` over the parts of the day.

    *place* is the first slot of the values in the day, and how many a whole day has.
    """
    days, slots = values.shape
    result = np.zeros((days, num_parts))
    part = (place[0] + np.arange(slots)) * num_parts // place[1]
    for day in range(days):
        for s in range(slots):
            result[day, part[s]] += values[day, s]
    return result


@kernel
def prior(
    num_slots: int, num_parts: int, day_variance: float, slot: tuple[float, float]
) -> FloatArray:
    """Return ``[p, p]`` what day and slot factors make of the parts' means.

    *slot* is the variance of the slot factor and its correlation from slot to slot.
    """
    variance, decay = slot
    result, sizes = np.zeros((num_parts, num_parts)), np.zeros(num_parts)
    powers = decay ** np.arange(num_slots)
    part = np.arange(num_slots) * num_parts // num_slots
    for s in range(num_slots):
        sizes[part[s]] += 1.0
        for u in range(num_slots):
            result[part[s], part[u]] += variance * powers[abs(s - u)]
    for one in range(num_parts):
        for other in range(num_parts):
            result[one, other] /= max(sizes[one], 1.0) * max(sizes[other], 1.0)
            result[one, other] += day_variance
    return result


@kernel
def shrunk(
    expected: FloatArray,
    ratio: FloatArray,
    prior_covariance: FloatArray,
    dispersion: float,
    prior_days: float,
) -> FloatArray:
    """Return ``[p, p]`` the covariance of *ratio* ``[p, d]``, weighted by *expected*.

    Of ``[d, p]`` contacts. Counting noise is taken off; *prior_days* more days say what
    *prior_covariance* does.
    """
    days, parts = expected.shape
    result = np.empty((parts, parts))
    for one in range(parts):
        for other in range(one + 1):
            product, weight, both = 0.0, 0.0, 0.0
            for day in range(days):
                a, b = expected[day, one], expected[day, other]
                weight += a * b
                product += ratio[one, day] * a * ratio[other, day] * b
                both += 1.0 if a > 0.0 and b > 0.0 else 0.0
                product -= dispersion * a if one == other else 0.0
            known = prior_covariance[one, other]
            measured = product / weight if weight > 0.0 else known
            found = (both * measured + prior_days * known) / (both + prior_days)
            result[one, other] = result[other, one] = found
    return result


@kernel
def is_positive(matrix: FloatArray) -> bool:
    """Return whether a symmetric *matrix* ``[n, n]`` has positive pivots only."""
    left = matrix.copy()
    for k in range(len(left)):
        if not left[k, k] > 0.0:
            return False
        for i in range(k + 1, len(left)):
            share = left[i, k] / left[k, k]
            for j in range(k + 1, len(left)):
                left[i, j] -= share * left[k, j]
    return True


@kernel
def part_covariance(
    expected: FloatArray,
    error: FloatArray,
    place: tuple[int, int],
    prior_covariance: FloatArray,
    settings: tuple[float, float, float],
) -> tuple[FloatArray, bool]:
    """Return ``[p, p]`` the covariance of the relative errors of a day's parts.

    And whether that is positive. *settings* are the dispersion of the counts, the
    share of the days trimmed at either end, and the days' worth of the prior. For
    *place* see :func:`of_days`, for the rest :func:`shrunk`.
    """
    dispersion, trimmed, prior_days = settings
    parts = len(prior_covariance)
    mean = of_days(expected, place, parts)
    wrong = of_days(error, place, parts)
    ratio = np.full((parts, len(mean)), np.nan)
    for day in range(len(mean)):
        for part in range(parts):
            if mean[day, part] > 0.0:
                ratio[part, day] = wrong[day, part] / mean[day, part]
    ratio = pulled_in(ratio, trimmed)
    found = shrunk(mean, ratio, prior_covariance, dispersion, prior_days)
    return found, is_positive(found)


@kernel
def bounded(covariance: FloatArray, most: float) -> FloatArray:
    """Return *covariance* ``[p, p]`` with no variance above *most*."""
    num, result = len(covariance), np.empty_like(covariance)
    limit = np.empty(num)
    for i in range(num):
        limit[i] = math.sqrt(min(most / max(covariance[i, i], 1e-300), 1.0))
    for i in range(num):
        for j in range(num):
            result[i, j] = covariance[i, j] * (limit[i] * limit[j])
    return result
