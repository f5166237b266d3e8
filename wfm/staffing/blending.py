r"""Phone blended with work that may wait, a few agents kept free for callers.

An agent who becomes free takes deferred work only while more than *reserve* agents are
idle; a caller takes any free agent. With deferred work always at hand the busy agents
never number less than :math:`m = n - r`: the states are those of M/M/n(+M) cut off
below m, and what keeps m agents busy is deferred work. The formulas are those behind
CCmath's published blending example, whose figures they reproduce; deferred work takes
as long as a call. By balance of flows the deferred work in progress is the busy agents
less the calls in progress, :math:`E[busy] - A (1 - P_{ab})`. Agents may be real: the
products :math:`\prod_i (n - i)/A` continue the weights below n.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.blocking import columns, log_erlang_b, shaped
from wfm.staffing.inverse import Score, least_integer, real_root
from wfm.staffing.patience import BusyServers, Waits, endless_waits, waits

_CHUNK = 1024
_DEVIATIONS = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blended:
    """A blended team's performance; arrays of the arguments' common shape.

    Attributes
    ----------
    service_level_fraction
        Share of offered calls answered in time.
    deferred_erlangs
        Agents busy with deferred work on average; over the handle time, its rate.
    occupancy_fraction
        Share of agents' time in calls and deferred work.
    abandonment_fraction, mean_wait_s
        Of all offered calls.
    """

    service_level_fraction: FloatArray
    deferred_erlangs: FloatArray
    occupancy_fraction: FloatArray
    abandonment_fraction: FloatArray
    mean_wait_s: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendedAgents:
    """Agents for calls and deferred work together, and how many stay free for calls.

    *binding* is ``"service_level"``, ``"deferred"`` or ``""`` where nothing is needed.
    """

    agents: FloatArray
    reserve: FloatArray
    binding: npt.NDArray[np.str_]


def blended(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    answer_within_s: npt.ArrayLike,
    *,
    reserve: npt.ArrayLike,
    patience_s: npt.ArrayLike = np.inf,
) -> Blended:
    """Return what a team achieves that does deferred work while agents are idle.

    Parameters
    ----------
    workload_erlangs
        Calls: arrival rate times handle time.
    agents
        All agents, real, >= 0.
    reserve
        Idle agents kept for callers, whole; at or above *agents* no deferred work is
        done.

    Raises
    ------
    ValueError
        If an argument is negative or NaN.
    """
    shape, (load, heads, aht, within, kept, patience) = columns(
        workload_erlangs, agents, aht_s, answer_within_s, reserve, patience_s
    )
    team = _Team(load=load, aht_s=aht, within_s=within, patience_s=patience)
    found, busy = team.performance(heads, np.floor(kept), np.arange(len(load)))
    with np.errstate(divide="ignore", invalid="ignore"):
        occupied = np.where(heads > 0.0, busy / heads, 1.0)
    return Blended(
        service_level_fraction=shaped(found.served_in_time, shape),
        deferred_erlangs=shaped(
            team.deferred(found, busy, np.arange(len(load))), shape
        ),
        occupancy_fraction=shaped(occupied, shape),
        abandonment_fraction=shaped(found.abandonment_fraction, shape),
        mean_wait_s=shaped(found.mean_wait_s, shape),
    )


def blended_agents(
    workload_erlangs: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    *,
    deferred_erlangs: npt.ArrayLike,
    answer_within_s: npt.ArrayLike,
    service_level_fraction: npt.ArrayLike,
    patience_s: npt.ArrayLike = np.inf,
    integer: bool = True,
) -> BlendedAgents:
    """Return the fewest agents, and their reserve, for calls and deferred work.

    A larger reserve answers more calls in time and does less deferred work, so the
    best one lies where the agents that either asks for cross; it is found by bisection.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, or a service level is not below 1.
    """
    shape, (load, aht, work, within, level, patience) = columns(
        workload_erlangs,
        aht_s,
        deferred_erlangs,
        answer_within_s,
        service_level_fraction,
        patience_s,
    )
    if bool(np.any(level >= 1.0)):
        msg = "a service level must be below 1"
        raise ValueError(msg)
    team = _Team(load=load, aht_s=aht, within_s=within, patience_s=patience)
    search = _Search(team=team, level=level, work=work, integer=integer)
    agents, reserve, calls_bind = search.solve()
    needed = np.where(calls_bind, "service_level", "deferred")
    return BlendedAgents(
        agents=shaped(agents, shape),
        reserve=shaped(reserve, shape),
        binding=np.where(agents > 0.0, needed, "").reshape(shape)[()],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Team:
    """Flat queues of calls and the chain cut off below."""

    load: FloatArray
    aht_s: FloatArray
    within_s: FloatArray
    patience_s: FloatArray

    def performance(
        self, agents: FloatArray, reserve: FloatArray, at: IntArray
    ) -> tuple[Waits, FloatArray]:
        """Return waiting and the mean number of busy agents of elements *at*."""
        load, aht_s, patience = self.load[at], self.aht_s[at], self.patience_s[at]
        log_weight, below = _cut_off(load, agents, reserve)
        with np.errstate(divide="ignore", invalid="ignore"):
            queue = BusyServers(
                arrival=load / aht_s,
                service=agents / aht_s,
                abandon=1.0 / patience,
                log_weight_below=log_weight,
            )
        found = endless_waits(queue, self.within_s[at])
        rows = np.flatnonzero(np.isfinite(patience) & (load > 0.0) & (agents > 0.0))
        if len(rows):
            some = waits(queue.part(rows), self.within_s[at][rows])
            for name in Waits.__dataclass_fields__:
                getattr(found, name)[rows] = getattr(some, name)
        _settle(found, load, agents, patience)
        busy = (1.0 - found.p_wait) * below + found.p_wait * agents
        return found, np.where(load > 0.0, busy, np.maximum(agents - reserve, 0.0))

    def deferred(self, found: Waits, busy: FloatArray, at: IntArray) -> FloatArray:
        """Return the deferred work in progress, in Erlangs."""
        calls = self.load[at] * (1.0 - found.abandonment_fraction)
        return np.maximum(busy - calls, 0.0)


def _settle(
    found: Waits, load: FloatArray, agents: FloatArray, patience_s: FloatArray
) -> None:
    """Set what holds without calls, and without agents."""
    none = (agents == 0.0) & (load > 0.0)
    found.abandonment_fraction[none & np.isfinite(patience_s)] = 1.0
    found.mean_wait_s[none] = patience_s[none]
    found.served_in_time[none] = 0.0
    idle = load == 0.0
    for name in Waits.__dataclass_fields__:
        getattr(found, name)[idle] = 0.0
    found.served_in_time[idle] = found.virtual_in_time[idle] = 1.0


def _cut_off(
    load: FloatArray, agents: FloatArray, reserve: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the log weight of states from n - r to n, and the mean below n.

    A reserve of all agents or more is plain phone work, continued by Erlang B.
    """
    log_weight = -log_erlang_b(load, agents)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Calls in progress while an agent is free: all less those in full states.
        blocked = np.exp(-log_weight)
        mean = (load * (1.0 - blocked) - agents * blocked) / (1.0 - blocked)
    mean = np.where(blocked < 1.0, np.maximum(mean, 0.0), 0.0)
    blend = np.flatnonzero((reserve < agents) & (load > 0.0))
    for start in range(0, len(blend), _CHUNK):
        rows = blend[start : start + _CHUNK]
        log_weight[rows], mean[rows] = _summed(load[rows], agents[rows], reserve[rows])
    return log_weight, mean


