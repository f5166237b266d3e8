"""Agents: coming, going, and looking for work."""

from wfm.simulation.choosing import find_agent, find_contact
from wfm.simulation.contacts import drop_if_nobody
from wfm.simulation.counting import close_busy, close_present
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import leave_line, offer, withdraw
from wfm.simulation.service import start
from wfm.simulation.state import (
    BUSY_S,
    BY_HEADS,
    CURRENT,
    DEBT,
    DRAINING,
    DRAINS_FOR,
    FIRST,
    GROUP,
    IN_HAND,
    LEAVING,
    OFF_COUNT,
    ON_DUTY,
    ON_DUTY_COUNT,
    PRESENT_S,
    QUEUE,
    WAITING,
    State,
)
from wfm.simulation.tables import NONE, PARALLEL, WORK_QUEUE, Tables


@inner_kernel
def seek(m: Tables, s: State, a: int, now: float) -> None:
    """Give the agent what waits and may be taken; else make the agent available."""
    most = m.most_parallel[s.agents[a, GROUP]]
    while s.agents[a, CURRENT] == NONE and s.agents[a, IN_HAND] < most:
        slot = _next_contact(m, s, a, now)
        if slot == NONE:
            break
        leave_line(s, slot)
        start(m, s, slot, a, now)
    make_available(m, s, a, now)
    if s.agents[a, IN_HAND] == 0:
        close_busy(m, s, a, now)
        if len(m.reserved) > 0:
            _use_reserve(m, s, now)


@inner_kernel
def make_available(m: Tables, s: State, a: int, now: float) -> None:
    """Offer an agent who can take more contacts."""
    in_hand, most = s.agents[a, IN_HAND], m.most_parallel[s.agents[a, GROUP]]
    is_free = s.agents[a, CURRENT] == NONE and in_hand < most
    if is_free and s.agents[a, DRAINS_FOR] == NONE and s.agents[a, ON_DUTY]:
        offer(s, a, in_hand, now)


@inner_kernel
def _next_contact(m: Tables, s: State, a: int, now: float) -> int:
    """Return what to take next, ``NONE`` for nothing.

    If a call is next but the agent still holds parallel contacts, the agent takes no
    more until one of them ends; no more agents do so than calls wait.
    """
    _stop_draining(s, a)
    slot = find_contact(m, s, a, now, True)
    if slot == NONE or s.agents[a, IN_HAND] == 0:
        return slot
    q = s.contacts[slot, QUEUE]
    if m.queues[q, PARALLEL] > 1:
        return slot
    if s.queues[q, DRAINING] < s.queues[q, WAITING]:
        s.agents[a, DRAINS_FOR] = q
        s.queues[q, DRAINING] += 1
        return NONE
    return find_contact(m, s, a, now, False)


@inner_kernel
def _stop_draining(s: State, a: int) -> None:
    q = s.agents[a, DRAINS_FOR]
    if q != NONE:
        s.queues[q, DRAINING] -= 1
        s.agents[a, DRAINS_FOR] = NONE


@rare_kernel
def _use_reserve(m: Tables, s: State, now: float) -> None:
    """Let idle agents above the reserve take what waits for them."""
    for i in range(len(m.reserved)):
        q = m.reserved[i]
        while s.queues[q, FIRST] != NONE:
            slot = s.queues[q, FIRST]
            a = find_agent(m, s, slot, now)
            if a == NONE:
                break
            leave_line(s, slot)
            start(m, s, slot, a, now)
            make_available(m, s, a, now)


@inner_kernel
def after_end(m: Tables, s: State, a: int, now: float) -> None:
    """Go home, or take the next contact."""
    if s.agents[a, LEAVING]:
        if s.agents[a, IN_HAND] == 0:
            _be_gone(m, s, a, now)
        return
    g = s.agents[a, GROUP]
    if s.groups[g, DEBT] > 0:
        s.groups[g, DEBT] -= 1
        go(m, s, a, now)
        return
    seek(m, s, a, now)


@rare_kernel
def come(m: Tables, s: State, a: int, g: int, now: float) -> None:
    """Put an agent on duty in a group, from another one or from off duty."""
    if s.agents[a, ON_DUTY]:
        if s.agents[a, GROUP] == g:
            return
        _off_duty(m, s, a, now)
    if s.agents[a, IN_HAND] > 0:
        close_busy(m, s, a, now)
        close_present(m, s, a, now)
        s.stamps[a, BUSY_S] = now
    elif s.agents[a, LEAVING]:
        close_present(m, s, a, now)
    s.stamps[a, PRESENT_S] = now
    s.agents[a, LEAVING] = 0
    s.agents[a, GROUP], s.agents[a, ON_DUTY] = g, 1
    for i in range(m.first_work[g], m.first_work[g + 1]):
        s.queues[m.works[i, WORK_QUEUE], ON_DUTY_COUNT] += 1
    if s.agents[a, CURRENT] == NONE:
        seek(m, s, a, now)


@rare_kernel
def go(m: Tables, s: State, a: int, now: float) -> None:
    """End an agent's duty; contacts in hand are still finished."""
    if not s.agents[a, ON_DUTY]:
        return
    _off_duty(m, s, a, now)
    if s.agents[a, IN_HAND] == 0:
        _be_gone(m, s, a, now)


@rare_kernel
def _off_duty(m: Tables, s: State, a: int, now: float) -> None:
    withdraw(s, a)
    _stop_draining(s, a)
    s.agents[a, ON_DUTY], s.agents[a, LEAVING] = 0, 1
    g = s.agents[a, GROUP]
    for i in range(m.first_work[g], m.first_work[g + 1]):
        q = m.works[i, WORK_QUEUE]
        s.queues[q, ON_DUTY_COUNT] -= 1
        drop_if_nobody(m, s, q, now)


@rare_kernel
def _be_gone(m: Tables, s: State, a: int, now: float) -> None:
    close_busy(m, s, a, now)
    close_present(m, s, a, now)
    s.agents[a, LEAVING] = 0
    if s.scalars[BY_HEADS]:
        g = s.agents[a, GROUP]
        s.places[s.first_place[g] + s.groups[g, OFF_COUNT]] = a
        s.groups[g, OFF_COUNT] += 1


@rare_kernel
def change_heads(m: Tables, s: State, g: int, difference: int, now: float) -> None:
    """Bring agents of a group on duty, or send some home."""
    for _ in range(difference):
        if s.groups[g, DEBT] > 0:
            s.groups[g, DEBT] -= 1
        else:
            come(m, s, _place(s, g), g, now)
    for _ in range(-difference):
        a = _first_available(s, g)
        if a == NONE:
            s.groups[g, DEBT] += 1
        else:
            go(m, s, a, now)


@rare_kernel
def _place(s: State, g: int) -> int:
    """Return a place not in use, or that of somebody about to leave."""
    if s.groups[g, OFF_COUNT] > 0:
        s.groups[g, OFF_COUNT] -= 1
        place: int = s.places[s.first_place[g] + s.groups[g, OFF_COUNT]]
        return place
    a: int = s.first_place[g]
    while not s.agents[a, LEAVING]:
        a += 1
    return a


@rare_kernel
def _first_available(s: State, g: int) -> int:
    for level in range(s.available.shape[1]):
        a: int = s.available[g, level]
        if a != NONE:
            return a
    return NONE
