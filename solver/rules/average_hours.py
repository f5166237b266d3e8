"""Paid hours a week on average over a reference period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from solver.constraints import Constraint, PaidStepsOnDates
from solver.rule import RULES
from solver.walk import agents_of, hours_text, past_minutes, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("average_hours")
@dataclass(frozen=True, slots=True, kw_only=True)
class AverageHours:
    """At most *max_hours* a week on average over *weeks*, those before the plan too.

    The period ends with the plan. Of the weeks before it count those that the ledger
    or the previous roster knows; a plan longer than the period is judged by itself.
    Leave is no work.
    """

    name: ClassVar[str] = "average_hours"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{max_hours: 48, weeks: 17}"
    max_hours: float
    weeks: int
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.max_hours < 0 or self.weeks < 1 or self.weeks != int(self.weeks):
            msg = f"an average of {self.max_hours} h over {self.weeks} weeks"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent: what the past leaves for the plan."""
        for agent in agents_of(instance, self.agent_ids):
            planned = instance.planned_days.get(agent.agent_id, ())
            if planned:
                num_weeks = len({day.week for day in planned})
                past = past_minutes(instance, agent.agent_id)
                known = [
                    m for week, m in past.items() if week + num_weeks <= self.weeks
                ]
                budget = round(self.max_hours * 60) * (len(known) + num_weeks)
                left = budget - sum(known)
                yield PaidStepsOnDates(
                    agent_id=agent.agent_id,
                    dates=frozenset(day.date_local for day in planned),
                    min_steps=0,
                    max_steps=max(0, left // instance.step_minutes),
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the agents whose average is too high."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            planned = sum(shift.paid_steps for shift in shifts) * instance.step_minutes
            weeks = self._weeks_before(instance, agent)
            days = instance.planned_days.get(agent.agent_id, ())
            number = len(weeks) + len({day.week for day in days})
            average = (planned + sum(weeks)) / max(1, number)
            if planned and average > self.max_hours * 60 + 1e-6:
                found.append(
                    Violation(
                        rule=self.name,
                        agent_id=agent.agent_id,
                        date_local=_first(instance, agent),
                        message=f"{hours_text(average)} a week on average over "
                        f"{number} weeks, at most {hours_text(self.max_hours * 60)}",
                    )
                )
        return found

    def _weeks_before(self, instance: RosterInstance, agent: Agent) -> list[int]:
        """Return the paid minutes of each known week of the period before the plan."""
        days = instance.planned_days.get(agent.agent_id, ())
        past = past_minutes(instance, agent.agent_id)
        reach = int(self.weeks) - len({day.week for day in days})
        return [past[week] for week in range(1, reach + 1) if week in past]


def _first(instance: RosterInstance, agent: Agent) -> date | None:
    days = instance.planned_days.get(agent.agent_id, ())
    return min((day.date_local for day in days), default=None)
