"""Queues of a plan that share agents, over the plan's intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import Queue
from wfm.simulation.model import Route, Routing, SimulatedQueue, SimulationModel
from wfm.staffing.channel import QueueDemand

POOLED_CHANNELS = frozenset({"phone", "chat", "messaging"})

_FULLEST = 0.9
"""Busy agents count for at most this share of what a queue needs by itself."""
_NOBODY_ELSE = 1e-6
"""Weight of people who are not there, should a queue need some all the same."""
_BALANCING_ROUNDS = 8
_GOLDEN = 0.6180339887498949
_FEWEST_ALIKE = 12
_MOST_CLASSES_ALIKE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who know the same queues.

    Attributes
    ----------
    on_duty
        ``[t]`` how many of them to expect, were shifts put anywhere they may be.
    """

    queue_ids: frozenset[str]
    on_duty: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Queues joined by common crews, and what each needs by itself.

    Attributes
    ----------
    alone_agents, busy_agents, least_agents
        ``[q, t]`` agents needed without the others' help; agents kept busy; agents
        whom a cap on occupancy asks for.
    """

    queues: tuple[Queue, ...]
    demands: tuple[QueueDemand, ...]
    crews: tuple[Crew, ...]
    alone_agents: FloatArray
    busy_agents: FloatArray
    least_agents: FloatArray

    @property
    def knows(self) -> FloatArray:
        """Return 1 where a crew knows a queue, ``[g, q]``."""
        return np.array(
            [[float(q.queue_id in c.queue_ids) for q in self.queues]
             for c in self.crews]
        )  # fmt: skip

    @property
    def targets(self) -> FloatArray:
        """Return the service levels promised, ``[q]``."""
        return np.array([q.target.service_level_fraction for q in self.queues])

    def families(self) -> IntArray:
        """Return ``[q]`` numbers: queues that the same crews know have the same."""
        columns = [tuple(column) for column in self.knows.T]
        kinds = list(dict.fromkeys(columns))
        return np.array([kinds.index(column) for column in columns])

    def agents(self, safety: FloatArray) -> FloatArray:
        """Return ``[q, t]`` agents with *safety* ``[q, t]`` times the reserve alone."""
        reserve = self.alone_agents - self.busy_agents
        wanted: FloatArray = self.busy_agents + safety * reserve
        return np.maximum(wanted, self.least_agents)

    def model(self) -> SimulationModel:
        """Return the simulator's model of the whole time."""
        grid = self.demands[0].grid
        names = tuple(f"crew{g}" for g in range(len(self.crews)))
        ids = {queue.queue_id for queue in self.queues}
        return SimulationModel(
            interval_s=grid.interval_s,
            queues=tuple(map(_simulated, self.queues, self.demands)),
            group_ids=names,
            routing=Routing(
                routes=tuple(
                    Route(queue_id=q, group_id=name, preference=len(crew.queue_ids))
                    for name, crew in zip(names, self.crews, strict=True)
                    for q in sorted(crew.queue_ids & ids)
                )
            ),
        )

    def heads(self, agents: FloatArray) -> IntArray:
        """Return whole people ``[g, t]`` who give each queue its *agents* ``[q, t]``.

        Crews take part in proportion to who is on duty, as far as their queues' needs
        allow (iterative proportional fitting). Fractions are rounded so that crews,
        sums of crews and every stretch of time have the right number on average.
        """
        duty = np.array([crew.on_duty for crew in self.crews]) + _NOBODY_ELSE
        share = _balanced(self.knows, duty, agents)
        edges = np.cumsum(share, axis=0)
        phase = (_GOLDEN * np.arange(share.shape[1])) % 1.0
        whole = np.floor(edges + phase + 1e-9)
        return np.diff(whole, axis=0, prepend=0.0).astype(np.int64)

    def classes(self) -> IntArray:
        """Return ``[t]`` the class of each interval, -1 where nobody is needed.

        Intervals are alike when the same families are open under similar load.
        """
        families = self.families()
        load = np.array(
            [self.busy_agents[families == f].sum(axis=0) for f in np.unique(families)]
        )
        is_open = load > 0.0
        keys = (1 << np.arange(len(load))) @ is_open
        found = np.full(load.shape[1], -1)
        number = 0
        for key in np.unique(keys[keys > 0]):
            rows = np.flatnonzero(keys == key)
            parts = min(_MOST_CLASSES_ALIKE, max(1, len(rows) // _FEWEST_ALIKE))
            ranked = rows[np.argsort(load.sum(axis=0)[rows], kind="stable")]
            for part in np.array_split(ranked, parts):
                found[part] = number
                number += 1
        return found


def _balanced(knows: FloatArray, duty: FloatArray, agents: FloatArray) -> FloatArray:
    """Return people per crew, ``[g, t]``: queues' sums exact, crews' as on duty."""
    flow = knows[:, :, None] * duty[:, None, :]
    total = agents.sum(axis=0) / np.maximum(duty.sum(axis=0), 1e-300)
    for _ in range(_BALANCING_ROUNDS):
        flow = flow * _ratio(duty * total, flow.sum(axis=1))[:, None, :]
        flow = flow * _ratio(agents, flow.sum(axis=0))[None]
    people: FloatArray = flow.sum(axis=1)
    return people


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0.0)


def _simulated(queue: Queue, demand: QueueDemand) -> SimulatedQueue:
    return SimulatedQueue(
        queue_id=queue.queue_id,
        arrivals=demand.offered_contacts,
        handle_s=demand.aht_s,
        patience_s=queue.patience_s or np.inf,
        answer_within_s=queue.target.answer_within_s or 0.0,
        pace=queue.chat.aht_factor if queue.chat else (1.0,),
    )


def pools(
    queues: Sequence[Queue],
    demands: Sequence[QueueDemand],
    alone_agents: FloatArray,
    crews: Sequence[Crew],
) -> list[Pool]:
    """Return the sets of live queues that share agents; single queues are no pool.

    Queues whose promise is not a service level of every interval, or whose calls lead
    to other work (call-backs, blending), stay by themselves.
    """
    blended = {queue.blend_with for queue in queues}
    rows = {
        queue.queue_id: q
        for q, queue in enumerate(queues)
        if _is_poolable(queue, alone_agents[q]) and queue.queue_id not in blended
    }
    return [
        _pool([rows[name] for name in names], queues, demands, alone_agents, crews)
        for names in _joined(rows, crews)
    ]


def _is_poolable(queue: Queue, alone: FloatArray) -> bool:
    target, plans_on = queue.target, queue.staffing.plan_on
    return bool(
        queue.channel in POOLED_CHANNELS
        and target.service_level_fraction is not None
        and target.answer_within_s is not None
        and target.over == "interval"
        and queue.callback_offer is None
        and plans_on in {"mean", "p75", "p90"}
        and np.isfinite(alone).all()
        and alone.any()
    )


def _joined(rows: dict[str, int], crews: Sequence[Crew]) -> list[list[str]]:
    """Return the connected sets of two queues and more, in the plan's order."""
    label = {name: name for name in rows}
    for crew in crews:
        joined = {label[name] for name in crew.queue_ids & rows.keys()}
        if joined:
            first = min(joined)
            label = {n: first if own in joined else own for n, own in label.items()}
    sets = [
        [n for n in rows if label[n] == own] for own in dict.fromkeys(label.values())
    ]
    return [names for names in sets if len(names) > 1]


def _pool(
    members: Sequence[int],
    queues: Sequence[Queue],
    demands: Sequence[QueueDemand],
    alone_agents: FloatArray,
    crews: Sequence[Crew],
) -> Pool:
    own = tuple(queues[q] for q in members)
    alone = alone_agents[list(members)]
    busy = np.array([_busy(queues[q], demands[q]) for q in members])
    caps = np.array([[q.target.max_occupancy_fraction or np.inf] for q in own])
    return Pool(
        queues=own,
        demands=tuple(demands[q] for q in members),
        crews=_known_here(own, crews, alone.shape[1]),
        alone_agents=alone,
        busy_agents=np.minimum(busy, _FULLEST * alone),
        least_agents=np.minimum(busy / caps, alone),
    )


def _busy(queue: Queue, demand: QueueDemand) -> FloatArray:
    """Return the agents kept busy ``[t]``, conversations as close as they may be."""
    pace = queue.chat.aht_factor if queue.chat else (1.0,)
    least = min(factor / (k + 1) for k, factor in enumerate(pace))
    return demand.workload_erlangs * least


def _known_here(
    queues: Sequence[Queue], crews: Sequence[Crew], size: int
) -> tuple[Crew, ...]:
    """Return the crews by what they know of *queues*.

    Queues that the same people know have a crew for themselves, were it empty.
    """
    people: dict[frozenset[str], FloatArray] = {}
    for crew in crews:
        able = crew.queue_ids & {queue.queue_id for queue in queues}
        if able:
            people[able] = people.get(able, np.zeros(size)) + crew.on_duty
    for queue in queues:
        knowing = [able for able in people if queue.queue_id in able]
        family = frozenset.intersection(*knowing) if knowing else frozenset()
        others = frozenset().union(*(able for able in people if able not in knowing))
        family = (family - others) or frozenset({queue.queue_id})
        people.setdefault(family, np.zeros(size))
    return tuple(Crew(queue_ids=able, on_duty=duty) for able, duty in people.items())
