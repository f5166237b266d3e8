"""From a fractional solution to whole tours with whole shifts and breaks.

Cumulative sums are rounded, not single values: whole shifts then stay between the
bands opened and closed, and breaks within their windows, so the result is legal by
construction and no sum is off by more than a half. Seats alone may be overdrawn.
"""

from collections.abc import Sequence

import numpy as np

from solver.tours.instance import DAYS, TourInstance
from solver.tours.programme import Chain, Programme, TourColumn
from solver.tours.tables import TourState, TourTables, empty_state
from wfm.domain.arrays import FloatArray, IntArray

TINY = 1e-6


def whole_counts(
    instance: TourInstance, programme: Programme, x: FloatArray
) -> IntArray:
    """Return whole numbers of each kind of tour, near *x* and within all shares."""
    wanted = x[[tour.column for tour in programme.tours]]
    contract = np.array([tour.contract for tour in programme.tours])
    counts = np.floor(wanted + TINY).astype(np.int64)
    total = whole_total(float(wanted.sum()))
    room = share_limits(instance, total) - np.bincount(
        contract, weights=counts, minlength=len(instance.contracts)
    ).astype(np.int64)
    for j in np.argsort(counts - wanted, kind="stable").tolist():
        if counts.sum() >= total:
            break
        if room[contract[j]] > 0 and wanted[j] > TINY:
            counts[j] += 1
            room[contract[j]] -= 1
    return np.asarray(counts, dtype=np.int64)


def whole_total(total: float) -> int:
    """Return the whole number of tours for a fractional *total*: rounded up.

    Whole shifts fit the need less well than fractions do, and a missing agent costs
    more than an idle one: on a week of 200 people one tour less left 75 agent-steps
    missing and a gap of 1.3 %.
    """
    return int(np.ceil(total - TINY))


def share_limits(instance: TourInstance, total: int) -> IntArray:
    """Return ``[k]`` how many of *total* tours each contract may have."""
    shares = np.array([c.max_share for c in instance.contracts])
    return np.asarray(np.floor(shares * total + TINY), dtype=np.int64)


def round_off(
    instance: TourInstance,
    programme: Programme,
    tables: TourTables,
    x: FloatArray,
    spare_rows: int,
) -> TourState:
    """Return whole tours near *x*, with *spare_rows* free rows (nothing counted)."""
    counts = whole_counts(instance, programme, x)
    state = empty_state(tables, int(counts.sum()) + spare_rows)
    tours = [
        t
        for t, n in zip(programme.tours, counts.tolist(), strict=True)
        for _ in range(n)
    ]
    for a, tour in enumerate(tours):
        state.place[a] = tour.region, tour.contract
    for (r, k), first in programme.starts.items():
        rows = [a for a, t in enumerate(tours) if (t.region, t.contract) == (r, k)]
        num = len(instance.regions[r].starts)
        for d in range(DAYS):
            own = [a for a in rows if d in tours[a].days]
            own.sort(key=lambda a: tours[a].band)
            amounts = x[first + d * num : first + (d + 1) * num]
            at = _starts_of_day([tours[a] for a in own], amounts)
            state.starts[own, d] = tables.day_start[r, d] + tables.starts[r, at]
    for chain in programme.chains:
        _place_breaks(instance, chain, x, state)
    return state


def _starts_of_day(tours: Sequence[TourColumn], amounts: FloatArray) -> IntArray:
    """Return a start row for each of *tours*, which are in order of their bands."""
    num = len(amounts)
    opened = np.bincount([t.band[0] for t in tours], minlength=num).cumsum()
    closed = np.bincount([t.band[1] for t in tours], minlength=num).cumsum()
    return _whole(amounts, opened, closed)


def _whole(amounts: FloatArray, opened: IntArray, closed: IntArray) -> IntArray:
    """Return where each item goes, cumulative *amounts* rounded within the limits."""
    total = np.clip(np.rint(np.cumsum(amounts)).astype(np.int64), closed, opened)
    total = np.maximum.accumulate(total)
    return np.repeat(np.arange(len(amounts)), np.diff(total, prepend=0))


def _place_breaks(
    instance: TourInstance, chain: Chain, x: FloatArray, state: TourState
) -> None:
    """Write the breaks of *chain*: first opened, first taken."""
    num_t = instance.num_steps
    items = sorted(
        (start + item.first, start + item.last, a, d, j)
        for a, d, start in _shifts_of(state, chain.region)
        for j, item in enumerate(instance.contracts[state.place[a, 1]].breaks)
        if chain.holds(item, int(state.place[a, 0]))
    )
    if not items:
        return
    table = np.array(items)
    opened = np.bincount(table[:, 0], minlength=num_t).cumsum()
    closed = np.bincount(table[:, 1], minlength=num_t).cumsum()
    at = _whole(x[chain.taken : chain.taken + num_t], opened, closed)
    state.breaks[table[:, 2], table[:, 3], table[:, 4]] = at


def _shifts_of(state: TourState, region: int | None) -> list[tuple[int, int, int]]:
    """Return row, day and start of every shift (of *region*)."""
    rows, days = np.nonzero(state.starts >= 0)
    starts = state.starts[rows, days]
    if region is not None:
        own = state.place[rows, 0] == region
        rows, days, starts = rows[own], days[own], starts[own]
    return list(zip(rows.tolist(), days.tolist(), starts.tolist(), strict=True))
