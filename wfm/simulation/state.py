"""What the engine remembers while it runs one replication after another."""

from typing import NamedTuple

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.staff_events import Changes
from wfm.simulation.tables import NONE, KeyArray, Tables

QUEUE, NEXT, PREVIOUS, ROW, INTERVAL, TICKET, ATTEMPT, GOES_TO = range(8)
"""Columns of ``State.contacts``. The ticket changes when timers of it lapse."""

ARRIVED_S, DUE_S, WORK_S, STARTED_S = range(4)
"""Columns of ``State.times``."""

(
    GROUP,
    LEVEL,
    AFTER,
    BEFORE,
    IN_HAND,
    CURRENT,
    ON_DUTY,
    LEAVING,
    VERSION,
    DRAINS_FOR,
) = range(10)
"""Columns of ``State.agents``."""

SINCE_S, PRESENT_S, BUSY_S, UPDATED_S = range(4)
"""Columns of ``State.stamps``: idle, present, busy since; contacts in hand as of."""

FIRST, LAST, WAITING, ON_DUTY_COUNT, CLOSED, DRAINING, ARRIVES_IN = range(7)
"""Columns of ``State.queues``."""

DEBT, OFF_COUNT, IDLE = range(3)
"""Columns of ``State.groups``: agents that still have to leave, places not in use."""

HEAP_SIZE, FREE_CONTACTS, FAILED, REPLICATION, BY_HEADS = range(5)
"""Places of ``State.scalars``."""

(
    OFFERED,
    ANSWERED,
    IN_TIME,
    ABANDONED,
    ABANDONED_IN_TIME,
    BLOCKED,
    DROPPED,
    CALLED_BACK,
    LEFT,
    WAIT_ANSWERED_S,
    WAIT_ABANDONED_S,
    CONTACT_S,
) = range(12)
"""Columns of ``State.counts``."""

COUNTS, GROUP_TIMES = 12, 2
"""Numbers of columns."""

GROUP_BUSY_S, GROUP_PRESENT_S = range(2)
"""Columns of ``State.group_times``."""


class State(NamedTuple):
    """Everything that changes.

    Attributes
    ----------
    scalars
        Sizes and flags.
    heap_s, heap_code
        Timers: instant, and what happens.
    contacts, times, keys
        ``[slot, column]`` of contacts in the system; ``[slot]`` their random key.
    free
        Slots not in use, a stack.
    agents, stamps
        ``[a, column]``.
    hand
        ``[a, k]`` slots of parallel contacts.
    queues
        ``[q, column]`` the waiting line, and whether anybody serves it.
    available, available_last
        ``[g, level]`` first and last agent with *level* contacts in hand who can take
        more.
    groups
        ``[g, column]``.
    places, first_place
        Places of groups not in use, a stack each; ``[g]`` where it begins.
    line_used
        ``[k]``.
    arrival_s, arrival_count, next_key
        ``[q]`` next arrival, its number, its contact's key.
    stream
        ``[q + 1]`` keys of the queues' arrivals, and of absences.
    busyness
        ``[r, q, d]`` factors on arrivals.
    counts, group_times
        Results: a row for each replication, queue (or group) and bin.
    """

    scalars: IntArray
    heap_s: FloatArray
    heap_code: IntArray
    contacts: IntArray
    times: FloatArray
    keys: KeyArray
    free: IntArray
    agents: IntArray
    stamps: FloatArray
    hand: IntArray
    queues: IntArray
    available: IntArray
    available_last: IntArray
    groups: IntArray
    places: IntArray
    first_place: IntArray
    line_used: IntArray
    arrival_s: FloatArray
    arrival_count: IntArray
    stream: KeyArray
    next_key: KeyArray
    busyness: FloatArray
    counts: FloatArray
    group_times: FloatArray


def new_state(
    tables: Tables, changes: Changes, busyness: FloatArray, num_slots: int
) -> State:
    """Return a state with room for *num_slots* contacts at once."""
    num_q, num_g = len(tables.queues), len(tables.most_parallel)
    num_a = len(changes.group_of)
    levels, bins = int(tables.sizes[2]), int(tables.sizes[1])
    replications = len(busyness)
    num_timers = 4 * num_slots + 2 * num_a
    return State(
        scalars=np.zeros(5, dtype=np.int64),
        heap_s=np.zeros(num_timers),
        heap_code=np.zeros(num_timers, dtype=np.int64),
        contacts=np.zeros((num_slots, 8), dtype=np.int64),
        times=np.zeros((num_slots, 4)),
        keys=np.zeros(num_slots, dtype=np.uint64),
        free=np.zeros(num_slots, dtype=np.int64),
        agents=np.full((num_a, 10), NONE, dtype=np.int64),
        stamps=np.zeros((num_a, 4)),
        hand=np.full((num_a, levels), NONE, dtype=np.int64),
        queues=np.zeros((num_q, 7), dtype=np.int64),
        available=np.full((num_g, levels), NONE, dtype=np.int64),
        available_last=np.full((num_g, levels), NONE, dtype=np.int64),
        groups=np.zeros((num_g, 3), dtype=np.int64),
        places=np.zeros(num_a, dtype=np.int64),
        first_place=changes.first_place,
        line_used=np.zeros(len(tables.lines), dtype=np.int64),
        arrival_s=np.zeros(num_q),
        arrival_count=np.zeros(num_q, dtype=np.int64),
        stream=np.zeros(num_q + 1, dtype=np.uint64),
        next_key=np.zeros(num_q, dtype=np.uint64),
        busyness=busyness,
        counts=np.zeros((replications * num_q * bins, COUNTS)),
        group_times=np.zeros((replications * num_g * bins, GROUP_TIMES)),
    )
