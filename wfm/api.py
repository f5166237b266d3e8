"""The commands as functions: load a plan, ask for a stage, look at the result.

>>> import wfm.api
>>> plan = wfm.api.load("demo")                              # doctest: +SKIP
>>> plan.with_({"queues.chat_en.aht_s": 420}).staff().to_frame()  # doctest: +SKIP

Nothing here writes files; :mod:`wfm.commands` does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from solver.outcome import (
    Infeasible,
    NotFound,
    OnProgress,
    Outcome,
    Progress,
    Solved,
    SolveLimits,
)
from wfm.calendar.local import zone
from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance
from wfm.io.folder import ALL_FILES, read_folder
from wfm.pipeline.demand import (
    forecast_plan,
    reforecast_plan,
    require_past,
    staff_plan,
)
from wfm.pipeline.instance import roster_instance
from wfm.pipeline.judge import judge, plan_rules
from wfm.pipeline.judge_forecast import backtest_plan, judge_published
from wfm.pipeline.spans import shifts_of
from wfm.results import (
    AccuracyResult,
    BacktestedPlan,
    ForecastResult,
    RosterResult,
    SimulateResult,
    StaffResult,
    VerifyResult,
)

if TYPE_CHECKING:
    from scenarios.capacity_study import CapacityStudy
    from solver.pareto.outcome import FrontierLimits, OnPoint
    from wfm.evaluation.simulated import SimulationSettings
    from wfm.studies.scenarios import ScenarioRun
    from wfm.studies.tradeoffs import ParetoResult

DEMAND_FILES = frozenset({"history", "events", "overrides"})
STAFF_FILES = DEMAND_FILES | {"backlog"}
PEOPLE_FILES = frozenset(
    {
        "agents",
        "availability",
        "time_off",
        "previous_roster",
        "locked",
        "activities",
        "exchange_rates",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlan:
    """A plan folder and named changes to it; every stage reads what it needs.

    *patches* maps paths of plan.yaml (``"queues.chat_en.aht_s"``) to new values. *now*
    (default: the machine's clock) is what the rule ``notice`` counts from.
    """

    directory: Path
    patches: Mapping[str, object] = field(default_factory=dict)
    now: datetime | None = None

    def with_(
        self, patches: Mapping[str, object] | None = None, **paths: object
    ) -> "LoadedPlan":
        """Return the plan with values of plan.yaml replaced by path.

        A path names keys joined by dots, or by double underscores as a keyword:
        ``plan.with_(queues__chat_en__aht_s=420)``.
        """
        named = {path.replace("__", "."): value for path, value in paths.items()}
        merged = {**self.patches, **(patches or {}), **named}
        return replace(self, patches=merged)

    def read(self, needs: frozenset[str]) -> PlanFolder:
        """Read and check plan.yaml and the files named.

        Raises
        ------
        InputError
            With every problem found in them.
        """
        folder = read_folder(self.directory, needs, patches=self.patches)
        if folder.published is None:
            return folder
        now = self.now or datetime.now(UTC)
        return replace(folder, today=now.astimezone(zone(folder.plan.zone)).date())

    def check(self) -> tuple[Problem, ...]:
        """Return every problem of every file; empty if there is none."""
        from wfm.io.decision_files import decision_problems

        try:
            folder = self.read(ALL_FILES)
            roster_instance(folder)
            plan_rules(folder)
            require_past(folder, folder.plan.first_date)
        except InputError as error:
            return error.problems
        return decision_problems(self.directory, folder, self.patches)

    def forecast(
        self, *, as_of: date | None = None, weeks: int | None = None
    ) -> ForecastResult:
        """Forecast the plan's window, or from *as_of* on for *weeks*.

        *weeks* alone counts from the plan's first day.
        """
        folder = self.read(DEMAND_FILES)
        if weeks is not None:
            as_of = as_of or folder.plan.first_date
        forecast = forecast_plan(folder, as_of=as_of, weeks=weeks)
        return ForecastResult(
            folder=folder,
            forecast=forecast,
            first_date=as_of or folder.plan.first_date,
            directory=self.directory,
        )

    def reforecast(
        self, actuals: Path, *, until: datetime | None = None
    ) -> ForecastResult:
        """Forecast the plan's window anew in the light of *actuals*.

        Parameters
        ----------
        actuals
            A table like the history's, of what has come so far.
        until
            Take only intervals that were over at this instant.
        """
        from wfm.io.folder import read_actuals

        folder = self.read(DEMAND_FILES)
        seen = read_actuals(self.directory, actuals, self.patches)
        before = forecast_plan(folder)
        return ForecastResult(
            folder=folder,
            forecast=reforecast_plan(folder, before, seen, until=until),
            before=before,
            first_date=folder.plan.first_date,
            directory=self.directory,
        )

    def backtest(
        self, *, origins: int = 10, weeks: int = 1, models: Sequence[str] = ()
    ) -> BacktestedPlan:
        """Forecast past weeks from what was known then, and score them.

        *models* names registered models; by default those that the plan uses, and
        last week's volumes.
        """
        folder = self.read(DEMAND_FILES)
        result = backtest_plan(
            folder, num_origins=origins, weeks=weeks, models=tuple(models)
        )
        return BacktestedPlan(folder=folder, result=result)

    def accuracy(self) -> AccuracyResult:
        """Judge every published forecast by what the history has shown since.

        Those that can't be read are named in ``damaged`` and left out.
        """
        from wfm.io.forecast_files import read_snapshots

        folder = self.read(DEMAND_FILES)
        published, damaged = read_snapshots(self.directory)
        rows = judge_published(folder, published)
        return AccuracyResult(folder=folder, rows=rows, damaged=damaged)

    def staff(self, *, forecast_file: Path | None = None) -> StaffResult:
        """Size the plan's staffing, from its own forecast or from a file."""
        return self._staff(STAFF_FILES, forecast_file)

    def roster(
        self,
        *,
        limits: SolveLimits | None = None,
        forecast_file: Path | None = None,
        requirement_file: Path | None = None,
        on_progress: OnProgress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> RosterResult:
        """Make the plan's roster and judge it."""
        staff = self._demand(forecast_file, requirement_file)
        instance = roster_instance(staff.folder, staff.requirement)
        from solver.search import solve
        from solver.warm import warm

        if on_progress is not None:
            on_progress(
                Progress(wall_s=0.0, phase="preparing", objective=None, bound=None)
            )
        warm()
        outcome = solve(
            instance,
            plan_rules(staff.folder),
            limits=limits or SolveLimits(),
            on_progress=on_progress,
            stop=stop,
        )
        return _judged(staff, instance, outcome)

    def pareto(
        self,
        *asked: str,
        base: RosterResult | None = None,
        limits: "FrontierLimits | None" = None,
        on_point: "OnPoint | None" = None,
        stop: Callable[[], bool] | None = None,
    ) -> "ParetoResult":
        """Return rosters of which none is better than another in all that is *asked*.

        That is two to four of ``cost``, ``service``, ``fairness`` and ``changes`` (from
        the week's published roster); *base*, what :meth:`roster` returned, is made here
        if it isn't given.
        """
        from wfm.studies.tradeoffs import pareto, published_roster, require_asked

        name, published = published_roster(self.directory, self.read(PEOPLE_FILES))
        require_asked(asked, published)
        return pareto(
            base or self.roster(),
            asked,
            published=published,
            published_as=name,
            limits=limits,
            on_point=on_point,
            stop=stop,
        )

    def verify(self, roster_file: Path | None = None) -> VerifyResult:
        """Judge a roster file (default ``out/roster.csv``) by the inputs alone."""
        folder = self.read(PEOPLE_FILES)
        instance = roster_instance(folder)
        roster = self.read_roster(folder, instance, roster_file)
        return VerifyResult(
            folder=folder,
            instance=instance,
            roster=roster,
            certificate=judge(folder, instance, roster),
        )

    def simulate(
        self,
        roster_file: Path | None = None,
        *,
        settings: "SimulationSettings | None" = None,
        forecast_file: Path | None = None,
        requirement_file: Path | None = None,
    ) -> SimulateResult:
        """Simulate a roster file (default ``out/roster.csv``)."""
        from wfm.evaluation.simulated import simulate_roster

        staff = self._demand(forecast_file, requirement_file)
        instance = roster_instance(staff.folder, staff.requirement)
        roster = self.read_roster(staff.folder, instance, roster_file)
        return SimulateResult(
            folder=staff.folder,
            instance=instance,
            roster=roster,
            requirement=staff.requirement,
            service=simulate_roster(
                instance,
                roster,
                staff.requirement,
                shrinkage=staff.folder.plan.shrinkage,
                forecast=staff.forecast,
                settings=settings,
            ),
        )

    def scenarios(
        self,
        *only: str,
        draws: int = 0,
        seed: int | None = None,
        workers: int = 1,
    ) -> "ScenarioRun":
        """Run the scenarios of scenarios.yaml, all of them or those named.

        Parameters
        ----------
        only
            Names of scenarios; the first one is the reference.
        draws, seed
            Futures in which what is uncertain is drawn, and their seed.
        workers
            Processes. A script that asks for several needs the usual guard,
            ``if __name__ == "__main__":``; a notebook does not.
        """
        from wfm.studies.scenarios import run_scenarios

        return run_scenarios(
            self.directory,
            only=only,
            patches=self.patches,
            draws=draws,
            seed=seed,
            workers=workers,
        )

    def capacity(self) -> "CapacityStudy":
        """Plan hiring, training and moves over the months of capacity.yaml."""
        from wfm.studies.capacity import capacity

        return capacity(self.directory, patches=self.patches)

    def read_roster(
        self, folder: PlanFolder, instance: RosterInstance, path: Path | None = None
    ) -> Roster:
        """Return the roster in *path* (default ``out/roster.csv``)."""
        from wfm.io.rosters import read_roster_rows

        path = path or self.directory / "out" / "roster.csv"
        rows = read_roster_rows(path, folder.plan, folder.agents)
        shifts = shifts_of(rows, instance.grid, folder.agents, folder.plan.contracts)
        return Roster(shifts=shifts)

    def _staff(self, needs: frozenset[str], forecast_file: Path | None) -> StaffResult:
        if forecast_file is None:
            folder = self.read(needs)
            forecast = forecast_plan(folder)
        else:
            from wfm.io.stage_files import read_forecast

            folder = self.read(needs - {"history", "events"})
            forecast = read_forecast(forecast_file, folder.plan)
        requirement = staff_plan(folder, forecast)
        return StaffResult(folder=folder, forecast=forecast, requirement=requirement)

    def _demand(
        self, forecast_file: Path | None, requirement_file: Path | None
    ) -> StaffResult:
        if requirement_file is None:
            return self._staff(STAFF_FILES | PEOPLE_FILES, forecast_file)
        from wfm.io.stage_files import read_requirement

        folder = self.read(PEOPLE_FILES)
        requirement = read_requirement(requirement_file, folder.plan)
        return StaffResult(folder=folder, forecast=None, requirement=requirement)


def load(directory: str | Path) -> LoadedPlan:
    """Return the plan in *directory*; files are read by the stages that need them."""
    return LoadedPlan(directory=Path(directory))


def _judged(
    staff: StaffResult, instance: RosterInstance, outcome: Outcome
) -> RosterResult:
    solved, status = _usable(outcome)
    certificate = judge(staff.folder, instance, solved.roster) if solved else None
    return RosterResult(
        folder=staff.folder,
        forecast=staff.forecast,
        requirement=staff.requirement,
        instance=instance,
        outcome=outcome,
        solved=solved,
        certificate=certificate,
        status=status,
    )


def _usable(outcome: Outcome) -> tuple[Solved | None, str]:
    match outcome:
        case Solved(stop_reason="interrupted"):
            return outcome, "interrupted"
        case Solved():
            return outcome, "ok"
        case Infeasible(best=best) | NotFound(best=best):
            return best, "without_guarantee" if best else "no_roster"
