"""Two kinds of lists inside arrays: waiting contacts, and agents who can take one."""

from wfm.simulation.jit import inner_kernel
from wfm.simulation.state import State
from wfm.simulation.tables import NONE

_LAST_TICKET = (1 << 31) - 1


@inner_kernel
def take_slot(s: State) -> int:
    """Return a free slot for a contact; with none, the replication fails."""
    slot: int = s.centre[0].first_free
    if slot != NONE:
        s.centre[0].first_free = s.contacts[slot].next
        return slot
    slot = s.centre[0].num_fresh
    if slot == len(s.contacts):
        s.centre[0].failed = 1
        return NONE
    s.centre[0].num_fresh = slot + 1
    s.contacts[slot].ticket = 0
    return slot


@inner_kernel
def give_slot(s: State, slot: int) -> None:
    """Return a contact's slot; its timers lapse."""
    lapse(s, slot)
    s.contacts[slot].next = s.centre[0].first_free
    s.centre[0].first_free = slot


@inner_kernel
def lapse(s: State, slot: int) -> None:
    """Let the timers of a contact lapse."""
    s.contacts[slot].ticket = (s.contacts[slot].ticket + 1) & _LAST_TICKET


@inner_kernel
def line_up(s: State, slot: int) -> None:
    """Put a contact at the end of its queue."""
    q = s.contacts[slot].queue
    last = s.queues[q].last
    s.contacts[slot].next, s.contacts[slot].previous = NONE, last
    if last == NONE:
        s.queues[q].first = slot
    else:
        s.contacts[last].next = slot
    s.queues[q].last = slot
    s.queues[q].waiting += 1


@inner_kernel
def leave_line(s: State, slot: int) -> None:
    """Take a contact out of its queue, wherever it stands."""
    q = s.contacts[slot].queue
    before, after = s.contacts[slot].previous, s.contacts[slot].next
    if before == NONE:
        s.queues[q].first = after
    else:
        s.contacts[before].next = after
    if after == NONE:
        s.queues[q].last = before
    else:
        s.contacts[after].previous = before
    s.queues[q].waiting -= 1
    lapse(s, slot)


@inner_kernel
def offer(s: State, a: int, level: int, now: float) -> None:
    """Make an agent with *level* contacts in hand available, behind the others."""
    g = s.agents[a].group
    last = s.available[g, level].last
    s.agents[a].level, s.agents[a].after, s.agents[a].before = level, NONE, last
    if last == NONE:
        s.available[g, level].first = a
    else:
        s.agents[last].after = a
    s.available[g, level].last = a
    s.agents[a].since_s = now
    if level == 0:
        s.groups[g].idle += 1


@inner_kernel
def withdraw(s: State, a: int) -> None:
    """Take an agent off the list of the available, if there."""
    g, level = s.agents[a].group, s.agents[a].level
    if level == NONE:
        return
    before, after = s.agents[a].before, s.agents[a].after
    if before == NONE:
        s.available[g, level].first = after
    else:
        s.agents[before].after = after
    if after == NONE:
        s.available[g, level].last = before
    else:
        s.agents[after].before = before
    s.agents[a].level = NONE
    if level == 0:
        s.groups[g].idle -= 1
