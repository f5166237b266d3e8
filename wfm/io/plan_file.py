"""Reading plan.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wfm.domain.plan import Plan
from wfm.io.plan_checks import check_plan, names_written
from wfm.io.plan_convert import (
    calendar_change,
    contracts_of,
    prices_of,
    queue_of,
    shrinkage_of,
    site_of,
)
from wfm.io.plan_faults import validated
from wfm.io.plan_packs import with_premia
from wfm.io.plan_patches import apply_patches
from wfm.io.plan_rules import plan_rules
from wfm.io.plan_schema import PlanTable
from wfm.io.plan_shift_checks import check_people
from wfm.io.problems import Problems
from wfm.io.yaml_source import DocumentProblems, YamlDocument, load_yaml

PLAN_FILE = "plan.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """How history.csv is to be read: zone of naive times, column names, meaning."""

    zone: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    offered_is: Literal["offered", "handled"] = "offered"
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """plan.yaml as read; with faults in it, *plan* lacks what was faulty.

    The names are those written in the file, faulty entries included, so that other
    files are not blamed for them.
    """

    plan: Plan
    history: HistorySettings
    queue_names: tuple[str, ...]
    site_names: tuple[str, ...]
    contract_names: tuple[str, ...]
    has_prices: bool


def read_plan(
    text: str, problems: Problems, patches: Mapping[str, object] | None = None
) -> PlanDocument | None:
    """Return plan.yaml's *text* as a plan; every fault goes to *problems*.

    *patches* replaces values by path before anything is judged.
    """
    document = load_yaml(text, PLAN_FILE, problems)
    if document is None:
        return None
    apply_patches(document, patches or {}, problems)
    return plan_document(document, problems)


def plan_document(document: YamlDocument, problems: Problems) -> PlanDocument | None:
    """Return the plan in *document*, plan.yaml as loaded; faults go to *problems*."""
    faults = DocumentProblems(document, problems)
    table = validated(document.data, faults)
    if table is None:
        return None
    check_plan(table, faults)
    check_people(table, faults)
    return PlanDocument(
        plan=_plan(table, faults),
        history=HistorySettings(
            zone=table.history.zone,
            columns={str(k): v for k, v in table.history.columns.items()},
            offered_is=table.history.offered_is,
            file=table.history.file,
        ),
        queue_names=names_written(faults, "queues"),
        site_names=names_written(faults, "sites"),
        contract_names=names_written(faults, "employment_contracts"),
        has_prices=table.prices is not None,
    )


def _plan(table: PlanTable, faults: DocumentProblems) -> Plan:
    found = plan_rules(table, faults)
    sites = {name: site_of(name, site) for name, site in table.sites.items()}
    return Plan(
        name=table.name,
        zone=table.zone,
        first_date=table.week,
        weeks=table.weeks,
        interval_minutes=int(table.interval_minutes),
        roster_step_minutes=int(table.roster_step_minutes),
        currency=table.currency,
        queues=tuple(queue_of(name, queue) for name, queue in table.queues.items()),
        sites=with_premia(sites, found.packs, table),
        contracts=contracts_of(table),
        prices=prices_of(table.prices, table.currency),
        rules=tuple(found.rules),
        packs=tuple(found.packs),
        queue_floors=tuple(found.floors),
        shrinkage=shrinkage_of(table.shrinkage),
        calendar_changes={
            key: calendar_change(change) for key, change in table.calendars.items()
        },
        forecast_model=table.forecast.model,
        level_deferred=table.level_deferred,
        multi_skill=table.staffing.multi_skill,
        queue_models={
            name: queue.forecast_model
            for name, queue in table.queues.items()
            if queue.forecast_model is not None
        },
    )
