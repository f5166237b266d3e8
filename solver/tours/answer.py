"""Kernels: the best tour, and the best shift of a tour's day, for given worths.

``worth[t]`` is what one more head at work in step t is worth. One tour adds at most
one head to a step, so with the marginal worths of a state the answer is exact.
"""

from solver.core.jit import inner_kernel, kernel
from solver.tours.instance import DAYS
from solver.tours.tables import (
    BAND,
    BREAKS,
    FIRST,
    LAST,
    NONE,
    NUM_PATTERNS,
    SHIFT,
    W_LENGTH,
    W_PAID,
    W_WIDTH,
    WINDOW,
    Scratch,
    TourState,
    TourTables,
)

NEVER = -1e18


@inner_kernel
def sum_worth(scratch: Scratch, first: int, last: int) -> None:
    """Fill ``worth_sum`` for steps *first* to *last* (sums from *first* on)."""
    scratch.worth_sum[first] = 0.0
    for t in range(first, last):
        scratch.worth_sum[t + 1] = scratch.worth_sum[t] + scratch.worth[t]


@inner_kernel
def sum_full(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    r: int,
    first: int,
    last: int,
) -> None:
    """Fill ``full_sum``: steps from *first* to t in which region r has no seat left."""
    full = scratch.full_sum
    full[first] = 0
    for t in range(first, last):
        full[t + 1] = full[t] + (1 if state.present[r, t] >= tables.seats[r] else 0)


@inner_kernel
def price_break(tables: TourTables, scratch: Scratch, r: int, w: int, t: int) -> float:
    """Return what a break of window w at step t brings (less than nothing mostly)."""
    end = t + tables.windows[w, W_LENGTH]
    value = scratch.worth_sum[t] - scratch.worth_sum[end]
    if tables.windows[w, W_PAID] == 0:
        value += tables.pay_sum[r, end] - tables.pay_sum[r, t]
    return float(value)


@inner_kernel
def price_window(
    tables: TourTables, scratch: Scratch, r: int, w: int, first: int, last: int
) -> None:
    """Fill ``break_value[w, t]``: the best break if window w opens at t.

    *first* and *last* are the first and the last t.
    """
    width = tables.windows[w, W_WIDTH]
    for t in range(first, last + width + 1):
        scratch.lost[t] = price_break(tables, scratch, r, w, t)
    for t in range(first, last + 1):
        best = scratch.lost[t]
        for i in range(t + 1, t + width + 1):
            best = max(best, scratch.lost[i])
        scratch.break_value[w, t] = best


@inner_kernel
def price_windows(tables: TourTables, scratch: Scratch, r: int) -> None:
    """Price all windows at all steps; paid ones are alike in all regions."""
    for w in range(len(tables.windows)):
        if r == 0 or tables.windows[w, W_PAID] == 0:
            width, length = tables.windows[w, W_WIDTH], tables.windows[w, W_LENGTH]
            price_window(
                tables, scratch, r, w, 0, len(tables.need) - length - width - 1
            )


@inner_kernel
def value_shift(
    tables: TourTables, scratch: Scratch, r: int, k: int, start: int
) -> float:
    """Return what the best shift of (r, k) from *start* is worth.

    ``NEVER`` where a seat is missing.
    """
    end = start + tables.contracts[k, SHIFT]
    if scratch.full_sum[end] > scratch.full_sum[start]:
        return NEVER
    value = scratch.worth_sum[end] - scratch.worth_sum[start]
    value -= tables.pay_sum[r, end] - tables.pay_sum[r, start]
    for j in range(tables.contracts[k, BREAKS]):
        w = tables.breaks[k, j, WINDOW]
        value += scratch.break_value[w, start + tables.breaks[k, j, FIRST]]
    return float(value)


@inner_kernel
def price_days(tables: TourTables, scratch: Scratch, r: int, k: int) -> None:
    """Fill ``day_value[d, i]``: the best shift of day d at start i."""
    for d in range(DAYS):
        for i in range(tables.num_starts[r]):
            start = tables.day_start[r, d] + tables.starts[r, i]
            scratch.day_value[d, i] = value_shift(tables, scratch, r, k, start)


@inner_kernel
def best_week(
    tables: TourTables, scratch: Scratch, r: int, k: int
) -> tuple[float, int, int]:
    """Return value, band and pattern of the best tour of (r, k)."""
    best, best_band, best_pattern = NEVER, NONE, NONE
    for n in range(tables.first_band[r, k, 0], tables.first_band[r, k, 1]):
        for d in range(DAYS):
            value = NEVER
            for i in range(tables.bands[n, 0], tables.bands[n, 1] + 1):
                value = max(value, scratch.day_value[d, i])
            scratch.band_value[d, 0] = value
        for p in range(tables.contracts[k, NUM_PATTERNS]):
            total = 0.0
            for d in range(DAYS):
                if tables.patterns[k, p, d]:
                    total += scratch.band_value[d, 0]
            if total > best:
                best, best_band, best_pattern = total, n, p
    return best, best_band, best_pattern


