"""A roster as the simulator's staffing: spans, groups and who is asked first."""

from collections.abc import Iterator, Mapping

import numpy as np

from wfm.domain.roster import Roster, RosterInstance, Shift, is_eligible
from wfm.evaluation.coverage import all_shifts
from wfm.simulation.model import RosteredSpans, Route

LIVE_FIRST, DEFERRED_LATER = 0, 1
"""Priorities: who waits comes before what may wait, until that is nearly due."""


class RosterGroups:
    """Agents by the set of queues that they serve: the groups of the simulation.

    They come to be as :meth:`staffing` meets them.
    """

    def __init__(self, instance: RosterInstance) -> None:
        self.instance = instance
        self.rows: dict[frozenset[int], int] = {}
        self.serves = [
            frozenset(q for q, x in enumerate(instance.queues) if is_eligible(agent, x))
            for agent in instance.agents
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the groups' names, their queues joined."""
        ids = [queue.queue_id for queue in self.instance.queues]
        return tuple("+".join(ids[q] for q in sorted(group)) for group in self.rows)

    def routes(self, deferred: frozenset[str]) -> Iterator[Route]:
        """Yield who serves what: specialists first, live contacts first."""
        ids = [queue.queue_id for queue in self.instance.queues]
        for group, name in zip(self.rows, self.names, strict=True):
            for q in sorted(group):
                later = ids[q] in deferred
                yield Route(
                    queue_id=ids[q],
                    group_id=name,
                    preference=len(group),
                    priority=DEFERRED_LATER if later else LIVE_FIRST,
                )

    def staffing(
        self, roster: Roster, losses: Mapping[str, float], *, absent: bool
    ) -> RosteredSpans:
        """Return the working spans of all shifts that touch the window."""
        instance = self.instance
        rows, step_s = instance.agent_index(), instance.grid.interval_s
        spans: list[tuple[int, int, float, float, int, float]] = []
        for unit, shift in enumerate(all_shifts(instance, roster)):
            a = rows.get(shift.agent_id)
            if a is None:
                continue
            missed = self._missed(a, losses) if absent else 0.0
            for group, start, end in self._parts(a, shift):
                low = (start - instance.window_start_idx) * step_s
                high = (end - instance.window_start_idx) * step_s
                spans.append((a, group, low, high, unit, missed))
        columns = np.array(spans, dtype=np.float64).reshape(-1, 6).T
        return RosteredSpans(
            agent=columns[0].astype(np.int64),
            group=columns[1].astype(np.int64),
            start_s=columns[2],
            end_s=columns[3],
            unit=columns[4].astype(np.int64),
            absence_fraction=columns[5],
        )

    def _parts(self, a: int, shift: Shift) -> Iterator[tuple[int, int, int]]:
        pins = {queue.queue_id: q for q, queue in enumerate(self.instance.queues)}
        for span in shift.working_spans:
            able = self.serves[a]
            if span.queue in pins:
                able = able & {pins[span.queue]}
            if able:
                group = self.rows.setdefault(able, len(self.rows))
                yield group, span.start_idx, span.end_idx

    def _missed(self, a: int, losses: Mapping[str, float]) -> float:
        """Return the chance of missing a shift: the mean over the agent's queues."""
        ids = [self.instance.queues[q].queue_id for q in self.serves[a]]
        there = [losses[name] for name in ids]
        return 1.0 - float(np.mean(there)) if there else 0.0
