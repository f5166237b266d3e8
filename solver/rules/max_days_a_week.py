"""Days with a shift in each plan week."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, ShiftCount, ShiftSet
from solver.rule import RULES
from solver.walk import agents_of, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("max_days_a_week")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxDaysAWeek:
    """Shifts start on at most *days* of the local dates of each plan week.

    With 6, one whole date of the week starts no shift; the night shift of the day
    before may run into it.
    """

    name: ClassVar[str] = "max_days_a_week"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{days: 6}"
    days: int
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.days < 0 or self.days != int(self.days):
            msg = f"days a week must be a whole number, got {self.days}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and plan week."""
        for agent in agents_of(instance, self.agent_ids):
            planned = instance.planned_days.get(agent.agent_id, ())
            for week in sorted({day.week for day in planned}):
                dates = frozenset(d.date_local for d in planned if d.week == week)
                if len(dates) > self.days:
                    yield ShiftCount(
                        agent_id=agent.agent_id,
                        dates=dates,
                        shifts=ShiftSet(),
                        min_shifts=0,
                        max_shifts=int(self.days),
                    )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the first date too many of each week."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            worked = {shift.date_local for shift in shifts}
            in_week: dict[int, int] = {}
            for day in instance.planned_days.get(agent.agent_id, ()):
                if day.date_local not in worked:
                    continue
                in_week[day.week] = in_week.get(day.week, 0) + 1
                if in_week[day.week] == self.days + 1:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=day.date_local,
                            message=f"a shift on more than {self.days} days of the "
                            "week",
                        )
                    )
        return found