@inner_kernel
def is_allowed(tables: TourTables, state: TourState, k: int) -> bool:
    """Return whether one more tour of contract k keeps within its share."""
    total = 1
    for other in range(len(state.number)):
        total += state.number[other]
    return bool(state.number[k] + 1 <= tables.share[k] * total + 1e-9)


@inner_kernel
def choose_breaks(
    tables: TourTables, state: TourState, scratch: Scratch, a: int, d: int
) -> float:
    """Put the breaks of a shift where they cost least; return what they bring."""
    r, k, start = state.place[a, 0], state.place[a, 1], state.starts[a, d]
    total = 0.0
    for j in range(tables.contracts[k, BREAKS]):
        w, best = tables.breaks[k, j, WINDOW], NEVER
        for t in range(
            start + tables.breaks[k, j, FIRST], start + tables.breaks[k, j, LAST] + 1
        ):
            value = price_break(tables, scratch, r, w, t)
            if value > best:
                best = value
                state.breaks[a, d, j] = t
        total += best
    return total


@inner_kernel
def write_week(
    tables: TourTables, state: TourState, scratch: Scratch, a: int, n: int, p: int
) -> None:
    """Write the best shifts of band n and pattern p as tour a (its place is set)."""
    r, k = state.place[a, 0], state.place[a, 1]
    for d in range(DAYS):
        state.starts[a, d] = NONE
        if tables.patterns[k, p, d]:
            best = NEVER
            for i in range(tables.bands[n, 0], tables.bands[n, 1] + 1):
                if scratch.day_value[d, i] > best:
                    best = scratch.day_value[d, i]
                    state.starts[a, d] = tables.day_start[r, d] + tables.starts[r, i]
            choose_breaks(tables, state, scratch, a, d)


@kernel
def best_tour(tables: TourTables, state: TourState, scratch: Scratch, a: int) -> float:
    """Write the tour that is worth most at ``scratch.worth`` to the free row a.

    Returns its value. The row stays free where no tour is worth anything. The tour
    is not counted yet.
    """
    sum_worth(scratch, 0, len(tables.need))
    best, at_r, at_k, at_n, at_p = 0.0, NONE, NONE, NONE, NONE
    for r in range(len(tables.num_starts)):
        sum_full(tables, state, scratch, r, 0, len(tables.need))
        price_windows(tables, scratch, r)
        for k in range(len(tables.contracts)):
            if is_allowed(tables, state, k):
                price_days(tables, scratch, r, k)
                value, n, p = best_week(tables, scratch, r, k)
                if value > best:
                    best, at_r, at_k, at_n, at_p = value, r, k, n, p
    state.place[a, 0], state.place[a, 1] = at_r, at_k
    if at_k != NONE:
        sum_full(tables, state, scratch, at_r, 0, len(tables.need))
        price_windows(tables, scratch, at_r)
        price_days(tables, scratch, at_r, at_k)
        write_week(tables, state, scratch, a, at_n, at_p)
    return best


@inner_kernel
def clock_range(
    tables: TourTables, state: TourState, a: int, d: int
) -> tuple[int, int]:
    """Return the steps after midnight in which day d of tour a may start."""
    r, k = state.place[a, 0], state.place[a, 1]
    low, high = 1 << 40, -(1 << 40)
    for other in range(DAYS):
        if other != d and state.starts[a, other] != NONE:
            at = state.starts[a, other] - tables.day_start[r, other]
            low, high = min(low, at), max(high, at)
    if high < low:
        return 0, 1 << 40
    return high - tables.contracts[k, BAND], low + tables.contracts[k, BAND]


@inner_kernel
def price_range(
    tables: TourTables,
    state: TourState,
    scratch: Scratch,
    a: int,
    first: int,
    last: int,
) -> None:
    """Add up and price what shifts of tour a need that start at *first* to *last*."""
    r, k = state.place[a, 0], state.place[a, 1]
    end = last + tables.contracts[k, SHIFT]
    sum_worth(scratch, first, end)
    sum_full(tables, state, scratch, r, first, end)
    for j in range(tables.contracts[k, BREAKS]):
        w, after = tables.breaks[k, j, WINDOW], tables.breaks[k, j, FIRST]
        price_window(tables, scratch, r, w, first + after, last + after)


@inner_kernel
def best_shift(
    tables: TourTables, state: TourState, scratch: Scratch, a: int, d: int
) -> float:
    """Write the shift of tour a's working day d that is worth most.

    Returns its value, ``NEVER`` where no start has a seat left.
    """
    r, k = state.place[a, 0], state.place[a, 1]
    day = tables.day_start[r, d]
    low, high = clock_range(tables, state, a, d)
    first = max(low, tables.starts[r, 0])
    last = min(high, tables.starts[r, tables.num_starts[r] - 1])
    price_range(tables, state, scratch, a, day + first, day + last)
    best, best_start = NEVER, NONE
    for i in range(tables.num_starts[r]):
        if low <= tables.starts[r, i] <= high:
            start = day + tables.starts[r, i]
            value = value_shift(tables, scratch, r, k, start)
            if value > best:
                best, best_start = value, start
    state.starts[a, d] = best_start
    if best_start != NONE:
        choose_breaks(tables, state, scratch, a, d)
    return best
