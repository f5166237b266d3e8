"""Start times of history rows: texts to minutes, wall clocks to UTC, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from wfm.calendar.local import offset_minutes, to_instant
from wfm.domain.arrays import BoolArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.grid import IntervalGrid

_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - origin of wall minutes
_UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_YEARS = range(1990, 2101)
_STEP_MINUTES = 15  # clock changes fall on quarter hours
UNREADABLE = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimes:
    """Minutes from 1970 per row: UTC where an offset was given, else of a wall clock.

    *minute* is ``UNREADABLE`` where the text is no time.
    """

    minute: IntArray
    is_naive: BoolArray


def parse_starts(texts: Sequence[str]) -> StartTimes:
    """Return the starts of all rows; equal texts are read once."""
    known: dict[str, tuple[int, bool]] = {}
    for text in texts:
        if text not in known:
            known[text] = _start(text)
    pairs = [known[text] for text in texts]
    return StartTimes(
        minute=np.array([minute for minute, _ in pairs], dtype=np.int64),
        is_naive=np.array([naive for _, naive in pairs], dtype=bool),
    )


def _start(text: str) -> tuple[int, bool]:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return UNREADABLE, False
    if moment.second or moment.microsecond or moment.year not in _YEARS:
        return UNREADABLE, False
    if len(text) <= 10:  # a date alone is no interval
        return UNREADABLE, False
    if moment.tzinfo is None:
        return (moment - _NAIVE_EPOCH) // _MINUTE, True
    return (moment - _UTC_EPOCH) // _MINUTE, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """UTC minutes of wall minutes.

    Where a wall time exists twice, *first* and *second* differ; where it does not
    exist, *in_gap* is true and both are the first instant after the gap.
    """

    first: IntArray
    second: IntArray
    in_gap: BoolArray


def wall_to_utc(wall: IntArray, zone_name: str) -> Instants:
    """Return the UTC minutes at which the clock of *zone_name* shows *wall*."""
    grid = _grid_around(wall)
    offsets = offset_minutes(grid, zone_name)
    first = np.full(wall.shape, np.iinfo(np.int64).max)
    second = np.full(wall.shape, UNREADABLE)
    for offset in np.unique(offsets):
        utc = wall - offset
        place = (utc - grid.start_minute) // _STEP_MINUTES
        shows = offsets[place] == offset
        first[shows] = np.minimum(first[shows], utc[shows])
        second[shows] = np.maximum(second[shows], utc[shows])
    in_gap = second == UNREADABLE
    for minute in np.unique(wall[in_gap]).tolist():
        after = int(to_instant(minute, zone_name).timestamp()) // 60
        first[wall == minute] = second[wall == minute] = after
    return Instants(first=first, second=second, in_gap=in_gap)


def _grid_around(wall: IntArray) -> IntervalGrid:
    margin = 2 * MINUTES_PER_DAY
    low = (int(wall.min()) - margin) // MINUTES_PER_DAY * MINUTES_PER_DAY
    high = int(wall.max()) + margin
    return IntervalGrid(
        start_utc=datetime.fromtimestamp(low * 60, tz=UTC),
        interval_minutes=_STEP_MINUTES,
        num_intervals=(high - low) // _STEP_MINUTES + 1,
    )


def occurrences(group: IntArray, wall: IntArray) -> IntArray:
    """Return how often a row's (group, wall minute) has come before it, ``[n]``.

    Exports that run backwards in time are counted from their end.
    """
    order = np.arange(len(wall))
    if len(wall) and wall[-1] < wall[0]:
        order = order[::-1]
    ranked = np.lexsort((order, wall, group))
    same = (np.diff(group[ranked]) == 0) & (np.diff(wall[ranked]) == 0)
    counts = np.zeros(len(wall), dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    lengths = np.diff(np.concatenate((starts, [len(wall)])))
    counts[ranked] = np.arange(len(wall)) - np.repeat(starts, lengths)
    return counts
