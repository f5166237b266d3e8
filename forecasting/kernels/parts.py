"""Parts of a day: the sums behind their covariance."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray


@kernel
def of_days(values: FloatArray, num_parts: int) -> FloatArray:
    """Return ``[d, p]`` the sums of *values* ``[d, s]`` over the parts of the day."""
    days, slots = values.shape
    result = np.zeros((days, num_parts))
    for day in range(days):
        for s in range(slots):
            result[day, s * num_parts // slots] += values[day, s]
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
    for s in range(num_slots):
        sizes[s * num_parts // num_slots] += 1.0
        for u in range(num_slots):
            one, other = s * num_parts // num_slots, u * num_parts // num_slots
            result[one, other] += variance * powers[abs(s - u)]
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
        for other in range(parts):
            product, weight, both = 0.0, 0.0, 0.0
            for day in range(days):
                a, b = expected[day, one], expected[day, other]
                weight += a * b
                product += ratio[one, day] * a * ratio[other, day] * b
                both += 1.0 if a > 0.0 and b > 0.0 else 0.0
                product -= dispersion * a if one == other else 0.0
            known = prior_covariance[one, other]
            measured = product / weight if weight > 0.0 else known
            result[one, other] = (both * measured + prior_days * known) / (
                both + prior_days
            )
    return result
