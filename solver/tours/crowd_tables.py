"""Tables and state of many named people, and kernels that count their shifts."""

from typing import NamedTuple

from solver.core.jit import inner_kernel, kernel
from solver.core.presence import off_row
from solver.core.slots import HEAD, CoverState, slot_cost
from solver.core.tables import (
    AT_WORK,
    FAR,
    FIRST_BREAK,
    FIRST_SUBSET,
    IS_HOME,
    ON_SHIFT,
    ON_SITE,
    OPTION_END,
    OPTION_START,
    ROW,
    ROW_END,
    ROW_HIGH,
    ROW_LOW,
    ROW_START,
    WINDOW_PAID,
    WINDOW_STEPS,
    CostTables,
    CoverTables,
    NeedTables,
    RowTables,
    WeekTables,
)
from wfm.domain.arrays import FloatArray, IntArray

NONE = -1


class CrowdTables(NamedTuple):
    """What people may do, who is of which type, and what heads and steps cost.

    People of one type share a row ``a`` of the week tables and costs; *type_of* ``[p]``
    is theirs. *price* is that of a head off a row.
    """

    weeks: WeekTables
    costs: CostTables
    cover: CoverTables
    need: NeedTables
    rows: RowTables
    type_of: IntArray
    price: float


class CrowdState(NamedTuple):
    """Everybody's shifts and what they add up to.

    ``choice[p, d]`` is the option of the person's d-th date (-1: none), ``taken[p, d,
    i]`` starts its i-th break; *heads* are the core's counts, ``in_rows[row, t]`` heads
    in rows. ``cost[0]`` and ``cost[1]`` are the costs of cover and of people, breaches
    included; ``random[0]`` is the state of the random numbers.
    """

    choice: IntArray
    taken: IntArray
    heads: CoverState
    in_rows: IntArray
    cost: FloatArray
    random: IntArray


class CrowdScratch(NamedTuple):
    """Working memory: worths per step, their sums, best breaks per window, a shift."""

    gain: FloatArray
    present: FloatArray
    seated: FloatArray
    totals: FloatArray
    least: FloatArray
    break_at: IntArray
    old_taken: IntArray


@inner_kernel
def change_head(
    tables: CrowdTables, state: CrowdState, g: int, t: int, sign: int
) -> None:
    """Add or take a working head of group g at step t."""
    if t < tables.need.window[0] or t >= tables.need.window[1]:
        return
    k, heads = tables.cover.component_of_group[g], state.heads
    if k < 0:
        state.cost[0] += sign * HEAD * tables.need.idle_price
        return
    heads.heads[t, k] += sign
    heads.stamp[k, t] += 1
    for s in range(
        tables.cover.components[k, FIRST_SUBSET],
        tables.cover.components[k + 1, FIRST_SUBSET],
    ):
        heads.supply[t, s] += sign * tables.cover.counts[g, s]
    cost = slot_cost(tables.cover, heads, tables.need.idle_price, k, t, NONE)
    state.cost[0] += cost - heads.cost[k, t]
    heads.cost[k, t] = cost


@inner_kernel
def count_rows_at(
    tables: CrowdTables,
    state: CrowdState,
    a: int,
    t: int,
    works: int,
    site: int,
    sign: int,
) -> None:
    """Count a head of type a in or out of its rows at step t."""
    rows = tables.rows
    for i in range(rows.of_agent[a], rows.of_agent[a + 1]):
        r = rows.members[i, ROW]
        if rows.rows[r, ROW_START] <= t < rows.rows[r, ROW_END]:
            low, high = rows.rows[r, ROW_LOW], rows.rows[r, ROW_HIGH]
            weight = rows.members[i, ON_SHIFT] + works * rows.members[i, AT_WORK]
            new = state.in_rows[r, t] + sign * (
                weight + site * rows.members[i, ON_SITE]
            )
            off = off_row(new, low, high) - off_row(state.in_rows[r, t], low, high)
            state.in_rows[r, t] = new
            state.cost[1] += off * tables.price


@inner_kernel
def break_ahead(tables: CrowdTables, state: CrowdState, p: int, d: int, i: int) -> int:
    """Return where the i-th break of the shift begins, far away if there is none."""
    o = state.choice[p, d]
    first, last = (
        tables.weeks.options[o, FIRST_BREAK],
        tables.weeks.options[o + 1, FIRST_BREAK],
    )
    return int(state.taken[p, d, i]) if i < last - first else FAR


@kernel
def count_shift(
    tables: CrowdTables, state: CrowdState, p: int, d: int, sign: int
) -> None:
    """Count the shift of the person's d-th date in (1) or out (-1) of everything."""
    weeks, costs, a = tables.weeks, tables.costs, tables.type_of[p]
    o, g = state.choice[p, d], tables.need.group_of_agent[a]
    state.cost[1] += sign * costs.fixed[o]
    i, until, paid, site = 0, NONE, 1, 1 - weeks.options[o, IS_HOME]
    ahead = break_ahead(tables, state, p, d, 0)
    for t in range(weeks.options[o, OPTION_START], weeks.options[o, OPTION_END]):
        if t == ahead:
            window = weeks.breaks[weeks.options[o, FIRST_BREAK] + i]
            until = t + weeks.windows[window, WINDOW_STEPS]
            paid, i = weeks.windows[window, WINDOW_PAID], i + 1
            ahead = break_ahead(tables, state, p, d, i)
        works = 1 if t >= until else 0
        price = costs.on_shift[a, t]
        if works:
            change_head(tables, state, g, t, sign)
            price += costs.working[a, t] + costs.paid[a, t]
        elif paid:
            price += costs.paid[a, t]
        state.cost[1] += sign * price
        count_rows_at(tables, state, a, t, works, site, sign)
