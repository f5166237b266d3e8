"""Key figures of a run: hours needed, staffed and missing, per queue and in total."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.domain.roster import RosterInstance
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.report.inputs import ReportInput

NOTICED_AGENTS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """One queue's week. Hours are agent-hours inside the plan's window.

    *missing_hours* of a live queue is the sum of what every step lacks; of a deferred
    queue it is the work not done by its due time. *guarantee_ok* is ``None`` where
    nothing is guaranteed. *unreachable_steps* counts steps whose target no number of
    agents can meet.
    """

    queue_id: str
    channel: str
    zone: str
    deferred: bool
    contacts: float
    required_hours: float
    staffed_hours: float
    missing_hours: float
    guaranteed_agents: int
    guarantee_ok: bool | None
    unreachable_steps: int

    @property
    def missing_fraction(self) -> float:
        """Missing hours as a share of the required."""
        return self.missing_hours / self.required_hours if self.required_hours else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which a queue lacks people, or work that is not done when due."""

    queue_id: str
    start_idx: int
    end_idx: int
    missing_hours: float
    deferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all queues and agents."""

    contacts: float
    required_hours: float
    staffed_hours: float
    missing_hours: float
    working_hours: float
    paid_hours: float
    paid_cost: int
    agents: int
    shifts: int

    @property
    def missing_fraction(self) -> float:
        """Missing hours as a share of the required."""
        return self.missing_hours / self.required_hours if self.required_hours else 0.0


def target_agents(inputs: ReportInput) -> FloatArray:
    """Return what each queue needs ``[q, t]`` on the roster grid.

    Live queues: the larger of scheduled and guaranteed agents. Deferred queues: the
    levelled profile of the requirement, which is a hint (their need is due work).
    Outside the window all is 0; an unreachable target stays infinite.
    """
    instance = inputs.instance
    target = np.maximum(
        instance.scheduled_agents, instance.guaranteed_agents.astype(np.float64)
    )
    profile = on_roster_grid(inputs.requirement, instance)
    deferred = {work.queue_id for work in instance.deferred}
    for q, queue in enumerate(instance.queues):
        if queue.queue_id in deferred:
            target[q] = np.maximum(profile[q], instance.guaranteed_agents[q])
    inside = np.zeros(instance.grid.num_intervals, dtype=bool)
    inside[inputs.window] = True
    return np.where(inside, target, 0.0)


def on_roster_grid(
    requirement: StaffingRequirement, instance: RosterInstance
) -> FloatArray:
    """Return the requirement's scheduled agents on the roster grid, 0 beyond it."""
    coarse, fine = requirement.grid, instance.grid
    minutes = fine.start_minute + np.arange(fine.num_intervals) * fine.interval_minutes
    idx = (minutes - coarse.start_minute) // coarse.interval_minutes
    known = (idx >= 0) & (idx < coarse.num_intervals)
    rows = {queue_id: q for q, queue_id in enumerate(requirement.queue_ids)}
    result = np.zeros((len(instance.queues), fine.num_intervals))
    for q, queue in enumerate(instance.queues):
        row = requirement.scheduled_agents[rows[queue.queue_id]]
        result[q, known] = row[idx[known]]
    return result


def undone_hours(work: DeferredWork, staffed: FloatArray, hours: float) -> FloatArray:
    """Return the agent-hours of each piece not done by its due time, ``[n]``.

    *staffed* is the queue's agents ``[t]``; work is done earliest due time first.
    Pieces ascend in arrival and in due time, so the oldest is always the next due.
    """
    left = work.work_hours.copy()
    oldest = 0
    for t, capacity in enumerate(staffed * hours):
        piece = oldest
        while capacity > 0 and piece < len(left) and work.arrival_idx[piece] <= t:
            if work.due_idx[piece] > t:
                done = min(capacity, left[piece])
                left[piece] -= done
                capacity -= done
            piece += 1
        while oldest < len(left) and (left[oldest] <= 0 or work.due_idx[oldest] <= t):
            oldest += 1
    return np.where(left > 1e-9, left, 0.0)


def queue_figures(inputs: ReportInput) -> tuple[QueueFigures, ...]:
    """Return the figures of every queue, in the plan's order."""
    target, staffed = target_agents(inputs), inputs.staffed_agents
    works = {work.queue_id: work for work in inputs.instance.deferred}
    contacts = _contacts(inputs)
    broken = {s.queue_id for s in inputs.certificate.spans if s.present < s.guaranteed}
    return tuple(
        _queue(
            inputs,
            queue,
            target=target[q, inputs.window],
            staffed=staffed[q],
            work=works.get(queue.queue_id),
            contacts=contacts[queue.queue_id],
            guarantee_kept=queue.queue_id not in broken,
        )
        for q, queue in enumerate(inputs.instance.queues)
    )


