"""From the UTC grid to local days and slots, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from forecasting.model import DAYS_PER_WEEK, ForecastError, QueueHistory
from forecasting.special import (
    Market,
    Tag,
    market_of,
    stated_factors,
    tagged_cells,
    tags_on,
    trusted_days,
)
from wfm.calendar.holidays import Holiday, public_holidays, weekend_days
from wfm.calendar.local import local_clock, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray, frozen
from wfm.domain.demand import MINUTES_PER_DAY, ContactHistory, DemandEvent, Queue
from wfm.domain.grid import IntervalGrid


def day_number(day: date) -> int:
    """Return days from 1970-01-01 to *day*."""
    return wall_minute(day) // MINUTES_PER_DAY


_CLOCKS_KEPT = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DaySlots:
    """The local date and slot of every interval of a grid, as arrays ``[t]``.

    An interval belongs to the slot in which its start falls on the wall clock. Two
    intervals share a cell where an hour repeats; a skipped hour's cells have none.
    """

    day: IntArray
    slot: IntArray
    num_slots: int

    def total(
        self, values: npt.NDArray[Any], first_day: int, num_days: int
    ) -> FloatArray:
        """Return ``[d, s]`` the sum of *values* ``[t]`` over each cell."""
        cells = _cells(self, first_day, num_days)
        shape, some = (num_days, self.num_slots), values[cells.inside].astype(float)
        if cells.are_in_line:
            return np.asarray(some.reshape(shape))
        from forecasting.kernels.days import cell_sums

        return cell_sums(some, cells.flat, shape)

    def inside(self, first_day: int, num_days: int) -> slice:
        """Return the intervals of some days."""
        return _cells(self, first_day, num_days).inside

    def in_line(self, by_day: FloatArray, first_day: int) -> FloatArray:
        """Return ``[..., i]`` what *by_day* ``[..., d, s]`` says of their intervals.

        The first of the days is *first_day*.
        """
        cells = _cells(self, first_day, by_day.shape[-2])
        flat = by_day.reshape(*by_day.shape[:-2], -1)
        return flat if cells.are_in_line else flat.take(cells.flat, axis=-1)

    def are_single(self, first_day: int, num_days: int) -> bool:
        """Return whether no cell has two intervals."""
        return _cells(self, first_day, num_days).are_single

    def touched(
        self, mask: npt.NDArray[Any], first_day: int, num_days: int
    ) -> BoolArray:
        """Return ``[d, s]`` whether *mask* ``[t]`` holds anywhere in each cell."""
        cells = _cells(self, first_day, num_days)
        if cells.are_in_line:
            return np.asarray(mask[cells.inside].reshape(num_days, self.num_slots))
        from forecasting.kernels.days import cells_touched

        return cells_touched(mask[cells.inside], cells.flat, (num_days, self.num_slots))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The intervals *inside* a span of days, and their cells ``[i]``, row by row.

    They *are_single* where the clock repeats no hour, and *are_in_line* where it
    skips none either.
    """

    inside: slice
    flat: IntArray
    are_single: bool
    are_in_line: bool


@lru_cache(maxsize=_CLOCKS_KEPT)  # the queues of one zone share them
def _cells(slots: DaySlots, first_day: int, num_days: int) -> _Cells:
    bounds = np.searchsorted(slots.day, [first_day, first_day + num_days])
    inside = slice(*bounds.tolist())
    flat = slots.day[inside] - first_day
    flat *= slots.num_slots
    flat += slots.slot[inside]
    single = bool((flat[1:] > flat[:-1]).all())
    return _Cells(
        inside=inside,
        flat=flat,
        are_single=single,
        are_in_line=single and len(flat) == num_days * slots.num_slots,
    )


