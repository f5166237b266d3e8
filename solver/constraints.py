"""What rules may demand: a small vocabulary that every search understands.

A rule's encoder face says what is allowed by yielding these records. The CP-SAT
encoding, the best-response weeks, the columns and the relaxation each read the same
records, so a new rule reaches all of them from its one file. (A rule that fits none of
these forms may yield :class:`Custom`: CP-SAT enforces it, the other searches check and
reject. The week programme does so with hours of several weeks too, ``STRETCH``.)
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol, TypeAlias

from wfm.calendar.catalogue import ShiftOption
from wfm.domain.roster import Shift

Counting: TypeAlias = Literal["on_shift", "working", "on_site"]
"""Who is counted: everybody on shift, those at work, those on shift on site."""
FAR_DAYS = 10**6
"""More days than any plan has."""


class Spanned(Protocol):
    """A shift, or a shift that may be chosen."""

    @property
    def start_idx(self) -> int:
        """Return the step at which it starts."""
        ...

    @property
    def end_idx(self) -> int:
        """Return the step after its last."""
        ...

    @property
    def marks(self) -> frozenset[str]:
        """Return what tells it from others of the same times."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSet:
    """Shifts that start at one of *starts* (``None``: at any step) and are so long.

    *marks* are the kinds of breaks and duties, and the place, that they all have.
    """

    starts: frozenset[int] | None = None
    min_steps: int = 0
    max_steps: int = 10**6
    marks: frozenset[str] = frozenset()

    def holds(self, shift: Spanned) -> bool:
        """Return whether *shift* belongs to the set."""
        if self.starts is not None and shift.start_idx not in self.starts:
            return False
        if self.marks and not self.marks <= shift.marks:
            return False
        return self.min_steps <= shift.end_idx - shift.start_idx <= self.max_steps


