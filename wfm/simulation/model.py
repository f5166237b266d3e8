"""What is simulated: queues, who may serve them in which order, and the staffing."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray, read_only
from wfm.simulation.shapes import Constant, Exponential, Shape

PerInterval: TypeAlias = float | FloatArray
"""One number for the whole time, or one per interval ``[t]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Contacts that come again: a share of those concerned, after a delay.

    *to_queue* is the queue they come to, their own by default. A contact that comes
    back keeps its handle time, and its patience too if *keeps_patience*; in another
    queue both are drawn anew.
    """

    probability: float
    delay_s: float = 0.0
    delay_shape: Shape = field(default_factory=Constant)
    to_queue: str | None = None
    keeps_patience: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0 or not 0.0 <= self.delay_s < np.inf:
            msg = (
                f"a return needs a probability and a delay, got {self.probability} "
                f"after {self.delay_s} s"
            )
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOffer:
    """Callers who would wait long may hang up and be called instead.

    The offer is made to who arrives while the first in line has waited *after_s* (the
    delay of the head of the line predicts one's own best: Ibrahim and Whitt 2009,
    doi:10.1287/msom.1080.0223); *acceptance* of them become contacts of *to_queue*.
    """

    to_queue: str
    after_s: float
    acceptance: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedQueue:
    """One stream of contacts.

    Attributes
    ----------
    arrivals
        ``[t]`` mean contacts per interval: a Poisson process, even inside an interval.
    handle_s, handle_shape
        Mean handle time of contacts that arrive in each interval, and its shape.
    patience_s, patience_shape
        Mean time to abandonment, likewise; infinite where nobody gives up.
    answer_within_s
        What counts as in time, for live queues.
    pace
        Entry k - 1 multiplies the handle time while the agent holds k contacts: as
        many entries as contacts in parallel (a call has one).
    due_s
        ``[t]`` instant by which work that arrives in an interval should be finished;
        makes the queue deferred: nobody gives up, and its contacts are counted in the
        interval in which they are due.
    backlog_due_s
        Instants at which work is due that waits at time 0 (deferred queues only).
    open_mask
        ``[t]`` when the queue is open, always by default. It matters for who waits at
        closing time: see :class:`SimulationModel`.
    max_waiting
        Most contacts that can wait; a further one is blocked.
    retry
        What becomes of contacts that abandoned or were blocked.
    follow_up
        What becomes of contacts that were served: reconnects, second line.
    callback
        Offer to who would wait long.
    idle_reserve
        Idle agents that must stay for live queues when one takes a contact of this
        queue: the threshold of blending. Counted over all groups that share a live
        queue with the agent's.
    promote_after_s, promote_before_due_s
        After this wait a contact of a live queue comes before everything else, reserve
        or not; one of a deferred queue this long before it is due.
    busyness_cv
        Coefficient of variation of the day's gamma factor on arrivals.
    """

    queue_id: str
    arrivals: FloatArray
    handle_s: PerInterval
    handle_shape: Shape = field(default_factory=Exponential)
    patience_s: PerInterval = np.inf
    patience_shape: Shape = field(default_factory=Exponential)
    answer_within_s: float = 20.0
    pace: tuple[float, ...] = (1.0,)
    due_s: FloatArray | None = None
    backlog_due_s: tuple[float, ...] = ()
    open_mask: BoolArray | None = None
    max_waiting: int | None = None
    retry: Return | None = None
    follow_up: Return | None = None
    callback: CallbackOffer | None = None
    idle_reserve: int = 0
    promote_after_s: float = np.inf
    promote_before_due_s: float | None = None
    busyness_cv: float = 0.0

    def __post_init__(self) -> None:
        size = (np.asarray(self.arrivals).size,)
        object.__setattr__(self, "arrivals", read_only(self.arrivals, shape=size))
        if (self.arrivals < 0.0).any() or np.isinf(self.arrivals).any():
            msg = f"arrivals of {self.queue_id} must be finite and not negative"
            raise ValueError(msg)
        for name in ("handle_s", "patience_s"):
            values = np.broadcast_to(getattr(self, name), size)
            object.__setattr__(self, name, read_only(values, shape=size))
        if (np.asarray(self.handle_s) < 0.0).any():
            msg = f"handle times of {self.queue_id} must not be negative"
            raise ValueError(msg)
        if not self.pace or min(self.pace) <= 0.0:
            msg = f"the pace of {self.queue_id} needs positive factors, got {self.pace}"
            raise ValueError(msg)
        if self.backlog_due_s and self.due_s is None:
            msg = f"{self.queue_id} has a backlog but no due times"
            raise ValueError(msg)

    @property
    def is_deferred(self) -> bool:
        """Whether contacts may wait until they are due."""
        return self.due_s is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """That agents of a group may serve a queue, and in which order.

    Attributes
    ----------
    preference
        Among groups with somebody free, an arriving contact takes the lowest.
    priority
        Among waiting contacts, a free agent takes the lowest; equals by longest wait.
    after_s
        The contact must have waited this long before the group helps out (overflow).
    handle_factor
        On the handle time, for this group.
    """

    queue_id: str
    group_id: str
    preference: int = 0
    priority: int = 0
    after_s: float = 0.0
    handle_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """Lines that some queues share: at most this many contacts waiting or served."""

    queue_ids: tuple[str, ...]
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Who serves what, and which agent is taken among equals.

    *agent_choice*: of the free agents of equal preference, the one idle for longest
    (or with the fewest contacts in hand, then for longest), or any with equal chance.
    """

    routes: tuple[Route, ...]
    agent_choice: Literal["longest_idle", "random"] = "longest_idle"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationModel:
    """Queues, groups and routing over *num_intervals* of *interval_s* from time 0.

    **Start.** Time 0 begins empty but for backlogs. Contacts that arrive, and time that
    passes, before *warm_up_s* happen but are not counted.

    **End.** Arrivals end with the last interval; who is in the system then is still
    served, or gives up, by whoever is staffed (headcounts of the last interval stay,
    people of a roster leave at the end of their spans). Contacts left when nobody
    comes any more are counted as ``left``. Returns after the end don't happen.

    **Closing.** Contacts that wait in a live queue when it closes are still served
    while anybody eligible is on duty; when nobody is, they are cut off and counted as
    ``dropped``. Deferred work stays.

    **Leaving.** An agent whose span ends finishes the contacts in hand, takes no more,
    and comes back when the next span begins (a break gets shorter, not later).

    Attributes
    ----------
    bin_s
        Length of the intervals of the result, the model's own by default.
    busyness_day
        ``[t]`` number of the day whose busyness factor holds, one day by default.
    common_busyness
        Whether a day is busy for all queues alike, or for each by itself.
    """

    interval_s: float
    queues: tuple[SimulatedQueue, ...]
    group_ids: tuple[str, ...]
    routing: Routing
    line_groups: tuple[LineGroup, ...] = ()
    warm_up_s: float = 0.0
    bin_s: float | None = None
    busyness_day: IntArray | None = None
    common_busyness: bool = True

    def __post_init__(self) -> None:
        sizes = {queue.arrivals.size for queue in self.queues}
        if len(sizes) != 1:
            msg = f"queues must have arrivals of one length, got {sorted(sizes)}"
            raise ValueError(msg)
        if not 0.0 < self.interval_s < np.inf or not 0.0 <= self.warm_up_s < np.inf:
            msg = f"interval of {self.interval_s} s, warm-up of {self.warm_up_s} s"
            raise ValueError(msg)
        known = {queue.queue_id for queue in self.queues}, set(self.group_ids)
        if len(known[0]) < len(self.queues) or len(known[1]) < len(self.group_ids):
            msg = "queue ids and group ids must be unique"
            raise ValueError(msg)
        for route in self.routing.routes:
            if route.queue_id not in known[0] or route.group_id not in known[1]:
                msg = f"route from {route.queue_id!r} to {route.group_id!r} is unknown"
                raise ValueError(msg)

    @property
    def num_intervals(self) -> int:
        """Number of intervals."""
        return int(self.queues[0].arrivals.size)

    @property
    def horizon_s(self) -> float:
        """End of the last interval."""
        return self.num_intervals * self.interval_s

    def queue_index(self) -> dict[str, int]:
        """Return queue id -> row."""
        return {queue.queue_id: q for q, queue in enumerate(self.queues)}

    def group_index(self) -> dict[str, int]:
        """Return group id -> row."""
        return {group: g for g, group in enumerate(self.group_ids)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcounts:
    """Staffing by numbers: *agents* ``[g, t]`` on duty per group, whole.

    When a number falls, idle agents leave first, then whoever is first to finish.
    """

    agents: IntArray

    def __post_init__(self) -> None:
        given = np.asarray(self.agents)
        if given.ndim != 2 or (given < 0).any() or (given != np.floor(given)).any():
            msg = "headcounts must be whole numbers [g, t], not negative"
            raise ValueError(msg)
        agents = read_only(given, shape=given.shape, dtype=np.int64)
        object.__setattr__(self, "agents", agents)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosteredSpans:
    """Staffing by name: spans in which people are on duty, all arrays ``[s]``.

    Spans of one agent must not overlap; where one begins as another ends, the agent
    works on.

    Attributes
    ----------
    agent, group
        Row of the agent, and of the group whose routes hold in the span.
    start_s, end_s
        Half-open; may begin before time 0 and end after the horizon.
    unit
        Spans of one unit are missed together (a shift called off sick).
    absence_fraction
        ``[s]`` chance that the span's unit is missed; equal within a unit.
    """

    agent: IntArray
    group: IntArray
    start_s: FloatArray
    end_s: FloatArray
    unit: IntArray
    absence_fraction: FloatArray

    def __post_init__(self) -> None:
        size = np.asarray(self.agent).shape
        for name in ("agent", "group", "unit"):
            rows = read_only(getattr(self, name), shape=size, dtype=np.int64)
            object.__setattr__(self, name, rows)
        for name in ("start_s", "end_s", "absence_fraction"):
            object.__setattr__(self, name, read_only(getattr(self, name), shape=size))
        if (self.start_s >= self.end_s).any():
            msg = "a span must end after it starts"
            raise ValueError(msg)
        order = np.lexsort((self.start_s, self.agent))
        same = self.agent[order][1:] == self.agent[order][:-1]
        if (same & (self.start_s[order][1:] < self.end_s[order][:-1])).any():
            msg = "spans of one agent overlap"
            raise ValueError(msg)


Staffing: TypeAlias = Headcounts | RosteredSpans
