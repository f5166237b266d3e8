"""Scenarios side by side for the terminal."""

from typing import TYPE_CHECKING

from scenarios.comparison import Comparison
from scenarios.money import Money
from scenarios.result import ScenarioResult
from wfm.report.text import number, percent

if TYPE_CHECKING:
    from rich.table import Table

HEADINGS = (
    "cost",
    "against first",
    "per resolved",
    "in time",
    "hours missing",
    "people",
    "service",
)


def scenario_table(comparison: Comparison) -> "Table":
    """Return cost beside service for every scenario, infeasible ones marked."""
    from rich import box
    from rich.table import Table

    first = comparison.results[0]
    span = f"{first.months[0].month} to {first.months[-1].month}"
    table = Table(title=f"{span}, {first.currency}", box=box.SIMPLE_HEAD)
    table.add_column("scenario")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for result in comparison.results:
        style = None if result.is_feasible else "red"
        table.add_row(*_cells(comparison, result), style=style)
    return table


def _cells(comparison: Comparison, result: ScenarioResult) -> tuple[str, ...]:
    months = result.months
    below = sum(not month.is_feasible for month in months)
    per_resolved = result.cost_per_resolved_contact
    return (
        result.scenario_id,
        money(result.cost),
        _against(comparison, result),
        "–" if per_resolved is None else f"{per_resolved:,.2f}",
        percent(result.service_level),
        number(sum(month.missing_hours for month in months)),
        number(sum(month.heads for month in months) / len(months)),
        "kept" if not below else f"below floor in {below} of {len(months)} months",
    )


def money(amount: Money) -> str:
    """Return whole major units: what a table of yearly costs needs."""
    return f"{amount.amount:,.0f}"


def _against(comparison: Comparison, result: ScenarioResult) -> str:
    base = comparison[comparison.reference].cost
    if result.scenario_id == comparison.reference or not base.amount_minor:
        return "–"
    difference = result.cost - base
    share = difference.amount_minor / base.amount_minor
    return f"{difference.amount:+,.0f} {share:+.1%}"
