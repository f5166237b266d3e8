"""One shift a day, and never two at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from solver.constraints import Constraint, OneShiftADay
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, clock_text, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation


@RULES.add("one_shift_a_day")
@dataclass(frozen=True, slots=True, kw_only=True)
class OneShiftADayRule:
    """At most one shift starts on each local date; shifts never overlap.

    Shifts of the previous roster count for overlaps.
    """

    name: ClassVar[str] = "one_shift_a_day"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        for agent in agents_of(instance, self.agent_ids):
            yield OneShiftADay(agent_id=agent.agent_id)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return second shifts of a date, and shifts that start too early."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            found += self._second_shifts(agent, shifts)
            found += self._overlaps(instance, agent, shifts)
        return found

    def _second_shifts(
        self, agent: Agent, shifts: tuple[Shift, ...]
    ) -> Iterator[Violation]:
        count: dict[object, int] = {}
        for shift in shifts:
            count[shift.date_local] = count.get(shift.date_local, 0) + 1
            if count[shift.date_local] == 2:
                yield Violation(
                    rule=self.name,
                    agent_id=agent.agent_id,
                    date_local=shift.date_local,
                    start_idx=shift.start_idx,
                    end_idx=shift.end_idx,
                    message="more than one shift starts on this date",
                )

    def _overlaps(
        self, instance: RosterInstance, agent: Agent, shifts: tuple[Shift, ...]
    ) -> Iterator[Violation]:
        ordered = (*carried_shifts(instance, agent.agent_id), *shifts)
        for before, after in pairwise(sorted(ordered, key=lambda s: s.start_idx)):
            is_next_day = after.date_local != before.date_local
            if is_next_day and after.start_idx < before.end_idx and after in shifts:
                end = clock_text(instance, before.end_idx, agent.zone)
                yield Violation(
                    rule=self.name,
                    agent_id=agent.agent_id,
                    date_local=after.date_local,
                    start_idx=after.start_idx,
                    end_idx=after.end_idx,
                    message=f"the shift starts before the one that ends {end}",
                )
