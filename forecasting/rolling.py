"""Rolling-origin backtest: what each model would have forecast, and how far off."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

import numpy as np

from forecasting import metrics
from forecasting.days import (
    Horizon,
    QueueRecord,
    day_number,
    market_calendar,
    queue_record,
)
from forecasting.single import DayForecast, forecast_days
from wfm.calendar.holidays import Holiday
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import ContactHistory, DemandEvent, Queue

P10_P50_P90 = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRow:
    """One queue, model and origin, scored on open intervals that were reported.

    Attributes
    ----------
    offered_contacts, absolute_error
        Sums over the scored intervals, in contacts; they pool over rows.
    wape, daily_wape, bias
        Fractions of the offered contacts (NaN if there were none), of intervals, of
        day totals, signed.
    coverage, pinball_p90
        Share of intervals within P10 to P90; mean pinball loss of P90 in contacts.
    failure
        Empty, or why the model failed and what was scored in its place.
    """

    queue_id: str
    model: str
    origin: date
    intervals: int
    offered_contacts: float
    absolute_error: float
    wape: float
    daily_wape: float
    bias: float
    coverage: float
    pinball_p90: float
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """Rows of a backtest, by queue, origin and model as asked for."""

    rows: tuple[BacktestRow, ...]

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return the rows as dictionaries, for a table."""
        return tuple(dataclasses.asdict(row) for row in self.rows)

    def pooled_wape(self, model: str, queue_id: str | None = None) -> float:
        """Return the WAPE of *model* over all origins, of one queue or of all."""
        rows = [
            row
            for row in self.rows
            if row.model == model and queue_id in (None, row.queue_id)
        ]
        offered = sum(row.offered_contacts for row in rows)
        error = sum(row.absolute_error for row in rows)
        return error / offered if offered else float("nan")


def backtest(
    history: ContactHistory,
    queues: Sequence[Queue],
    *,
    origins: Sequence[date],
    horizon_days: int = 7,
    models: Sequence[str] = ("weekday_mean", "last_week"),
    holidays: Mapping[str, Mapping[date, Holiday]] | None = None,
    events: Sequence[DemandEvent] = (),
) -> BacktestResult:
    """Return the accuracy of *models* on every queue from every origin.

    At an origin, a model sees what lay before local midnight of that date. Planned
    events and holidays of the horizon are known to it, as they are to a planner.
    Queues without history, and origins without anything to score, have no row. Without
    *holidays* those of each queue's country are looked up; ``{}`` stands for none.
    """
    grid = history.grid
    end = grid.instant(grid.num_intervals) + timedelta(days=horizon_days)
    years = range(grid.start_utc.year, end.year + 1)
    calendar = market_calendar(queues, holidays, events, years)
    rows = []
    for queue in queues:
        if queue.queue_id not in history.queue_ids or not history.grid.num_intervals:
            continue
        record = queue_record(history, queue, calendar)
        rows += [
            row
            for origin, model in itertools.product(origins, models)
            if (row := _score_origin(record, origin, horizon_days, model)) is not None
        ]
    return BacktestResult(rows=tuple(rows))


def _score_origin(
    record: QueueRecord, origin: date, horizon_days: int, model: str
) -> BacktestRow | None:
    history, start = record.history, day_number(origin)
    first, end = np.searchsorted(history.days, [start, start + horizon_days]).tolist()
    scored = history.usable[first:end]
    if start < history.days[0] or not scored.any():
        return None
    horizon = Horizon(
        days=history.days[first:end],
        is_open=history.is_open[first:end],
        tags=tuple(tag.between(first, end) for tag in record.tags),
    )
    result = forecast_days(record.before(start), horizon, model, P10_P50_P90)
    return BacktestRow(
        queue_id=record.queue.queue_id,
        model=model,
        origin=origin,
        failure=result.failure,
        **_scores(history.offered_contacts[first:end], scored, result),
    )


class _Scores(TypedDict):
    intervals: int
    offered_contacts: float
    absolute_error: float
    wape: float
    daily_wape: float
    bias: float
    coverage: float
    pinball_p90: float


def _scores(offered: FloatArray, scored: BoolArray, result: DayForecast) -> _Scores:
    """Return the measures on the cells *scored* of ``[d, s]`` matrices."""
    actual, mean = offered[scored], result.mean[scored]
    low, _, high = (quantile[scored] for quantile in result.quantiles)
    return _Scores(
        intervals=int(scored.sum()),
        offered_contacts=float(actual.sum()),
        absolute_error=float(np.abs(actual - mean).sum()),
        wape=metrics.wape(actual, mean),
        daily_wape=metrics.wape(
            np.where(scored, offered, 0.0).sum(axis=1),
            np.where(scored, result.mean, 0.0).sum(axis=1),
        ),
        bias=metrics.bias(actual, mean),
        coverage=metrics.coverage(actual, low, high),
        pinball_p90=metrics.pinball(actual, high, 0.9),
    )
