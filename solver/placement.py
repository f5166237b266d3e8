"""Deferred work where it is cheapest, kept up to date while a roster changes.

A search asks again and again when deferred work is best done by the people at work. The
network of :mod:`solver.allocation` stays the same, only heads differ: its flow of least
cost and the potentials that prove it are kept, and only what the heads change is sent
or called back (:mod:`solver.core.reflow`). The cost is that of a flow solved from
nothing; of several such flows it is one near to that before.
"""

import numpy as np

from solver.allocation import Network
from solver.core.compile import Compiled
from solver.core.reflow import UNREACHED, find_potentials, settle
from solver.core.tables import (
    FIRST_BREAK,
    OPTION_END,
    OPTION_START,
    WINDOW_STEPS,
)
from solver.need import UNITS_PER_AGENT
from solver.reallocation import MOST_ROUNDS, PLENTY, residual
from wfm.domain.arrays import IntArray
from wfm.domain.errors import ModelError


class Placement:
    """Where deferred work is done, at least cost.

    Parameters
    ----------
    network
        A solved network, of whatever roster.

    Raises
    ------
    ModelError
        If the network's flow is not of least cost.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        tail, head, cap, cost, flow = (
            np.concatenate([block.ravel() for block in store])
            for store in (
                network.tails,
                network.heads,
                network.caps,
                network.costs,
                network.flows,
            )
        )
        # What a group has bounds what leaves it, and what its queues get, already.
        cap = np.where(tail < network.group_node.size, PLENTY, cap)
        cap[network.arcs_of(network.beyond)] = PLENTY
        kept = np.flatnonzero(cap > 0)
        place = np.cumsum(cap > 0) - 1
        self._work = place[network.arcs_of(network.work)]
        self._done = place[network.arcs_of(network.done)]
        work = network.need.due
        self._units = np.array([item.units for item in work], dtype=np.int64)
        num_q = max((item.queue_row for item in work), default=-1) + 1
        self._shape = num_q, network.num_t
        self._cell_of = np.concatenate(
            [
                np.zeros(0, dtype=np.int64),
                *(item.queue_row * network.num_t + item.steps for item in work),
            ]
        )
        self._heads = network.groups.heads.copy()
        self._cap, self._cost, self._flow = cap[kept], cost[kept], flow[kept]
        num_nodes = network.sink + 1
        self._first, self._leaving, self._ends = residual(
            tail[kept], head[kept], num_nodes
        )
        self._potential, self._excess, self._via, self._seen = np.zeros(
            (4, num_nodes), dtype=np.int64
        )
        self._distance = np.full(num_nodes, UNREACHED)
        self._keys, self._nodes = np.zeros((2, 2 * len(kept) + 1), dtype=np.int64)
        if not find_potentials(
            tail[kept],
            head[kept],
            self._cap,
            self._cost,
            self._flow,
            self._potential,
            MOST_ROUNDS,
        ):
            msg = "the work to be moved was not placed at least cost"
            raise ModelError(msg)

    def follow(self, heads: IntArray) -> None:
        """Place the work anew for the *heads* ``[g, t]`` of the network's groups."""
        more = (heads - self._heads).ravel() * UNITS_PER_AGENT
        self._heads = heads.copy()
        changed = np.flatnonzero(more)
        nodes = self.network.group_node.ravel()[changed]
        self._excess[nodes] = more[changed]
        if not settle(
            self.network.sink,
            self._excess,
            nodes,
            self._ends,
            self._cap,
            self._cost,
            self._flow,
            self._first,
            self._leaving,
            self._potential,
            self._distance,
            self._via,
            self._seen,
            self._keys,
            self._nodes,
        ):
            msg = "people at work could not be allocated"
            raise ModelError(msg)

    def cost(self) -> int:
        """Return the cost of the flow: rewards of what is served, so below nothing."""
        return int(self._cost @ self._flow)

    def done(self) -> IntArray:
        """Return ``[q, t]`` units of deferred work that are done."""
        units = np.zeros(self._shape, dtype=np.int64)
        np.add.at(units.reshape(-1), self._cell_of, self._flow[self._work])
        return units

    def undone(self) -> IntArray:
        """Return the units of each piece of due work that are not done in time."""
        return np.asarray(self._units - self._flow[self._done], dtype=np.int64)


class Crew:
    """Heads by group of a network, read off the search's choices.

    Parameters
    ----------
    compiled, network
        The tables, and the network of a roster whose choices are *choice*, *taken*.
    """

    def __init__(
        self, compiled: Compiled, network: Network, choice: IntArray, taken: IntArray
    ) -> None:
        self.weeks = compiled.weeks
        row = {
            frozenset(network.row[name] for name in names if name in network.row): g
            for g, names in enumerate(network.groups.queues)
        }
        groups = np.array([row[q] for q in compiled.groups.queue_rows], dtype=np.int64)
        agents = np.array([day.agent for day in compiled.days], dtype=np.int64)
        self._group = groups[compiled.cover_need.group_of_agent[agents]]
        self._window = compiled.cover_need.window
        self._shape = network.groups.heads.shape
        # Carry-over and pinned spans, which no choice changes.
        self._given = network.groups.heads - self._chosen(choice, taken)

    def heads(self, choice: IntArray, taken: IntArray) -> IntArray:
        """Return ``[g, t]`` heads at work under these choices."""
        return self._given + self._chosen(choice, taken)

    def _chosen(self, choice: IntArray, taken: IntArray) -> IntArray:
        options, breaks = self.weeks.options, self.weeks.breaks
        days = np.flatnonzero(choice >= 0)
        chosen, group = choice[days], self._group[days]
        steps = np.zeros((self._shape[0], self._shape[1] + 1), dtype=np.int64)
        np.add.at(steps, (group, options[chosen, OPTION_START]), 1)
        np.add.at(steps, (group, options[chosen, OPTION_END]), -1)
        for i in range(taken.shape[1]):
            item = options[chosen, FIRST_BREAK] + i
            has = np.flatnonzero(item < options[chosen + 1, FIRST_BREAK])
            start = taken[days[has], i]
            length = self.weeks.windows[breaks[item[has]], WINDOW_STEPS]
            np.add.at(steps, (group[has], start), -1)
            np.add.at(steps, (group[has], start + length), 1)
        heads = np.cumsum(steps, axis=1)[:, :-1]
        heads[:, : self._window[0]] = 0
        heads[:, self._window[1] :] = 0
        return np.asarray(heads, dtype=np.int64)
