"""Clock changes of 2026, zone by zone, against dates that were looked up by hand."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import pytz
from support.forecasting import grid_over, utc

from wfm.calendar.local import (
    UnknownZoneError,
    day_range,
    local_clock,
    local_day,
    offset_minutes,
    to_instant,
    wall_date,
    wall_minute,
    zone,
)
from wfm.domain.grid import IntervalGrid

QUARTERS = [
    # zone, local date, quarter hours of that date
    ("America/Denver", date(2026, 3, 8), 92),
    ("America/Denver", date(2026, 11, 1), 100),
    ("Europe/Warsaw", date(2026, 3, 29), 92),
    ("Europe/Warsaw", date(2026, 10, 25), 100),
    # Chile changes at midnight: the 4th of April is long, the 6th of September begins
    # at 01:00.
    ("America/Santiago", date(2026, 4, 4), 100),
    ("America/Santiago", date(2026, 4, 5), 96),
    ("America/Santiago", date(2026, 9, 6), 92),
]
CHANGE_DATES = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 25),
    date(2026, 11, 1),
]


@pytest.mark.parametrize(("zone_name", "day", "quarters"), QUARTERS)
def test_days_of_clock_changes_have_92_or_100_quarters(zone_name, day, quarters):
    grid = grid_over(date(2026, 1, 1), 365, "UTC", 15)
    start, end = day_range(grid, day, zone_name)
    assert end - start == quarters
    assert (local_clock(grid, zone_name).day == wall_minute(day) // 1440).sum() == (
        quarters
    )


@pytest.mark.parametrize("day", CHANGE_DATES)
@pytest.mark.parametrize(
    "zone_name", ["Asia/Manila", "Asia/Kolkata", "Pacific/Honolulu"]
)
def test_zones_without_changes_keep_96_quarters(zone_name, day):
    start, end = day_range(grid_over(day, 3, "UTC", 15), day, zone_name)
    assert end - start == 96


@pytest.mark.parametrize(
    ("zone_name", "wall", "expected"),
    [
        # twice: the first
        ("America/Denver", (date(2026, 11, 1), 90), utc(2026, 11, 1, 7, 30)),
        ("Europe/Warsaw", (date(2026, 10, 25), 150), utc(2026, 10, 25, 0, 30)),
        ("America/Santiago", (date(2026, 4, 4), 1410), utc(2026, 4, 5, 2, 30)),
        # never: the first instant after the gap
        ("America/Denver", (date(2026, 3, 8), 150), utc(2026, 3, 8, 9, 0)),
        ("Europe/Warsaw", (date(2026, 3, 29), 120), utc(2026, 3, 29, 1, 0)),
        ("Europe/Warsaw", (date(2026, 3, 29), 179), utc(2026, 3, 29, 1, 0)),
        ("America/Santiago", (date(2026, 9, 6), 0), utc(2026, 9, 6, 4, 0)),
        # Morocco's "summer" time is the negative one: still the first
        ("Africa/Casablanca", (date(2026, 2, 15), 150), utc(2026, 2, 15, 1, 30)),
        # Samoa skipped a whole day
        ("Pacific/Apia", (date(2011, 12, 30), 720), utc(2011, 12, 30, 10, 0)),
        # half-hour zone
        ("Asia/Kolkata", (date(2026, 10, 26), 540), utc(2026, 10, 26, 3, 30)),
        # outside the change, nothing special
        ("America/Denver", (date(2026, 11, 1), 120), utc(2026, 11, 1, 9, 0)),
        ("America/Denver", (date(2026, 11, 1), 59), utc(2026, 11, 1, 6, 59)),
    ],
)
def test_wall_times_become_instants(zone_name, wall, expected):
    assert to_instant(wall_minute(*wall), zone_name) == expected


def test_wall_minutes_may_run_past_midnight():
    assert wall_minute(date(2026, 10, 26), 1500) == wall_minute(date(2026, 10, 27), 60)
    assert wall_date(wall_minute(date(2026, 10, 26), 1500)) == date(2026, 10, 27)
    assert wall_date(-1) == date(1969, 12, 31)


def test_midnight_that_does_not_exist_starts_the_day_after_the_gap():
    start, end = local_day(date(2026, 9, 6), "America/Santiago")
    assert (start, end) == (utc(2026, 9, 6, 4, 0), utc(2026, 9, 7, 3, 0))


def test_local_clock_repeats_and_skips_minutes():
    grid = grid_over(date(2026, 11, 1), 1, "America/Denver")
    clock = local_clock(grid, "America/Denver")
    assert clock.minute_of_day[:8].tolist() == [0, 30, 60, 90, 60, 90, 120, 150]
    assert set(clock.weekday.tolist()) == {6}
    grid = grid_over(date(2026, 3, 8), 1, "America/Denver")
    clock = local_clock(grid, "America/Denver")
    assert clock.minute_of_day[:6].tolist() == [0, 30, 60, 90, 180, 210]


def test_weekday_of_known_dates():
    grid = grid_over(date(2026, 10, 26), 7, "Asia/Kolkata", 15)
    clock = local_clock(grid, "Asia/Kolkata")
    assert clock.weekday.tolist() == np.repeat(np.arange(7), 96).tolist()
    assert clock.minute_of_week.tolist() == list(range(0, 7 * 1440, 15))


def test_offsets_change_inside_a_day_at_the_right_interval():
    grid = IntervalGrid(
        start_utc=utc(2026, 10, 24, 22), interval_minutes=15, num_intervals=100
    )
    offsets = offset_minutes(grid, "Europe/Warsaw")
    assert offsets.tolist() == [120] * 12 + [60] * 88


def test_offsets_of_an_empty_grid():
    grid = IntervalGrid(start_utc=utc(2026, 1, 1), interval_minutes=30, num_intervals=0)
    assert offset_minutes(grid, "Europe/Warsaw").size == 0


def test_offsets_of_intervals_longer_than_a_day():
    grid = IntervalGrid(
        start_utc=utc(2026, 3, 1), interval_minutes=2 * 1440, num_intervals=30
    )
    warsaw = offset_minutes(grid, "Europe/Warsaw")
    assert warsaw.tolist() == [60] * 15 + [120] * 15


def test_the_same_local_day_lies_elsewhere_in_utc():
    # The two weeks between the American and the European change.
    denver = to_instant(wall_minute(date(2026, 3, 16), 540), "America/Denver")
    warsaw = denver + timedelta(hours=7)
    assert denver == utc(2026, 3, 16, 15)
    assert warsaw == to_instant(
        wall_minute(date(2026, 3, 16), 23 * 60), "Europe/Warsaw"
    )


def test_unknown_zones_are_named_with_the_nearest():
    with pytest.raises(UnknownZoneError, match="did you mean 'Europe/Warsaw'"):
        zone("Europe/Warsow")
    with pytest.raises(UnknownZoneError, match=r"unknown time zone 'Mars'$"):
        zone("Mars")


def test_known_zones_are_shared():
    assert zone("Asia/Tokyo") is zone("Asia/Tokyo")
    instant = datetime(2026, 10, 26, tzinfo=UTC)
    assert instant.astimezone(zone("Asia/Tokyo")).hour == 9


def test_two_changes_within_a_week_are_both_seen():
    # Recife in 2000: clocks went forward on 8 October and back on the 15th.
    grid = grid_over(date(2000, 10, 1), 30, "UTC", 60)
    zone_name = "America/Recife"
    offsets = [
        int(grid.instant(idx).astimezone(zone(zone_name)).utcoffset().total_seconds())
        for idx in range(grid.num_intervals)
    ]
    assert set(offsets) == {-10800, -7200}
    assert offset_minutes(grid, zone_name).tolist() == [s // 60 for s in offsets]


def test_a_clock_that_is_kept_cannot_be_written_to():
    clock = local_clock(grid_over(date(2026, 1, 1), 3), "Asia/Tokyo")
    for name in ("wall_minute", "minute_of_day", "day"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(clock, name)[0] = 1


@pytest.mark.parametrize(
    "zone_name", ["America/New_York", "Pacific/Apia", "Africa/Monrovia", "Asia/Gaza"]
)
def test_instants_of_every_noon_and_midnight_are_those_of_the_library(zone_name):
    tz, first = zone(zone_name), wall_minute(date(1970, 2, 1))
    for minute in range(first, wall_minute(date(2037, 1, 1)), 7 * 1440 + 720):
        wall = datetime(1970, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - wall
        try:
            known = tz.localize(wall, is_dst=None).astimezone(UTC)
        except (pytz.AmbiguousTimeError, pytz.NonExistentTimeError):
            continue
        assert to_instant(minute, zone_name) == known
