r"""The best legal stretches of one agent, exactly: a bound table, then labels.

:math:`B_d(s, h, g)`, the most that dates from d on can be worth from state s with h
hours and g groups so far, is computed backwards with all *limits* left out. Forwards,
labels carry the limits too; a label is dropped once its value plus B falls short of a
cutoff, or where another in the same state, with the same hours and groups, is worth as
much and has used up no more of any limit (what can't bind any more counts as nothing).
The cutoff is lowered until a whole stretch is found, which is then the best: B at the
start is the best for a programme with fewer limits, so nothing above it is lost.
(Decremental state space relaxation: Righini and Salani 2008, doi:10.1002/net.20212.)
"""

import numpy as np

from solver.columns.tables import (
    BOUND,
    BY_SHIFT,
    GROUP,
    HIT,
    HOURS_HIGH,
    KIND,
    LAST_DAY,
    LEAST,
    LEAST_HOURS,
    NEVER,
    OUTSIDE,
    WIDE,
    Labels,
    StretchTables,
)
from solver.core.jit import inner_kernel, kernel
from wfm.domain.arrays import FloatArray, IntArray

UNBOUND = -30000
"""What a limit has used where it can't bind any more."""
BROKEN = 30000
FULL = -1
"""Returned where the labels don't fit."""


@kernel
def fill_bounds(
    tables: StretchTables,
    window: IntArray,
    value: FloatArray,
    best: FloatArray,
    bound: FloatArray,
) -> float:
    """Fill *bound* ``[d, state, place]`` and return its value at the start.

    *value* ``[c]`` is what a choice is worth, *best* ``[block]`` is scratch; only
    places in *window* are filled, all others are NEVER.
    """
    num_days = tables.first_choice.shape[0] - 1
    for k in range(best.shape[0]):
        best[k] = NEVER
    for c in range(tables.column.shape[0]):
        best[tables.block[c]] = max(best[tables.block[c]], value[c])
    for s in range(tables.num_states[num_days]):
        for i in range(bound.shape[2]):
            bound[num_days, s, i] = tables.final[i]
    for day in range(num_days - 1, -1, -1):
        for s in range(tables.num_states[day]):
            fill_state(tables, window, best, bound, day, s)
    return float(bound[0, 0, 0])


@inner_kernel
def fill_state(
    tables: StretchTables,
    window: IntArray,
    best: FloatArray,
    bound: FloatArray,
    day: int,
    s: int,
) -> None:
    """Fill the row of one state before date *day*."""
    here, after = bound[day, s], bound[day + 1]
    low, high = window[day, s, 0], window[day, s, 1]
    for i in range(here.shape[0]):
        here[i] = NEVER
    free = tables.moves[day, s, 0]
    if free >= 0:
        raise_row(here, after[free], low, high, 0, 0.0)
    hit = tables.hits[0, day, s] * tables.core[HIT]
    for k in range(tables.first_block[day], tables.first_block[day + 1]):
        to = tables.moves[day, s, tables.block_column[k]]
        if to >= 0:
            raise_row(here, after[to], low, high, tables.block_step[k] + hit, best[k])
    for i in range(low, high):
        if tables.final[i] == OUTSIDE:
            here[i] = NEVER


@inner_kernel
def raise_row(
    here: FloatArray, after: FloatArray, low: int, high: int, step: int, gain: float
) -> None:
    """Raise *here* to what *after* gives, *step* places on, with *gain* more."""
    for i in range(low, min(high, here.shape[0] - step)):
        here[i] = max(here[i], gain + after[i + step])


@inner_kernel
def note_use(
    tables: StretchTables, labels: Labels, day: int, n: int, c: int, into: int
) -> bool:
    """Write what label *n* has used after choice *c* (-1: none) to row *into*.

    Returns whether the limits can still be kept.
    """
    hours = labels.place[into] // tables.core[WIDE]
    left = (tables.core[HOURS_HIGH] - hours) // tables.core[LEAST_HOURS]
    for r in range(tables.limits.shape[0]):
        more, g = 0, tables.limits[r, GROUP]
        if c >= 0:
            more = tables.hits[g, day, labels.state[n]] if g >= 0 else tables.uses[c, r]
        room = tables.room[day + 1, r] if day < tables.limits[r, LAST_DAY] else 0
        if tables.limits[r, BY_SHIFT]:
            room = min(room, left)
        used = after_use(tables, r, labels.used[n, r], more, room)
        if used == BROKEN:
            return False
        labels.used[into, r] = used
    return True


@inner_kernel
def after_use(tables: StretchTables, r: int, used: int, more: int, room: int) -> int:
    """Return what limit *r* has used with *more*, BROKEN if it can't be kept.

    *room* is the most that later dates can add.
    """
    bound = tables.limits[r, BOUND]
    if tables.limits[r, KIND] == LEAST:
        used = max(used - more, -bound)
        return BROKEN if room - used < bound else used
    if used == UNBOUND:
        return UNBOUND
    used += more
    if used > bound:
        return BROKEN
    return UNBOUND if used + room <= bound else used


@inner_kernel
def is_dominated(labels: Labels, first: int, into: int, exact: bool) -> bool:
    """Return whether a label in the list from *first* on is no worse than *into*.

    Unless *exact*, what they have used is not compared.
    """
    n = first
    while n >= 0:
        if labels.value[n] >= labels.value[into]:
            if not exact:
                return True
            better = True
            for r in range(labels.used.shape[1]):
                if labels.used[n, r] > labels.used[into, r]:
                    better = False
                    break
            if better:
                return True
        n = labels.following[n]
    return False


