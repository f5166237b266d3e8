"""What the heads at one step cost: exact shortage by a greedy pass over pieces.

All amounts are whole units in floats, so sums and differences are exact.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.tables import (
    FIRST_PIECE,
    FIRST_SUBSET,
    PIECE_CLASS,
    PIECE_HARD,
    PIECE_PRICE,
    PIECE_USEFUL,
    CoverTables,
    NeedTables,
)
from solver.need import UNITS_PER_AGENT
from wfm.domain.arrays import FloatArray, IntArray

HEAD = float(UNITS_PER_AGENT)


class CoverState(NamedTuple):
    """Heads of an incumbent and what they cost.

    ``supply[t, subset]`` and ``heads[t, k]`` count people at work; ``cost[k, t]`` is
    out of date where ``dirty``; ``gain[g, t]`` (what one more head is worth) is valid
    where ``gain_stamp`` equals ``stamp[k, t]``. ``slack`` is scratch.
    """

    width: FloatArray
    supply: FloatArray
    heads: FloatArray
    cost: FloatArray
    dirty: IntArray
    stamp: IntArray
    gain: FloatArray
    gain_stamp: IntArray
    slack: FloatArray


def new_cover(tables: CoverTables, need: NeedTables) -> CoverState:
    """Return the state in which only the carry-over is at work."""
    num_t, num_g = need.fixed_heads.shape
    num_k = len(tables.components) - 1
    member = np.zeros((num_g, num_k))
    for g, k in enumerate(tables.component_of_group.tolist()):
        if k >= 0:
            member[g, k] = 1.0
    return CoverState(
        width=need.width.copy(),
        supply=need.fixed_heads @ tables.counts,
        heads=need.fixed_heads @ member,
        cost=np.zeros((num_k, num_t)),
        dirty=np.ones((num_k, num_t), dtype=np.int64),
        stamp=np.zeros((num_k, num_t), dtype=np.int64),
        gain=np.zeros((num_g, num_t)),
        gain_stamp=np.full((num_g, num_t), -1, dtype=np.int64),
        slack=np.zeros(tables.counts.shape[1]),
    )


@inner_kernel
def room_for(tables: CoverTables, slack: FloatArray, c: int) -> float:
    """Return how much more of class *c* the unused heads can serve."""
    room = 1e300
    for i in range(tables.subset_of_class[c], tables.subset_of_class[c + 1]):
        room = min(room, slack[tables.class_subset[i]])
    return room


@inner_kernel
def use(tables: CoverTables, slack: FloatArray, c: int, units: float) -> None:
    """Take *units* of heads for class *c*."""
    for i in range(tables.subset_of_class[c], tables.subset_of_class[c + 1]):
        slack[tables.class_subset[i]] -= units


@inner_kernel
def fill_slack(
    tables: CoverTables, state: CoverState, k: int, t: int, plus: int
) -> None:
    """Set the unused heads of step *t*, with one more of group *plus* (-1: none)."""
    for s in range(
        tables.components[k, FIRST_SUBSET], tables.components[k + 1, FIRST_SUBSET]
    ):
        state.slack[s] = HEAD * state.supply[t, s]
        if plus >= 0:
            state.slack[s] += HEAD * tables.counts[plus, s]


@inner_kernel
def serve_pieces(
    tables: CoverTables, state: CoverState, k: int, t: int, idle: float
) -> tuple[float, float]:
    """Serve the pieces of step *t*, dearest first, from the unused heads.

    Returns what unserved need costs, and what is left of *idle* units.
    """
    total = 0.0
    for i in range(
        tables.components[k, FIRST_PIECE], tables.components[k + 1, FIRST_PIECE]
    ):
        width = state.width[t, i]
        if width > 0.0:
            c = int(tables.pieces[i, PIECE_CLASS])
            taken = min(width, room_for(tables, state.slack, c))
            if taken > 0.0:
                use(tables, state.slack, c, taken)
                idle -= taken * tables.pieces[i, PIECE_USEFUL]
            total += (width - taken) * tables.pieces[i, PIECE_PRICE]
    return total, idle


@kernel
def slot_cost(
    tables: CoverTables, state: CoverState, idle_price: float, k: int, t: int, plus: int
) -> float:
    """Return the least cost of component *k* at step *t* (group *plus*: one more)."""
    fill_slack(tables, state, k, t, plus)
    heads = state.heads[t, k] + 1.0 if plus >= 0 else state.heads[t, k]
    total, idle = serve_pieces(tables, state, k, t, HEAD * heads)
    return float(total + idle * idle_price)


@inner_kernel
def slot_cost_without(
    tables: CoverTables, state: CoverState, idle_price: float, k: int, t: int, g: int
) -> float:
    """Return the least cost of component *k* at step *t* with a head of *g* less."""
    fill_slack(tables, state, k, t, -1)
    for s in range(
        tables.components[k, FIRST_SUBSET], tables.components[k + 1, FIRST_SUBSET]
    ):
        state.slack[s] -= HEAD * tables.counts[g, s]
    idle = HEAD * (state.heads[t, k] - 1.0)
    total, idle = serve_pieces(tables, state, k, t, idle)
    return float(total + idle * idle_price)


@kernel
def hard_missing(
    tables: CoverTables, state: CoverState, window: tuple[int, int]
) -> float:
    """Return the guaranteed units that are missing, over all steps."""
    missing = 0.0
    for k in range(state.cost.shape[0]):
        for t in range(window[0], window[1]):
            fill_slack(tables, state, k, t, -1)
            for i in range(
                tables.components[k, FIRST_PIECE], tables.components[k + 1, FIRST_PIECE]
            ):
                if tables.pieces[i, PIECE_HARD] > 0.0 and state.width[t, i] > 0.0:
                    c = int(tables.pieces[i, PIECE_CLASS])
                    taken = min(state.width[t, i], room_for(tables, state.slack, c))
                    use(tables, state.slack, c, taken)
                    missing += state.width[t, i] - taken
    return missing


@kernel
def settle(
    tables: CoverTables, state: CoverState, idle_price: float, window: tuple[int, int]
) -> float:
    """Bring all costs up to date and return their change."""
    change = 0.0
    for k in range(state.cost.shape[0]):
        for t in range(window[0], window[1]):
            if state.dirty[k, t]:
                cost = slot_cost(tables, state, idle_price, k, t, -1)
                change += cost - state.cost[k, t]
                state.cost[k, t] = cost
                state.dirty[k, t] = 0
    return change


@kernel
def find_gains(
    tables: CoverTables,
    state: CoverState,
    idle_price: float,
    window: tuple[int, int],
    g: int,
    reach: IntArray,
    gain: FloatArray,
) -> None:
    """Set what one more head of group *g* saves at every step in *reach*, exactly.

    Costs must be up to date. Outside the window and beyond reach a head saves nothing.
    """
    k = tables.component_of_group[g]
    for t in range(gain.shape[0]):
        gain[t] = 0.0
        if t < window[0] or t >= window[1] or not reach[t]:
            continue
        if k < 0:
            gain[t] = -HEAD * idle_price
            continue
        if state.gain_stamp[g, t] != state.stamp[k, t]:
            more = slot_cost(tables, state, idle_price, k, t, g)
            state.gain[g, t] = state.cost[k, t] - more
            state.gain_stamp[g, t] = state.stamp[k, t]
        gain[t] = state.gain[g, t]


@kernel
def change_heads(
    tables: CoverTables,
    state: CoverState,
    window: tuple[int, int],
    g: int,
    spans: IntArray,
    sign: int,
    stamp: int,
) -> float:
    """Add or take a head of group *g* in *spans*; return what the cost changes.

    Where the gain of the head is known, the cost is kept up to date by it; elsewhere
    it becomes dirty. *stamp* marks the change and must be new.
    """
    k = tables.component_of_group[g]
    first = tables.components[k, FIRST_SUBSET]
    last = tables.components[k + 1, FIRST_SUBSET]
    change = 0.0
    for n in range(spans.shape[0]):
        for t in range(max(spans[n, 0], window[0]), min(spans[n, 1], window[1])):
            known = sign > 0 and state.gain_stamp[g, t] == state.stamp[k, t]
            if known and not state.dirty[k, t]:
                state.cost[k, t] -= state.gain[g, t]
                change -= state.gain[g, t]
            else:
                state.dirty[k, t] = 1
            state.stamp[k, t] = stamp
            state.heads[t, k] += sign
            for s in range(first, last):
                state.supply[t, s] += sign * tables.counts[g, s]
    return change
