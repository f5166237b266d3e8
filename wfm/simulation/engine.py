"""The event loop: changes of staffing, then timers, then arrivals, in time order."""

from math import log

import numpy as np

from wfm.simulation.agents import (
    after_end,
    change_heads,
    come,
    go,
    make_available,
)
from wfm.simulation.choosing import find_agent
from wfm.simulation.contacts import (
    change_queue,
    count_left,
    drop_if_nobody,
    find_way,
    give_up,
    look_again,
    place_in_time,
)
from wfm.simulation.counting import IDLE as NOTHING_IN_HAND
from wfm.simulation.counting import close_present
from wfm.simulation.jit import inner_kernel, kernel, rare_kernel
from wfm.simulation.lists import leave_line, take_slot
from wfm.simulation.service import end_call, end_chat, start
from wfm.simulation.staff_events import COME, GO, HEADS, OPEN, Changes
from wfm.simulation.state import (
    ARRIVES_IN,
    ATTEMPT,
    BUSY_S,
    BY_HEADS,
    CLOSED,
    DEBT,
    DRAINING,
    DUE_S,
    FAILED,
    FIRST,
    FREE_CONTACTS,
    GOES_TO,
    GROUP,
    HEAP_SIZE,
    IDLE,
    IN_HAND,
    LAST,
    LEAVING,
    OFF_COUNT,
    ON_DUTY,
    ON_DUTY_COUNT,
    QUEUE,
    REPLICATION,
    TICKET,
    VERSION,
    WAITING,
    State,
)
from wfm.simulation.streams import ABSENCE, GAP, key_of, mix, unit
from wfm.simulation.tables import (
    FOREVER,
    HORIZON_S,
    INTERVAL_S,
    INTERVALS,
    NONE,
    Tables,
)
from wfm.simulation.timers import (
    COME_BACK,
    END_CALL,
    END_CHAT,
    GIVE_UP,
    drop_first_timer,
    kind_of,
    set_timer,
    ticket_of,
    who_of,
)

_NOT_YET = -1
"""Attempt of a contact that waits from before time 0."""


@kernel
def run(
    m: Tables, c: Changes, s: State, by_heads: int, seed: int, first: int, last: int
) -> int:
    """Run replications ``first .. last`` and return the one that lacked room, or last.

    Replications know nothing of each other; one that failed can be run again with a
    larger state.
    """
    for r in range(first, last):
        q = _begin(m, c, s, by_heads, seed, r)
        change = 0
        while not s.scalars[FAILED]:
            change_s = c.time_s[change] if change < len(c.time_s) else FOREVER
            timer_s = s.heap_s[0] if s.scalars[HEAP_SIZE] else FOREVER
            arrival_s = s.arrival_s[q]
            if change_s <= timer_s and change_s <= arrival_s:
                if change_s == FOREVER:
                    break
                _change(m, c, s, change, change_s)
                change += 1
            elif timer_s <= arrival_s:
                code = s.heap_code[0]
                drop_first_timer(s)
                _ring(m, s, code, timer_s)
            else:
                _arrive(m, s, q, arrival_s)
                q = _next_queue(s)
        _close_books(m, s)
        if s.scalars[FAILED]:
            return r
    return last


@rare_kernel
def _begin(m: Tables, c: Changes, s: State, by_heads: int, seed: int, r: int) -> int:
    """Make ready for a replication and return the queue with the first arrival."""
    _reset(c, s, by_heads)
    _open_streams(m, s, seed, r)
    _start_backlog(m, s)
    return _next_queue(s)


@rare_kernel
def _reset(c: Changes, s: State, by_heads: int) -> None:
    """Empty the centre."""
    s.scalars[HEAP_SIZE], s.scalars[FAILED], s.scalars[BY_HEADS] = 0, 0, by_heads
    num_slots = len(s.free)
    s.scalars[FREE_CONTACTS] = num_slots
    for slot in range(num_slots):
        s.free[slot] = num_slots - 1 - slot
        s.contacts[slot, TICKET] = 0
    for a in range(len(s.agents)):
        s.agents[a, :] = NONE
        s.agents[a, IN_HAND], s.agents[a, ON_DUTY], s.agents[a, LEAVING] = 0, 0, 0
        s.agents[a, VERSION], s.agents[a, GROUP] = 0, c.group_of[a]
        s.stamps[a, BUSY_S] = NOTHING_IN_HAND
    s.available[:, :] = NONE
    s.available_last[:, :] = NONE
    s.line_used[:] = 0
    for q in range(len(s.queues)):
        s.queues[q, FIRST], s.queues[q, LAST], s.queues[q, WAITING] = NONE, NONE, 0
        s.queues[q, ON_DUTY_COUNT], s.queues[q, CLOSED] = 0, 0
        s.queues[q, DRAINING] = 0
    for g in range(len(s.groups)):
        s.groups[g, DEBT], s.groups[g, OFF_COUNT], s.groups[g, IDLE] = 0, 0, 0
    if by_heads:
        _free_places(c, s)


@rare_kernel
def _free_places(c: Changes, s: State) -> None:
    for g in range(len(s.groups)):
        s.groups[g, OFF_COUNT] = c.first_place[g + 1] - c.first_place[g]
        for a in range(c.first_place[g], c.first_place[g + 1]):
            s.places[a] = c.first_place[g + 1] - 1 - (a - c.first_place[g])


