"""The commands: compute by :mod:`wfm.api`, write ``out/`` whole, say what was found.

Every command returns its exit code: 0 done, 1 a finding, 130 interrupted with nothing.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from solver.outcome import NotFound, SolveLimits
from wfm import api
from wfm.domain.errors import InputError, Interrupted, ModelError, Problem
from wfm.domain.plan import PlanFolder
from wfm.evaluation.describe import describe_violation
from wfm.findings import (
    say,
    say_cold_start,
    say_guarantee,
    say_no_roster,
    say_packs,
    say_problems,
    say_remarks,
    say_unserved,
    say_violations,
    say_why_impossible,
)
from wfm.io.manifest import read_manifest, write_manifest
from wfm.io.output import OutputFolder
from wfm.live import SearchDisplay, seconds_since, stop_on_interrupt
from wfm.manifest import base_manifest, search_manifest
from wfm.pipeline.judge_forecast import backtest_plan, judge_published
from wfm.pipeline.money import minor_digits
from wfm.results import RosterResult, StaffResult, VerifyResult

if TYPE_CHECKING:
    from wfm.evaluation.simulated import SimulatedService
    from wfm.report.inputs import ReportInput

DONE, FINDING = 0, 1
REPORT_ORIGINS = 6
SIMULATED_CONTACTS = 5e6
"""About as many contacts are simulated for the report: some two seconds."""
UPSTREAM: Mapping[str, tuple[str, frozenset[str]]] = {
    "forecast": ("forecast", api.DEMAND_FILES | {"plan"}),
    "requirement": ("staff", api.STAFF_FILES | {"plan"}),
}
"""Stage -> the command that makes its file, and the files that it depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One invocation: the plan, where to talk, and what replaces which stage."""

    plan: api.LoadedPlan
    console: Console
    command: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    external: Mapping[str, Path] = field(default_factory=dict)
    calendars: bool = False

    @property
    def out(self) -> Path:
        """The folder that the run replaces."""
        return self.plan.directory / "out"

    def manifest(self, folder: PlanFolder) -> dict[str, object]:
        """Return the manifest's part that does not depend on the stage."""
        manifest = base_manifest(
            folder,
            command=self.command,
            started=self.started,
            patches=self.plan.patches,
            external=self.external,
        )
        hashes = dict(folder.hashes)
        for stage, path in self.external.items():
            hashes = dict(recorded_inputs(stage, path)) | hashes
        return manifest | {"inputs_sha256": dict(sorted(hashes.items()))}


def check(run: Run) -> int:
    """Report every problem of every file."""
    problems = run.plan.check()
    if not problems:
        say(run.console, f"{run.plan.directory}: no problem found")
        folder = run.plan.read(frozenset({"agents"}))
        say_unserved(run.console, folder)
        say_packs(run.console, folder.plan)
        return DONE
    say_problems(run.console, problems)
    return FINDING


def staff(run: Run) -> int:
    """Size the staffing and write ``out/requirement.csv``."""
    check_fresh(run)
    OutputFolder(run.out).check()
    result = run.plan.staff(forecast_file=run.external.get("forecast"))
    with OutputFolder(run.out) as folder:
        _write_demand(folder, result)
        write_manifest(folder / "manifest.json", run.manifest(result.folder))
    run.console.print(_staff_table(result))
    say_remarks(run.console, result.forecast, result.requirement)
    say(run.console, f"requirement: {run.out / 'requirement.csv'}")
    return DONE


def roster(run: Run, limits: SolveLimits, *, full: bool) -> int:
    """Make the roster and write ``out/``; *full* adds report, workbook and pages."""
    check_fresh(run)
    OutputFolder(run.out).check()
    result = _search(run, limits)
    if result.solved is None:
        return _without_roster(run, result)
    clock = time.perf_counter()
    inputs = _report_input(run, result, limits)
    if full:
        inputs = replace(inputs, simulation=simulated(run, inputs))
    with OutputFolder(run.out) as folder:
        _write_roster(folder, result, inputs)
        if full:
            write_report(folder, inputs, calendars=run.calendars)
        write_manifest(folder / "manifest.json", inputs.manifest)
    _summarise(run, result, inputs, limits)
    say_packs(run.console, result.folder.plan)
    say(run.console, f"written in {seconds_since(clock):.1f} s: {run.out}")
    if full:
        say(run.console, f"report: {run.out / 'report.html'}")
    return _roster_exit(run, result)


def verify(
    run: Run, roster_file: Path | None, certificate_file: Path | None = None
) -> int:
    """Judge a roster by the inputs alone and write its certificate into ``out/``.

    With a *certificate_file*, that one is checked instead, and nothing is written.
    """
    from wfm.io.certificate_files import write_certificate

    result = run.plan.verify(roster_file)
    if certificate_file is not None:
        return _check_certificate(run, result, certificate_file)
    run.out.mkdir(exist_ok=True)
    target = write_certificate(
        run.out, result.certificate, result.instance, result.roster
    )
    for violation in result.certificate.violations:
        say(run.console, describe_violation(violation, result.instance))
    say_cold_start(run.console, result.certificate, result.instance)
    count = len(result.certificate.violations)
    rules = len(result.certificate.rules)
    say(run.console, f"{count} violations of {rules} rules; certificate: {target}")
    return FINDING if count else DONE


def _check_certificate(run: Run, result: VerifyResult, path: Path) -> int:
    from wfm.io.certificate_files import certificate_faults

    faults = certificate_faults(
        path, result.certificate, result.instance, result.roster
    )
    for fault in faults:
        say(run.console, f"{path.name}: {fault}")
    if faults:
        say(run.console, f"{len(faults)} claims of {path} do not hold")
        return FINDING
    say(run.console, f"{path}: everything it says holds for this roster and plan")
    return FINDING if result.certificate.violations else DONE


