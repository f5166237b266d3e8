"""Routing: which agent takes an arriving contact, which contact a free agent takes."""

from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.state import State
from wfm.simulation.streams import CHOICE, key_of, unit
from wfm.simulation.tables import NONE, Tables

_PROMOTED = -(1 << 40)


@inner_kernel
def find_agent(m: Tables, s: State, slot: int, now: float) -> int:
    """Return who takes the contact now, ``NONE`` if nobody can.

    The preferred group, in it whoever has the least in hand and is free for longest.
    """
    q = s.contacts[slot].queue
    best, best_rank, best_level = NONE, 0, 0
    for i in range(m.queues[q].first_route, m.queues[q].end_route):
        if best != NONE and m.routes[i].rank > best_rank:
            break
        g = m.routes[i].group
        level = _lowest_level(m, s, g, q)
        if level == NONE or not (m.queues[q].plain or _may_help(m, s, i, slot, now)):
            continue
        a = s.available[g, level].first
        if best == NONE or _is_freer(s, a, level, best, best_level):
            best, best_rank, best_level = a, m.routes[i].rank, level
    if best != NONE and m.is_random and best_level == 0:
        return _any_of(m, s, slot, best_rank, now)
    return best


@inner_kernel
def _lowest_level(m: Tables, s: State, g: int, q: int) -> int:
    """Return the fewest contacts in hand of agents of *g* who can take one of *q*."""
    for level in range(m.queues[q].parallel):
        if s.available[g, level].first != NONE:
            return level
    return NONE


@inner_kernel
def _may_help(m: Tables, s: State, i: int, slot: int, now: float) -> bool:
    # Timers are set at arrived + wait: the same sum here, rounded the same way.
    if s.contacts[slot].arrived_s + m.routes[i].after_s > now:
        return False
    if promoted_at(m, s, slot) <= now:
        return True
    return keeps_reserve(m, s, m.routes[i].group, s.contacts[slot].queue, 0)


@inner_kernel
def promoted_at(m: Tables, s: State, slot: int) -> float:
    """Return when the contact comes before everything else."""
    q = s.contacts[slot].queue
    contact = s.contacts[slot]
    from_s = contact.due_s if m.queues[q].deferred else contact.arrived_s
    at_s: float = from_s + m.queues[q].promote_s
    return at_s


@inner_kernel
def keeps_reserve(m: Tables, s: State, g: int, q: int, more: int) -> bool:
    """Return whether enough idle agents stay if one of *g* takes a contact of *q*.

    *more* counts idle agents who are not on the list.
    """
    reserve = m.queues[q].reserve
    if reserve == 0:
        return True
    idle = more
    for i in range(m.groups[g].first_watched, m.groups[g].end_watched):
        idle += s.groups[m.watched[i]].idle
    return bool(idle > reserve)


@inner_kernel
def _is_freer(s: State, a: int, level: int, other: int, other_level: int) -> bool:
    if level != other_level:
        return level < other_level
    return bool(s.agents[a].since_s < s.agents[other].since_s)


@rare_kernel
def _any_of(m: Tables, s: State, slot: int, rank: int, now: float) -> int:
    """Return one of the idle agents of preference *rank*, each with equal chance."""
    q = s.contacts[slot].queue
    left = unit(key_of(s.contacts[slot].key, CHOICE)) * _idle(m, s, slot, rank, now)
    found = NONE
    for i in range(m.queues[q].first_route, m.queues[q].end_route):
        g = m.routes[i].group
        if m.routes[i].rank != rank or not _may_help(m, s, i, slot, now):
            continue
        if left >= 0.0 and s.groups[g].idle > 0:
            found = s.available[g, 0].first
        left -= s.groups[g].idle
    return found


@rare_kernel
def _idle(m: Tables, s: State, slot: int, rank: int, now: float) -> int:
    q = s.contacts[slot].queue
    idle = 0
    for i in range(m.queues[q].first_route, m.queues[q].end_route):
        g = m.routes[i].group
        if m.routes[i].rank == rank and _may_help(m, s, i, slot, now):
            idle += s.groups[g].idle
    return idle


@inner_kernel
def find_contact(m: Tables, s: State, a: int, now: float, calls: bool) -> int:
    """Return the waiting contact that the agent should take next, ``NONE`` if none.

    With *calls* it may be one that needs the whole agent, though others are in hand.
    """
    g = s.agents[a].group
    best, best_priority = NONE, 0
    for i in range(m.groups[g].first_work, m.groups[g].end_work):
        q, priority = m.works[i].queue, m.works[i].priority
        if best != NONE and priority > best_priority and not m.promotes:
            break
        slot = s.queues[q].first
        if slot == NONE or not _may_take(m, s, a, i, now, calls):
            continue
        if m.promotes and promoted_at(m, s, slot) <= now:
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
    return bool(s.contacts[slot].arrived_s < s.contacts[best].arrived_s)


@inner_kernel
def _may_take(m: Tables, s: State, a: int, i: int, now: float, calls: bool) -> bool:
    """Return whether the agent may take the first contact of work row *i*."""
    q, in_hand = m.works[i].queue, s.agents[a].in_hand
    slot = s.queues[q].first
    most = m.queues[q].parallel
    has_room = calls if most == 1 and in_hand > 0 else in_hand < most
    if m.queues[q].plain:
        return has_room
    if not has_room or s.contacts[slot].arrived_s + m.works[i].after_s > now:
        return False
    if m.promotes and promoted_at(m, s, slot) <= now:
        return True
    return keeps_reserve(m, s, s.agents[a].group, q, int(in_hand == 0))
