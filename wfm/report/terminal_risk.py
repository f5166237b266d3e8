"""Risk of scenarios for the terminal."""

from typing import TYPE_CHECKING

from scenarios.money import Money
from scenarios.risk import OptionRisk
from scenarios.risk_study import RiskStudy
from wfm.report.text import percent

if TYPE_CHECKING:
    from rich.table import Table

HEADINGS = (
    "cost P10",
    "P50",
    "P90",
    "against first, P10 to P90",
    "P(cheaper)",
    "P(service), a month",
)


def risk_table(study: RiskStudy) -> "Table":
    """Return quantiles of cost beside the chance of keeping service."""
    from rich import box
    from rich.table import Table

    title = f"{study.report.num_draws:,} futures, {study.currency}"
    table = Table(title=title, box=box.SIMPLE_HEAD)
    table.add_column("scenario")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for option in study.report.options:
        table.add_row(*_cells(study, option))
    return table


def _cells(study: RiskStudy, option: OptionRisk) -> tuple[str, ...]:
    unit = float(Money(1, study.currency).amount)
    quantiles = [f"{q * unit:,.0f}" for q in (option.p10, option.p50, option.p90)]
    service = percent(option.service_probability)
    if option.name == study.reference:
        return (option.name, *quantiles, "–", "–", service)
    pair = study.against(option.name)
    span = f"{pair.p10 * unit:+,.0f} to {pair.p90 * unit:+,.0f}"
    cheaper = percent(pair.one_cheaper_probability)
    return (option.name, *quantiles, span, cheaper, service)


def exactness(study: RiskStudy) -> str:
    """Return in words how far the response was off where the chain was run."""
    if not study.checks:
        return "no future was checked by the chain itself"
    beyond = max(study.beyond.values(), default=0.0)
    return (
        f"{len(study.checks)} futures run through the chain: cost off by at most "
        f"{study.largest_error:.2%}; {beyond:.2%} of futures lie beyond what was solved"
    )
