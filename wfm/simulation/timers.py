"""The engine's timers: a binary heap of instants, ties by what happens."""

from wfm.simulation.jit import inner_kernel
from wfm.simulation.state import FAILED, HEAP_SIZE, State

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
    size = s.scalars[HEAP_SIZE]
    if size == len(s.heap_s):
        s.scalars[FAILED] = 1
        return
    code = kind | (who << _KIND_BITS) | (ticket << (_KIND_BITS + _WHO_BITS))
    s.scalars[HEAP_SIZE] = size + 1
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if not _before(at_s, code, s.heap_s[parent], s.heap_code[parent]):
            break
        s.heap_s[at], s.heap_code[at] = s.heap_s[parent], s.heap_code[parent]
        at = parent
    s.heap_s[at], s.heap_code[at] = at_s, code


@inner_kernel
def _before(time_s: float, code: int, other_s: float, other_code: int) -> bool:
    return time_s < other_s or (time_s == other_s and code < other_code)


@inner_kernel
def drop_first_timer(s: State) -> None:
    """Take the first timer off the heap."""
    size = s.scalars[HEAP_SIZE] - 1
    s.scalars[HEAP_SIZE] = size
    at_s, code = s.heap_s[size], s.heap_code[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        right = child + 1
        if right < size and _before(
            s.heap_s[right], s.heap_code[right], s.heap_s[child], s.heap_code[child]
        ):
            child = right
        if not _before(s.heap_s[child], s.heap_code[child], at_s, code):
            break
        s.heap_s[at], s.heap_code[at] = s.heap_s[child], s.heap_code[child]
        at = child
    s.heap_s[at], s.heap_code[at] = at_s, code
