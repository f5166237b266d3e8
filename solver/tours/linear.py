r"""Linear programmes of tours, solved aside, and bounds that no tolerance can spoil.

HiGHS's interior point method with crossover (Huangfu and Hall 2018,
doi:10.1007/s12532-017-0130-5), through scipy: on these programmes the dual simplex
found nothing in 200 s where this takes 8. It runs in a second process that is ended
when its time is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.tours.programme import Programme
from solver.worker import Aided, Emit, Worker
from wfm.domain.arrays import BoolArray, FloatArray

JOB = "solver.tours.linear:run_job"
WAIT_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearJob:
    """A programme with other bounds on its columns, and seconds to solve it in."""

    programme: Programme
    least: FloatArray
    most: FloatArray
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """Solution ``x[j]`` of a linear programme with the prices of its rows.

    ``prices[i]`` is what one more unit of row i's limit would cost, ``reduced[j]``
    what is left of column j's cost at these prices.
    """

    x: FloatArray
    prices: FloatArray
    reduced: FloatArray
    objective: float


def minimise(job: LinearJob) -> Optimum | None:
    """Solve *job*; ``None`` if it has no solution or the time is over."""
    from scipy.optimize import linprog

    given, matrix = job.programme, matrix_of(job.programme)
    equal, under, over = _senses(given)
    scale = max(1.0, float(np.abs(given.cost).max())) / 100.0
    limit = {} if job.seconds is None else {"time_limit": max(0.1, job.seconds)}
    solve: Any = linprog  # its annotations leave out sparse matrices
    found = solve(
        given.cost / scale,
        A_ub=_stack(matrix[under], -matrix[over]),
        b_ub=np.concatenate([given.high[under], -given.low[over]]),
        A_eq=matrix[equal],
        b_eq=given.low[equal],
        bounds=np.stack([job.least, job.most], axis=1),
        method="highs-ipm",
        options=limit,
    )
    if found.status != 0 or found.x is None:
        return None
    prices, number = np.zeros(len(given.low)), int(under.sum())
    prices[equal] = found.eqlin.marginals * scale
    prices[under] = found.ineqlin.marginals[:number] * scale
    prices[over] = -found.ineqlin.marginals[number:] * scale
    return Optimum(
        x=np.asarray(found.x),
        prices=prices,
        reduced=np.asarray(given.cost - matrix.T @ prices),
        objective=float(found.fun) * scale,
    )


def _senses(given: Programme) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return which rows are equations, which have an upper, which a lower limit."""
    equal = given.low == given.high
    return equal, np.isinf(given.low) & ~equal, np.isinf(given.high) & ~equal


def matrix_of(given: Programme) -> Any:
    """Return the matrix of *given* by rows."""
    from scipy.sparse import csr_matrix

    shape = (len(given.low), given.num_columns)
    return csr_matrix((given.value, (given.row, given.column)), shape=shape)


def _stack(above: Any, below: Any) -> Any:
    from scipy.sparse import vstack

    return vstack([above, below]).tocsr()


def safe_bound(given: Programme, prices: FloatArray, largest: float) -> float:
    r"""Return a lower bound of *given* that holds for any *prices* of its rows.

    Weak duality with a box: for any :math:`y`,

    .. math:: c x \ge \sum_i \min_{l_i \le v \le u_i} y_i v
        + \sum_j \min_{x_j} (c - A^T y)_j x_j,

    where columns without a limit of their own are at most *largest*. Prices that a
    solver got slightly wrong so only lower the bound (Neumaier and Shcherbina 2004,
    doi:10.1007/s10107-003-0433-3).
    """
    sided = np.where(np.isinf(given.low), np.minimum(prices, 0.0), prices)
    sided = np.where(np.isinf(given.high), np.maximum(sided, 0.0), sided)
    limit = np.where(sided > 0, given.low, given.high)
    limit = np.where(sided == 0.0, 0.0, limit)
    reduced = given.cost - matrix_of(given).T @ sided
    most = np.where(np.isinf(given.most), largest, given.most)
    at = np.where(reduced > 0, given.least, most)
    return float((sided * limit).sum() + (reduced * at).sum())


def run_job(job: LinearJob, emit: Emit) -> None:
    """Solve *job* in the second process and send the optimum back."""
    emit(minimise(job))


class Aside(Aided):
    """Solves programmes in a second process, one at a time.

    Parameters
    ----------
    stop
        Polled; the programme is given up when it is true.
    """

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop

    def wants_worker(self) -> bool:
        """Start nothing before there is a programme."""
        return False

    def solve(
        self, job: LinearJob, meanwhile: Callable[[], None] | None = None
    ) -> Optimum | None:
        """Solve *job*; ``None``: no solution, or stopped and the process ended.

        *meanwhile* is called again and again while the process works.
        """
        self.worker = self.worker or Worker()
        self.worker.send(JOB, job)
        while True:
            if meanwhile is not None:
                meanwhile()
            found = self.worker.messages(0.0 if meanwhile else WAIT_S)
            if found:
                return found[0] if isinstance(found[0], Optimum) else None
            if self._stop() or not self.worker.is_busy:
                self.end_worker()
                return None
