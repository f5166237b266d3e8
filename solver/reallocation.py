"""Who serves what after a few shifts have changed: the allocation before, mended.

:func:`solver.allocation.allocate` solves a roster's week from nothing. An edit changes
a few heads; mending the flow before gives the exact allocation again, many times
sooner, and leaves alone what the edit does not touch: of several cheapest allocations,
one near to that before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.allocation import Network, Served, working_heads
from solver.need import UNITS_PER_AGENT, Need
from wfm.domain.arrays import IntArray
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster, RosterInstance

PLENTY = 1 << 40
"""Capacity of what something else bounds."""
MOST_ROUNDS = 500
"""Of finding potentials, each a pass over all arcs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Allocated:
    """A roster's cheapest allocation with the flow behind it, to be mended."""

    instance: RosterInstance
    serves: Mapping[str, frozenset[str]]
    need: Need
    network: Network
    served: Served


def allocated(
    instance: RosterInstance,
    roster: Roster,
    serves: Mapping[str, frozenset[str]],
    need: Need,
) -> Allocated:
    """Return the cheapest allocation of *roster*, solved from nothing."""
    groups = working_heads(instance, roster, serves)
    network = Network(instance, groups, need)
    network.solve()
    return Allocated(
        instance=instance,
        serves=serves,
        need=need,
        network=network,
        served=network.result(),
    )


def reallocated(before: Allocated, roster: Roster) -> Allocated:
    """Return the cheapest allocation of *roster*, mended from that of another.

    It costs exactly as much as one solved from nothing. Where people are pinned so
    that other groups exist, it is solved so.
    """
    instance, need = before.instance, before.need
    groups = working_heads(instance, roster, before.serves)
    network = Network(instance, groups, need)
    if groups.queues != before.network.groups.queues or not before.network.flows:
        network.solve()
    else:
        network.flows = _mended(before.network, network)
    return Allocated(
        instance=instance,
        serves=before.serves,
        need=need,
        network=network,
        served=network.result(),
    )


def _mended(before: Network, after: Network) -> list[IntArray]:
    """Return the flow of *after*, block by block."""
    whole = np.concatenate([block.ravel() for block in before.flows])
    caps = np.concatenate([block.ravel() for block in after.caps])
    kept = np.flatnonzero((caps > 0) | (whole > 0))
    whole[kept] = _mended_flow(before, after, kept, whole[kept])
    parts = np.split(whole, np.cumsum([block.size for block in after.tails])[:-1])
    return [
        part.reshape(block.shape)
        for part, block in zip(parts, after.tails, strict=True)
    ]


def _mended_flow(
    before: Network, after: Network, kept: IntArray, flow: IntArray
) -> IntArray:
    """Return the flow on the arcs *kept*, of least cost for the heads of *after*."""
    from solver.core.reflow import UNREACHED, find_potentials, settle

    tail, head, cap, cost = (
        np.concatenate([block.ravel() for block in store])[kept]
        for store in (after.tails, after.heads, after.caps, after.costs)
    )
    # What a group has bounds what leaves it already.
    cap = np.where(tail < after.group_node.size, PLENTY, cap)
    num_nodes = after.sink + 1
    potential, excess, via, seen = np.zeros((4, num_nodes), dtype=np.int64)
    more = after.groups.heads - before.groups.heads
    excess[after.group_node.ravel()] = more.ravel() * UNITS_PER_AGENT
    if not find_potentials(tail, head, cap, cost, flow, potential, MOST_ROUNDS):
        msg = "the allocation to be mended was not the cheapest"
        raise ModelError(msg)
    first, leaving, ends = residual(tail, head, num_nodes)
    keys, nodes = np.zeros((2, len(leaving) + 1), dtype=np.int64)
    if not settle(
        after.sink, excess, np.flatnonzero(excess), ends, cap, cost, flow, first,
        leaving, potential, np.full(num_nodes, UNREACHED), via, seen, keys, nodes,
    ):  # fmt: skip
        msg = "people at work could not be allocated"
        raise ModelError(msg)
    return flow


def residual(
    tail: IntArray, head: IntArray, num_nodes: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the residual arcs by the node they leave, and where each leads."""
    starts = np.stack([tail, head], axis=1).ravel()
    ends = np.stack([head, tail], axis=1).ravel()
    leaving = np.argsort(starts, kind="stable")
    first = np.searchsorted(starts[leaving], np.arange(num_nodes + 1))
    return first.astype(np.int64), leaving, ends
