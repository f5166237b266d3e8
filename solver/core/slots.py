"""What the heads at one step cost: exact shortage by a greedy pass over pieces.

All amounts are whole units in floats, so sums and differences are exact.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import kernel
from solver.core.tables import CoverTables
from solver.need import UNITS_PER_AGENT
from wfm.domain.arrays import FloatArray, IntArray

HEAD = float(UNITS_PER_AGENT)


class CoverState(NamedTuple):
    """Heads of an incumbent and what they cost.

    ``supply[t, subset]`` and ``heads[t, k]`` count people at work; ``cost[k, t]`` is
    valid where not ``dirty``; ``gain[g, t]`` (what one more head is worth) is valid
    where ``gain_stamp`` equals ``stamp[k, t]``. ``clock`` gives fresh stamps.
    """

    width: FloatArray
    supply: FloatArray
    heads: FloatArray
    cost: FloatArray
    dirty: IntArray
    stamp: IntArray
    clock: IntArray
    gain: FloatArray
    gain_stamp: IntArray
    slack: FloatArray


def new_cover(tables: CoverTables) -> CoverState:
    """Return the state in which only the carry-over is at work."""
    num_t, num_g = tables.fixed_heads.shape
    num_k = len(tables.piece_of_component) - 1
    member = np.zeros((num_g, num_k))
    for g, k in enumerate(tables.component_of_group.tolist()):
        if k >= 0:
            member[g, k] = 1.0
    return CoverState(
        width=tables.width.copy(),
        supply=tables.fixed_heads @ tables.group_counts,
        heads=tables.fixed_heads @ member,
        cost=np.zeros((num_k, num_t)),
        dirty=np.ones((num_k, num_t), dtype=np.int64),
        stamp=np.zeros((num_k, num_t), dtype=np.int64),
        clock=np.zeros(1, dtype=np.int64),
        gain=np.zeros((num_g, num_t)),
        gain_stamp=np.full((num_g, num_t), -1, dtype=np.int64),
        slack=np.zeros(tables.group_counts.shape[1]),
    )


@kernel
def room_for(tables: CoverTables, slack: FloatArray, c: int) -> float:
    """Return how much more of class *c* the unused heads can serve."""
    room = 1e300
    for i in range(tables.subset_of_class[c], tables.subset_of_class[c + 1]):
        room = min(room, slack[tables.class_subset[i]])
    return room


@kernel
def use(tables: CoverTables, slack: FloatArray, c: int, units: float) -> None:
    """Take *units* of heads for class *c*."""
    for i in range(tables.subset_of_class[c], tables.subset_of_class[c + 1]):
        slack[tables.class_subset[i]] -= units


@kernel
def fill_slack(
    tables: CoverTables, state: CoverState, k: int, t: int, plus: int
) -> None:
    """Set the unused heads of step *t*, with one more of group *plus* (-1: none)."""
    for s in range(tables.subset_of_component[k], tables.subset_of_component[k + 1]):
        state.slack[s] = HEAD * state.supply[t, s]
        if plus >= 0:
            state.slack[s] += HEAD * tables.group_counts[plus, s]


@kernel
def slot_cost(
    tables: CoverTables, state: CoverState, k: int, t: int, plus: int
) -> float:
    """Return the least cost of component *k* at step *t* (group *plus*: one more)."""
    fill_slack(tables, state, k, t, plus)
    idle = HEAD * (state.heads[t, k] + (1.0 if plus >= 0 else 0.0))
    total = 0.0
    for i in range(tables.piece_of_component[k], tables.piece_of_component[k + 1]):
        width = state.width[t, i]
        if width <= 0.0:
            continue
        c = tables.piece_class[i]
        taken = min(width, room_for(tables, state.slack, c))
        if taken > 0.0:
            use(tables, state.slack, c, taken)
            idle -= taken * tables.piece_useful[i]
        total += (width - taken) * (tables.piece_price[i] + tables.piece_hard[i])
    return total + idle * tables.idle_price[0]


@kernel
def hard_missing(tables: CoverTables, state: CoverState, k: int, t: int) -> float:
    """Return the guaranteed units that component *k* misses at step *t*."""
    fill_slack(tables, state, k, t, -1)
    missing = 0.0
    for i in range(tables.piece_of_component[k], tables.piece_of_component[k + 1]):
        if tables.piece_hard[i] > 0.0 and state.width[t, i] > 0.0:
            c = tables.piece_class[i]
            taken = min(state.width[t, i], room_for(tables, state.slack, c))
            use(tables, state.slack, c, taken)
            missing += state.width[t, i] - taken
    return missing


@kernel
def settle(tables: CoverTables, state: CoverState, k: int) -> float:
    """Bring the costs of component *k* up to date and return their change."""
    change = 0.0
    for t in range(tables.window[0], tables.window[1]):
        if state.dirty[k, t]:
            cost = slot_cost(tables, state, k, t, -1)
            change += cost - state.cost[k, t]
            state.cost[k, t] = cost
            state.dirty[k, t] = 0
    return change


@kernel
def head_gain(tables: CoverTables, state: CoverState, g: int, t: int) -> float:
    """Return what one more head of group *g* saves at step *t*, exactly."""
    k = tables.component_of_group[g]
    if state.gain_stamp[g, t] != state.stamp[k, t]:
        more = slot_cost(tables, state, k, t, g)
        state.gain[g, t] = state.cost[k, t] - more
        state.gain_stamp[g, t] = state.stamp[k, t]
    return state.gain[g, t]


@kernel
def change_heads(
    tables: CoverTables, state: CoverState, g: int, start: int, end: int, sign: int
) -> float:
    """Add or take a head of group *g* during a span; return what the cost changes.

    Where the gain of the head is known, the cost is kept up to date by it; elsewhere
    it becomes dirty.
    """
    k = tables.component_of_group[g]
    if k < 0:
        return 0.0
    change = 0.0
    first, last = max(start, tables.window[0]), min(end, tables.window[1])
    for t in range(first, last):
        known = sign > 0 and state.gain_stamp[g, t] == state.stamp[k, t]
        if known and not state.dirty[k, t]:
            state.cost[k, t] -= state.gain[g, t]
            change -= state.gain[g, t]
        else:
            state.dirty[k, t] = 1
        state.clock[0] += 1
        state.stamp[k, t] = state.clock[0]
        state.heads[t, k] += sign
        for s in range(
            tables.subset_of_component[k], tables.subset_of_component[k + 1]
        ):
            state.supply[t, s] += sign * tables.group_counts[g, s]
    return change
