"""Measures of forecast accuracy; each takes arrays of one shape."""

import math

import numpy as np

from wfm.domain.arrays import FloatArray


def wape(actual: FloatArray, forecast: FloatArray) -> float:
    r"""Weighted absolute percentage error :math:`\sum|x-f| / \sum x`, as a fraction.

    NaN where nothing was offered. It rewards medians: the all-zero forecast scores 1
    and beats honest means on sparse queues, so read it beside :func:`bias`.
    """
    return _over(float(np.abs(actual - forecast).sum()), float(np.sum(actual)))


def bias(actual: FloatArray, forecast: FloatArray) -> float:
    r"""Relative bias :math:`\sum(f-x) / \sum x`; positive is too much, NaN as above."""
    return _over(float(np.sum(forecast) - np.sum(actual)), float(np.sum(actual)))


def pinball(actual: FloatArray, quantile: FloatArray, level: float) -> float:
    r"""Mean pinball loss :math:`\max(p\,(x-q), (p-1)(x-q))` in contacts."""
    error = np.asarray(actual - quantile)
    loss = np.maximum(level * error, (level - 1.0) * error)
    return _over(float(loss.sum()), float(error.size))


def coverage(actual: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Share of values within ``[low, high]``; NaN where there is none."""
    inside = (actual >= low) & (actual <= high)
    return _over(float(inside.sum()), float(inside.size))


def poisson_floor(rate: FloatArray) -> float:
    r"""WAPE of an oracle that knows each Poisson *rate*: nobody can expect less.

    .. math:: \frac{\sum_i E|X_i - \lambda_i|}{\sum_i \lambda_i}, \qquad
        E|X - \lambda| = 2 e^{-\lambda} \lambda^{k + 1} / k!, \quad
        k = \lfloor\lambda\rfloor

    (mean absolute deviation of a Poisson count, Ramasubban 1958). About
    :math:`0.8 / \sqrt\lambda` for equal rates. NaN where nothing is expected.
    """
    from scipy.special import gammaln

    busy = np.asarray(rate, dtype=float)
    busy = busy[busy > 0.0]
    whole = np.floor(busy)
    log_mad = np.log(2.0) - busy + (whole + 1) * np.log(busy) - gammaln(whole + 1)
    return _over(float(np.exp(log_mad).sum()), float(busy.sum()))


def _over(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan
