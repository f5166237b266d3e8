"""Results for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.kpi import KPIS, Kpi
from scenarios.kpi_budget import BudgetLine
from scenarios.kpi_report import KpiReport
from scenarios.kpi_targets import TargetStatus
from wfm.report.text import percent

if TYPE_CHECKING:
    from rich.table import Table

SHOWN = (
    "service_level",
    "asa_s",
    "abandonment",
    "contacts_per_hour",
    "aht_s",
    "fcr",
    "csat",
    "nps",
    "occupancy",
    "shrinkage",
    "cost_per_contact",
)
"""Figures that fit a terminal; the tables of out/kpi/ have all."""
STYLES = {"missed": "red", "behind": "yellow", "no data": "yellow"}


def kpi_tables(report: KpiReport) -> Iterator["Table"]:
    """Yield results by site or vendor, targets, and budget by fiscal year."""
    yield _figures(report)
    if report.statuses:
        yield _targets(report)
    if report.years:
        yield _budget(report)


def alarm_lines(report: KpiReport) -> Iterator[str]:
    """Yield every figure that has drifted, in words."""
    for alarm in report.alarms:
        kpi = KPIS[alarm.kpi]
        before, now = shown(kpi, alarm.before), shown(kpi, alarm.now)
        yield (
            f"{alarm.unit} {alarm.channel}: {alarm.kpi} has drifted since "
            f"{alarm.since}, {before} to {now} ({alarm.direction})"
        )


def shown(kpi: Kpi, value: float | None) -> str:
    """Return a figure as text."""
    if value is None:
        return "–"
    if kpi.is_share:
        return percent(value)
    return f"{value:,.2f}" if abs(value) < 20 else f"{value:,.0f}"


def _table(title: str, *columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table


def _figures(report: KpiReport) -> "Table":
    title = f"results up to {report.as_of}, cost in {report.settings.currency}"
    table = _table(title, "site or vendor", "channel", *SHOWN)
    for row in report.to_rows(("unit", "channel")):
        cells = [shown(KPIS[name], _number(row[name])) for name in SHOWN]
        table.add_row(str(row["unit"]), str(row["channel"]), *cells)
    return table


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _targets(report: KpiReport) -> "Table":
    columns = ("target", "value", "by", "owner", "now", "expected", "status")
    table = _table("targets", *columns)
    for status in report.statuses:
        table.add_row(*_target_cells(status), style=STYLES.get(status.status))
    return table


def _target_cells(status: TargetStatus) -> tuple[str, ...]:
    kpi = KPIS[status.target.kpi]
    return (
        status.target.name,
        shown(kpi, status.target.value),
        str(status.target.by),
        status.target.owner,
        shown(kpi, status.now),
        shown(kpi, status.expected),
        status.status,
    )


def _budget(report: KpiReport) -> "Table":
    columns = ("fiscal year", "unit", "budget", "actual", "difference", "by volume")
    table = _table(f"budget to date, {report.settings.currency}", *columns)
    for line in report.years:
        table.add_row(*_budget_cells(line))
    return table


def _budget_cells(line: BudgetLine) -> tuple[str, ...]:
    volume = "–" if line.volume is None else f"{line.volume.amount:+,.0f}"
    return (
        line.period,
        line.unit,
        f"{line.budget.amount:,.0f}",
        f"{line.actual.amount:,.0f}",
        f"{line.difference.amount:+,.0f}",
        volume,
    )
