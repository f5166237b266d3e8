"""Clocks that jump, days that are short, zones off the hour: the forecast holds still.

Histories repeat one rule of the wall clock, so the forecast is known: the rule itself.
"""

from datetime import date

import numpy as np
import pytest
from support.forecast_attacks import (
    ask,
    assert_sound,
    days_before,
    rule,
    steady_history,
    weekly,
    whole_days,
)
from support.forecasting import grid_over, local_values, make_history, make_queue, utc

from forecasting.model import FORECASTERS
from wfm.calendar.local import local_clock, wall_minute

WEEKS = 10
# zone, first day of a fortnight in which its clock changes, half hours of that day
CHANGES = [
    ("America/New_York", date(2026, 3, 2), date(2026, 3, 8), 46),
    ("America/New_York", date(2026, 10, 26), date(2026, 11, 1), 50),
    ("Europe/Warsaw", date(2026, 3, 23), date(2026, 3, 29), 46),
    ("Europe/Warsaw", date(2026, 10, 19), date(2026, 10, 25), 50),
    ("America/Santiago", date(2026, 8, 31), date(2026, 9, 6), 46),
    ("America/Santiago", date(2026, 3, 30), date(2026, 4, 4), 50),
    ("Australia/Lord_Howe", date(2026, 3, 30), date(2026, 4, 5), 49),
    ("Australia/Lord_Howe", date(2026, 9, 28), date(2026, 10, 4), 47),
    ("Asia/Jerusalem", date(2026, 3, 23), date(2026, 3, 27), 46),
    ("Africa/Casablanca", date(2026, 2, 9), date(2026, 2, 15), 50),
]
STILL = [
    ("Asia/Kolkata", 30),
    ("Asia/Kathmandu", 15),
    ("Asia/Tokyo", 30),
    ("Pacific/Honolulu", 60),
    ("Australia/Eucla", 15),
    ("Pacific/Chatham", 15),
]


def expected(result, queue):
    return local_values(result.grid, queue.zone, rule)


@pytest.mark.parametrize("model", FORECASTERS.names())
@pytest.mark.parametrize(("zone", "first", "change", "half_hours"), CHANGES)
def test_a_clock_change_ahead_moves_no_local_hour(
    zone, first, change, half_hours, model
):
    queue = make_queue(zone=zone)
    history = steady_history(queue, days_before(first, 7 * WEEKS), 7 * WEEKS)
    result = ask(history, queue, first, 14, model=model)
    assert result.failures == {}
    assert result.mean[0] == pytest.approx(expected(result, queue), rel=0.01)
    counts = whole_days(result, queue, first, 14)
    assert counts[(change - first).days] == half_hours
    assert (np.delete(counts, (change - first).days) == 48).all()


@pytest.mark.parametrize("model", FORECASTERS.names())
@pytest.mark.parametrize(("zone", "first", "change", "half_hours"), CHANGES)
def test_a_clock_change_behind_moves_no_local_hour(
    zone, first, change, half_hours, model
):
    # The week after the change: a lag of 336 intervals would be an hour off.
    queue = make_queue(zone=zone)
    start, end = days_before(first, 7 * WEEKS), days_before(first, -7)
    history = steady_history(queue, start, (end - start).days)
    result = ask(history, queue, end, 7, model=model)
    assert result.mean[0] == pytest.approx(expected(result, queue), rel=0.01)
    assert_sound(result, queue)


