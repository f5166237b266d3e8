"""Kernels: heads at work, what they cost, and shifts put in and taken out.

Heads below the floor and beyond the seats cost so much that no search keeps them.
"""

from solver.core.jit import inner_kernel, kernel
from solver.tours.instance import DAYS
from solver.tours.tables import BREAKS, LENGTH, NONE, PAID, SHIFT, TourState, TourTables


@inner_kernel
def saving(tables: TourTables, t: int, heads: int) -> float:
    """Return what one more head than *heads* at work in step t saves."""
    return float(tables.saving[t, min(heads, tables.saving.shape[1] - 1)])


@inner_kernel
def bump(tables: TourTables, state: TourState, t: int, sign: int) -> None:
    """Add (*sign* 1) or take away (-1) one head at work in step t."""
    state.cover[t] += sign
    gain = saving(tables, t, state.cover[t])
    state.cost[0] += gain if sign < 0 else -state.gain[t]
    state.gain[t] = gain


@inner_kernel
def sit(
    tables: TourTables, state: TourState, r: int, start: int, end: int, sign: int
) -> None:
    """Count or discount one head on shift; beyond the seats it costs."""
    for t in range(start, end):
        state.present[r, t] += sign
        excess = state.present[r, t] - tables.seats[r]
        if sign > 0 and excess > 0:
            state.cost[0] += tables.floor_price
        elif sign < 0 and excess >= 0:
            state.cost[0] -= tables.floor_price


@inner_kernel
def put_shift(tables: TourTables, state: TourState, a: int, d: int, sign: int) -> None:
    """Count (*sign* 1) or discount (-1) the shift of tour a on day d."""
    start = state.starts[a, d]
    if start == NONE:
        return
    r, k = state.place[a, 0], state.place[a, 1]
    end = start + tables.contracts[k, SHIFT]
    pay = tables.pay_sum[r, end] - tables.pay_sum[r, start]
    t = start
    for j in range(tables.contracts[k, BREAKS] + 1):
        stop, after = end, end
        if j < tables.contracts[k, BREAKS]:
            stop = state.breaks[a, d, j]
            after = stop + tables.breaks[k, j, LENGTH]
            if tables.breaks[k, j, PAID] == 0:
                pay -= tables.pay_sum[r, after] - tables.pay_sum[r, stop]
        while t < stop:
            bump(tables, state, t, sign)
            t += 1
        t = after
    state.cost[0] += sign * pay
    sit(tables, state, r, start, end, sign)


@inner_kernel
def put_tour(tables: TourTables, state: TourState, a: int, sign: int) -> None:
    """Count or discount tour a."""
    if state.place[a, 1] == NONE:
        return
    state.number[state.place[a, 1]] += sign
    for d in range(DAYS):
        put_shift(tables, state, a, d, sign)


@kernel
def recount(tables: TourTables, state: TourState) -> float:
    """Add up all tours anew; return the objective."""
    state.cover[:] = 0
    state.present[:] = 0
    state.number[:] = 0
    state.cost[0] = 0.0
    for t in range(len(tables.need)):
        state.cost[0] += tables.empty[t]
        state.gain[t] = saving(tables, t, 0)
    for a in range(len(state.place)):
        put_tour(tables, state, a, 1)
    return float(state.cost[0])
