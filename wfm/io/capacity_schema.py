"""The shape of capacity.yaml: people, ways to get more, what limits them."""

from typing import Annotated, Literal

from pydantic import Field

from wfm.io.plan_types import (
    Count,
    Currency,
    Flag,
    Fraction,
    Id,
    NotNegative,
    PartFraction,
    Positive,
    Share,
    Table,
)
from wfm.io.scenario_schema import MonthValue

Shares = Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=60)]
Factors = Annotated[tuple[Positive, ...], Field(min_length=1, max_length=60)]
Step = Annotated[tuple[Positive, ...], Field(min_length=2, max_length=2)]


class TenureTable(Table):
    """Month by month in the job; the last value holds from then on."""

    attrition: Shares
    productivity: Shares
    aht_factor: Factors | None = None
    quality: Shares | None = None


class NeedTable(Table):
    """Queues whose work the same people do."""

    queues: Annotated[tuple[str, ...], Field(min_length=1)]
    missing_hour: NotNegative | None = None
    missing_steps: Annotated[tuple[Step, ...], Field(min_length=1)] = ((1.0, 1.0),)


class RecruitingTable(Table):
    """People come in classes."""

    lead_months: Count = 0
    cost_per_hire: NotNegative = 0.0
    cost_per_class: NotNegative = 0.0
    max_hires: NotNegative | None = None
    class_size: Annotated[tuple[NotNegative, ...], Field(min_length=2, max_length=2)]
    max_classes: Annotated[int, Field(ge=1, le=50)] = 1


class TrainingTable(Table):
    """Before they work."""

    months: Annotated[int, Field(ge=0, le=24)] = 1
    trainer_hours: NotNegative = 0.0
    loss: PartFraction = 0.0
    max_trainees: NotNegative | None = None


class LayoffTable(Table):
    """Leaving at the employer's wish."""

    severance: NotNegative = 0.0
    max_heads: NotNegative | None = None


class OvertimeTable(Table):
    """Hours beyond the contract."""

    premium: NotNegative = 0.25
    max_share: PartFraction


class PoolTable(Table):
    """People of one site with the same skills."""

    site: Id
    skills: tuple[str, ...] = ()
    serves: Annotated[tuple[Id, ...], Field(min_length=1)]
    tenure: Id
    paid_hours: Positive
    leave: PartFraction = 0.0
    roster_fit: Share = 1.0
    wage_per_hour: NotNegative | None = None
    burden: NotNegative = 0.0
    currency: Currency | None = None
    idle_hour: NotNegative = 0.0
    least_quality: Fraction | None = None
    recruiting: RecruitingTable | None = None
    training: TrainingTable = TrainingTable()
    layoffs: LayoffTable | None = None
    overtime: OvertimeTable | None = None


class TransferTable(Table):
    """Experienced people retrained or moved."""

    source: Id = Field(alias="from")
    target: Id = Field(alias="to")
    months: Count = 0
    loss: PartFraction = 0.0
    cost: NotNegative = 0.0
    max_heads: NotNegative | None = None


class VendorTable(Table):
    """Productive hours to buy."""

    serves: Annotated[tuple[Id, ...], Field(min_length=1)]
    price_per_hour: Positive
    currency: Currency | None = None
    max_hours: NotNegative
    max_rise_hours: NotNegative | None = None
    first: MonthValue = Field(default=None, alias="from")


class SiteLimitTable(Table):
    """What a site has room for, trainees included."""

    max_heads: NotNegative


class DemandChangeTable(Table):
    """Hours that the forecast does not know of: a new client, a queue that ends."""

    need: Id
    factor: NotNegative = 1.0
    hours: float = 0.0
    first: MonthValue = Field(default=None, alias="from")
    last: MonthValue = Field(default=None, alias="to")
    note: str = ""


class StressTable(Table):
    """How wrong the assumptions may be."""

    futures: Annotated[int, Field(ge=10, le=100_000)] = 2000
    seed: Annotated[int, Field(ge=0)] = 1
    need_cv: NotNegative = 0.05
    need_memory: Fraction = 0.7
    need_in_common: Fraction = 0.5
    attrition_cv: NotNegative = 0.15
    class_fill: Fraction = 0.95
    buffers: tuple[float, ...] = ()


class CapacityTable(Table):
    """capacity.yaml."""

    version: Literal["1"]
    start: MonthValue
    months: Annotated[int, Field(ge=1, le=36)] = 12
    currency: Currency | None = None
    discount_rate: NotNegative = 0.0
    whole_people: Flag = True
    needs: Annotated[dict[Id, NeedTable], Field(min_length=1)]
    tenure: Annotated[dict[Id, TenureTable], Field(min_length=1)]
    pools: Annotated[dict[Id, PoolTable], Field(min_length=1)]
    transfers: tuple[TransferTable, ...] = ()
    vendors: dict[Id, VendorTable] = Field(default_factory=dict)
    sites: dict[Id, SiteLimitTable] = Field(default_factory=dict)
    demand: tuple[DemandChangeTable, ...] = ()
    stress: StressTable = StressTable()
    max_time_s: Positive = 60.0