@pytest.mark.parametrize(("zone", "minutes"), STILL)
def test_zones_off_the_hour_keep_their_own_slots(zone, minutes):
    queue, day = make_queue(zone=zone), date(2026, 6, 1)
    history = steady_history(queue, days_before(day, 42), 42, minutes)
    result = ask(history, queue, day, 7)
    assert (whole_days(result, queue, day, 7) == 1440 // minutes).all()
    assert result.mean[0] == pytest.approx(expected(result, queue), rel=1e-6)
    clock = local_clock(result.grid, zone)
    assert clock.wall_minute[result.first_idx[0]] == wall_minute(day)


def double_hour(zone, day, second):
    """Return weeks around a fall-back whose second 01:00 hour holds *second*."""
    queue, first = make_queue(zone=zone), days_before(day, 28)
    grid = grid_over(first, 35, zone)
    values = local_values(grid, zone, rule)
    clock = local_clock(grid, zone)
    on_day = clock.day == wall_minute(day) // 1440
    twice = np.flatnonzero(on_day & (clock.minute_of_day // 60 == 1))
    assert len(twice) == 4
    values[twice[2:]] = second
    return queue, make_history(grid, {"q": values}), grid, twice


def test_a_double_hour_is_no_double_rate():
    day = date(2014, 11, 2)
    queue, history, _, _ = double_hour("America/New_York", day, second=rule(day, 60))
    result = ask(history, queue, date(2014, 11, 9), 7)
    assert result.mean[0] == pytest.approx(expected(result, queue), rel=0.01)


def test_a_second_hour_without_calls_or_rows_touches_no_other_slot():
    day, ahead = date(2014, 11, 2), date(2014, 11, 9)
    queue, silent, grid, twice = double_hour("America/New_York", day, second=0.0)
    values = silent.offered_contacts[0]
    absent = make_history(grid, {"q": values}, missing=[("q", t) for t in twice[2:]])
    for history, low in ((silent, 0.5), (absent, 0.99)):
        result = ask(history, queue, ahead, 7)
        right = expected(result, queue)
        clock = local_clock(result.grid, queue.zone)
        hit = (clock.weekday == 6) & (clock.minute_of_day // 60 == 1)
        assert result.mean[0, ~hit] == pytest.approx(right[~hit], rel=0.03)
        assert (result.mean[0, hit] >= low * right[hit]).all()
        assert (result.mean[0, hit] <= 1.01 * right[hit]).all()


def test_a_skipped_hour_is_missing_not_zero():
    # Four weeks of history end a day after 02:00 to 03:00 did not exist.
    queue, day = make_queue(zone="America/New_York"), date(2026, 3, 9)
    history = steady_history(queue, days_before(day, 28), 28)
    result = ask(history, queue, day, 7)
    assert result.mean[0] == pytest.approx(expected(result, queue), rel=0.01)


def test_midnight_that_does_not_exist_begins_a_day():
    queue, day = make_queue(zone="America/Santiago"), date(2026, 9, 6)
    history = steady_history(queue, days_before(day, 28), 28)
    result = ask(history, queue, day, 1)
    assert result.grid.start_utc == utc(2026, 9, 6, 4)
    assert result.grid.num_intervals == 46
    assert local_clock(result.grid, queue.zone).minute_of_day[0] == 60


def test_new_york_s_noon_moves_in_london_for_three_weeks():
    queue = make_queue(zone="America/New_York")
    first = date(2026, 3, 2)
    history = steady_history(queue, days_before(first, 42), 42)
    result = ask(history, queue, first, 35)
    london, york = (
        local_clock(result.grid, zone) for zone in ("Europe/London", "America/New_York")
    )
    noon = york.minute_of_day == 12 * 60
    hours = dict(zip(york.day[noon], london.minute_of_day[noon] // 60, strict=True))
    seen = [hours[wall_minute(date(2026, 3, d)) // 1440] for d in (5, 15, 27, 30)]
    assert seen == [17, 16, 16, 17]
    peaks = [
        york.minute_of_day[york.day == day][result.mean[0, york.day == day].argmax()]
        for day in np.unique(york.day)
    ]
    assert set(peaks) == {12 * 60}


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Asia/Tokyo", "Pacific/Honolulu"])
def test_a_closed_weekday_is_the_market_s_own(zone):
    # Its Sunday is half Saturday or half Monday in UTC.
    queue = make_queue(zone=zone, opening=weekly(0, 1, 2, 3, 4, 5))
    day = date(2026, 6, 1)
    history = steady_history(queue, days_before(day, 42), 42)
    result = ask(history, queue, day, 14)
    clock = local_clock(result.grid, zone)
    assert np.array_equal(result.mean[0] == 0, clock.weekday == 6)
    assert_sound(result, queue)


def test_two_markets_share_one_grid_and_keep_their_own_days():
    queues = [make_queue("y", "America/New_York"), make_queue("t", "Asia/Tokyo")]
    first, day = date(2026, 1, 1), date(2026, 3, 2)
    grid = grid_over(first, 61, "UTC")
    offered = {q.queue_id: local_values(grid, q.zone, rule) for q in queues}
    result = ask(make_history(grid, offered), queues, day, 14)
    for q, queue in enumerate(queues):
        inside = slice(result.first_idx[q], result.end_idx[q])
        right = expected(result, queue)[inside]
        assert result.mean[q, inside] == pytest.approx(right, rel=0.01)
    assert_sound(result, queues)
    # Tokyo's day begins 14 hours before New York's.
    assert result.first_idx == (28, 0)
