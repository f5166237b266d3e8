"""Contacts: arriving, waiting, giving up, being cut off, trying again."""

from wfm.simulation.choosing import find_agent, promoted_at
from wfm.simulation.counting import count, row_of
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import give_slot, leave_line, line_up
from wfm.simulation.service import come_back, release_line, says_yes
from wfm.simulation.state import (
    ABANDONED,
    ABANDONED_IN_TIME,
    ARRIVED_S,
    ATTEMPT,
    BLOCKED,
    CALLED_BACK,
    CLOSED,
    DROPPED,
    DUE_S,
    FIRST,
    GOES_TO,
    INTERVAL,
    LEFT,
    NEXT,
    OFFERED,
    ON_DUTY_COUNT,
    QUEUE,
    ROW,
    TICKET,
    WAIT_ABANDONED_S,
    WAITING,
    State,
)
from wfm.simulation.streams import (
    CALL_BACK,
    PATIENCE,
    PURPOSES,
    RETRY,
    draw,
    key_of,
)
from wfm.simulation.tables import (
    CALLBACK_AFTER_S,
    CALLBACK_QUEUE,
    CALLBACK_SHARE,
    DEFERRED,
    FOREVER,
    INTERVALS,
    INTERVALS_PER_S,
    LINE,
    MAX_WAITING,
    NONE,
    PATIENCE_SHAPE,
    PLAIN,
    RETRY_DELAY_S,
    RETRY_KEEPS,
    RETRY_QUEUE,
    RETRY_SHAPE,
    RETRY_SHARE,
    WITHIN_S,
    Tables,
)
from wfm.simulation.timers import GIVE_UP, OVERFLOW, set_timer

_MOMENT_S = 1e-3
"""What is due at the end of an interval is due in it."""


@inner_kernel
def place_in_time(m: Tables, s: State, slot: int, now: float, due_s: float) -> None:
    """Stamp a contact that arrives in its queue; deferred ones with their due time.

    A *due_s* of 0 asks for the due time of the interval.
    """
    q = s.contacts[slot, QUEUE]
    t = min(int(now * m.clock[INTERVALS_PER_S]), m.sizes[INTERVALS] - 1)
    s.contacts[slot, INTERVAL] = t
    s.times[slot, ARRIVED_S] = now
    if m.queues[q, DEFERRED]:
        s.times[slot, DUE_S] = m.due_s[q, t] if due_s == 0.0 else due_s
        s.contacts[slot, ROW] = row_of(m, s, q, s.times[slot, DUE_S] - _MOMENT_S)
    else:
        s.contacts[slot, ROW] = row_of(m, s, q, now)
    count(s, slot, OFFERED, 1.0)


@inner_kernel
def find_way(m: Tables, s: State, slot: int, now: float) -> int:
    """Return the agent who serves an arriving contact; else let it wait or go."""
    q = s.contacts[slot, QUEUE]
    line = m.queues[q, LINE]
    if line != NONE:
        if s.line_used[line] >= m.lines[line]:
            _block(m, s, slot, now)
            return NONE
        s.line_used[line] += 1
    a = find_agent(m, s, slot, now)
    if a != NONE:
        return a
    if s.queues[q, WAITING] >= m.queues[q, MAX_WAITING]:
        release_line(m, s, slot)
        _block(m, s, slot, now)
    elif m.queues[q, CALLBACK_QUEUE] != NONE and _takes_callback(m, s, slot, now):
        _become_callback(m, s, slot, now)
        return find_way_again(m, s, slot, now)
    else:
        _wait(m, s, slot, now)
    return NONE


@rare_kernel
def find_way_again(m: Tables, s: State, slot: int, now: float) -> int:
    """Return who serves a contact that became a callback; else let it wait."""
    a = find_agent(m, s, slot, now)
    if a == NONE:
        _wait(m, s, slot, now)
    return a


@rare_kernel
def _takes_callback(m: Tables, s: State, slot: int, now: float) -> bool:
    q = s.contacts[slot, QUEUE]
    first = s.queues[q, FIRST]
    if first == NONE:
        return False
    if now - s.times[first, ARRIVED_S] < m.rates[q, CALLBACK_AFTER_S]:
        return False
    return says_yes(s, slot, CALL_BACK, m.rates[q, CALLBACK_SHARE])


