"""Whether a small move stands: what it costs, and the rules between people.

Annealing decides on the costs. Rows on heads and hand-overs may only get better; only
the moved days are counted anew, and hand-overs only where a region got its first head
or lost its last.
"""

from math import log

from solver.core.draws import draw
from solver.core.fine_state import (
    AGENT,
    CLOCK,
    COUNT,
    COVER,
    DAY,
    EMPTIED,
    FIRST,
    HAND_OVERS,
    LAST,
    OFF_ROWS,
    OWN,
    Fine,
    is_still,
    swap,
    undo,
)
from solver.core.handover import count_breaches
from solver.core.jit import inner_kernel
from solver.core.margins import apply_change, cost_of_change
from solver.core.presence import count_rows, spans_of_day
from solver.core.tables import IS_HOME
from wfm.domain.arrays import IntArray


@inner_kernel
def is_bound(f: Fine, a: int) -> bool:
    """Return whether agent *a* counts for rows on heads or hand-overs."""
    rows = f.rows.of_agent[a + 1] > f.rows.of_agent[a]
    return bool(rows or f.hands.of_agent[a + 1] > f.hands.of_agent[a])


@inner_kernel
def count_region(
    f: Fine, count: IntArray, region: int, spans: IntArray, sign: int
) -> None:
    """Count a head of *region* in or out of *spans*; note a first or a last one."""
    edge = 0 if sign > 0 else 1
    for n in range(spans.shape[0]):
        for t in range(max(0, spans[n, 0]), min(spans[n, 1], count.shape[1])):
            if count[region, t] == edge:
                f.now[EMPTIED] = 1
            count[region, t] += sign


@inner_kernel
def recount_day(f: Fine, a: int, day: int, sign: int) -> int:
    """Count *day* of agent *a* in rows and regions; return the change off rows."""
    o = f.choice[day]
    num_works = spans_of_day(f.weeks, o, f.taken[day], f.shifts[0], f.works, 0)
    shifts, works = f.shifts[:1], f.works[:num_works]
    for i in range(f.hands.of_agent[a], f.hands.of_agent[a + 1]):
        region = f.hands.agent_region[i]
        count_region(f, f.shift_count, region, shifts, sign)
        count_region(f, f.work_count, region, works, sign)
    sites = shifts[: 1 - f.weeks.options[o, IS_HOME]]
    return count_rows(f.rows, f.row_count, a, shifts, works, sites, sign)


@inner_kernel
def recount(f: Fine, sign: int) -> int:
    """Count the moved days as they are in or out; return the change off rows."""
    off = 0
    for n in range(f.now[COUNT]):
        day, a = f.move[n, DAY], f.move[n, AGENT]
        if f.choice[day] >= 0 and is_bound(f, a):
            off += recount_day(f, a, day, sign)
    return off


@inner_kernel
def keeps_rules(f: Fine) -> bool:
    """Count the move in rows and hand-overs unless it breaks more of them."""
    f.now[EMPTIED] = 0
    swap(f)
    off = recount(f, -1)
    swap(f)
    off += recount(f, 1)
    breaches = f.now[HAND_OVERS]
    if f.now[EMPTIED]:
        breaches = count_breaches(f.hands, f.shift_count, f.work_count)
    if off > 0 or breaches > f.now[HAND_OVERS]:
        recount(f, -1)
        swap(f)
        recount(f, 1)
        swap(f)
        return False
    f.now[OFF_ROWS] += off
    f.now[HAND_OVERS] = breaches
    return True


@inner_kernel
def end_move(f: Fine, g: int, is_move: bool, own: float, heat: float) -> bool:
    """Let the move of people of group *g* stand, or undo it; return which.

    *is_move* tells whether it is allowed, *own* what it costs by itself.
    """
    first, last, is_made = f.now[FIRST], f.now[LAST], False
    if is_move and not is_still(f):
        cover = cost_of_change(f.margins, g, f.change, first, last)
        if cover + own <= -heat * log(draw(f.random)) and keeps_rules(f):
            f.now[CLOCK] += 1
            apply_change(f.margins, g, f.change, first, last, f.now[CLOCK])
            f.total[COVER] += cover
            f.total[OWN] += own
            is_made = True
    if not is_made:
        undo(f)
    for t in range(first, last):
        f.change[t] = 0
    return is_made