def always_may_end(_state: object) -> bool:
    """Let a plan end in any state."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShiftADay:
    """At most one shift starts on each planned date; shifts never overlap."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueShifts:
    """Only shifts that the agent's contract allows, breaks inside their windows."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbidTime:
    """No shift of the agent touches ``[start_idx, end_idx)``."""

    agent_id: str
    start_idx: int
    end_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidStepsPerShift:
    """A shift has at most *max_steps* paid steps."""

    agent_id: str
    max_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapedShifts:
    """Of each shift offered to the agent remain those that *narrow* returns.

    ``narrow(date, option)`` returns nothing where the shift is not allowed, the option
    itself, or options with narrower windows of breaks, no placement being in two.
    Agents bound alike share one function.
    """

    agent_id: str
    narrow: Callable[[date, ShiftOption], Iterable[ShiftOption]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidStepsPerWeek:
    """Paid steps of the shifts of plan week *week* lie in ``min_steps..max_steps``."""

    agent_id: str
    week: int
    min_steps: int
    max_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidStepsOnDates:
    """Paid steps of the shifts of *dates* lie in ``min_steps..max_steps``."""

    agent_id: str
    dates: frozenset[date]
    min_steps: int
    max_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCount:
    """On *dates* the agent has ``min_shifts..max_shifts`` shifts of the set."""

    agent_id: str
    dates: frozenset[date]
    shifts: ShiftSet
    min_shifts: int
    max_shifts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbidNext:
    """On the date after a shift of *first* starts none of *then*; carry-over counts."""

    agent_id: str
    first: ShiftSet
    then: ShiftSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortestRun:
    """At least *min_days* dates in a row have a shift (``of="work"``), or have none.

    Dates are all from the agent's first planned date to the last. A run that reaches
    the last date may go on after it; one that begins on the first date, or ends just
    before it, has *days_before* dates already.
    """

    agent_id: str
    of: Literal["work", "free"]
    min_days: int
    days_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedGroups:
    """At most *max_groups* of *groups* have a shift on one of their dates or more."""

    agent_id: str
    groups: tuple[frozenset[date], ...]
    max_groups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPattern:
    """The agent's planned dates, in order, are read by a machine that never stops.

    ``letter(day, shift)`` is what a date looks like to it (*shift* is ``None`` on a
    free one), ``step(state, day, letter)`` its state afterwards, or ``None`` where that
    is not allowed. It begins in *start*, which knows what came before the plan, and
    after the last date ``may_end(state)`` holds. Letters and states compare by value.
    Machines of one agent and another with the same *alike* differ in *start* alone.
    """

    agent_id: str
    start: Hashable
    letter: Callable[[date, Spanned | None], Hashable]
    step: Callable[[Any, date, Any], Hashable | None]
    may_end: Callable[[Any], bool] = always_may_end
    alike: Hashable = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestBetweenShifts:
    """Between the end of a shift and the next start lie at least *min_steps*."""

    agent_id: str
    min_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsecutiveDays:
    """At most *max_days* consecutive local dates have a shift, carry-over included."""

    agent_id: str
    max_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeStretch:
    """Somewhere within ``[start_idx, end_idx)`` lie *min_steps* steps free of shifts.

    Shifts of the carry-over count. *week* is the plan week that the range belongs to.
    """

    agent_id: str
    week: int
    start_idx: int
    end_idx: int
    min_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedShifts:
    """The agent's shifts that start on the dates of *shifts* are exactly those."""

    agent_id: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Between *low* and *high* of *agent_ids* are present in every step of the range.

    ``counting="on_shift"`` counts breaks too, ``"working"`` does not (cover), and
    ``"on_site"`` counts breaks but no shifts at home (seats).
    """

    agent_ids: frozenset[str]
    start_idx: int
    end_idx: int
    low: int = 0
    high: int = 10**6
    counting: Counting = "working"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedHeads:
    """In every step of the range a weighed sum of people lies in ``low..high``.

    *weights* holds agent id, what the agent adds on shift (breaks included), and what
    is added to that at work.
    """

    weights: tuple[tuple[str, int, int], ...]
    start_idx: int
    end_idx: int
    low: int = -(10**6)
    high: int = 10**6
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """On each of *dates* these people have like shifts, or none has a shift.

    Shifts are alike that start and end together; with ``of="day"`` any two are.
    """

    agent_ids: tuple[str, ...]
    dates: frozenset[date]
    of: Literal["shift", "day"] = "shift"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonDates:
    """On *least* of *dates* or more, all shifts of these people are of the set."""

    agent_ids: frozenset[str]
    dates: frozenset[date]
    shifts: ShiftSet
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Serves:
    """The agent may be counted for these queues, and for no other."""

    agent_id: str
    queue_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """In every step of the range, *agents* whole agents are matched to the queue.

    All guarantees hold together: one integer matching gives each working agent to at
    most one queue and fills them all.
    """

    queue_id: str
    start_idx: int
    end_idx: int
    agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """No region leaves an open queue before another has taken it over.

    ``regions`` maps a region to the agents that can serve the queue. A region leaves
    at step t when one of its agents was on shift at t - 1 and none is at t. That is
    allowed only if the queue is not open at t, or if one other region had somebody
    *working* in each of the *overlap_steps* steps before t.
    """

    queue_id: str
    regions: tuple[tuple[str, frozenset[str]], ...]
    overlap_steps: int
    open_steps: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """A demand in CP-SAT's own words: ``enforce(model, context)``."""

    enforce: Callable[[Any, Any], None]


Constraint: TypeAlias = (
    OneShiftADay
    | CatalogueShifts
    | ForbidTime
    | PaidStepsPerShift
    | ShapedShifts
    | PaidStepsPerWeek
    | PaidStepsOnDates
    | ShiftCount
    | ForbidNext
    | ShortestRun
    | WorkedGroups
    | DayPattern
    | RestBetweenShifts
    | ConsecutiveDays
    | FreeStretch
    | LockedShifts
    | Heads
    | WeighedHeads
    | Together
    | CommonDates
    | Serves
    | Guarantee
    | HandOver
    | Custom
)

STRETCH = (PaidStepsOnDates,)
"""Records that the week programme reads only in part: hours of a plan week."""

COUPLING = (Heads, WeighedHeads, Together, CommonDates, Guarantee, HandOver)
"""Records that bind several agents: the searches price them, and may fail."""
