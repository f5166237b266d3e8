"""The shape of kpi.yaml: targets, what is watched, the fiscal year."""

from typing import Annotated, Literal

from pydantic import Field

from wfm.io.plan_types import Currency, Day, Id, Table


class TargetTable(Table):
    """A figure to reach by a date."""

    kpi: Id
    value: float
    by: Day
    owner: Annotated[str, Field(min_length=1)]
    site: Id | None = None
    vendor: Id | None = None
    queue: Id | None = None
    channel: Id | None = None
    language: Id | None = None
    market: Id | None = None
    from_value: float | None = None
    start: Day | None = Field(default=None, alias="from")
    note: str = ""


class WatchTable(Table):
    """What is watched for drift."""

    kpis: Annotated[tuple[Id, ...], Field(min_length=1)] | None = None
    baseline_days: Annotated[int, Field(ge=21, le=366)] = 56


class KpiTable(Table):
    """kpi.yaml."""

    version: Literal["1"]
    currency: Currency | None = None
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    vendors: dict[Id, str] = Field(default_factory=dict)
    watch: WatchTable = WatchTable()
    targets: tuple[TargetTable, ...] = ()
