"""The engine's timers: a binary heap of instants, ties by what happens."""

from wfm.simulation.jit import inner_kernel
from wfm.simulation.state import State

END_CALL, END_CHAT, GIVE_UP, OVERFLOW, COME_BACK = range(5)
"""What a timer does."""

_KIND_BITS, _WHO_BITS = 3, 28
_WHO = (1 << _WHO_BITS) - 1
_KIND = (1 << _KIND_BITS) - 1


@inner_kernel
def kind_of(code: int) -> int:
    """Return what the timer does."""
    return code & _KIND


@inner_kernel
def who_of(code: int) -> int:
    """Return the agent or contact that the timer concerns."""
    return (code >> _KIND_BITS) & _WHO


@inner_kernel
def ticket_of(code: int) -> int:
    """Return the ticket or version for which the timer holds."""
    return code >> (_KIND_BITS + _WHO_BITS)


@inner_kernel
def set_timer(s: State, at_s: float, kind: int, who: int, ticket: int) -> None:
    """Add a timer; if there is no room, the replication fails."""
    at = s.centre[0].num_timers
    if at == len(s.timers):
        s.centre[0].failed = 1
        return
    s.centre[0].num_timers = at + 1
    code = kind | (who << _KIND_BITS) | (ticket << (_KIND_BITS + _WHO_BITS))
    while at > 0:
        above = s.timers[(at - 1) >> 1]
        if not _before(at_s, code, above.at_s, above.code):
            break
        _put(s, at, above.at_s, above.code)
        at = (at - 1) >> 1
    _put(s, at, at_s, code)


@inner_kernel
def _before(time_s: float, code: int, other_s: float, other_code: int) -> bool:
    return time_s < other_s or (time_s == other_s and code < other_code)


@inner_kernel
def _put(s: State, at: int, at_s: float, code: int) -> None:
    s.timers[at].at_s, s.timers[at].code = at_s, code


@inner_kernel
def drop_first_timer(s: State) -> None:
    """Take the first timer off the heap."""
    size = s.centre[0].num_timers - 1
    s.centre[0].num_timers = size
    last_s, last_code = s.timers[size].at_s, s.timers[size].code
    at, below = 0, 1
    while below < size:
        left, right = s.timers[below], s.timers[below + 1]
        if below + 1 < size and _before(right.at_s, right.code, left.at_s, left.code):
            below += 1
        first = s.timers[below]
        if not _before(first.at_s, first.code, last_s, last_code):
            break
        _put(s, at, first.at_s, first.code)
        at, below = below, 2 * below + 1
    _put(s, at, last_s, last_code)
