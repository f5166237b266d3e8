"""Traps of clocks and calendars, where history becomes local days and slots."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, local_values, make_history, make_queue

from forecasting.days import (
    MarketCalendar,
    day_number,
    day_slots,
    queue_record,
)
from forecasting.model import weekday_of
from forecasting.run import forecast
from forecasting.special import Market, tagged_cells, tags_on
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import (
    local_clock,
    local_day,
    to_instant,
    wall_date,
    wall_minute,
)
from wfm.domain.demand import DemandEvent
from wfm.domain.grid import IntervalGrid

ZONES = [
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Honolulu",
]
NEW_YORK = "America/New_York"


def record_of(grid, zone, values, calendar=None, **queue):
    history = make_history(grid, {"q": values})
    return queue_record(
        history, make_queue(zone=zone, **queue), calendar or MarketCalendar()
    )


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "intervals"),
    [
        (NEW_YORK, date(2026, 3, 8), 15, 92),
        (NEW_YORK, date(2026, 11, 1), 15, 100),
        (NEW_YORK, date(2026, 7, 1), 15, 96),
        ("Australia/Lord_Howe", date(2026, 10, 4), 30, 47),
        ("Australia/Lord_Howe", date(2026, 4, 5), 30, 49),
        ("Asia/Tokyo", date(2026, 3, 8), 15, 96),
    ],
)
def test_a_local_day_has_as_many_intervals_as_its_clock_shows(
    zone, day, minutes, intervals
):
    grid = grid_over(day, 1, zone, minutes)
    assert grid.num_intervals == intervals
    slots = day_slots(grid, zone)
    assert set(slots.day.tolist()) == {day_number(day)}
    assert slots.num_slots == 1440 // minutes


@pytest.mark.parametrize("zone", ZONES)
def test_every_interval_is_in_one_cell_and_comes_back_from_it(zone):
    grid = grid_over(date(2026, 3, 1), 60, "UTC", 15)
    slots = day_slots(grid, zone)
    clock = local_clock(grid, zone)
    wall = slots.day * 1440 + slots.slot * 15
    assert np.array_equal(wall, clock.wall_minute // 15 * 15)
    cells = slots.total(np.ones(grid.num_intervals), int(slots.day[0]), 62)
    assert cells.sum() == grid.num_intervals
    assert cells.max() <= 2
    for idx in range(0, grid.num_intervals, 501):
        instant = to_instant(int(clock.wall_minute[idx]), zone)
        later = grid.instant(idx) - instant
        assert later in (timedelta(0), timedelta(hours=1), timedelta(minutes=30))


def test_a_double_hour_is_a_rate_not_a_sum():
    # The taxi's trap: grouping by wall clock makes 01:00 twice as busy.
    day = date(2026, 11, 1)
    grid = grid_over(day, 1, NEW_YORK)
    record = record_of(grid, NEW_YORK, np.full(50, 30.0))
    assert record.history.offered_contacts[0].tolist() == [30.0] * 48
    handled = record.handled[0]
    # handle time keeps the sums: both hours' contacts count
    assert handled[[1, 2, 3, 4]].tolist() == [30.0, 60.0, 60.0, 30.0]
    assert record.handle_s[0] / handled == pytest.approx(np.full(48, 300.0))


def test_a_second_hour_without_calls_needs_no_inference():
    # Guessing the fold from repeated stamps fails when the second hour is empty.
    grid = grid_over(date(2026, 11, 1), 1, NEW_YORK)
    values = np.full(50, 30.0)
    values[4:6] = 0.0
    record = record_of(grid, NEW_YORK, values)
    assert record.history.offered_contacts[0, 2:4].tolist() == [15.0, 15.0]


def test_an_event_in_a_skipped_hour_touches_no_other_hour():
    # Shifting 02:00 and 02:30 forward would hit 03:00 twice.
    day = date(2026, 3, 8)
    event = DemandEvent(
        event="e",
        kind="sale",
        queue_ids=("q",),
        from_local_minute=wall_minute(day, 120),
        to_local_minute=wall_minute(day, 180),
        effect=3.0,
    )
    plain, hit = (
        forecast(
            make_history(
                grid_over(date(2026, 2, 1), 30, NEW_YORK),
                {"q": np.full(30 * 48, 9.0)},
            ),
            [make_queue(zone=NEW_YORK)],
            first_day={"q": day},
            num_days=1,
            events=events,
        )
        for events in ((), (event,))
    )
    assert plain.grid.num_intervals == 46
    assert np.array_equal(plain.mean, hit.mean)


@pytest.mark.parametrize("model", ["last_week", "weekday_mean"])
def test_a_week_back_is_a_date_back_not_a_count_of_intervals(model):
    # 336 half hours before Tuesday 3 November 09:00 it was 10:00.
    grid = grid_over(date(2026, 10, 5), 29, NEW_YORK)
    values = local_values(grid, NEW_YORK, lambda d, m: 100.0 if m == 540 else 1.0)
    result = forecast(
        make_history(grid, {"q": values}),
        [make_queue(zone=NEW_YORK)],
        first_day={"q": date(2026, 11, 3)},
        num_days=1,
        model=model,
    )
    assert int(np.argmax(result.mean[0])) == 18
    assert result.mean[0, 18] == pytest.approx(100.0)


def test_a_local_day_is_no_utc_day():
    # One local day of New York lies on two UTC dates.
    day = date(2026, 7, 1)
    grid = grid_over(day, 1, NEW_YORK)
    assert grid.start_utc == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert day_slots(grid, NEW_YORK).day.tolist() == [day_number(day)] * 48
    assert set(day_slots(grid, "UTC").day.tolist()) == {
        day_number(day),
        day_number(day) + 1,
    }


def test_a_day_later_is_the_next_date_at_the_same_wall_clock():
    before, after = (
        local_day(date(2026, 11, 1) + timedelta(days=k), NEW_YORK) for k in (0, 1)
    )
    assert before[1] == after[0]
    assert before[1] - before[0] == timedelta(hours=25)
    noon = [to_instant(wall_minute(date(2026, 11, d), 720), NEW_YORK) for d in (1, 2)]
    assert noon[1] - noon[0] == timedelta(hours=24)
    start = [
        to_instant(wall_minute(d), NEW_YORK)
        for d in (date(2026, 10, 31), date(2026, 11, 1))
    ]
    assert start[1] - start[0] == timedelta(hours=24)


def test_midnight_may_not_exist():
    # Santiago skips 00:00 to 01:00 on 6 September 2026; flooring to days would raise.
    zone, day = "America/Santiago", date(2026, 9, 6)
    start, end = local_day(day, zone)
    assert end - start == timedelta(hours=23)
    grid = grid_over(day - timedelta(days=14), 15, zone)
    record = record_of(grid, zone, np.full(grid.num_intervals, 5.0))
    assert record.history.days[-1] == day_number(day)
    assert record.history.observed[-1].tolist() == [False] * 2 + [True] * 46
    result = forecast(
        make_history(grid, {"q": np.full(grid.num_intervals, 5.0)}),
        [make_queue(zone=zone)],
        first_day={"q": day},
        num_days=1,
    )
    assert result.grid.start_utc == start
    assert result.mean[0] == pytest.approx(np.full(46, 5.0))


@pytest.mark.parametrize(
    ("zone", "minute_utc", "wall"),
    [
        ("Asia/Kolkata", 210, 540),
        ("Asia/Kathmandu", 195, 540),
        ("Australia/Lord_Howe", 1380, 2010),
    ],
)
def test_half_hour_and_quarter_hour_zones_show_their_own_clock(zone, minute_utc, wall):
    start = datetime(2026, 7, 1, tzinfo=UTC)
    grid = IntervalGrid(start_utc=start, interval_minutes=15, num_intervals=96)
    slots = day_slots(grid, zone)
    idx = minute_utc // 15
    later_days = int(slots.day[idx]) - day_number(date(2026, 7, 1))
    assert later_days * 1440 + int(slots.slot[idx]) * 15 == wall


def test_new_york_and_london_change_their_clocks_in_different_weeks():
    # A queue of New York that London staffs moves by an hour for three weeks.
    def london(day):
        instant = to_instant(wall_minute(day, 720), NEW_YORK)
        grid = IntervalGrid(start_utc=instant, interval_minutes=30, num_intervals=1)
        return int(local_clock(grid, "Europe/London").minute_of_day[0]) // 60

    days = (date(2026, 3, 5), date(2026, 3, 15), date(2026, 3, 30))
    assert [london(day) for day in days] == [17, 16, 17]
    grid = grid_over(date(2026, 2, 2), 35, NEW_YORK)
    peak = local_values(grid, NEW_YORK, lambda d, m: 50.0 if m == 720 else 1.0)
    result = forecast(
        make_history(grid, {"q": peak}),
        [make_queue(zone=NEW_YORK)],
        first_day={"q": date(2026, 3, 9)},
        num_days=7,
    )
    hours = local_clock(result.grid, "Europe/London").minute_of_day // 60
    assert set(hours[result.mean[0] > 40].tolist()) == {16}


def test_a_holiday_is_the_local_date_s_not_utc_s():
    day = date(2026, 11, 26)
    calendar = MarketCalendar(holidays={"q": {day: Holiday(day=day, name="H")}})
    grid = grid_over(day - timedelta(days=2), 5, "UTC")
    for zone in ("Asia/Tokyo", "Pacific/Honolulu"):
        record = record_of(grid, zone, np.ones(grid.num_intervals), calendar)
        holiday = [tag for tag in record.tags if tag.kind == "holiday"]
        (rows,) = np.nonzero(
            tagged_cells(holiday, record.history.observed.shape).all(axis=1)
        )
        assert [wall_date(int(record.history.days[r]) * 1440) for r in rows] == [day]


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_holiday_on_the_day_of_a_clock_change_has_all_its_slots(day):
    days = day_number(day) + np.arange(-1, 2)
    market = Market(holidays={day: Holiday(day=day, name="H")})
    tags = tags_on(make_queue(zone=NEW_YORK), days, 15, market)
    (holiday,) = (tag for tag in tags if tag.kind == "holiday")
    assert holiday.first_row == 1
    assert holiday.cells.shape == (1, 96)
    assert holiday.cells.all()


def test_weekdays_are_those_of_the_local_date():
    # Friday evening in Honolulu is Saturday in UTC and in Tokyo.
    instant = datetime(2026, 7, 4, 6, tzinfo=UTC)
    grid = IntervalGrid(start_utc=instant, interval_minutes=30, num_intervals=1)
    found = {
        zone: int(weekday_of(day_slots(grid, zone).day)[0])
        for zone in ("Pacific/Honolulu", "UTC", "Asia/Tokyo")
    }
    assert found == {"Pacific/Honolulu": 4, "UTC": 5, "Asia/Tokyo": 5}


def test_a_skipped_date_leaves_a_day_that_was_not_observed():
    # Samoa had no 30 December 2011.
    grid = grid_over(date(2011, 12, 28), 5, "Pacific/Apia", 60)
    record = record_of(grid, "Pacific/Apia", np.ones(grid.num_intervals))
    observed = record.history.observed.any(axis=1)
    dates = [wall_date(int(day) * 1440) for day in record.history.days]
    assert dates == [date(2011, 12, 28) + timedelta(days=k) for k in range(5)]
    assert observed.tolist() == [True, True, False, True, True]


def test_offsets_are_never_those_of_local_mean_time():
    # Attaching a pytz zone without localising gives New York -04:56.
    instant = to_instant(wall_minute(date(2026, 7, 1), 540), NEW_YORK)
    assert instant == datetime(2026, 7, 1, 13, tzinfo=UTC)
