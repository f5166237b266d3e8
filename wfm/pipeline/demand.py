"""History -> forecast -> requirement, with the planner's overrides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from forecasting.run import forecast as run_forecast
from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import VolumeForecast
from wfm.domain.errors import InputError, ModelError, Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import OverrideRow, PlanFolder
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.pipeline.window import (
    calendar_years,
    horizon,
    open_masks,
    plan_window,
    queue_holidays,
)
from wfm.staffing.requirement import requirement as run_requirement


def forecast_plan(
    folder: PlanFolder, *, as_of: date | None = None, weeks: int | None = None
) -> VolumeForecast:
    """Return the forecast for the plan's window, or from *as_of* on for *weeks*.

    For the window, each queue is forecast from the local date on which the window
    starts in its own zone, from what was known before that date.
    """
    plan = folder.plan
    if folder.history is None:
        msg = "a forecast needs the history"
        raise ModelError(msg)
    spans = {queue.queue_id: horizon(plan, queue.zone) for queue in plan.queues}
    if as_of is not None:
        spans = dict.fromkeys(spans, (as_of, 7 * (weeks or plan.weeks)))
    years = range(
        calendar_years(folder).start,
        max(first.year for first, _ in spans.values()) + 2,
    )
    result = run_forecast(
        folder.history,
        plan.queues,
        first_day={queue: first for queue, (first, _) in spans.items()},
        num_days={queue: days for queue, (_, days) in spans.items()},
        holidays=queue_holidays(plan, years),
        events=folder.events,
        model=plan.forecast_model,
        queue_models=plan.queue_models,
    )
    return _override_forecast(result, folder)


def staff_plan(folder: PlanFolder, forecast: VolumeForecast) -> StaffingRequirement:
    """Return the requirement of the plan's window on the forecast's grid."""
    plan, grid = folder.plan, forecast.grid
    window = plan_window(plan)
    holidays = queue_holidays(plan, calendar_years(folder))
    result = run_requirement(
        forecast,
        plan.queues,
        window=(
            max(0, grid.floor_index(window.start_utc)),
            min(grid.num_intervals, grid.floor_index(window.end_utc)),
        ),
        open_masks=open_masks(plan.queues, grid, holidays),
        shrinkage=plan.shrinkage,
        backlog=tuple(
            (row.queue_id, grid.floor_index(row.arrived_utc), row.contacts)
            for row in folder.backlog
        ),
    )
    return _override_requirement(result, folder)


def _override_forecast(forecast: VolumeForecast, folder: PlanFolder) -> VolumeForecast:
    rows = [row for row in folder.overrides if row.stage == "forecast"]
    if not rows:
        return forecast
    mean = forecast.mean.copy()
    quantiles = forecast.quantiles.copy()
    for row, q, mask in _targets(rows, folder, forecast.grid, forecast.queue_ids):
        inside = np.arange(forecast.grid.num_intervals)
        mask &= (inside >= forecast.first_idx[q]) & (inside < forecast.end_idx[q])
        before = mean[q, mask]
        after = _apply(row, before)
        ratio = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
        mean[q, mask] = after
        scaled = quantiles[q][:, mask] * ratio
        quantiles[q][:, mask] = np.where(before > 0, scaled, after)
    return replace(forecast, mean=mean, quantiles=quantiles)


def _override_requirement(
    requirement: StaffingRequirement, folder: PlanFolder
) -> StaffingRequirement:
    rows = [row for row in folder.overrides if row.stage == "requirement"]
    if not rows:
        return requirement
    base = requirement.base_agents.copy()
    scheduled = requirement.scheduled_agents.copy()
    deferred = {work.queue_id: work for work in requirement.deferred}
    grid, queue_ids = requirement.grid, requirement.queue_ids
    for row, q, mask in _targets(rows, folder, grid, queue_ids):
        if row.queue_id in deferred:
            work = deferred[row.queue_id]
            deferred[row.queue_id] = _override_work(row, work, mask)
        before = scheduled[q, mask]
        after = _apply(row, before)
        ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
        scheduled[q, mask] = after
        base[q, mask] = np.where(before > 0, base[q, mask] * ratio, after)
    return replace(
        requirement,
        base_agents=base,
        scheduled_agents=scheduled,
        deferred=tuple(deferred.values()),
    )


def _override_work(
    row: OverrideRow, work: DeferredWork, mask: BoolArray
) -> DeferredWork:
    """Return *work* with what arrives inside *mask* scaled.

    Raises
    ------
    InputError
        If the row sets or adds agents: work that may wait has no agents per interval.
    """
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


def _targets(
    rows: Iterable[OverrideRow],
    folder: PlanFolder,
    grid: IntervalGrid,
    queue_ids: tuple[str, ...],
) -> Iterable[tuple[OverrideRow, int, npt.NDArray[np.bool_]]]:
    queues = {queue.queue_id: queue for queue in folder.plan.queues}
    for row in rows:
        wall = local_clock(grid, queues[row.queue_id].zone).wall_minute
        mask = (wall >= row.from_wall_minute) & (wall < row.to_wall_minute)
        yield row, queue_ids.index(row.queue_id), mask


def _apply(row: OverrideRow, values: FloatArray) -> FloatArray:
    if row.op == "set":
        return np.full_like(values, row.value)
    if row.op == "scale":
        return values * row.value
    return np.maximum(values + row.value, 0.0)
