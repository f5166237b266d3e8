from datetime import UTC, date, datetime

import pytest

from wfm.domain.grid import IntervalGrid
from wfm.report.text import (
    city,
    days_label,
    file_stem,
    hours_label,
    money,
    number,
    percent,
    span_label,
    words,
)

# Warsaw falls back on 2026-10-25 at 01:00 UTC, Denver on 2026-11-01 at 08:00 UTC.
GRID = IntervalGrid(
    start_utc=datetime(2026, 10, 24, 20, tzinfo=UTC),
    interval_minutes=15,
    num_intervals=96 * 9,
)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234.56, 1, "1,234.6"), (-0.04, 1, "0.0"), (-2, 0, "−2"), (0, 0, "0")],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_percent() -> None:
    assert percent(0.1234) == "12.3 %"


@pytest.mark.parametrize(
    ("thousandths", "currency", "text"),
    [
        (123_456_789, "EUR", "€1,234.57"),
        (123_456_789, "JPY", "JP¥123,457"),
        (-1_500_000, "USD", "-US$15.00"),
        (0, "EUR", "€0.00"),
    ],
)
def test_money_has_the_digits_of_its_currency(
    thousandths: int, currency: str, text: str
) -> None:
    assert money(thousandths, currency) == text


def test_money_in_headlines_is_whole() -> None:
    assert money(123_456_789, "EUR", whole=True) == "€1,235"
    assert money(123_456_789, "JPY", whole=True) == "JP¥123,457"


def test_days_name_the_year_once_unless_it_turns() -> None:
    assert days_label(date(2026, 10, 26), date(2026, 11, 1)) == (
        "Mon 26 Oct – Sun 1 Nov 2026"
    )
    assert days_label(date(2026, 12, 28), date(2027, 1, 3)) == (
        "Mon 28 Dec 2026 – Sun 3 Jan 2027"
    )


@pytest.mark.parametrize(
    ("start", "end", "zone", "text"),
    [
        # 22:00 Warsaw summer time, ten hours later it is 07:00 winter time.
        (0, 40, "Europe/Warsaw", "Sat 24 Oct 22:00–07:00 (+1 day)"),
        (0, 8, "Europe/Warsaw", "Sat 24 Oct 22:00–24:00"),
        (0, 40, "Asia/Tokyo", "Sun 25 Oct 05:00–15:00"),
        (0, 400, "UTC", "Sat 24 Oct 20:00–00:00 (+5 days)"),
        # Denver, Sunday 1 November: 00:00 daylight time to 08:00 standard time.
        (712, 748, "America/Denver", "Sun 1 Nov 00:00–08:00"),
    ],
)
def test_spans_on_wall_clocks(start: int, end: int, zone: str, text: str) -> None:
    assert span_label(GRID, start, end, zone) == text


def test_hours_alone() -> None:
    assert hours_label(GRID, 4, 6, "UTC") == "21:00–21:30"


def test_names() -> None:
    assert city("America/Los_Angeles") == "Los Angeles"
    assert city("UTC") == "UTC"
    assert words("min_rest") == "min rest"


@pytest.mark.parametrize(
    ("identifier", "stem"),
    [
        ("FUK001", "FUK001"),
        ("../../etc/passwd", "%2E./..%2Fetc%2Fpasswd".replace("/", "%2F")),
        ("a b", "a%20b"),
        ("山田", "%E5%B1%B1%E7%94%B0"),
        ("a%20b", "a%2520b"),
        (".hidden", "%2Ehidden"),
    ],
)
def test_file_names_stay_in_their_folder_and_never_meet(
    identifier: str, stem: str
) -> None:
    assert file_stem(identifier) == stem
