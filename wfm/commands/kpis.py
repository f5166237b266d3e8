"""The command that shows results against targets and budget."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from wfm.commands.findings import say
from wfm.commands.run import DONE, Run
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder, result_path
from wfm.io.row_tables import write_rows

if TYPE_CHECKING:
    from scenarios.kpi_report import KpiReport

FOLDER = "kpi"
VIEWS = {
    "by_unit.csv": ("unit",),
    "by_unit_and_channel.csv": ("unit", "channel"),
    "by_queue.csv": ("queue_id",),
    "by_language.csv": ("language",),
    "by_channel.csv": ("channel",),
    "by_month.csv": ("month", "unit"),
}
"""File -> what its rows are broken down by."""


def kpi(run: Run, *, as_of: date | None) -> int:
    """Compute the results and write ``out/kpi/``."""
    from wfm.studies.kpis import run_kpis

    done = run_kpis(run.plan.directory, as_of=as_of, patches=run.plan.patches)
    report = done.report
    target = result_path(run.out, FOLDER)
    with OutputFolder(target) as folder:
        _write(folder, report)
        record = {
            "as_of": str(report.as_of),
            "rows": len(report.rows),
            "not_computed": dict(report.unknown),
        }
        manifest = run.manifest(done.files.base) | {"kpi": record}
        write_manifest(folder / "manifest.json", manifest)
    _say(run.console, report)
    say(run.console, f"results up to {report.as_of}: {target}")
    return DONE


def _write(folder: Path, report: "KpiReport") -> None:
    for name, by in VIEWS.items():
        write_rows(folder / name, report.to_rows(by))
    for name, rows in {
        "targets.csv": report.target_rows(),
        "alarms.csv": report.alarm_rows(),
        "budget.csv": report.budget_rows(),
    }.items():
        if rows:
            write_rows(folder / name, rows)
    figure = report.plot()
    figure.savefig(folder / "kpi.png", dpi=130)
    figure.savefig(folder / "kpi.svg")


def _say(console: Console, report: "KpiReport") -> None:
    from wfm.report.terminal_kpi import alarm_lines, kpi_tables

    for table in kpi_tables(report):
        console.print(table)
    for line in alarm_lines(report):
        say(console, line, "yellow")
    for name, missing in report.unknown.items():
        say(console, f"{name} can't be computed: kpi.csv lacks {missing}")