@inner_kernel
def add_label(
    tables: StretchTables,
    labels: Labels,
    bound: FloatArray,
    day: int,
    n: int,
    c: int,
    worth: float,
    cutoff: float,
    into: int,
    exact: bool,
) -> bool:
    """Try to lengthen label *n* by choice *c* (-1: a free date) as label *into*."""
    s = labels.state[n]
    to = tables.moves[day, s, 0 if c < 0 else tables.column[c]]
    if to < 0:
        return False
    place = labels.place[n]
    if c >= 0:
        place += tables.step[c] + tables.hits[0, day, s] * tables.core[HIT]
        if place >= bound.shape[2]:
            return False
    total = labels.value[n] + worth
    within = total + bound[day + 1, to, place]
    if within < cutoff:
        labels.beyond[0] = max(labels.beyond[0], within)
        return False
    labels.value[into], labels.state[into] = total, to
    labels.place[into], labels.parent[into], labels.choice[into] = place, n, c
    return note_use(tables, labels, day, n, c, into) and keep(labels, into, exact)


@inner_kernel
def keep(labels: Labels, into: int, exact: bool) -> bool:
    """List label *into* at its place, unless another there makes it needless."""
    to, place = labels.state[into], labels.place[into]
    first = labels.head[to, place]
    if is_dominated(labels, first, into, exact):
        return False
    labels.following[into] = first
    labels.head[to, place] = into
    return True


@kernel
def find_labels(
    tables: StretchTables,
    value: FloatArray,
    bound: FloatArray,
    cutoff: float,
    labels: Labels,
    exact: bool,
) -> int:
    """Fill *labels* with all that reaches *cutoff*; return how many, FULL if too many.

    Unless *exact*, of labels at one place only the first and better ones are kept.
    ``labels.first[d]`` is where the labels before date d begin; ``labels.beyond`` is
    the most that a dropped one could still have been worth.
    """
    num_days = tables.first_choice.shape[0] - 1
    most = labels.value.shape[0]
    labels.value[0], labels.state[0], labels.place[0] = 0.0, 0, 0
    labels.parent[0], labels.choice[0] = -1, -1
    labels.beyond[0] = NEVER
    for r in range(tables.limits.shape[0]):
        labels.used[0, r] = 0
    count = 1
    labels.first[0], labels.first[1] = 0, 1
    for day in range(num_days):
        first, last = labels.first[day], labels.first[day + 1]
        low, high = tables.first_choice[day], tables.first_choice[day + 1]
        for n in range(first, last):
            if count + high - low + 1 >= most:
                clear_heads(labels, last, count)
                return FULL
            for c in range(low - 1, high):
                choice, worth = (-1, 0.0) if c < low else (c, value[c])
                if add_label(
                    tables, labels, bound, day, n, choice, worth, cutoff, count, exact
                ):
                    count += 1
        clear_heads(labels, last, count)
        labels.first[day + 2] = count
        if count == last:
            return 0
    return count


@inner_kernel
def clear_heads(labels: Labels, first: int, last: int) -> None:
    """Forget the lists of the labels *first* up to *last*."""
    for n in range(first, last):
        labels.head[labels.state[n], labels.place[n]] = -1


@kernel
def read_path(labels: Labels, n: int, num_days: int, path: IntArray) -> None:
    """Write the choice of every date of label *n* to *path*, -1 for a free date."""
    for day in range(num_days - 1, -1, -1):
        path[day] = labels.choice[n]
        n = labels.parent[n]


@kernel
def follow(
    tables: StretchTables, value: FloatArray, bound: FloatArray, path: IntArray
) -> None:
    """Write the choices of a best stretch to *path*, -1 for a free date.

    *bound* has been filled for *value*, and the tables' limits are left out.
    """
    s, place = 0, 0
    for day in range(tables.first_choice.shape[0] - 1):
        free = tables.moves[day, s, 0]
        best = bound[day + 1, free, place] if free >= 0 else NEVER
        taken, to_state, to_place = -1, free, place
        hit = tables.hits[0, day, s] * tables.core[HIT]
        for c in range(tables.first_choice[day], tables.first_choice[day + 1]):
            to, there = tables.moves[day, s, tables.column[c]], place
            there += tables.step[c] + hit
            if to >= 0 and there < bound.shape[2]:
                worth = value[c] + bound[day + 1, to, there]
                if worth > best:
                    best, taken, to_state, to_place = worth, c, to, there
        path[day], s, place = taken, to_state, to_place


def new_labels(shape: tuple[int, int, int], num_limits: int, most: int) -> Labels:
    """Return memory for *most* labels of tables of that shape, or smaller ones."""
    num_days, states, places = shape
    return Labels(
        value=np.zeros(most),
        state=np.zeros(most, dtype=np.int64),
        place=np.zeros(most, dtype=np.int64),
        parent=np.zeros(most, dtype=np.int64),
        choice=np.zeros(most, dtype=np.int64),
        following=np.zeros(most, dtype=np.int64),
        used=np.zeros((most, num_limits), dtype=np.int64),
        head=np.full((states, places), -1, dtype=np.int64),
        first=np.zeros(num_days + 2, dtype=np.int64),
        beyond=np.zeros(1),
    )
