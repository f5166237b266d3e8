"""What the engine remembers while it runs one replication after another."""

from typing import NamedTuple

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.simulation.records import Records, empty_records, record_type
from wfm.simulation.staff_events import Changes
from wfm.simulation.tables import NONE, Tables

CENTRE = record_type(
    ints="replication failed num_timers num_fresh first_free by_heads",
    keys="absence_stream",
)
"""Sizes and flags: slots from *num_fresh* on were never used, freed ones are linked."""

TIMER = record_type(ints="code", floats="at_s")
"""What happens, and when."""

CONTACT = record_type(
    ints="queue next previous row interval ticket attempt goes_to",
    floats="arrived_s due_s work_s started_s",
    keys="key",
)
"""A contact in the system. The ticket changes when timers of it lapse."""

AGENT = record_type(
    ints="group level after before in_hand current on_duty leaving version drains_for",
    floats="since_s present_s busy_s updated_s",
)
"""Idle, present, busy since; contacts in hand as of."""

LINE = record_type(
    ints="first last waiting on_duty_count closed draining arrives_in num_arrived",
    keys="stream next_key",
)
"""A queue's waiting contacts, whether anybody serves it, and its next arrival."""

GROUP = record_type(ints="debt off_count idle first_place")
"""Agents of a group that still have to leave, places not in use, idle agents."""

ENDS = record_type(ints="first last")
"""Of a list of available agents."""

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
    centre
        One record of sizes and flags.
    timers
        A heap.
    contacts, agents, queues, groups
        Records by slot, ``[a]``, ``[q]`` and ``[g]``.
    arrival_s
        ``[q]`` next arrival.
    hand
        ``[a, k]`` slots of parallel contacts.
    available
        ``[g, level]`` agents with *level* contacts in hand who can take more.
    places
        ``[a]`` places of groups not in use, a stack each from ``first_place`` on.
    lines_used
        ``[k]``.
    busyness
        ``[r, q, d]`` factors on arrivals.
    counts, group_times
        Results: a row for each replication, queue (or group) and bin.
    """

    centre: Records
    timers: Records
    contacts: Records
    agents: Records
    queues: Records
    groups: Records
    arrival_s: FloatArray
    hand: IntArray
    available: Records
    places: IntArray
    lines_used: IntArray
    busyness: FloatArray
    counts: FloatArray
    group_times: FloatArray


def new_state(
    tables: Tables, changes: Changes, busyness: FloatArray, num_slots: int
) -> State:
    """Return a state with room for *num_slots* contacts at once."""
    num_q, num_g = len(tables.queues), len(tables.groups)
    num_a, num_r = len(changes.group_of), len(busyness)
    groups = empty_records(num_g, GROUP)
    groups.first_place = changes.first_place[:num_g]
    return State(
        centre=empty_records(1, CENTRE),
        timers=empty_records(4 * num_slots + 2 * num_a, TIMER),
        contacts=empty_records(num_slots, CONTACT),
        agents=empty_records(num_a, AGENT),
        queues=empty_records(num_q, LINE),
        groups=groups,
        arrival_s=np.zeros(num_q),
        hand=np.full((num_a, tables.num_levels), NONE, dtype=np.int64),
        available=empty_records((num_g, tables.num_levels), ENDS),
        places=np.zeros(num_a, dtype=np.int64),
        lines_used=np.zeros(len(tables.lines), dtype=np.int64),
        busyness=busyness,
        counts=np.zeros((num_r * num_q * tables.num_bins, COUNTS)),
        group_times=np.zeros((num_r * num_g * tables.num_bins, GROUP_TIMES)),
    )
