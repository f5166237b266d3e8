"""Texts of plan folders as values: clock times, spans, numbers, dates, instants.

Every function raises :class:`wfm.io.problems.BadValueError` with what is wrong and what
was expected.
"""

import itertools
import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TypeAlias

from wfm.calendar.local import wall_minute
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.io.problems import BadValueError, nearest

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = tuple[Span, ...]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_DURATION = re.compile(r"(\d{1,3}):([0-5]\d)")
_LAST_PLAUSIBLE_YEAR = 2200
_FIRST_PLAUSIBLE_YEAR = 1970


def _refuse(text: object, expected: str) -> BadValueError:
    return BadValueError(f"{text!r} can't be read", expected)


def parse_clock(text: object) -> int:
    """Return minutes of the day of ``"09:00"``; ``"24:00"`` is the day's end."""
    match = _CLOCK.fullmatch(str(text).strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= minutes <= MINUTES_PER_DAY:
        raise _refuse(text, "a clock time HH:MM from 00:00 to 24:00")
    return minutes


def parse_duration(text: object) -> int:
    """Return the minutes of ``"1:15"``."""
    match = _DURATION.fullmatch(str(text).strip())
    if not match:
        raise _refuse(text, "a duration H:MM")
    return int(match[1]) * 60 + int(match[2])


def parse_clock_span(text: object) -> Span:
    """Return ``(from, to)`` minutes of ``"22:00-05:00"``; ``to`` may be the smaller."""
    parts = str(text).split("-")
    if len(parts) != 2:
        raise _refuse(text, "a span of clock times HH:MM-HH:MM")
    return parse_clock(parts[0]), parse_clock(parts[1])


def parse_start_window(text: object) -> Span:
    """Return the first and last start of ``"07:00-10:00"`` or ``"07:00"``."""
    window = str(text)
    start, end = (
        parse_clock_span(text)
        if "-" in window
        else (parse_clock(window), parse_clock(window))
    )
    if end < start or end >= MINUTES_PER_DAY:
        msg = f"start window {window!r} ends before it begins"
        raise BadValueError(msg, "a window within one local day")
    return start, end


def parse_duration_span(text: object) -> Span:
    """Return the two durations of ``"1:15-2:15"`` in minutes."""
    parts = str(text).split("-")
    if len(parts) != 2:
        raise _refuse(text, "a span of durations H:MM-H:MM")
    return parse_duration(parts[0]), parse_duration(parts[1])


def parse_length_range(text: object) -> Span:
    """Return ``[from, to)`` in minutes of ``"6:00-"``, ``"-6:00"``, ``"4:00-6:00"``."""
    parts = [part.strip() for part in str(text).split("-")]
    if len(parts) != 2 or not any(parts):
        raise _refuse(text, "shift lengths as '6:00-', '-6:00' or '4:00-6:00'")
    low = parse_duration(parts[0]) if parts[0] else 0
    high = parse_duration(parts[1]) if parts[1] else 10**6
    if high <= low:
        msg = f"the range of shift lengths {text!r} is empty"
        raise BadValueError(msg, "a smaller length first")
    return low, high


def parse_day_spans(value: object) -> Spans:
    """Return one day's opening spans; a span past midnight has ``to > 1440``.

    *value* is ``"24h"``, ``"closed"``, ``"09:00-18:00"`` or a list of spans.
    """
    if isinstance(value, list | tuple):
        spans = tuple(sorted(_day_span(item) for item in value))
        for before, after in itertools.pairwise(spans):
            if after[0] < before[1]:
                msg = f"the spans {', '.join(map(str, value))} overlap"
                raise BadValueError(msg, "spans that do not overlap")
        return spans
    text = str(value).strip().lower()
    if text == "closed":
        return ()
    return ((0, MINUTES_PER_DAY),) if text == "24h" else (_day_span(text),)


def _day_span(text: object) -> Span:
    expected = "opening hours as '09:00-18:00', '24h', 'closed' or a list of spans"
    try:
        start, end = parse_clock_span(text)
    except BadValueError as error:
        raise _refuse(text, expected) from error
    if start in {end, MINUTES_PER_DAY}:
        msg = f"the span {text!r} is empty"
        raise BadValueError(msg, "'24h' for around the clock")
    return (start, end) if start < end else (start, end + MINUTES_PER_DAY)


def parse_weekday(text: object) -> int:
    """Return 0 for ``mon`` or ``Monday`` to 6 for Sunday."""
    name = str(text).strip().lower()
    for names in (WEEKDAYS, _FULL_WEEKDAYS):
        if name in names:
            return names.index(name)
    near = nearest(name, (*WEEKDAYS, *_FULL_WEEKDAYS))
    hint = f"; did you mean {near!r}?" if near else ""
    msg = f"unknown weekday {text!r}{hint}"
    raise BadValueError(msg, "mon to sun")


def parse_bool(text: object) -> bool:
    """Return the truth of ``true``/``false`` (tables also say yes/no and 1/0)."""
    word = str(text).strip().lower()
    if word in {"true", "yes", "y", "1"}:
        return True
    if word in {"false", "no", "n", "0"}:
        return False
    raise _refuse(text, "true or false")


def parse_number(text: object, *, decimal_comma: bool = False) -> float:
    """Return a finite number; *decimal_comma* reads ``0,25`` as a quarter."""
    word = str(text).strip()
    if decimal_comma:
        word = word.replace(",", ".")
    try:
        number = float(word) if "_" not in word else math.nan
    except ValueError as error:
        raise _refuse(text, "a number") from error
    if not math.isfinite(number):
        raise _refuse(text, "a finite number")
    return number


def parse_decimal(text: object) -> Decimal:
    """Return an amount of money, exactly as written."""
    try:
        amount = Decimal(str(text).strip())
    except InvalidOperation as error:
        raise _refuse(text, "an amount with a decimal point") from error
    if not amount.is_finite() or amount < 0 or amount >= 10**12:
        raise _refuse(text, "an amount of 0 or more")
    return amount


def parse_date(text: object) -> date:
    """Return the date of ``2026-10-26``."""
    word = str(text).strip()
    if word.endswith((" 00:00:00", "T00:00:00")):  # a date cell of a spreadsheet
        word = word[:10]
    try:
        day = date.fromisoformat(word)
    except ValueError as error:
        raise _refuse(text, "a date YYYY-MM-DD") from error
    if len(word) != 10 or not _FIRST_PLAUSIBLE_YEAR <= day.year < _LAST_PLAUSIBLE_YEAR:
        raise _refuse(text, "a date YYYY-MM-DD from 1970 on")
    return day


def parse_wall(text: object) -> tuple[int, bool]:
    """Return the wall minute of a local date or time, and whether it was a date."""
    word = str(text).strip()
    if len(word) == 10:
        return wall_minute(parse_date(word)), True
    expected = "a local time YYYY-MM-DD HH:MM or a date YYYY-MM-DD"
    try:
        moment = datetime.fromisoformat(word)
    except ValueError as error:
        raise _refuse(text, expected) from error
    if moment.tzinfo is not None:
        msg = f"{text!r} has an offset, but this column is on the local clock"
        raise BadValueError(msg, expected)
    if moment.second or not _FIRST_PLAUSIBLE_YEAR <= moment.year < _LAST_PLAUSIBLE_YEAR:
        raise _refuse(text, expected)
    return wall_minute(moment.date(), moment.hour * 60 + moment.minute), False


def parse_instant(text: object) -> datetime:
    """Return a UTC instant; without an offset the time is taken to be UTC."""
    expected = "a UTC time such as 2026-10-26T06:00Z"
    word = str(text).strip()
    try:
        moment = datetime.fromisoformat(word)
    except ValueError as error:
        raise _refuse(text, expected) from error
    if len(word) <= 10 or moment.second or moment.microsecond:
        raise _refuse(text, expected)
    if not _FIRST_PLAUSIBLE_YEAR < moment.year < _LAST_PLAUSIBLE_YEAR:
        raise _refuse(text, expected)
    return (
        moment.replace(tzinfo=UTC)
        if moment.tzinfo is None
        else (moment.astimezone(UTC))
    )


@cache
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def parse_currency(text: object) -> str:
    """Return an ISO 4217 code."""
    code = str(text).strip()
    if code not in _currencies():
        near = nearest(code, _currencies())
        hint = f"; did you mean {near!r}?" if near else ""
        msg = f"unknown currency {code!r}{hint}"
        raise BadValueError(msg, "an ISO 4217 code such as EUR")
    return code


def minor_units(amount: Decimal, currency: str, factor: int = 1) -> int:
    """Return *amount* in minor units of *currency* times *factor*, half to even.

    The yen has no minor unit: 100 JPY are 100, 100 EUR are 10,000.
    """
    from babel.numbers import get_currency_precision

    return round(amount.scaleb(get_currency_precision(currency)) * factor)
