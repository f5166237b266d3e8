"""What a search returns, and what it is told to do."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Literal, TypeAlias

from wfm.domain.arrays import FloatArray
from wfm.domain.roster import Roster

StopReason = Literal["optimal", "gap", "time", "deterministic", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveLimits:
    """When to stop, and how much of the machine to use.

    ``deterministic_rounds`` makes the run reproducible: the search stops after that
    many rounds of work, whatever the clock says; then *max_time_s* is only a net.
    """

    max_time_s: float = 90.0
    gap: float = 0.0
    num_workers: int = 8
    seed: int = 1
    deterministic_rounds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One line of the search: incumbent and bound in objective units."""

    wall_s: float
    phase: str
    objective: int | None
    bound: int | None
    violations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Expected share of each agent group's time per queue, ``agents[g, q, t]``.

    A group is a set of queues that the same agents can serve; ``group_queues[g]``
    names it and ``group_agents[g]`` its members.
    """

    group_queues: tuple[frozenset[str], ...]
    group_agents: tuple[frozenset[str], ...]
    agents: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenness:
    """What exchanging weeks among people alike has done for fairness.

    Attributes
    ----------
    before, after
        Weekend and night shifts a week of everybody who has peers alike, past weeks
        included, falling.
    exchanged
        How many people have another week than before.
    cost
        What it added to the objective, in its units.
    is_proven
        Whether no exchange within the budget is fairer by the measure asked for.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    exchanged: int
    cost: int
    is_proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A roster that breaks no rule.

    Objective and bound are integer thousandths of a minor unit of the plan currency.
    *avoidable_base* is the part of the objective that no legal roster can avoid
    (wages of contractual minimum hours), for the net gap. *evenness* says what a
    measure of fairness has changed, where one is asked for. *method* names the search
    that ran: ``weeks``, ``columns``, or ``nobody`` where nobody has to be planned.
    """

    roster: Roster
    allocation: Allocation
    objective: int
    bound: int
    avoidable_base: int
    terms: dict[str, int]
    stop_reason: StopReason
    reproducible: bool
    wall_s: float
    first_roster_s: float
    start_objective: int
    rounds: int
    trace: tuple[Progress, ...] = ()
    evenness: Evenness | None = None
    method: str = ""

    @property
    def gap(self) -> float:
        """Raw gap: distance to the bound as a fraction of the objective."""
        return max(0.0, (self.objective - self.bound) / max(self.objective, 1))

    @property
    def net_gap(self) -> float:
        """Gap with the unavoidable wages taken out of the objective."""
        net = max(self.objective - self.avoidable_base, 1)
        return max(0.0, (self.objective - self.bound) / net)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """One or two things that, relaxed, make the guarantees possible."""

    relaxed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A guarantee that can't be met, in grid steps."""

    queue_id: str
    start_idx: int
    end_idx: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """No roster keeps every rule.

    *best* is the best roster without the guarantee (marked as such by its exports);
    *conflicts* says in words what can't hold where no roster exists at all.
    """

    best: Solved | None
    shortfalls: tuple[Shortfall, ...]
    cures: tuple[Cure, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """Nothing legal was found in time, and nothing was proven."""

    wall_s: float
    stop_reason: StopReason
    best: Solved | None = None
    shortfalls: tuple[Shortfall, ...] = ()


Outcome: TypeAlias = Solved | Infeasible | NotFound
OnProgress: TypeAlias = Callable[[Progress], None]
StopEvent: TypeAlias = Event
