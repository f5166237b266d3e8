"""The wall clock against zoneinfo, which the code under test does not use."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.forecasting import make_queue

from wfm.calendar.local import (
    day_range,
    local_clock,
    local_day,
    to_instant,
    wall_minute,
)
from wfm.calendar.opening import open_mask
from wfm.domain.demand import OpeningHours
from wfm.domain.grid import IntervalGrid

ZONES = st.sampled_from(
    [
        "America/Denver",
        "Europe/Warsaw",
        "Asia/Manila",
        "Asia/Kolkata",
        "Pacific/Honolulu",
        "America/Santiago",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Dublin",
        "America/Sao_Paulo",
    ]
)
CHANGES = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 4),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 25),
    date(2026, 11, 1),
]
# Half of the examples near a change, half in years that the time zone databases of
# the system and of pytz agree on (Morocco, which decides late, is a unit test).
DATES = st.one_of(
    st.builds(
        lambda day, days: day + timedelta(days=days),
        st.sampled_from(CHANGES),
        st.integers(-1, 1),
    ),
    st.dates(date(2015, 1, 1), date(2026, 12, 30)),
)


def oracle_instant(wall: datetime, zone_name: str) -> datetime:
    """Return the first occurrence of *wall*, or the end of the gap it falls in."""
    zone = ZoneInfo(zone_name)
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap: minute by minute from well before it until the clock has jumped.
    probe = instant - timedelta(hours=3)
    while probe.astimezone(zone).replace(tzinfo=None) < wall:
        probe += timedelta(minutes=1)
    return probe


@settings(deadline=None)
@given(ZONES, DATES, st.integers(0, 1439))
@example("America/Denver", date(2026, 3, 8), 150)
@example("America/Denver", date(2026, 11, 1), 90)
@example("America/Santiago", date(2026, 9, 6), 0)
@example("Australia/Lord_Howe", date(2026, 10, 4), 135)
def test_wall_times_mean_what_zoneinfo_says(zone_name, day, minute):
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    assert to_instant(wall_minute(day, minute), zone_name) == oracle_instant(
        wall, zone_name
    )


@settings(deadline=None)
@given(ZONES, DATES, st.integers(0, 95), st.integers(1, 220))
def test_the_clock_on_the_grid_is_zoneinfo_s(zone_name, day, skip, num_intervals):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    grid = IntervalGrid(
        start_utc=start + timedelta(minutes=15 * skip),
        interval_minutes=15,
        num_intervals=num_intervals,
    )
    clock = local_clock(grid, zone_name)
    for idx in range(num_intervals):
        local = grid.instant(idx).astimezone(ZoneInfo(zone_name))
        assert clock.minute_of_day[idx] == local.hour * 60 + local.minute
        assert clock.weekday[idx] == local.weekday()
        assert date(1970, 1, 1) + timedelta(days=int(clock.day[idx])) == local.date()


@settings(deadline=None)
@given(ZONES, DATES)
def test_round_trip_except_in_the_second_hour(zone_name, day):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    grid = IntervalGrid(start_utc=start, interval_minutes=15, num_intervals=192)
    clock = local_clock(grid, zone_name)
    seen: set[int] = set()
    for idx, wall in enumerate(clock.wall_minute.tolist()):
        back = grid.index_of(to_instant(wall, zone_name))
        assert back == idx or (back < idx and (wall in seen or back < 0))
        seen.add(wall)


@settings(deadline=None)
@given(ZONES, st.dates(date(2015, 1, 1), date(2026, 11, 1)), st.integers(1, 40))
def test_local_days_tile_time(zone_name, day, num_days):
    days = [day + timedelta(days=i) for i in range(num_days)]
    spans = [local_day(d, zone_name) for d in days]
    for (_, end), (start, _) in pairwise(spans):
        assert end == start
    assert all(
        timedelta(hours=22, minutes=30) <= end - start <= timedelta(hours=25)
        for start, end in spans
    )


@settings(deadline=None)
@given(ZONES, DATES)
def test_day_range_holds_exactly_the_local_date(zone_name, day):
    grid = IntervalGrid(
        start_utc=datetime(day.year, day.month, day.day, tzinfo=UTC)
        - timedelta(days=2),
        interval_minutes=15,
        num_intervals=480,
    )
    start, end = day_range(grid, day, zone_name)
    number = (day - date(1970, 1, 1)).days
    inside = np.flatnonzero(local_clock(grid, zone_name).day == number)
    assert inside.tolist() == list(range(start, end))


@settings(deadline=None)
@given(ZONES, DATES, st.integers(0, 46), st.integers(1, 48))
def test_open_masks_follow_the_wall_clock(zone_name, day, first_slot, num_slots):
    opens = 30 * first_slot
    closes = min(1440, opens + 30 * num_slots)
    queue = make_queue(
        zone=zone_name, opening=OpeningHours(spans=(((opens, closes),),) * 7)
    )
    grid = IntervalGrid(
        start_utc=datetime(day.year, day.month, day.day, tzinfo=UTC),
        interval_minutes=15,
        num_intervals=192,
    )
    for idx, is_open in enumerate(open_mask(queue, grid).tolist()):
        local = grid.instant(idx).astimezone(ZoneInfo(zone_name))
        assert is_open == (opens <= local.hour * 60 + local.minute < closes)
