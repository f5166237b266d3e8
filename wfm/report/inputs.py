"""What every export is made from: one finished run, bundled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from forecasting.rolling import BacktestRow
from forecasting.track_record import AccuracyRow
from solver.outcome import Allocation, Solved
from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import VolumeForecast
from wfm.domain.findings import Findings
from wfm.domain.people import Agent
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance, Shift
from wfm.domain.staffing import StaffingRequirement
from wfm.domain.tradeoffs import TradeOffs
from wfm.evaluation.certificate import Certificate
from wfm.evaluation.simulated import SimulatedService


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportInput:
    """One finished run: what was read, what was computed, what was proven.

    Runs are told apart by identity, so that figures of one run are worked out once.

    *forecast* is ``None`` where the planner's own requirement stands in its place,
    *solved* where the roster is the planner's own. *status* is
    ``"without_guarantee"`` where a guarantee could not be met, ``"interrupted"`` where
    the search was stopped by hand, else ``"ok"``. *backtest* and *accuracy* say how
    models and published forecasts did, *findings* what has been found out about the
    roster, *tradeoffs* the set it was chosen from; empty where that was not asked. The
    manifest's ``started_utc`` (ISO 8601, with offset) stamps calendars; without it
    they bear the plan's first instant.
    """

    folder: PlanFolder
    forecast: VolumeForecast | None
    requirement: StaffingRequirement
    instance: RosterInstance
    roster: Roster
    allocation: Allocation
    certificate: Certificate
    solved: Solved | None = None
    manifest: Mapping[str, object] = field(default_factory=dict)
    status: str = "ok"
    simulation: SimulatedService | None = None
    backtest: tuple[BacktestRow, ...] = ()
    accuracy: tuple[AccuracyRow, ...] = ()
    tradeoffs: TradeOffs | None = None
    findings: Findings = field(default_factory=Findings)

    @property
    def window(self) -> slice:
        """The plan's dates in the planner's zone, as steps of the roster grid."""
        return slice(self.instance.window_start_idx, self.instance.window_end_idx)

    @property
    def step_hours(self) -> float:
        """Length of one roster step in hours."""
        return self.instance.grid.interval_hours

    @property
    def staffed_agents(self) -> FloatArray:
        """Expected agents per queue and step, ``[q, t]`` on the roster grid."""
        staffed: FloatArray = self.allocation.agents.sum(axis=0)
        return np.asarray(staffed, dtype=np.float64)

    @property
    def created_utc(self) -> datetime:
        """When the run was made; the plan's first instant if the manifest is silent."""
        stated = self.manifest.get("started_utc")
        if isinstance(stated, str):
            stated = datetime.fromisoformat(stated)
        if isinstance(stated, datetime) and stated.tzinfo is not None:
            return stated.astimezone(UTC)
        plan = self.folder.plan
        return to_instant(wall_minute(plan.first_date), plan.zone)

    def agents_by_site(self) -> dict[str, tuple[Agent, ...]]:
        """Return site id -> its agents, both in the order of the plan."""
        return {
            site: tuple(a for a in self.instance.agents if a.site_id == site)
            for site in self.instance.sites
        }

    def shifts_of(self, agent_id: str) -> tuple[Shift, ...]:
        """Return the agent's shifts of this plan, in time order."""
        return tuple(s for s in self.roster.shifts if s.agent_id == agent_id)
