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
from wfm.simulation.state import State
from wfm.simulation.streams import ABSENCE, GAP, key_of, mix, unit
from wfm.simulation.tables import FOREVER, NONE, Tables
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
        while not s.centre[0].failed:
            change_s = c.events[change].time_s if change < len(c.events) else FOREVER
            timer_s = s.timers[0].at_s if s.centre[0].num_timers else FOREVER
            arrival_s = s.arrival_s[q]
            if change_s <= timer_s and change_s <= arrival_s:
                if change_s == FOREVER:
                    break
                _change(m, c, s, change, change_s)
                change += 1
            elif timer_s <= arrival_s:
                code = s.timers[0].code
                drop_first_timer(s)
                _ring(m, s, code, timer_s)
            else:
                _arrive(m, s, q, arrival_s)
                q = _next_queue(s)
        _close_books(m, s)
        if s.centre[0].failed:
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
    centre = s.centre[0]
    centre.num_timers, centre.failed, centre.by_heads = 0, 0, by_heads
    centre.num_fresh, centre.first_free = 0, NONE
    for a in range(len(s.agents)):
        agent = s.agents[a]
        agent.group, agent.version = c.group_of[a], 0
        agent.in_hand, agent.on_duty, agent.leaving = 0, 0, 0
        agent.level, agent.current, agent.drains_for = NONE, NONE, NONE
        agent.busy_s = NOTHING_IN_HAND
    s.lines_used[:] = 0
    for q in range(len(s.queues)):
        line = s.queues[q]
        line.first, line.last, line.waiting = NONE, NONE, 0
        line.on_duty_count, line.closed, line.draining = 0, 0, 0
    for g in range(len(s.groups)):
        s.groups[g].debt, s.groups[g].off_count, s.groups[g].idle = 0, 0, 0
        for level in range(s.available.shape[1]):
            s.available[g, level].first, s.available[g, level].last = NONE, NONE
    if by_heads:
        _free_places(c, s)


@rare_kernel
def _free_places(c: Changes, s: State) -> None:
    for g in range(len(s.groups)):
        s.groups[g].off_count = c.first_place[g + 1] - c.first_place[g]
        for a in range(c.first_place[g], c.first_place[g + 1]):
            s.places[a] = c.first_place[g + 1] - 1 - (a - c.first_place[g])


@rare_kernel
def _open_streams(m: Tables, s: State, seed: int, r: int) -> None:
    """Give every queue its own stream of random numbers, and its first arrival."""
    s.centre[0].replication = r
    root = key_of(key_of(np.uint64(seed), 0), r)
    s.centre[0].absence_stream = key_of(root, len(s.queues))
    for q in range(len(s.queues)):
        s.queues[q].stream = key_of(root, q)
        s.arrival_s[q], s.queues[q].num_arrived, s.queues[q].arrives_in = 0.0, 0, 0
        _next_arrival(m, s, q)


@inner_kernel
def _next_arrival(m: Tables, s: State, q: int) -> None:
    """Work out the queue's next arrival: a unit of hazard is used up on the way."""
    key = key_of(s.queues[q].stream, s.queues[q].num_arrived)
    s.queues[q].next_key = key
    s.queues[q].num_arrived += 1
    hazard, now = -log(unit(key_of(key, GAP))), s.arrival_s[q]
    interval_s, r = m.interval_s, s.centre[0].replication
    t = s.queues[q].arrives_in
    while t < m.num_intervals:
        rate = m.times[q, t].per_s * s.busyness[r, q, m.times[q, t].day]
        end_s = (t + 1) * interval_s
        if (end_s - now) * rate > hazard:
            s.arrival_s[q], s.queues[q].arrives_in = now + hazard / rate, t
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
        if s.agents[a].on_duty:
            close_present(m, s, a, m.horizon_s)


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
    for i in range(len(m.backlog)):
        slot = take_slot(s)
        if slot == NONE:
            return
        q = m.backlog[i].queue
        s.contacts[slot].key = key_of(mix(s.queues[q].stream), i)
        s.contacts[slot].queue, s.contacts[slot].goes_to = q, q
        s.contacts[slot].attempt = _NOT_YET
        s.contacts[slot].due_s = m.backlog[i].due_s
        set_timer(s, 0.0, COME_BACK, slot, s.contacts[slot].ticket)


@inner_kernel
def _arrive(m: Tables, s: State, q: int, now: float) -> None:
    slot = take_slot(s)
    if slot == NONE:
        return
    s.contacts[slot].key = s.queues[q].next_key
    _next_arrival(m, s, q)
    s.contacts[slot].queue, s.contacts[slot].attempt = q, 0
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
        elif s.agents[who].version == ticket_of(code):
            end_chat(m, s, who, now)
        else:
            return
        after_end(m, s, who, now)
    elif s.contacts[who].ticket != ticket_of(code):
        return
    elif kind == GIVE_UP:
        give_up(m, s, who, now)
    elif kind == COME_BACK:
        _come_back(m, s, who, now)
    else:
        _overflow(m, s, who, now)


@rare_kernel
def _come_back(m: Tables, s: State, slot: int, now: float) -> None:
    is_backlog = s.contacts[slot].attempt == _NOT_YET
    s.contacts[slot].attempt += 1
    change_queue(s, slot, s.contacts[slot].goes_to)
    place_in_time(m, s, slot, now, s.contacts[slot].due_s if is_backlog else 0.0)
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
    kind, what = c.events[i].kind, c.events[i].what
    if kind == HEADS:
        change_heads(m, s, what, c.events[i].detail, now)
    elif kind == COME:
        key = key_of(key_of(s.centre[0].absence_stream, c.events[i].unit), ABSENCE)
        if unit(key) >= c.events[i].absence:
            come(m, s, what, c.events[i].detail, now)
        else:
            go(m, s, what, now)
    elif kind == GO:
        go(m, s, what, now)
    elif kind == OPEN:
        s.queues[what].closed = 0
    else:
        s.queues[what].closed = 1
        drop_if_nobody(m, s, what, now)