@rare_kernel
def _open_streams(m: Tables, s: State, seed: int, r: int) -> None:
    """Give every queue its own stream of random numbers, and its first arrival."""
    s.scalars[REPLICATION] = r
    root = key_of(key_of(np.uint64(seed), 0), r)
    for q in range(len(s.stream)):
        s.stream[q] = key_of(root, q)
    for q in range(len(s.queues)):
        s.arrival_s[q], s.arrival_count[q], s.queues[q, ARRIVES_IN] = 0.0, 0, 0
        _next_arrival(m, s, q)


@inner_kernel
def _next_arrival(m: Tables, s: State, q: int) -> None:
    """Work out the queue's next arrival: a unit of hazard is used up on the way."""
    key = key_of(s.stream[q], s.arrival_count[q])
    s.next_key[q] = key
    s.arrival_count[q] += 1
    hazard, now = -log(unit(key_of(key, GAP))), s.arrival_s[q]
    interval_s, r = m.clock[INTERVAL_S], s.scalars[REPLICATION]
    t = s.queues[q, ARRIVES_IN]
    while t < m.sizes[INTERVALS]:
        rate = m.arrivals[q, t] * s.busyness[r, q, m.day[t]]
        end_s = (t + 1) * interval_s
        if (end_s - now) * rate > hazard:
            s.arrival_s[q], s.queues[q, ARRIVES_IN] = now + hazard / rate, t
            return
        hazard -= (end_s - now) * rate
        now = end_s
        t += 1
    s.arrival_s[q] = FOREVER


@rare_kernel
def _close_books(m: Tables, s: State) -> None:
    """Count who is left, and the time of those still on duty."""
    for q in range(len(s.queues)):
        count_left(s, q)
    for a in range(len(s.agents)):
        if s.agents[a, ON_DUTY]:
            close_present(m, s, a, m.clock[HORIZON_S])


@inner_kernel
def _next_queue(s: State) -> int:
    """Return the queue with the next arrival."""
    best = 0
    for q in range(1, len(s.arrival_s)):
        if s.arrival_s[q] < s.arrival_s[best]:
            best = q
    return best


@rare_kernel
def _start_backlog(m: Tables, s: State) -> None:
    """Let what waits from before come in at time 0, with its own due times."""
    for i in range(len(m.backlog_queue)):
        slot = take_slot(s)
        if slot == NONE:
            return
        q = m.backlog_queue[i]
        s.keys[slot] = key_of(mix(s.stream[q]), i)
        s.contacts[slot, QUEUE], s.contacts[slot, GOES_TO] = q, q
        s.contacts[slot, ATTEMPT] = _NOT_YET
        s.times[slot, DUE_S] = m.backlog_due_s[i]
        set_timer(s, 0.0, COME_BACK, slot, s.contacts[slot, TICKET])


@inner_kernel
def _arrive(m: Tables, s: State, q: int, now: float) -> None:
    slot = take_slot(s)
    if slot == NONE:
        return
    s.keys[slot] = s.next_key[q]
    _next_arrival(m, s, q)
    s.contacts[slot, QUEUE], s.contacts[slot, ATTEMPT] = q, 0
    place_in_time(m, s, slot, now, 0.0)
    _route(m, s, slot, now)


@inner_kernel
def _route(m: Tables, s: State, slot: int, now: float) -> None:
    a = find_way(m, s, slot, now)
    if a != NONE:
        start(m, s, slot, a, now)
        make_available(m, s, a, now)


@inner_kernel
def _ring(m: Tables, s: State, code: int, now: float) -> None:
    """Do what a timer asks for, unless it has lapsed."""
    kind, who = kind_of(code), who_of(code)
    if kind in (END_CALL, END_CHAT):
        if kind == END_CALL:
            end_call(m, s, who, now)
        elif s.agents[who, VERSION] == ticket_of(code):
            end_chat(m, s, who, now)
        else:
            return
        after_end(m, s, who, now)
    elif s.contacts[who, TICKET] != ticket_of(code):
        return
    elif kind == GIVE_UP:
        give_up(m, s, who, now)
    elif kind == COME_BACK:
        _come_back(m, s, who, now)
    else:
        _overflow(m, s, who, now)


@rare_kernel
def _come_back(m: Tables, s: State, slot: int, now: float) -> None:
    is_backlog = s.contacts[slot, ATTEMPT] == _NOT_YET
    s.contacts[slot, ATTEMPT] += 1
    change_queue(s, slot, s.contacts[slot, GOES_TO])
    place_in_time(m, s, slot, now, s.times[slot, DUE_S] if is_backlog else 0.0)
    _route(m, s, slot, now)


@rare_kernel
def _overflow(m: Tables, s: State, slot: int, now: float) -> None:
    """Look for an agent once more: further groups may help by now."""
    a = find_agent(m, s, slot, now)
    if a == NONE:
        look_again(m, s, slot, now)
        return
    leave_line(s, slot)
    start(m, s, slot, a, now)
    make_available(m, s, a, now)


@rare_kernel
def _change(m: Tables, c: Changes, s: State, i: int, now: float) -> None:
    """Carry out one change of staffing or hours."""
    kind, what = c.kind[i], c.what[i]
    if kind == HEADS:
        change_heads(m, s, what, c.detail[i], now)
    elif kind == COME:
        key = key_of(key_of(s.stream[len(s.queues)], c.unit[i]), ABSENCE)
        if unit(key) >= c.absence[i]:
            come(m, s, what, c.detail[i], now)
        else:
            go(m, s, what, now)
    elif kind == GO:
        go(m, s, what, now)
    elif kind == OPEN:
        s.queues[what, CLOSED] = 0
    else:
        s.queues[what, CLOSED] = 1
        drop_if_nobody(m, s, what, now)
