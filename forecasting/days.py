"""From the UTC grid to local days and slots, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from forecasting.model import ForecastError, QueueHistory
from forecasting.special import (
    Tag,
    stated_factors,
    tagged_cells,
    tags_on,
    trusted_days,
)
from wfm.calendar.holidays import Holiday, weekend_days
from wfm.calendar.local import local_clock, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, ContactHistory, DemandEvent, Queue
from wfm.domain.grid import IntervalGrid


def day_number(day: date) -> int:
    """Return days from 1970-01-01 to *day*."""
    return wall_minute(day) // MINUTES_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlots:
    """The local date and slot of every interval of a grid, as arrays ``[t]``.

    An interval belongs to the slot in which its start falls on the wall clock. Two
    intervals share a cell where an hour repeats; a skipped hour's cells have none.
    """

    day: IntArray
    slot: IntArray
    num_slots: int

    def total(self, values: FloatArray, first_day: int, num_days: int) -> FloatArray:
        """Return ``[d, s]`` the sum of *values* ``[t]`` over each cell."""
        row = self.day - first_day
        inside = (row >= 0) & (row < num_days)
        flat = row[inside] * self.num_slots + self.slot[inside]
        total = np.bincount(flat, values[inside], minlength=num_days * self.num_slots)
        return np.asarray(total.reshape(num_days, self.num_slots))


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
        return type(self)(
            queue=self.queue,
            history=history,
            handle_s=self.handle_s[:num],
            handled=self.handled[:num],
            tags=tuple(tag.before(num) for tag in self.tags if tag.first_row < num),
            trusted=self.trusted[:num],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The local days to forecast: ``days [d]``, ``is_open [d, s]`` and their tags."""

    days: IntArray
    is_open: BoolArray
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCalendar:
    """Public holidays by queue id, and the tagged events of all queues."""

    holidays: Mapping[str, Mapping[date, Holiday]] = field(default_factory=dict)
    events: Sequence[DemandEvent] = ()

    def holidays_of(self, queue: Queue) -> Mapping[date, Holiday]:
        """Return the holidays of the queue's market."""
        return self.holidays.get(queue.queue_id, {})

    def tags(self, queue: Queue, days: IntArray, slot_minutes: int) -> tuple[Tag, ...]:
        """Return the tags of *queue* on *days*."""
        return tags_on(
            queue,
            days,
            slot_minutes,
            self.holidays_of(queue),
            self.events,
            weekend_days(queue.country),
        )


def queue_record(
    history: ContactHistory, queue: Queue, calendar: MarketCalendar
) -> QueueRecord:
    """Return the history of *queue* by local day and slot.

    ``queue.volume_scale`` multiplies the volumes here, so everything learnt from them
    is on the planned scale.

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
    days = np.arange(slots.day[0], slots.day[-1] + 1)
    slot_minutes = history.grid.interval_minutes
    tags = calendar.tags(queue, days, slot_minutes)

    def total(values: npt.NDArray[Any]) -> FloatArray:
        return slots.total(values.astype(float), int(days[0]), len(days))

    _, aht_factor = stated_factors(tags, (len(days), slots.num_slots))
    return QueueRecord(
        queue=queue,
        history=_volumes(history, queue, total, days, calendar, tags),
        handle_s=total(history.aht_s[q] * history.aht_weight[q]) / aht_factor,
        handled=total(history.aht_weight[q]),
        tags=tags,
        trusted=trusted_days(queue, days, slot_minutes, calendar.events),
    )


def _volumes(
    history: ContactHistory,
    queue: Queue,
    total: Callable[[npt.NDArray[Any]], FloatArray],
    days: IntArray,
    calendar: MarketCalendar,
    tags: tuple[Tag, ...],
) -> QueueHistory:
    """Return the contacts of *queue*; *total* sums ``[t]`` to ``[d, s]``."""
    q = history.queue_ids.index(queue.queue_id)
    observed = history.observed[q]
    count = total(observed)
    offered = total(np.where(observed, history.offered_contacts[q], 0.0))
    is_open = open_mask(queue, history.grid, calendar.holidays_of(queue))
    return QueueHistory(
        days=days,
        slot_minutes=history.grid.interval_minutes,
        offered_contacts=queue.volume_scale * offered / np.maximum(count, 1.0),
        observed=count > 0,
        is_open=total(is_open) > 0,
        special=tagged_cells(tags, count.shape),
        weekend=weekend_days(queue.country),
    )
