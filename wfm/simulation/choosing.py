"""Routing: which agent takes an arriving contact, which contact a free agent takes."""

from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.state import (
    ARRIVED_S,
    DUE_S,
    FIRST,
    GROUP,
    IDLE,
    IN_HAND,
    QUEUE,
    SINCE_S,
    State,
)
from wfm.simulation.streams import CHOICE, key_of, unit
from wfm.simulation.tables import (
    DEFERRED,
    NONE,
    PARALLEL,
    PLAIN,
    PROMOTE_S,
    PROMOTES,
    RANDOM_CHOICE,
    RESERVE,
    ROUTE_GROUP,
    ROUTE_RANK,
    WORK_PRIORITY,
    WORK_QUEUE,
    Tables,
)

_PROMOTED = -(1 << 40)


@inner_kernel
def find_agent(m: Tables, s: State, slot: int, now: float) -> int:
    """Return who takes the contact now, ``NONE`` if nobody can.

    The preferred group, in it whoever has the least in hand and is free for longest.
    """
    q = s.contacts[slot, QUEUE]
    best, best_rank, best_level = NONE, 0, 0
    for i in range(m.first_route[q], m.first_route[q + 1]):
        if best != NONE and m.routes[i, ROUTE_RANK] > best_rank:
            break
        g = m.routes[i, ROUTE_GROUP]
        level = _lowest_level(m, s, g, q)
        if level == NONE or not (m.queues[q, PLAIN] or _may_help(m, s, i, slot, now)):
            continue
        a = s.available[g, level]
        if best == NONE or _is_freer(s, a, level, best, best_level):
            best, best_rank, best_level = a, m.routes[i, ROUTE_RANK], level
    if best != NONE and m.sizes[RANDOM_CHOICE] and best_level == 0:
        return _any_of(m, s, slot, best_rank, now)
    return best


@inner_kernel
def _lowest_level(m: Tables, s: State, g: int, q: int) -> int:
    """Return the fewest contacts in hand of agents of *g* who can take one of *q*."""
    for level in range(m.queues[q, PARALLEL]):
        if s.available[g, level] != NONE:
            return level
    return NONE


@inner_kernel
def _may_help(m: Tables, s: State, i: int, slot: int, now: float) -> bool:
    # Timers are set at arrived + wait: the same sum here, rounded the same way.
    if s.times[slot, ARRIVED_S] + m.route_after_s[i] > now:
        return False
    if promoted_at(m, s, slot) <= now:
        return True
    return keeps_reserve(m, s, m.routes[i, ROUTE_GROUP], s.contacts[slot, QUEUE], 0)


@inner_kernel
def promoted_at(m: Tables, s: State, slot: int) -> float:
    """Return when the contact comes before everything else."""
    q = s.contacts[slot, QUEUE]
    from_s = s.times[slot, DUE_S if m.queues[q, DEFERRED] else ARRIVED_S]
    at_s: float = from_s + m.rates[q, PROMOTE_S]
    return at_s


@inner_kernel
def keeps_reserve(m: Tables, s: State, g: int, q: int, more: int) -> bool:
    """Return whether enough idle agents stay if one of *g* takes a contact of *q*.

    *more* counts idle agents who are not on the list.
    """
    reserve = m.queues[q, RESERVE]
    if reserve == 0:
        return True
    idle = more
    for i in range(m.first_watched[g], m.first_watched[g + 1]):
        idle += s.groups[m.watched[i], IDLE]
    return bool(idle > reserve)


@inner_kernel
def _is_freer(s: State, a: int, level: int, other: int, other_level: int) -> bool:
    if level != other_level:
        return level < other_level
    return bool(s.stamps[a, SINCE_S] < s.stamps[other, SINCE_S])


@rare_kernel
def _any_of(m: Tables, s: State, slot: int, rank: int, now: float) -> int:
    """Return one of the idle agents of preference *rank*, each with equal chance."""
    q = s.contacts[slot, QUEUE]
    left = unit(key_of(s.keys[slot], CHOICE)) * _idle(m, s, slot, rank, now)
    found = NONE
    for i in range(m.first_route[q], m.first_route[q + 1]):
        g = m.routes[i, ROUTE_GROUP]
        if m.routes[i, ROUTE_RANK] != rank or not _may_help(m, s, i, slot, now):
            continue
        if left >= 0.0 and s.groups[g, IDLE] > 0:
            found = s.available[g, 0]
        left -= s.groups[g, IDLE]
    return found


@rare_kernel
def _idle(m: Tables, s: State, slot: int, rank: int, now: float) -> int:
    q = s.contacts[slot, QUEUE]
    idle = 0
    for i in range(m.first_route[q], m.first_route[q + 1]):
        g = m.routes[i, ROUTE_GROUP]
        if m.routes[i, ROUTE_RANK] == rank and _may_help(m, s, i, slot, now):
            idle += s.groups[g, IDLE]
    return idle


@inner_kernel
def find_contact(m: Tables, s: State, a: int, now: float, calls: bool) -> int:
    """Return the waiting contact that the agent should take next, ``NONE`` if none.

    With *calls* it may be one that needs the whole agent, though others are in hand.
    """
    g = s.agents[a, GROUP]
    best, best_priority = NONE, 0
    for i in range(m.first_work[g], m.first_work[g + 1]):
        q, priority = m.works[i, WORK_QUEUE], m.works[i, WORK_PRIORITY]
        if best != NONE and priority > best_priority and not m.sizes[PROMOTES]:
            break
        slot = s.queues[q, FIRST]
        if slot == NONE or not _may_take(m, s, a, i, now, calls):
            continue
        if m.sizes[PROMOTES] and promoted_at(m, s, slot) <= now:
            priority = _PROMOTED
        if best == NONE or _is_first(s, slot, priority, best, best_priority):
            best, best_priority = slot, priority
    return best


@inner_kernel
def _is_first(
    s: State, slot: int, priority: int, best: int, best_priority: int
) -> bool:
    if priority != best_priority:
        return bool(priority < best_priority)
    return bool(s.times[slot, ARRIVED_S] < s.times[best, ARRIVED_S])


@inner_kernel
def _may_take(m: Tables, s: State, a: int, i: int, now: float, calls: bool) -> bool:
    """Return whether the agent may take the first contact of work row *i*."""
    q, in_hand = m.works[i, WORK_QUEUE], s.agents[a, IN_HAND]
    slot = s.queues[q, FIRST]
    most = m.queues[q, PARALLEL]
    has_room = calls if most == 1 and in_hand > 0 else in_hand < most
    if m.queues[q, PLAIN]:
        return has_room
    if not has_room or s.times[slot, ARRIVED_S] + m.work_after_s[i] > now:
        return False
    if m.sizes[PROMOTES] and promoted_at(m, s, slot) <= now:
        return True
    return keeps_reserve(m, s, s.agents[a, GROUP], q, int(in_hand == 0))
