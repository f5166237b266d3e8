"""Kinds of shifts that must not follow each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar

from solver.constraints import Constraint, ForbidNext
from solver.kinds import (
    Windows,
    is_of_kind,
    read_windows,
    shifts_of_kind,
    windows_text,
)
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("forbidden_next")
@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenNext:
    """The date after a shift that starts within *after* has none that starts in *then*.

    Both are pairs of minutes of the agent's day, ends included. The last shift of the
    previous roster counts.
    """

    name: ClassVar[str] = "forbidden_next"
    always: ClassVar[bool] = False
    example: ClassVar[str] = '{after: ["14:00-23:30"], then: ["05:00-09:00"]}'
    after: Windows
    then: Windows
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "after", read_windows(self.after, "after"))
        object.__setattr__(self, "then", read_windows(self.then, "then"))

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        for agent in agents_of(instance, self.agent_ids):
            yield ForbidNext(
                agent_id=agent.agent_id,
                first=shifts_of_kind(instance.grid, agent.zone, self.after),
                then=shifts_of_kind(instance.grid, agent.zone, self.then),
            )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts that must not follow the one of the day before."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            ordered = (*carried_shifts(instance, agent.agent_id), *shifts)
            for before, shift in pairwise(sorted(ordered, key=lambda s: s.date_local)):
                is_next = shift.date_local - before.date_local == timedelta(days=1)
                if (
                    is_next
                    and is_of_kind(instance, agent, before, self.after)
                    and is_of_kind(instance, agent, shift, self.then)
                    and shift in shifts
                ):
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=shift.date_local,
                            start_idx=before.end_idx,
                            end_idx=shift.start_idx,
                            message=f"a shift that starts {windows_text(self.then)} "
                            f"on the day after one that starts "
                            f"{windows_text(self.after)}",
                        )
                    )
        return found
