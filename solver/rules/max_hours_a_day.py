"""Paid hours per shift."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, PaidStepsPerShift
from solver.rule import RULES
from solver.walk import agents_of, hours_text, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("max_hours_a_day")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxHoursADay:
    """At most *hours* of a shift are paid; it belongs to the date it starts on."""

    name: ClassVar[str] = "max_hours_a_day"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{hours: 10}"
    hours: float
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.hours < 0:
            msg = f"hours a day must not be negative, got {self.hours}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        max_steps = round(self.hours * 60) // instance.step_minutes
        for agent in agents_of(instance, self.agent_ids):
            yield PaidStepsPerShift(agent_id=agent.agent_id, max_steps=max_steps)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts with more paid time than allowed."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            for shift in shifts:
                spans = [span for span in shift.spans if span.paid]
                minutes = sum(
                    (span.end_idx - span.start_idx) * instance.step_minutes
                    for span in spans
                )
                if minutes > self.hours * 60 + 1e-6:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=shift.date_local,
                            start_idx=shift.start_idx,
                            end_idx=shift.end_idx,
                            message=f"{hours_text(minutes)} paid in the shift, "
                            f"{hours_text(self.hours * 60)} are allowed",
                        )
                    )
        return found
