"""Patterns of days: how many count, and what strays about them."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray, IntArray


@kernel
def rank_of(values: FloatArray, most: int, limits: tuple[float, float]) -> int:
    """Return how many of the last of rising *values* count, *most* of them; at least 1.

    *limits* are the share of the largest that one must exceed, and that must lie
    between it and the next one. See :func:`forecasting.models.low_rank._patterns`.
    """
    largest, rank = values[-1], 0
    while rank < min(most, len(values)):
        value = values[len(values) - 1 - rank]
        if not value > limits[0] * largest:
            break
        # The last of all has no next one.
        if rank + 1 < len(values):
            gap = value - values[len(values) - 2 - rank]
            if gap <= limits[1] * largest:
                break
        rank += 1
    return max(rank, 1)


@kernel
def spread(
    days: tuple[FloatArray, FloatArray],
    patterns: FloatArray,
    scores: FloatArray,
    support: IntArray,
    half_life_days: float,
) -> FloatArray:
    """Return what to add to squared roots by slot ``[s]``.

    *days* are the roots ``[d, s]`` and their weights ``[d]``; see
    :func:`forecasting.whole_days.spread_of`.
    """
    roots, weights = days
    num, size = roots.shape
    variance, row_of = np.zeros(size), np.zeros(size)
    used, missing = 0.0, 0.0
    for row in range(num):
        use = weights[row] * 0.5 ** ((num - 1 - row) / half_life_days)
        if support[row] <= 0 or use == 0.0:
            continue
        used += use
        row_of[:] = 0.0
        for k in range(len(patterns)):
            for s in range(size):
                row_of[s] += scores[row, k] * patterns[k, s]
        gap = 0.0
        for s in range(size):
            root, expected = roots[row, s], max(row_of[s], 0.0)
            variance[s] += use * (root - expected) ** 2
            gap += root * root - expected * expected
        missing += use * gap
    total = variance.sum()
    share = min(max(missing / (total if total > 0.0 else 1.0), 0.0), 1.0)
    return share * variance / used if used > 0.0 else variance
