"""What every export is made from: one finished run, bundled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import numpy as np

from solver.outcome import Allocation, Solved
from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import VolumeForecast
from wfm.domain.people import Agent
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation
from wfm.domain.staffing import StaffingRequirement


class Span(Protocol):
    """A stretch of grid steps of one queue (structural view of a certificate's)."""

    @property
    def queue_id(self) -> str:
        """The queue."""
        ...

    @property
    def start_idx(self) -> int:
        """First step."""
        ...

    @property
    def end_idx(self) -> int:
        """Step after the last."""
        ...


class GuaranteeSpan(Span, Protocol):
    """A stretch in which guarantee and presence stay the same."""

    @property
    def guaranteed(self) -> int:
        """Agents that the plan guarantees."""
        ...

    @property
    def present(self) -> int:
        """Agents that an integer matching gives the queue."""
        ...


class HandOverMark(Protocol):
    """One region leaves a queue, another has taken it over."""

    @property
    def queue_id(self) -> str:
        """The queue."""
        ...

    @property
    def at_idx(self) -> int:
        """Step at which the region leaves."""
        ...

    @property
    def leaving_region(self) -> str:
        """The region that leaves."""
        ...

    @property
    def taking_region(self) -> str:
        """The region that has taken over; empty if none has."""
        ...

    @property
    def overlap_steps(self) -> int:
        """Steps that both were there."""
        ...


class Proof(Protocol):
    """What the report reads of a coverage certificate."""

    @property
    def ok(self) -> bool:
        """Whether no rule and no guarantee is broken."""
        ...

    @property
    def violations(self) -> Sequence[Violation]:
        """Every breach found."""
        ...

    @property
    def spans(self) -> Sequence[GuaranteeSpan]:
        """Guaranteed stretches and who is there."""
        ...

    @property
    def handovers(self) -> Sequence[HandOverMark]:
        """Hand-overs between regions."""
        ...

    @property
    def cold_start(self) -> Sequence[GuaranteeSpan]:
        """Stretches that nobody could reach without a previous roster."""
        ...

    @property
    def rules(self) -> Mapping[str, int]:
        """Rule name -> number of breaches, for every rule checked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """One finished run: what was read, what was computed, what was proven.

    *forecast* is ``None`` where the planner's own requirement stands in its place,
    *solved* where the roster is the planner's own. *status* is
    ``"without_guarantee"`` where a guarantee could not be met, ``"interrupted"`` where
    the search was stopped by hand, else ``"ok"``. The manifest's ``started_utc`` (ISO
    8601, with offset) stamps calendars; without it they bear the plan's first instant.
    """

    folder: PlanFolder
    forecast: VolumeForecast | None
    requirement: StaffingRequirement
    instance: RosterInstance
    roster: Roster
    allocation: Allocation
    certificate: Proof
    solved: Solved | None = None
    manifest: Mapping[str, object] = field(default_factory=dict)
    status: str = "ok"

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
