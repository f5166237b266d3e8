"""One long rest in every week."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, FreeStretch
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, hours_text, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import PlannedDay, Roster, RosterInstance, Shift, Violation


@RULES.add("weekly_rest")
@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyRest:
    """In every plan week, at least *hours* free of shifts in one stretch.

    The stretch lies wholly inside the week: from the local midnight of its first
    planned date to the end of its last. That is stricter than a stretch that may run
    over the week's edge. Shifts that reach in from the previous roster count. A week
    of which fewer hours than *hours* are planned is not judged.
    """

    name: ClassVar[str] = "weekly_rest"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{hours: 35}"
    hours: float
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.hours < 0:
            msg = f"rest must not be negative, got {self.hours} h"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and plan week."""
        min_steps = -(-round(self.hours * 60) // instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            weeks: dict[int, tuple[int, int]] = {}
            for day in instance.planned_days.get(agent.agent_id, ()):
                start, end = weeks.get(day.week, (day.start_idx, day.end_idx))
                weeks[day.week] = min(start, day.start_idx), max(end, day.end_idx)
            for week, (start, end) in weeks.items():
                if end - start >= min_steps:
                    yield FreeStretch(
                        agent_id=agent.agent_id,
                        week=week,
                        start_idx=start,
                        end_idx=end,
                        min_steps=min_steps,
                    )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks without a rest that is long enough."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            everything = (*carried_shifts(instance, agent.agent_id), *shifts)
            days = instance.planned_days.get(agent.agent_id, ())
            for week in sorted({day.week for day in days}):
                of_week = [day for day in days if day.week == week]
                found += self._check(instance, agent, of_week, everything)
        return found

    def _check(
        self,
        instance: RosterInstance,
        agent: Agent,
        days: list[PlannedDay],
        shifts: tuple[Shift, ...],
    ) -> Iterator[Violation]:
        first = min(days, key=lambda day: day.start_idx)
        end_idx = max(day.end_idx for day in days)
        span_minutes = (end_idx - first.start_idx) * instance.step_minutes
        longest, free_from = 0, first.start_idx
        for shift in sorted(shifts, key=lambda s: s.start_idx):
            if shift.end_idx > first.start_idx and shift.start_idx < end_idx:
                longest = max(longest, shift.start_idx - free_from)
                free_from = max(free_from, shift.end_idx)
        longest = max(longest, end_idx - free_from)
        minutes, due = longest * instance.step_minutes, self.hours * 60
        if minutes < due - 1e-6 and span_minutes >= due - 1e-6:
            yield Violation(
                rule=self.name,
                agent_id=agent.agent_id,
                date_local=first.date_local,
                start_idx=first.start_idx,
                end_idx=end_idx,
                message=f"the longest rest of the week is {hours_text(minutes)}, "
                f"{hours_text(due)} are due",
            )
