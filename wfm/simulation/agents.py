"""Agents: coming, going, and looking for work."""

from wfm.simulation.choosing import find_agent, find_contact
from wfm.simulation.contacts import drop_if_nobody
from wfm.simulation.counting import close_busy, close_present
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import leave_line, offer, withdraw
from wfm.simulation.service import start
from wfm.simulation.state import State
from wfm.simulation.tables import NONE, Tables


@inner_kernel
def seek(m: Tables, s: State, a: int, now: float) -> None:
    """Give the agent what waits and may be taken; else make the agent available."""
    most = m.groups[s.agents[a].group].most_parallel
    while s.agents[a].current == NONE and s.agents[a].in_hand < most:
        slot = _next_contact(m, s, a, now)
        if slot == NONE:
            break
        leave_line(s, slot)
        start(m, s, slot, a, now)
    make_available(m, s, a, now)
    if s.agents[a].in_hand == 0:
        close_busy(m, s, a, now)
        if len(m.reserved) > 0:
            _use_reserve(m, s, now)


@inner_kernel
def make_available(m: Tables, s: State, a: int, now: float) -> None:
    """Offer an agent who can take more contacts."""
    in_hand, most = s.agents[a].in_hand, m.groups[s.agents[a].group].most_parallel
    is_free = s.agents[a].current == NONE and in_hand < most
    if is_free and s.agents[a].drains_for == NONE and s.agents[a].on_duty:
        offer(s, a, in_hand, now)


@inner_kernel
def _next_contact(m: Tables, s: State, a: int, now: float) -> int:
    """Return what to take next, ``NONE`` for nothing.

    If a call is next but the agent still holds parallel contacts, the agent takes no
    more until one of them ends; no more agents do so than calls wait.
    """
    _stop_draining(s, a)
    slot = find_contact(m, s, a, now, True)
    if slot == NONE or s.agents[a].in_hand == 0:
        return slot
    q = s.contacts[slot].queue
    if m.queues[q].parallel > 1:
        return slot
    if s.queues[q].draining < s.queues[q].waiting:
        s.agents[a].drains_for = q
        s.queues[q].draining += 1
        return NONE
    return find_contact(m, s, a, now, False)


@inner_kernel
def _stop_draining(s: State, a: int) -> None:
    q = s.agents[a].drains_for
    if q != NONE:
        s.queues[q].draining -= 1
        s.agents[a].drains_for = NONE


@rare_kernel
def _use_reserve(m: Tables, s: State, now: float) -> None:
    """Let idle agents above the reserve take what waits for them."""
    for i in range(len(m.reserved)):
        q = m.reserved[i]
        while s.queues[q].first != NONE:
            slot = s.queues[q].first
            a = find_agent(m, s, slot, now)
            if a == NONE:
                break
            leave_line(s, slot)
            start(m, s, slot, a, now)
            make_available(m, s, a, now)


@inner_kernel
def after_end(m: Tables, s: State, a: int, now: float) -> None:
    """Go home, or take the next contact."""
    if s.agents[a].leaving:
        if s.agents[a].in_hand == 0:
            _be_gone(m, s, a, now)
        return
    g = s.agents[a].group
    if s.groups[g].debt > 0:
        s.groups[g].debt -= 1
        go(m, s, a, now)
        return
    seek(m, s, a, now)


@rare_kernel
def come(m: Tables, s: State, a: int, g: int, now: float) -> None:
    """Put an agent on duty in a group, from another one or from off duty."""
    if s.agents[a].on_duty:
        if s.agents[a].group == g:
            return
        _off_duty(m, s, a, now)
    if s.agents[a].in_hand > 0:
        close_busy(m, s, a, now)
        close_present(m, s, a, now)
        s.agents[a].busy_s = now
    elif s.agents[a].leaving:
        close_present(m, s, a, now)
    s.agents[a].present_s = now
    s.agents[a].leaving = 0
    s.agents[a].group, s.agents[a].on_duty = g, 1
    for i in range(m.groups[g].first_work, m.groups[g].end_work):
        s.queues[m.works[i].queue].on_duty_count += 1
    if s.agents[a].current == NONE:
        seek(m, s, a, now)


@rare_kernel
def go(m: Tables, s: State, a: int, now: float) -> None:
    """End an agent's duty; contacts in hand are still finished."""
    if not s.agents[a].on_duty:
        return
    _off_duty(m, s, a, now)
    if s.agents[a].in_hand == 0:
        _be_gone(m, s, a, now)


@rare_kernel
def _off_duty(m: Tables, s: State, a: int, now: float) -> None:
    withdraw(s, a)
    _stop_draining(s, a)
    s.agents[a].on_duty, s.agents[a].leaving = 0, 1
    g = s.agents[a].group
    for i in range(m.groups[g].first_work, m.groups[g].end_work):
        q = m.works[i].queue
        s.queues[q].on_duty_count -= 1
        drop_if_nobody(m, s, q, now)


@rare_kernel
def _be_gone(m: Tables, s: State, a: int, now: float) -> None:
    close_busy(m, s, a, now)
    close_present(m, s, a, now)
    s.agents[a].leaving = 0
    if s.centre[0].by_heads:
        g = s.agents[a].group
        s.places[s.groups[g].first_place + s.groups[g].off_count] = a
        s.groups[g].off_count += 1


@rare_kernel
def change_heads(m: Tables, s: State, g: int, difference: int, now: float) -> None:
    """Bring agents of a group on duty, or send some home."""
    for _ in range(difference):
        if s.groups[g].debt > 0:
            s.groups[g].debt -= 1
        else:
            come(m, s, _place(s, g), g, now)
    for _ in range(-difference):
        a = _first_available(s, g)
        if a == NONE:
            s.groups[g].debt += 1
        else:
            go(m, s, a, now)


@rare_kernel
def _place(s: State, g: int) -> int:
    """Return a place not in use, or that of somebody about to leave."""
    if s.groups[g].off_count > 0:
        s.groups[g].off_count -= 1
        place: int = s.places[s.groups[g].first_place + s.groups[g].off_count]
        return place
    a: int = s.groups[g].first_place
    while not s.agents[a].leaving:
        a += 1
    return a


@rare_kernel
def _first_available(s: State, g: int) -> int:
    for level in range(s.available.shape[1]):
        a: int = s.available[g, level].first
        if a != NONE:
            return a
    return NONE
