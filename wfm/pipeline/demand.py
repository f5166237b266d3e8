"""History -> forecast -> requirement, with the planner's overrides."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np

from forecasting.intraday import reforecast
from forecasting.period_totals import simulated
from forecasting.run import forecast as run_forecast
from wfm.calendar.local import local_day
from wfm.domain.demand import ContactHistory, VolumeForecast
from wfm.domain.edits import AppliedEdit
from wfm.domain.errors import InputError, ModelError, Problem
from wfm.domain.plan import PlanFolder
from wfm.domain.staffing import StaffingRequirement
from wfm.pipeline.crews import crews_of
from wfm.pipeline.overrides import (
    override_forecast,
    override_history,
    override_requirement,
)
from wfm.pipeline.window import (
    calendar_years,
    horizon,
    local_date,
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
    starts in its own zone, from what was known before that date. Overrides of the
    history come before the models, those of the forecast after them.
    """
    plan = folder.plan
    history, edits = edited_history(folder)
    spans = {queue.queue_id: horizon(plan, queue.zone) for queue in plan.queues}
    if as_of is not None:
        spans = dict.fromkeys(spans, (as_of, 7 * (weeks or plan.weeks)))
    require_past(folder, max(first for first, _ in spans.values()))
    years = range(
        calendar_years(folder).start,
        max(first.year for first, _ in spans.values()) + 2,
    )
    holidays = queue_holidays(plan, years)
    result = run_forecast(
        history,
        plan.queues,
        first_day={queue: first for queue, (first, _) in spans.items()},
        num_days={queue: days for queue, (_, days) in spans.items()},
        holidays=holidays,
        events=folder.events,
        model=plan.forecast_model,
        queue_models=plan.queue_models,
    )
    is_open = open_masks(plan.queues, result.grid, holidays)
    return override_forecast(replace(result, edits=edits), folder, is_open)


def reforecast_plan(
    folder: PlanFolder,
    forecast: VolumeForecast,
    actuals: ContactHistory,
    *,
    until: datetime | None = None,
) -> VolumeForecast:
    """Return the window's *forecast* in the light of *actuals* (until an instant).

    Raises
    ------
    ModelError
        If no interval of *actuals* lies in the window.
    """
    scale = {queue.queue_id: queue.volume_scale for queue in folder.plan.queues}
    scales = np.array([[scale[name]] for name in actuals.queue_ids])
    planned = replace(actuals, offered_contacts=actuals.offered_contacts * scales)
    result = reforecast(forecast, planned, until=until)
    settled = [queue.settled for queue in simulated(result).queues]
    if not any(seen is not None and seen.any() for seen in settled):
        msg = "no interval of the actuals lies in the plan's window"
        raise ModelError(msg)
    return result


def edited_history(
    folder: PlanFolder,
) -> tuple[ContactHistory, tuple[AppliedEdit, ...]]:
    """Return the history with the planner's overrides, and what they did.

    Raises
    ------
    ModelError
        If the folder was read without its history.
    """
    if folder.history is None:
        msg = "a forecast needs the history"
        raise ModelError(msg)
    return override_history(folder.history, folder)


def require_past(folder: PlanFolder, first_date: date) -> None:
    """Check that the history reaches back before *first_date*.

    Raises
    ------
    InputError
        If every observation is later: a forecast of zeros would look like an answer.
    """
    history, zone = folder.history, folder.plan.zone
    if history is None or not history.observed.any():
        return
    seen = np.flatnonzero(history.observed.any(axis=0))
    first_seen = history.grid.instant(int(seen[0]))
    if first_seen >= local_day(first_date, zone)[1]:
        problem = Problem(
            file="history.csv",
            column="start",
            message=f"begins on {local_date(first_seen, zone)}",
            expected=f"contacts before {first_date}, the first day to forecast",
        )
        raise InputError((problem,))


def staff_plan(folder: PlanFolder, forecast: VolumeForecast) -> StaffingRequirement:
    """Return the requirement of the plan's window on the forecast's grid.

    Where the folder was read with its agents, queues that share some are sized
    together, unless the plan says otherwise.
    """
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
            if row.due_utc is None
        ),
        promised=tuple(
            (row.queue_id, grid.floor_index(row.due_utc), row.contacts)
            for row in folder.backlog
            if row.due_utc is not None
        ),
        level_together=plan.level_deferred == "together",
        crews=crews_of(folder, grid) if plan.multi_skill == "auto" else (),
    )
    return override_requirement(result, folder)
