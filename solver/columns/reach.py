"""Which places of the stretch programme lie on a path from the start to an end.

The programme fills those alone; without them it would take several times as long.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solver.columns.tables import HIT, NEVER, OUTSIDE, StretchTables
from solver.core.jit import inner_kernel, kernel
from wfm.domain.arrays import IntArray

ByteArray: TypeAlias = npt.NDArray[np.int8]

OFF, REACHED, BETWEEN = range(3)


@kernel
def find_reach(tables: StretchTables, reach: ByteArray, window: IntArray) -> None:
    """Fill *window* ``[d, state, 2]``: the places from which and to which paths lead.

    *reach* ``[d, state, place]`` is scratch, all 0 before the call.
    """
    num_days = tables.first_choice.shape[0] - 1
    reach[0, 0, 0] = REACHED
    for day in range(num_days):
        for s in range(tables.num_states[day]):
            reach_from(tables, reach, day, s)
    for s in range(tables.num_states[num_days]):
        for i in range(reach.shape[2]):
            is_end = reach[num_days, s, i] == REACHED and tables.final[i] > NEVER
            reach[num_days, s, i] = BETWEEN if is_end else OFF
        note_window(reach[num_days, s], window[num_days, s])
    for day in range(num_days - 1, -1, -1):
        for s in range(tables.num_states[day]):
            reach_back(tables, reach, day, s)
            note_window(reach[day, s], window[day, s])


@inner_kernel
def note_window(reach: ByteArray, window: IntArray) -> None:
    """Write the range of places that lie between to *window*."""
    window[0], window[1] = reach.shape[0], 0
    for i in range(reach.shape[0]):
        if reach[i] == BETWEEN:
            window[0] = min(window[0], i)
            window[1] = i + 1


@inner_kernel
def reach_from(tables: StretchTables, reach: ByteArray, day: int, s: int) -> None:
    """Mark as reached where paths through a state before date *day* lead."""
    size = reach.shape[2]
    hit = tables.hits[0, day, s] * tables.core[HIT]
    for k in range(tables.first_block[day] - 1, tables.first_block[day + 1]):
        is_free = k < tables.first_block[day]
        step = 0 if is_free else tables.block_step[k] + hit
        to = tables.moves[day, s, 0 if is_free else tables.block_column[k]]
        if to >= 0:
            for i in range(size - step):
                if reach[day, s, i] and tables.final[i + step] > OUTSIDE:
                    reach[day + 1, to, i + step] = REACHED


@inner_kernel
def reach_back(tables: StretchTables, reach: ByteArray, day: int, s: int) -> None:
    """Mark as between what is reached and leads on to an end."""
    size = reach.shape[2]
    hit = tables.hits[0, day, s] * tables.core[HIT]
    for k in range(tables.first_block[day] - 1, tables.first_block[day + 1]):
        is_free = k < tables.first_block[day]
        step = 0 if is_free else tables.block_step[k] + hit
        to = tables.moves[day, s, 0 if is_free else tables.block_column[k]]
        if to >= 0:
            for i in range(size - step):
                if reach[day, s, i] and reach[day + 1, to, i + step] == BETWEEN:
                    reach[day, s, i] = BETWEEN


def window_of(tables: StretchTables) -> IntArray:
    """Return ``[d, state, 2]`` the ranges of places that matter."""
    window = np.zeros((*tables.shape[:2], 2), dtype=np.int64)
    find_reach(tables, np.zeros(tables.shape, dtype=np.int8), window)
    return window
