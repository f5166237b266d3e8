"""Who fills each guarantee, name by name, and why nobody can where one is short.

Both are proofs that need no search to be checked. A *duty* says that one person, at
work and holding the skills, is counted for one queue; no person has two at once. A
*deficit* names a set of queues that together are guaranteed more people than are at
work for any of them: no assignment whatever could fill it (Hall's condition).

Duties are kept as long as people stay, and follow one another by augmenting paths.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from wfm.domain.arrays import IntArray
from wfm.domain.roster import Roster, RosterInstance, is_eligible
from wfm.evaluation.coverage import all_shifts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Duty:
    """One person counted for the guarantee of one queue, in grid steps."""

    queue_id: str
    start_idx: int
    end_idx: int
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Deficit:
    """Queues that together are guaranteed more people than could serve any of them."""

    start_idx: int
    end_idx: int
    queue_ids: tuple[str, ...]
    at_work: int
    guaranteed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The duties that fill the guarantees, and the deficits where they can't be."""

    duties: tuple[Duty, ...]
    deficits: tuple[Deficit, ...]


def witness(instance: RosterInstance, roster: Roster) -> Witness:
    """Return who fills every guarantee of the window, and what can't be filled."""
    desk = _Desk(instance, roster)
    first, last = instance.window_start_idx, instance.window_end_idx
    for t in range(first, last):
        desk.move_to(t)
    desk.close(last)
    return Witness(
        duties=tuple(sorted(desk.duties)), deficits=tuple(_joined(desk.deficits))
    )


def _spans_of_work(
    instance: RosterInstance, roster: Roster
) -> Iterator[tuple[int, int, int, frozenset[int]]]:
    """Yield agent row, start, end and queues of each span at work in the window."""
    rows = instance.agent_index()
    serves = [
        frozenset(q for q, queue in enumerate(instance.queues) if is_eligible(a, queue))
        for a in instance.agents
    ]
    pins = {queue.queue_id: frozenset({q}) for q, queue in enumerate(instance.queues)}
    first, last = instance.window_start_idx, instance.window_end_idx
    for shift in all_shifts(instance, roster):
        a = rows.get(shift.agent_id)
        for span in shift.working_spans if a is not None else ():
            start, end = max(span.start_idx, first), min(span.end_idx, last)
            if a is not None and start < end:
                yield a, start, end, serves[a] & pins.get(span.queue, serves[a])


