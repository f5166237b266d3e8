"""Deferred work: when it is best done, given the people at work.

Each backlog gets a profile ``[t]`` of work to be done, which enters the slot costs as
pieces of need. Any profile that respects arrival and due times gives an upper bound of
the true cost, so the search and this levelling take turns.
"""

from typing import NamedTuple

import numpy as np

from solver.core.jit import inner_kernel, kernel
from solver.core.slots import HEAD, CoverState, fill_slack, room_for, use
from solver.core.tables import (
    ARRIVAL,
    BACKLOG_CLASS,
    BACKLOG_COMPONENT,
    DUE,
    FIRST_PIECE,
    PIECE_CLASS,
    RESERVED,
    WORK_BEYOND,
    WORK_INSIDE,
    BacklogTables,
    CoverTables,
)
from wfm.domain.arrays import FloatArray


class Levels(NamedTuple):
    """Profiles ``[backlog, t]`` of deferred work, with scratch to find them.

    ``free`` and ``paid`` are the room of each step without loss, and at the price of
    other need; ``waiting`` is the work that waits after each step, ``left`` what of a
    bucket can't be done in time.
    """

    profile: FloatArray
    free: FloatArray
    paid: FloatArray
    waiting: FloatArray
    left: FloatArray


def new_levels(backlog: BacklogTables, num_steps: int) -> Levels:
    """Return empty profiles."""
    return Levels(
        profile=np.zeros((len(backlog.rows), num_steps)),
        free=np.zeros(num_steps),
        paid=np.zeros(num_steps),
        waiting=np.zeros(num_steps),
        left=np.zeros(len(backlog.work)),
    )


@inner_kernel
def set_profile(
    backlog: BacklogTables, state: CoverState, b: int, t: int, units: float
) -> None:
    """Ask for *units* of work of backlog *b* at step *t*."""
    inside = min(units, backlog.floor[b, t])
    state.width[t, backlog.rows[b, WORK_INSIDE]] = inside
    state.width[t, backlog.rows[b, RESERVED]] = backlog.floor[b, t] - inside
    state.width[t, backlog.rows[b, WORK_BEYOND]] = units - inside


@kernel
def use_profile(
    backlog: BacklogTables,
    state: CoverState,
    levels: Levels,
    b: int,
    profile: FloatArray,
    stamp: int,
) -> None:
    """Make *profile* ``[t]`` that of backlog *b*; changed steps become dirty."""
    k = backlog.rows[b, BACKLOG_COMPONENT]
    for t in range(profile.shape[0]):
        set_profile(backlog, state, b, t, profile[t])
        if profile[t] != levels.profile[b, t]:
            levels.profile[b, t] = profile[t]
            state.stamp[k, t] = stamp
            state.dirty[k, t] = 1


@inner_kernel
def find_room(
    cover: CoverTables,
    backlog: BacklogTables,
    state: CoverState,
    levels: Levels,
    b: int,
    t: int,
) -> None:
    """Set the free and paid room for backlog *b* at step *t*."""
    k, c = backlog.rows[b, BACKLOG_COMPONENT], backlog.rows[b, BACKLOG_CLASS]
    set_profile(backlog, state, b, t, 0.0)
    fill_slack(cover, state, k, t, -1)
    reserved, paid = 0.0, 0.0
    for i in range(
        cover.components[k, FIRST_PIECE], cover.components[k + 1, FIRST_PIECE]
    ):
        if i == backlog.rows[b, WORK_BEYOND]:
            paid = max(0.0, room_for(cover, state.slack, c))
        if state.width[t, i] > 0.0:
            own = int(cover.pieces[i, PIECE_CLASS])
            room = max(0.0, room_for(cover, state.slack, own))
            taken = min(state.width[t, i], room)
            use(cover, state.slack, own, taken)
            if i == backlog.rows[b, RESERVED]:
                reserved = taken
    levels.free[t] = reserved + max(0.0, room_for(cover, state.slack, c))
    levels.paid[t] = max(0.0, reserved + paid - levels.free[t])


@inner_kernel
def serve(
    backlog: BacklogTables,
    levels: Levels,
    b: int,
    first: int,
    last: int,
    profile: FloatArray,
) -> None:
    """Serve backlog *b* in the order of arrival: free room first, paid where it must.

    Buckets arrive and fall due in the same order, so all that counts is how much waits
    after each step. Work that would miss its due time takes paid room at the latest
    steps since the queue was last empty; what still misses it is left.
    """
    begin, end = backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]
    arriving, due, late = begin, begin, 0.0
    waiting = 0.0
    for t in range(first, last):
        while arriving < end and backlog.buckets[arriving, ARRIVAL] <= t:
            waiting += backlog.work[arriving]
            arriving += 1
        if backlog.open_steps[b, t]:
            profile[t] = min(levels.free[t], waiting)
        waiting -= profile[t]
        late -= profile[t]
        levels.waiting[t] = waiting
        while due < end and backlog.buckets[due, DUE] <= t + 1:
            late += backlog.work[due]
            if late > 0.0:
                late -= catch_up(backlog, levels, b, first, t, late, profile)
                waiting = levels.waiting[t]
            if late > 0.0:
                levels.left[due] = late
                waiting -= late
                levels.waiting[t] = waiting
                late = 0.0
            due += 1


@inner_kernel
def catch_up(
    backlog: BacklogTables,
    levels: Levels,
    b: int,
    first: int,
    now: int,
    missing: float,
    profile: FloatArray,
) -> float:
    """Serve *missing* units in paid room at the latest steps up to *now*.

    Only while work was waiting is there some to serve. Returns what was served.
    """
    served, most = 0.0, levels.waiting[now]
    t = now
    while t >= first and served < missing:
        most = min(most, levels.waiting[t])
        if most <= 0.0:
            break
        if backlog.open_steps[b, t] and levels.paid[t] > 0.0:
            units = min(levels.paid[t], most, missing - served)
            levels.paid[t] -= units
            profile[t] += units
            served += units
            most -= units
            for later in range(t, now + 1):
                levels.waiting[later] -= units
        t -= 1
    return served


@inner_kernel
def place_rest(
    backlog: BacklogTables, levels: Levels, b: int, profile: FloatArray, shift: int
) -> None:
    """Ask for work that nobody can do in whole heads, so that its worth shows."""
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        begin, end = backlog.buckets[n, ARRIVAL], backlog.buckets[n, DUE]
        t = begin + shift % (end - begin)
        while levels.left[n] > 0.0:
            if backlog.open_steps[b, t]:
                units = min(HEAD, levels.left[n])
                levels.left[n] -= units
                profile[t] += units
            t = t + 1 if t + 1 < end else begin


@kernel
def find_profile(
    cover: CoverTables,
    backlog: BacklogTables,
    state: CoverState,
    levels: Levels,
    window: tuple[int, int],
    b: int,
    shift: int,
    profile: FloatArray,
) -> None:
    """Level backlog *b* into *profile*: free room first, then at a price, then unmet.

    The profile must then be put to use: the widths of *b* are left at no work.
    """
    for t in range(profile.shape[0]):
        profile[t] = 0.0
    for t in range(window[0], window[1]):
        find_room(cover, backlog, state, levels, b, t)
    for n in range(backlog.bucket_of_backlog[b], backlog.bucket_of_backlog[b + 1]):
        levels.left[n] = 0.0
    serve(backlog, levels, b, window[0], window[1], profile)
    place_rest(backlog, levels, b, profile, shift)
