"""Scenarios as a function: read scenarios.yaml, run, compare.

>>> from wfm.scenario_api import scenarios
>>> scenarios("demo").to_frame()                              # doctest: +SKIP
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scenarios.comparison import Comparison, compare
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
    on_progress
        Told stage, tasks done and tasks in all.

    Raises
    ------
    InputError
        With every problem of the files.
    UsageError
        If a scenario named is unknown, or months begin before the plan.
    """
    file = read_scenarios(
        Path(directory), patches=patches, only=only, currency=currency
    )
    results = run_cases(
        file.base,
        file.cases,
        file.months,
        file.book,
        workers=workers or os.cpu_count() or 1,
        on_progress=on_progress,
    )
    return ScenarioRun(file=file, comparison=compare(results))


def scenarios(
    directory: str | Path,
    *,
    only: Sequence[str] = (),
    currency: str | None = None,
    patches: Mapping[str, object] | None = None,
    workers: int = 1,
) -> Comparison:
    """Return the scenarios of a plan folder side by side; see :func:`run_scenarios`."""
    run = run_scenarios(
        directory, only=only, currency=currency, patches=patches, workers=workers
    )
    return run.comparison
