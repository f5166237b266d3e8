"""Rosters: shifts and spans, the problem they solve, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray, read_only
from wfm.domain.demand import Queue
from wfm.domain.fairness import FairnessRow
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import (
    Activity,
    Agent,
    BlockedTime,
    EmploymentContract,
    Preference,
    Site,
)
from wfm.domain.staffing import DeferredWork

WORK = "work"
HOME = "home"
"""Where a shift is worked that takes no seat."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WorkSpan:
    """A stretch of a shift in one activity, in grid indices, half-open.

    *activity* is ``"work"``, the kind of a break, or (*duty*) what is done off the
    queues, as training. *queue* is set where the span is pinned to one queue; otherwise
    a multi-skilled agent is shared over queues.
    """

    start_idx: int
    end_idx: int
    activity: str = WORK
    queue: str = ""
    paid: bool = True
    duty: bool = False

    @property
    def is_break(self) -> bool:
        """Whether the agent rests: neither works on queues nor does another duty."""
        return self.activity != WORK and not self.duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One shift of one agent: consecutive spans, belonging to the date it starts on.

    *where* is ``"home"`` on a day at home of somebody who has a seat; else it is blank.
    """

    agent_id: str
    date_local: date
    spans: tuple[WorkSpan, ...]
    where: str = ""

    def __post_init__(self) -> None:
        for before, after in zip(self.spans, self.spans[1:], strict=False):
            if before.end_idx != after.start_idx:
                msg = f"spans of {self.agent_id} on {self.date_local} leave a gap"
                raise ValueError(msg)
        if not self.spans or any(s.start_idx >= s.end_idx for s in self.spans):
            msg = f"shift of {self.agent_id} on {self.date_local} has an empty span"
            raise ValueError(msg)

    @property
    def start_idx(self) -> int:
        """Index of the first step of the shift."""
        return self.spans[0].start_idx

    @property
    def end_idx(self) -> int:
        """Index after the last step of the shift."""
        return self.spans[-1].end_idx

    @property
    def paid_steps(self) -> int:
        """Paid grid steps."""
        return sum(s.end_idx - s.start_idx for s in self.spans if s.paid)

    @property
    def marks(self) -> frozenset[str]:
        """What tells it from shifts of the same times: place, breaks and duties."""
        kinds = {span.activity for span in self.spans if span.activity != WORK}
        return frozenset({*kinds, self.where} - {""})

    @property
    def working_spans(self) -> tuple[WorkSpan, ...]:
        """Spans in which the agent takes contacts."""
        return tuple(span for span in self.spans if span.activity == WORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All shifts of a plan, sorted by agent and start."""

    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.shifts, key=lambda s: (s.agent_id, s.start_idx))
        object.__setattr__(self, "shifts", tuple(ordered))

    def by_agent(self) -> dict[str, tuple[Shift, ...]]:
        """Return agent id -> shifts in time order; agents without shifts are absent."""
        grouped: dict[str, list[Shift]] = {}
        for shift in self.shifts:
            grouped.setdefault(shift.agent_id, []).append(shift)
        return {agent: tuple(shifts) for agent, shifts in grouped.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """One local date on which an agent may start a shift, as grid range."""

    date_local: date
    start_idx: int
    end_idx: int
    week: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the objective weighs, in thousandths of a minor unit of the plan currency.

    Attributes
    ----------
    understaffing_per_hour
        For one missing agent-hour in the first step.
    understaffing_steps
        ``(share, factor)``: that share of the requirement costs *factor* times the
        price; shares sum to 1, factors rise.
    overstaffing_per_hour
        For one agent-hour that no queue needs.
    night_per_hour
        For one paid hour in the site's night, on top of the premium that is paid.
    preference_per_hour
        For one hour of work in avoided time or outside a preferred span of that day,
        at weight 1.
    preference_seniority
        How much of that each year of service adds: 0.1 counts the wishes of somebody
        with ten years twice.
    fairness_per_hour
        For one paid hour on a weekend, and for one at night, for each such shift a week
        that the agent has had more than the peer with the fewest.
    fairness_measure, fairness_within
        ``"price"``: what has been said above is all. With ``"spread"``, ``"min_max"``
        or ``"lexicographic"`` people alike exchange weeks at the end, until nights and
        weekends are shared as evenly as that share of the objective allows.
    change_per_shift, change_per_break
        For a shift added, dropped or moved against the live roster, and for one that
        only has its breaks moved.
    """

    understaffing_per_hour: int
    understaffing_steps: tuple[tuple[float, float], ...] = (
        (0.10, 1.0),
        (0.15, 2.0),
        (0.75, 4.0),
    )
    overstaffing_per_hour: int = 0
    night_per_hour: int = 0
    preference_per_hour: int = 0
    preference_seniority: float = 0.0
    fairness_per_hour: int = 0
    fairness_measure: str = "price"
    fairness_within: float = 0.001
    change_per_shift: int = 0
    change_per_break: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimePay:
    """What paid time of an agent's plan week costs beyond *after_minutes*.

    *price_per_step* is on top of the wage, in thousandths of a minor unit of the plan
    currency; a step that ends beyond the normal time is overtime.
    """

    agent_id: str
    week: int
    after_minutes: int
    price_per_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterInstance:
    """Everything a roster is made from and judged by; no rule is in it.

    The grid has the roster's step and spans the union of the agents' local days plus
    tails; ``window_start_idx:window_end_idx`` are the plan's dates in the planner's
    zone, the only part in which cover and guarantee are judged.

    Attributes
    ----------
    scheduled_agents
        ``[q, t]`` soft target of live queues, 0 outside the window and for deferred
        queues.
    guaranteed_agents
        ``[q, t]`` hard floor in whole agents, 0 where the queue is closed.
    open_mask
        ``[q, t]`` whether the queue is open.
    planned_days
        Agent id -> local dates on which the agent may start a shift.
    pay
        ``[a, t]`` price of one paid step, thousandths of a minor unit of the plan
        currency, premia included.
    night
        ``[a, t]`` whether the step lies in the night of the agent's clock.
    carry_over
        Shifts of the previous roster (indices may be negative); they give cover and
        bind rest and runs of days, and are never changed.
    locked
        Shifts of this plan that must stay as they are.
    live
        Shifts that people have been told; departing from them is priced. ``None``
        where no roster stands yet.
    cold_start_end_idx
        Before this step of the window, cover that needs a missing previous roster is
        ``cold_start``, not a violation (0 length when a previous roster is given).
    boundary
        What runs of days meet at the first date: the shifts of ``carry_over`` alone, or
        (``open``) as many dates of either kind as they need.
    ledger
        What each agent was asked to work in the weeks before the plan, one row per
        agent and week.
    activities
        Meetings and training to be placed inside shifts.
    overtime
        What hours beyond a week's normal ones cost on top of ``pay``.
    published
        Shifts of the plan's published roster, ``None`` where none was published.
    today
        The planner's date, from which notice is counted; ``None`` where no clock is.
    """

    grid: IntervalGrid
    zone: str
    window_start_idx: int
    window_end_idx: int
    queues: tuple[Queue, ...]
    sites: Mapping[str, Site]
    contracts: Mapping[str, EmploymentContract]
    agents: tuple[Agent, ...]
    planned_days: Mapping[str, tuple[PlannedDay, ...]]
    scheduled_agents: FloatArray
    guaranteed_agents: IntArray
    open_mask: BoolArray
    pay: IntArray
    night: BoolArray
    prices: Prices
    deferred: tuple[DeferredWork, ...] = ()
    blocked: tuple[BlockedTime, ...] = ()
    preferences: tuple[Preference, ...] = ()
    carry_over: tuple[Shift, ...] = ()
    locked: tuple[Shift, ...] = ()
    live: tuple[Shift, ...] | None = None
    cold_start_end_idx: int = 0
    boundary: Literal["carry_over", "open"] = "carry_over"
    ledger: tuple[FairnessRow, ...] = ()
    activities: tuple[Activity, ...] = ()
    overtime: tuple[OvertimePay, ...] = ()
    published: tuple[Shift, ...] | None = None
    today: date | None = None

    _rows: dict[str, dict[str, list[Any]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        num_t = self.grid.num_intervals
        queues, agents = (len(self.queues), num_t), (len(self.agents), num_t)
        for name, shape, dtype in (
            ("scheduled_agents", queues, np.float64),
            ("guaranteed_agents", queues, np.int64),
            ("open_mask", queues, np.bool_),
            ("pay", agents, np.int64),
            ("night", agents, np.bool_),
        ):
            array = read_only(getattr(self, name), shape=shape, dtype=dtype)
            object.__setattr__(self, name, array)

    @property
    def step_minutes(self) -> int:
        """Length of one roster step in minutes."""
        return self.grid.interval_minutes

    def agent_index(self) -> dict[str, int]:
        """Return agent id -> row of the ``[a, t]`` arrays."""
        return {agent.agent_id: a for a, agent in enumerate(self.agents)}

    def carried_of(self, agent_id: str) -> tuple[Shift, ...]:
        """Return the agent's shifts of the previous roster, as they are listed."""
        return tuple(self._of_agent("carry_over", agent_id))

    def blocked_of(self, agent_id: str) -> tuple[BlockedTime, ...]:
        """Return the agent's blocked times, as they are listed."""
        return tuple(self._of_agent("blocked", agent_id))

    def _of_agent(self, name: str, agent_id: str) -> Sequence[Any]:
        """Return the entries of one list that are the agent's; sorted out once."""
        if name not in self._rows:
            by_agent: dict[str, list[Any]] = {}
            for entry in getattr(self, name):
                by_agent.setdefault(entry.agent_id, []).append(entry)
            self._rows[name] = by_agent
        return self._rows[name].get(agent_id, ())

    def region_of(self, agent: Agent) -> str:
        """Return the region of the agent's site."""
        return self.sites[agent.site_id].region


def is_eligible(agent: Agent, queue: Queue) -> bool:
    """Return whether *agent* holds every skill that *queue* requires."""
    return all(
        agent.skills.get(need.skill, -1) >= need.min_level for need in queue.requires
    )


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """One breach of one rule, named so that a planner can find it.

    *missing* is the number of people that cover lacks, where the rule is about cover.
    """

    rule: str
    agent_id: str = ""
    date_local: date | None = None
    queue_id: str = ""
    start_idx: int = 0
    end_idx: int = 0
    message: str = ""
    missing: int = 0


@runtime_checkable
class RosterRule(Protocol):
    """The checker's face of a rule: what is wrong with a roster, without a solver."""

    name: ClassVar[str]

    def violations(
        self, instance: RosterInstance, roster: Roster
    ) -> Sequence[Violation]:
        """Return every breach of the rule in *roster*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """One entry of the plan's rules: name, parameters, for whom, on which dates."""

    rule: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    agent_ids: frozenset[str] | None = None
    first: date = date.min
    last: date = date.max
