"""Who is counted where: spans of an agent's shifts, rows on heads, regions."""

from solver.core.hours import price_of_hours
from solver.core.jit import inner_kernel, kernel
from solver.core.tables import (
    AT_WORK,
    FIRST_BREAK,
    FIRST_DAY,
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
    RowTables,
    WeekTables,
)
from wfm.domain.arrays import FloatArray, IntArray


@kernel
def take_breaks(
    tables: WeekTables, a: int, choice: IntArray, break_at: IntArray, taken: IntArray
) -> None:
    """Write the break starts of the agent's chosen options to ``taken[day, i]``."""
    for day in range(tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]):
        o = choice[day]
        if o >= 0:
            first = tables.options[o, FIRST_BREAK]
            for b in range(first, tables.options[o + 1, FIRST_BREAK]):
                taken[day, b - first] = break_at[tables.breaks[b]]


@inner_kernel
def spans_of_day(
    tables: WeekTables,
    o: int,
    breaks: IntArray,
    shift: IntArray,
    works: IntArray,
    num_works: int,
) -> int:
    """Write the span of *shift*, and those of work in it after *num_works* others.

    *breaks* are where the breaks of option *o* start; returns how many spans of work
    there are then.
    """
    at, end = tables.options[o, OPTION_START], tables.options[o, OPTION_END]
    shift[0], shift[1] = at, end
    first = tables.options[o, FIRST_BREAK]
    for b in range(first, tables.options[o + 1, FIRST_BREAK]):
        start = breaks[b - first]
        if start > at:
            works[num_works, 0], works[num_works, 1] = at, start
            num_works += 1
        at = start + tables.windows[tables.breaks[b], WINDOW_STEPS]
    if end > at:
        works[num_works, 0], works[num_works, 1] = at, end
        num_works += 1
    return num_works


@kernel
def find_spans(
    tables: WeekTables,
    a: int,
    choice: IntArray,
    taken: IntArray,
    shifts: IntArray,
    works: IntArray,
) -> tuple[int, int]:
    """Write the spans of the agent's shifts and of work in them; return how many."""
    num_shifts, num_works = 0, 0
    for day in range(tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]):
        o = choice[day]
        if o < 0:
            continue
        shift = shifts[num_shifts]
        num_works = spans_of_day(tables, o, taken[day], shift, works, num_works)
        num_shifts += 1
    return num_shifts, num_works


@kernel
def own_cost(
    tables: WeekTables,
    costs: CostTables,
    a: int,
    choice: IntArray,
    taken: IntArray,
    shifts: IntArray,
    works: IntArray,
) -> float:
    """Return what the agent's shifts cost by themselves."""
    total = 0.0
    for n in range(shifts.shape[0]):
        for t in range(shifts[n, 0], shifts[n, 1]):
            total += costs.on_shift[a, t] + costs.paid[a, t]
    for n in range(works.shape[0]):
        for t in range(works[n, 0], works[n, 1]):
            total += costs.working[a, t]
    for day in range(tables.agents[a, FIRST_DAY], tables.agents[a + 1, FIRST_DAY]):
        if choice[day] >= 0:
            total += costs.fixed[choice[day]]
            total -= unpaid(tables, costs, a, choice[day], taken[day])
    return total + price_of_hours(tables, a, choice)


@inner_kernel
def unpaid(
    tables: WeekTables, costs: CostTables, a: int, o: int, taken: IntArray
) -> float:
    """Return the price of paid time that the unpaid breaks of option *o* save."""
    total = 0.0
    first = tables.options[o, FIRST_BREAK]
    for b in range(first, tables.options[o + 1, FIRST_BREAK]):
        window = tables.breaks[b]
        if not tables.windows[window, WINDOW_PAID]:
            start = taken[b - first]
            for t in range(start, start + tables.windows[window, WINDOW_STEPS]):
                total += costs.paid[a, t]
    return total


@inner_kernel
def off_row(count: int, low: int, high: int) -> int:
    """Return how far *count* lies outside ``low..high``."""
    return max(0, low - count) + max(0, count - high)


@kernel
def count_rows(
    tables: RowTables,
    count: IntArray,
    a: int,
    shifts: IntArray,
    works: IntArray,
    sites: IntArray,
    sign: int,
) -> int:
    """Count the agent in or out of its rows; return the change of heads off rows.

    *sites* are those of *shifts* that are worked on site.
    """
    change = 0
    for i in range(tables.of_agent[a], tables.of_agent[a + 1]):
        r = tables.members[i, ROW]
        low, high = tables.rows[r, ROW_LOW], tables.rows[r, ROW_HIGH]
        begin, end = tables.rows[r, ROW_START], tables.rows[r, ROW_END]
        for counting in (ON_SHIFT, AT_WORK, ON_SITE):
            weight = sign * tables.members[i, counting]
            if weight == 0:
                continue
            spans = shifts if counting == ON_SHIFT else works
            if counting == ON_SITE:
                spans = sites
            for n in range(spans.shape[0]):
                for t in range(max(spans[n, 0], begin), min(spans[n, 1], end)):
                    change -= off_row(count[r, t], low, high)
                    count[r, t] += weight
                    change += off_row(count[r, t], low, high)
    return change


@kernel
def add_row_worth(
    tables: RowTables,
    count: IntArray,
    a: int,
    price: float,
    gain: FloatArray,
    present: FloatArray,
    seated: FloatArray,
) -> None:
    """Add what the presence of agent *a*, counted out, is worth to rows on heads."""
    for i in range(tables.of_agent[a], tables.of_agent[a + 1]):
        r = tables.members[i, ROW]
        low, high = tables.rows[r, ROW_LOW], tables.rows[r, ROW_HIGH]
        shift, work = tables.members[i, ON_SHIFT], tables.members[i, AT_WORK]
        site = tables.members[i, ON_SITE]
        for t in range(tables.rows[r, ROW_START], tables.rows[r, ROW_END]):
            without = count[r, t]
            now, off = off_row(without, low, high), off_row(without + shift, low, high)
            seated[t] += price * (now - off_row(without + site, low, high))
            present[t] += price * (now - off)
            gain[t] += price * (off - off_row(without + shift + work, low, high))


@kernel
def count_spans(count: IntArray, rows: IntArray, spans: IntArray, sign: int) -> None:
    """Count a head in or out of *spans* in some rows of ``count[row, t]``."""
    for r in rows:
        for n in range(spans.shape[0]):
            for t in range(max(0, spans[n, 0]), min(spans[n, 1], count.shape[1])):
                count[r, t] += sign
