"""Contacts: arriving, waiting, giving up, being cut off, trying again."""

from wfm.simulation.choosing import find_agent, promoted_at
from wfm.simulation.counting import count, row_of
from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.lists import give_slot, leave_line, line_up
from wfm.simulation.service import come_back, release_line, says_yes
from wfm.simulation.state import (
    ABANDONED,
    ABANDONED_IN_TIME,
    BLOCKED,
    CALLED_BACK,
    DROPPED,
    LEFT,
    OFFERED,
    WAIT_ABANDONED_S,
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
from wfm.simulation.tables import FOREVER, NONE, Tables
from wfm.simulation.timers import GIVE_UP, OVERFLOW, set_timer

_MOMENT_S = 1e-3
"""What is due at the end of an interval is due in it."""


@inner_kernel
def place_in_time(m: Tables, s: State, slot: int, now: float, due_s: float) -> None:
    """Stamp a contact that arrives in its queue; deferred ones with their due time.

    A *due_s* of 0 asks for the due time of the interval.
    """
    q = s.contacts[slot].queue
    t = min(int(now * m.intervals_per_s), m.num_intervals - 1)
    s.contacts[slot].interval = t
    s.contacts[slot].arrived_s = now
    if m.queues[q].deferred:
        s.contacts[slot].due_s = m.times[q, t].due_s if due_s == 0.0 else due_s
        s.contacts[slot].row = row_of(m, s, q, s.contacts[slot].due_s - _MOMENT_S)
    else:
        s.contacts[slot].row = row_of(m, s, q, now)
    count(s, slot, OFFERED, 1.0)


@inner_kernel
def find_way(m: Tables, s: State, slot: int, now: float) -> int:
    """Return the agent who serves an arriving contact; else let it wait or go."""
    q = s.contacts[slot].queue
    line = m.queues[q].line
    if line != NONE:
        if s.lines_used[line] >= m.lines[line]:
            _block(m, s, slot, now)
            return NONE
        s.lines_used[line] += 1
    a = find_agent(m, s, slot, now)
    if a != NONE:
        return a
    if s.queues[q].waiting >= m.queues[q].max_waiting:
        release_line(m, s, slot)
        _block(m, s, slot, now)
    elif m.queues[q].callback_queue != NONE and _takes_callback(m, s, slot, now):
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
    q = s.contacts[slot].queue
    first = s.queues[q].first
    if first == NONE:
        return False
    if now - s.contacts[first].arrived_s < m.queues[q].callback_after_s:
        return False
    return says_yes(s, slot, CALL_BACK, m.queues[q].callback_share)


@rare_kernel
def _become_callback(m: Tables, s: State, slot: int, now: float) -> None:
    count(s, slot, CALLED_BACK, 1.0)
    release_line(m, s, slot)
    change_queue(s, slot, m.queues[s.contacts[slot].queue].callback_queue)
    place_in_time(m, s, slot, now, 0.0)
    line = m.queues[s.contacts[slot].queue].line
    if line != NONE:
        s.lines_used[line] += 1


@rare_kernel
def change_queue(s: State, slot: int, q: int) -> None:
    """Make the contact one of another queue: its numbers are drawn anew."""
    if s.contacts[slot].queue != q:
        s.contacts[slot].key = key_of(s.contacts[slot].key, PURPOSES * (q + 1) - 1)
        s.contacts[slot].queue = q


@inner_kernel
def _wait(m: Tables, s: State, slot: int, now: float) -> None:
    q, t = s.contacts[slot].queue, s.contacts[slot].interval
    line_up(s, slot)
    mean_s = m.times[q, t].patience_s
    if mean_s < FOREVER:
        attempt = 0 if m.queues[q].retry_keeps else s.contacts[slot].attempt
        key = key_of(s.contacts[slot].key, PATIENCE + PURPOSES * attempt)
        patience_s = mean_s * draw(m.shapes, m.queues[q].patience_shape, key)
        set_timer(s, now + patience_s, GIVE_UP, slot, s.contacts[slot].ticket)
    if not m.queues[q].plain:
        look_again(m, s, slot, now)
    if s.queues[q].closed:
        drop_if_nobody(m, s, q, now)


@inner_kernel
def look_again(m: Tables, s: State, slot: int, now: float) -> None:
    """Set the timer at which further groups may take a waiting contact."""
    q, arrived_s = s.contacts[slot].queue, s.contacts[slot].arrived_s
    at_s = promoted_at(m, s, slot)
    if at_s <= now:
        at_s = FOREVER
    for i in range(m.queues[q].first_route, m.queues[q].end_route):
        ready_s = arrived_s + m.routes[i].after_s
        if now < ready_s < at_s:
            at_s = ready_s
    if at_s < FOREVER:
        set_timer(s, at_s, OVERFLOW, slot, s.contacts[slot].ticket)


@inner_kernel
def give_up(m: Tables, s: State, slot: int, now: float) -> None:
    """Let a waiting contact abandon."""
    wait_s = now - s.contacts[slot].arrived_s
    count(s, slot, ABANDONED, 1.0)
    count(s, slot, WAIT_ABANDONED_S, wait_s)
    if wait_s <= m.queues[s.contacts[slot].queue].within_s:
        count(s, slot, ABANDONED_IN_TIME, 1.0)
    leave_line(s, slot)
    release_line(m, s, slot)
    if m.queues[s.contacts[slot].queue].retry_share > 0.0:
        _retry(m, s, slot, now)
    else:
        give_slot(s, slot)


@rare_kernel
def _block(m: Tables, s: State, slot: int, now: float) -> None:
    count(s, slot, BLOCKED, 1.0)
    _retry(m, s, slot, now)


@rare_kernel
def _retry(m: Tables, s: State, slot: int, now: float) -> None:
    q = s.contacts[slot].queue
    if says_yes(s, slot, RETRY, m.queues[q].retry_share):
        s.contacts[slot].goes_to = m.queues[q].retry_queue
        come_back(m, s, slot, now, m.queues[q].retry_delay_s, m.queues[q].retry_shape)
    else:
        give_slot(s, slot)


@rare_kernel
def drop_if_nobody(m: Tables, s: State, q: int, now: float) -> None:
    """Cut off who waits in a closed live queue that nobody serves any more."""
    if m.queues[q].deferred or not s.queues[q].closed:
        return
    if s.queues[q].on_duty_count > 0:
        return
    while s.queues[q].first != NONE:
        slot = s.queues[q].first
        count(s, slot, DROPPED, 1.0)
        count(s, slot, WAIT_ABANDONED_S, now - s.contacts[slot].arrived_s)
        leave_line(s, slot)
        release_line(m, s, slot)
        give_slot(s, slot)


@rare_kernel
def count_left(s: State, q: int) -> None:
    """Count who waits in a queue when nothing happens any more."""
    slot = s.queues[q].first
    while slot != NONE:
        count(s, slot, LEFT, 1.0)
        slot = s.contacts[slot].next
