"""Numbers, money, dates and names as a planner reads them."""

import re
from datetime import date, datetime
from decimal import Decimal

from wfm.calendar.local import zone
from wfm.domain.grid import IntervalGrid

LOCALE = "en_GB"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
MINUS = "−"


def number(value: float, digits: int = 0) -> str:
    """Return *value* with thousands separated and a fixed number of decimals."""
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def percent(fraction: float, digits: int = 1) -> str:
    """Return a fraction as a percentage."""
    return f"{number(100 * fraction, digits)} %"


def money(thousandths: int, currency: str, *, whole: bool = False) -> str:
    """Return integer thousandths of a minor unit as an amount of *currency*.

    *whole* rounds to whole units, for headlines.
    """
    from babel.numbers import format_currency, get_currency_precision

    places = get_currency_precision(currency)
    amount = Decimal(thousandths) / 1000 / (10**places)
    if whole:
        return format_currency(
            amount.quantize(Decimal(1)),
            currency,
            format="¤#,##0",
            locale=LOCALE,
            currency_digits=False,
        )
    return format_currency(amount, currency, locale=LOCALE)


def day_label(day: date) -> str:
    """Return a date as ``Mon 26 Oct``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def days_label(first: date, last: date) -> str:
    """Return a range of dates with its year (or years)."""
    if first.year != last.year:
        return f"{day_label(first)} {first.year} – {day_label(last)} {last.year}"
    return f"{day_label(first)} – {day_label(last)} {last.year}"


def local_time(instant: datetime, zone_name: str) -> datetime:
    """Return *instant* on the wall clock of *zone_name*."""
    return instant.astimezone(zone(zone_name))


def clock(instant: datetime, zone_name: str) -> str:
    """Return the local time of day as ``HH:MM``."""
    return f"{local_time(instant, zone_name):%H:%M}"


def span_label(grid: IntervalGrid, start_idx: int, end_idx: int, zone_name: str) -> str:
    """Return ``Mon 26 Oct 22:00–06:00``; another day's end is named.

    Examples
    --------
    A night shift that ends on the morning after: ``Mon 26 Oct 22:00–06:00 (+1 day)``.
    """
    start = local_time(grid.instant(start_idx), zone_name)
    hours = hours_label(grid, start_idx, end_idx, zone_name)
    return f"{day_label(start.date())} {hours}"


def hours_label(
    grid: IntervalGrid, start_idx: int, end_idx: int, zone_name: str
) -> str:
    """Return ``22:00–06:00 (+1 day)``; midnight at the end reads ``24:00``."""
    start = local_time(grid.instant(start_idx), zone_name)
    end = local_time(grid.instant(end_idx), zone_name)
    days = (end.date() - start.date()).days
    if days == 1 and (end.hour, end.minute) == (0, 0):
        return f"{start:%H:%M}–24:00"
    later = "" if not days else " (+1 day)" if days == 1 else f" (+{days} days)"
    return f"{start:%H:%M}–{end:%H:%M}{later}"


def city(zone_name: str) -> str:
    """Return the place in a zone's name: ``Europe/Warsaw`` -> ``Warsaw``."""
    return zone_name.rsplit("/", 1)[-1].replace("_", " ")


def words(identifier: str) -> str:
    """Return an identifier as words: ``min_rest`` -> ``min rest``."""
    return identifier.replace("_", " ")


def file_stem(identifier: str) -> str:
    """Return *identifier* as a safe, unambiguous file name without a suffix.

    Bytes that are not letters, digits, dash, dot or underscore become ``%XX``, as does
    a leading dot, so two different ids never share a file and none leaves its folder.
    """
    return re.sub(
        rb"^\.|[^A-Za-z0-9_.-]",
        lambda found: b"%%%02X" % found.group(0)[0],
        identifier.encode(),
    ).decode()
