"""Deferred work of several queues levelled together, beside the live ones.

Each queue's work is done in its own open hours, on one clock for all regions, between
what has arrived and what is due. A linear programme finds the least peak of all agents
together; a second one, at that peak, spreads the agents as evenly as it can (a
piecewise linear stand-in for least squares).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.grid import IntervalGrid
from wfm.domain.staffing import DeferredWork
from wfm.staffing.channel import QueueDemand, QueueStaffing
from wfm.staffing.deferred import due_curves

_STEPS = 8
_SLACK = 1e-9


class LevellingError(RuntimeError):
    """The linear programme found no answer."""


def level_together(
    works: Sequence[DeferredWork],
    open_idx: Sequence[IntArray],
    grid: IntervalGrid,
    *,
    beside_agents: FloatArray | None = None,
) -> FloatArray:
    """Return agents ``[k, t]`` for each queue's work, their common peak the least.

    Parameters
    ----------
    works, open_idx
        Each queue's due work, and the intervals in which it may be done.
    beside_agents
        ``[t]`` agents that live queues take anyway; without it there are none.

    Raises
    ------
    LevellingError
        If work can't be done by its due time in the intervals given.
    """
    size = grid.num_intervals
    beside = np.zeros(size) if beside_agents is None else beside_agents
    agents = np.zeros((len(works), size))
    for work, idx in zip(works, open_idx, strict=True):
        _check_windows(work, idx)
    busy = [k for k, work in enumerate(works) if len(work.work_hours)]
    if not busy:
        return agents
    model = _Model([works[k] for k in busy], [open_idx[k] for k in busy], grid)
    found = model.solve(beside)
    for k, row in zip(busy, found, strict=True):
        agents[k] = row
    return agents


def levelled_beside(
    demands: Sequence[QueueDemand], results: Sequence[QueueStaffing]
) -> list[QueueStaffing]:
    """Return *results* with deferred queues levelled together beside the live ones."""
    rows = [q for q, result in enumerate(results) if result.deferred is not None]
    if not rows:
        return list(results)
    live = sum(
        (result.base_agents for result in results if result.deferred is None),
        np.zeros(demands[0].grid.num_intervals),
    )
    agents = level_together(
        [work for result in results if (work := result.deferred) is not None],
        [demands[q].open_idx for q in rows],
        demands[0].grid,
        beside_agents=live,
    )
    levelled = list(results)
    for q, row in zip(rows, agents, strict=True):
        due = np.where(row > 0.0, "due", "")
        levelled[q] = replace(results[q], base_agents=row, binding=due)
    return levelled


def _check_windows(work: DeferredWork, open_idx: IntArray) -> None:
    first = np.searchsorted(open_idx, work.arrival_idx)
    late = np.flatnonzero(first >= np.searchsorted(open_idx, work.due_idx))
    if len(late):
        msg = (
            f"{len(late)} pieces of {work.queue_id} have no open interval "
            "between arrival and due time"
        )
        raise LevellingError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One queue's columns: agents per open interval, hours done by its end."""

    open_idx: IntArray
    first: int

    @property
    def agents(self) -> slice:
        return slice(self.first, self.first + len(self.open_idx))

    @property
    def done(self) -> slice:
        return slice(self.agents.stop, self.agents.stop + len(self.open_idx))


