"""Tables and scratch of the steps whose heads are counted as whole."""

from typing import NamedTuple

import numpy as np

from solver.core.compile import Compiled
from solver.core.relaxation import Relaxation
from solver.core.slots import HEAD
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_CLASS,
    DUE,
    FIRST_PIECE,
    FIRST_SUBSET,
    CoverTables,
)
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

MOST_GROUPS, MOST_SUBSETS = 24, 512
"""Size of a component whose heads are counted as whole; larger ones by the unit."""

PIECES, KINDS = range(2)
"""Places in ``Board.count``."""


class Steps(NamedTuple):
    """What all steps have in common.

    ``most[b, t]`` are the units of backlog b that can be done at t; ``members`` the
    groups by component, as ranges ``first_member``; ``first_class`` the ranges of
    classes; ``is_whole[k]`` tells where heads are counted as whole.
    """

    cover: CoverTables
    width: FloatArray
    floor: FloatArray
    rows: IntArray
    most: FloatArray
    is_live: BoolArray
    serves: BoolArray
    members: IntArray
    first_member: IntArray
    first_class: IntArray
    is_whole: BoolArray
    idle: float
    breach: float


class Board(NamedTuple):
    """Scratch for one step: its pieces, dearest first, and its kinds, cheapest first.

    ``value[i]`` is what a unit of a piece is worth, ``backlog[i]`` whose work it is
    (-1: none's). ``heads[x]`` of kind x are at work, for ``price[x]`` each;
    ``owner[x]`` is one of its groups. ``free[s]`` are their units by subset, ``room``
    is a copy.
    """

    count: IntArray  # type: ignore[assignment]  # hides tuple.count, unused
    value: FloatArray
    width: FloatArray
    class_of: IntArray
    backlog: IntArray
    price: FloatArray
    counts: FloatArray
    serves: BoolArray
    heads: IntArray
    owner: IntArray
    order: IntArray
    free: FloatArray
    room: FloatArray


def new_steps(relaxation: Relaxation) -> Steps:
    """Return the tables of all steps."""
    compiled, serves = relaxation.compiled, relaxation.serves
    cover, need, backlog = compiled.cover, compiled.cover_need, compiled.backlog
    num_k = len(cover.components) - 1
    is_live = np.zeros(len(cover.pieces), dtype=bool)
    is_live[relaxation.live] = True
    owner = np.where(cover.component_of_group < 0, num_k, cover.component_of_group)
    first_subset = cover.components[:, FIRST_SUBSET]
    own = cover.class_subset[cover.subset_of_class[:-1]]
    component = np.searchsorted(first_subset, own, side="right") - 1
    sizes = np.bincount(owner, minlength=num_k + 1)[:num_k], np.diff(first_subset)
    return Steps(
        cover=cover,
        width=need.width,
        floor=backlog.floor,
        rows=backlog.rows,
        most=_most_work(compiled, serves) * relaxation.inside,
        is_live=is_live,
        serves=serves,
        members=np.argsort(owner, kind="stable").astype(np.int64),
        first_member=np.searchsorted(np.sort(owner), np.arange(num_k + 1)),
        first_class=np.searchsorted(component, np.arange(num_k + 1)),
        is_whole=(sizes[0] <= MOST_GROUPS) & (sizes[1] <= MOST_SUBSETS),
        idle=float(need.idle_price),
        breach=compiled.breach_price / HEAD,
    )


def has_whole(relaxation: Relaxation) -> bool:
    """Return whether any component is small enough to count its heads as whole."""
    return bool(new_steps(relaxation).is_whole.any())


def _most_work(compiled: Compiled, serves: BoolArray) -> FloatArray:
    """Return ``[b, t]`` the units of a backlog that wait, or that people can do."""
    backlog, need = compiled.backlog, compiled.cover_need
    most = np.zeros(backlog.floor.shape)
    for b in range(len(most)):
        for n in range(*backlog.bucket_of_backlog[b : b + 2]):
            span = slice(backlog.buckets[n, ARRIVAL], backlog.buckets[n, DUE])
            most[b, span] += backlog.work[n]
    people = np.bincount(need.group_of_agent, minlength=serves.shape[1])
    heads = people[:, None] + need.fixed_heads.T
    able = HEAD * (serves.astype(np.float64) @ heads)
    cap = able[backlog.rows[:, BACKLOG_CLASS]]
    return np.asarray(np.minimum(most, cap) * backlog.open_steps)


def new_board(steps: Steps) -> Board:
    """Return empty scratch."""
    cover = steps.cover
    num_c, num_s = len(steps.serves), cover.counts.shape[1]
    kinds = int(np.diff(steps.first_member).max(initial=1))
    pieces = int(np.diff(cover.components[:, FIRST_PIECE]).max(initial=0))
    pieces += 3 * len(steps.rows)
    return Board(
        count=np.zeros(2, dtype=np.int64),
        value=np.zeros(pieces),
        width=np.zeros(pieces),
        class_of=np.zeros(pieces, dtype=np.int64),
        backlog=np.zeros(pieces, dtype=np.int64),
        price=np.zeros(kinds),
        counts=np.zeros((kinds, num_s)),
        serves=np.zeros((kinds, num_c), dtype=bool),
        heads=np.zeros(kinds, dtype=np.int64),
        owner=np.zeros(kinds, dtype=np.int64),
        order=np.zeros(kinds, dtype=np.int64),
        free=np.zeros(num_s),
        room=np.zeros(num_s),
    )
