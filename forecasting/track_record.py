"""Published forecasts against what came: accuracy and bias by lead time."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting import metrics
from forecasting.days import MarketCalendar, day_number, day_slots
from forecasting.model import DAYS_PER_WEEK
from wfm.calendar.holidays import Holiday
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import ContactHistory, Queue, VolumeForecast

DAY_AHEAD = "day 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedForecast:
    """A forecast as it was handed out; *as_of* is the first date it did not know."""

    as_of: date
    forecast: VolumeForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyRow:
    """One queue, one published forecast, one lead time.

    Attributes
    ----------
    lead
        ``"day 1"``, then ``"week 1"`` (which holds day 1), ``"week 2"`` and so on,
        counted in local days from *as_of*.
    offered_contacts, forecast_contacts
        Sums over the scored intervals: open, forecast, and reported since.
    wape, daily_wape, bias, coverage
        As in a backtest: errors of intervals and of day totals as fractions of the
        offered contacts, signed error, share within P10 to P90.
    floor_wape
        The WAPE that Poisson chance alone leaves, were the forecast the true mean.
    """

    queue_id: str
    as_of: date
    lead: str
    intervals: int
    offered_contacts: float
    forecast_contacts: float
    wape: float
    daily_wape: float
    bias: float
    coverage: float
    floor_wape: float

    def to_row(self) -> dict[str, object]:
        """Return the row as a dictionary, for a table."""
        return dataclasses.asdict(self)


def accuracy(
    history: ContactHistory,
    queues: Sequence[Queue],
    published: Sequence[PublishedForecast],
    *,
    holidays: Mapping[str, Mapping[date, Holiday]] | None = None,
) -> tuple[AccuracyRow, ...]:
    """Return how far *published* forecasts were off, by queue, forecast and lead.

    Only intervals that were open and reported by *history* count. Forecasts whose
    intervals do not line up with the history's are an error, others without a common
    interval have no row.

    Raises
    ------
    ValueError
        If a forecast's grid is out of step with the history's.
    """
    calendar = MarketCalendar(holidays=holidays or {})
    return tuple(
        row
        for queue in queues
        if queue.queue_id in history.queue_ids
        for snapshot in published
        if queue.queue_id in snapshot.forecast.queue_ids
        for row in _rows(history, queue, snapshot, calendar)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """The scored intervals of one queue: actual, forecast, local day, all ``[n]``."""

    actual: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    lead_days: IntArray

    def rows(self, queue_id: str, as_of: date) -> list[AccuracyRow]:
        weeks = self.lead_days // DAYS_PER_WEEK
        leads = {DAY_AHEAD: self.lead_days == 0}
        leads |= {f"week {week + 1}": weeks == week for week in np.unique(weeks)}
        return [
            self._row(queue_id, as_of, lead, inside)
            for lead, inside in leads.items()
            if inside.any()
        ]

    def _row(
        self, queue_id: str, as_of: date, lead: str, inside: BoolArray
    ) -> AccuracyRow:
        actual, mean = self.actual[inside], self.mean[inside]
        days = self.lead_days[inside] - self.lead_days[inside].min()
        return AccuracyRow(
            queue_id=queue_id,
            as_of=as_of,
            lead=lead,
            intervals=int(inside.sum()),
            offered_contacts=float(actual.sum()),
            forecast_contacts=float(mean.sum()),
            wape=metrics.wape(actual, mean),
            daily_wape=metrics.wape(_by_day(days, actual), _by_day(days, mean)),
            bias=metrics.bias(actual, mean),
            coverage=metrics.coverage(actual, self.low[inside], self.high[inside]),
            floor_wape=metrics.poisson_floor(mean),
        )


def _by_day(days: IntArray, values: FloatArray) -> FloatArray:
    return np.bincount(days, values).astype(float)


def _rows(
    history: ContactHistory,
    queue: Queue,
    snapshot: PublishedForecast,
    calendar: MarketCalendar,
) -> list[AccuracyRow]:
    forecast = snapshot.forecast
    q = forecast.queue_ids.index(queue.queue_id)
    there = history.queue_ids.index(queue.queue_id)
    shift = _shift(history, forecast)
    span = np.arange(forecast.first_idx[q], forecast.end_idx[q])
    span = span[(span + shift >= 0) & (span + shift < history.grid.num_intervals)]
    is_open = open_mask(queue, forecast.grid, calendar.holidays_of(queue))
    span = span[history.observed[there, span + shift] & is_open[span]]
    lead = day_slots(forecast.grid, queue.zone).day[span] - day_number(snapshot.as_of)
    span, lead = span[lead >= 0], lead[lead >= 0]
    low, high = forecast.quantiles[q, 0], forecast.quantiles[q, -1]
    scored = _Scored(
        actual=queue.volume_scale * history.offered_contacts[there, span + shift],
        mean=forecast.mean[q, span],
        low=low[span],
        high=high[span],
        lead_days=lead,
    )
    return scored.rows(queue.queue_id, snapshot.as_of)


def _shift(history: ContactHistory, forecast: VolumeForecast) -> int:
    """Return what turns an index of the forecast's grid into one of the history's."""
    start = forecast.grid.instant(0)
    shift = history.grid.floor_index(start)
    if (
        history.grid.instant(shift) != start
        or history.grid.interval_minutes != forecast.grid.interval_minutes
    ):
        msg = "the forecast's intervals are not those of the history"
        raise ValueError(msg)
    return shift
