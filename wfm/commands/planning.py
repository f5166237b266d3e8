"""The main line: check, staff, roster and its judge.

Every command returns its exit code: 0 done, 1 a finding, 130 interrupted with nothing.
"""

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.outcome import NotFound, SolveLimits
from wfm.commands.excused import say_excused
from wfm.commands.findings import (
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
from wfm.commands.live import SearchDisplay, seconds_since, stop_on_interrupt
from wfm.commands.manifest import search_manifest
from wfm.commands.outputs import (
    explain_gaps,
    simulated,
    write_demand,
    write_report,
    write_roster_files,
)
from wfm.commands.run import DONE, FINDING, Run, check_fresh
from wfm.commands.trading import (
    Traded,
    TradeOffRequest,
    require_tradeoffs,
    say_set,
    trade,
    write_set,
)
from wfm.domain.errors import Interrupted, ModelError
from wfm.evaluation.describe import describe_violation
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder
from wfm.pipeline.judge_forecast import backtest_plan, judge_published
from wfm.pipeline.money import minor_digits
from wfm.results import RosterResult, StaffResult, VerifyResult

if TYPE_CHECKING:
    from wfm.report.inputs import ReportInput

REPORT_ORIGINS = 6


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
        write_demand(folder, result)
        write_manifest(folder / "manifest.json", run.manifest(result.folder))
    run.console.print(_staff_table(result))
    say_remarks(run.console, result.forecast, result.requirement)
    say(run.console, f"requirement: {run.out / 'requirement.csv'}")
    return DONE


def roster(
    run: Run,
    limits: SolveLimits,
    *,
    full: bool,
    trading: TradeOffRequest | None = None,
    explained: int = 0,
) -> int:
    """Make the roster and write ``out/``; *full* adds report, workbook and pages.

    With *trading*, a set of rosters to choose from is made from it, one of which is
    taken. So many of the dearest gaps are *explained*, as far as time allows.
    """
    check_fresh(run)
    OutputFolder(run.out).check()
    if trading is not None:
        require_tradeoffs(run, trading)
    result = _search(run, limits)
    if result.solved is None:
        return _without_roster(run, result)
    traded = None if trading is None else trade(run, result, trading)
    if traded is not None:
        result = traded.result
    clock = time.perf_counter()
    inputs = _report_input(run, result, limits)
    inputs = _with_more(run, inputs, traded, explained, full=full)
    _write_run(run, result, inputs, traded, full=full)
    _summarise(run, result, inputs, limits)
    say_packs(run.console, result.folder.plan)
    say_excused(run.console, result.instance)
    say(run.console, f"written in {seconds_since(clock):.1f} s: {run.out}")
    if full:
        say(run.console, f"report: {run.out / 'report.html'}")
    if traded is not None:
        say_set(run, traded.found.table, traded.picked)
    return _roster_exit(run, result)


def _with_more(
    run: Run,
    inputs: "ReportInput",
    traded: Traded | None,
    explained: int,
    *,
    full: bool,
) -> "ReportInput":
    """Return *inputs* with what was asked for beside the roster."""
    if traded is not None:
        manifest = {**inputs.manifest, "pareto": traded.record}
        inputs = replace(inputs, tradeoffs=traded.found.table, manifest=manifest)
    if explained:
        inputs = replace(inputs, findings=explain_gaps(run, inputs, explained))
    if full:
        inputs = replace(inputs, simulation=simulated(run, inputs))
    return inputs


def _write_run(
    run: Run,
    result: RosterResult,
    inputs: "ReportInput",
    traded: Traded | None,
    *,
    full: bool,
) -> None:
    """Replace ``out/`` by what the run has found."""
    with OutputFolder(run.out) as folder:
        write_roster_files(folder, result, inputs)
        if traded is not None:
            write_set(folder, traded)
        if full:
            write_report(folder, inputs, calendars=run.calendars)
        write_manifest(folder / "manifest.json", inputs.manifest)


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
