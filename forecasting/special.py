"""Special days of a queue: holidays, the days around them, and tagged events."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from operator import attrgetter

import numpy as np

from forecasting.day_kinds import BEFORE, BRIDGE, HOLIDAY, day_kinds
from wfm.calendar.holidays import SATURDAY_SUNDAY, Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY, DemandEvent, Queue

ORDINARY = "ordinary"
"""The kind of event that says: nothing special, however odd the day looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One holiday, day beside a holiday, or event as it falls on local days.

    Attributes
    ----------
    kind, name
        *name* tells holidays of one kind apart (Christmas is no Labour Day); it is
        empty where only the kind counts.
    first_row
        The row (local day) of a ``[d, s]`` matrix at which *cells* begins.
    cells
        ``[n, s]`` the slots touched on *n* days from there.
    effect
        The planner's ratio, ``None`` if it has to be learnt.
    like_weekday
        The weekday that such a day may resemble, 0 = Monday: the last day of the
        weekend for a holiday, the first one for the day before and for a bridge day.
    provisional
        Whether the date is not announced yet.
    """

    kind: str
    cells: BoolArray
    first_row: int = 0
    name: str = ""
    effect: float | None = None
    aht_factor: float = 1.0
    like_weekday: int | None = None
    provisional: bool = False

    @property
    def rows(self) -> slice:
        """The rows of a ``[d, s]`` matrix on which the tag lies."""
        return slice(self.first_row, self.first_row + len(self.cells))

    def between(self, first: int, end: int) -> "Tag":
        """Return the tag on the rows ``first:end``, counted from *first*."""
        low = max(first, self.first_row)
        high = max(low, min(end, self.rows.stop))
        return replace(
            self,
            first_row=low - first,
            cells=self.cells[low - self.first_row : high - self.first_row],
        )

    def within(self, first: int, end: int) -> "Tag":
        """Return the tag on the slots ``first:end`` of its days."""
        return Tag(
            kind=self.kind,
            cells=np.ascontiguousarray(self.cells[:, first:end]),
            first_row=self.first_row,
            name=self.name,
            effect=self.effect,
            aht_factor=self.aht_factor,
            like_weekday=self.like_weekday,
            provisional=self.provisional,
        )

    def before(self, num_days: int) -> "Tag":
        """Return the tag on the first *num_days* rows."""
        return self.between(0, num_days)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """The *holidays* of a market and its days of rest *weekend*, 0 = Monday.

    Two markets are the same if they are one object: what is worked out for one is
    found again without comparing its calendar day by day.
    """

    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    weekend: frozenset[int] = SATURDAY_SUNDAY


@lru_cache(maxsize=64)
def market_of(holidays: tuple[Holiday, ...], weekend: frozenset[int]) -> Market:
    """Return the market of *holidays*: the same one for equal calendars."""
    by_day = {holiday.day: holiday for holiday in holidays}
    return Market(holidays=by_day, weekend=weekend)


def tags_on(
    queue: Queue,
    days: IntArray,
    slot_minutes: int,
    market: Market,
    events: Sequence[DemandEvent] = (),
) -> tuple[Tag, ...]:
    """Return the tags of *queue* that touch the local dates *days*.

    A holiday that closes the queue is no tag: there is nothing to learn from it. The
    days around it are tags all the same. Events of the kind "ordinary" are none.
    """
    if not days.size:
        return ()
    num_slots = -(-MINUTES_PER_DAY // slot_minutes)
    span = int(days[0]), len(days), num_slots
    tags = _day_tags(market, queue.closed_on_holidays, *span)
    if not events:
        return tags
    return tags + tuple(
        _event_tag(event, cells)
        for event in events
        if queue.queue_id in event.queue_ids
        and event.kind != ORDINARY
        and (cells := event_cells(event, days, slot_minutes)).any()
    )


def trusted_days(
    queue: Queue, days: IntArray, slot_minutes: int, events: Sequence[DemandEvent]
) -> BoolArray:
    """Return ``[d]`` the days that the planner calls ordinary, however they look."""
    trusted = np.zeros(len(days), dtype=bool)
    for event in events:
        if event.kind == ORDINARY and queue.queue_id in event.queue_ids:
            trusted |= event_cells(event, days, slot_minutes).any(axis=1)
    return trusted


def _event_tag(event: DemandEvent, cells: BoolArray) -> Tag:
    touched = np.flatnonzero(cells.any(axis=1))
    return Tag(
        kind=event.kind,
        effect=event.effect,
        aht_factor=event.aht_factor,
        first_row=int(touched[0]),
        cells=cells[touched[0] : touched[-1] + 1],
    )


def event_cells(event: DemandEvent, days: IntArray, slot_minutes: int) -> BoolArray:
    """Return ``[d, s]`` which slots overlap *event* on the wall clock."""
    slots = np.arange(0, MINUTES_PER_DAY, slot_minutes)
    start = days[:, None] * MINUTES_PER_DAY + slots
    return np.asarray(
        (start < event.to_local_minute)
        & (start + slot_minutes > event.from_local_minute)
        & (event.from_local_minute < event.to_local_minute)
    )


@lru_cache(maxsize=64)  # the queues of one market share them
def _day_tags(
    market: Market, closed: bool, first_day: int, num_days: int, num_slots: int
) -> tuple[Tag, ...]:
    """Return the tags of a *market* whose queue is perhaps *closed* on holidays."""
    whole_day = np.ones((1, num_slots), dtype=bool)
    kinds = _kinds(market)
    low, high = (
        bisect_left(kinds, first_day + n, key=attrgetter("day")) for n in (0, num_days)
    )
    return tuple(
        Tag(
            kind=kind.kind,
            name=kind.name,
            cells=whole_day,
            first_row=kind.day - first_day,
            like_weekday=kind.like_weekday,
            provisional=kind.provisional,
        )
        for kind in kinds[low:high]
        if not (kind.kind == HOLIDAY and closed)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _DayKind:
    """What a calendar makes of one local *day* (from 1970-01-01); see :class:`Tag`."""

    day: int
    kind: str
    name: str
    like_weekday: int | None
    provisional: bool


@lru_cache(maxsize=64)
def _kinds(market: Market) -> tuple[_DayKind, ...]:
    """Return the special days of a calendar in their order, worked out once."""
    found = day_kinds(date.min, date.max, market.holidays, market.weekend)
    resembles = _resembles(market.weekend)
    return tuple(
        _DayKind(
            day=wall_minute(day) // MINUTES_PER_DAY,
            kind=kind,
            name=holiday.plain_name,
            like_weekday=_other(resembles.get(kind), day),
            provisional=holiday.provisional,
        )
        for day, (kind, holiday) in sorted(found.items())
    )


def _resembles(weekend: frozenset[int]) -> dict[str, int]:
    """Return kind -> the weekday that it may resemble."""
    last = [day for day in sorted(weekend) if (day + 1) % 7 not in weekend]
    first = [day for day in sorted(weekend) if (day - 1) % 7 not in weekend]
    if not last:
        return {}
    return {HOLIDAY: last[-1], BEFORE: first[-1], BRIDGE: first[-1]}


def _other(weekday: int | None, day: date) -> int | None:
    """Return *weekday* unless *day* itself falls on it."""
    return None if weekday == day.weekday() else weekday


def tagged_cells(tags: Iterable[Tag], shape: tuple[int, ...]) -> BoolArray:
    """Return ``[d, s]`` whether any tag lies on the cell."""
    cells = np.zeros(shape, dtype=bool)
    for tag in tags:
        cells[tag.rows] |= tag.cells
    return cells


def stated_factors(
    tags: Iterable[Tag], shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return ``[d, s]`` the planner's factors on contacts and on handle time."""
    volume, aht = np.ones(shape), np.ones(shape)
    for tag in tags:
        if tag.effect is not None:
            volume[tag.rows][tag.cells] *= tag.effect
        if tag.aht_factor != 1.0:
            aht[tag.rows][tag.cells] *= tag.aht_factor
    return volume, aht
