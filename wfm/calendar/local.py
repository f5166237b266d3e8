"""Wall clock and grid: the only place where time zones and clock changes are resolved.

Policy, used everywhere: a local time that exists twice (clocks fall back) means its
*first* occurrence; a local time that does not exist (clocks spring forward) means the
first instant after the gap. Everything else in the project counts grid steps.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import pytz

from wfm.domain.arrays import IntArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.errors import WfmError
from wfm.domain.grid import IntervalGrid

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the naive origin of wall minutes
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
# Since 1970 no zone has changed its offset twice in less than Recife in 2000, within
# 6 days 23 hours.
_STEADY_DAYS = 4
# The last offset with seconds, Liberia's, ended on 1972-01-07.
_WHOLE_MINUTES_FROM = 3 * 366 * MINUTES_PER_DAY
_CLOCKS_KEPT = 16
_SAMPLES_KEPT = 1 << 14  # a zone needs ninety a year
_SEASON = 16 * _STEADY_DAYS * MINUTES_PER_DAY
_SEASONS_KEPT = 1 << 10
_MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY


class UnknownZoneError(WfmError):
    """A zone name is not in the IANA database."""


@cache
def zone(name: str) -> tzinfo:
    """Return the IANA zone called *name*.

    Raises
    ------
    UnknownZoneError
        With the nearest known name, if there is one.
    """
    if name in pytz.all_timezones_set:
        return pytz.timezone(name)
    near = get_close_matches(name, pytz.all_timezones, n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    msg = f"unknown time zone {name!r}{hint}"
    raise UnknownZoneError(msg)


def wall_minute(day: date, minute: int = 0) -> int:
    """Return minutes from 1970-01-01 00:00 to *minute* of *day* on one wall clock."""
    return (day - _EPOCH.date()).days * MINUTES_PER_DAY + minute


def wall_date(minute: int) -> date:
    """Return the date of a wall minute."""
    return _EPOCH.date() + timedelta(days=minute // MINUTES_PER_DAY)


def to_instant(minute: int, zone_name: str) -> datetime:
    """Return the UTC instant of wall minute *minute* in *zone_name* (policy above)."""
    start = minute - minute % MINUTES_PER_DAY - MINUTES_PER_DAY
    if start > _WHOLE_MINUTES_FROM:
        offset = _offset_at(zone_name, start)
        if offset == _offset_at(zone_name, start + 3 * MINUTES_PER_DAY):
            return _EPOCH_UTC + timedelta(minutes=minute - offset)
    wall = _EPOCH + timedelta(minutes=minute)
    tz = zone(zone_name)
    local: datetime
    try:
        local = tz.localize(wall, is_dst=None)  # type: ignore[attr-defined]
    except pytz.AmbiguousTimeError:
        # The first is not always the summer one: Morocco's clocks go back for Ramadan.
        both = (tz.localize(wall, is_dst=dst) for dst in (True, False))  # type: ignore[attr-defined]
        local = min(both)
    except pytz.NonExistentTimeError:
        return _gap_end(minute, zone_name)
    return local.astimezone(UTC)


def _gap_end(minute: int, zone_name: str) -> datetime:
    """Return the first instant after the clock gap that swallows *minute*."""
    tz = zone(zone_name)
    # One day before and after the gap, the wall clock is unambiguous.
    low = to_instant(minute - MINUTES_PER_DAY, zone_name)
    high = to_instant(minute + MINUTES_PER_DAY, zone_name)
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def local_day(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """Return the UTC instants at which the local date *day* begins and ends."""
    start = wall_minute(day)
    return (
        to_instant(start, zone_name),
        to_instant(start + MINUTES_PER_DAY, zone_name),
    )


def offset_minutes(grid: IntervalGrid, zone_name: str) -> IntArray:
    """Return the UTC offset ``[t]`` at the start of every interval, in minutes."""
    offsets = np.zeros(grid.num_intervals, dtype=np.int64)
    _add_offsets(offsets, grid, zone_name)
    return offsets


def _add_offsets(minutes: IntArray, grid: IntervalGrid, zone_name: str) -> None:
    """Add the UTC offset of each interval to *minutes* ``[t]``, in place.

    All grids share the changes found, so a year costs a hundred look-ups once.
    """
    num, step, first = grid.num_intervals, grid.interval_minutes, grid.start_minute
    seasons = range(first - first % _SEASON, first + max(num, 1) * step, _SEASON)
    start, offset = 0, _offset_at(zone_name, seasons[0])
    for season in seasons:
        for change, changed in _changes_after(zone_name, season):
            end = min(max(-((first - change) // step), 0), num)
            minutes[start:end] += offset
            start, offset = end, changed
    minutes[start:] += offset


@lru_cache(maxsize=_SEASONS_KEPT)
def _changes_after(zone_name: str, first: int) -> tuple[tuple[int, int], ...]:
    """Return when the offset changes in the season after *first*, and to what.

    It is sampled every few days and each change is then found by bisection.
    """
    samples = range(first, first + _SEASON + 1, _STEADY_DAYS * MINUTES_PER_DAY)
    return tuple(
        (_change_between(zone_name, low, high), _offset_at(zone_name, high))
        for low, high in pairwise(samples)
        if _offset_at(zone_name, low) != _offset_at(zone_name, high)
    )


@lru_cache(maxsize=_SAMPLES_KEPT)
def _offset_at(zone_name: str, minute: int) -> int:
    """Return the UTC offset in minutes, *minute* minutes after 1970-01-01 UTC."""
    instant = _EPOCH_UTC + timedelta(minutes=minute)
    offset = instant.astimezone(zone(zone_name)).utcoffset()
    assert offset is not None  # noqa: S101 - pytz zones always have one
    return int(offset.total_seconds()) // 60


@lru_cache(maxsize=_SAMPLES_KEPT)
def _change_between(zone_name: str, low: int, high: int) -> int:
    """Return the first minute in ``(low, high]`` whose offset is not that of *low*."""
    old = _offset_at(zone_name, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(zone_name, middle) == old:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClock:
    """The wall clock of one zone at every interval of a grid, as arrays ``[t]``.

    Attributes
    ----------
    wall_minute
        Minutes from 1970-01-01 00:00 of this clock (repeats when clocks fall back).
    minute_of_day
        Minute 0..1439 of the local day.
    day
        Days from 1970-01-01 of the local date.
    """

    wall_minute: IntArray
    minute_of_day: IntArray
    day: IntArray

    @property
    def weekday(self) -> IntArray:
        """The weekday at every interval, 0 = Monday."""
        return (self.day + _EPOCH_WEEKDAY) % 7

    @property
    def minute_of_week(self) -> IntArray:
        """Minute 0..10079 of the local week, which begins on Monday."""
        since_monday = self.wall_minute + _EPOCH_WEEKDAY * MINUTES_PER_DAY
        since_monday -= since_monday // _MINUTES_PER_WEEK * _MINUTES_PER_WEEK
        return since_monday


@lru_cache(maxsize=_CLOCKS_KEPT)
def local_clock(grid: IntervalGrid, zone_name: str) -> LocalClock:
    """Return the wall clock of *zone_name* at every interval start of *grid*.

    Queues share grids and zones, so the last few clocks are kept; the arrays can't
    be written to.
    """
    step, start = grid.interval_minutes, grid.start_minute
    wall = np.arange(start, start + grid.num_intervals * step, step)
    _add_offsets(wall, grid, zone_name)
    # Quotients take a third of the time that remainders do.
    day = wall // MINUTES_PER_DAY
    minute = day * -MINUTES_PER_DAY
    minute += wall
    clock = LocalClock(wall_minute=wall, minute_of_day=minute, day=day)
    for array in (wall, day, minute):
        array.flags.writeable = False
    return clock


def day_range(grid: IntervalGrid, day: date, zone_name: str) -> tuple[int, int]:
    """Return the half-open index range of the local date *day*.

    It has 92, 96 or 100 quarter hours, and may reach beyond the grid.
    """
    start, end = local_day(day, zone_name)
    return grid.floor_index(start), grid.floor_index(end)