class _Model:
    """Columns of all queues, then the pieces of each interval's total."""

    def __init__(
        self,
        works: Sequence[DeferredWork],
        open_idx: Sequence[IntArray],
        grid: IntervalGrid,
    ) -> None:
        self._hours = grid.interval_hours
        self._blocks, self._low, self._high = [], list[float](), list[float]()
        self._size = grid.num_intervals
        for work, idx in zip(works, open_idx, strict=True):
            self._blocks.append(_Block(open_idx=idx, first=len(self._low)))
            lower, upper = due_curves(work, idx)
            self._low += [0.0] * len(idx) + lower[1:].tolist()
            self._high += [np.inf] * len(idx) + upper[1:].tolist()

    def solve(self, beside: FloatArray) -> list[FloatArray]:
        """Return agents ``[t]`` of each queue."""
        peak = self._least_peak(beside)
        return self._evenly(beside, peak * (1.0 + _SLACK) + _SLACK)

    def _balance(self, columns: int) -> tuple[Any, FloatArray]:
        """Return the rows that add each interval's work to what is done."""
        from scipy.sparse import coo_array

        rows, cols, values, row = [], [], [], 0
        for block in self._blocks:
            for i in range(len(block.open_idx)):
                entries = [(block.agents.start + i, -self._hours)]
                entries.append((block.done.start + i, 1.0))
                if i:
                    entries.append((block.done.start + i - 1, -1.0))
                rows += [row] * len(entries)
                cols += [col for col, _ in entries]
                values += [value for _, value in entries]
                row += 1
        matrix = coo_array((values, (rows, cols)), shape=(row, columns))
        return matrix.tocsr(), np.zeros(row)

    def _totals(self, columns: int) -> Any:
        """Return the rows that sum the agents of each interval, ``[t, columns]``."""
        from scipy.sparse import coo_array

        rows = np.concatenate([block.open_idx for block in self._blocks])
        cols = np.concatenate(
            [np.arange(b.agents.start, b.agents.stop) for b in self._blocks]
        )
        shape = (self._size, columns)
        return coo_array((np.ones(len(rows)), (rows, cols)), shape=shape).tocsr()

    def _least_peak(self, beside: FloatArray) -> float:
        own = len(self._low)
        totals = self._totals(own + 1).tolil()
        totals[:, own] = -1.0
        cost = np.zeros(own + 1)
        cost[own] = 1.0
        balance = self._balance(own + 1)
        found = self._run(cost, (totals.tocsr(), -beside), balance, extra=1)
        return float(found[own])

    def _evenly(self, beside: FloatArray, peak: float) -> list[FloatArray]:
        """Spread the agents at a given *peak*: each further piece of a total is dearer.

        An interval's total is the sum of pieces of one width, the first of them free
        as far as live queues fill it.
        """
        from scipy.sparse import eye_array, hstack, vstack

        own, width = len(self._low), peak / _STEPS
        pieces = [eye_array(self._size)] * _STEPS
        totals = self._totals(own)
        left = np.maximum(peak - beside, 0.0)
        empty = np.clip(np.arange(1, _STEPS + 1)[:, None] * width - beside, 0.0, width)
        empty[-1] = np.minimum(empty[-1], left)
        balance, zeros = self._balance(own + _STEPS * self._size)
        link = hstack([totals, *(-piece for piece in pieces)])
        cost = np.concatenate(
            (np.zeros(own), np.repeat(np.arange(1.0, _STEPS + 1), self._size))
        )
        found = self._run(
            cost,
            None,
            (vstack([balance, link]), np.concatenate((zeros, np.zeros(self._size)))),
            upper=empty.ravel(),
        )
        agents = []
        for block in self._blocks:
            row = np.zeros(self._size)
            row[block.open_idx] = np.maximum(found[block.agents], 0.0)
            agents.append(row)
        return agents

    def _run(
        self,
        cost: FloatArray,
        above: tuple[Any, FloatArray] | None,
        equal: tuple[Any, FloatArray],
        *,
        extra: int = 0,
        upper: FloatArray | None = None,
    ) -> FloatArray:
        from scipy.optimize import linprog

        more = np.full(extra, np.inf) if upper is None else upper
        low = [*self._low, *np.zeros(len(more)).tolist()]
        bounds = list(zip(low, [*self._high, *more.tolist()], strict=True))
        found = linprog(
            cost,
            A_ub=None if above is None else above[0],
            b_ub=None if above is None else above[1],
            A_eq=equal[0],
            b_eq=equal[1],
            bounds=bounds,
            method="highs",
        )
        if found.x is None:
            msg = f"deferred work can't be levelled: {found.message}"
            raise LevellingError(msg)
        solution: FloatArray = found.x
        return solution
