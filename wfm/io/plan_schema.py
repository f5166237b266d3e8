"""The shape of plan.yaml: which keys there are and what a value may be."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from wfm.domain.demand import DEFAULT_FORECAST_MODEL
from wfm.io.plan_drivers import (
    CallbackOfferTable,
    DemandTable,
    OutboundTable,
    ReasonTable,
)
from wfm.io.plan_types import (
    ClockSpan,
    Count,
    Currency,
    Day,
    DaySpans,
    DurationSpan,
    ElapsedMinutes,
    Flag,
    Fraction,
    Id,
    LengthRange,
    Minutes,
    Money,
    NotNegative,
    OpenShare,
    Positive,
    Share,
    SkillName,
    StartWindow,
    Table,
    Weekday,
    Zone,
)


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
    over: Literal["interval", "day", "week"] = "interval"
    min_interval_service_level: OpenShare | None = None


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


class StaffingTable(Table):
    """Whether queues that share agents are sized together."""

    multi_skill: Literal["auto", "off"] = "auto"


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
    reasons: dict[Id, ReasonTable] = Field(default_factory=dict)
    demand: DemandTable = DemandTable()
    callback_offer: CallbackOfferTable | None = None
    outbound: OutboundTable | None = None
    blend: Id | None = None
    plan_on: Literal["mean", "p75", "p90", "sl_probability", "expected_sl"] = "mean"
    plan_probability: OpenShare | None = None
    demand_cv: Annotated[float, Field(ge=0, le=2)] | None = None
    staffing_method: Literal["auto", "sipp", "lag", "mol", "exact"] = "auto"


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
    sunday_premium: NotNegative = 0.0
    overtime_premium: NotNegative = 0.0
    overtime_after_hours: NotNegative | None = None
    skill_premium: dict[SkillName, NotNegative] = Field(default_factory=dict)
    outsourced: Flag = False
    rules: Any = None


class BreakTable(Table):
    """One break of a break set."""

    kind: Id
    minutes: Minutes
    paid: Flag
    start_after: DurationSpan | None = None
    before_end: DurationSpan | None = None
    for_shifts: LengthRange = (0, 10**6)


class SplitTable(Table):
    """How a shift is split: the gap between its parts, and the second part's hours."""

    gap: DurationSpan
    every_minutes: Minutes = 60
    hours: tuple[ElapsedMinutes, ...] = ()


class ShiftTable(Table):
    """One shift template; *hours* of a split one are those of its first part."""

    start: StartWindow
    hours: Annotated[tuple[ElapsedMinutes, ...], Field(min_length=1)]
    every_minutes: Minutes = 30
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = tuple(range(7))
    breaks: Id | None = None
    split: SplitTable | None = None


class ContractTable(Table):
    """One employment contract."""

    shifts: Annotated[tuple[Id, ...], Field(min_length=1)]
    rules: Any = None


class PricesTable(Table):
    """What the objective weighs, in the plan's currency."""

    understaffing_per_hour: Money
    understaffing_steps: tuple[tuple[Share, Positive], ...] | None = None
    overstaffing_per_hour: Money = Decimal(0)
    night_per_hour: Money = Decimal(0)
    preference_per_hour: Money = Decimal(0)
    preference_seniority: NotNegative = 0.0
    fairness_per_hour: Money = Decimal(0)
    fairness_measure: Literal["price", "spread", "min_max", "lexicographic"] = "price"
    fairness_within: Fraction = 0.001
    change_per_shift: Money | None = None
    change_per_break: Money | None = None


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

    model: Id = DEFAULT_FORECAST_MODEL


class CalendarTable(Table):
    """Corrections of one public calendar."""

    add: dict[Day, str] = Field(default_factory=dict)
    remove: tuple[Day, ...] = ()


class PackTable(Table):
    """One rule pack that is asked for."""

    pack: Id
    confirmed: Literal["all"] | tuple[str, ...] = ()
    confirmed_by: str = ""
    values: dict[str, Any] = Field(default_factory=dict)
    valid_from: Day | None = Field(default=None, alias="from")
    valid_to: Day | None = Field(default=None, alias="to")


class CoverTable(Table):
    """One entry of the rule ``min_cover``."""

    agents: Count | None = None
    max_agents: Count | None = None
    queue: Id | None = None
    skill: SkillName | None = None
    site: Id | None = None
    grade: str | None = None
    min_seniority: NotNegative | None = None
    when: HoursTable | None = None
    valid_from: Day = Field(default=date.min, alias="from")
    valid_to: Day = Field(default=date.max, alias="to")


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
    rules: Any = None
    prices: PricesTable | None = None
    level_deferred: Literal["apart", "together"] = "apart"
    staffing: StaffingTable = StaffingTable()
