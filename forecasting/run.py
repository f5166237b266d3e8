"""Forecast every queue on its own clock and lay the results on one UTC grid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

import numpy as np

from forecasting.days import (
    DaySlots,
    Horizon,
    MarketCalendar,
    day_number,
    day_slots,
    market_calendar,
    queue_record,
)
from forecasting.model import FORECASTERS, ForecastError
from forecasting.noise import QueueNoise
from forecasting.paths import QueuePaths, forecast_noise
from forecasting.single import DayForecast, forecast_days, zero_forecast
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import to_instant, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import FloatArray, IntArray, frozen
from wfm.domain.demand import (
    DEFAULT_FORECAST_MODEL,
    ContactHistory,
    DemandEvent,
    ModelTest,
    Queue,
    SpecialDay,
    VolumeForecast,
    fed_queues,
)
from wfm.domain.grid import IntervalGrid

DEFAULT_LEVELS = (0.1, 0.5, 0.9)


def forecast(
    history: ContactHistory,
    queues: Sequence[Queue],
    *,
    first_day: Mapping[str, date],
    num_days: Mapping[str, int] | int,
    holidays: Mapping[str, Mapping[date, Holiday]] | None = None,
    events: Sequence[DemandEvent] = (),
    model: str = DEFAULT_FORECAST_MODEL,
    queue_models: Mapping[str, str] | None = None,
    levels: Sequence[float] = DEFAULT_LEVELS,
) -> VolumeForecast:
    """Return mean, quantiles and handle time of every queue, interval by interval.

    Each queue is forecast for whole dates on its own wall clock, from the intervals
    before local midnight of its first day; closed intervals are exactly 0. One
    queue's failure is named in ``failures`` and leaves the others alone; ``notes``
    say what had to be assumed. A queue
    without history that other queues forward to is 0 here: its contacts come later.

    Parameters
    ----------
    first_day, num_days
        By queue id, the first local date and how many (one number for all will do).
    holidays
        By queue id, the public holidays of its market over history and horizon. By
        default those of the queue's country are looked up; ``{}`` stands for none.
    events
        Tagged events, past and to come.
    model, queue_models
        The model's name, and by queue id the exceptions. By default the one that did
        best on each queue lately (:mod:`forecasting.select`).
    levels
        Ascending quantile levels.

    Raises
    ------
    UsageError
        If a model's name is unknown.
    ValueError
        If there is no queue, a queue has no day, or the levels do not ascend.
    NotImplementedError
        If holidays are looked up and a queue's country is not known.
    """
    _check_levels(levels)
    tasks = _tasks(queues, first_day, num_days, queue_models or {}, model)
    grid = _union_grid(history.grid, tasks)
    years = range(
        history.grid.start_utc.year, grid.instant(grid.num_intervals).year + 1
    )
    calendar = market_calendar(queues, holidays, events, years)
    tables = _Tables.zeros(len(tasks), len(levels), grid.num_intervals)
    rows = [
        _forecast_queue(task, history, grid, calendar, levels, tables.of_queue(q))
        for q, task in enumerate(tasks)
    ]
    return VolumeForecast(
        grid=grid,
        queue_ids=tuple(queue.queue_id for queue in queues),
        levels=tuple(levels),
        mean=frozen(tables.mean),
        quantiles=frozen(tables.quantiles),
        aht_s=frozen(tables.aht_s),
        first_idx=tuple(row.first_idx for row in rows),
        end_idx=tuple(row.end_idx for row in rows),
        failures={row.queue_id: row.failure for row in rows if row.failure},
        notes={row.queue_id: row.notes for row in rows if row.notes},
        tests={row.queue_id: row.tests for row in rows if row.tests},
        special_days={r.queue_id: r.special_days for r in rows if r.special_days},
        noise=forecast_noise([row.paths for row in rows]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One queue to forecast; *fed* if others forward contacts to it."""

    queue: Queue
    model: str
    first: date
    num_days: int
    fed: bool

    @property
    def first_day(self) -> int:
        """The first local date, as days from 1970-01-01."""
        return day_number(self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """What is filled queue by queue, so that a thousand of them lie once in memory.

    *mean* and *aht_s* are ``[q, t]``, *quantiles* ``[q, l, t]``, or one row of them.
    """

    mean: FloatArray
    aht_s: FloatArray
    quantiles: FloatArray

    @classmethod
    def zeros(cls, num_queues: int, num_levels: int, num_intervals: int) -> Self:
        shape = (num_queues, num_intervals)
        return cls(
            mean=np.zeros(shape),
            aht_s=np.zeros(shape),
            quantiles=np.zeros((num_queues, num_levels, num_intervals)),
        )

    def of_queue(self, q: int) -> Self:
        """Return the rows of queue *q*, to be written to."""
        return type(self)(
            mean=self.mean[q], aht_s=self.aht_s[q], quantiles=self.quantiles[q]
        )

    def write(
        self, forecast: DayForecast, slots: DaySlots, first_day: int, inside: slice
    ) -> None:
        """Write the days of one queue from *first_day* on to the cells *inside*."""
        self.mean[inside] = slots.in_line(forecast.mean, first_day)
        self.aht_s[inside] = slots.in_line(forecast.aht_s, first_day)
        self.quantiles[:, inside] = slots.in_line(forecast.quantiles, first_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One queue's part of the result, besides the tables."""

    queue_id: str
    first_idx: int
    end_idx: int
    failure: str
    notes: tuple[str, ...]
    tests: tuple[ModelTest, ...]
    special_days: tuple[SpecialDay, ...]
    paths: QueuePaths


def _tasks(
    queues: Sequence[Queue],
    first_day: Mapping[str, date],
    num_days: Mapping[str, int] | int,
    queue_models: Mapping[str, str],
    model: str,
) -> list[_Task]:
    fed = fed_queues(queues)
    tasks = [
        _Task(
            queue=queue,
            model=queue_models.get(queue.queue_id, model),
            first=first_day[queue.queue_id],
            num_days=(
                num_days if isinstance(num_days, int) else num_days[queue.queue_id]
            ),
            fed=queue.queue_id in fed,
        )
        for queue in queues
    ]
    if not tasks or any(task.num_days < 1 for task in tasks):
        msg = "a forecast needs at least one queue and one day of each"
        raise ValueError(msg)
    for task in tasks:
        FORECASTERS[task.model]  # an unknown name is the caller's error, no failure
    return tasks


def _check_levels(levels: Sequence[float]) -> None:
    if list(levels) != sorted(set(levels)) or any(not 0 < p < 1 for p in levels):
        msg = f"quantile levels must ascend within (0, 1), got {tuple(levels)}"
        raise ValueError(msg)


def _union_grid(base: IntervalGrid, tasks: Iterable[_Task]) -> IntervalGrid:
    """Return the grid in step with *base* over the local days of all queues."""
    ends = {
        (day, task.queue.zone)
        for task in tasks
        for day in (task.first, task.first + timedelta(days=task.num_days))
    }
    edges = [_index_from(base, to_instant(wall_minute(day), z)) for day, z in ends]
    return IntervalGrid(
        start_utc=base.instant(min(edges)),
        interval_minutes=base.interval_minutes,
        num_intervals=max(edges) - min(edges),
    )


def _index_from(grid: IntervalGrid, instant: datetime) -> int:
    """Return the first interval that begins at or after *instant*."""
    idx = grid.floor_index(instant)
    return idx if grid.instant(idx) == instant else idx + 1


def _forecast_queue(
    task: _Task,
    history: ContactHistory,
    grid: IntervalGrid,
    calendar: MarketCalendar,
    levels: Sequence[float],
    table: _Tables,
) -> _Row:
    """Return the forecast of one queue; its numbers are written to *table*."""
    slots = day_slots(grid, task.queue.zone)
    horizon = _horizon(task, grid, calendar)
    days = horizon.days
    result = _forecast_days(task, history, horizon, calendar, levels)
    # The first interval of each day, and the end of the last.
    starts = slots.day.searchsorted(task.first_day + np.arange(task.num_days + 1))
    inside = slots.inside(task.first_day, task.num_days)
    table.write(result, slots, task.first_day, inside)
    return _Row(
        queue_id=task.queue.queue_id,
        first_idx=inside.start,
        end_idx=inside.stop,
        failure=result.failure,
        notes=result.notes,
        tests=result.tests,
        special_days=result.special_days,
        paths=_paths(task, days, starts, result),
    )


def _horizon(task: _Task, grid: IntervalGrid, calendar: MarketCalendar) -> Horizon:
    queue = task.queue
    slots = day_slots(grid, queue.zone)
    is_open = open_mask(queue, grid, calendar.holidays_of(queue))
    days = task.first_day + np.arange(task.num_days)
    return Horizon(
        days=days,
        is_open=slots.touched(is_open, task.first_day, task.num_days),
        tags=calendar.tags(queue, days, grid.interval_minutes),
    )


def _paths(
    task: _Task, days: IntArray, day_starts: IntArray, result: DayForecast
) -> QueuePaths:
    return QueuePaths(
        queue_id=task.queue.queue_id,
        noise=result.noise or QueueNoise.assumed(task.first_day),
        days=days,
        day_starts=day_starts,
        day_spread=result.day_spread,
    )


def _forecast_days(
    task: _Task,
    history: ContactHistory,
    horizon: Horizon,
    calendar: MarketCalendar,
    levels: Sequence[float],
) -> DayForecast:
    """Return the queue's forecast; one that is only fed by others is 0."""
    queue = task.queue
    try:
        record = queue_record(history, queue, calendar).before(task.first_day)
    except ForecastError as error:
        failure = "" if task.fed else f"{error}; zeros in its place"
        return zero_forecast(queue.default_aht_s, horizon, levels, failure)
    if task.fed and not record.history.usable.any():
        return zero_forecast(queue.default_aht_s, horizon, levels)
    return forecast_days(record, horizon, task.model, levels)
