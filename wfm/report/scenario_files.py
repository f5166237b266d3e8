"""Page, workbook and memo of a scenario run, written together."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_decision import decision_record
from wfm.report.scenario_html import render_scenarios
from wfm.report.scenario_inputs import ScenarioReport
from wfm.report.scenario_memo import render_memo
from wfm.report.scenario_workbook import write_scenario_workbook

WORKBOOK, PAGE, MEMO = "scenarios.xlsx", "scenarios.html", "decision_memo.html"


def write_scenario_reports(
    folder: Path, report: ScenarioReport, manifest: Mapping[str, object]
) -> dict[str, object]:
    """Write the three into *folder*; return *manifest* with the decision in it.

    The memo is made from that manifest alone.
    """
    evens = BreakEvens(report)
    record = decision_record(report, evens)
    whole = {**manifest, "decision": record}
    report = replace(report, manifest=manifest)
    write_scenario_workbook(folder / WORKBOOK, report, evens)
    page = render_scenarios(report, evens, record)
    (folder / PAGE).write_text(page, encoding="utf-8")
    (folder / MEMO).write_text(render_memo(whole), encoding="utf-8")
    return whole
