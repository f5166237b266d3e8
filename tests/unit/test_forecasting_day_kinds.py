"""Days around holidays, against calendars read by eye."""

from datetime import date, timedelta

import pytest

from forecasting.day_kinds import (
    AFTER,
    BEFORE,
    BETWEEN,
    BRIDGE,
    HOLIDAY,
    LONG_WEEKEND,
    MINOR,
    day_kinds,
)
from wfm.calendar.holidays import Holiday, public_holidays, weekend_days

SAT_SUN, FRI_SAT = frozenset({5, 6}), frozenset({4, 5})


def kinds(first, last, *days, weekend=SAT_SUN, minor=()):
    holidays = {d: Holiday(day=d, name=str(d), minor=d in minor) for d in days}
    found = day_kinds(first, last, holidays, weekend)
    return {day.isoformat()[5:]: kind for day, (kind, _) in found.items()}


def test_a_thursday_holiday_makes_a_bridge_and_a_long_weekend():
    # Ascension Day 2026 is 14 May
    found = kinds(date(2026, 5, 1), date(2026, 5, 31), date(2026, 5, 14))
    assert found == {
        "05-13": BEFORE,
        "05-14": HOLIDAY,
        "05-15": BRIDGE,
        "05-16": LONG_WEEKEND,
        "05-17": LONG_WEEKEND,
    }


def test_a_tuesday_holiday_has_an_eve_that_is_also_a_bridge():
    found = kinds(date(2026, 5, 1), date(2026, 5, 31), date(2026, 5, 12))
    assert found == {
        "05-09": LONG_WEEKEND,
        "05-10": LONG_WEEKEND,
        "05-11": BEFORE,
        "05-12": HOLIDAY,
        "05-13": AFTER,
    }


def test_a_midweek_holiday_leaves_the_weekends_alone():
    found = kinds(date(2026, 5, 1), date(2026, 5, 31), date(2026, 5, 20))
    assert found == {"05-19": BEFORE, "05-20": HOLIDAY, "05-21": AFTER}


def test_christmas_to_new_year():
    found = kinds(
        date(2024, 12, 20),
        date(2025, 1, 5),
        date(2024, 12, 25),
        date(2024, 12, 26),
        date(2025, 1, 1),
    )
    assert found == {
        "12-24": BEFORE,
        "12-25": HOLIDAY,
        "12-26": HOLIDAY,
        "12-27": BRIDGE,  # a Friday
        "12-28": LONG_WEEKEND,
        "12-29": LONG_WEEKEND,
        "12-30": BETWEEN,
        "12-31": BEFORE,
        "01-01": HOLIDAY,
        "01-02": AFTER,
    }


def test_the_weekend_is_the_market_s():
    # A Sunday holiday in Israel follows the weekend and precedes a working day.
    found = kinds(
        date(1999, 9, 6), date(1999, 9, 15), date(1999, 9, 12), weekend=FRI_SAT
    )
    assert found == {
        "09-10": LONG_WEEKEND,
        "09-11": LONG_WEEKEND,
        "09-12": HOLIDAY,
        "09-13": AFTER,
    }


def test_minor_holidays_make_nothing_of_the_days_around():
    day = date(2026, 11, 11)
    found = kinds(date(2026, 11, 1), date(2026, 11, 30), day, minor=(day,))
    assert found == {"11-11": MINOR}


def test_passover_s_half_holidays_lie_between():
    israel = public_holidays("IL", None, range(1998, 2001))
    found = day_kinds(date(1999, 3, 28), date(1999, 4, 11), israel, weekend_days("IL"))
    by_day = {day.isoformat()[5:]: kind for day, (kind, _) in found.items()}
    assert by_day["03-31"] == BEFORE
    assert by_day["04-01"] == by_day["04-07"] == HOLIDAY
    assert by_day["04-05"] == BETWEEN
    assert by_day["04-06"] == BEFORE  # the eve of the last day
    assert by_day["04-04"] == BETWEEN


@pytest.mark.parametrize("weekend", [SAT_SUN, FRI_SAT, frozenset({6})])
def test_every_day_has_one_kind_and_names_a_holiday_near_it(weekend):
    holidays = public_holidays("JP", None, range(2023, 2028))
    found = day_kinds(date(2024, 1, 1), date(2026, 12, 31), holidays, weekend)
    for day, (kind, holiday) in found.items():
        assert (kind == HOLIDAY) == (day in holidays)
        assert abs(holiday.day - day) <= timedelta(days=7)


def test_no_holidays_no_kinds():
    assert day_kinds(date(2026, 1, 1), date(2026, 12, 31), {}, SAT_SUN) == {}


def test_a_week_that_is_all_weekend_ends():
    every_day = frozenset(range(7))
    holiday = date(2026, 5, 20)
    holidays = {holiday: Holiday(day=holiday, name="H")}
    found = day_kinds(date(2026, 5, 1), date(2026, 5, 31), holidays, every_day)
    assert found[holiday][0] == HOLIDAY
