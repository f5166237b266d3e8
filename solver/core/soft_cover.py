"""Cover in which deferred work gives way: for moves between its placements.

Once placed, deferred work would count like live need: whoever leaves a step would miss
it at the full price, and whoever comes to one would stand idle. In truth some of it
moves to another step as soon as it is placed anew. So some of what is placed at a step
can be left for about what the work is worth then, and as much more be done there. Moves
then find profiles that whole heads can follow; what they are worth in the end is known
when the work has been placed anew.

What work is worth by step is what prices say that balance all of it (the bound's, see
:mod:`solver.core.whole_bundle`); before these are known, all of it is worth the mean
price of paid time, and less of it gives way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

LEVELS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.25, 3.0, 4.0)
"""What work may be worth, in mean prices of paid time: pieces have few prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """How deferred work gives way.

    Attributes
    ----------
    units
        By which the work at a step may be less or more than placed. A whole head is
        too much: heads then come and go for next to nothing.
    less, more
        Price of work left, and worth of more of it, as parts of what it is worth.
    """

    units: float
    less: float
    more: float


ROUGH = Give(units=0.25 * HEAD, less=1.6, more=0.8)
"""While what work is worth is but guessed."""
PRICED = Give(units=0.6 * HEAD, less=1.3, more=0.8)
"""Once it is known."""


class SoftCover:
    """The cover of *now* with pieces of deferred work that give way.

    Heads are shared with the incumbent; its own costs of cover are out of date after
    moves that :attr:`margins` have judged.
    """

    def __init__(self, now: Incumbent) -> None:
        self._now = now
        self._may_be_done = may_be_done(now.compiled.backlog).T
        self.use_worth(None)

    def use_worth(self, worth: FloatArray | None) -> None:
        """Let a unit of work be worth *worth* ``[b, t]``, the mean price if None."""
        compiled, state = self._now.compiled, self._now.cover
        self._give = ROUGH if worth is None else PRICED
        mean = mean_price(compiled)
        prices = [mean * level for level in LEVELS]
        if worth is None:
            worth, prices = np.full(self._may_be_done.T.shape, mean), [mean]
        self._is_level = nearest(prices, worth)
        self._tables, self._order = soft_tables(compiled, prices, self._give)
        num_t, num_p = len(state.width), len(self._tables.pieces)
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
        less = np.minimum(width[:, beyond], self._give.units)
        more = self._give.units * self._may_be_done
        rigid = width.copy()
        rigid[:, beyond] -= less
        widths = [rigid]
        for is_level in self._is_level:
            widths += [less * is_level, more * is_level]
        self._state.width[:] = np.concatenate(widths, axis=1)[:, self._order]
        self._state.dirty.fill(1)
        self._state.stamp.fill(now.stamp())
        settle(
            self._tables, self._state, now.compiled.cover_need.idle_price, now.window
        )


def soft_tables(
    compiled: Compiled, prices: Sequence[float], give: Give
) -> tuple[CoverTables, IntArray]:
    """Return the pieces with more for each backlog, and whence each is.

    At each of the *prices* there are two: work that is left at its step, and more of
    it than placed. Rows are those of the pieces, then by price all of the first kind
    and all of the second.
    """
    cover, rows = compiled.cover, compiled.backlog.rows
    beyond, component = cover.pieces[rows[:, WORK_BEYOND]], rows[:, BACKLOG_COMPONENT]
    num_k = len(cover.components) - 1
    pieces = [cover.pieces]
    of_piece = [np.repeat(np.arange(num_k), np.diff(cover.components[:, FIRST_PIECE]))]
    for price in prices:
        for part in (give.less, give.more):
            own = beyond.copy()
            own[:, PIECE_PRICE] = np.minimum(own[:, PIECE_PRICE], part * price)
            pieces.append(own)
            of_piece.append(component)
    rows_of, k = np.concatenate(pieces), np.concatenate(of_piece)
    order = np.lexsort((-rows_of[:, PIECE_PRICE], k))
    components = cover.components.copy()
    components[:, FIRST_PIECE] = np.searchsorted(k[order], np.arange(num_k + 1))
    return cover._replace(pieces=rows_of[order], components=components), order


def may_be_done(backlog: BacklogTables) -> FloatArray:
    """Return 1 for each step ``[b, t]`` in which there may be work of a backlog."""
    found = np.zeros(backlog.open_steps.shape)
    first = backlog.bucket_of_backlog
    for b in range(len(backlog.rows)):
        for begin, end in backlog.buckets[first[b] : first[b + 1], [ARRIVAL, DUE]]:
            found[b, begin:end] = 1.0
    return found * backlog.open_steps


def nearest(prices: Sequence[float], worth: FloatArray) -> BoolArray:
    """Return ``[price, t, b]`` whether a price is the nearest to *worth* ``[b, t]``."""
    away = np.abs(np.array(prices)[:, None, None] - worth.T)
    return np.asarray(np.arange(len(prices))[:, None, None] == away.argmin(axis=0))