class _Desk:
    """Assigns people step by step; who can stay on a duty stays."""

    def __init__(self, instance: RosterInstance, roster: Roster) -> None:
        self.instance = instance
        self.wanted = instance.guaranteed_agents.tolist()
        self.starting: dict[int, list[tuple[int, int, frozenset[int]]]] = {}
        self.ending: dict[int, list[int]] = {}
        for a, start, end, able in _spans_of_work(instance, roster):
            self.starting.setdefault(start, []).append((a, end, able))
            self.ending.setdefault(end, []).append(a)
        num_q = len(instance.queues)
        self.able: dict[int, frozenset[int]] = {}
        self.until: dict[int, int] = {}
        self.queue_of: dict[int, int] = {}
        self.since: dict[int, int] = {}
        self.on_duty: list[set[int]] = [set() for _ in range(num_q)]
        self.free: dict[frozenset[int], list[tuple[int, int]]] = {}
        self.duties: list[Duty] = []
        self.deficits: list[Deficit] = []

    def move_to(self, t: int) -> None:
        """Bring the assignment to step *t*."""
        for a in self.ending.get(t, ()):
            if self.until[a] == t:  # not so where spans overlap, which is a fault
                self._take_off(a, t)
                self.able.pop(a, None)
        for a, end, able in self.starting.get(t, ()):
            if a not in self.able or self.until[a] < end:
                self._take_off(a, t)
                self.able[a], self.until[a] = able, end
                self._set_free(a)
        for q in range(len(self.on_duty)):
            while len(self.on_duty[q]) > self.wanted[q][t]:
                a = min(self.on_duty[q], key=lambda a: (self.until[a], a))
                self._take_off(a, t)
                self._set_free(a)
        short = [q for q in range(len(self.on_duty)) if not self._fill(q, t)]
        if short:
            self._note(short, t)

    def close(self, t: int) -> None:
        """End all duties at step *t*."""
        for a in list(self.queue_of):
            self._take_off(a, t)

    def _set_free(self, a: int) -> None:
        heappush(self.free.setdefault(self.able[a], []), (-self.until[a], a))

    def _take_off(self, a: int, t: int) -> None:
        q = self.queue_of.pop(a, None)
        if q is None:
            return
        self.on_duty[q].discard(a)
        start = self.since.pop(a)
        if start < t:
            self.duties.append(
                Duty(
                    queue_id=self.instance.queues[q].queue_id,
                    start_idx=start,
                    end_idx=t,
                    agent_id=self.instance.agents[a].agent_id,
                )
            )

    def _put_on(self, a: int, q: int, t: int) -> None:
        self._take_off(a, t)
        self.queue_of[a], self.since[a] = q, t
        self.on_duty[q].add(a)

    def _fill(self, q: int, t: int) -> bool:
        """Fill queue *q* up to its guarantee; return whether that succeeded."""
        while len(self.on_duty[q]) < self.wanted[q][t]:
            path = self._path(q, t)
            if path is None:
                return False
            for a, to in path:
                self._put_on(a, to, t)
        return True

    def _path(self, q: int, t: int) -> list[tuple[int, int]] | None:
        """Return moves (agent, queue) that give queue *q* one more, ``None`` if none.

        Breadth first over queues: somebody free, or somebody of another queue who can
        be replaced there in turn.
        """
        came_from: dict[int, tuple[int, int]] = {}
        order = [q]
        for here in order:
            a = self._somebody_free(here, t)
            if a is not None:
                moves = [(a, here)]
                while here != q:
                    a, here = came_from[here]
                    moves.append((a, here))
                return moves
            for other, people in enumerate(self.on_duty):
                if other not in order:
                    mover = next((b for b in people if here in self.able[b]), None)
                    if mover is not None:
                        came_from[other] = (mover, here)
                        order.append(other)
        return None

    def _somebody_free(self, q: int, t: int) -> int | None:
        """Return who is free, able to serve *q* and stays longest."""
        best: tuple[int, int] | None = None
        chosen: list[tuple[int, int]] | None = None
        for able, heap in self.free.items():
            if q in able:
                self._drop_stale(heap, able, t)
                if heap and (best is None or heap[0] < best):
                    best, chosen = heap[0], heap
        if best is None or chosen is None:
            return None
        heappop(chosen)
        return best[1]

    def _drop_stale(
        self, heap: list[tuple[int, int]], able: frozenset[int], t: int
    ) -> None:
        """Take people off the top of *heap* who have left or are on duty by now."""
        while heap:
            until, a = heap[0]
            gone = -until <= t or self.able.get(a) != able or self.until[a] != -until
            if not gone and a not in self.queue_of:
                return
            heappop(heap)

    def _note(self, short: Sequence[int], t: int) -> None:
        """Note the set of queues that can't all be filled at step *t*."""
        closed = set(short)
        grown = True
        while grown:
            reached = {
                self.queue_of[a]
                for a, able in self.able.items()
                if a in self.queue_of and able & closed
            }
            grown = not reached <= closed
            closed |= reached
        rows = sorted(closed)
        self.deficits.append(
            Deficit(
                start_idx=t,
                end_idx=t + 1,
                queue_ids=tuple(self.instance.queues[q].queue_id for q in rows),
                at_work=sum(bool(able & closed) for able in self.able.values()),
                guaranteed=sum(self.wanted[q][t] for q in rows),
            )
        )


def _joined(deficits: Iterable[Deficit]) -> Iterator[Deficit]:
    """Yield *deficits*, those alike that follow each other as one."""
    last: Deficit | None = None
    for item in sorted(deficits):
        if last is not None and _same(last, item) and last.end_idx == item.start_idx:
            last = Deficit(
                start_idx=last.start_idx,
                end_idx=item.end_idx,
                queue_ids=item.queue_ids,
                at_work=item.at_work,
                guaranteed=item.guaranteed,
            )
            continue
        if last is not None:
            yield last
        last = item
    if last is not None:
        yield last


