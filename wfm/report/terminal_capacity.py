"""The capacity plan for the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scenarios.capacity_plan import CapacityInfeasible
from scenarios.capacity_study import CapacityStudy
from scenarios.money import Money
from wfm.report.text import percent

if TYPE_CHECKING:
    from rich.table import Table

_MOST_LIMITS = 8


def capacity_tables(study: CapacityStudy) -> tuple["Table", ...]:
    """Return required against available FTE, the hiring plan, limits, and risk."""
    tables = [_fte(study), _hiring(study), _limits(study)]
    if study.buffers is not None:
        tables.append(_buffers(study))
    return tuple(tables)


def conflict_lines(conflict: CapacityInfeasible) -> Iterator[str]:
    """Yield which limits would have to give, in words."""
    for name, month, amount in conflict.gives:
        yield f"{name}, {month}: {amount:,.1f}"


def _table(title: str, *columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table


def _fte(study: CapacityStudy) -> "Table":
    needs = [need.need_id for need in study.problem.needs]
    table = _table("FTE required / our own + bought, chance of enough", "month", *needs)
    enough = study.stressed.enough_probability if study.stressed is not None else None
    rows = list(study.to_rows())
    for t, month in enumerate(study.problem.months):
        cells = []
        for n, row in enumerate(rows[t * len(needs) : (t + 1) * len(needs)]):
            own, bought = float(str(row["own_fte"])), float(str(row["bought_fte"]))
            chance = "" if enough is None else f", {percent(float(enough[n, t]))}"
            more = f"+{bought:.1f}" if bought > 0.05 else ""
            need = float(str(row["required_fte"]))
            cells.append(f"{need:.1f} / {own:.1f}{more}{chance}")
        table.add_row(str(month), *cells)
    return table


def _hiring(study: CapacityStudy) -> "Table":
    columns = ("pool", "ask in", "training from", "at work from", "people", "classes")
    table = _table("hiring plan", *columns)
    for row in study.hiring_rows():
        table.add_row(
            str(row["pool"]),
            str(row["order_month"]),
            str(row["start_month"]),
            str(row["productive_month"]),
            f"{float(str(row['heads'])):.0f}",
            f"{float(str(row['classes'])):.0f}",
        )
    return table


def _limits(study: CapacityStudy) -> "Table":
    heading = f"one more in every month saves, {study.problem.currency}"
    table = _table("what binds", "limit", heading)
    for row in study.limit_rows()[:_MOST_LIMITS]:
        table.add_row(str(row["limit"]), f"{float(str(row['saves_per_unit'])):,.2f}")
    return table


def _buffers(study: CapacityStudy) -> "Table":
    title = f"planning for more than the need, {study.problem.currency}"
    columns = ("buffer", "planned", "mean", "P10", "P90", "enough", "best")
    table = _table(title, *columns)
    unit = float(Money(1, study.problem.currency).amount)
    reports = {} if study.buffers is None else study.buffers.reports
    for buffer, report in reports.items():
        p10, _, p90 = report.cost_quantiles()
        best = study.buffers is not None and buffer == study.buffers.best
        amounts = (report.plan.npv_minor, report.cost_minor.mean(), p10, p90)
        table.add_row(
            f"{buffer:+.0%}",
            *(f"{float(amount) * unit:,.0f}" for amount in amounts),
            percent(float(report.enough_probability.mean())),
            "best" if best else "",
        )
    return table
