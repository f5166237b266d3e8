"""overrides.csv replayed: on the history, on the forecast, on the requirement."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from wfm.calendar.local import local_clock
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import ContactHistory, VolumeForecast
from wfm.domain.edits import AppliedEdit, OverrideRow, Stage
from wfm.domain.errors import InputError, Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan, PlanFolder
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.pipeline.window import open_masks, plan_window, queue_holidays

GIVEN = "no model could forecast it: all volumes are those of overrides.csv"
NO_HANDLE_TIME = "no handle time in history or plan; 0 s used"


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


def override_forecast(
    forecast: VolumeForecast, folder: PlanFolder, is_open: Mapping[str, BoolArray]
) -> VolumeForecast:
    """Return *forecast* as the planner changed it; quantiles move with the mean.

    Nobody comes while a queue is closed: a row changes the intervals where the queue
    *is_open* ``[t]``, and a note says how many it leaves at 0. A queue that no model
    could forecast is no failure where the planner sets all its volumes.
    """
    mean, quantiles = forecast.mean.copy(), forecast.quantiles.copy()
    given = np.zeros(mean.shape, dtype=bool)
    notes: dict[str, tuple[str, ...]] = {}
    edits = []
    for row, q, mask in _hits("forecast", folder, forecast.grid, forecast.queue_ids):
        mask &= _span(forecast, q)
        closed = int(np.count_nonzero(mask & ~is_open[row.queue_id]))
        mask &= is_open[row.queue_id]
        edits.append(_change(mean[q], quantiles[q], mask, row))
        given[q] |= mask & (row.op == "set")
        if closed and row.op != "scale":
            said = f"overrides.csv:{row.row}: {closed} closed intervals stay at 0"
            notes[row.queue_id] = (*notes.get(row.queue_id, ()), said)
    if not edits:
        return forecast
    edited = replace(
        forecast, mean=mean, quantiles=quantiles, edits=(*forecast.edits, *edits)
    )
    return _explained(edited, given, is_open, notes)


def _change(
    mean: FloatArray, quantiles: FloatArray, mask: BoolArray, row: OverrideRow
) -> AppliedEdit:
    """Change *mean* ``[t]`` and *quantiles* ``[l, t]`` inside *mask*, in place."""
    before = mean[mask]
    after = _apply(row, before)
    ratio = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
    mean[mask] = after
    quantiles[:, mask] = np.where(before > 0, quantiles[:, mask] * ratio, after)
    return _applied(row, before, after)


def _span(forecast: VolumeForecast, q: int) -> BoolArray:
    """Return the intervals ``[t]`` of the days for which queue *q* was forecast."""
    inside = np.arange(forecast.grid.num_intervals)
    return np.asarray(
        (inside >= forecast.first_idx[q]) & (inside < forecast.end_idx[q])
    )


def _explained(
    forecast: VolumeForecast,
    given: BoolArray,
    is_open: Mapping[str, BoolArray],
    notes: Mapping[str, tuple[str, ...]],
) -> VolumeForecast:
    """Return *forecast* with *notes*, less failures of queues wholly *given*."""
    failures, said = dict(forecast.failures), dict(forecast.notes)
    for queue_id, lines in notes.items():
        said[queue_id] = (*said.get(queue_id, ()), *lines)
    for q, queue_id in enumerate(forecast.queue_ids):
        asked = _span(forecast, q) & is_open[queue_id]
        if queue_id not in failures or (asked & ~given[q]).any():
            continue
        failures[queue_id] = "" if forecast.aht_s[q].any() else NO_HANDLE_TIME
        said[queue_id] = (*said.get(queue_id, ()), GIVEN)
    failures = {queue: reason for queue, reason in failures.items() if reason}
    return replace(forecast, failures=failures, notes=said)


def queues_given(plan: Plan, overrides: Iterable[OverrideRow]) -> frozenset[str]:
    """Return the queues whose volumes *overrides* set in all of the plan's window."""
    rows = [row for row in overrides if row.stage == "forecast" and row.op == "set"]
    if not rows:
        return frozenset()
    window, queues = plan_window(plan), {row.queue_id for row in rows}
    minutes = int((window.end_utc - window.start_utc).total_seconds()) // 60
    grid = IntervalGrid(
        start_utc=window.start_utc,
        interval_minutes=plan.interval_minutes,
        num_intervals=minutes // plan.interval_minutes,
    )
    years = range(window.start_utc.year, window.end_utc.year + 1)
    free = open_masks(plan.queues, grid, queue_holidays(plan, years))
    for row in rows:
        if row.queue_id in free:
            free[row.queue_id] &= ~_inside(row, plan, grid)
    return frozenset(queue for queue in queues & set(free) if not free[queue].any())


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
    for row in folder.overrides:
        if row.stage == stage and row.queue_id in queue_ids:
            yield row, queue_ids.index(row.queue_id), _inside(row, folder.plan, grid)


def _inside(row: OverrideRow, plan: Plan, grid: IntervalGrid) -> BoolArray:
    """Return the intervals ``[t]`` that *row* means, on its queue's wall clock."""
    zones = {queue.queue_id: queue.zone for queue in plan.queues}
    wall = local_clock(grid, zones[row.queue_id]).wall_minute
    return np.asarray((wall >= row.from_wall_minute) & (wall < row.to_wall_minute))


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
