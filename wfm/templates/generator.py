"""Invented contact history for the example plans, as an ACD would export it.

The model, per queue, on the customers' wall clock:

    mean(slot) = weekly contacts x weekday share x slot share x level(week)
                 x holiday ratio x sale ratio x day factor

with a gamma-distributed day factor and slot factor (overdispersion) and Poisson counts
on top; abandoned contacts are binomial, handle times scatter around a slot profile.
Then the faults of a real export are planted: rows that are missing, an outage with the
rush after it, a repeated row, a corrected row, a count below zero, an unreadable
handle time. Each queue draws from its own seeded ``PCG64`` stream, so the same release
of numpy gives the same bytes on every machine.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np

from wfm.calendar.holidays import public_holidays
from wfm.calendar.local import LocalClock, local_clock, local_day, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, OpeningHours, Queue, ServiceTarget
from wfm.domain.grid import IntervalGrid

HEADER = ("queue", "start", "offered", "handled", "abandoned", "aht_s")
INTERVAL_MINUTES = 30

Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A dated sale, both days included: *ratio* on the first day, fading to the last.

    The last day stands at ``1 + (ratio - 1) / 2``.
    """

    first: date
    last: date
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A dead line in local hours of one day.

    In the first half the export shows zeros, in the second it has no rows; for two
    hours afterwards *rush* times the usual contacts arrive.
    """

    day: date
    from_hour: int
    to_hour: int
    rush: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueProfile:
    """How contacts of one queue arrive.

    Attributes
    ----------
    weekly_contacts
        Offered in an ordinary week at the end of the history.
    weekday_weights
        Monday to Sunday; scaled to their sum, closed days count nothing.
    peaks
        ``(local hour, width in hours, weight)`` of bells over a flat *base*.
    overnight_share
        Part of a day's contacts that came while the queue was closed and is reported
        in its first open slot (e-mail).
    growth
        Relative change of the level over the whole history.
    day_cv, slot_cv
        Coefficients of variation of the day factor and the slot factor.
    """

    queue_id: str
    zone: str
    country: str
    opening: OpeningHours
    weekly_contacts: float
    weekday_weights: tuple[float, ...]
    peaks: tuple[tuple[float, float, float], ...]
    base: float
    aht_s: float
    abandoned_fraction: float = 0.0
    overnight_share: float = 0.0
    subdivision: str | None = None
    closed_on_holidays: bool = False
    holiday_ratio: float = 1.0
    growth: float = 0.08
    day_cv: float = 0.05
    slot_cv: float = 0.06
    sale: Sale | None = None
    outage: Outage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySpan:
    """Whole local weeks of history, and what is planted in them."""

    first: date
    weeks: int
    seed: int
    missing_fraction: float = 0.003
    faults: Mapping[str, date] = field(default_factory=dict)

    @property
    def last(self) -> date:
        """Last day of the history."""
        return self.first + timedelta(weeks=self.weeks, days=-1)


def same_hours(spans: Iterable[tuple[int, int]], days: Iterable[int]) -> OpeningHours:
    """Return opening hours that are alike on *days* (0 = Monday), in whole hours."""
    daily = tuple((opens * 60, closes * 60) for opens, closes in spans)
    open_days = frozenset(days)
    return OpeningHours(spans=tuple(daily if d in open_days else () for d in range(7)))


def generate_history(
    profiles: Sequence[QueueProfile], span: HistorySpan
) -> list[Sequence[str]]:
    """Return the rows of history.csv, queue by queue in time order."""
    rows: list[Sequence[str]] = []
    for profile in profiles:
        entropy = [span.seed, zlib.crc32(profile.queue_id.encode())]
        rng = np.random.Generator(np.random.PCG64(entropy))
        day = span.faults.get(profile.queue_id)
        rows += plant_faults(_queue_rows(profile, span, rng), day)
    return rows


def expected_contacts(
    profile: QueueProfile, first: date, num_days: int
) -> tuple[IntervalGrid, FloatArray]:
    """Return the grid of local days and the ordinary mean ``[t]``, free of events."""
    grid = _grid(profile.zone, first, num_days)
    clock = local_clock(grid, profile.zone)
    mask = open_mask(_as_queue(profile), grid, _holidays(profile, first, num_days))
    return grid, profile.weekly_contacts * _shares(profile, clock, mask)


def _grid(zone_name: str, first: date, num_days: int) -> IntervalGrid:
    start, _ = local_day(first, zone_name)
    end, _ = local_day(first + timedelta(days=num_days), zone_name)
    minutes = int((end - start).total_seconds()) // 60
    return IntervalGrid(
        start_utc=start,
        interval_minutes=INTERVAL_MINUTES,
        num_intervals=minutes // INTERVAL_MINUTES,
    )


def _as_queue(profile: QueueProfile) -> Queue:
    return Queue(
        queue_id=profile.queue_id,
        channel="phone",
        zone=profile.zone,
        requires=(),
        opening=profile.opening,
        target=ServiceTarget(),
        closed_on_holidays=profile.closed_on_holidays,
    )


def _holidays(profile: QueueProfile, first: date, num_days: int) -> list[date]:
    last = first + timedelta(days=num_days)
    years = range(first.year, last.year + 1)
    found = public_holidays(profile.country, profile.subdivision, years)
    return [day for day in found if first <= day <= last]


def _shares(profile: QueueProfile, clock: LocalClock, mask: BoolArray) -> FloatArray:
    """Return each slot's share of an ordinary week; closed slots have none."""
    shape = slot_shape(profile, np.arange(0, MINUTES_PER_DAY, INTERVAL_MINUTES))
    table = np.zeros((7, len(shape)))
    weights = np.array(profile.weekday_weights, dtype=np.float64)
    for weekday, spans in enumerate(profile.opening.spans):
        for opens, closes in spans:
            first, end = opens // INTERVAL_MINUTES, closes // INTERVAL_MINUTES
            table[weekday, first:end] = shape[first:end]
        if spans:
            table[weekday] *= (1 - profile.overnight_share) / table[weekday].sum()
            table[weekday, spans[0][0] // INTERVAL_MINUTES] += profile.overnight_share
    weights[table.sum(axis=1) == 0] = 0.0
    table *= (weights / weights.sum())[:, None]
    return np.where(
        mask, table[clock.weekday, clock.minute_of_day // INTERVAL_MINUTES], 0.0
    )


def slot_shape(profile: QueueProfile, minutes: IntArray) -> FloatArray:
    """Return the daily curve at the middle of slots that begin at *minutes*."""
    hours = (minutes + INTERVAL_MINUTES / 2) / 60
    shape = np.full(len(hours), profile.base, dtype=np.float64)
    for centre, width, weight in profile.peaks:
        # the clock is a circle: a night peak reaches round midnight
        away = np.minimum(np.abs(hours - centre), 24 - np.abs(hours - centre))
        shape += weight * np.exp(-0.5 * (away / width) ** 2)
    return shape


def _queue_rows(
    profile: QueueProfile, span: HistorySpan, rng: np.random.Generator
) -> list[Row]:
    num_days = span.weeks * 7
    grid, mean = expected_contacts(profile, span.first, num_days)
    clock = local_clock(grid, profile.zone)
    ordinal = clock.day - wall_minute(span.first) // MINUTES_PER_DAY
    day_ratio = _day_ratios(profile, span, rng)
    alive, rush = _outage(profile, clock)
    # rounding keeps the last bit of a processor's exp() out of the draws
    mean = np.round(mean * day_ratio[ordinal] * rush, 9)
    mean *= rng.gamma(1 / profile.slot_cv**2, profile.slot_cv**2, len(mean))
    offered = rng.poisson(mean) * (alive != 0)
    abandoned = rng.binomial(offered, _loss(profile, mean, rush))
    aht_s = _handle_times(profile, clock, offered - abandoned, rng)
    reported = (
        open_mask(_as_queue(profile), grid, _closed_days(profile, span))
        & (alive >= 0)
        & (rng.random(len(mean)) >= span.missing_fraction)
    )
    return [
        _row(profile.queue_id, grid, clock, t, offered, abandoned, aht_s)
        for t in np.flatnonzero(reported).tolist()
    ]


def _closed_days(profile: QueueProfile, span: HistorySpan) -> list[date]:
    return _holidays(profile, span.first, span.weeks * 7)


def _day_ratios(
    profile: QueueProfile, span: HistorySpan, rng: np.random.Generator
) -> FloatArray:
    """Return level x holiday x sale x chance for each day of the history."""
    num_days = span.weeks * 7
    walk = np.cumsum(rng.normal(0.0, 0.012, span.weeks))
    level = 1 + walk + profile.growth * np.arange(span.weeks) / span.weeks
    level /= level[-4:].mean()
    ratio = np.repeat(level, 7)
    ratio *= rng.gamma(1 / profile.day_cv**2, profile.day_cv**2, num_days)
    for day in _holidays(profile, span.first, num_days - 1):
        ratio[(day - span.first).days] *= profile.holiday_ratio
    if profile.sale is not None:
        start = (profile.sale.first - span.first).days
        end = (profile.sale.last - span.first).days + 1
        lift = np.linspace(1.0, 0.5, end - start) * (profile.sale.ratio - 1)
        ratio[start:end] *= 1 + lift
    return ratio


def _outage(profile: QueueProfile, clock: LocalClock) -> tuple[FloatArray, FloatArray]:
    """Return ``alive`` (1, 0 = zeros, -1 = no rows) and the rush factor, ``[t]``."""
    alive, rush = np.ones(len(clock.day)), np.ones(len(clock.day))
    if profile.outage is not None:
        outage = profile.outage
        begin = wall_minute(outage.day, outage.from_hour * 60)
        end = wall_minute(outage.day, outage.to_hour * 60)
        at = clock.wall_minute
        alive[(at >= begin) & (at < end)] = 0
        alive[(at >= (begin + end) // 2) & (at < end)] = -1
        rush[(at >= end) & (at < end + 120)] = outage.rush
    return alive, rush


def _loss(profile: QueueProfile, mean: FloatArray, rush: FloatArray) -> FloatArray:
    busy = np.clip(mean / max(float(mean.max()), 1.0), 0.0, 1.0)
    loss = profile.abandoned_fraction * (0.6 + 0.8 * busy) * rush**2
    return np.minimum(loss, 0.6)


def _handle_times(
    profile: QueueProfile,
    clock: LocalClock,
    handled: IntArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Return mean handle times in whole seconds; the evening takes a little longer."""
    by_slot = 1 + 0.06 * np.sin((clock.minute_of_day / 60 - 13) / 24 * 2 * np.pi)
    scatter = 1 + 0.55 * rng.standard_normal(len(handled)) / np.sqrt(
        np.maximum(handled, 1)
    )
    return np.round(profile.aht_s * by_slot * np.clip(scatter, 0.3, 3.0))


def _row(
    queue_id: str,
    grid: IntervalGrid,
    clock: LocalClock,
    t: int,
    offered: IntArray,
    abandoned: IntArray,
    aht_s: FloatArray,
) -> Row:
    handled = int(offered[t] - abandoned[t])
    return (
        queue_id,
        _stamp(grid.instant(t), int(clock.wall_minute[t])),
        str(int(offered[t])),
        str(handled),
        str(int(abandoned[t])),
        str(int(aht_s[t])) if handled else "",
    )


def _stamp(instant: datetime, wall: int) -> str:
    utc_minute = int(instant.timestamp()) // 60
    offset = timezone(timedelta(minutes=wall - utc_minute))
    return instant.astimezone(UTC).astimezone(offset).isoformat()


def plant_faults(rows: list[Row], day: date | None) -> list[Row]:
    """Return *rows* with four faults of a real export among those of *day*.

    From the day's third row on: a row that comes twice; a row that comes again with
    a corrected count; a count below zero; a handle time that can't be read.
    """
    if day is None:
        return rows
    first = next(i for i, row in enumerate(rows) if row[1].startswith(str(day))) + 2
    twice, corrected, negative, unreadable = rows[first : first + 4]
    planted = [
        twice,
        twice,
        corrected,
        (*corrected[:2], str(int(corrected[2]) + 2), *corrected[3:]),
        (*negative[:2], "-1", *negative[3:]),
        (*unreadable[:5], "#N/A"),
    ]
    return [*rows[:first], *planted, *rows[first + 4 :]]