def _same(one: Deficit, other: Deficit) -> bool:
    return (one.queue_ids, one.at_work, one.guaranteed) == (
        other.queue_ids,
        other.at_work,
        other.guaranteed,
    )


def witness_faults(
    instance: RosterInstance, roster: Roster, found: Witness
) -> tuple[str, ...]:
    """Return what is wrong with a witness, in words; nothing of it is believed.

    Every duty must be of somebody who is at work throughout, knows the queue and has no
    other duty; at every step of the window the duties must fill each guarantee but for
    what valid deficits leave open.
    """
    faults = [*_wrong_duties(instance, roster, found)]
    covered = np.zeros_like(instance.guaranteed_agents)
    rows = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    for duty in found.duties:
        if duty.queue_id in rows:
            covered[rows[duty.queue_id], duty.start_idx : duty.end_idx] += 1
    faults += _wrong_deficits(instance, roster, found, covered)
    return (*faults, *_open_places(instance, found, covered))


def _wrong_duties(
    instance: RosterInstance, roster: Roster, found: Witness
) -> Iterator[str]:
    """Yield the duties of people who are not there, can't, or have two at once."""
    queues = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    spans: dict[str, list[tuple[int, int, frozenset[int]]]] = {}
    for a, start, end, able in _spans_of_work(instance, roster):
        spans.setdefault(instance.agents[a].agent_id, []).append((start, end, able))
    busy: dict[str, int] = {}
    for duty in sorted(found.duties, key=lambda d: (d.agent_id, d.start_idx)):
        own = spans.get(duty.agent_id, ())
        q = queues.get(duty.queue_id, -1)
        if not any(
            start <= duty.start_idx and duty.end_idx <= end and q in able
            for start, end, able in own
        ):
            yield f"{duty.agent_id} is not at work for {duty.queue_id} throughout"
        if duty.start_idx < busy.get(duty.agent_id, duty.start_idx):
            yield f"{duty.agent_id} has two duties at once"
        busy[duty.agent_id] = max(busy.get(duty.agent_id, 0), duty.end_idx)


def _wrong_deficits(
    instance: RosterInstance, roster: Roster, found: Witness, covered: IntArray
) -> Iterator[str]:
    """Yield the deficits that counting people does not bear out.

    All who are at work for such queues must be counted for them.
    """
    if not found.deficits:
        return
    rows = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    listed = list(_spans_of_work(instance, roster))
    for item in found.deficits:
        names = frozenset(rows[name] for name in item.queue_ids if name in rows)
        change = np.zeros(instance.grid.num_intervals + 1, dtype=np.int64)
        for _, start, end, able in listed:
            if able & names:
                change[start] += 1
                change[end] -= 1
        heads: IntArray = change.cumsum()[item.start_idx : item.end_idx]
        wanted = instance.guaranteed_agents[sorted(names)].sum(axis=0)
        if not (heads < wanted[item.start_idx : item.end_idx]).all():
            yield f"people enough are at work for {', '.join(item.queue_ids)}"
        counted = covered[sorted(names), item.start_idx : item.end_idx].sum(axis=0)
        if (counted < heads).any():
            yield f"not all who are at work count for {', '.join(item.queue_ids)}"


def _open_places(
    instance: RosterInstance, found: Witness, covered: IntArray
) -> Iterator[str]:
    """Yield the queues with guaranteed places that no duty fills and none excuses."""
    excused = np.zeros(covered.shape, dtype=bool)
    rows = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    for item in found.deficits:
        for name in item.queue_ids:
            if name in rows:
                excused[rows[name], item.start_idx : item.end_idx] = True
    window = np.zeros(covered.shape[1], dtype=bool)
    window[instance.window_start_idx : instance.window_end_idx] = True
    is_open = (covered < instance.guaranteed_agents) & window & ~excused
    for q in np.flatnonzero(is_open.any(axis=1)).tolist():
        steps = int(is_open[q].sum())
        yield f"{instance.queues[q].queue_id}: {steps} steps without a proof of cover"
