r"""Agents with several conversations at once, as a birth-death chain.

With x conversations over n agents, each holds ``x // n`` or one more (the router
balances). An agent with j conversations completes them at the rate
:math:`j / (AHT \cdot f_j)`, where :math:`f_j` says how much longer each takes while j
are open. Up to n K conversations are served at once (K the most an agent holds); then
customers wait, as in :mod:`wfm.staffing.patience`. Dividing AHT by K instead misses
both the slower handling and the idle places.
"""

from dataclasses import dataclass, field

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import ChatConcurrency
from wfm.staffing.patience import BusyServers, Waits, endless_waits, waits


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
    _pace: dict[int, FloatArray] = field(default_factory=dict)

    @property
    def throughput(self) -> float:
        """Conversations an agent with all places taken completes per lone AHT."""
        return self.concurrency.max_chats / self.concurrency.aht_factor[-1]

    def performance(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        """Return waiting and the share of places taken, of elements *at*."""
        floor = np.floor(agents)
        part = agents - floor
        below = self._whole(floor.astype(np.int64), at)
        if not part.any():
            return below
        above = self._whole(np.ceil(agents).astype(np.int64), at)
        mixed = {
            name: _between(getattr(below[0], name), getattr(above[0], name), part)
            for name in Waits.__dataclass_fields__
        }
        return Waits(**mixed), _between(below[1], above[1], part)

    def _whole(self, agents: IntArray, at: IntArray) -> tuple[Waits, FloatArray]:
        load, aht_s = self.load[at], self.aht_s[at]
        rows = [self._below(a, n) for a, n in zip(load, agents.tolist(), strict=True)]
        log_weight, taken = np.array(rows).reshape(-1, 2).T
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

    def _below(self, load: float, agents: int) -> tuple[float, float]:
        """Return the log weight of the states up to full, and the mean below full."""
        full = agents * self.concurrency.max_chats
        if not full or load <= 0.0:
            return 0.0, 0.0
        state = np.arange(full + 1)
        log_weight = state * np.log(load) - self._log_pace(agents)
        log_weight -= log_weight[-1]
        top = float(log_weight.max())
        weight = np.exp(log_weight - top)
        total, lower = float(weight.sum()), float(weight[:-1].sum())
        mean = float((weight[:-1] * state[:-1]).sum()) / lower if lower > 0.0 else full
        return top + float(np.log(total)), mean

    def _log_pace(self, agents: int) -> FloatArray:
        """Return the summed logarithms of the service rates up to each state."""
        if agents not in self._pace:
            most, factor = self.concurrency.max_chats, self.concurrency.aht_factor
            rate = np.concatenate(
                ([0.0], np.arange(1, most + 1) / np.array(factor), [0.0])
            )
            each, more = np.divmod(np.arange(1, agents * most + 1), agents)
            total = (agents - more) * rate[each] + more * rate[each + 1]
            self._pace[agents] = np.concatenate(([0.0], np.cumsum(np.log(total))))
        return self._pace[agents]


def _nobody_serves(found: Waits, agents: IntArray, patience_s: float) -> Waits:
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


def _between(below: FloatArray, above: FloatArray, part: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        mixed = below + part * (above - below)
    return np.where(np.isinf(below) & (part > 0.0), below, mixed)
