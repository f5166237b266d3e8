"""Who is at work for which queues, and whether every guarantee is filled.

Nobody counts twice: at each step an integer matching gives each working agent to at
most one queue and fills the guarantees; what it can't fill is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wfm.domain.arrays import BoolArray, IntArray
from wfm.domain.matching import max_matching
from wfm.domain.roster import Roster, RosterInstance, Shift, is_eligible

_ABSENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Presence of a roster on the instance's grid; arrays are read-only by custom.

    Attributes
    ----------
    groups
        ``[g]`` the distinct sets of queues (indices) that somebody at work serves: an
        agent's eligible queues, or the one queue that a span is pinned to.
    heads
        ``[g, t]`` agents at work (not on a break) per group; each agent counts once.
    group_of
        ``[a, t]`` group of each agent at work, -1 for who is not.
    on_shift
        ``[a, t]`` whether the agent is on shift, breaks included.
    """

    groups: tuple[frozenset[int], ...]
    heads: IntArray
    group_of: IntArray
    on_shift: BoolArray

    def working(self, q: int) -> BoolArray:
        """Return who is at work and able to serve queue *q*, ``[a, t]``."""
        able = np.array([q in group for group in self.groups] + [False])
        found: BoolArray = able[self.group_of]
        return found


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CoverSpan:
    """A stretch in which the guarantee of a queue and its filling stay the same.

    Attributes
    ----------
    guaranteed, present
        Agents that must be there, and agents that the matching gives the queue. It
        gives no more than guaranteed: the others are free for other queues.
    eligible
        Fewest agents at work in the stretch who can serve the queue.
    regions
        Region -> fewest of them from there, for regions with somebody at work
        throughout.
    """

    queue_id: str
    start_idx: int
    end_idx: int
    guaranteed: int
    present: int
    eligible: int = 0
    regions: tuple[tuple[str, int], ...] = ()

    @property
    def missing(self) -> int:
        """Agents missing to the guarantee."""
        return self.guaranteed - self.present


def all_shifts(instance: RosterInstance, roster: Roster) -> tuple[Shift, ...]:
    """Return the shifts that give cover: those carried over, and on planned dates."""
    planned = {
        (agent_id, day.date_local)
        for agent_id, days in instance.planned_days.items()
        for day in days
    }
    own = (s for s in roster.shifts if (s.agent_id, s.date_local) in planned)
    return (*instance.carry_over, *own)


def coverage(instance: RosterInstance, roster: Roster) -> Coverage:
    """Return who is at work and on shift at every step of the grid."""
    rows = instance.agent_index()
    serves = [_serves(instance, a) for a in range(len(instance.agents))]
    codes: dict[frozenset[int], int] = {}
    shape = (len(instance.agents), instance.grid.num_intervals)
    group_of = np.full(shape, _ABSENT, dtype=np.int64)
    on_shift = np.zeros(shape, dtype=bool)
    pins = {queue.queue_id: frozenset({q}) for q, queue in enumerate(instance.queues)}
    for shift in all_shifts(instance, roster):
        a = rows.get(shift.agent_id)
        if a is None:
            continue
        on_shift[a, max(shift.start_idx, 0) : max(shift.end_idx, 0)] = True
        for span in shift.working_spans:
            able = serves[a] & pins.get(span.queue, serves[a])
            code = codes.setdefault(able, len(codes))
            group_of[a, max(span.start_idx, 0) : max(span.end_idx, 0)] = code
    heads = np.array([(group_of == code).sum(axis=0) for code in range(len(codes))])
    return Coverage(
        groups=tuple(codes),
        heads=heads.reshape(len(codes), shape[1]),
        group_of=group_of,
        on_shift=on_shift,
    )


def _serves(instance: RosterInstance, a: int) -> frozenset[int]:
    agent = instance.agents[a]
    return frozenset(
        q for q, queue in enumerate(instance.queues) if is_eligible(agent, queue)
    )


def site_heads(instance: RosterInstance, cover: Coverage) -> dict[str, IntArray]:
    """Return site -> agents on shift there ``[t]``, breaks included, no remote ones."""
    return {
        site: cover.on_shift[
            [a.site_id == site and not a.remote for a in instance.agents]
        ].sum(axis=0)
        for site in instance.sites
    }


def matched(instance: RosterInstance, cover: Coverage) -> IntArray:
    """Return the agents ``[q, t]`` that fill guarantees, 0 outside the window."""
    found = np.zeros_like(instance.guaranteed_agents)
    for t in range(instance.window_start_idx, instance.window_end_idx):
        floors = instance.guaranteed_agents[:, t].tolist()
        if any(floors):
            found[:, t] = max_matching(cover.heads[:, t].tolist(), cover.groups, floors)
    return found


def guarantee_spans(
    instance: RosterInstance, roster: Roster
) -> tuple[tuple[CoverSpan, ...], tuple[CoverSpan, ...]]:
    """Return the guaranteed stretches of the window, and those of a cold start.

    The second are stretches before ``cold_start_end_idx`` in which agents are missing
    whom only a previous roster could have brought; they are in no other list.
    """
    cover = coverage(instance, roster)
    present = matched(instance, cover)
    judged: list[CoverSpan] = []
    cold: list[CoverSpan] = []
    for q in range(len(instance.queues)):
        for span in _spans(instance, cover, q, present[q]):
            is_cold = span.start_idx < instance.cold_start_end_idx and span.missing
            (cold if is_cold else judged).append(span)
    return tuple(judged), tuple(cold)


def _spans(
    instance: RosterInstance, cover: Coverage, q: int, present: IntArray
) -> Iterator[CoverSpan]:
    working = cover.working(q)
    regions = regions_of(instance)
    by_region = np.array([working[rows].sum(axis=0) for rows in regions.values()])
    by_region = by_region.reshape(len(regions), instance.grid.num_intervals)
    eligible = working.sum(axis=0)
    for start, end in _runs(instance, q, present, by_region > 0):
        there = zip(regions, by_region[:, start:end].min(axis=1).tolist(), strict=True)
        yield CoverSpan(
            queue_id=instance.queues[q].queue_id,
            start_idx=start,
            end_idx=end,
            guaranteed=int(instance.guaranteed_agents[q, start]),
            present=int(present[start]),
            eligible=int(eligible[start:end].min()),
            regions=tuple((region, fewest) for region, fewest in there if fewest),
        )


def _runs(
    instance: RosterInstance, q: int, present: IntArray, there: BoolArray
) -> Iterator[tuple[int, int]]:
    """Yield the runs of guaranteed steps in which nothing of note changes."""
    first, end = instance.window_start_idx, instance.window_end_idx
    steps = np.arange(first, end)
    guaranteed = instance.guaranteed_agents[q, first:end]
    is_cold = steps < instance.cold_start_end_idx
    state = np.vstack((guaranteed, present[first:end], is_cold, there[:, first:end]))
    changes = np.flatnonzero((np.diff(state, axis=1) != 0).any(axis=0)) + 1
    edges = [0, *changes.tolist(), len(steps)] if len(steps) else []
    for low, high in pairwise(edges):
        if guaranteed[low]:
            yield first + low, first + high


def regions_of(instance: RosterInstance) -> dict[str, list[int]]:
    """Return region -> rows of its agents, regions sorted."""
    found: dict[str, list[int]] = {}
    for a, agent in enumerate(instance.agents):
        found.setdefault(instance.region_of(agent), []).append(a)
    return dict(sorted(found.items()))
