"""Two kinds of lists inside arrays: waiting contacts, and agents who can take one."""

from wfm.simulation.jit import inner_kernel
from wfm.simulation.state import (
    AFTER,
    BEFORE,
    FAILED,
    FIRST,
    FREE_CONTACTS,
    GROUP,
    IDLE,
    LAST,
    LEVEL,
    NEXT,
    PREVIOUS,
    QUEUE,
    SINCE_S,
    TICKET,
    WAITING,
    State,
)
from wfm.simulation.tables import NONE

_LAST_TICKET = (1 << 31) - 1


@inner_kernel
def take_slot(s: State) -> int:
    """Return a free slot for a contact; with none, the replication fails."""
    left = s.scalars[FREE_CONTACTS]
    if left == 0:
        s.scalars[FAILED] = 1
        return NONE
    s.scalars[FREE_CONTACTS] = left - 1
    slot: int = s.free[left - 1]
    return slot


@inner_kernel
def give_slot(s: State, slot: int) -> None:
    """Return a contact's slot; its timers lapse."""
    lapse(s, slot)
    s.free[s.scalars[FREE_CONTACTS]] = slot
    s.scalars[FREE_CONTACTS] += 1


@inner_kernel
def lapse(s: State, slot: int) -> None:
    """Let the timers of a contact lapse."""
    s.contacts[slot, TICKET] = (s.contacts[slot, TICKET] + 1) & _LAST_TICKET


@inner_kernel
def line_up(s: State, slot: int) -> None:
    """Put a contact at the end of its queue."""
    q = s.contacts[slot, QUEUE]
    last = s.queues[q, LAST]
    s.contacts[slot, NEXT], s.contacts[slot, PREVIOUS] = NONE, last
    if last == NONE:
        s.queues[q, FIRST] = slot
    else:
        s.contacts[last, NEXT] = slot
    s.queues[q, LAST] = slot
    s.queues[q, WAITING] += 1


@inner_kernel
def leave_line(s: State, slot: int) -> None:
    """Take a contact out of its queue, wherever it stands."""
    q = s.contacts[slot, QUEUE]
    before, after = s.contacts[slot, PREVIOUS], s.contacts[slot, NEXT]
    if before == NONE:
        s.queues[q, FIRST] = after
    else:
        s.contacts[before, NEXT] = after
    if after == NONE:
        s.queues[q, LAST] = before
    else:
        s.contacts[after, PREVIOUS] = before
    s.queues[q, WAITING] -= 1
    lapse(s, slot)


@inner_kernel
def offer(s: State, a: int, level: int, now: float) -> None:
    """Make an agent with *level* contacts in hand available, behind the others."""
    g = s.agents[a, GROUP]
    last = s.available_last[g, level]
    s.agents[a, LEVEL], s.agents[a, AFTER], s.agents[a, BEFORE] = level, NONE, last
    if last == NONE:
        s.available[g, level] = a
    else:
        s.agents[last, AFTER] = a
    s.available_last[g, level] = a
    s.stamps[a, SINCE_S] = now
    if level == 0:
        s.groups[g, IDLE] += 1


@inner_kernel
def withdraw(s: State, a: int) -> None:
    """Take an agent off the list of the available, if there."""
    g, level = s.agents[a, GROUP], s.agents[a, LEVEL]
    if level == NONE:
        return
    before, after = s.agents[a, BEFORE], s.agents[a, AFTER]
    if before == NONE:
        s.available[g, level] = after
    else:
        s.agents[before, AFTER] = after
    if after == NONE:
        s.available_last[g, level] = before
    else:
        s.agents[after, BEFORE] = before
    s.agents[a, LEVEL] = NONE
    if level == 0:
        s.groups[g, IDLE] -= 1
