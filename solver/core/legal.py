"""Whether an agent's shifts keep the agent's own rules, read off the week tables.

The same limits as in the week programme (:mod:`solver.core.week`), for one given plan:
rest, hours, free stretches, runs of days or the machine that reads the dates.
"""

from solver.core.jit import inner_kernel, kernel
from solver.core.machine_week import idle_through
from solver.core.tables import (
    BY_MACHINE,
    CARRY_DATE,
    CARRY_END,
    CARRY_RUN,
    DATE,
    FAR,
    FIRST_DAY,
    FORCED,
    HIGH,
    JUMP,
    LETTER,
    LOW,
    MOVES,
    OPTION_END,
    OPTION_START,
    REST,
    RUN_CAP,
    WEEK,
    WeekTables,
)
from solver.core.week import may_skip, settles
from wfm.domain.arrays import IntArray


@inner_kernel
def run_after(
    tables: WeekTables, a: int, day: int, o: int, before: int, run: int
) -> int:
    """Return the run (or the machine's state) after option *o* of *day*, -1: too long.

    *run* is that after the shift on day *before*, -1 for the time before the plan.
    """
    cap = tables.agents[a, RUN_CAP]
    if cap == BY_MACHINE:
        first = before + 1 if before >= 0 else tables.agents[a, FIRST_DAY]
        state = idle_through(tables, first, day, run)
        if state < 0:
            return -1
        moves, letter = tables.days[day, MOVES], tables.options[o, LETTER]
        return tables.moves[moves, state, letter]  # type: ignore[no-any-return]
    if cap <= 0:
        return 0
    last = tables.days[before, DATE] if before >= 0 else tables.agents[a, CARRY_DATE]
    run = run + 1 if tables.days[day, DATE] - last == 1 else 1
    return run if run <= cap else -1


@inner_kernel
def may_end(
    tables: WeekTables, a: int, w: int, total: int, settled: bool, end: int, start: int
) -> bool:
    """Return whether week *w* may end so, its last shift at *end*, the next *start*.

    *w* is -1 before the first shift.
    """
    if w < 0:
        return True
    if total < tables.weeks[a, w, LOW] or total >= tables.weeks[a, w, HIGH]:
        return False
    return bool(settled or settles(tables.weeks, a, w, end, start))


@inner_kernel
def after_shift(
    tables: WeekTables,
    a: int,
    day: int,
    o: int,
    before: int,
    plan: tuple[int, int, bool, int, int],
) -> tuple[int, int, bool, int, int]:
    """Return *plan* with option *o* on *day*; its run is -1 if that is not allowed.

    A plan so far is: week, place of its paid total, whether its free stretch is
    settled, last end, run. *before* is the day of the last shift, -1 for none.
    """
    w, total, settled, end, run = plan
    start, new = tables.options[o, OPTION_START], tables.days[day, WEEK]
    is_allowed = start - end >= tables.agents[a, REST]
    if new != w:
        is_allowed = (
            is_allowed
            and may_end(tables, a, w, total, settled, end, start)
            and may_skip(tables.weeks, a, w + 1, new, end, start)
        )
        total, settled = 0, False
    settled = bool(settled or settles(tables.weeks, a, new, end, start))
    total = tables.jumps[tables.options[o, JUMP], total]
    is_allowed = is_allowed and 0 <= total < tables.weeks[a, new, HIGH]
    run = run_after(tables, a, day, o, before, run) if is_allowed else -1
    return new, total, settled, tables.options[o, OPTION_END], run


@inner_kernel
def may_stop(
    tables: WeekTables, a: int, before: int, plan: tuple[int, int, bool, int, int]
) -> bool:
    """Return whether *plan* may be all there is; *before* is its last day."""
    w, total, settled, end, run = plan
    weeks, first = tables.weeks, max(before + 1, tables.agents[a, FIRST_DAY])
    if not may_end(tables, a, w, total, settled, end, FAR):
        return False
    if tables.agents[a, RUN_CAP] == BY_MACHINE and (
        idle_through(tables, first, tables.agents[a + 1, FIRST_DAY], run) < 0
    ):
        return False
    return bool(may_skip(weeks, a, w + 1, weeks.shape[1], end, FAR))


@kernel
def is_legal(tables: WeekTables, a: int, choice: IntArray) -> bool:
    """Return whether ``choice[day]`` (an option, -1: free) is a legal plan of *a*."""
    agents = tables.agents
    plan = (-1, 0, False, agents[a, CARRY_END], agents[a, CARRY_RUN])
    before = -1
    for day in range(agents[a, FIRST_DAY], agents[a + 1, FIRST_DAY]):
        if choice[day] >= 0:
            plan = after_shift(tables, a, day, choice[day], before, plan)
            before = day
            if plan[4] < 0:
                return False
        elif tables.days[day, FORCED]:
            return False
    return bool(may_stop(tables, a, before, plan))
