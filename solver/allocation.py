r"""Who serves what: the cheapest use of a given roster, exactly.

At every step the working agents of a *group* (people who can serve the same queues)
are shared over these queues; deferred work couples the steps, for it may be done
anywhere between its arrival and its due time. With presence given this is one
minimum-cost flow in integer units (:mod:`solver.need`):

group at t -> queue at t -> its price pieces, or its due work -> sink,

so the result is exact, and fractional shares come out in thousandths of an agent.
Guaranteed units carry a reward that outweighs every price: they are filled first, as
far as an integer matching can fill them (heads and floors are whole agents, so the
flow fills them in whole agents exactly when such a matching exists).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.constraints import Constraint, Serves
from solver.need import UNITS_PER_AGENT, Need, deferred_rows
from solver.outcome import Allocation
from wfm.domain.arrays import IntArray
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster, RosterInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A roster's cheapest allocation, and what it leaves undone.

    Attributes
    ----------
    allocation
        Shares of each group's time.
    live_missing, floor_missing
        ``[q, t]`` units missing of the need of live queues, and of guarantees.
    undone
        Units of each piece of due work that are not done in time.
    cost
        Price of missing units, undone work and idle units; guarantees not priced.
    """

    allocation: Allocation
    live_missing: IntArray
    floor_missing: IntArray
    undone: tuple[int, ...]
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Working heads by group, ``heads[g, t]``; 0 outside the window."""

    queues: tuple[frozenset[str], ...]
    agents: tuple[frozenset[str], ...]
    heads: IntArray


def serves_of(constraints: Iterable[Constraint]) -> dict[str, frozenset[str]]:
    """Return agent id -> queues that the agent may be counted for."""
    return {
        item.agent_id: item.queue_ids
        for item in constraints
        if isinstance(item, Serves)
    }


def working_heads(
    instance: RosterInstance, roster: Roster, serves: Mapping[str, frozenset[str]]
) -> Groups:
    """Count working agents per group and step, carry-over included.

    A span pinned to a queue counts for that queue alone.
    """
    known = instance.agent_index()
    members: dict[frozenset[str], set[str]] = {}
    for agent_id in known:
        group = serves.get(agent_id, frozenset())
        members.setdefault(group, set()).add(agent_id)
    spans: list[tuple[frozenset[str], int, int]] = []
    first, last = max(0, instance.window_start_idx), instance.window_end_idx
    for shift in (*roster.shifts, *instance.carry_over):
        for span in shift.working_spans if shift.agent_id in known else ():
            group = serves.get(shift.agent_id, frozenset())
            if span.queue:
                group &= {span.queue}
                members.setdefault(group, set()).add(shift.agent_id)
            spans.append((group, max(span.start_idx, first), min(span.end_idx, last)))
    order = sorted(members, key=sorted)
    row = {group: g for g, group in enumerate(order)}
    heads = np.zeros((len(order), instance.grid.num_intervals), dtype=np.int64)
    for group, start, end in spans:
        heads[row[group], start : max(start, end)] += 1
    return Groups(
        queues=tuple(order),
        agents=tuple(frozenset(members[group]) for group in order),
        heads=heads,
    )


def allocate(
    instance: RosterInstance,
    roster: Roster,
    serves: Mapping[str, frozenset[str]],
    need: Need,
) -> Served:
    """Return the cheapest allocation of *roster* (exact, see the module)."""
    groups = working_heads(instance, roster, serves)
    network = Network(instance, groups, need)
    network.solve()
    return network.result()


class Network:
    """The flow network of one roster; arcs are kept in blocks of equal meaning."""

    def __init__(self, instance: RosterInstance, groups: Groups, need: Need) -> None:
        self.groups, self.need = groups, need
        self.row = {q.queue_id: row for row, q in enumerate(instance.queues)}
        num_g, num_t = groups.heads.shape
        self.num_t = num_t
        num_q = len(instance.queues)
        self.group_node = np.arange(num_g * num_t).reshape(num_g, num_t)
        self.queue_node = num_g * num_t + np.arange(num_q * num_t).reshape(num_q, num_t)
        # Deferred queues with a guarantee: units that have been counted for it.
        self.post_node = self.queue_node + num_q * num_t
        self.due_node = num_g * num_t + 2 * num_q * num_t + np.arange(len(need.due))
        self.sink = num_g * num_t + 2 * num_q * num_t + len(need.due)
        self.tails: list[IntArray] = []
        self.heads: list[IntArray] = []
        self.caps: list[IntArray] = []
        self.costs: list[IntArray] = []
        self.flows: list[IntArray] = []
        self.deferred = sorted(deferred_rows(instance))
        most = max((need.due_price, *need.piece_prices), default=0)
        self.reward = 2 * (most + need.idle_price) + 1
        self._build()

    def _add(self, tail: IntArray, head: IntArray, cap: IntArray, cost: int) -> int:
        """Add a block of arcs and return its number."""
        shape = np.broadcast_shapes(tail.shape, head.shape, cap.shape)
        for store, values in (
            (self.tails, tail),
            (self.heads, head),
            (self.caps, cap),
            (self.costs, np.array(cost)),
        ):
            store.append(np.broadcast_to(values, shape))
        return len(self.tails) - 1

    def _build(self) -> None:
        supply = self.groups.heads * UNITS_PER_AGENT
        sink = np.array(self.sink)
        self.idle = self._add(self.group_node, sink, supply, 0)
        self.shares = [
            (
                g,
                self.row[queue],
                self._add(
                    self.group_node[g],
                    self.queue_node[self.row[queue]],
                    supply[g],
                    0,
                ),
            )
            for g, queues in enumerate(self.groups.queues)
            for queue in sorted(queues)
            if queue in self.row
        ]
        self._build_live(sink)
        self._build_due(sink)

    def _build_live(self, sink: IntArray) -> None:
        """Add the price pieces, the dearest first, guaranteed units before all."""
        need, idle = self.need, self.need.idle_price
        live = [row for row in range(len(self.row)) if row not in self.deferred]
        self.live = np.array(live, dtype=np.int64)
        nodes, left = self.queue_node[self.live], need.floor[self.live]
        for width, price in zip(
            need.widths[::-1, self.live], reversed(need.piece_prices), strict=True
        ):
            floor = np.minimum(width, left)
            left = left - floor
            self._add(nodes, sink, floor, -(price + idle + self.reward))
            self._add(nodes, sink, width - floor, -(price + idle))

    def _build_due(self, sink: IntArray) -> None:
        need = self.need
        rows = np.array(self.deferred, dtype=np.int64)
        nodes, posts = self.queue_node[rows], self.post_node[rows]
        floor = need.floor[rows]
        plenty = np.array(int(self.groups.heads.sum()) * UNITS_PER_AGENT)
        self._add(nodes, posts, floor, -self.reward)
        self.beyond = self._add(nodes, posts, plenty, 0)
        self.standby = self._add(posts, sink, floor, 0)
        reward = need.due_price + need.idle_price
        self.work = self._add(*self._work_arcs(), 0)
        units = np.array([work.units for work in need.due], dtype=np.int64)
        self.done = self._add(self.due_node, sink, units, -reward)

    def arcs_of(self, block: int) -> IntArray:
        """Return the numbers of the arcs of *block*, all blocks counted through."""
        first = sum(other.size for other in self.tails[:block])
        return first + np.arange(self.tails[block].size)

    def _work_arcs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return tails, heads and capacities of work done at each step it may be."""
        due = self.need.due
        count = [len(work.steps) for work in due]
        tails = [self.post_node[work.queue_row, work.steps] for work in due]
        units = np.array([work.units for work in due], dtype=np.int64)
        nothing = np.zeros(0, dtype=np.int64)
        return (
            np.concatenate([nothing, *tails]),
            np.repeat(self.due_node, count),
            np.repeat(units, count),
        )

    def solve(self) -> None:
        """Solve the flow and keep the flow of every block."""
        from ortools.graph.python import min_cost_flow

        sizes = [block.size for block in self.tails]
        tails, heads, caps, costs = (
            np.concatenate([block.ravel() for block in store])
            for store in (self.tails, self.heads, self.caps, self.costs)
        )
        keep = np.flatnonzero(caps > 0)
        flow = np.zeros(len(caps), dtype=np.int64)
        if self.groups.heads.any():
            solver: Any = min_cost_flow.SimpleMinCostFlow()
            arcs = solver.add_arcs_with_capacity_and_unit_cost(
                tails[keep], heads[keep], caps[keep], costs[keep]
            )
            supply = (self.groups.heads * UNITS_PER_AGENT).ravel()
            solver.set_nodes_supplies(self.group_node.ravel(), supply)
            solver.set_node_supply(self.sink, -int(supply.sum()))
            status = solver.solve()
            if status != solver.OPTIMAL:
                msg = f"allocation ended with status {status}"
                raise ModelError(msg)
            flow[keep] = solver.flows(arcs)
        parts = np.split(flow, np.cumsum(sizes)[:-1])
        self.flows = [
            part.reshape(block.shape)
            for part, block in zip(parts, self.tails, strict=True)
        ]

    def result(self) -> Served:
        """Read shares, shortages and cost off the flow."""
        need, num_q = self.need, len(self.row)
        units = np.zeros((len(self.groups.queues), num_q, self.num_t), dtype=np.int64)
        for g, row, block in self.shares:
            units[g, row] = self.flows[block]
        served = units.sum(axis=0)
        floor_missing = np.maximum(need.floor - served, 0)
        standby = self._take_off_standby(units)
        live_missing = need.live - units.sum(axis=0)
        live_missing[self.deferred] = 0
        undone = tuple(
            work.units - int(done)
            for work, done in zip(need.due, self.flows[self.done], strict=True)
        )
        idle = int(self.flows[self.idle].sum()) + standby
        cost = need.idle_price * idle + need.due_price * sum(undone)
        return Served(
            allocation=Allocation(
                group_queues=self.groups.queues,
                group_agents=self.groups.agents,
                agents=units / UNITS_PER_AGENT,
            ),
            live_missing=live_missing,
            floor_missing=floor_missing,
            undone=undone,
            cost=cost + missing_cost(need, live_missing),
        )

    def _take_off_standby(self, units: IntArray) -> int:
        """Take reserved units that found no work off the shares; return how many."""
        standby = self.flows[self.standby].copy()
        total = int(standby.sum())
        for g in range(len(units)):
            taken = np.minimum(units[g, self.deferred], standby)
            units[g, self.deferred] -= taken
            standby -= taken
        return total


def missing_cost(need: Need, missing: IntArray) -> int:
    """Return the price of *missing* ``[q, t]`` units of live queues."""
    total, left = 0, missing
    for width, price in zip(need.widths, need.piece_prices, strict=True):
        taken = np.minimum(width, left)
        total += price * int(taken.sum())
        left = left - taken
    return total
