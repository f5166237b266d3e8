"""Covariances of a few series from few observations."""

import numpy as np

from wfm.domain.arrays import FloatArray


def shrunk_correlation(scores: FloatArray) -> tuple[FloatArray, float]:
    r"""Return the correlation ``[i, i]`` of *scores* ``[n, i]`` and its shrinkage.

    Correlations off the diagonal are multiplied by :math:`1 - \lambda^*`,

    .. math:: \lambda^* = \frac{\sum_{i \ne j} \widehat{\mathrm{Var}}(r_{ij})}
        {\sum_{i \ne j} r_{ij}^2}

    within [0, 1] (Schäfer & Strimmer 2005, doi:10.2202/1544-6115.1175), so the result
    is positive definite unless nothing is shrunk. Scores are taken about 0, not
    about their mean: a forecast's errors should have none. A column of zeros is
    correlated with nothing.
    """
    num, size = scores.shape
    spread = np.sqrt((scores**2).mean(axis=0)) if num else np.zeros(size)
    z = scores / np.where(spread > 0, spread, 1.0)
    correlation = z.T @ z / max(num, 1)
    np.fill_diagonal(correlation, 1.0)
    if num < 2 or size < 2:
        return np.eye(size), 1.0
    # Var(r) = n / (n - 1)^3 * sum_k (w_k - mean w)^2 with w_k = z_ki z_kj.
    squares = (z**2).T @ (z**2) - num * correlation**2
    variance = num / (num - 1) ** 3 * squares
    off = ~np.eye(size, dtype=bool)
    total = float((correlation[off] ** 2).sum())
    amount = 1.0
    if total > 0:
        amount = float(np.clip(variance[off].sum() / total, 0.0, 1.0))
    return np.where(off, (1.0 - amount) * correlation, 1.0), amount
