"""Who covers what when work hours are given: a linear programme, hour by hour."""

from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray

SHORT_STEPS = ((0.10, 1.0), (0.15, 2.0), (0.75, 4.0))
"""Parts of a need and how much more each costs when it is missed: missing is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverProblem:
    """Supply and need of one week.

    Attributes
    ----------
    supply
        ``[g, t]`` hours at work of each group.
    serves
        ``[g, q]`` whether the group can serve the queue.
    live
        ``[q, t]`` hours needed then and there.
    deferred
        ``[q]`` hours that may be done whenever the queue is open.
    is_open
        ``[q, t]`` whether the queue takes work.
    """

    supply: FloatArray
    serves: FloatArray
    live: FloatArray
    deferred: FloatArray
    is_open: FloatArray


def covered_hours(problem: CoverProblem) -> FloatArray:
    """Return ``[g, q, t]`` hours that groups give to queues, missing as little.

    Missing hours cost more the larger their part of the need, so that a lack is spread
    over queues rather than left to one of them. Solved by HiGHS through scipy; groups
    that can serve the same queues should come as one, for among equals the solution is
    arbitrary.

    Raises
    ------
    RuntimeError
        If the programme is not solved, which its form excludes.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    columns = _Columns(problem)
    num_g, num_t = problem.supply.shape
    ones = np.ones(len(columns.flow_g))
    flow = np.arange(len(columns.flow_g))
    supply_rows = columns.flow_g * num_t + columns.flow_t
    upper = csr_array(
        (ones, (supply_rows, flow)), shape=(num_g * num_t, columns.num_columns)
    )
    rows, cols = columns.need_entries()
    need = csr_array(
        (np.ones(len(rows)), (rows, cols)),
        shape=(len(columns.need), columns.num_columns),
    )
    done = milp(
        columns.cost,
        bounds=Bounds(0.0, columns.most),
        constraints=[
            LinearConstraint(upper, -np.inf, problem.supply.ravel()),
            LinearConstraint(need, columns.need, columns.need),
        ],
    )
    if done.x is None:
        msg = f"cover was not solved: {done.message}"
        raise RuntimeError(msg)
    result = np.zeros((num_g, problem.live.shape[0], num_t))
    found = np.maximum(done.x[: len(flow)], 0.0)
    result[columns.flow_g, columns.flow_q, columns.flow_t] = found
    return result


class _Columns:
    """Columns: flows (group, queue, hour), then parts of each need that are missed."""

    def __init__(self, problem: CoverProblem) -> None:
        live_q, live_t = np.nonzero(problem.live > 0.0)
        late = np.flatnonzero(problem.deferred > 0.0)
        self.need = np.concatenate(
            [problem.live[live_q, live_t], problem.deferred[late]]
        )
        row_of = np.full(problem.live.shape, -1, dtype=np.int64)
        row_of[live_q, live_t] = np.arange(len(live_q))
        for i, q in enumerate(late.tolist()):
            row_of[q, problem.is_open[q] > 0.0] = len(live_q) + i
        able = (problem.serves > 0.0)[:, :, None] & (row_of >= 0)[None, :, :]
        able &= (problem.supply > 0.0)[:, None, :]
        self.flow_g, self.flow_q, self.flow_t = np.nonzero(able)
        self._row = row_of[self.flow_q, self.flow_t]
        steps = len(SHORT_STEPS)
        self.num_columns = len(self._row) + steps * len(self.need)
        free = np.full(len(self._row), np.inf)
        parts = [part * self.need for part, _ in SHORT_STEPS]
        self.most = np.concatenate([free, *parts])
        prices = [np.full(len(self.need), price) for _, price in SHORT_STEPS]
        self.cost = np.concatenate([np.zeros(len(self._row)), *prices])

    def need_entries(self) -> tuple[IntArray, IntArray]:
        """Return rows and columns of what each need is made of."""
        count = len(self.need)
        own = np.tile(np.arange(count), len(SHORT_STEPS))
        rows = np.concatenate([self._row, own])
        return rows, np.arange(self.num_columns)
