"""The command that runs scenarios."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from scenarios.comparison import Comparison
from scenarios.runner import OnProgress
from wfm.commands import DONE, FINDING, Run
from wfm.findings import say
from wfm.io.manifest import write_manifest
from wfm.io.output import result_path

if TYPE_CHECKING:
    from wfm.scenario_api import ScenarioRun


def scenarios(
    run: Run,
    *,
    only: Sequence[str],
    currency: str | None,
    workers: int | None,
    draws: int = 0,
    seed: int | None = None,
) -> int:
    """Run the scenarios and write ``out/scenarios.csv`` and the tables beside it."""
    from wfm.io.scenario_tables import write_scenarios
    from wfm.report.terminal_risk import exactness, risk_table
    from wfm.report.terminal_scenarios import scenario_table
    from wfm.scenario_api import run_scenarios

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
    target = result_path(run.out, "scenarios.csv")
    files = write_scenarios(target.parent, comparison)
    record = _record(done) | {"tables": [path.name for path in files]}
    write_manifest(
        target.parent / "scenarios.json", run.manifest(done.file.base) | record
    )
    run.console.print(scenario_table(comparison))
    if comparison.risk is not None:
        run.console.print(risk_table(comparison.risk))
        say(run.console, exactness(comparison.risk))
    _say_breaches(run.console, comparison)
    say(run.console, f"scenarios: {target}")
    return DONE if comparison[comparison.reference].is_feasible else FINDING


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
