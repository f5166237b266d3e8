"""Serving: a contact and an agent come together, and part."""

from wfm.simulation.counting import IDLE, add_contact_time, count
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import give_slot, withdraw
from wfm.simulation.state import ANSWERED, IN_TIME, WAIT_ANSWERED_S, State
from wfm.simulation.streams import (
    FOLLOW,
    HANDLE,
    PURPOSES,
    RETURN,
    draw,
    key_of,
    unit,
)
from wfm.simulation.tables import NONE, Tables
from wfm.simulation.timers import COME_BACK, END_CALL, END_CHAT, set_timer

_LAST_VERSION = (1 << 31) - 1


@inner_kernel
def start(m: Tables, s: State, slot: int, a: int, now: float) -> None:
    """Begin to serve a contact that is in no line."""
    withdraw(s, a)
    q = s.contacts[slot].queue
    wait_s = now - s.contacts[slot].arrived_s
    row = s.contacts[slot].row
    if row != NONE:
        s.counts[row, ANSWERED] += 1.0
        s.counts[row, WAIT_ANSWERED_S] += wait_s
        if not m.queues[q].deferred and wait_s <= m.queues[q].within_s:
            s.counts[row, IN_TIME] += 1.0
    key = key_of(s.contacts[slot].key, HANDLE)
    work_s = m.times[q, s.contacts[slot].interval].handle_s
    work_s *= m.handle_factor[s.agents[a].group, q]
    work_s *= draw(m.shapes, m.queues[q].handle_shape, key)
    s.contacts[slot].started_s = now
    if s.agents[a].busy_s == IDLE:
        s.agents[a].busy_s = now
    if m.queues[q].parallel == 1:
        s.agents[a].current, s.agents[a].in_hand = slot, 1
        set_timer(s, now + work_s, END_CALL, a, 0)
    else:
        _add_to_hand(m, s, slot, a, now, work_s)


@rare_kernel
def _add_to_hand(
    m: Tables, s: State, slot: int, a: int, now: float, work_s: float
) -> None:
    _catch_up(m, s, a, now)
    s.contacts[slot].work_s = work_s
    s.hand[a, s.agents[a].in_hand] = slot
    s.agents[a].in_hand += 1
    _next_end(m, s, a, now)


@inner_kernel
def _catch_up(m: Tables, s: State, a: int, now: float) -> None:
    """Take the work done since the last change off the contacts in hand."""
    in_hand = s.agents[a].in_hand
    passed_s = now - s.agents[a].updated_s
    for k in range(in_hand):
        slot = s.hand[a, k]
        s.contacts[slot].work_s -= passed_s / m.pace[s.contacts[slot].queue, in_hand]
    s.agents[a].updated_s = now


@inner_kernel
def _next_end(m: Tables, s: State, a: int, now: float) -> None:
    """Set the timer for the first of the contacts in hand to end."""
    in_hand = s.agents[a].in_hand
    s.agents[a].version = (s.agents[a].version + 1) & _LAST_VERSION
    if in_hand == 0:
        return
    at = _first_to_end(m, s, a)
    slot = s.hand[a, at]
    left_s = s.contacts[slot].work_s * m.pace[s.contacts[slot].queue, in_hand]
    set_timer(s, now + max(left_s, 0.0), END_CHAT, a, s.agents[a].version)


@inner_kernel
def _first_to_end(m: Tables, s: State, a: int) -> int:
    """Return the place in hand of the contact that ends first."""
    in_hand, best, best_s = s.agents[a].in_hand, 0, 0.0
    for k in range(in_hand):
        slot = s.hand[a, k]
        left_s = s.contacts[slot].work_s * m.pace[s.contacts[slot].queue, in_hand]
        if k == 0 or left_s < best_s:
            best, best_s = k, left_s
    return best


@inner_kernel
def end_call(m: Tables, s: State, a: int, now: float) -> None:
    """End the one contact of an agent."""
    slot = s.agents[a].current
    s.agents[a].current, s.agents[a].in_hand = NONE, 0
    _finish(m, s, slot, now)


@rare_kernel
def end_chat(m: Tables, s: State, a: int, now: float) -> None:
    """End the contact in hand that is done."""
    withdraw(s, a)
    _catch_up(m, s, a, now)
    at = _first_to_end(m, s, a)
    last = s.agents[a].in_hand - 1
    slot = s.hand[a, at]
    s.hand[a, at] = s.hand[a, last]
    s.agents[a].in_hand = last
    _finish(m, s, slot, now)
    _next_end(m, s, a, now)


@inner_kernel
def _finish(m: Tables, s: State, slot: int, now: float) -> None:
    q = s.contacts[slot].queue
    add_contact_time(m, s, q, s.contacts[slot].started_s, now)
    if m.queues[q].deferred and now <= s.contacts[slot].due_s:
        count(s, slot, IN_TIME, 1.0)
    release_line(m, s, slot)
    if says_yes(s, slot, FOLLOW, m.queues[q].follow_share):
        s.contacts[slot].goes_to = m.queues[q].follow_queue
        delay_s = m.queues[q].follow_delay_s
        come_back(m, s, slot, now, delay_s, m.queues[q].follow_shape)
    else:
        give_slot(s, slot)


@inner_kernel
def says_yes(s: State, slot: int, purpose: int, share: float) -> bool:
    """Return the contact's decision, yes with chance *share*."""
    if share == 0.0:
        return False
    attempt = s.contacts[slot].attempt
    return unit(key_of(s.contacts[slot].key, purpose + PURPOSES * attempt)) < share


@rare_kernel
def come_back(
    m: Tables, s: State, slot: int, now: float, delay_s: float, shape: int
) -> None:
    """Let a contact come again after a delay, unless the time is over by then.

    Its column ``GOES_TO`` says where.
    """
    key = key_of(s.contacts[slot].key, RETURN + PURPOSES * s.contacts[slot].attempt)
    at_s = now + delay_s * draw(m.shapes, shape, key)
    if at_s < m.horizon_s:
        set_timer(s, at_s, COME_BACK, slot, s.contacts[slot].ticket)
    else:
        give_slot(s, slot)


@inner_kernel
def release_line(m: Tables, s: State, slot: int) -> None:
    """Free the line that the contact holds."""
    line = m.queues[s.contacts[slot].queue].line
    if line != NONE:
        s.lines_used[line] -= 1