def _queue(
    inputs: ReportInput,
    queue: Queue,
    *,
    target: FloatArray,
    staffed: FloatArray,
    work: DeferredWork | None,
    contacts: float,
    guarantee_kept: bool,
) -> QueueFigures:
    hours = inputs.step_hours
    reachable = np.where(np.isfinite(target), target, 0.0)
    inside = staffed[inputs.window]
    if work is None:
        required = float(reachable.sum()) * hours
        missing = float(np.maximum(reachable - inside, 0.0).sum()) * hours
    else:
        required = float(work.work_hours.sum())
        missing = float(undone_hours(work, staffed, hours).sum())
    q = [other.queue_id for other in inputs.instance.queues].index(queue.queue_id)
    guaranteed = int(inputs.instance.guaranteed_agents[q].max(initial=0))
    return QueueFigures(
        queue_id=queue.queue_id,
        channel=queue.channel,
        zone=queue.zone,
        deferred=work is not None,
        contacts=contacts,
        required_hours=required,
        staffed_hours=float(inside.sum()) * hours,
        missing_hours=missing,
        guaranteed_agents=guaranteed,
        guarantee_ok=guarantee_kept if guaranteed else None,
        unreachable_steps=int((~np.isfinite(target)).sum()),
    )


def _contacts(inputs: ReportInput) -> Mapping[str, float]:
    """Return contacts per queue that are expected inside the window."""
    grid, instance = inputs.requirement.grid, inputs.instance
    start = grid.floor_index(instance.grid.instant(instance.window_start_idx))
    end = grid.floor_index(instance.grid.instant(instance.window_end_idx))
    offered = inputs.requirement.offered_contacts[:, max(start, 0) : end]
    totals = offered.sum(axis=1).tolist()
    return dict(zip(inputs.requirement.queue_ids, totals, strict=True))


def totals(inputs: ReportInput, figures: tuple[QueueFigures, ...]) -> Totals:
    """Return the sums over *figures* and over the roster's shifts."""
    instance, hours = inputs.instance, inputs.step_hours
    row = instance.agent_index()
    shifts = inputs.roster.shifts
    working = sum(s.end_idx - s.start_idx for x in shifts for s in x.working_spans)
    cost = sum(
        int(instance.pay[row[shift.agent_id], span.start_idx : span.end_idx].sum())
        for shift in shifts
        for span in shift.spans
        if span.paid
    )
    return Totals(
        contacts=sum(f.contacts for f in figures),
        required_hours=sum(f.required_hours for f in figures),
        staffed_hours=sum(f.staffed_hours for f in figures),
        missing_hours=sum(f.missing_hours for f in figures),
        working_hours=working * hours,
        paid_hours=sum(shift.paid_steps for shift in shifts) * hours,
        paid_cost=cost,
        agents=len({shift.agent_id for shift in shifts}),
        shifts=len(shifts),
    )


def gaps(inputs: ReportInput) -> tuple[Gap, ...]:
    """Return every gap, the largest first (ties in the order of time and queue)."""
    target, staffed = target_agents(inputs), inputs.staffed_agents
    works = {work.queue_id: work for work in inputs.instance.deferred}
    found: list[Gap] = []
    for q, queue in enumerate(inputs.instance.queues):
        work = works.get(queue.queue_id)
        if work is None:
            missing = np.where(np.isfinite(target[q]), target[q], 0.0) - staffed[q]
            missing[: inputs.window.start] = 0.0
            missing[inputs.window.stop :] = 0.0
            found += _live_gaps(queue.queue_id, missing, inputs.step_hours)
        else:
            found += _deferred_gaps(work, staffed[q], inputs.step_hours)
    ranked = sorted(found, key=lambda g: (-g.missing_hours, g.start_idx, g.queue_id))
    return tuple(ranked)


def _live_gaps(queue_id: str, missing: FloatArray, hours: float) -> list[Gap]:
    short = np.concatenate(([False], missing > NOTICED_AGENTS, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(short)).tolist()
    return [
        Gap(
            queue_id=queue_id,
            start_idx=start,
            end_idx=end,
            missing_hours=float(missing[start:end].sum()) * hours,
            deferred=False,
        )
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _deferred_gaps(work: DeferredWork, staffed: FloatArray, hours: float) -> list[Gap]:
    """Return undone work, one gap per run of pieces due one after the other."""
    undone = undone_hours(work, staffed, hours)
    found: list[Gap] = []
    last = -2
    for n in np.flatnonzero(undone > NOTICED_AGENTS * hours).tolist():
        start, end = max(int(work.arrival_idx[n]), 0), int(work.due_idx[n])
        hours_missing = float(undone[n])
        if n == last + 1:
            before = found.pop()
            start, hours_missing = (
                before.start_idx,
                hours_missing + before.missing_hours,
            )
        gap = Gap(
            queue_id=work.queue_id,
            start_idx=start,
            end_idx=end,
            missing_hours=hours_missing,
            deferred=True,
        )
        found.append(gap)
        last = n
    return found