@lru_cache(maxsize=_CLOCKS_KEPT)
def day_slots(grid: IntervalGrid, zone_name: str) -> DaySlots:
    """Return the local date and slot of every interval of *grid*."""
    clock = local_clock(grid, zone_name)
    return DaySlots(
        day=clock.day,
        slot=clock.minute_of_day // grid.interval_minutes,
        num_slots=-(-MINUTES_PER_DAY // grid.interval_minutes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """All that is known of one queue, by local day and slot.

    *handle_s* and *handled* are ``[d, s]`` total handle seconds (planned changes of
    handle time by events taken out) and the contacts behind them; *trusted* are the
    days ``[d]`` that the planner calls ordinary.
    """

    queue: Queue
    history: QueueHistory
    handle_s: FloatArray
    handled: FloatArray
    tags: tuple[Tag, ...]
    trusted: BoolArray

    def before(self, day: int) -> Self:
        """Return what was known at local midnight of *day* (days from 1970-01-01)."""
        history = self.history.before(day)
        num = len(history.days)
        if num == len(self.trusted):
            return self
        return type(self)(
            queue=self.queue,
            history=history,
            handle_s=self.handle_s[:num],
            handled=self.handled[:num],
            tags=tuple(tag.before(num) for tag in self.tags if tag.first_row < num),
            trusted=self.trusted[:num],
        )

    def within(self, first: int, end: int) -> Self:
        """Return the slots ``first:end`` of the days."""
        return type(self)(
            queue=self.queue,
            history=self.history.within(first, end),
            handle_s=self.handle_s[:, first:end],
            handled=self.handled[:, first:end],
            tags=tuple(tag.within(first, end) for tag in self.tags),
            trusted=self.trusted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The local days to forecast: ``days [d]``, ``is_open [d, s]`` and their tags."""

    days: IntArray
    is_open: BoolArray
    tags: tuple[Tag, ...]

    def within(self, first: int, end: int) -> Self:
        """Return the slots ``first:end`` of the days."""
        return type(self)(
            days=self.days,
            is_open=self.is_open[:, first:end],
            tags=tuple(tag.within(first, end) for tag in self.tags),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCalendar:
    """Public holidays by queue id, and the tagged events of all queues.

    *markets* holds, by queue id, those that were looked up.
    """

    holidays: Mapping[str, Mapping[date, Holiday]] = field(default_factory=dict)
    events: Sequence[DemandEvent] = ()
    markets: Mapping[str, Market] = field(default_factory=dict)

    def holidays_of(self, queue: Queue) -> Mapping[date, Holiday]:
        """Return the holidays of the queue's market."""
        if (market := self.markets.get(queue.queue_id)) is not None:
            return market.holidays
        return self.holidays.get(queue.queue_id, {})

    def market_of(self, queue: Queue) -> Market:
        """Return the queue's market."""
        if (market := self.markets.get(queue.queue_id)) is not None:
            return market
        holidays = tuple(self.holidays_of(queue).values())
        return market_of(holidays, weekend_days(queue.country))

    def tags(self, queue: Queue, days: IntArray, slot_minutes: int) -> tuple[Tag, ...]:
        """Return the tags of *queue* on *days*."""
        return tags_on(queue, days, slot_minutes, self.market_of(queue), self.events)


def market_calendar(
    queues: Sequence[Queue],
    holidays: Mapping[str, Mapping[date, Holiday]] | None,
    events: Sequence[DemandEvent],
    years: range,
) -> MarketCalendar:
    """Return *holidays* and *events*; by default the holidays of each queue's country.

    These are the public ones of its country and subdivision, over *years* and the ones
    beside them.

    Raises
    ------
    NotImplementedError
        If they are looked up and a country or subdivision is not known.
    """
    if holidays is not None:
        return MarketCalendar(holidays=holidays, events=events)
    markets = {
        queue.queue_id: _announced(
            queue.country, queue.subdivision, years.start - 1, years.stop + 1
        )
        for queue in queues
        if queue.country is not None
    }
    return MarketCalendar(markets=markets, events=events)


@lru_cache(maxsize=64)  # the queues of one market share them
def _announced(
    country: str | None, subdivision: str | None, first: int, end: int
) -> Market:
    found = public_holidays(country, subdivision, range(first, end))
    return Market(holidays=MappingProxyType(found), weekend=weekend_days(country))


def queue_record(
    history: ContactHistory, queue: Queue, calendar: MarketCalendar
) -> QueueRecord:
    """Return the history of *queue* by local day and slot.

    Weeks before the first report are left out. ``queue.volume_scale`` multiplies the
    volumes here, so everything learnt from them is on the planned scale.

    Raises
    ------
    ForecastError
        If the history does not know the queue or has no intervals.
    """
    if queue.queue_id not in history.queue_ids or not history.grid.num_intervals:
        msg = "no history"
        raise ForecastError(msg)
    q = history.queue_ids.index(queue.queue_id)
    slots = day_slots(history.grid, queue.zone)
    is_open = open_mask(queue, history.grid, calendar.holidays_of(queue))
    days = _days_known(slots.day, np.asarray(is_open & history.observed[q]))
    slot_minutes = history.grid.interval_minutes
    tags = calendar.tags(queue, days, slot_minutes)
    span, weight = (int(days[0]), len(days)), history.aht_weight[q]
    handle_s = slots.total(history.aht_s[q] * weight, *span)
    if any(tag.aht_factor != 1.0 for tag in tags):
        handle_s = handle_s / stated_factors(tags, handle_s.shape)[1]
    return QueueRecord(
        queue=queue,
        history=_volumes(history, queue, slots, days, is_open, tags),
        handle_s=handle_s,
        handled=slots.total(weight, *span),
        tags=tags,
        trusted=trusted_days(queue, days, slot_minutes, calendar.events),
    )


def _days_known(day: IntArray, reported: BoolArray) -> IntArray:
    """Return the local dates of the intervals ``[t]``, from the first report on.

    Whole weeks are left out, so that the weeks learnt from stay what they are.
    """
    first = int(day[0])
    before = int(day[np.argmax(reported)]) - first  # 0 where nothing was reported
    return np.arange(first + before - before % DAYS_PER_WEEK, int(day[-1]) + 1)


def _volumes(
    history: ContactHistory,
    queue: Queue,
    slots: DaySlots,
    days: IntArray,
    is_open: BoolArray,
    tags: tuple[Tag, ...],
) -> QueueHistory:
    """Return the contacts of *queue* by day and slot."""
    q, span = history.queue_ids.index(queue.queue_id), (int(days[0]), len(days))
    observed = history.observed[q]
    seen = slots.touched(observed, *span)
    offered = slots.total(np.where(observed, history.offered_contacts[q], 0.0), *span)
    if not slots.are_single(*span):
        offered /= np.maximum(slots.total(observed, *span), 1.0)
    if queue.volume_scale != 1.0:
        offered = queue.volume_scale * offered
    return QueueHistory(
        days=days,
        slot_minutes=history.grid.interval_minutes,
        offered_contacts=frozen(offered),
        observed=frozen(seen),
        is_open=frozen(slots.touched(is_open, *span)),
        special=frozen(tagged_cells(tags, seen.shape)),
        weekend=weekend_days(queue.country),
    )
