"""The shape of scenarios.yaml: keys and values, before terms and patches are read."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from scenarios.months import Month
from wfm.domain.errors import UsageError
from wfm.io.plan_types import (
    Currency,
    Day,
    Flag,
    Fraction,
    Id,
    NotNegative,
    PartFraction,
    Positive,
    Table,
)
from wfm.io.problems import BadValueError


def _month(value: object) -> Month:
    try:
        return Month.parse(str(value))
    except UsageError as error:
        msg = f"{value!r} is no month"
        raise BadValueError(msg, "a month YYYY-MM") from error


MonthValue: TypeAlias = Annotated[Any, BeforeValidator(_month)]


class LaneTable(Table):
    """A site, a vendor or self-service."""

    site: Id | None = None
    price: Id
    self_service: tuple[Id, ...] = ()
    attrition_per_year: PartFraction = 0.0
    leave_share: PartFraction = 0.0
    first_contact_resolution: Fraction | None = None
    language_skills: tuple[Id, ...] = ()
    kpis: dict[Id, NotNegative] = Field(default_factory=dict)
    hours_when_away: NotNegative = 0.0


class FloorsTable(Table):
    """The least service of a month."""

    service_level: PartFraction | None = None
    tolerance: PartFraction = 0.05
    done_by_due: Fraction = 0.95
    guarantee_hours: NotNegative = 2.0


class DemandRuleTable(Table):
    """Assumptions about contacts that no history shows."""

    like: Id | None = None
    scale: Positive = 1.0
    aht_s: Positive | None = None
    aht_factor: Positive = 1.0
    new_hours: NotNegative = 0.0
    new_hours_like: Id | None = None
    returning: Fraction = 1.0


class SettingsTable(Table):
    """What patches may change beside plan.yaml."""

    lanes: dict[Id, LaneTable] = Field(default_factory=dict)
    demand: dict[Id, DemandRuleTable] = Field(default_factory=dict)
    floors: FloorsTable = FloorsTable()


class ChangeTable(Table):
    """One patch with months or grounds of its own."""

    path: str
    set: Any = None
    scale: Any = None
    shift: Any = None
    first: MonthValue = Field(default=None, alias="from")
    last: MonthValue = Field(default=None, alias="to")
    owner: str | None = None
    date: Day | None = None
    source: str | None = None


class ScenarioTable(Table):
    """One scenario; its grounds hold for every patch that states none."""

    text: str = ""
    inherits: tuple[Id, ...] = ()
    owner: str = ""
    date: Day | None = None
    source: str = ""
    set: dict[str, Any] = Field(default_factory=dict)
    scale: dict[str, Any] = Field(default_factory=dict)
    shift: dict[str, Any] = Field(default_factory=dict)
    changes: tuple[ChangeTable, ...] = ()


class DecisionTable(Table):
    """What is to be decided, for page and memo."""

    question: str = ""
    options: tuple[Id, ...] = ()
    not_included: tuple[str, ...] = ()
    language: Literal["en", "ja"] = "en"


class UncertaintyTable(Table):
    """A figure that nobody decides, as a distribution."""

    path: str
    operation: Literal["set", "scale", "shift"] = "scale"
    per_year: Flag = False
    distribution: Id
    parameters: dict[Id, Any] = Field(default_factory=dict)
    owner: str = ""
    date: Day | None = None
    source: str = ""


class CorrelationTable(Table):
    """How two uncertainties move together: a rank correlation."""

    between: Annotated[tuple[Id, ...], Field(min_length=2, max_length=2)]
    value: Annotated[float, Field(gt=-1, lt=1)]


class ScenarioFileTable(Table):
    """scenarios.yaml."""

    version: Literal["1"]
    start: MonthValue
    months: Annotated[int, Field(ge=1, le=36)] = 12
    currency: Currency | None = None
    seed: Annotated[int, Field(ge=0)] = 1
    decision: DecisionTable = DecisionTable()
    indices: dict[Id, dict[str, Any]] = Field(default_factory=dict)
    lanes: dict[Id, Any] = Field(default_factory=dict)
    demand: dict[Id, Any] = Field(default_factory=dict)
    floors: dict[Id, Any] = Field(default_factory=dict)
    cost_models: dict[Id, Any] = Field(default_factory=dict)
    vendor_contracts: dict[Id, Any] = Field(default_factory=dict)
    scenarios: Annotated[dict[Id, ScenarioTable], Field(min_length=1)]
    uncertainties: dict[Id, UncertaintyTable] = Field(default_factory=dict)
    correlations: tuple[CorrelationTable, ...] = ()
