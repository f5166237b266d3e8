"""A plan as read: settings and rows, validated, still on wall clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from wfm.domain.demand import (
    DEFAULT_FORECAST_MODEL,
    ContactHistory,
    DemandEvent,
    Queue,
    ShrinkageComponent,
)
from wfm.domain.edits import OverrideRow
from wfm.domain.fairness import FairnessRow
from wfm.domain.people import Agent, EmploymentContract, Site
from wfm.domain.roster import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRule:
    """One rule table of plan.yaml, at the level it stands: plan, site or contract.

    *pack* and *pack_key* name the value of a rule pack that it comes from, if it does;
    what the plan says itself at the same level wins over it. It holds from *first* to
    *last*.
    """

    rule: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    enabled: bool = True
    site_id: str | None = None
    contract_id: str | None = None
    pack: str = ""
    pack_key: str = ""
    first: date = date.min
    last: date = date.max


PackState: TypeAlias = Literal[
    "verified", "confirmed", "own", "unverified", "off", "later"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPack:
    """One rule pack that plan.yaml asks for, at the level it stands.

    Attributes
    ----------
    states
        Key of a value or premium -> ``verified`` (in the pack), ``confirmed`` (by the
        plan), ``own`` (the plan's own value), ``unverified`` (off, as nobody has
        verified it), ``off`` (by the plan), ``later`` (not yet in force).
    premia
        Key -> fraction of the wage, of the premia that hold.
    confirmed_by
        Who confirmed values, in the plan's words.
    spans
        Key -> first and last date on which the value or premium holds, of those that
        begin or end within the plan's dates.
    """

    pack: str
    states: Mapping[str, PackState]
    premia: Mapping[str, float] = field(default_factory=dict)
    site_id: str | None = None
    contract_id: str | None = None
    confirmed_by: str = ""
    spans: Mapping[str, tuple[date, date]] = field(default_factory=dict)

    def holds_on(self, key: str, day: date) -> bool:
        """Return whether a value or premium that is on holds on *day* of the plan."""
        first, last = self.spans.get(key, (date.min, date.max))
        return first <= day <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFloor:
    """A ``min_cover`` entry for a queue: at least *agents* in these local hours."""

    queue_id: str
    agents: int
    spans: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """Days added to (date -> name) and removed from one public calendar."""

    added: Mapping[date, str] = field(default_factory=dict)
    removed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """plan.yaml: what is planned, for whom, under which rules and prices.

    *first_date* and *weeks* give the plan's dates in *zone*, the planner's.
    *packs* are the rule packs asked for, whose values stand among *rules*;
    *queue_floors* are the ``min_cover`` entries that name a queue. *multi_skill* says
    whether queues that share agents are sized together. *duties* are the names of
    activities.csv, where that was read.
    """

    name: str
    zone: str
    first_date: date
    weeks: int
    interval_minutes: int
    roster_step_minutes: int
    currency: str
    queues: tuple[Queue, ...]
    sites: Mapping[str, Site]
    contracts: Mapping[str, EmploymentContract]
    prices: Prices
    rules: tuple[PlanRule, ...] = ()
    packs: tuple[PlanPack, ...] = ()
    queue_floors: tuple[QueueFloor, ...] = ()
    shrinkage: tuple[ShrinkageComponent, ...] = ()
    calendar_changes: Mapping[str, CalendarChange] = field(default_factory=dict)
    forecast_model: str = DEFAULT_FORECAST_MODEL
    queue_models: Mapping[str, str] = field(default_factory=dict)
    level_deferred: Literal["apart", "together"] = "apart"
    multi_skill: Literal["auto", "off"] = "auto"
    duties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """availability.csv: a weekly (*weekday*) or dated (*day*) span of local minutes.

    *to_minute* may exceed 1440 where the span runs past midnight.
    """

    agent_id: str
    weekday: int | None
    day: date | None
    from_minute: int
    to_minute: int
    kind: Literal["available", "unavailable", "prefer", "avoid"]
    weight: float
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOffRow:
    """time_off.csv, in wall minutes of the agent's clock, half-open."""

    agent_id: str
    from_wall_minute: int
    to_wall_minute: int
    kind: str
    paid: bool
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """activities.csv: a duty off the queues, in wall minutes of the local clock.

    Each of *agent_ids* has it once within one of *windows*, half-open; *pinned*: at the
    beginning. Those who have it *together* have it at one time.
    """

    activity: str
    agent_ids: tuple[str, ...]
    minutes: int
    windows: tuple[tuple[int, int], ...]
    pinned: bool
    together: bool
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One span of previous_roster.csv or roster.csv."""

    agent_id: str
    site_id: str
    date_local: date
    start_utc: datetime
    end_utc: datetime
    activity: str
    queue_id: str
    row: int
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogRow:
    """backlog.csv: contacts of a deferred queue that wait when the plan begins.

    *due_utc* is set where the customer was promised a time.
    """

    queue_id: str
    arrived_utc: datetime
    contacts: float
    row: int
    due_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """exchange_rates.csv: one unit of *source_currency* buys *rate* of the target."""

    month: str
    source_currency: str
    target_currency: str
    rate: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningEntry:
    """history_log.csv: one thing found in the history and what was done about it."""

    file: str
    row: int
    queue_id: str
    start: str
    finding: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFolder:
    """A plan folder as read; each command asks only for its own files.

    Parts whose file was not asked for are empty or ``None``. *hashes* maps each file
    read to the SHA-256 of its bytes. *published* is the plan's roster as people have
    been told it and *today* the planner's date; both are known only where the plan's
    rules speak of notice.
    """

    plan: Plan
    history: ContactHistory | None = None
    history_log: tuple[CleaningEntry, ...] = ()
    agents: tuple[Agent, ...] = ()
    availability: tuple[AvailabilityRow, ...] = ()
    time_off: tuple[TimeOffRow, ...] = ()
    previous_roster: tuple[RosterRow, ...] | None = None
    ledger: tuple[FairnessRow, ...] = ()
    locked: tuple[RosterRow, ...] = ()
    published: tuple[RosterRow, ...] | None = None
    today: date | None = None
    activities: tuple[ActivityRow, ...] = ()
    events: tuple[DemandEvent, ...] = ()
    overrides: tuple[OverrideRow, ...] = ()
    backlog: tuple[BacklogRow, ...] = ()
    exchange_rates: tuple[ExchangeRate, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
