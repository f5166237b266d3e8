r"""What queues of one pool need together, found by simulating the whole plan.

By itself queue q needs :math:`r_q = b_q + s_q` agents, :math:`b_q` busy on average and
:math:`s_q` to spare. Where queues share agents the spare ones help everybody, so that
:math:`b_q + m s_q` with :math:`m < 1` keep the promise; where help goes mostly one way,
the helping queue needs :math:`m > 1`. One factor *m* per family of queues (those that
the same crews know) and class of intervals (same families open, similar load) is
looked for on common random numbers, all of them at once: each simulation of the whole
time tells every factor whether it may fall or must rise, a secant on the logit of the
lower confidence bound. Then fresh numbers verify, and what misses rises.

The staffing that is simulated gives the pool's crews in proportion to who is on duty;
carried queues, rounding to whole people and busy hands in mixed channels are thus in.
"""

from dataclasses import dataclass, field

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.model import Headcounts
from wfm.simulation.result import share
from wfm.simulation.run import Simulator
from wfm.staffing.multi_skill.pool import Pool

_LEAST_CONTACTS = 200.0
"""Fewer simulated contacts of a queue in a class say nothing about it."""
_EDGE = 1e-3
_FIRST_SLOPE, _LEAST_SLOPE, _MOST_SLOPE = 3.0, 1.5, 12.0
_MOST_SAFETY = 4.0
_REPAIR, _FASTER = 0.08, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """How much is simulated.

    Attributes
    ----------
    contacts
        In each simulation, over all replications.
    descents, repairs
        Simulations that look for the factors; and at most so many more that verify
        them on fresh numbers and raise what misses.
    """

    contacts: float = 600_000.0
    fewest_replications: int = 10
    descents: int = 8
    repairs: int = 8
    seed: int = 1
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledNeed:
    """Agents ``[q, t]`` of a pool's queues, and what was found on the way.

    Attributes
    ----------
    verified
        ``[q]`` lower confidence bound of the service level over the whole time, on
        fresh numbers.
    simulations
        Number of them.
    """

    agents: FloatArray
    verified: FloatArray
    simulations: int


def pooled_need(pool: Pool, settings: PoolSettings | None = None) -> PooledNeed:
    """Return what the queues of *pool* need together.

    Never more in all than by themselves: where nothing is gained, that stays.
    """
    search = _Search(pool=pool, settings=settings or PoolSettings())
    search.descend()
    verified = search.repair()
    return PooledNeed(
        agents=search.agents(), verified=verified, simulations=search.runs
    )


