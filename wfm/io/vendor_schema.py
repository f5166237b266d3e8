"""The shape of vendors.yaml: criteria, candidates, security, onboarding."""

from typing import Annotated, Literal

from pydantic import Field

from wfm.io.plan_types import (
    Day,
    Flag,
    Fraction,
    Id,
    NotNegative,
    Positive,
    Share,
    Table,
)
from wfm.io.scenario_schema import MonthValue

Pair = Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]


class MeasuredTable(Table):
    """A criterion that a figure decides where there is a history."""

    kpi: Id
    points: Annotated[tuple[Pair, ...], Field(min_length=2)]
    window_days: Annotated[int, Field(ge=7, le=1100)] = 91
    least_contacts: NotNegative = 200.0


class CriterionTable(Table):
    """What counts, and how much."""

    weight: Positive
    measured: MeasuredTable | None = None


class QuestionTable(Table):
    """A question of security or compliance."""

    text: str = ""
    required: Flag = False
    home_working: Flag = False


class MarkTable(Table):
    """A mark by hand."""

    mark: float
    evidence: str = ""
    date: Day | None = None
    by: str = ""


class AnswerTable(Table):
    """What was found."""

    answer: Literal["yes", "partly", "no"]
    evidence: str = ""
    date: Day | None = None


class CandidateTable(Table):
    """A vendor."""

    text: str = ""
    unit: Id | None = None
    home_working: Flag = False
    marks: dict[Id, MarkTable] = Field(default_factory=dict)
    security: dict[Id, AnswerTable] = Field(default_factory=dict)


class FloorTable(Table):
    """The least during the transition."""

    people: Fraction = 1.0
    service_level: Fraction | None = None


class ExitTestTable(Table):
    """A figure that opens the next phase."""

    kpi: Id
    value: float


class PhaseTable(Table):
    """Months in which a vendor does a share of the work."""

    name: Annotated[str, Field(min_length=1)]
    first: MonthValue = Field(alias="from")
    last: MonthValue = Field(alias="to")
    share: Fraction
    incumbent_share: Fraction
    productivity: Share = 1.0
    service_level: Fraction | None = None
    incumbent_service_level: Fraction | None = None
    floor: FloorTable = FloorTable()
    exit_tests: tuple[ExitTestTable, ...] = ()


class VendorTable(Table):
    """vendors.yaml."""

    version: Literal["1"]
    as_of: Day | None = None
    scale: Pair = (1.0, 5.0)
    stale_days: Annotated[int, Field(ge=1, le=3650)] = 365
    criteria: Annotated[dict[Id, CriterionTable], Field(min_length=1)]
    security: dict[Id, QuestionTable] = Field(default_factory=dict)
    vendors: Annotated[dict[Id, CandidateTable], Field(min_length=1)]
    incumbents: tuple[Id, ...] = ()
    onboarding: dict[Id, tuple[PhaseTable, ...]] = Field(default_factory=dict)