def check_fresh(run: Run) -> None:
    """Refuse a stage file of ``out/`` whose inputs have changed since.

    Raises
    ------
    InputError
        Naming the file that changed and the command to re-run.
    """
    problems = []
    for stage, path in run.external.items():
        if not path.exists():
            problems.append(Problem(file=str(path), message="no such file"))
            continue
        command, _ = UPSTREAM[stage]
        for name in _changed_inputs(run, recorded_inputs(stage, path)):
            message = f"{path.name} was made from another {name}"
            cure = f"a fresh one: wfm {command} {run.plan.directory}"
            problems.append(Problem(file=str(path), message=message, expected=cure))
    if problems:
        raise InputError(tuple(problems))


def recorded_inputs(stage: str, path: Path) -> Mapping[str, str]:
    """Return name -> hash of the inputs behind a stage file, by the manifest beside."""
    hashes = read_manifest(path.parent / "manifest.json").get("inputs_sha256")
    _, needs = UPSTREAM[stage]
    if not isinstance(hashes, dict):
        return {}
    return {name: digest for name, digest in hashes.items() if _stem(name) in needs}


def _stem(name: str) -> str:
    return name.split(".")[0]


def _changed_inputs(run: Run, recorded: Mapping[str, str]) -> list[str]:
    import hashlib

    changed = []
    for name, digest in sorted(recorded.items()):
        path = run.plan.directory / name
        now = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
        if now != digest:
            changed.append(name)
    return changed


def _search(run: Run, limits: SolveLimits) -> RosterResult:
    plan = run.plan.read(frozenset()).plan
    display = SearchDisplay(
        run.console, limits.max_time_s, plan.currency, minor_digits(plan.currency)
    )
    with stop_on_interrupt() as stop, display:
        return run.plan.roster(
            limits=limits,
            forecast_file=run.external.get("forecast"),
            requirement_file=run.external.get("requirement"),
            on_progress=display,
            stop=stop.is_set,
        )


def _without_roster(run: Run, result: RosterResult) -> int:
    match result.outcome:
        case NotFound(stop_reason="interrupted"):
            raise Interrupted
        case outcome:
            say_no_roster(run.console, outcome)
    return FINDING


def _report_input(run: Run, result: RosterResult, limits: SolveLimits) -> "ReportInput":
    from wfm.report.inputs import ReportInput

    if result.solved is None or result.certificate is None:
        msg = "a report needs a roster"
        raise ValueError(msg)
    manifest = run.manifest(result.folder) | {
        "search": search_manifest(result.outcome, limits),
        "status": result.status,
        "violations": len(result.certificate.violations),
        "roster_sha256": result.certificate.roster_hash,
    }
    return ReportInput(
        folder=result.folder,
        forecast=result.forecast,
        requirement=result.requirement,
        instance=result.instance,
        roster=result.solved.roster,
        allocation=result.solved.allocation,
        solved=result.solved,
        certificate=result.certificate,
        manifest=manifest,
        status=result.status,
        **_forecast_record(run, result),
    )


def _forecast_record(run: Run, result: RosterResult) -> dict[str, Any]:
    """Return how models and published forecasts did, where there is a history."""
    from wfm.io.forecast_files import read_snapshots

    if result.folder.history is None:
        return {}
    record: dict[str, Any] = {}
    published, damaged = read_snapshots(run.plan.directory)
    for problem in damaged:
        say(run.console, str(problem), "yellow")
    record["accuracy"] = judge_published(result.folder, published)
    with suppress(ModelError):  # a history of a week has nothing to look back on
        tested = backtest_plan(result.folder, num_origins=REPORT_ORIGINS)
        record["backtest"] = tested.rows
    return record


def _write_demand(folder: Path, result: StaffResult | RosterResult) -> None:
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


def _write_roster(folder: Path, result: RosterResult, inputs: "ReportInput") -> None:
    from wfm.io.certificate_files import write_certificate
    from wfm.io.tables import write_allocation, write_roster

    _write_demand(folder, result)
    write_roster(folder / "roster.csv", inputs.instance, inputs.roster)
    write_allocation(folder / "allocation.csv", inputs.instance, inputs.allocation)
    write_certificate(folder, inputs.certificate, inputs.instance, inputs.roster)


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


def _staff_table(result: StaffResult) -> object:
    from wfm.report.terminal import requirement_table

    return requirement_table(result.folder.plan, result.requirement)


def _summarise(
    run: Run, result: RosterResult, inputs: "ReportInput", limits: SolveLimits
) -> None:
    from wfm.report.terminal import summary_table

    for table in summary_table(inputs):
        run.console.print(table)
    say_remarks(run.console, result.forecast, result.requirement)
    violations = inputs.certificate.violations
    if result.status == "without_guarantee":
        say_guarantee(run.console, result.outcome, inputs.instance)
        say_why_impossible(
            run.console, result.outcome, inputs.folder, inputs.instance, limits
        )
        violations = tuple(v for v in violations if not v.queue_id)
    say_violations(run.console, violations, inputs.instance)
    say_cold_start(run.console, inputs.certificate, inputs.instance)


def _roster_exit(run: Run, result: RosterResult) -> int:
    if result.status == "interrupted":
        say(run.console, "interrupted: this is the best roster so far")
    broken = result.certificate is not None and bool(result.certificate.violations)
    return FINDING if broken or result.status == "without_guarantee" else DONE
