"""Cover in which deferred work gives way a little: for moves between its placements.

Once placed, deferred work would count like live need: whoever leaves a step would miss
it at the full price, and whoever comes to one would stand idle. In truth some of it
moves to another step as soon as it is placed anew. So a little of what is placed at a
step can be left for about what time is worth, and a little more than that be done
there. Moves then find profiles that whole heads can follow; what they are worth in the
end is known when the work has been placed anew.
"""

import numpy as np

from solver.core.ascent import mean_price
from solver.core.compile import Compiled
from solver.core.incumbent import Incumbent
from solver.core.margins import Margins, new_margins
from solver.core.slots import HEAD, settle
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_COMPONENT,
    DUE,
    FIRST_PIECE,
    PIECE_PRICE,
    WORK_BEYOND,
    BacklogTables,
    CoverTables,
)
from wfm.domain.arrays import FloatArray, IntArray

LITTLE = 0.25 * HEAD
"""Units by which the work at a step may be less or more than placed."""
LESS, MORE = 1.6, 0.8
"""Price of work left, and worth of more of it, in mean prices of paid time."""


class SoftCover:
    """The cover of *now* with pieces of deferred work that give way.

    Heads are shared with the incumbent; its own costs of cover are out of date after
    moves that :attr:`margins` have judged.
    """

    def __init__(self, now: Incumbent) -> None:
        self._now = now
        compiled, state = now.compiled, now.cover
        self._tables, self._order = soft_tables(compiled)
        num_t, num_p = len(state.width), len(self._tables.pieces)
        self._more = LITTLE * may_be_done(compiled.backlog).T
        self._state = state._replace(
            width=np.zeros((num_t, num_p)),
            cost=np.zeros_like(state.cost),
            dirty=np.ones_like(state.dirty),
            stamp=np.zeros_like(state.stamp),
            gain=np.zeros_like(state.gain),
            gain_stamp=np.full_like(state.gain_stamp, -1),
        )
        need = compiled.cover_need
        self.margins: Margins = new_margins(
            self._tables, self._state, need.window, need.idle_price
        )

    def follow(self) -> None:
        """Take over the incumbent's heads and the work as it is placed now."""
        now = self._now
        width, beyond = now.cover.width, now.compiled.backlog.rows[:, WORK_BEYOND]
        less = np.minimum(width[:, beyond], LITTLE)
        rigid = width.copy()
        rigid[:, beyond] -= less
        widths = np.concatenate([rigid, less, self._more], axis=1)
        self._state.width[:] = widths[:, self._order]
        self._state.dirty.fill(1)
        self._state.stamp.fill(now.stamp())
        settle(
            self._tables, self._state, now.compiled.cover_need.idle_price, now.window
        )


def soft_tables(compiled: Compiled) -> tuple[CoverTables, IntArray]:
    """Return the pieces with two more for each backlog, and whence each is.

    The first are work that is left at its step, the second more of it than placed;
    rows are those of the pieces, then all of the first kind, then of the second.
    """
    cover, rows = compiled.cover, compiled.backlog.rows
    beyond, component = cover.pieces[rows[:, WORK_BEYOND]], rows[:, BACKLOG_COMPONENT]
    less, more = beyond.copy(), beyond.copy()
    less[:, PIECE_PRICE] = np.minimum(less[:, PIECE_PRICE], LESS * mean_price(compiled))
    more[:, PIECE_PRICE] = np.minimum(more[:, PIECE_PRICE], MORE * mean_price(compiled))
    pieces = np.concatenate([cover.pieces, less, more])
    num_k = len(cover.components) - 1
    own = np.repeat(np.arange(num_k), np.diff(cover.components[:, FIRST_PIECE]))
    of_piece = np.concatenate([own, component, component])
    order = np.lexsort((-pieces[:, PIECE_PRICE], of_piece))
    components = cover.components.copy()
    components[:, FIRST_PIECE] = np.searchsorted(of_piece[order], np.arange(num_k + 1))
    return cover._replace(pieces=pieces[order], components=components), order


def may_be_done(backlog: BacklogTables) -> FloatArray:
    """Return 1 for each step ``[b, t]`` in which there may be work of a backlog."""
    found = np.zeros(backlog.open_steps.shape)
    first = backlog.bucket_of_backlog
    for b in range(len(backlog.rows)):
        for begin, end in backlog.buckets[first[b] : first[b + 1], [ARRIVAL, DUE]]:
            found[b, begin:end] = 1.0
    return found * backlog.open_steps
