r"""Erlang B and C for real numbers of agents, and their logarithms.

Both follow from the weight *w* of a free agent against "all busy, nobody waits"
(:mod:`wfm.staffing.weights`): :math:`B = 1 / (1 + w)` and, with the queue's weight
:math:`q = n / (n - A)` beside it, :math:`C = q / (w + q)`.
"""

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray
from wfm.staffing.compiled import kernels
from wfm.staffing.weights import log_free_weight


def checked(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Return *values* as floats broadcast against each other.

    Raises
    ------
    ValueError
        If a value is negative or NaN.
    """
    arrays = [np.asarray(value, dtype=np.float64) for value in values]
    for array in arrays:
        if not bool(np.all(array >= 0.0)):
            msg = "loads, agents, times and fractions must be numbers >= 0"
            raise ValueError(msg)
    return tuple(np.broadcast_arrays(*arrays))


def columns(*values: npt.ArrayLike) -> tuple[tuple[int, ...], tuple[FloatArray, ...]]:
    """Return the common shape of *values* and each of them as a flat array of its own.

    A copy, so that compiled code always meets the same kind of array.
    """
    arrays = checked(*values)
    return arrays[0].shape, tuple(np.array(a, order="C").reshape(-1) for a in arrays)


def require_finite(*values: FloatArray) -> None:
    """Raise ValueError if a workload or a handle time is infinite."""
    if not all(bool(np.isfinite(value).all()) for value in values):
        msg = "workloads and handle times must be finite"
        raise ValueError(msg)


def shaped(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return flat *values* in *shape*, a scalar where that is empty."""
    result: FloatArray = values.reshape(shape)[()]
    return result


def log_weights(load: FloatArray, heads: FloatArray) -> FloatArray:
    """Return ``ln w`` of flat arrays, infinite where no contact meets busy agents."""
    require_finite(load)
    result = np.where(heads > 0.0, np.inf, -np.inf)
    rows = np.flatnonzero((load > 0.0) & np.isfinite(heads))
    some_load, some_heads = load[rows], heads[rows]
    compiled = kernels()
    if compiled is None:
        result[rows] = log_free_weight(some_heads, some_load)
    else:
        found = np.empty_like(some_load)
        compiled.fill_log_free_weight(some_heads, some_load, found)
        result[rows] = found
    return result


def log_erlang_b(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm of :func:`erlang_b`, exact where it underflows."""
    shape, (load, heads) = columns(workload_erlangs, agents)
    with np.errstate(under="ignore"):
        log_b = -np.logaddexp(0.0, log_weights(load, heads))
    return shaped(log_b, shape)


def log_erlang_c(workload_erlangs: npt.ArrayLike, agents: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm of :func:`erlang_c`, exact where it underflows."""
    shape, (load, heads) = columns(workload_erlangs, agents)
    stable = load < heads
    with np.errstate(all="ignore"):
        log_queue = np.where(np.isinf(heads), 0.0, np.log(heads / (heads - load)))
        log_c = -np.logaddexp(0.0, log_weights(load, heads) - log_queue)
    log_c = np.where(stable, log_c, 0.0)
    return shaped(np.where(load > 0.0, log_c, -np.inf), shape)


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
        If an argument is negative or NaN, or the load infinite.
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
        If an argument is negative or NaN, or the load infinite.
    """
    with np.errstate(under="ignore"):
        value: FloatArray = np.exp(log_erlang_c(workload_erlangs, agents))
    return value
