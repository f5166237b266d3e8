"""Forecast errors: which cells count, and what they add up to."""

import numpy as np

from forecasting.kernels.jit import kernel, sum_kernel
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
def day_sums(expected: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``[d]`` the sums of *expected* and *error* ``[d, s]``."""
    days, slots = expected.shape
    mean, wrong = np.zeros(days), np.zeros(days)
    for day in range(days):
        of_day, more = 0.0, 0.0
        for s in range(slots):
            of_day += expected[day, s]
            more += error[day, s]
        mean[day], wrong[day] = of_day, more
    return mean, wrong


@kernel
def measured(
    seen: tuple[FloatArray, BoolArray],
    said: tuple[FloatArray, IntArray],
    full_support: int,
    least: float,
) -> tuple[
    tuple[FloatArray, FloatArray, BoolArray], tuple[FloatArray, FloatArray, int]
]:
    """Return expected contacts, errors and cells, and what whole days make of them.

    See :func:`scored` and :func:`day_ratios`.
    """
    found = scored(seen, said, full_support)
    return found, day_ratios(found[0], found[1], least)


@kernel
def day_ratios(
    expected: FloatArray, error: FloatArray, least: float
) -> tuple[FloatArray, FloatArray, int]:
    """Return the contacts expected of each day ``[d]`` and the *error* over them.

    The ratio is NaN on days of less than a share *least* of the usual one (the upper
    median of the days of which anything is expected). How many have one stands beside.
    """
    total, ratio = day_sums(expected, error)
    ranked = np.sort(total[total > 0.0])
    enough = least * ranked[len(ranked) // 2] if len(ranked) else np.inf
    num = 0
    for day in range(len(total)):
        if total[day] >= enough:
            ratio[day] /= total[day]
            num += 1
        else:
            ratio[day] = np.nan
    return total, ratio, num


@kernel
def weighted(
    expected: FloatArray, support: IntArray, weight: float
) -> tuple[FloatArray, IntArray]:
    """Return *weight* times what was *expected* ``[d, s]``, and a copy of *support*.

    Without any, 0 is expected.
    """
    result = np.empty(expected.shape)
    for row in range(len(expected)):
        for s in range(expected.shape[1]):
            result[row, s] = weight * expected[row, s] if support[row, s] > 0 else 0.0
    return result, support.copy()


@kernel
def mix_in(
    expected: FloatArray,
    support: IntArray,
    member: tuple[FloatArray, IntArray],
    weight: float,
) -> None:
    """Add *weight* times a *member*'s hindcast to *expected* ``[d, s]``, in place.

    *support* becomes the least of all; without any, 0 is expected.
    """
    more, weeks = member
    for row in range(len(expected)):
        for s in range(expected.shape[1]):
            support[row, s] = min(support[row, s], weeks[row, s])
            if support[row, s] > 0:
                expected[row, s] += weight * more[row, s]
            else:
                expected[row, s] = 0.0


@kernel
def mix_days_in(
    total: FloatArray,
    said: FloatArray,
    member: int,
    weights: FloatArray,
    groups: IntArray,
) -> None:
    """Add what a *member* of a mixture *said* of days ``[d, s]`` to *total*, in place.

    It has its weight for the day's group: *weights* ``[g, m]``, *groups* ``[d]``. Below
    0 is 0.
    """
    for row in range(len(total)):
        weight = weights[groups[row], member]
        for s in range(total.shape[1]):
            total[row, s] += weight * max(said[row, s], 0.0)


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
) -> float:
    """Write expected less offered contacts in *cells* to *errors* ``[d, s']``.

    So many slots as *step* are summed to one. Returns the sum of the contacts.
    """
    errors[:], total = 0.0, 0.0
    for row in range(len(cells)):
        at, left = 0, step
        for s in range(cells.shape[1]):
            if cells[row, s]:
                errors[row, at] += expected[row, s] - offered[row, s]
                total += offered[row, s]
            left -= 1
            if left == 0:
                at, left = at + 1, step
    return total


@kernel
def mean_of_cells(values: FloatArray, cells: BoolArray) -> float:
    """Return the mean of *values* ``[d, s]`` in *cells*, 0 if there are none."""
    total, number = 0.0, 0
    for row in range(len(cells)):
        for s in range(cells.shape[1]):
            if cells[row, s]:
                total += values[row, s]
                number += 1
    return total / max(number, 1)


@sum_kernel
def sizes_and_sums(errors: FloatArray) -> FloatArray:
    """Return ``[2, g, m]`` the sums of *errors* ``[g, m, n]``: of sizes, and as is."""
    groups, models, num = errors.shape
    result = np.zeros((2, groups, models))
    for g in range(groups):
        for m in range(models):
            size, total = 0.0, 0.0
            for i in range(num):
                size += abs(errors[g, m, i])
                total += errors[g, m, i]
            result[0, g, m], result[1, g, m] = size, total
    return result


@sum_kernel
def mixed_sizes(weights: FloatArray, errors: FloatArray) -> FloatArray:
    """Return ``[g]`` the sums of the sizes of *errors* ``[g, m, n]`` that are mixed.

    By *weights* ``[g, m]``.
    """
    groups, models, num = errors.shape
    mixed, result = np.empty(num), np.zeros(groups)
    for g in range(groups):
        mixed[:] = 0.0
        for m in range(models):
            if weights[g, m] != 0.0:
                for i in range(num):
                    mixed[i] += weights[g, m] * errors[g, m, i]
        for value in mixed:
            result[g] += abs(value)
    return result


@kernel
def weights(
    wape: FloatArray,
    bias: FloatArray,
    favourite: int,
    strength: tuple[float, float],
    limits: tuple[float, float, float],
) -> FloatArray:
    """Return weights ``[g, m]`` of models by their *wape* and *bias* ``[g, m]``.

    *strength* is the power of the WAPE and how many times the *favourite* counts;
    *limits* are the least WAPE, how far a bias may lie below the favourite's, and the
    share below which a weight is none. See :class:`forecasting.select.Rehearsal`.
    """
    (power, favour), (least, extra, negligible) = strength, limits
    groups, models = wape.shape
    honest = np.ones(models, dtype=np.bool_)
    for m in range(models):
        for g in range(groups):
            if not bias[g, m] >= bias[g, favourite] - extra:
                honest[m] = False
    result = np.zeros((groups, models))
    for g in range(groups):
        score = -power * np.log(np.maximum(wape[g], least))
        score[favourite] += np.log(favour)
        score[~honest] = -np.inf
        found = np.exp(score - score.max())
        found[found < negligible * found.sum()] = 0.0
        result[g] = found / found.sum()
    return result
