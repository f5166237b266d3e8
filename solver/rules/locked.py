"""Locked shifts stay exactly as they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, TypeAlias

from solver.constraints import Constraint, LockedShifts
from solver.rule import RULES
from solver.walk import agents_of, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation


@RULES.add("locked")
@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """On a date with locked shifts an agent works those, unchanged, and no other."""

    name: ClassVar[str] = "locked"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the locked shifts of each agent that has some."""
        for agent in agents_of(instance, self.agent_ids):
            shifts = (s for s in instance.locked if s.agent_id == agent.agent_id)
            ordered = tuple(sorted(shifts, key=lambda shift: shift.start_idx))
            if ordered:
                yield LockedShifts(agent_id=agent.agent_id, shifts=ordered)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the dates whose shifts are not the locked ones."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            locked = [s for s in instance.locked if s.agent_id == agent.agent_id]
            for day in sorted({shift.date_local for shift in locked}):
                due = _shapes([s for s in locked if s.date_local == day])
                have = _shapes([s for s in shifts if s.date_local == day])
                if have != due:
                    word = "differs from" if have else "is missing:"
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=day,
                            message=f"the shift {word} the locked one",
                        )
                    )
        return found


_Spans: TypeAlias = list[tuple[str, str, bool, int, int]]


def _shapes(shifts: list[Shift]) -> list[tuple[str, _Spans]]:
    """Return places and spans of the shifts, neighbouring like spans joined."""
    return sorted((shift.where, _spans(shift)) for shift in shifts)


def _spans(shift: Shift) -> _Spans:
    runs = (
        (key, list(group))
        for key, group in groupby(shift.spans, lambda s: (s.activity, s.queue, s.paid))
    )
    return [
        (*key, min(s.start_idx for s in spans), max(s.end_idx for s in spans))
        for key, spans in runs
    ]
