"""Why a repair changed what it changed: for whom, and for which queue when."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solver.allocation import Served
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.roster import Roster, RosterInstance, Shift, is_eligible
from wfm.pipeline.repairs import RepairCase
from wfm.pipeline.roster_diff import ShiftDifference, clock_words, differences

_MOST_NAMED = 3
_LITTLE = 0.25
"""Agent-hours below which a gain is not worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairChange:
    """One changed shift, and why.

    *queue_id* is the queue that gains most in the hours newly worked, *hours* the
    agent-hours it gains there; both are empty where hours are only given up.
    """

    difference: ShiftDifference
    reason: str
    queue_id: str = ""
    hours: float = 0.0


def repair_changes(
    case: RepairCase, before: Served, after: Served, roster: Roster
) -> tuple[RepairChange, ...]:
    """Return what differs from the shifts that could stay, by agent, with reasons.

    Parameters
    ----------
    before, after
        Cheapest allocations of what stood, and of *roster*.
    """
    found = tuple(_differences(case.instance, roster))
    gains = after.allocation.agents.sum(axis=0) - before.allocation.agents.sum(axis=0)
    teller = _Teller(case, np.maximum(gains, 0.0))
    told = [teller.told(difference) for difference in found]
    busy = {change.difference.agent_id for change in told if change.queue_id}
    return tuple(
        change if change.reason else teller.given_up(change.difference, busy)
        for change in told
    )


def _differences(instance: RosterInstance, roster: Roster) -> Iterator[ShiftDifference]:
    old, new = Roster(shifts=instance.live or ()).by_agent(), roster.by_agent()
    for agent_id in sorted({*old, *new}):
        mine = old.get(agent_id, ()), new.get(agent_id, ())
        if mine[0] != mine[1]:
            yield from differences(
                Roster(shifts=mine[0]), Roster(shifts=mine[1]), instance
            )


class _Teller:
    """Finds for each change the queue that it serves and the absences it makes up."""

    def __init__(self, case: RepairCase, gains: FloatArray) -> None:
        self.case, self.gains = case, gains
        instance = case.instance
        self.hours = instance.grid.interval_hours
        self.serves = {
            agent.agent_id: [
                q
                for q, queue in enumerate(instance.queues)
                if is_eligible(agent, queue)
            ]
            for agent in instance.agents
        }

    def told(self, difference: ShiftDifference) -> RepairChange:
        """Return the change with its reason, blank where no hour is newly worked."""
        more = self._working(difference.after) & ~self._working(difference.before)
        later = difference.after or difference.before
        rows = [] if later is None else self.serves[later.agent_id]
        totals = [float(self.gains[q, more].sum()) * self.hours for q in rows]
        if later is None or not totals or max(totals) < _LITTLE:
            return RepairChange(difference=difference, reason="")
        q = rows[int(np.argmax(totals))]
        steps = np.flatnonzero(more & (self.gains[q] > 0))
        clock = clock_words(
            self.case.instance, later.agent_id, int(steps[0]), int(steps[-1]) + 1
        )
        hours = min(max(totals), float(more.sum()) * self.hours)
        queue_id = self.case.instance.queues[q].queue_id
        return RepairChange(
            difference=difference,
            reason=f"{queue_id} short {clock}{self._absent(q, more, later.agent_id)}",
            queue_id=queue_id,
            hours=hours,
        )

    def given_up(self, difference: ShiftDifference, busy: set[str]) -> RepairChange:
        """Return the change of a shift that only gives hours up."""
        own_day = difference.before or difference.after
        if own_day is not None and own_day.agent_id in busy:
            reason = "gives its hours or rest to the agent's other change"
        elif difference.before is None:
            reason = "keeps up the hours due in the week"
        elif difference.kind == "breaks":
            reason = "leaves when others are there"
        else:
            reason = "not needed there any more"
        return RepairChange(difference=difference, reason=reason)

    def _absent(self, q: int, more: BoolArray, agent_id: str) -> str:
        """Return who is missing for queue *q* in these hours, in words."""
        names = [
            shift.agent_id
            for shift in self.case.lost
            if shift.agent_id != agent_id
            and q in self.serves[shift.agent_id]
            and bool((self._working(shift) & more).any())
        ]
        names = list(dict.fromkeys(names))
        if not names:
            return ""
        rest = len(names) - _MOST_NAMED
        shown = ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" * (rest > 0))
        return f" ({shown} absent)"

    def _working(self, shift: Shift | None) -> BoolArray:
        steps = np.zeros(self.case.instance.grid.num_intervals, dtype=bool)
        for span in shift.working_spans if shift is not None else ():
            steps[max(0, span.start_idx) : max(0, span.end_idx)] = True
        return steps
