r"""Erlang B and C for real numbers of agents, in numerically safe form.

Erlang B continues to real n as :math:`1/B(n, A) = A\int_0^\infty e^{-At}(1+t)^n dt`
(Jagerman 1974, doi:10.1002/j.1538-7305.1974.tb02756.x), which obeys the recursion
:math:`B(n + 1) = A B(n) / (n + 1 + A B(n))`. The same number is the Poisson weight of
n over the regularised upper incomplete gamma function,
:math:`B(n, A) = e^{-A} A^n / \Gamma(n+1) / Q(n+1, A)`: one evaluation whatever n is.
The weight is taken in the saddle-point form of Loader (2000), so no power or
factorial is ever formed; far in overload, where Q underflows, Legendre's continued
fraction stands in.
"""

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray

_SMALL_AGENTS = 16.0
_FRACTION_TERMS = 60
_SERIES_TERMS = 10


def checked(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Return *values* as floats broadcast against each other.

    Raises
    ------
    ValueError
        If a value is negative or NaN.
    """
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))
    for array in arrays:
        if not bool(np.all(array >= 0.0)):
            msg = "loads, agents, times and fractions must be numbers >= 0"
            raise ValueError(msg)
    return tuple(arrays)


def log_erlang_b(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm of :func:`erlang_b`, exact where it underflows."""
    load, heads = checked(workload_erlangs, agents)
    with np.errstate(all="ignore"):
        deep = load - heads > 3.0 * np.sqrt(load) + 10.0
        near = _log_poisson(heads, load) - _log_upper_gamma(heads, load)
        result = np.where(deep, -np.log(_inverse_by_fraction(heads, load)), near)
        result = np.where(load == 0.0, np.where(heads == 0.0, 0.0, -np.inf), result)
    found: FloatArray = np.minimum(result, 0.0)[()]
    return found


def _log_upper_gamma(heads: FloatArray, load: FloatArray) -> FloatArray:
    from scipy.special import gammaincc

    log_q: FloatArray = np.log(gammaincc(heads + 1.0, load))
    return log_q


def _log_poisson(heads: FloatArray, load: FloatArray) -> FloatArray:
    """Return the logarithm of the Poisson weight of real *heads* at mean *load*."""
    from scipy.special import gammaln, xlogy

    small = xlogy(heads, load) - load - gammaln(heads + 1.0)
    inverse = 1.0 / np.maximum(heads, _SMALL_AGENTS)
    square = inverse * inverse
    stirling = inverse * (
        1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680)))
    )
    large = -stirling - _deviance(heads, load) - 0.5 * np.log(2.0 * np.pi * heads)
    weight: FloatArray = np.where(heads < _SMALL_AGENTS, small, large)
    return weight


def _deviance(heads: FloatArray, load: FloatArray) -> FloatArray:
    """Return ``x ln(x / A) + A - x`` without cancellation where x is near A."""
    gap = heads - load
    ratio = gap / (heads + load)
    series = gap * ratio
    power = 2.0 * heads * ratio
    for j in range(1, _SERIES_TERMS):
        power = power * ratio * ratio
        series = series + power / (2 * j + 1)
    direct = heads * np.log(heads / load) - gap
    chosen: FloatArray = np.where(np.abs(ratio) < 0.1, series, direct)
    return chosen


def _inverse_by_fraction(heads: FloatArray, load: FloatArray) -> FloatArray:
    """Return 1/B by Legendre's continued fraction, for loads far above *heads*."""
    gap = np.maximum(load - heads, 1.0)
    tail = np.zeros_like(gap)
    for k in range(_FRACTION_TERMS, 0, -1):
        tail = k * (heads - (k - 1)) / (gap + 2 * k + tail)
    inverse: FloatArray = load / (gap + tail)
    return inverse


def erlang_b(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    r"""Return the blocking probability of M/M/n/n.

    :math:`B(n) = A B(n-1) / (n + A B(n-1))`, :math:`B(0) = 1`, continued to real n
    (see the module). Arguments broadcast; scalars give a scalar.

    Parameters
    ----------
    workload_erlangs
        Offered load A = arrival rate times mean handle time, >= 0.
    agents
        Agents n, real, >= 0.

    Raises
    ------
    ValueError
        If an argument is negative or NaN.
    """
    with np.errstate(under="ignore"):
        value: FloatArray = np.exp(log_erlang_b(workload_erlangs, agents))
    return value


def erlang_c(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    r"""Return the probability of waiting in M/M/n.

    :math:`C = n B / (n - A (1 - B))`; 1 at or above the load's capacity (A >= n).

    Parameters
    ----------
    workload_erlangs
        Offered load A, >= 0.
    agents
        Agents n, real, >= 0.

    Raises
    ------
    ValueError
        If an argument is negative or NaN.
    """
    with np.errstate(under="ignore"):
        value: FloatArray = np.exp(log_erlang_c(workload_erlangs, agents))
    return value


def log_erlang_c(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm of :func:`erlang_c`, exact where it underflows."""
    load, heads = checked(workload_erlangs, agents)
    log_b = log_erlang_b(load, heads)
    with np.errstate(all="ignore"):
        slack = heads - load + load * np.exp(log_b)
        value = np.minimum(np.log(heads) + log_b - np.log(slack), 0.0)
    value = np.where((load >= heads) & (load > 0.0), 0.0, value)
    found: FloatArray = np.where(load == 0.0, -np.inf, value)[()]
    return found
