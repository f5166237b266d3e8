"""Scenarios as a function: read scenarios.yaml, run, compare.

>>> from wfm.scenario_api import scenarios
>>> scenarios("demo").to_frame()                              # doctest: +SKIP
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.chain_risk import RiskSettings, study_risk
from scenarios.comparison import Comparison, compare
from scenarios.risk_study import RiskStudy
from scenarios.runner import OnProgress, run_cases
from wfm.io.scenario_file import ScenarioFile, read_scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """What was read, and what came of it."""

    file: ScenarioFile
    comparison: Comparison


def run_scenarios(
    directory: str | Path,
    *,
    only: Sequence[str] = (),
    currency: str | None = None,
    patches: Mapping[str, object] | None = None,
    workers: int | None = None,
    draws: int = 0,
    seed: int | None = None,
    on_progress: OnProgress | None = None,
) -> ScenarioRun:
    """Run the scenarios of a plan folder.

    Parameters
    ----------
    directory
        The plan folder, with scenarios.yaml.
    only
        Names of scenarios; all by default. The first one is the reference.
    currency
        Of the report; the file's by default.
    patches
        Changes to plan.yaml before any scenario's, by path.
    workers
        Processes; by default as many as there are processors. Results do not depend
        on it.
    draws
        Futures in which what is uncertain is drawn; 0 leaves risk aside. The same
        futures for every scenario.
    seed
        Of the draws; by default the file's.
    on_progress
        Told stage, tasks done and tasks in all.

    Raises
    ------
    InputError
        With every problem of the files.
    UsageError
        If a scenario named is unknown, months begin before the plan, or nothing is
        uncertain and *draws* are asked for.
    """
    file = read_scenarios(
        Path(directory), patches=patches, only=only, currency=currency
    )
    processes = workers or os.cpu_count() or 1
    if draws:
        settings = RiskSettings(
            num_draws=draws, seed=file.seed if seed is None else seed
        )
        risk = _risk(file, settings, processes, on_progress)
        return ScenarioRun(file=file, comparison=compare(risk.results, risk=risk))
    results = run_cases(
        file.base,
        file.cases,
        file.months,
        file.book,
        workers=processes,
        on_progress=on_progress,
    )
    return ScenarioRun(file=file, comparison=compare(results))


def _risk(
    file: ScenarioFile,
    settings: RiskSettings,
    workers: int,
    on_progress: OnProgress | None,
) -> RiskStudy:
    return study_risk(
        file.base,
        file.cases,
        file.months,
        file.inputs,
        file.rank_correlation,
        file.variants,
        settings=settings,
        workers=workers,
        on_progress=on_progress,
    )


def scenarios(
    directory: str | Path,
    *,
    only: Sequence[str] = (),
    currency: str | None = None,
    patches: Mapping[str, object] | None = None,
    workers: int = 1,
    draws: int = 0,
    seed: int | None = None,
) -> Comparison:
    """Return the scenarios of a plan folder side by side; see :func:`run_scenarios`."""
    run = run_scenarios(
        directory,
        only=only,
        currency=currency,
        patches=patches,
        workers=workers,
        draws=draws,
        seed=seed,
    )
    return run.comparison
