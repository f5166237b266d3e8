"""Tables of a run of scenarios in ``out/``: comparison, months, lines, assumptions."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from scenarios.comparison import Comparison
from wfm.io.tables import number_text, write_table

TABLES = {
    "scenarios.csv": "to_rows",
    "scenario_months.csv": "month_rows",
    "scenario_assumptions.csv": "assumption_rows",
    "scenario_differences.csv": "difference",
}
"""File -> the method of :class:`Comparison` that gives its rows."""
RISK_TABLES = {
    "risk.csv": "to_rows",
    "risk_differences.csv": "difference_rows",
    "risk_drivers.csv": "driver_rows",
    "risk_break_even.csv": "break_even_rows",
    "risk_inputs.csv": "input_rows",
    "risk_checks.csv": "check_rows",
}
"""File -> the method of :class:`RiskStudy` that gives its rows."""


def write_scenarios(folder: Path, comparison: Comparison) -> tuple[Path, ...]:
    """Write every table of *comparison* into *folder* and return the paths."""
    written = []
    for name, method in TABLES.items():
        _write(folder / name, getattr(comparison, method)())
        written.append(folder / name)
    lines = [row for result in comparison.results for row in result.line_rows()]
    _write(folder / "scenario_lines.csv", lines)
    written.append(folder / "scenario_lines.csv")
    for name, method in RISK_TABLES.items() if comparison.risk is not None else ():
        _write(folder / name, getattr(comparison.risk, method)())
        written.append(folder / name)
    return tuple(written)


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    header = list(dict.fromkeys(key for row in rows for key in row)) or ["scenario"]
    cells = [[_cell(row.get(key)) for key in header] for row in rows]
    write_table(path, header, cells)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case float():
            return number_text(value)
        case _:
            return str(value)
