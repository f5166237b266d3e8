"""Integer matching of people to queues, and the subsets that decide it."""

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def max_matching(
    heads: Sequence[int], serves: Sequence[frozenset[int]], floors: Sequence[int]
) -> tuple[int, ...]:
    """Return how many agents a largest matching gives to each queue.

    Each agent serves at most one queue. All *floors* are filled if they can be.

    Parameters
    ----------
    heads
        Agents present per group.
    serves
        Queues (indices into *floors*) that the agents of each group can serve.
    floors
        Agents wanted per queue; no queue is given more.
    """
    return _max_matching(tuple(heads), tuple(serves), tuple(floors))


@lru_cache(maxsize=65536)
def _max_matching(
    heads: tuple[int, ...], serves: tuple[frozenset[int], ...], floors: tuple[int, ...]
) -> tuple[int, ...]:
    spare = list(heads)
    filled = [0] * len(floors)
    flow = [dict.fromkeys(sorted(queues), 0) for queues in serves]
    for q, floor in enumerate(floors):
        while filled[q] < floor and _augment(q, spare, flow):
            filled[q] += 1
    return tuple(filled)


def _augment(q: int, spare: list[int], flow: list[dict[int, int]]) -> bool:
    """Give queue *q* one more agent, moving others between queues if need be."""
    came_from: dict[int, tuple[int, int]] = {}  # queue -> (group, queue it leaves)
    seen, waiting = {q}, deque([q])
    while waiting:
        queue = waiting.popleft()
        for group, given in enumerate(flow):
            if queue not in given:
                continue
            if spare[group]:
                spare[group] -= 1
                _shift(group, queue, came_from, flow)
                return True
            for other, agents in given.items():
                if agents and other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    came_from[other] = (group, queue)
    return False


def _shift(
    group: int,
    queue: int,
    came_from: dict[int, tuple[int, int]],
    flow: list[dict[int, int]],
) -> None:
    """Add an agent of *group* to *queue* and pass the ones freed along the path."""
    flow[group][queue] += 1
    while queue in came_from:
        freed, receiver = came_from[queue]
        flow[freed][queue] -= 1
        flow[freed][receiver] += 1
        queue = receiver


def relevant_subsets(serves: Iterable[frozenset[T]]) -> tuple[frozenset[T], ...]:
    """Return the sets of queues whose Hall rows imply all others.

    Hall's condition asks, for each set S of queues, that as many people as S demands
    can serve a queue of S. It is enough to ask it of complements of unions of groups'
    queue sets, and of each connected component of queues by itself.

    Parameters
    ----------
    serves
        The distinct queue sets of the groups of agents.
    """
    found: set[frozenset[T]] = set()
    for groups in _components({queues for queues in serves if queues}):
        universe = frozenset[T]().union(*groups)
        unions = {frozenset[T]()}
        for group in groups:
            unions |= {union | group for union in unions}
        found |= {universe - union for union in unions if union != universe}
    return tuple(sorted(found, key=lambda s: (len(s), sorted(map(str, s)))))


def _components(groups: set[frozenset[T]]) -> list[list[frozenset[T]]]:
    """Return the groups by connected component, two joined by a common queue."""
    components: list[list[frozenset[T]]] = []
    for group in sorted(groups, key=lambda g: sorted(map(str, g))):
        touching = [c for c in components if any(group & other for other in c)]
        rest = [c for c in components if c not in touching]
        components = [*rest, [g for c in touching for g in c] + [group]]
    return components
