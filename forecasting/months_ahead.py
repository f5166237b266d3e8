"""Long term: three years by week or month, for capacity planning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

import numpy as np

from forecasting.day_level import plain_history
from forecasting.days import (
    Horizon,
    MarketCalendar,
    QueueRecord,
    day_number,
    day_slots,
    queue_record,
)
from forecasting.level_path import LevelPath, fit_level_path
from forecasting.model import DAYS_PER_WEEK, ForecastError
from forecasting.single import DayForecast, forecast_days
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import to_instant
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import (
    DEFAULT_FORECAST_MODEL,
    MINUTES_PER_DAY,
    ContactHistory,
    DemandEvent,
    Queue,
)
from wfm.domain.drivers import Growth
from wfm.domain.grid import IntervalGrid

SHORT_TERM_DAYS = 42
SETTLED_DAYS = slice(14, SHORT_TERM_DAYS)
PLANNERS_DAYS = 548
DAYS_PER_YEAR = 365.25
LEVELS = (0.1, 0.5, 0.9)

Basis = Literal["history", "planner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTermRow:
    """One queue in one week or month of its local dates, ``start`` to before ``end``.

    Attributes
    ----------
    mean, quantiles
        Offered contacts of the period; *quantiles* at the forecast's levels.
    aht_s, workload_hours
        Mean handle time of these contacts, and contacts times handle time.
    growth
        The planner's growth lever in it, as a ratio; 1 without one.
    basis
        ``"history"``, or ``"planner"`` for periods that begin more than 18 months
        ahead: there the level is what the planner makes of it.
    """

    queue_id: str
    start: date
    end: date
    mean: float
    quantiles: tuple[float, ...]
    aht_s: float
    workload_hours: float
    growth: float
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class LongTermForecast:
    """Rows by queue and period, ascending; *notes* and *failures* by queue id."""

    period: Literal["week", "month"]
    levels: tuple[float, ...]
    rows: tuple[LongTermRow, ...]
    notes: Mapping[str, tuple[str, ...]]
    failures: Mapping[str, str]

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return the rows as dictionaries, with a column ``p10`` for level 0.1."""
        return tuple(
            {
                "queue": row.queue_id,
                "start": row.start,
                "end": row.end,
                "mean": row.mean,
                **{
                    f"p{100 * level:g}": value
                    for level, value in zip(self.levels, row.quantiles, strict=True)
                },
                "aht_s": row.aht_s,
                "workload_hours": row.workload_hours,
                "growth": row.growth,
                "basis": row.basis,
            }
            for row in self.rows
        )


def long_term(
    history: ContactHistory,
    queues: Sequence[Queue],
    *,
    first_day: date,
    months: int = 36,
    period: Literal["week", "month"] = "month",
    holidays: Mapping[str, Mapping[date, Holiday]] | None = None,
    events: Sequence[DemandEvent] = (),
    growth: Mapping[str, Growth] | None = None,
    model: str = DEFAULT_FORECAST_MODEL,
    queue_models: Mapping[str, str] | None = None,
    levels: Sequence[float] = LEVELS,
) -> LongTermForecast:
    r"""Return contacts, handle time and workload of every queue, *months* ahead.

    The first six weeks are the short-term forecast, summed. After them, a day is what
    the model expects of it (weekday, opening hours, holidays, events, course of the
    month) from a history whose season and trend are taken out, times the annual index,
    a damped trend and the planner's growth
    (:class:`forecasting.level_path.LevelPath`). Where the two disagree over weeks 3 to
    6, the difference fades by half every six weeks. The annual index needs a year and
    a half of history. From 18 months on the trend stands still: the level is the
    planner's, and the rows say so.

    Quantiles are log-normal around the mean path, with the covariance of the level over
    the weeks of the period, so they widen with the distance. What the short-term
    forecast and the path say apart counts as one standard deviation.

    Parameters
    ----------
    first_day
        The first local date; history from it on is not used.
    period
        ``"week"`` (seven dates from *first_day* on) or ``"month"`` (of the calendar;
        the first one begins with *first_day*).
    holidays, events, model, queue_models
        As in :func:`forecasting.run.forecast`. Holidays should reach to the end.
    growth
        By queue id, the growth lever; by default the queue's own driver. Apply it
        here or to the demand, not twice.

    Raises
    ------
    ValueError
        If *months* is not positive.
    """
    if months < 1:
        msg = f"a long-term forecast needs at least one month, got {months}"
        raise ValueError(msg)
    calendar = MarketCalendar(holidays=holidays or {}, events=events)
    edges = _edges(first_day, months, period)
    rows: list[LongTermRow] = []
    notes: dict[str, tuple[str, ...]] = {}
    failures: dict[str, str] = {}
    for queue in queues:
        name = (queue_models or {}).get(queue.queue_id, model)
        lever = (growth or {}).get(queue.queue_id, queue.drivers.growth)
        course = _course_or_reason(history, queue, edges, calendar, name)
        if isinstance(course, str):
            failures[queue.queue_id] = course
            continue
        rows += _rows(queue, course, edges, _growth(lever, course.days), levels)
        notes[queue.queue_id] = (*course.notes, *_horizon_notes(queue, edges, calendar))
        if course.failure:
            failures[queue.queue_id] = course.failure
    return LongTermForecast(
        period=period,
        levels=tuple(levels),
        rows=tuple(rows),
        notes={queue_id: said for queue_id, said in notes.items() if said},
        failures=failures,
    )


