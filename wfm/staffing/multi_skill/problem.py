"""Queues that share groups of agents at steady load, and what headcounts give."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.model import (
    Headcounts,
    Route,
    Routing,
    SimulatedQueue,
    SimulationModel,
)
from wfm.simulation.result import Estimate
from wfm.simulation.run import Simulator

_SECONDS_PER_HOUR = 3600.0
_WARM_UP_CONTACTS = 10.0
"""Handle times before counting starts: the queues begin empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillQueue:
    """A stream of contacts at a steady rate, and its target."""

    queue_id: str
    contacts_per_hour: float
    aht_s: float
    service_level_fraction: float
    answer_within_s: float
    patience_s: float = np.inf

    def __post_init__(self) -> None:
        if not (self.contacts_per_hour > 0.0 and self.aht_s > 0.0):
            msg = f"{self.queue_id} needs contacts and a handle time"
            raise ValueError(msg)
        if not 0.0 < self.service_level_fraction < 1.0:
            msg = f"target of {self.queue_id} must lie between 0 and 1"
            raise ValueError(msg)

    @property
    def workload_erlangs(self) -> float:
        """Agents busy on average if nobody waited."""
        return self.contacts_per_hour * self.aht_s / _SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillGroup:
    """Agents who serve the same queues, at one cost each.

    *most* is how many of them there are.
    """

    group_id: str
    queue_ids: frozenset[str]
    cost: float = 1.0
    most: int = 1_000_000

    def __post_init__(self) -> None:
        if not self.queue_ids or not self.cost > 0.0:
            msg = f"group {self.group_id} needs queues and a cost"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillDesign:
    """Queues and groups; specialists are asked first, free agents take who waits most.

    Raises
    ------
    ValueError
        If a queue has no group, or a group an unknown queue.
    """

    queues: tuple[SkillQueue, ...]
    groups: tuple[SkillGroup, ...]

    def __post_init__(self) -> None:
        known = {queue.queue_id for queue in self.queues}
        served = frozenset[str]().union(*(group.queue_ids for group in self.groups))
        if served != known:
            msg = f"groups serve {sorted(served)}, queues are {sorted(known)}"
            raise ValueError(msg)

    @property
    def serves(self) -> FloatArray:
        """Return 1 where a group serves a queue, ``[q, g]``."""
        return np.array(
            [[float(q.queue_id in g.queue_ids) for g in self.groups]
             for q in self.queues]
        )  # fmt: skip

    @property
    def costs(self) -> FloatArray:
        """Return the cost of one agent, ``[g]``."""
        return np.array([group.cost for group in self.groups])

    @property
    def targets(self) -> FloatArray:
        """Return the service levels promised, ``[q]``."""
        return np.array([queue.service_level_fraction for queue in self.queues])

    def model(self, hours: float) -> SimulationModel:
        """Return the simulator's model of *hours* at this load."""
        warm_up_s = _WARM_UP_CONTACTS * max(queue.aht_s for queue in self.queues)
        span_s = warm_up_s + hours * _SECONDS_PER_HOUR
        per_span = span_s / _SECONDS_PER_HOUR
        routes = tuple(
            Route(queue_id=q, group_id=g.group_id, preference=len(g.queue_ids))
            for g in self.groups
            for q in sorted(g.queue_ids)
        )
        return SimulationModel(
            interval_s=span_s,
            warm_up_s=warm_up_s,
            queues=tuple(
                SimulatedQueue(
                    queue_id=queue.queue_id,
                    arrivals=np.array([queue.contacts_per_hour * per_span]),
                    handle_s=queue.aht_s,
                    patience_s=queue.patience_s,
                    answer_within_s=queue.answer_within_s,
                )
                for queue in self.queues
            ),
            group_ids=tuple(group.group_id for group in self.groups),
            routing=Routing(routes=routes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How much is simulated: contacts in all, in so many independent runs."""

    contacts: float = 100_000.0
    replications: int = 40
    seed: int = 1
    confidence: float = 0.95


@dataclass(slots=True, kw_only=True)
class Judge:
    """Service levels by headcount on common random numbers; each is simulated once.

    *runs* counts simulations.
    """

    design: SkillDesign
    sample: Sample
    runs: int = 0
    _simulator: Simulator = field(init=False)
    _known: dict[tuple[int, ...], Estimate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        per_hour = sum(queue.contacts_per_hour for queue in self.design.queues)
        hours = self.sample.contacts / self.sample.replications / per_hour
        self._simulator = Simulator(
            model=self.design.model(hours),
            replications=self.sample.replications,
            seed=self.sample.seed,
        )

    def level(self, heads: IntArray) -> Estimate:
        """Return each queue's service level under *heads* ``[g]``, one-sided bounds.

        *low* is the lower bound that the truth passes with the sample's confidence.
        """
        key = tuple(int(n) for n in heads)
        if key not in self._known:
            self.runs += 1
            result = self._simulator.run(Headcounts(agents=np.array(key)[:, None]))
            both_sides = 2.0 * self.sample.confidence - 1.0
            self._known[key] = result.service_level(confidence=both_sides)
        return self._known[key]

    def shortfall(self, heads: IntArray) -> FloatArray:
        """Return by how much each lower bound misses its target, ``[q]``."""
        low = self.level(heads).low
        return np.maximum(self.design.targets - low, 0.0)

    def misses_by(self, heads: IntArray) -> float:
        """Return the largest shortfall of an estimate, whatever its bound says."""
        return float((self.design.targets - self.level(heads).value).max())

    def holds(self, heads: IntArray) -> bool:
        """Return whether every queue meets its target at the lower bound."""
        return not self.shortfall(heads).any()

    def named(self, heads: IntArray) -> Mapping[str, int]:
        """Return group id -> agents."""
        names = (group.group_id for group in self.design.groups)
        return dict(zip(names, heads.tolist(), strict=True))
