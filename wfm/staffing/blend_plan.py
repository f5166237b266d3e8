"""Deferred work done by the people of a phone queue while they have no caller.

What more agents an interval takes for some deferred work follows from the threshold
chain (:mod:`wfm.staffing.blending`): the first of it costs next to nothing, the last
nearly its full time. A linear programme over the convex hulls of these curves places
the work where it is cheapest, each piece between its arrival and its due time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import Queue
from wfm.domain.staffing import DeferredWork
from wfm.staffing.blending import blended_agents
from wfm.staffing.channel import QueueDemand, QueueStaffing
from wfm.staffing.deferred import due_curves, levelled
from wfm.staffing.levelling import LevellingError

_GRADES = (0.0, 0.06, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
_UNLIKE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """A phone queue and the deferred queue whose work its people do.

    *phone* and *work* are what each takes by itself.
    """

    phone_queue: Queue
    phone_demand: QueueDemand
    phone: QueueStaffing
    work_queue: Queue
    work_demand: QueueDemand
    work: DeferredWork

    def together(self) -> tuple[QueueStaffing, QueueStaffing] | None:
        """Return what phone and deferred queue take together; None if not less.

        All deferred work is then in the phone queue's agents.
        """
        open_idx = self.work_demand.open_idx
        apart = levelled(self.work, open_idx, self.work_demand.grid)
        if not apart.any():
            return None
        curves = _Curves(self, open_idx, 2.0 * float(apart.max()))
        done = _place(curves, self.work, self._pace)
        more = np.zeros_like(apart)
        more[open_idx] = curves.extra(done)
        if float(more.sum()) >= float(apart.sum()):
            return None
        return self._results(more, float(apart.sum()))

    @property
    def _pace(self) -> float:
        """Return the agent-hours per hour of work that the queue's occupancy asks."""
        hours = self.work_demand.grid.interval_hours
        return hours / (self.work_queue.target.max_occupancy_fraction or 1.0)

    def _results(
        self, more: FloatArray, apart: float
    ) -> tuple[QueueStaffing, QueueStaffing]:
        hours = self.work_demand.grid.interval_hours
        agents = self.phone.base_agents + more
        binding = np.where((self.phone.binding == "") & (more > 0), "due", "")
        phone = replace(
            self.phone,
            base_agents=agents,
            binding=np.where(self.phone.binding == "", binding, self.phone.binding),
        )
        remark = (
            f"done in idle time of {self.phone_queue.queue_id}: "
            f"{more.sum() * hours:.1f} agent-hours more there instead of "
            f"{apart * hours:.1f} apart"
        )
        idle = replace(
            self.work,
            arrival_idx=self.work.arrival_idx[:0],
            due_idx=self.work.due_idx[:0],
            work_hours=self.work.work_hours[:0],
        )
        return phone, QueueStaffing(
            base_agents=np.zeros_like(agents),
            binding=np.full(agents.shape, "", dtype="<U3"),
            deferred=idle,
            warnings=(remark, *self._doubts()),
        )

    def _doubts(self) -> tuple[str, ...]:
        calls, work = _mean_aht_s(self.phone_demand), _mean_aht_s(self.work_demand)
        if min(calls, work) <= 0.0 or max(calls, work) < _UNLIKE * min(calls, work):
            return ()
        remark = (
            f"blending takes calls of {calls:.0f} s and work of {work:.0f} s as alike"
        )
        return (remark,)


def _mean_aht_s(demand: QueueDemand) -> float:
    contacts = float(demand.offered_contacts.sum())
    work_s = float((demand.offered_contacts * demand.aht_s).sum())
    return work_s / contacts if contacts > 0.0 else 0.0


