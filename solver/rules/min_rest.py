"""Rest between shifts, in elapsed time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from solver.constraints import Constraint, RestBetweenShifts
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, hours_text, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("min_rest")
@dataclass(frozen=True, slots=True, kw_only=True)
class MinRest:
    """At least *hours* of elapsed time between the end of a shift and the next start.

    The last shift of the previous roster counts. Clock changes neither lengthen nor
    shorten it. Overlapping shifts and two shifts on one date are the business of
    ``one_shift_a_day``.
    """

    name: ClassVar[str] = "min_rest"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{hours: 11}"
    hours: float
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.hours < 0:
            msg = f"rest must not be negative, got {self.hours} h"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        min_steps = -(-round(self.hours * 60) // instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            yield RestBetweenShifts(agent_id=agent.agent_id, min_steps=min_steps)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts that follow too soon on the one before."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            ordered = (*carried_shifts(instance, agent.agent_id), *shifts)
            for before, after in pairwise(sorted(ordered, key=lambda s: s.start_idx)):
                minutes = (after.start_idx - before.end_idx) * instance.step_minutes
                apart = minutes >= 0 and before.date_local != after.date_local
                if after in shifts and apart and minutes < self.hours * 60 - 1e-6:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=after.date_local,
                            start_idx=before.end_idx,
                            end_idx=after.start_idx,
                            message=f"{hours_text(minutes)} rest before the shift, "
                            f"{hours_text(self.hours * 60)} are due",
                        )
                    )
        return found
