"""Scenarios as a function: read scenarios.yaml, run, compare.

>>> from wfm.studies.scenarios import scenarios
>>> scenarios("demo").to_frame()                              # doctest: +SKIP
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from scenarios.chain_risk import RiskSettings, study_risk
from scenarios.comparison import Comparison, compare
from scenarios.risk_study import RiskStudy
from scenarios.runner import OnProgress, run_cases
from wfm.domain.errors import UsageError
from wfm.io.scenario_file import ScenarioFile, read_scenarios

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from wfm.report.scenario_inputs import ScenarioReport

Language: TypeAlias = Literal["en", "ja"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """What was read, and what came of it."""

    file: ScenarioFile
    comparison: Comparison

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per scenario, cost beside service."""
        return self.comparison.to_frame()

    def plot(self, picture: str = "cost", option: str | None = None) -> "Figure":
        """Return a figure.

        Parameters
        ----------
        picture
            ``cost`` of everything beside its service; ``bridge``, ``savings``,
            ``break_even``, ``contracts``, ``mix``; ``ranges``, ``fan`` and ``tornado``
            if futures were drawn.
        option
            The scenario that is set against the reference; by default the one
            recommended.

        Raises
        ------
        UsageError
            If there is no such picture or scenario, or no futures were drawn.
        """
        if picture == "cost":
            return self.comparison.plot()
        from wfm.report.scenario_inputs import bridged
        from wfm.report.scenario_pictures import PICTURES, Pictures

        if picture not in PICTURES:
            msg = f"no picture {picture!r}; there are cost, {', '.join(PICTURES)}"
            raise UsageError(msg)
        report = scenario_report(self, created_utc=datetime.now(UTC))
        shown = self.comparison[option] if option else bridged(report)
        return PICTURES[picture](Pictures(report=report, option=shown))


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


def scenario_report(
    run: ScenarioRun, *, created_utc: datetime, language: Language | None = None
) -> "ScenarioReport":
    """Return what workbook, page and memo of a run are made from.

    Parameters
    ----------
    run
        What :func:`run_scenarios` returned.
    created_utc
        When; the workbook and the page carry it.
    language
        Of labels and sentences; the file's by default.
    """
    from wfm.report.scenario_inputs import Decision, ScenarioReport

    asked, study = run.file.decision, run.comparison.risk
    return ScenarioReport(
        comparison=run.comparison,
        cases=run.file.cases,
        book=run.file.book,
        created_utc=created_utc,
        title=run.file.base.plan.name,
        decision=Decision(
            question=asked.question,
            options=asked.options,
            not_included=asked.not_included,
        ),
        language=language or asked.language,
        risk=None if study is None else study.report,
        tornado={} if study is None else study.tornados,
        apart={} if study is None else study.against_reference,
        risk_error=None if study is None else study.largest_error,
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