class _Curves:
    """Agents that deferred work takes on top of the phone's, by open interval."""

    def __init__(self, blend: Blend, open_idx: IntArray, most: float) -> None:
        demand, target = blend.phone_demand, blend.phone_queue.target
        aht_s = demand.aht_s[open_idx]
        self.load = demand.workload_erlangs[open_idx]
        self._aht_s = np.where(aht_s > 0.0, aht_s, 1.0)
        self._within_s = target.answer_within_s or 0.0
        self._level = target.service_level_fraction or 0.0
        self._patience_s = blend.phone_queue.patience_s or np.inf
        self._busy = target.max_occupancy_fraction or 1.0
        self._alone = blend.phone.base_agents[open_idx]
        self.open_idx = open_idx
        self.work = most * np.array(_GRADES)
        # All grades at once: many small inverses would take ten times as long.
        graded = np.broadcast_to(self.work[:, None], (len(self.work), len(open_idx)))
        agents = self._agents(graded)
        self._least = agents[0]
        self.slopes = _hull_slopes(self.work, self._over(graded, agents).T)

    def extra(self, work: FloatArray) -> FloatArray:
        """Return the agents more that *work* Erlangs of deferred work take."""
        return self._over(work, self._agents(work))

    def _over(self, work: FloatArray, agents: FloatArray) -> FloatArray:
        # Work must be done though agents may not be busy all the time.
        capped = (self.load + work) / self._busy - self._alone
        more: FloatArray = np.maximum(np.maximum(agents - self._least, capped), 0.0)
        return more

    def _agents(self, work: FloatArray) -> FloatArray:
        return blended_agents(
            self.load,
            self._aht_s,
            deferred_erlangs=work,
            answer_within_s=self._within_s,
            service_level_fraction=self._level,
            patience_s=self._patience_s,
            integer=False,
        ).agents


def _hull_slopes(work: FloatArray, agents: FloatArray) -> FloatArray:
    """Return the rising slopes ``[t, j]`` of the convex hulls of *agents* ``[t, j]``.

    Pool adjacent violators: a slope below its predecessor is averaged with it.
    """
    widths = np.diff(work)
    result = np.diff(agents, axis=1) / widths
    for row in result:
        pools: list[tuple[float, float, int]] = []
        for slope, width in zip(row.tolist(), widths.tolist(), strict=True):
            pool = (slope, width, 1)
            while pools and pools[-1][0] > pool[0]:
                last = pools.pop()
                total = last[1] + pool[1]
                mean = (last[0] * last[1] + pool[0] * pool[1]) / total
                pool = (mean, total, last[2] + pool[2])
            pools.append(pool)
        row[:] = np.repeat([p[0] for p in pools], [p[2] for p in pools])
    return result


def _place(curves: _Curves, work: DeferredWork, pace: float) -> FloatArray:
    """Return the Erlangs of deferred work done in each open interval at least cost.

    Columns are the pieces of the curves, interval by interval, then the work done by
    each interval's end.
    """
    from scipy.optimize import linprog

    lower, upper = due_curves(work, curves.open_idx)
    size, grades = curves.slopes.shape
    widths = np.tile(np.diff(curves.work), size)
    low = np.concatenate((np.zeros(size * grades), lower[1:]))
    high = np.concatenate((widths, upper[1:]))
    found = linprog(
        np.concatenate((curves.slopes.ravel(), np.zeros(size))),
        A_eq=_work_done(size, grades, pace),
        b_eq=np.zeros(size),
        bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
        method="highs",
    )
    if found.x is None:
        msg = f"deferred work can't be placed: {found.message}"
        raise LevellingError(msg)
    placed: FloatArray = found.x[: size * grades].reshape(size, grades).sum(axis=1)
    return placed


def _work_done(size: int, grades: int, pace: float) -> Any:
    """Return the rows that add each interval's pieces to the work done before."""
    from scipy.sparse import coo_array

    steps, pieces = np.arange(size), np.arange(size * grades)
    done = size * grades + steps
    rows = np.concatenate((np.repeat(steps, grades), steps, steps[1:]))
    cols = np.concatenate((pieces, done, done[:-1]))
    values = np.concatenate(
        (np.full(size * grades, -pace), np.ones(size), -np.ones(size - 1))
    )
    return coo_array((values, (rows, cols)), shape=(size, done[-1] + 1)).tocsr()


def with_blends(
    queues: Sequence[Queue],
    demands: Sequence[QueueDemand],
    results: Sequence[QueueStaffing],
) -> list[QueueStaffing]:
    """Return *results* with deferred work blended into phone queues that say so.

    Of several deferred queues that name one phone queue, each goes on top of those
    before it.
    """
    staffing = list(results)
    rows = {queue.queue_id: q for q, queue in enumerate(queues)}
    for q, queue in enumerate(queues):
        work = staffing[q].deferred
        if queue.blend_with not in rows or work is None:
            continue
        p = rows[queue.blend_with]
        found = Blend(
            phone_queue=queues[p],
            phone_demand=demands[p],
            phone=staffing[p],
            work_queue=queue,
            work_demand=demands[q],
            work=work,
        ).together()
        if found is not None:
            staffing[p], blended = found
            remarks = staffing[q].warnings + blended.warnings
            staffing[q] = replace(blended, warnings=remarks)
    return staffing
