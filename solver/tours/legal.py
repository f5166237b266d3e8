"""Kernels: whether a person's whole plan keeps what binds its dates together.

The tables are those of the week programme; a plan is a row of choices, one option (or
none) for each date.
"""

from solver.core.jit import inner_kernel, kernel
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
from solver.core.week import settles
from wfm.domain.arrays import IntArray


@inner_kernel
def sums_of_week(tables: WeekTables, a: int, w: int, choice: IntArray, p: int) -> int:
    """Return the place of the paid time of the person's week w, -1: too much."""
    first, place = tables.agents[a, FIRST_DAY], 0
    for day in range(first, tables.agents[a + 1, FIRST_DAY]):
        o = choice[p, day - first]
        if o >= 0 and tables.days[day, WEEK] == w:
            place = tables.jumps[tables.options[o, JUMP], place]
            if place < 0:
                return -1
    return place


@inner_kernel
def keeps_hours(tables: WeekTables, a: int, choice: IntArray, p: int) -> bool:
    """Return whether the paid time of each week is allowed."""
    for w in range(tables.weeks.shape[1]):
        place = sums_of_week(tables, a, w, choice, p)
        if place < tables.weeks[a, w, LOW] or place >= tables.weeks[a, w, HIGH]:
            return False
    return True


@inner_kernel
def keeps_machine(tables: WeekTables, a: int, choice: IntArray, p: int) -> bool:
    """Return whether the machine that reads the person's dates allows them."""
    if tables.agents[a, RUN_CAP] != BY_MACHINE:
        return True
    first, state = tables.agents[a, FIRST_DAY], tables.agents[a, CARRY_RUN]
    for day in range(first, tables.agents[a + 1, FIRST_DAY]):
        o = choice[p, day - first]
        letter = tables.options[o, LETTER] if o >= 0 else 0
        state = tables.moves[tables.days[day, MOVES], state, letter]
        if state < 0:
            return False
    return True


@inner_kernel
def keeps_days(tables: WeekTables, a: int, choice: IntArray, p: int) -> bool:
    """Return whether rest, runs of days and forced dates are kept."""
    first, cap = tables.agents[a, FIRST_DAY], tables.agents[a, RUN_CAP]
    end, last = tables.agents[a, CARRY_END], tables.agents[a, CARRY_DATE]
    run = tables.agents[a, CARRY_RUN]
    for day in range(first, tables.agents[a + 1, FIRST_DAY]):
        o = choice[p, day - first]
        if o < 0:
            if tables.days[day, FORCED]:
                return False
            continue
        if tables.options[o, OPTION_START] - end < tables.agents[a, REST]:
            return False
        run = run + 1 if tables.days[day, DATE] - last == 1 else 1
        if cap > 0 and run > cap:
            return False
        end, last = tables.options[o, OPTION_END], tables.days[day, DATE]
    return True


@inner_kernel
def keeps_stretch(tables: WeekTables, a: int, w: int, choice: IntArray, p: int) -> bool:
    """Return whether week w has its free stretch."""
    first, end = tables.agents[a, FIRST_DAY], tables.agents[a, CARRY_END]
    for day in range(first, tables.agents[a + 1, FIRST_DAY]):
        o = choice[p, day - first]
        if o >= 0:
            if settles(tables.weeks, a, w, end, tables.options[o, OPTION_START]):
                return True
            end = tables.options[o, OPTION_END]
    return bool(settles(tables.weeks, a, w, end, FAR))


@kernel
def is_legal(tables: WeekTables, a: int, choice: IntArray, p: int) -> bool:
    """Return whether the plan of person p, of type a, keeps all that binds it."""
    if not keeps_days(tables, a, choice, p) or not keeps_hours(tables, a, choice, p):
        return False
    if not keeps_machine(tables, a, choice, p):
        return False
    for w in range(tables.weeks.shape[1]):
        if not keeps_stretch(tables, a, w, choice, p):
            return False
    return True