def _summed(
    load: FloatArray, agents: FloatArray, reserve: FloatArray
) -> tuple[FloatArray, FloatArray]:
    # Terms rise up to n - load and fall from there faster than a normal density of
    # variance load: what lies farther off is less than the last digit.
    reach = np.maximum(agents - load, 0.0) + _DEVIATIONS * (np.sqrt(load) + 1.0)
    free = np.arange(1, int(np.minimum(reserve, reach).max(initial=0.0)) + 1)
    counted = free <= reserve[:, None]
    ratio = np.where(counted, (agents[:, None] - free + 1) / load[:, None], 1.0)
    log_term = np.where(counted, np.cumsum(np.log(ratio), axis=1), -np.inf)
    top = log_term.max(axis=1, initial=0.0)
    term = np.exp(log_term - top[:, None])
    weight = term.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = agents - (term * free).sum(axis=1) / weight
        log_weight = np.logaddexp(0.0, top + np.log(weight))
    return log_weight, np.where(weight > 0.0, mean, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The least agents over all reserves."""

    team: _Team
    level: FloatArray
    work: FloatArray
    integer: bool

    def solve(self) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        """Return agents, reserve, and whether the calls ask for that many."""
        every = np.arange(len(self.level))
        alone = self._for_calls(np.full(len(every), np.inf), every)
        high = np.ceil(alone)  # so many kept free ask for as many for the work
        low = np.full(len(every), -1.0)
        rows = every[high - low > 1.0]
        while len(rows):
            middle = np.floor((low[rows] + high[rows]) / 2.0)
            few = self._for_calls(middle, rows) <= self._for_work(middle, rows)
            high[rows[few]] = middle[few]
            low[rows[~few]] = middle[~few]
            rows = rows[high[rows] - low[rows] > 1.0]
        best, reserve, calls = self._at(high)
        nearby, other, by_calls = self._at(np.maximum(high - 1.0, 0.0))
        less = nearby < best
        return (
            np.where(less, nearby, best),
            np.where(less, other, reserve),
            np.where(less, by_calls, calls),
        )

    def _at(
        self, reserve: FloatArray
    ) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        every = np.arange(len(reserve))
        calls = self._for_calls(reserve, every)
        work = self._for_work(reserve, every)
        return np.maximum(calls, work), reserve, calls >= work

    def _for_calls(self, reserve: FloatArray, rows: IntArray) -> FloatArray:
        """Return the agents that answer enough calls in time."""

        def score(agents: FloatArray, some: IntArray) -> FloatArray:
            at = rows[some]
            found, _ = self.team.performance(agents, reserve[some], at)
            missing: FloatArray = found.served_in_time - self.level[at]
            return missing

        load = self.team.load[rows]
        return self._root(score, np.ceil(load + np.sqrt(load)))

    def _for_work(self, reserve: FloatArray, rows: IntArray) -> FloatArray:
        """Return the agents that get the deferred work done."""

        def score(agents: FloatArray, some: IntArray) -> FloatArray:
            at, kept = rows[some], reserve[some]
            found, busy = self.team.performance(agents, kept, at)
            done = self.team.deferred(found, busy, at) - self.work[at]
            none = np.where(self.work[at] > 0.0, agents - kept - 1.0, 0.0)
            return np.where(agents > kept, done, none)

        load = self.team.load[rows]
        return self._root(score, np.ceil(load + np.sqrt(load) + self.work[rows]))

    def _root(self, score: Score, guess: FloatArray) -> FloatArray:
        high = least_integer(score, guess)
        return high if self.integer else real_root(score, high)
