"""Scenarios as a workbook whose formulas recompute every line from named inputs."""

from pathlib import Path

from scenarios.result import ScenarioResult
from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_inputs import ScenarioReport, bridged
from wfm.report.scenario_looks import Folder
from wfm.report.scenario_model import cost_sheets
from wfm.report.scenario_result_sheets import (
    Sums,
    write_bridge,
    write_cash,
    write_local,
    write_summary,
)
from wfm.report.scenario_sheets import write_activity, write_inputs, write_lines
from wfm.report.scenario_value_sheets import (
    write_assumptions,
    write_break_even,
    write_record,
    write_risk,
    write_service,
    write_tornado,
)
from wfm.report.scenario_words import words
from wfm.report.sheets import new_workbook

MOST_CALCULATED = 24


def calculated(report: ScenarioReport) -> tuple[ScenarioResult, ...]:
    """Return the scenarios whose lines the workbook recomputes, options first.

    At most :data:`MOST_CALCULATED`: a sheet of more lines opens too slowly.
    """
    return (*report.options(), *report.questions())[:MOST_CALCULATED]


def write_scenario_workbook(
    path: Path, report: ScenarioReport, evens: BreakEvens
) -> None:
    """Write the scenarios of a run to *path* (``.xlsx``).

    Blue cells are inputs, and every one that formulas call by name is on the sheet
    ``inputs``. Lines round half to even as Python does; values are cached, so that the
    file reads the same without being calculated. The creation time is the run's.
    """
    say, shown = words(report.language), calculated(report)
    model = cost_sheets(report, shown)
    sums = Sums(model.ledger, say)
    with new_workbook(
        path, title=report.title, created_utc=report.created_utc
    ) as workbook:
        folder = Folder(workbook, report.currency)
        write_summary(folder, report, shown, sums)
        write_inputs(folder, model.names, say)
        write_bridge(folder, report, shown, sums, bridged(report))
        write_cash(folder, report, shown, sums)
        write_risk(folder, report, say)
        write_tornado(folder, report, say)
        write_break_even(folder, evens, say)
        write_service(folder, report.comparison.results, say)
        write_local(folder, shown, report.currency, sums)
        write_assumptions(folder, report, say)
        write_activity(folder, model.activity, say)
        write_lines(folder, model.ledger, say)
        write_record(folder, report.manifest, say)
