"""Forecast errors: which cells count, and what they add up to."""

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