@rare_kernel
def _become_callback(m: Tables, s: State, slot: int, now: float) -> None:
    count(s, slot, CALLED_BACK, 1.0)
    release_line(m, s, slot)
    change_queue(s, slot, m.queues[s.contacts[slot, QUEUE], CALLBACK_QUEUE])
    place_in_time(m, s, slot, now, 0.0)
    line = m.queues[s.contacts[slot, QUEUE], LINE]
    if line != NONE:
        s.line_used[line] += 1


@rare_kernel
def change_queue(s: State, slot: int, q: int) -> None:
    """Make the contact one of another queue: its numbers are drawn anew."""
    if s.contacts[slot, QUEUE] != q:
        s.keys[slot] = key_of(s.keys[slot], PURPOSES * (q + 1) - 1)
        s.contacts[slot, QUEUE] = q


@inner_kernel
def _wait(m: Tables, s: State, slot: int, now: float) -> None:
    q, t = s.contacts[slot, QUEUE], s.contacts[slot, INTERVAL]
    line_up(s, slot)
    mean_s = m.patience_s[q, t]
    if mean_s < FOREVER:
        attempt = 0 if m.queues[q, RETRY_KEEPS] else s.contacts[slot, ATTEMPT]
        key = key_of(s.keys[slot], PATIENCE + PURPOSES * attempt)
        patience_s = mean_s * draw(m.shapes, m.queues[q, PATIENCE_SHAPE], key)
        set_timer(s, now + patience_s, GIVE_UP, slot, s.contacts[slot, TICKET])
    if not m.queues[q, PLAIN]:
        look_again(m, s, slot, now)
    if s.queues[q, CLOSED]:
        drop_if_nobody(m, s, q, now)


@inner_kernel
def look_again(m: Tables, s: State, slot: int, now: float) -> None:
    """Set the timer at which further groups may take a waiting contact."""
    q, arrived_s = s.contacts[slot, QUEUE], s.times[slot, ARRIVED_S]
    at_s = promoted_at(m, s, slot)
    if at_s <= now:
        at_s = FOREVER
    for i in range(m.first_route[q], m.first_route[q + 1]):
        ready_s = arrived_s + m.route_after_s[i]
        if now < ready_s < at_s:
            at_s = ready_s
    if at_s < FOREVER:
        set_timer(s, at_s, OVERFLOW, slot, s.contacts[slot, TICKET])


@inner_kernel
def give_up(m: Tables, s: State, slot: int, now: float) -> None:
    """Let a waiting contact abandon."""
    wait_s = now - s.times[slot, ARRIVED_S]
    count(s, slot, ABANDONED, 1.0)
    count(s, slot, WAIT_ABANDONED_S, wait_s)
    if wait_s <= m.rates[s.contacts[slot, QUEUE], WITHIN_S]:
        count(s, slot, ABANDONED_IN_TIME, 1.0)
    leave_line(s, slot)
    release_line(m, s, slot)
    if m.rates[s.contacts[slot, QUEUE], RETRY_SHARE] > 0.0:
        _retry(m, s, slot, now)
    else:
        give_slot(s, slot)


@rare_kernel
def _block(m: Tables, s: State, slot: int, now: float) -> None:
    count(s, slot, BLOCKED, 1.0)
    _retry(m, s, slot, now)


@rare_kernel
def _retry(m: Tables, s: State, slot: int, now: float) -> None:
    q = s.contacts[slot, QUEUE]
    if says_yes(s, slot, RETRY, m.rates[q, RETRY_SHARE]):
        s.contacts[slot, GOES_TO] = m.queues[q, RETRY_QUEUE]
        come_back(m, s, slot, now, m.rates[q, RETRY_DELAY_S], m.queues[q, RETRY_SHAPE])
    else:
        give_slot(s, slot)


@rare_kernel
def drop_if_nobody(m: Tables, s: State, q: int, now: float) -> None:
    """Cut off who waits in a closed live queue that nobody serves any more."""
    if m.queues[q, DEFERRED] or not s.queues[q, CLOSED]:
        return
    if s.queues[q, ON_DUTY_COUNT] > 0:
        return
    while s.queues[q, FIRST] != NONE:
        slot = s.queues[q, FIRST]
        count(s, slot, DROPPED, 1.0)
        count(s, slot, WAIT_ABANDONED_S, now - s.times[slot, ARRIVED_S])
        leave_line(s, slot)
        release_line(m, s, slot)
        give_slot(s, slot)


@rare_kernel
def count_left(s: State, q: int) -> None:
    """Count who waits in a queue when nothing happens any more."""
    slot = s.queues[q, FIRST]
    while slot != NONE:
        count(s, slot, LEFT, 1.0)
        slot = s.contacts[slot, NEXT]
