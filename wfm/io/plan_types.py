"""Kinds of values in plan.yaml, and the table that refuses what it doesn't know."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from wfm.calendar.local import UnknownZoneError, zone
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.io.problems import BadValueError
from wfm.io.values import (
    Span,
    Spans,
    parse_bool,
    parse_clock_span,
    parse_currency,
    parse_date,
    parse_day_spans,
    parse_decimal,
    parse_duration_span,
    parse_length_range,
    parse_number,
    parse_start_window,
    parse_wall,
    parse_weekday,
)


def _known_zone(name: str) -> str:
    try:
        zone(name)
    except UnknownZoneError as error:
        raise BadValueError(str(error), "an IANA zone name") from error
    return name


def _skill(value: object) -> tuple[str, int]:
    name, _, level = str(value).partition(":")
    if not name.strip() or (level and not level.strip().isdigit()):
        msg = f"{value!r} is not a skill"
        raise BadValueError(msg, "a skill id, or id:level such as 'ja:3'")
    return name.strip(), int(level or 0)


def _true_or_false(value: object) -> bool:
    if str(value).lower() not in {"true", "false"}:
        msg = f"{value!r} is neither true nor false"
        raise BadValueError(msg, "true or false")
    return parse_bool(value)


def _elapsed_minutes(value: object) -> int:
    minutes = parse_number(value) * 60
    if abs(minutes - round(minutes)) > 1e-6 or not 0 < minutes <= 24 * 60:
        msg = f"{value!r} hours is not a shift length"
        raise BadValueError(msg, "hours from 0 to 24, in whole minutes")
    return round(minutes)


def _wall(value: object) -> int:
    return parse_wall(value)[0]


def _wall_end(value: object) -> int:
    minute, is_date = parse_wall(value)
    return minute + MINUTES_PER_DAY if is_date else minute


def _before(parse: Callable[[Any], Any]) -> BeforeValidator:
    return BeforeValidator(parse)


Id: TypeAlias = Annotated[str, Field(min_length=1, pattern=r"^[^\s,;+/]+$")]
Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]
Currency: TypeAlias = Annotated[str, AfterValidator(parse_currency)]
Flag: TypeAlias = Annotated[bool, _before(_true_or_false)]
Day: TypeAlias = Annotated[date, _before(parse_date)]
LocalTime: TypeAlias = Annotated[int, _before(_wall)]
LocalEnd: TypeAlias = Annotated[int, _before(_wall_end)]
"""A date is included, as in the tables of a plan."""
Weekday: TypeAlias = Annotated[int, _before(parse_weekday)]
Money: TypeAlias = Annotated[Decimal, _before(parse_decimal)]
DaySpans: TypeAlias = Annotated[Spans, _before(parse_day_spans)]
ClockSpan: TypeAlias = Annotated[Span, _before(parse_clock_span)]
StartWindow: TypeAlias = Annotated[Span, _before(parse_start_window)]
DurationSpan: TypeAlias = Annotated[Span, _before(parse_duration_span)]
LengthRange: TypeAlias = Annotated[Span, _before(parse_length_range)]
SkillName: TypeAlias = Annotated[tuple[str, int], _before(_skill)]
ElapsedMinutes: TypeAlias = Annotated[int, _before(_elapsed_minutes)]
Positive: TypeAlias = Annotated[float, Field(gt=0, lt=1e9)]
NotNegative: TypeAlias = Annotated[float, Field(ge=0, lt=1e9)]
Share: TypeAlias = Annotated[float, Field(gt=0, le=1)]
OpenShare: TypeAlias = Annotated[float, Field(gt=0, lt=1)]
Fraction: TypeAlias = Annotated[float, Field(ge=0, le=1)]
PartFraction: TypeAlias = Annotated[float, Field(ge=0, lt=1)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=100_000)]
Minutes: TypeAlias = Annotated[int, Field(ge=1, le=7 * 1440)]


class Table(BaseModel):
    """A mapping of plan.yaml; a key that is not listed is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}
