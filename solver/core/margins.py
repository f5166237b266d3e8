"""What a head more or less is worth at single steps, remembered until it changes.

A move of one agent changes the heads of a step by one at most, so the change of cost
is a sum over steps of margins, exactly. Margins are computed when they are first asked
for and hold until the heads of their component at that step change.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel
from solver.core.slots import HEAD, CoverState, slot_cost, slot_cost_without
from solver.core.tables import FIRST_SUBSET, CoverTables
from wfm.domain.arrays import FloatArray, IntArray


class Margins(NamedTuple):
    """``value[i, g, t]``: change of cost by one head of group g more (0) or less (1).

    Valid where ``stamp[i, g, t]`` is that of the component's step in the cover state.
    """

    cover: CoverTables
    state: CoverState
    window: tuple[int, int]
    idle_price: float
    value: FloatArray
    stamp: IntArray


def new_margins(
    cover: CoverTables, state: CoverState, window: tuple[int, int], idle_price: float
) -> Margins:
    """Return margins of which none is known."""
    shape = (2, *state.gain.shape)
    return Margins(
        cover=cover,
        state=state,
        window=window,
        idle_price=idle_price,
        value=np.zeros(shape),
        stamp=np.full(shape, -1, dtype=np.int64),
    )


@inner_kernel
def margin(m: Margins, g: int, t: int, sign: int) -> float:
    """Return what one head of group *g* more (or less) at step *t* adds to the cost.

    The cost of the step must be up to date. Outside the window it is nothing.
    """
    if t < m.window[0] or t >= m.window[1]:
        return 0.0
    k = m.cover.component_of_group[g]
    if k < 0:
        return sign * HEAD * m.idle_price
    i = 0 if sign > 0 else 1
    if m.stamp[i, g, t] != m.state.stamp[k, t]:
        if sign > 0:
            cost = slot_cost(m.cover, m.state, m.idle_price, k, t, g)
        else:
            cost = slot_cost_without(m.cover, m.state, m.idle_price, k, t, g)
        m.value[i, g, t] = cost - m.state.cost[k, t]
        m.stamp[i, g, t] = m.state.stamp[k, t]
    return m.value[i, g, t]  # type: ignore[no-any-return]


@inner_kernel
def cost_of_change(
    m: Margins, g: int, change: IntArray, first: int, last: int
) -> float:
    """Return what ``change[t]`` (-1, 0, 1) heads of group *g* add to the cost."""
    total = 0.0
    for t in range(first, last):
        if change[t] != 0:
            total += margin(m, g, t, change[t])
    return total


@inner_kernel
def apply_change(
    m: Margins, g: int, change: IntArray, first: int, last: int, stamp: int
) -> None:
    """Add ``change[t]`` heads of group *g*, whose margins are known; *stamp* is new."""
    k = m.cover.component_of_group[g]
    if k < 0:
        return
    low, high = m.cover.components[k : k + 2, FIRST_SUBSET]
    for t in range(max(first, m.window[0]), min(last, m.window[1])):
        if change[t] != 0:
            m.state.cost[k, t] += m.value[0 if change[t] > 0 else 1, g, t]
            m.state.stamp[k, t] = stamp
            m.state.heads[t, k] += change[t]
            for s in range(low, high):
                m.state.supply[t, s] += change[t] * m.cover.counts[g, s]
