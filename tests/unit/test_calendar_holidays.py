"""Holidays: their weight, their marks, and the weekend of each market."""

import os
import subprocess
import sys
from datetime import date

import pytest

from wfm.calendar.holidays import Holiday, public_holidays, weekend_days
from wfm.domain.plan import CalendarChange


@pytest.mark.parametrize(
    ("country", "days"),
    [
        (None, {5, 6}),
        ("US", {5, 6}),
        ("DE", {5, 6}),
        ("JP", {5, 6}),
        ("IL", {4, 5}),
        ("SA", {4, 5}),
        ("XX", {5, 6}),  # unknown
    ],
)
def test_markets_rest_on_their_own_days(country, days):
    assert weekend_days(country) == days


def test_american_holidays_differ_in_who_keeps_them():
    found = public_holidays("US", "NY", range(2026, 2027))
    kept = {holiday.plain_name for holiday in found.values() if not holiday.minor}
    assert kept == {
        "New Year's Day",
        "Memorial Day",
        "Independence Day",
        "Labor Day",
        "Thanksgiving Day",
        "Christmas Day",
    }
    assert found[date(2026, 10, 12)].minor  # Columbus Day
    # 4 July 2026 is a Saturday, so Friday is kept too and has the same plain name
    friday = found[date(2026, 7, 3)]
    assert (friday.plain_name, friday.minor) == ("Independence Day", False)


@pytest.mark.parametrize("country", ["DE", "JP", "IL", "GB"])
def test_elsewhere_public_holidays_are_kept(country):
    found = public_holidays(country, None, range(2026, 2027))
    assert not any(holiday.minor for holiday in found.values())


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Christmas Day", "Christmas Day"),
        ("Christmas Day (observed)", "Christmas Day"),
        ("Eid al-Fitr (observed, estimated)", "Eid al-Fitr"),
    ],
)
def test_remarks_are_no_part_of_the_name(name, plain):
    assert Holiday(day=date(2026, 1, 1), name=name).plain_name == plain


def test_an_added_day_counts_as_kept():
    change = CalendarChange(added={date(2026, 11, 27): "Black Friday"})
    found = public_holidays("US", None, range(2026, 2027), {"US": change})
    assert not found[date(2026, 11, 27)].minor


@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8", "ar_AE.UTF-8"])
def test_names_and_estimates_do_not_depend_on_the_machine_s_locale(locale):
    code = (
        "from wfm.calendar.holidays import public_holidays\n"
        "found = public_holidays('AE', None, range(2027, 2028)).values()\n"
        "print([h.name for h in found if h.provisional][:1])"
    )
    language = locale.partition(".")[0]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"LANG": locale, "LC_ALL": locale, "LANGUAGE": language},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['Eid al-Fitr (estimated)']"
