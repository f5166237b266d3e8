"""Serving: a contact and an agent come together, and part."""

from wfm.simulation.counting import IDLE, add_contact_time, count
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import give_slot, withdraw
from wfm.simulation.state import (
    ANSWERED,
    ARRIVED_S,
    ATTEMPT,
    BUSY_S,
    CURRENT,
    DUE_S,
    GOES_TO,
    GROUP,
    IN_HAND,
    IN_TIME,
    INTERVAL,
    QUEUE,
    ROW,
    STARTED_S,
    TICKET,
    UPDATED_S,
    VERSION,
    WAIT_ANSWERED_S,
    WORK_S,
    State,
)
from wfm.simulation.streams import (
    FOLLOW,
    HANDLE,
    PURPOSES,
    RETURN,
    draw,
    key_of,
    unit,
)
from wfm.simulation.tables import (
    DEFERRED,
    FOLLOW_DELAY_S,
    FOLLOW_QUEUE,
    FOLLOW_SHAPE,
    FOLLOW_SHARE,
    HANDLE_SHAPE,
    HORIZON_S,
    LINE,
    NONE,
    PARALLEL,
    WITHIN_S,
    Tables,
)
from wfm.simulation.timers import COME_BACK, END_CALL, END_CHAT, set_timer

_LAST_VERSION = (1 << 31) - 1


@inner_kernel
def start(m: Tables, s: State, slot: int, a: int, now: float) -> None:
    """Begin to serve a contact that is in no line."""
    withdraw(s, a)
    q = s.contacts[slot, QUEUE]
    wait_s = now - s.times[slot, ARRIVED_S]
    row = s.contacts[slot, ROW]
    if row != NONE:
        s.counts[row, ANSWERED] += 1.0
        s.counts[row, WAIT_ANSWERED_S] += wait_s
        if not m.queues[q, DEFERRED] and wait_s <= m.rates[q, WITHIN_S]:
            s.counts[row, IN_TIME] += 1.0
    key = key_of(s.keys[slot], HANDLE)
    work_s = m.handle_s[q, s.contacts[slot, INTERVAL]]
    work_s *= m.handle_factor[s.agents[a, GROUP], q]
    work_s *= draw(m.shapes, m.queues[q, HANDLE_SHAPE], key)
    s.times[slot, STARTED_S] = now
    if s.stamps[a, BUSY_S] == IDLE:
        s.stamps[a, BUSY_S] = now
    if m.queues[q, PARALLEL] == 1:
        s.agents[a, CURRENT], s.agents[a, IN_HAND] = slot, 1
        set_timer(s, now + work_s, END_CALL, a, 0)
    else:
        _add_to_hand(m, s, slot, a, now, work_s)


@rare_kernel
def _add_to_hand(
    m: Tables, s: State, slot: int, a: int, now: float, work_s: float
) -> None:
    _catch_up(m, s, a, now)
    s.times[slot, WORK_S] = work_s
    s.hand[a, s.agents[a, IN_HAND]] = slot
    s.agents[a, IN_HAND] += 1
    _next_end(m, s, a, now)


@inner_kernel
def _catch_up(m: Tables, s: State, a: int, now: float) -> None:
    """Take the work done since the last change off the contacts in hand."""
    in_hand = s.agents[a, IN_HAND]
    passed_s = now - s.stamps[a, UPDATED_S]
    for k in range(in_hand):
        slot = s.hand[a, k]
        s.times[slot, WORK_S] -= passed_s / m.pace[s.contacts[slot, QUEUE], in_hand]
    s.stamps[a, UPDATED_S] = now


@inner_kernel
def _next_end(m: Tables, s: State, a: int, now: float) -> None:
    """Set the timer for the first of the contacts in hand to end."""
    in_hand = s.agents[a, IN_HAND]
    s.agents[a, VERSION] = (s.agents[a, VERSION] + 1) & _LAST_VERSION
    if in_hand == 0:
        return
    at = _first_to_end(m, s, a)
    slot = s.hand[a, at]
    left_s = s.times[slot, WORK_S] * m.pace[s.contacts[slot, QUEUE], in_hand]
    set_timer(s, now + max(left_s, 0.0), END_CHAT, a, s.agents[a, VERSION])


@inner_kernel
def _first_to_end(m: Tables, s: State, a: int) -> int:
    """Return the place in hand of the contact that ends first."""
    in_hand, best, best_s = s.agents[a, IN_HAND], 0, 0.0
    for k in range(in_hand):
        slot = s.hand[a, k]
        left_s = s.times[slot, WORK_S] * m.pace[s.contacts[slot, QUEUE], in_hand]
        if k == 0 or left_s < best_s:
            best, best_s = k, left_s
    return best


@inner_kernel
def end_call(m: Tables, s: State, a: int, now: float) -> None:
    """End the one contact of an agent."""
    slot = s.agents[a, CURRENT]
    s.agents[a, CURRENT], s.agents[a, IN_HAND] = NONE, 0
    _finish(m, s, slot, now)


@rare_kernel
def end_chat(m: Tables, s: State, a: int, now: float) -> None:
    """End the contact in hand that is done."""
    withdraw(s, a)
    _catch_up(m, s, a, now)
    at = _first_to_end(m, s, a)
    last = s.agents[a, IN_HAND] - 1
    slot = s.hand[a, at]
    s.hand[a, at] = s.hand[a, last]
    s.agents[a, IN_HAND] = last
    _finish(m, s, slot, now)
    _next_end(m, s, a, now)


@inner_kernel
def _finish(m: Tables, s: State, slot: int, now: float) -> None:
    q = s.contacts[slot, QUEUE]
    add_contact_time(m, s, q, s.times[slot, STARTED_S], now)
    if m.queues[q, DEFERRED] and now <= s.times[slot, DUE_S]:
        count(s, slot, IN_TIME, 1.0)
    release_line(m, s, slot)
    if says_yes(s, slot, FOLLOW, m.rates[q, FOLLOW_SHARE]):
        s.contacts[slot, GOES_TO] = m.queues[q, FOLLOW_QUEUE]
        delay_s = m.rates[q, FOLLOW_DELAY_S]
        come_back(m, s, slot, now, delay_s, m.queues[q, FOLLOW_SHAPE])
    else:
        give_slot(s, slot)


@inner_kernel
def says_yes(s: State, slot: int, purpose: int, share: float) -> bool:
    """Return the contact's decision, yes with chance *share*."""
    if share == 0.0:
        return False
    attempt = s.contacts[slot, ATTEMPT]
    return unit(key_of(s.keys[slot], purpose + PURPOSES * attempt)) < share


@rare_kernel
def come_back(
    m: Tables, s: State, slot: int, now: float, delay_s: float, shape: int
) -> None:
    """Let a contact come again after a delay, unless the time is over by then.

    Its column ``GOES_TO`` says where.
    """
    key = key_of(s.keys[slot], RETURN + PURPOSES * s.contacts[slot, ATTEMPT])
    at_s = now + delay_s * draw(m.shapes, shape, key)
    if at_s < m.clock[HORIZON_S]:
        set_timer(s, at_s, COME_BACK, slot, s.contacts[slot, TICKET])
    else:
        give_slot(s, slot)


@inner_kernel
def release_line(m: Tables, s: State, slot: int) -> None:
    """Free the line that the contact holds."""
    line = m.queues[s.contacts[slot, QUEUE], LINE]
    if line != NONE:
        s.line_used[line] -= 1
