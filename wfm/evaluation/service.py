"""The service that a roster gives: net staffing, expected service level, gaps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray, read_only
from wfm.domain.demand import Queue
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import RosterInstance
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.staffing.channel import CHANNELS, LiveChannel, QueueDemand
from wfm.staffing.deferred import done_by_due

_NOISE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueService:
    """One queue over the whole plan.

    *service_level* is the share of contacts answered in time, weighted by contacts
    (deferred queues: of work done by its due time); *target* is what was promised, 1
    for deferred queues, ``None`` where only a wait is targeted. Hours are agent-hours,
    shrinkage included; *missing_hours* counts only intervals that are short
    (deferred queues: work not done in time).
    """

    queue_id: str
    offered_contacts: float
    service_level: float
    target: float | None
    required_hours: float
    staffed_hours: float
    missing_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReport:
    """Service per queue and interval, on the requirement's grid.

    Attributes
    ----------
    staffed_agents
        ``[q, t]`` agents that the roster gives the queue.
    net_agents
        ``[q, t]`` staffed minus scheduled; for deferred queues against the hint.
    service_level_fraction
        ``[q, t]`` expected share answered in time (deferred queues: of the work due
        in the interval done by then); 1 where there is nothing to answer.
    queues
        Each queue over the plan.
    """

    grid: IntervalGrid
    queue_ids: tuple[str, ...]
    staffed_agents: FloatArray
    net_agents: FloatArray
    service_level_fraction: FloatArray
    queues: tuple[QueueService, ...]

    def __post_init__(self) -> None:
        shape = (len(self.queue_ids), self.grid.num_intervals)
        for name in ("staffed_agents", "net_agents", "service_level_fraction"):
            object.__setattr__(self, name, read_only(getattr(self, name), shape=shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of roster steps in which a queue has too few agents.

    For a deferred queue it runs from the arrival of the work that is late to when it
    was due, and *missing_hours* is the work not done by then.
    """

    queue_id: str
    start_idx: int
    end_idx: int
    missing_hours: float
    deferred: bool = False


def achieved(
    instance: RosterInstance, requirement: StaffingRequirement, staffed: FloatArray
) -> ServiceReport:
    """Return the service that *staffed* agents give.

    Live queues are judged interval by interval by their channel's model, from the
    agents left at work after the shrinkage that the roster does not place; in a pool
    each counts for what it is worth there. Deferred ones are judged by replaying their
    work, first due first.

    Parameters
    ----------
    staffed
        ``[q, t]`` agents given to each queue of *instance* on the roster grid: the
        allocation summed over groups.
    """
    given = to_demand_grid(instance, requirement, staffed)
    levels = np.ones_like(given)
    due = {work.queue_id: work for work in requirement.deferred}
    queues = {queue.queue_id: queue for queue in instance.queues}
    totals = []
    for q, queue_id in enumerate(requirement.queue_ids):
        work = due.get(queue_id)
        if work is None:
            levels[q] = _live_level(queues[queue_id], requirement, q, given[q])
            totals.append(_live_total(queues[queue_id], requirement, q, given, levels))
        else:
            done = done_by_due(work, given[q] * requirement.grid.interval_hours)
            levels[q] = _due_level(work, done, requirement.grid)
            totals.append(_deferred_total(work, requirement, q, given, done))
    return ServiceReport(
        grid=requirement.grid,
        queue_ids=requirement.queue_ids,
        staffed_agents=given,
        net_agents=given - requirement.scheduled_agents,
        service_level_fraction=levels,
        queues=tuple(totals),
    )


def to_demand_grid(
    instance: RosterInstance, requirement: StaffingRequirement, staffed: FloatArray
) -> FloatArray:
    """Return *staffed* in the requirement's queues and intervals, averaged over steps.

    Steps outside the roster grid count as nobody.
    """
    factor = requirement.grid.interval_minutes // instance.step_minutes
    size = requirement.grid.num_intervals * factor
    shift = instance.grid.floor_index(requirement.grid.start_utc)
    rows = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    steps = np.arange(size) + shift
    inside = (steps >= 0) & (steps < instance.grid.num_intervals)
    fine = np.zeros((len(requirement.queue_ids), size))
    for q, queue_id in enumerate(requirement.queue_ids):
        fine[q, inside] = staffed[rows[queue_id], steps[inside]]
    shape = (len(requirement.queue_ids), requirement.grid.num_intervals, factor)
    means: FloatArray = fine.reshape(shape).mean(axis=2)
    return means


