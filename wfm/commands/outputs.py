"""What a run leaves in ``out/``: tables for machines, then what people read."""

from pathlib import Path
from typing import TYPE_CHECKING

from wfm.commands.findings import say
from wfm.commands.run import Run
from wfm.domain.errors import ModelError
from wfm.domain.findings import Findings
from wfm.io.finding_files import GAPS, keep_findings
from wfm.results import RosterResult, StaffResult

if TYPE_CHECKING:
    from wfm.evaluation.simulated import SimulatedService
    from wfm.report.inputs import ReportInput

EXPLAIN_S = 30.0
SIMULATED_CONTACTS = 5e6
"""About as many contacts are simulated for the report: some two seconds."""


def write_demand(folder: Path, result: StaffResult | RosterResult) -> None:
    """Write forecast and requirement, with what the planner's hand did to them."""
    from wfm.io.forecast_files import write_override_log
    from wfm.io.requirement_store import keep_requirement
    from wfm.io.tables import write_forecast, write_history_log, write_requirement

    plan = result.folder.plan
    if result.forecast is not None:
        write_forecast(folder / "forecast.csv", plan, result.forecast)
    if result.folder.history_log:
        write_history_log(folder / "history_log.csv", result.folder.history_log)
    edits = result.forecast.edits if result.forecast is not None else ()
    if edits := (*edits, *result.requirement.edits):
        write_override_log(folder / "override_log.csv", edits)
    write_requirement(folder / "requirement.csv", plan, result.requirement)
    keep_requirement(folder, result.requirement)


def write_roster_files(
    folder: Path, result: RosterResult, inputs: "ReportInput"
) -> None:
    """Write the tables behind a roster: demand, shifts, shares and certificate."""
    from wfm.io.certificate_files import write_certificate
    from wfm.io.tables import write_activities, write_allocation, write_roster

    write_demand(folder, result)
    write_roster(folder / "roster.csv", inputs.instance, inputs.roster)
    write_allocation(folder / "allocation.csv", inputs.instance, inputs.allocation)
    if inputs.instance.activities:
        write_activities(folder / "activities.csv", inputs.instance, inputs.roster)
    write_certificate(folder, inputs.certificate, inputs.instance, inputs.roster)
    if inputs.findings.gaps is not None:
        roster_hash = inputs.certificate.roster_hash
        keep_findings(folder, GAPS, roster_hash, inputs.findings.gaps)


def explain_gaps(run: Run, inputs: "ReportInput", most: int) -> Findings:
    """Return why the dearest gaps are there; none is begun after half a minute."""
    from wfm.pipeline.edit_effect import desk_of
    from wfm.rosters.explaining import Desktop, gap_notes, ranked_gaps

    desk = desk_of(inputs.folder, inputs.requirement)
    given = Desktop(desk=desk, roster=inputs.roster)
    found = ranked_gaps(given, most, EXPLAIN_S)
    say(run.console, f"{len(found)} of the {most} dearest gaps explained")
    return Findings(gaps=gap_notes(found, given))


def simulated(run: Run, inputs: "ReportInput") -> "SimulatedService | None":
    """Return the simulated service, in a few seconds; nothing where nobody comes."""
    from wfm.evaluation.simulated import SimulationSettings, simulate_roster

    contacts = float(inputs.requirement.offered_contacts.sum())
    if not contacts:
        return None
    replications = int(min(max(SIMULATED_CONTACTS / contacts, 20), 100))
    try:
        return simulate_roster(
            inputs.instance,
            inputs.roster,
            inputs.requirement,
            shrinkage=inputs.folder.plan.shrinkage,
            settings=SimulationSettings(replications=replications),
        )
    except ModelError as error:
        say(run.console, f"not simulated: {error}", "yellow")
        return None


def write_report(
    folder: Path, inputs: "ReportInput", *, calendars: bool, sequence: int = 0
) -> None:
    """Write what people read: report, workbook, pages, calendars if asked.

    *sequence* numbers the issue of the calendars: a later one moves their events.
    """
    from wfm.io.simulation_files import write_simulation
    from wfm.report.html import write_html
    from wfm.report.ics import write_calendars
    from wfm.report.pages import write_pages
    from wfm.report.workbook import write_workbook

    if inputs.simulation is not None:
        write_simulation(folder / "simulation.csv", inputs.simulation)
    write_html(folder / "report.html", inputs)
    write_workbook(folder / "roster.xlsx", inputs)
    write_pages(folder / "pages", inputs)
    if calendars:
        write_calendars(folder / "calendars", inputs, sequence)