@dataclass(slots=True, kw_only=True, eq=False)
class _Search:
    """Factors ``[f, c]`` by family and class, and what is known about them."""

    pool: Pool
    settings: PoolSettings
    runs: int = 0
    families: IntArray = field(init=False)
    classes: IntArray = field(init=False)
    safety: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.families, self.classes = self.pool.families(), self.pool.classes()
        first = _first_safety(self.pool)
        self.safety = np.array(
            [
                [_mean_of(first[self.families == f][:, self.classes == c])
                 for c in range(self.classes.max(initial=-1) + 1)]
                for f in np.unique(self.families)
            ]
        )  # fmt: skip

    def agents(self) -> FloatArray:
        """Return ``[q, t]`` agents with the factors as they stand."""
        factor = np.ones(self.pool.alone_agents.shape)
        inside = self.classes >= 0
        factor[:, inside] = self.safety[self.families][:, self.classes[inside]]
        return self.pool.agents(factor)

    def descend(self) -> None:
        """Move every factor to where its lower bound meets the target."""
        simulator = self._simulator(self.settings.seed)
        slope = np.full(self.safety.shape, _FIRST_SLOPE)
        before: tuple[FloatArray, FloatArray] | None = None
        for _ in range(self.settings.descents):
            margin, _ = self._margins(simulator)
            if before is not None:
                slope = _secant(slope, self.safety - before[0], margin - before[1])
            before = self.safety, margin
            step = np.clip(margin / slope, -0.4, 0.4)
            self.safety = np.clip(self.safety - step, 0.0, _MOST_SAFETY)

    def repair(self) -> FloatArray:
        """Raise what misses on fresh numbers; return the lower bounds over all."""
        simulator = self._simulator(self.settings.seed + 1)
        verified = np.zeros(len(self.pool.queues))
        for k in range(self.settings.repairs):
            margin, verified = self._margins(simulator)
            misses = (margin < 0.0) & (self.safety < _MOST_SAFETY)
            if not misses.any():
                break
            rise = np.maximum(_REPAIR * _FASTER**k, -margin / _FIRST_SLOPE)
            raised = np.minimum(self.safety + rise, _MOST_SAFETY)
            self.safety = np.where(misses, raised, self.safety)
        return verified

    def _simulator(self, seed: int) -> Simulator:
        offered = sum(d.offered_contacts.sum() for d in self.pool.demands)
        wanted = int(np.ceil(self.settings.contacts / max(offered, 1.0)))
        return Simulator(
            model=self.pool.model(),
            replications=min(400, max(self.settings.fewest_replications, wanted)),
            seed=seed,
        )

    def _margins(self, simulator: Simulator) -> tuple[FloatArray, FloatArray]:
        """Return logits of bounds less targets ``[f, c]``, and the bounds ``[q]``.

        The worst queue speaks for its family.
        """
        self.runs += 1
        heads = self.pool.heads(self.agents())
        result = simulator.run(Headcounts(agents=heads))
        margin = np.full(self.safety.shape, np.inf)
        for c in range(self.safety.shape[1]):
            inside = self.classes == c
            above = result.in_time[:, :, inside].sum(axis=2)
            below = result.offered[:, :, inside].sum(axis=2)
            low = self._lower(above, below)
            gap = _logit(low) - _logit(self.pool.targets)
            known = below.sum(axis=0) >= _LEAST_CONTACTS
            for q in np.flatnonzero(known):
                f = self.families[q]
                margin[f, c] = min(margin[f, c], gap[q])
        whole = self._lower(result.in_time.sum(axis=2), result.offered.sum(axis=2))
        return np.where(np.isinf(margin), 0.0, margin), whole

    def _lower(self, above: FloatArray, below: FloatArray) -> FloatArray:
        both_sides = 2.0 * self.settings.confidence - 1.0
        return share(above, below, both_sides).low


def _first_safety(pool: Pool) -> FloatArray:
    """Return first factors ``[q, t]``: spare agents grow with the root of the load.

    A queue is pooled with others as far as the people who know it know them too.
    """
    duty = np.array([crew.on_duty for crew in pool.crews])
    knows = pool.knows
    people = knows.T @ duty
    safety = np.ones(pool.busy_agents.shape)
    for q, own in enumerate(pool.busy_agents):
        common = (knows * knows[:, [q]]).T @ duty
        overlap = np.divide(
            common, people[q], out=np.zeros_like(common), where=people[q] > 0.0
        )
        overlap[q] = 1.0
        around = (overlap * pool.busy_agents).sum(axis=0)
        root = np.sqrt(np.divide(own, around, out=np.ones_like(own), where=around > 0))
        safety[q] = root
    return safety


def _secant(slope: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Return slopes of margin over factor, where both moved enough to tell."""
    moved = np.abs(step) > 0.02
    found = np.divide(change, step, out=slope.copy(), where=moved)
    return np.clip(0.5 * (slope + found), _LEAST_SLOPE, _MOST_SLOPE)


def _logit(share_in_time: FloatArray) -> FloatArray:
    inside = np.clip(share_in_time, _EDGE, 1.0 - _EDGE)
    return np.log(inside / (1.0 - inside))


def _mean_of(values: FloatArray) -> float:
    return float(values.mean()) if values.size else 1.0