def _live_level(
    queue: Queue, requirement: StaffingRequirement, q: int, given: FloatArray
) -> FloatArray:
    model = CHANNELS[queue.channel]()
    if not isinstance(model, LiveChannel):
        return np.ones_like(given)
    base, scheduled = requirement.base_agents[q], requirement.scheduled_agents[q]
    at_work = given * np.divide(
        base, scheduled, out=np.ones_like(base), where=scheduled > 0.0
    )
    if requirement.pooled_worth is not None:
        at_work = at_work * requirement.pooled_worth[q]
    demand = QueueDemand(
        grid=requirement.grid,
        offered_contacts=requirement.offered_contacts[q],
        aht_s=requirement.aht_s[q],
        open_mask=requirement.offered_contacts[q] > 0.0,
        window=(0, requirement.grid.num_intervals),
    )
    return model.service_level(queue, demand, at_work)


def _due_level(work: DeferredWork, done: FloatArray, grid: IntervalGrid) -> FloatArray:
    due, met = np.zeros(grid.num_intervals), np.zeros(grid.num_intervals)
    at = np.clip(work.due_idx - 1, 0, max(grid.num_intervals - 1, 0))
    np.add.at(due, at, work.work_hours)
    np.add.at(met, at, done)
    return np.divide(met, due, out=np.ones_like(due), where=due > 0.0)


def _live_total(
    queue: Queue,
    requirement: StaffingRequirement,
    q: int,
    given: FloatArray,
    levels: FloatArray,
) -> QueueService:
    hours = requirement.grid.interval_hours
    offered, needed = requirement.offered_contacts[q], requirement.scheduled_agents[q]
    contacts = float(offered.sum())
    level = float((offered * levels[q]).sum()) / contacts if contacts else 1.0
    return QueueService(
        queue_id=queue.queue_id,
        offered_contacts=contacts,
        service_level=level,
        target=queue.target.service_level_fraction,
        required_hours=float(needed.sum()) * hours,
        staffed_hours=float(given[q].sum()) * hours,
        missing_hours=float(np.maximum(needed - given[q], 0.0).sum()) * hours,
    )


def _deferred_total(
    work: DeferredWork,
    requirement: StaffingRequirement,
    q: int,
    given: FloatArray,
    done: FloatArray,
) -> QueueService:
    total, met = float(work.work_hours.sum()), float(done.sum())
    return QueueService(
        queue_id=work.queue_id,
        offered_contacts=float(requirement.offered_contacts[q].sum()),
        service_level=met / total if total else 1.0,
        target=1.0,
        required_hours=total,
        staffed_hours=float(given[q].sum()) * requirement.grid.interval_hours,
        missing_hours=max(total - met, 0.0),
    )


def gaps(instance: RosterInstance, staffed: FloatArray) -> tuple[Gap, ...]:
    """Return every stretch with too few agents, the most missing hours first.

    The target of a live queue is the larger of scheduled and guaranteed agents, inside
    the window.

    Parameters
    ----------
    staffed
        ``[q, t]`` agents given to each queue on the roster grid.
    """
    hours = instance.grid.interval_hours
    due = {work.queue_id: work for work in instance.deferred}
    target = np.maximum(instance.scheduled_agents, instance.guaranteed_agents)
    found: list[Gap] = []
    for q, queue in enumerate(instance.queues):
        if queue.queue_id in due:
            found += _late_work(due[queue.queue_id], staffed[q] * hours)
        else:
            found += _short_runs(queue.queue_id, target[q] - staffed[q], hours)
    return tuple(
        sorted(found, key=lambda g: (-g.missing_hours, g.queue_id, g.start_idx))
    )


def _short_runs(queue_id: str, missing: FloatArray, hours: float) -> Iterator[Gap]:
    for start, end in _true_runs(missing > _NOISE):
        yield Gap(
            queue_id=queue_id,
            start_idx=start,
            end_idx=end,
            missing_hours=float(missing[start:end].sum()) * hours,
        )


def _true_runs(flags: Iterable[bool]) -> Iterator[tuple[int, int]]:
    padded = np.concatenate(([False], np.asarray(flags), [False])).astype(np.int8)
    edges: IntArray = np.flatnonzero(np.diff(padded))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _late_work(work: DeferredWork, capacity_hours: FloatArray) -> Iterator[Gap]:
    """Yield runs of consecutive pieces that are late, as one gap each."""
    late = work.work_hours - done_by_due(work, capacity_hours)
    for first, end in _true_runs(late > _NOISE):
        yield Gap(
            queue_id=work.queue_id,
            start_idx=int(work.arrival_idx[first]),
            end_idx=int(work.due_idx[end - 1]),
            missing_hours=float(late[first:end].sum()),
            deferred=True,
        )
