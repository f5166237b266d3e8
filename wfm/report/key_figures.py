"""Key figures of a run: hours needed, staffed and missing, per queue and in total."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from solver.objectives.overtime import overtime_cost
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.domain.roster import RosterInstance
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.evaluation import service
from wfm.evaluation.service import Gap
from wfm.report.inputs import ReportInput
from wfm.staffing.deferred import done_by_due

NOTICED_HOURS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """One queue's week. Hours are agent-hours inside the plan's window.

    *missing_hours* of a live queue is the sum of what every step lacks; of a deferred
    queue it is the work not done by its due time. *guarantee_ok* is ``None`` where
    nothing is guaranteed. *unreachable_steps* counts steps whose target no number of
    agents can meet. *service_level* is the share expected to be answered in time, and
    *service_target* what was promised (``None`` where only a wait is targeted).
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
    service_level: float | None = None
    service_target: float | None = None

    @property
    def missing_fraction(self) -> float:
        """Missing hours as a share of the required."""
        return self.missing_hours / self.required_hours if self.required_hours else 0.0


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


@lru_cache(maxsize=1)
def queue_figures(inputs: ReportInput) -> tuple[QueueFigures, ...]:
    """Return the figures of every queue, in the plan's order."""
    target, staffed = target_agents(inputs), inputs.staffed_agents
    works = {work.queue_id: work for work in inputs.instance.deferred}
    contacts = _contacts(inputs)
    levels = service_levels(inputs)
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
            level=levels[queue.queue_id],
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
    level: service.QueueService,
) -> QueueFigures:
    hours, inside = inputs.step_hours, staffed[inputs.window]
    if work is None:
        reachable = np.where(np.isfinite(target), target, 0.0)
        required = float(reachable.sum()) * hours
        missing = float(np.maximum(reachable - inside, 0.0).sum()) * hours
    else:
        required = float(work.work_hours.sum())
        missing = required - float(done_by_due(work, staffed * hours).sum())
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
        service_level=level.service_level if contacts > 0.0 else None,
        service_target=level.target,
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
    ) + overtime_cost(instance, inputs.roster)
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


@lru_cache(maxsize=1)
def gaps(inputs: ReportInput) -> tuple[Gap, ...]:
    """Return every gap worth a line, the largest first.

    Where no number of agents meets the target there is no gap to state; such steps are
    counted by :attr:`QueueFigures.unreachable_steps`.
    """
    instance = inputs.instance
    reachable = np.where(
        np.isfinite(instance.scheduled_agents), instance.scheduled_agents, 0.0
    )
    found = service.gaps(
        replace(instance, scheduled_agents=reachable), inputs.staffed_agents
    )
    return tuple(gap for gap in found if gap.missing_hours >= NOTICED_HOURS)


def service_levels(inputs: ReportInput) -> Mapping[str, service.QueueService]:
    """Return the service that each queue can expect from the roster."""
    requirement = inputs.requirement
    sized = np.isfinite(requirement.scheduled_agents)
    finite = replace(
        requirement,
        base_agents=np.where(sized, requirement.base_agents, 1.0),
        scheduled_agents=np.where(sized, requirement.scheduled_agents, 1.0),
    )
    found = service.achieved(inputs.instance, finite, inputs.staffed_agents)
    return {queue.queue_id: queue for queue in found.queues}
