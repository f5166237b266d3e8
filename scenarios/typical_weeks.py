"""Each month's typical week: forecast intervals that add up to the long-term month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from forecasting.months_ahead import long_term
from scenarios.months import Month
from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import VolumeForecast
from wfm.domain.drivers import DemandDrivers
from wfm.domain.errors import UsageError
from wfm.domain.plan import PlanFolder
from wfm.pipeline.demand import edited_history, forecast_plan
from wfm.pipeline.window import calendar_years, queue_holidays

DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalWeek:
    """A week of *month* from the Monday *first_date* on, in the planner's zone.

    *forecast* covers the week with a day before and a day after, so that what is
    passed on with a delay arrives; its window is ``[start_idx, end_idx)``. Contacts are
    scaled so that the weekdays of the month add up to the long-term forecast.
    *month_contacts* is that forecast by queue.
    """

    month: Month
    first_date: date
    forecast: VolumeForecast
    start_idx: int
    end_idx: int
    month_contacts: Mapping[str, float]


def weekday_counts(month: Month) -> FloatArray:
    """Return ``[7]`` how often each weekday, from Monday on, is in *month*."""
    counts = np.zeros(DAYS)
    for day in month.dates():
        counts[day.weekday()] += 1.0
    return counts


def typical_weeks(
    folder: PlanFolder, months: Sequence[Month]
) -> tuple[TypicalWeek, ...]:
    """Return the typical week of each of *months*, before any change of demand.

    Of the weeks that lie in the month, the one with the median of all contacts is
    taken: holidays and events make a week untypical. Its queues are scaled to the
    long-term forecast of the month, where there is one.

    Raises
    ------
    UsageError
        If a month begins before the plan's first day.
    """
    plan = folder.plan
    if months[0].first_date < plan.first_date:
        msg = f"the month {months[0]} begins before the plan ({plan.first_date})"
        raise UsageError(msg)
    last = months[-1] + 1
    weeks = (last.first_date - plan.first_date).days // DAYS + 2
    forecast = forecast_plan(folder, as_of=plan.first_date, weeks=weeks)
    totals = _month_totals(folder, months)
    return tuple(
        _typical(forecast, month, plan.zone, totals.get(month, {})) for month in months
    )


def _month_totals(
    folder: PlanFolder, months: Sequence[Month]
) -> dict[Month, dict[str, float]]:
    """Return month -> queue id -> contacts; drivers are applied to the demand later."""
    plan = folder.plan
    history, _ = edited_history(folder)
    first = plan.first_date
    years = range(calendar_years(folder).start, months[-1].year + 2)
    result = long_term(
        history,
        [replace(queue, drivers=DemandDrivers()) for queue in plan.queues],
        first_day=first,
        months=months[-1] - Month.of(first) + 1,
        holidays=queue_holidays(plan, years),
        events=folder.events,
        model=plan.forecast_model,
        queue_models=plan.queue_models,
    )
    totals: dict[Month, dict[str, float]] = {}
    for row in result.rows:
        totals.setdefault(Month.of(row.start), {})[row.queue_id] = row.mean
    return totals


def _typical(
    forecast: VolumeForecast, month: Month, zone: str, totals: Mapping[str, float]
) -> TypicalWeek:
    spans = {day: _span(forecast, day, zone) for day in _mondays(month)}
    volume = {
        day: float(forecast.mean[:, low:high].sum())
        for day, (low, high) in spans.items()
    }
    ranked = sorted(spans, key=lambda day: (volume[day], day))
    chosen = ranked[len(ranked) // 2]
    low, high = spans[chosen]
    scale, contacts = _scales(forecast, (low, high), month, totals)
    per_day = 24 * 60 // forecast.grid.interval_minutes
    first, last = (
        max(0, low - per_day),
        min(forecast.grid.num_intervals, high + per_day),
    )
    return TypicalWeek(
        month=month,
        first_date=chosen,
        forecast=sliced(forecast, first, last, scale),
        start_idx=low - first,
        end_idx=high - first,
        month_contacts=contacts,
    )


def _mondays(month: Month) -> list[date]:
    first = month.first_date
    monday = first + timedelta(days=-first.weekday() % DAYS)
    last = month.num_days - DAYS
    starts = (monday + timedelta(days=DAYS * k) for k in range(4))
    return [day for day in starts if (day - first).days <= last]


def _span(forecast: VolumeForecast, monday: date, zone: str) -> tuple[int, int]:
    """Return the intervals of the seven days from *monday* on."""
    start, end = (
        forecast.grid.floor_index(to_instant(wall_minute(day), zone))
        for day in (monday, monday + timedelta(days=DAYS))
    )
    return start, end


def _scales(
    forecast: VolumeForecast,
    span: tuple[int, int],
    month: Month,
    totals: Mapping[str, float],
) -> tuple[FloatArray, dict[str, float]]:
    """Return the factor ``[q]`` on the week, and the month's contacts by queue."""
    days = np.array_split(forecast.mean[:, slice(*span)], DAYS, axis=1)
    by_day = np.stack([day.sum(axis=1) for day in days], axis=1)
    plain = by_day @ weekday_counts(month)
    scale = np.ones(len(forecast.queue_ids))
    contacts: dict[str, float] = {}
    for q, queue_id in enumerate(forecast.queue_ids):
        wanted = totals.get(queue_id, float(plain[q]))
        if plain[q] > 0.0:
            scale[q] = wanted / plain[q]
        contacts[queue_id] = wanted if plain[q] > 0.0 else 0.0
    return scale, contacts


def sliced(
    forecast: VolumeForecast, first: int, last: int, scale: FloatArray
) -> VolumeForecast:
    """Return intervals *first* to *last* of *forecast*, queues times ``scale[q]``."""
    grid = replace(
        forecast.grid,
        start_utc=forecast.grid.instant(first),
        num_intervals=last - first,
    )
    count = len(forecast.queue_ids)
    return VolumeForecast(
        grid=grid,
        queue_ids=forecast.queue_ids,
        levels=forecast.levels,
        mean=forecast.mean[:, first:last] * scale[:, None],
        quantiles=forecast.quantiles[:, :, first:last] * scale[:, None, None],
        aht_s=forecast.aht_s[:, first:last],
        first_idx=(0,) * count,
        end_idx=(last - first,) * count,
    )
