"""Patterns of days: which there are, how many count, and what strays about them."""

import numpy as np

from forecasting.kernels.eigen import eigen
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
def products(roots: FloatArray, weights: FloatArray) -> FloatArray:
    """Return ``[s, s]`` the products of slots, summed over the days of *roots*.

    These are ``[d, s]``, with *weights* ``[d]``.
    """
    num, size = roots.shape
    result = np.zeros((size, size))
    for row in range(num):
        for i in range(size):
            use = weights[row] * roots[row, i]
            for j in range(i + 1):
                result[i, j] += use * roots[row, j]
    for i in range(size):
        result[:i, i] = result[i, :i]
    return result


@kernel
def leading(
    roots: FloatArray, weights: FloatArray, most: int, limits: tuple[float, float]
) -> FloatArray:
    """Return the leading right singular vectors ``[k, s]`` of the weighted *roots*.

    For *most* and *limits* see :func:`rank_of`.
    """
    values, vectors = eigen(products(roots, weights))
    num = len(values)
    return vectors[num - rank_of(values, most, limits) :][::-1].copy()


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
