"""The command that runs scenarios."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from scenarios.comparison import Comparison
from scenarios.runner import OnProgress
from wfm.commands.findings import say
from wfm.commands.run import DONE, FINDING, Run
from wfm.io.manifest import write_manifest
from wfm.io.output_set import OutputSet

if TYPE_CHECKING:
    from wfm.studies.scenarios import Language, ScenarioRun

PAGE, WORKBOOK, MEMO = "scenarios.html", "scenarios.xlsx", "decision_memo.html"
OWN_FILES = ("scenario*.csv", "risk*.csv", "scenarios.*", MEMO)
"""What earlier runs of the command may have left."""


def scenarios(
    run: Run,
    *,
    only: Sequence[str],
    currency: str | None,
    workers: int | None,
    draws: int = 0,
    seed: int | None = None,
    language: "Language | None" = None,
) -> int:
    """Run the scenarios; write tables, workbook, page and memo, all or none."""
    from wfm.report.terminal_risk import exactness, risk_table
    from wfm.report.terminal_scenarios import scenario_table
    from wfm.studies.scenarios import run_scenarios

    with _progress(run.console) as on_progress:
        done = run_scenarios(
            run.plan.directory,
            only=only,
            currency=currency,
            patches=run.plan.patches,
            workers=workers,
            draws=draws,
            seed=seed,
            on_progress=on_progress,
        )
    comparison = done.comparison
    _write(run, done, language)
    run.console.print(scenario_table(comparison))
    if comparison.risk is not None:
        run.console.print(risk_table(comparison.risk))
        say(run.console, exactness(comparison.risk))
    _say_breaches(run.console, comparison)
    for name in (PAGE, WORKBOOK, MEMO):
        say(run.console, f"{name.split('.')[0].replace('_', ' ')}: {run.out / name}")
    return DONE if comparison[comparison.reference].is_feasible else FINDING


def _write(run: Run, done: "ScenarioRun", language: "Language | None") -> None:
    from wfm.io.scenario_tables import write_scenarios
    from wfm.report.scenario_files import write_scenario_reports
    from wfm.studies.scenarios import scenario_report

    report = scenario_report(done, created_utc=run.started, language=language)
    with OutputSet(run.out, replaces=OWN_FILES) as folder:
        files = write_scenarios(folder, done.comparison)
        record = _record(done) | {"tables": [path.name for path in files]}
        manifest = run.manifest(done.file.base) | record
        manifest = write_scenario_reports(folder, report, manifest)
        write_manifest(folder / "scenarios.json", manifest)


def _record(done: "ScenarioRun") -> dict[str, object]:
    results = done.comparison.results
    return {
        "scenarios": [result.scenario_id for result in results],
        "reference": done.comparison.reference,
        "months": [str(month) for month in done.file.months],
        "currency": results[0].currency,
        "seed": done.file.seed,
        "risk": _risk_record(done.comparison),
    }


def _risk_record(comparison: Comparison) -> dict[str, object] | None:
    study = comparison.risk
    if study is None:
        return None
    return {
        "draws": study.report.num_draws,
        "seed": study.report.seed,
        "largest_error_fraction": study.largest_error,
        "beyond_fraction": dict(study.beyond),
    }


def _say_breaches(console: Console, comparison: Comparison) -> None:
    """Say of each infeasible scenario the first floor it misses."""
    for result in comparison.results:
        for month in [month for month in result.months if month.breaches][:1]:
            text = f"{result.scenario_id}: {month.month} {month.breaches[0]}"
            say(console, text, "yellow")


@contextmanager
def _progress(console: Console) -> Iterator[OnProgress]:
    """Yield what shows the stages: a bar, or a line per stage without a terminal."""
    bar = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    stages: dict[str, TaskID] = {}

    def show(stage: str, done: int, count: int) -> None:
        if stage not in stages:
            stages[stage] = bar.add_task(stage, total=count)
        bar.update(stages[stage], completed=done, total=count)
        if not console.is_terminal and done == count:
            say(console, f"  {stage}: {count}")

    with bar:
        yield show
