"""What the commands' functions return: frozen, each with a table and a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.rolling import BacktestResult
from forecasting.track_record import AccuracyRow
from solver.outcome import Outcome, Solved
from wfm.domain.demand import VolumeForecast
from wfm.domain.errors import Problem, UsageError
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.staffing import StaffingRequirement
from wfm.evaluation.certificate import Certificate
from wfm.pipeline.judge_forecast import known_until

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from wfm.evaluation.simulated import SimulatedService


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResult:
    """A forecast from *first_date* on, with the plan folder that it was made from.

    *before* is what it was before actuals moved it; ``None`` for a forecast of its own.
    """

    folder: PlanFolder
    forecast: VolumeForecast
    first_date: date
    directory: Path
    before: VolumeForecast | None = None

    @property
    def as_of(self) -> date:
        """The first date of which the forecast knew nothing."""
        history = self.folder.history
        if history is None:
            return self.first_date
        return min(self.first_date, known_until(self.folder, history))

    def publish(self, manifest: Mapping[str, object] | None = None) -> Path:
        """Keep the forecast in ``state/forecasts/`` and return the folder."""
        from wfm.io.forecast_files import keep_snapshot

        return keep_snapshot(
            self.directory, self.folder.plan, self.forecast, self.as_of, manifest or {}
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per queue and interval, as in ``out/forecast.csv``."""
        from wfm.io.tables import forecast_frame

        return forecast_frame(self.folder.plan, self.forecast)

    def plot(self, queue: str | None = None) -> "Figure":
        """Return a figure of the mean with its P10 to P90 band."""
        from wfm.report.plots import forecast_plot

        return forecast_plot(self.to_frame(), queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestedPlan:
    """How models did on the plan's own history."""

    folder: PlanFolder
    result: BacktestResult

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per queue, model and origin."""
        import pandas as pd

        return pd.DataFrame(list(self.result.to_rows()))

    def plot(self) -> "Figure":
        """Return a figure of each model's error, queue by queue."""
        from wfm.report.accuracy_plots import backtest_plot

        return backtest_plot(self.to_frame())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyResult:
    """How published forecasts did, by queue, forecast and lead time.

    *damaged* names those that could not be read.
    """

    folder: PlanFolder
    rows: tuple[AccuracyRow, ...]
    damaged: tuple[Problem, ...] = ()

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per queue, published forecast and lead time."""
        import pandas as pd

        return pd.DataFrame([row.to_row() for row in self.rows])

    def plot(self) -> "Figure":
        """Return a figure of error and bias by lead time.

        Raises
        ------
        UsageError
            If no published forecast has met its actuals.
        """
        from wfm.report.accuracy_plots import accuracy_plot

        if not self.rows:
            msg = "no published forecast has met its actuals"
            raise UsageError(msg)
        return accuracy_plot(self.to_frame())


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffResult:
    """A requirement with the forecast behind it."""

    folder: PlanFolder
    forecast: VolumeForecast | None
    requirement: StaffingRequirement

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per queue and interval, as in ``out/requirement.csv``."""
        from wfm.io.tables import requirement_frame

        return requirement_frame(self.folder.plan, self.requirement)

    def plot(self, queue: str | None = None) -> "Figure":
        """Return a figure of the agents required over time."""
        from wfm.report.plots import requirement_plot

        return requirement_plot(self.to_frame(), queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterResult:
    """A roster with everything that led to it and judges it.

    *solved* is the roster to use: the solution itself, or the best roster without
    the guarantee where that can't be met (*status* ``"without_guarantee"``).
    """

    folder: PlanFolder
    forecast: VolumeForecast | None
    requirement: StaffingRequirement
    instance: RosterInstance
    outcome: Outcome
    solved: Solved | None
    certificate: Certificate | None
    status: str

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per span, as in ``out/roster.csv``."""
        from wfm.io.tables import roster_frame

        roster = self.solved.roster if self.solved else Roster(shifts=())
        return roster_frame(self.instance, roster)

    def plot(self, queue: str | None = None) -> "Figure":
        """Return a figure of staffed against required agents."""
        from wfm.report.plots import cover_plot

        allocation = self.solved.allocation if self.solved else None
        return cover_plot(self.instance, allocation, queue)

    def plot_search(self) -> "Figure":
        """Return a figure of the best roster's cost and the bound over time."""
        from wfm.pipeline.money import minor_digits
        from wfm.report.roster_plots import search_plot

        currency = self.folder.plan.currency
        return search_plot(self._found().trace, currency, minor_digits(currency))

    def plot_day(self, day: date, site: str) -> "Figure":
        """Return a figure of one day of one site, a row per person.

        Raises
        ------
        UsageError
            If there is no such site, or nobody works there on the day.
        """
        from wfm.report.roster_plots import day_plot

        found = self._found()
        return day_plot(self.instance, found.roster, found.allocation, day, site)

    def fairness(self) -> "pd.DataFrame":
        """Return what each agent is asked to work in each week: nights, weekends."""
        from dataclasses import asdict

        import pandas as pd

        from wfm.pipeline.fairness import fairness_rows

        first = self.folder.plan.first_date
        rows = fairness_rows(self.instance, self._found().roster, first, "draft")
        return pd.DataFrame([asdict(row) for row in rows]).drop(columns="version")

    def _found(self) -> Solved:
        if self.solved is None:
            msg = "no roster was found"
            raise UsageError(msg)
        return self.solved


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """What the checkers say of a roster."""

    folder: PlanFolder
    instance: RosterInstance
    roster: Roster
    certificate: Certificate

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per violation."""
        import pandas as pd

        from wfm.evaluation.describe import describe_violation

        rows = [
            {
                "rule": v.rule,
                "agent_id": v.agent_id,
                "date_local": v.date_local,
                "queue": v.queue_id,
                "what": describe_violation(v, self.instance),
            }
            for v in self.certificate.violations
        ]
        columns = ["rule", "agent_id", "date_local", "queue", "what"]
        return pd.DataFrame(rows, columns=columns)

    def plot(self) -> "Figure":
        """Return a figure of the people at work, site by site."""
        from wfm.report.plots import presence_plot

        return presence_plot(self.instance, self.roster)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateResult:
    """What a roster would give, contact by contact."""

    folder: PlanFolder
    instance: RosterInstance
    roster: Roster
    requirement: StaffingRequirement
    service: "SimulatedService"

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per queue and interval, as in ``out/simulation.csv``."""
        from wfm.io.simulation_files import simulation_frame

        return simulation_frame(self.service)

    def plot(self, queue: str | None = None) -> "Figure":
        """Return a figure of the service level over time, with its interval."""
        from wfm.report.simulated_plot import simulation_plot

        return simulation_plot(self.to_frame(), queue)
