"""overrides.csv replayed: on the history, on the forecast, on the requirement."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import ContactHistory, VolumeForecast
from wfm.domain.edits import AppliedEdit, OverrideRow, Stage
from wfm.domain.errors import InputError, Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import PlanFolder
from wfm.domain.staffing import DeferredWork, StaffingRequirement


def override_history(
    history: ContactHistory, folder: PlanFolder
) -> tuple[ContactHistory, tuple[AppliedEdit, ...]]:
    """Return *history* as the planner cleaned it, and what each row did.

    An excluded interval counts as not observed, for contacts and handle time alike; a
    volume that is set makes its interval observed.
    """
    offered = history.offered_contacts.copy()
    observed = history.observed.copy()
    weight = history.aht_weight.copy()
    edits = []
    for row, q, mask in _hits("history", folder, history.grid, history.queue_ids):
        before = offered[q, mask]
        if row.op == "exclude":
            after = np.zeros_like(before)
            observed[q, mask], weight[q, mask] = False, 0.0
        else:
            hit = observed[q, mask] | (row.op == "set")
            after = np.where(hit, _apply(row, before), before)
            observed[q, mask] = hit
        offered[q, mask] = after
        edits.append(_applied(row, before, after))
    if not edits:
        return history, ()
    edited = replace(
        history, offered_contacts=offered, observed=observed, aht_weight=weight
    )
    return edited, tuple(edits)


def override_forecast(forecast: VolumeForecast, folder: PlanFolder) -> VolumeForecast:
    """Return *forecast* as the planner changed it; quantiles move with the mean."""
    mean = forecast.mean.copy()
    quantiles = forecast.quantiles.copy()
    edits = []
    for row, q, mask in _hits("forecast", folder, forecast.grid, forecast.queue_ids):
        inside = np.arange(forecast.grid.num_intervals)
        mask &= (inside >= forecast.first_idx[q]) & (inside < forecast.end_idx[q])
        before = mean[q, mask]
        after = _apply(row, before)
        ratio = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
        mean[q, mask] = after
        scaled = quantiles[q][:, mask] * ratio
        quantiles[q][:, mask] = np.where(before > 0, scaled, after)
        edits.append(_applied(row, before, after))
    if not edits:
        return forecast
    edited = (*forecast.edits, *edits)
    return replace(forecast, mean=mean, quantiles=quantiles, edits=edited)


def override_requirement(
    requirement: StaffingRequirement, folder: PlanFolder
) -> StaffingRequirement:
    """Return *requirement* as the planner changed it, work that may wait included.

    Raises
    ------
    InputError
        If a row sets or adds agents of a queue whose work may wait.
    """
    base = requirement.base_agents.copy()
    scheduled = requirement.scheduled_agents.copy()
    deferred = {work.queue_id: work for work in requirement.deferred}
    grid, queue_ids = requirement.grid, requirement.queue_ids
    edits = []
    for row, q, mask in _hits("requirement", folder, grid, queue_ids):
        if row.queue_id in deferred:
            work = deferred[row.queue_id]
            deferred[row.queue_id] = _override_work(row, work, mask)
        before = scheduled[q, mask]
        after = _apply(row, before)
        ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
        scheduled[q, mask] = after
        base[q, mask] = np.where(before > 0, base[q, mask] * ratio, after)
        hours = grid.interval_hours
        edits.append(_applied(row, before * hours, after * hours))
    if not edits:
        return requirement
    return replace(
        requirement,
        base_agents=base,
        scheduled_agents=scheduled,
        deferred=tuple(deferred.values()),
        edits=(*requirement.edits, *edits),
    )


def _override_work(
    row: OverrideRow, work: DeferredWork, mask: BoolArray
) -> DeferredWork:
    """Return *work* with what arrives inside *mask* scaled."""
    if row.op != "scale":
        raise InputError(
            (
                Problem(
                    file="overrides.csv",
                    row=row.row,
                    column="op",
                    message=f"{row.op} on {row.queue_id}, whose work may wait",
                    expected="scale, or an override of the forecast",
                ),
            )
        )
    inside = (work.arrival_idx >= 0) & (work.arrival_idx < len(mask))
    hit = inside & mask[np.clip(work.arrival_idx, 0, len(mask) - 1)]
    hours = np.where(hit, work.work_hours * row.value, work.work_hours)
    return replace(work, work_hours=hours)


def _hits(
    stage: Stage, folder: PlanFolder, grid: IntervalGrid, queue_ids: tuple[str, ...]
) -> Iterator[tuple[OverrideRow, int, BoolArray]]:
    """Yield the rows of *stage* with queue and intervals, in the order of the file."""
    queues = {queue.queue_id: queue for queue in folder.plan.queues}
    for row in folder.overrides:
        if row.stage == stage and row.queue_id in queue_ids:
            wall = local_clock(grid, queues[row.queue_id].zone).wall_minute
            mask = (wall >= row.from_wall_minute) & (wall < row.to_wall_minute)
            yield row, queue_ids.index(row.queue_id), mask


def _apply(row: OverrideRow, values: FloatArray) -> FloatArray:
    if row.op == "set":
        return np.full_like(values, row.value)
    if row.op == "scale":
        return values * row.value
    return np.maximum(values + row.value, 0.0)


def _applied(row: OverrideRow, before: FloatArray, after: FloatArray) -> AppliedEdit:
    return AppliedEdit(
        edit=row,
        intervals=len(before),
        before=float(before.sum()),
        after=float(after.sum()),
    )
