"""The shape of plan.yaml: which keys there are and what a value may be."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from wfm.calendar.local import UnknownZoneError, zone
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


def _before(parse: Callable[[Any], Any]) -> BeforeValidator:
    return BeforeValidator(parse)


Id: TypeAlias = Annotated[str, Field(min_length=1, pattern=r"^[^\s,;+/]+$")]
Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]
Currency: TypeAlias = Annotated[str, AfterValidator(parse_currency)]
Flag: TypeAlias = Annotated[bool, _before(_true_or_false)]
Day: TypeAlias = Annotated[date, _before(parse_date)]
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


class HoursTable(Table):
    """Local hours by day; the more specific key wins, days not named are closed."""

    daily: DaySpans | None = None
    weekdays: DaySpans | None = None
    weekend: DaySpans | None = None
    mon: DaySpans | None = None
    tue: DaySpans | None = None
    wed: DaySpans | None = None
    thu: DaySpans | None = None
    fri: DaySpans | None = None
    sat: DaySpans | None = None
    sun: DaySpans | None = None


class TargetTable(Table):
    """What a queue promises."""

    service_level: OpenShare | None = None
    answer_within_s: NotNegative | None = None
    asa_s: Positive | None = None
    max_occupancy: Share | None = None
    answer_within_open_hours: Positive | None = None


class ChatTable(Table):
    """Chats held at once and what they do to the handle time."""

    max_chats: Annotated[int, Field(ge=1, le=20)]
    aht_factor: tuple[Positive, ...]


class ForwardTable(Table):
    """Contacts passed on to another queue."""

    to: Id
    share: Share
    delay_minutes: Annotated[int, Field(ge=0, le=28 * 1440)] = 0
    aht_s: Positive | None = None


class ShrinkageTable(Table):
    """Paid time that is not spent on contacts."""

    fraction: Annotated[float, Field(ge=0, lt=1)]
    rostered: Flag = False


class QueueTable(Table):
    """One queue."""

    channel: Id
    zone: Zone
    requires: tuple[SkillName, ...]
    open: HoursTable
    target: TargetTable
    country: Id | None = None
    subdivision: Id | None = None
    closed_on_holidays: Flag = False
    patience_s: Positive | None = None
    guaranteed_agents: Count = 0
    handover_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    aht_s: Positive | None = None
    volume_scale: Positive = 1.0
    chat: ChatTable | None = None
    forwards: tuple[ForwardTable, ...] = ()
    shrinkage: dict[str, ShrinkageTable] | None = None
    forecast_model: Id | None = None


class SiteTable(Table):
    """One site."""

    zone: Zone
    region: Id | None = None
    country: Id | None = None
    subdivision: Id | None = None
    holidays: Literal["closed", "premium", "normal"] = "normal"
    seats: Count | None = None
    night: ClockSpan = (22 * 60, 6 * 60)
    night_premium: NotNegative = 0.0
    holiday_premium: NotNegative = 0.0
    outsourced: Flag = False
    rules: dict[str, Any] | None = None


class BreakTable(Table):
    """One break of a break set."""

    kind: Id
    minutes: Minutes
    paid: Flag
    start_after: DurationSpan | None = None
    before_end: DurationSpan | None = None
    for_shifts: LengthRange = (0, 10**6)


class ShiftTable(Table):
    """One shift template."""

    start: StartWindow
    hours: Annotated[tuple[ElapsedMinutes, ...], Field(min_length=1)]
    every_minutes: Minutes = 30
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = tuple(range(7))
    breaks: Id | None = None


class ContractTable(Table):
    """One employment contract."""

    shifts: Annotated[tuple[Id, ...], Field(min_length=1)]
    rules: dict[str, Any] | None = None


class PricesTable(Table):
    """What the objective weighs, in the plan's currency."""

    understaffing_per_hour: Money
    understaffing_steps: tuple[tuple[Share, Positive], ...] | None = None
    overstaffing_per_hour: Money = Decimal(0)
    night_per_hour: Money = Decimal(0)
    preference_per_hour: Money = Decimal(0)


HistoryColumn: TypeAlias = Literal[
    "queue", "start", "offered", "handled", "abandoned", "aht_s"
]


class HistoryTable(Table):
    """How history.csv is to be read; *columns* maps own names to an export's."""

    zone: Zone | None = None
    columns: dict[HistoryColumn, str] = Field(default_factory=dict)
    offered_is: Literal["offered", "handled"] = "offered"
    file: str | None = None


class ForecastTable(Table):
    """The forecast model of queues that name none."""

    model: Id = "weekday_mean"


class CalendarTable(Table):
    """Corrections of one public calendar."""

    add: dict[Day, str] = Field(default_factory=dict)
    remove: tuple[Day, ...] = ()


class CoverTable(Table):
    """One entry of the rule ``min_cover``."""

    agents: Count
    queue: Id | None = None
    skill: Id | None = None
    site: Id | None = None
    when: HoursTable | None = None


class PlanTable(Table):
    """plan.yaml."""

    version: Literal["1"]
    zone: Zone
    week: Day
    queues: Annotated[dict[Id, QueueTable], Field(min_length=1)]
    name: str = "plan"
    week_start: Weekday = 0
    weeks: Annotated[int, Field(ge=1, le=8)] = 1
    interval_minutes: Literal["5", "10", "15", "20", "30", "60"] = "30"
    roster_step_minutes: Literal["5", "10", "15", "20", "30", "60"] = "15"
    currency: Currency = "EUR"
    history: HistoryTable = HistoryTable()
    forecast: ForecastTable = ForecastTable()
    calendars: dict[str, CalendarTable] = Field(default_factory=dict)
    shrinkage: dict[str, ShrinkageTable] = Field(default_factory=dict)
    sites: dict[Id, SiteTable] = Field(default_factory=dict)
    break_sets: dict[Id, tuple[BreakTable, ...]] = Field(default_factory=dict)
    shift_templates: dict[Id, ShiftTable] = Field(default_factory=dict)
    employment_contracts: dict[Id, ContractTable] = Field(default_factory=dict)
    rules: dict[str, Any] = Field(default_factory=dict)
    prices: PricesTable | None = None
