r"""Agents with several conversations at once, as a birth-death chain.

With x conversations over n agents, each holds ``x // n`` or one more (the router
balances). An agent with j conversations completes them at the rate
:math:`j / (AHT \cdot f_j)`, where :math:`f_j` says how much longer each takes while j
are open. Up to n K conversations are served at once (K the most an agent holds); then
customers wait, as in :mod:`wfm.staffing.patience`. Dividing AHT by K instead misses
both the slower handling and the idle places.
"""

from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import ChatConcurrency
from wfm.staffing.patience import BusyServers, Waits, endless_waits, waits

_BLOCK = 64
_NEGLIGIBLE = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcurrentServers:
    """Flat queues of conversations, and their performance for whole or real agents.

    Between two whole numbers of agents every figure is interpolated linearly (Koole's
    convention): the chain has no natural continuation.

    Attributes
    ----------
    load
        Arrival rate times the handle time of a lone conversation, in Erlangs.
    patience_s
        Mean patience; ``inf`` where nobody gives up.
    """

    load: FloatArray
    aht_s: FloatArray
    within_s: float
    concurrency: ChatConcurrency
    patience_s: float = np.inf

    @property
    def throughput(self) -> float:
        """Conversations an agent with all places taken completes per lone AHT."""
        return self.concurrency.max_chats / self.concurrency.aht_factor[-1]

    def performance(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        """Return waiting and the share of places taken, of elements *at*."""
        floor = np.floor(agents)
        part = agents - floor
        mixed = np.flatnonzero(part)
        both, share = self._whole(
            np.concatenate((floor, floor[mixed] + 1.0)),
            np.concatenate((at, at[mixed])),
        )
        size, weight = len(at), part[mixed]
        fields = {}
        for name in Waits.__dataclass_fields__:
            fields[name] = _joined(getattr(both, name), size, mixed, weight)
        return Waits(**fields), _joined(share, size, mixed, weight)

    def _whole(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        load, aht_s = self.load[at], self.aht_s[at]
        log_weight, taken = below_full(load, agents, self.concurrency)
        places = agents * self.concurrency.max_chats
        queue = BusyServers(
            arrival=load / aht_s,
            service=agents * self.throughput / aht_s,
            abandon=np.full_like(load, 1.0 / self.patience_s),
            log_weight_below=log_weight,
        )
        within_s = np.full_like(load, self.within_s)
        solve = endless_waits if np.isinf(self.patience_s) else waits
        found = _nobody_serves(solve(queue, within_s), agents, self.patience_s)
        mean = (1.0 - found.p_wait) * taken + found.p_wait * places
        with np.errstate(all="ignore"):
            share = np.where(places > 0, mean / places, 1.0)
        return found, share


def below_full(
    load: FloatArray, agents: FloatArray, concurrency: ChatConcurrency
) -> tuple[FloatArray, FloatArray]:
    """Return how likely the states with a free place are, and their mean.

    The first figure is the logarithm of the stationary weight of all states up to
    "every place taken, nobody waits", relative to that state; the second the mean
    number of conversations while a place is free. The weights are summed downwards
    from the full state until the rest can't matter, all elements at once.

    Parameters
    ----------
    load, agents
        ``[n]`` lone Erlangs and whole numbers of agents.
    """
    pace = _Pace(concurrency)
    full = agents * concurrency.max_chats
    sums = _Sums(len(load))
    rows = np.flatnonzero((full > 0.0) & (load > 0.0))
    done = 0
    while len(rows):
        states = full[rows, None] - np.arange(done, done + _BLOCK)
        rate, most = pace.rates(states, agents[rows, None])
        with np.errstate(divide="ignore"):
            steps = np.log(rate) - np.log(load[rows, None])
        matters = sums.add(rows, steps, done)
        done += _BLOCK
        grows = most[:, -1] >= load[rows]
        rows = rows[(states[:, -1] > 1.0) & (matters | grows)]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_weight = np.logaddexp(0.0, sums.top + np.log(sums.weight))
        mean = np.where(sums.weight > 0.0, full - sums.depth / sums.weight, 0.0)
    return log_weight, mean


class _Sums:
    """Sums of exp(log weight - top), of the states k = 1, 2, ... below the full one."""

    def __init__(self, size: int) -> None:
        self.top, self.weight, self.depth = (np.zeros(size) for _ in range(3))
        self._last = np.zeros(size)

    def add(self, rows: IntArray, steps: FloatArray, done: int) -> BoolArray:
        """Add the states after the first *done*; return where the next still matter."""
        log_term = self._last[rows, None] + np.cumsum(steps, axis=1)
        high = np.maximum(self.top[rows], log_term.max(axis=1))
        term = np.exp(log_term - high[:, None])
        fade = np.exp(self.top[rows] - high)
        below = np.arange(done + 1, done + steps.shape[1] + 1)
        self.weight[rows] = self.weight[rows] * fade + term.sum(axis=1)
        self.depth[rows] = self.depth[rows] * fade + term @ below
        self.top[rows], self._last[rows] = high, log_term[:, -1]
        reach = np.log(self.weight[rows]) - _NEGLIGIBLE
        matters: BoolArray = log_term[:, -1] - high > reach
        return matters


class _Pace:
    """How fast conversations end in each state."""

    def __init__(self, concurrency: ChatConcurrency) -> None:
        each = np.arange(1, concurrency.max_chats + 1) / np.array(
            concurrency.aht_factor
        )
        self._rate = np.concatenate(([0.0], each, each[-1:]))
        self._most = np.maximum.accumulate(self._rate)

    def rates(
        self, states: FloatArray, agents: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the conversations ended per lone AHT, and the most in any lower state.

        States below 1 have the rate 0.
        """
        states = np.maximum(states, 0.0)
        each = np.floor(states / agents).astype(np.int64)
        more = states - each * agents
        rate = (agents - more) * self._rate[each] + more * self._rate[each + 1]
        peak = agents * self._most[each]
        return rate, np.maximum(rate, peak)


def _nobody_serves(found: Waits, agents: FloatArray, patience_s: float) -> Waits:
    """Set what holds without any agent: everybody waits, and gives up."""
    none = agents == 0
    values = {
        "p_wait": 1.0,
        "mean_wait_s": patience_s,
        "mean_wait_served_s": np.inf,
        "mean_virtual_wait_s": np.inf,
        "abandonment_fraction": 0.0 if np.isinf(patience_s) else 1.0,
        "served_in_time": 0.0,
        "virtual_in_time": 0.0,
        "abandoned_in_time": 0.0,
    }
    return Waits(
        **{name: np.where(none, v, getattr(found, name)) for name, v in values.items()}
    )


def _joined(
    values: FloatArray, size: int, mixed: IntArray, part: FloatArray
) -> FloatArray:
    """Mix the first *size* values with those of one agent more, where there are."""
    result = values[:size].copy()
    below, above = result[mixed], values[size:]
    with np.errstate(invalid="ignore"):
        between = below + part * (above - below)
    result[mixed] = np.where(np.isinf(below), below, between)
    return result