def _edges(first: date, months: int, period: str) -> tuple[date, ...]:
    """Return the first dates of all periods, and the date after the last."""
    ahead = first.year * 12 + first.month - 1 + months
    starts = [first]
    if period == "week":
        last_month = date(ahead // 12, ahead % 12 + 1, 1)
        num_weeks = round((last_month - first.replace(day=1)).days / DAYS_PER_WEEK)
        return tuple(first + timedelta(weeks=k) for k in range(num_weeks + 1))
    month = ahead - months + 1
    while month <= ahead:
        starts.append(date(month // 12, month % 12 + 1, 1))
        month += 1
    return tuple(starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """One queue day by day, all ``[d]``.

    *work_s* are handle seconds; *gap* is the logarithm of the short-term forecast over
    the path, fading.
    """

    days: IntArray
    contacts: FloatArray
    work_s: FloatArray
    gap: FloatArray
    path: LevelPath
    notes: tuple[str, ...]
    failure: str


def _course_or_reason(
    history: ContactHistory,
    queue: Queue,
    edges: Sequence[date],
    calendar: MarketCalendar,
    model: str,
) -> _Course | str:
    """Return the course of *queue*, or why there is none."""
    try:
        record = queue_record(history, queue, calendar).before(day_number(edges[0]))
        return _course(record, edges, calendar, history.grid, model)
    except ForecastError as error:
        return str(error)


def _course(
    record: QueueRecord,
    edges: Sequence[date],
    calendar: MarketCalendar,
    grid: IntervalGrid,
    model: str,
) -> _Course:
    if not record.history.usable.any():
        msg = "no history"
        raise ForecastError(msg)
    horizon = _horizon(record.queue, edges, calendar, grid)
    path = fit_level_path(plain_history(record.history, record.trusted).history)
    near = forecast_days(record, _first_days(horizon, SHORT_TERM_DAYS), model, LEVELS)
    far = forecast_days(_level(record, path), horizon, model, LEVELS)
    index = _index(path, horizon.days)
    contacts, work_s = _totals(far)
    contacts, work_s = contacts * index, work_s * index
    near_contacts, near_work_s = _totals(near)
    here, there = near_contacts[SETTLED_DAYS].sum(), contacts[SETTLED_DAYS].sum()
    later = np.maximum(np.arange(len(contacts)) - SHORT_TERM_DAYS, 0)
    apart = np.log(here / there) if here > 0 and there > 0 else 0.0
    gap = apart * 0.5 ** (later / SHORT_TERM_DAYS)
    scale = np.exp(gap)[SHORT_TERM_DAYS:]
    return _Course(
        days=horizon.days,
        contacts=np.concatenate([near_contacts, scale * contacts[SHORT_TERM_DAYS:]]),
        work_s=np.concatenate([near_work_s, scale * work_s[SHORT_TERM_DAYS:]]),
        gap=gap,
        path=path,
        notes=(*near.notes, *_path_notes(path)),
        failure=near.failure,
    )


def _horizon(
    queue: Queue, edges: Sequence[date], calendar: MarketCalendar, base: IntervalGrid
) -> Horizon:
    """Return the local days between *edges*, at least the short-term horizon."""
    first, num_days = day_number(edges[0]), (edges[-1] - edges[0]).days
    num_days = max(num_days, SHORT_TERM_DAYS)
    start, end = (
        base.floor_index(to_instant(day * MINUTES_PER_DAY, queue.zone))
        for day in (first, first + num_days)
    )
    grid = replace(base, start_utc=base.instant(start), num_intervals=end - start + 1)
    slots = day_slots(grid, queue.zone)
    is_open = open_mask(queue, grid, calendar.holidays_of(queue)).astype(float)
    days = first + np.arange(num_days)
    return Horizon(
        days=days,
        is_open=slots.total(is_open, first, num_days) > 0,
        tags=calendar.tags(queue, days, base.interval_minutes),
    )


def _first_days(horizon: Horizon, num_days: int) -> Horizon:
    return Horizon(
        days=horizon.days[:num_days],
        is_open=horizon.is_open[:num_days],
        tags=tuple(t.before(num_days) for t in horizon.tags if t.first_row < num_days),
    )


def _level(record: QueueRecord, path: LevelPath) -> QueueRecord:
    """Return *record* with its volumes over annual index and trend."""
    history = record.history
    index = np.exp(path.annual(history.days) + path.trend(history.days))
    offered = history.offered_contacts / index[:, None]
    return replace(record, history=replace(history, offered_contacts=offered))


def _index(path: LevelPath, days: IntArray) -> FloatArray:
    """Return the factor ``[d]`` of annual index and trend, which ends at 18 months."""
    trend = path.trend(days, int(days[0]) + PLANNERS_DAYS)
    return np.asarray(np.exp(path.annual(days) + trend))


def _totals(forecast: DayForecast) -> tuple[FloatArray, FloatArray]:
    """Return contacts ``[d]`` and handle seconds ``[d]``."""
    return (
        forecast.mean.sum(axis=1),
        (forecast.mean * forecast.aht_s).sum(axis=1),
    )


def _growth(lever: Growth | None, days: IntArray) -> FloatArray:
    """Return the growth ratio ``[d]``: compound from its date on."""
    if lever is None:
        return np.ones(len(days))
    years = np.maximum(days - day_number(lever.since), 0) / DAYS_PER_YEAR
    return np.asarray((1.0 + lever.per_year) ** years)


def _rows(
    queue: Queue,
    course: _Course,
    edges: Sequence[date],
    growth: FloatArray,
    levels: Sequence[float],
) -> Iterator[LongTermRow]:
    contacts, work_s = course.contacts * growth, course.work_s * growth
    planners = edges[0] + timedelta(days=PLANNERS_DAYS)
    covariance = _covariance(course)
    for start, end in pairwise(edges):
        rows = slice((start - edges[0]).days, (end - edges[0]).days)
        mean, seconds = float(contacts[rows].sum()), float(work_s[rows].sum())
        plain = float(course.contacts[rows].sum())
        share = _by_week(contacts[rows], rows.start, len(covariance)) / (mean or 1.0)
        variance = float(share @ covariance @ share) + 1.0 / max(mean, 1.0)
        yield LongTermRow(
            queue_id=queue.queue_id,
            start=start,
            end=end,
            mean=mean,
            quantiles=_quantiles(mean, variance, levels),
            aht_s=seconds / mean if mean else 0.0,
            workload_hours=seconds / 3600.0,
            growth=mean / plain if plain else 1.0,
            basis="planner" if start >= planners else "history",
        )


def _covariance(course: _Course) -> FloatArray:
    """Return the covariance ``[w, w]`` of the log levels of the weeks ahead."""
    weeks = course.days[::DAYS_PER_WEEK]
    gap = course.gap[::DAYS_PER_WEEK]
    path = course.path.covariance(weeks, int(course.days[0]) + PLANNERS_DAYS)
    return np.asarray(path + np.outer(gap, gap))


def _by_week(values: FloatArray, first_row: int, num_weeks: int) -> FloatArray:
    """Return ``[w]`` the sums of *values*, which begin on day *first_row*."""
    week = np.arange(first_row, first_row + len(values)) // DAYS_PER_WEEK
    return np.asarray(np.bincount(week, values, minlength=num_weeks))


def _quantiles(
    mean: float, variance: float, levels: Sequence[float]
) -> tuple[float, ...]:
    """Return log-normal quantiles of that mean."""
    normal = NormalDist(-variance / 2.0, variance**0.5)
    return tuple(mean * float(np.exp(normal.inv_cdf(level))) for level in levels)


def _path_notes(path: LevelPath) -> Iterator[str]:
    if not path.has_season:
        yield (
            "less than a year and a half of history: no annual index, and the bands "
            "allow for a season of 10 %"
        )
    yield f"trend at the end of history: {np.expm1(path.slope):+.1%} a year, damped"


def _horizon_notes(
    queue: Queue, edges: Sequence[date], calendar: MarketCalendar
) -> Iterator[str]:
    holidays = calendar.holidays_of(queue)
    if holidays and max(holidays) < edges[-1] - timedelta(days=DAYS_PER_YEAR):
        yield f"public holidays are known until {max(holidays).year} only"
