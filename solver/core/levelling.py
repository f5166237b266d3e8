"""Deferred work: when it is best done, given the people at work.

Each backlog gets a profile ``[t]`` of work to be done, which enters the slot costs as
pieces of need. Any profile that respects arrival and due times gives an upper bound of
the true cost, so the search and this levelling take turns.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import kernel
from solver.core.slots import HEAD, CoverState, fill_slack, room_for, use
from solver.core.tables import BacklogTables, CoverTables
from wfm.domain.arrays import FloatArray


class LevelScratch(NamedTuple):
    """Per step the work that fits without loss, and at the price of other need."""

    free: FloatArray
    paid: FloatArray
    profile: FloatArray
    before: FloatArray
    left: FloatArray


def new_level_scratch(backlog: BacklogTables, num_steps: int) -> LevelScratch:
    """Return scratch for :func:`level_all`; *profile* is ``[backlog, t]``."""
    return LevelScratch(
        free=np.zeros(num_steps),
        paid=np.zeros(num_steps),
        profile=np.zeros((len(backlog.component), num_steps)),
        before=np.zeros(num_steps),
        left=np.zeros(len(backlog.work)),
    )


@kernel
def set_profile(
    backlog: BacklogTables, state: CoverState, b: int, t: int, units: float
) -> None:
    """Ask for *units* of work of backlog *b* at step *t*."""
    inside = min(units, backlog.floor[b, t])
    state.width[t, backlog.pieces[b, 0]] = inside
    state.width[t, backlog.pieces[b, 1]] = backlog.floor[b, t] - inside
    state.width[t, backlog.pieces[b, 2]] = units - inside


@kernel
def find_room(
    cover: CoverTables,
    backlog: BacklogTables,
    state: CoverState,
    scratch: LevelScratch,
    b: int,
    t: int,
) -> None:
    """Set the free and paid capacity for backlog *b* at step *t*."""
    k, c = backlog.component[b], backlog.class_row[b]
    set_profile(backlog, state, b, t, 0.0)
    fill_slack(cover, state, k, t, -1)
    reserved, paid = 0.0, 0.0
    for i in range(cover.piece_of_component[k], cover.piece_of_component[k + 1]):
        if i == backlog.pieces[b, 2]:
            paid = max(0.0, room_for(cover, state.slack, c))
        width = state.width[t, i]
        if width > 0.0:
            own = cover.piece_class[i]
            taken = max(0.0, min(width, room_for(cover, state.slack, own)))
            use(cover, state.slack, own, taken)
            if i == backlog.pieces[b, 1]:
                reserved = taken
    scratch.free[t] = reserved + max(0.0, room_for(cover, state.slack, c))
    scratch.paid[t] = max(scratch.free[t], reserved + paid)


@kernel
def place(
    backlog: BacklogTables,
    scratch: LevelScratch,
    b: int,
    room: FloatArray,
    late: bool,
) -> None:
    """Place what is left of the work of backlog *b* into *room*, by due time."""
    first, last = backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]
    for i in range(last - first):
        n = last - 1 - i if late else first + i
        begin, end = backlog.arrival[n], backlog.due[n]
        for j in range(end - begin):
            if scratch.left[n] <= 0.0:
                break
            t = end - 1 - j if late else begin + j
            if room[t] > 0.0 and backlog.open_steps[b, t]:
                units = min(room[t], scratch.left[n])
                room[t] -= units
                scratch.left[n] -= units
                scratch.profile[b, t] += units


@kernel
def place_rest(
    backlog: BacklogTables, scratch: LevelScratch, b: int, shift: int
) -> None:
    """Ask for work that nobody can do in whole heads, so that its worth shows."""
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        begin, end = backlog.arrival[n], backlog.due[n]
        t = begin + shift % (end - begin)
        while scratch.left[n] > 0.0:
            if backlog.open_steps[b, t]:
                units = min(HEAD, scratch.left[n])
                scratch.left[n] -= units
                scratch.profile[b, t] += units
            t = t + 1 if t + 1 < end else begin


@kernel
def level(
    cover: CoverTables,
    backlog: BacklogTables,
    state: CoverState,
    scratch: LevelScratch,
    b: int,
    late: bool,
    shift: int,
) -> None:
    """Level backlog *b* anew: free capacity first, then by price, then unmet."""
    k = backlog.component[b]
    for t in range(cover.window[0], cover.window[1]):
        find_room(cover, backlog, state, scratch, b, t)
        scratch.paid[t] -= scratch.free[t]
        scratch.before[t] = scratch.profile[b, t]
        scratch.profile[b, t] = 0.0
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        scratch.left[n] = backlog.work[n]
    place(backlog, scratch, b, scratch.free, late)
    for t in range(cover.window[0], cover.window[1]):
        scratch.paid[t] += scratch.free[t]
    place(backlog, scratch, b, scratch.paid, late)
    place_rest(backlog, scratch, b, shift)
    for t in range(cover.window[0], cover.window[1]):
        set_profile(backlog, state, b, t, scratch.profile[b, t])
        if scratch.profile[b, t] != scratch.before[t]:
            state.clock[0] += 1
            state.stamp[k, t] = state.clock[0]
            state.dirty[k, t] = 1
