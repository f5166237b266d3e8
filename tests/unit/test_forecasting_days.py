"""Local days and slots: clock changes, missing values, scales."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, local_values, make_history, make_queue

from forecasting.day_kinds import AFTER, BEFORE
from forecasting.days import (
    MarketCalendar,
    day_number,
    day_slots,
    market_calendar,
    queue_record,
)
from forecasting.model import ForecastError, QueueHistory, is_weekend, weekday_of
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent, OpeningHours

MONDAY = date(2026, 5, 4)
NOTHING = MarketCalendar()


def record_of(first, num_days, zone, rate, calendar=NOTHING, missing=(), **changes):
    grid = grid_over(first, num_days, zone)
    history = make_history(
        grid,
        {"q": local_values(grid, zone, rate)},
        missing=[("q", idx) for idx in missing],
    )
    return queue_record(history, make_queue(zone=zone, **changes), calendar)


@pytest.mark.parametrize(
    ("zone", "day", "doubled"),
    [
        ("America/Denver", date(2026, 11, 1), (2, 3)),
        ("Europe/Warsaw", date(2026, 10, 25), (4, 5)),
        ("America/Santiago", date(2026, 4, 4), (46, 47)),
    ],
)
def test_a_double_hour_is_averaged_to_a_rate(zone, day, doubled):
    grid = grid_over(day, 1, zone)
    assert grid.num_intervals == 50
    offered = 10.0 * np.ones(50)
    offered[2 * 1 : 2 * 25 : 1] = 10.0
    second = slice(doubled[0] + 2, doubled[1] + 3)
    offered[second] = 20.0  # the second occurrence of the hour
    record = queue_record(
        make_history(grid, {"q": offered}), make_queue(zone=zone), NOTHING
    )
    values = record.history.offered_contacts[0]
    assert values.shape == (48,)
    assert values[list(doubled)].tolist() == [15.0, 15.0]
    assert np.delete(values, doubled).tolist() == [10.0] * 46


def test_half_a_double_hour_that_is_missing_does_not_halve_the_rate():
    record = record_of(
        date(2026, 11, 1), 1, "America/Denver", lambda d, m: 10.0, missing=[4, 5]
    )
    assert record.history.offered_contacts[0].tolist() == [10.0] * 48
    assert record.history.observed.all()


@pytest.mark.parametrize(
    ("zone", "day", "skipped"),
    [
        ("America/Denver", date(2026, 3, 8), [4, 5]),
        ("Europe/Warsaw", date(2026, 3, 29), [4, 5]),
        ("America/Santiago", date(2026, 9, 6), [0, 1]),
    ],
)
def test_a_skipped_hour_is_not_observed(zone, day, skipped):
    record = record_of(day, 1, zone, lambda d, m: 10.0)
    assert np.flatnonzero(~record.history.observed[0]).tolist() == skipped
    assert np.flatnonzero(~record.history.is_open[0]).tolist() == skipped


def test_missing_is_not_zero():
    record = record_of(date(2026, 10, 26), 1, "UTC", lambda d, m: 7.0, missing=[3])
    assert not record.history.observed[0, 3]
    assert record.history.usable.sum() == 47


def test_a_zone_off_the_grid_keeps_every_interval_once():
    # Kathmandu is 5:45 ahead, so half hours of UTC begin at :15 and :45 there.
    grid = grid_over(date(2026, 10, 26), 3, "UTC")
    slots = day_slots(grid, "Asia/Kathmandu")
    pairs = set(zip(slots.day.tolist(), slots.slot.tolist(), strict=True))
    assert len(pairs) == grid.num_intervals
    assert slots.slot[0] == (5 * 60 + 45) // 30


def test_volume_scale_multiplies_contacts_but_not_handle_time():
    record = record_of(
        date(2026, 10, 26), 1, "UTC", lambda d, m: 10.0, volume_scale=2.5
    )
    assert set(record.history.offered_contacts.ravel().tolist()) == {25.0}
    assert record.handle_s.sum() / record.handled.sum() == 300.0


def test_events_take_their_planned_handle_time_out_of_the_history():
    first = date(2026, 10, 26)
    event = DemandEvent(
        event="sale",
        kind="sale",
        queue_ids=("q",),
        from_local_minute=wall_minute(first, 600),
        to_local_minute=wall_minute(first, 660),
        aht_factor=1.5,
    )
    calendar = MarketCalendar(events=(event,))
    record = record_of(first, 1, "UTC", lambda d, m: 10.0, calendar)
    assert record.handle_s[0, 20] == pytest.approx(10 * 300 / 1.5)
    assert record.handle_s[0, 22] == 10 * 300
    assert np.flatnonzero(record.history.special[0]).tolist() == [20, 21]


def test_a_closing_holiday_closes_and_an_open_one_is_special():
    first = date(2026, 11, 2)
    day = first + timedelta(days=1)
    calendar = MarketCalendar(holidays={"q": {day: Holiday(day=day, name="Culture")}})
    record = record_of(first, 3, "UTC", lambda d, m: 1.0, calendar)
    # the eve and the day after are special too
    assert record.history.special.any(axis=1).tolist() == [True, True, True]
    record = record_of(
        first, 3, "UTC", lambda d, m: 1.0, calendar, closed_on_holidays=True
    )
    assert record.history.is_open.any(axis=1).tolist() == [True, False, True]
    assert {tag.kind for tag in record.tags} == {BEFORE, AFTER}


def test_before_cuts_at_local_midnight():
    record = record_of(date(2026, 10, 26), 5, "Asia/Tokyo", lambda d, m: float(d.day))
    part = record.before(day_number(date(2026, 10, 28)))
    assert part.history.offered_contacts[:, 0].tolist() == [26.0, 27.0]
    assert part.handled.shape == part.handle_s.shape == (2, 48)
    assert record.before(0).history.days.size == 0


def test_a_queue_that_the_history_does_not_know():
    grid = grid_over(date(2026, 10, 26), 1)
    history = make_history(grid, {"other": np.zeros(48)})
    with pytest.raises(ForecastError, match="no history"):
        queue_record(history, make_queue("q"), NOTHING)


def test_contacts_in_closed_hours_are_not_usable():
    hours = OpeningHours(spans=(((540, 1260),),) * 7)
    record = record_of(date(2026, 10, 26), 1, "UTC", lambda d, m: 9.0, opening=hours)
    assert np.flatnonzero(record.history.usable[0]).tolist() == list(range(18, 42))


def test_weekdays_of_day_numbers():
    days = np.array([day_number(date(2026, 10, d)) for d in (26, 31)])
    assert weekday_of(days).tolist() == [0, 5]
    assert is_weekend(days).tolist() == [False, True]


def test_a_history_with_a_hole_in_its_dates_is_refused():
    with pytest.raises(ValueError, match="consecutive"):
        QueueHistory(
            days=np.array([1, 3]),
            slot_minutes=720,
            offered_contacts=np.zeros((2, 2)),
            observed=np.ones((2, 2), dtype=bool),
            is_open=np.ones((2, 2), dtype=bool),
            special=np.zeros((2, 2), dtype=bool),
        )


@pytest.mark.parametrize(("unreported_days", "left_out"), [(6, 0), (7, 7), (20, 14)])
def test_weeks_before_the_first_report_are_left_out(unreported_days, left_out):
    first = date(2026, 5, 6)
    record = record_of(
        first, 70, "UTC", lambda *_: 4.0, missing=range(unreported_days * 48)
    )
    assert record.history.days[0] == day_number(first) + left_out
    assert record.handled.shape == record.history.observed.shape
    assert record.history.observed[7:].all()


def test_a_history_without_any_report_keeps_its_days():
    record = record_of(MONDAY, 14, "UTC", lambda *_: 4.0, missing=range(14 * 48))
    assert len(record.history.days) == 14
    assert not record.history.usable.any()


def test_closed_days_before_the_first_report_are_left_out_as_well():
    week_end = OpeningHours(spans=((),) * 5 + (((0, 1440),),) * 2)
    missing = range(14 * 48)  # the closed days after them were reported, as 0
    record = record_of(
        MONDAY, 35, "UTC", lambda *_: 4.0, missing=missing, opening=week_end
    )
    assert record.history.days[0] == day_number(MONDAY) + 14


def test_totals_are_sums_whatever_the_clock_did():
    grid = grid_over(date(2026, 10, 20), 10, "Europe/Warsaw")
    slots = day_slots(grid, "Europe/Warsaw")
    values = np.arange(grid.num_intervals, dtype=float)
    for first, num in ((0, 10), (1, 3), (4, 3), (-2, 4), (9, 5)):
        total = slots.total(values, int(slots.day[0]) + first, num)
        for row in range(num):
            inside = slots.day == slots.day[0] + first + row
            assert total[row].sum() == values[inside].sum()
            assert total[row, 47] == values[inside & (slots.slot == 47)].sum()


def test_equal_calendars_are_one_market_and_those_looked_up_are_kept():
    days = np.arange(day_number(date(2026, 12, 20)), day_number(date(2027, 1, 3)))
    queue = make_queue(country="DE")
    looked_up = market_calendar([queue], None, (), range(2026, 2028))
    again = market_calendar([queue], None, (), range(2026, 2028))
    assert looked_up.market_of(queue) is again.market_of(queue)
    holidays = dict(looked_up.holidays_of(queue))
    assert date(2026, 12, 25) in holidays
    given = [
        market_calendar([queue], {"q": dict(holidays)}, (), range(2026, 2028))
        for _ in range(2)
    ]
    assert given[0].market_of(queue) is given[1].market_of(queue)
    tags = [calendar.tags(queue, days, 30) for calendar in (looked_up, given[0])]
    found = [[(t.first_row, t.kind, t.name) for t in some] for some in tags]
    assert found[0] == found[1]
    assert (5, "holiday", "Christmas Day") in found[0]
