"""Paid hours over several weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from solver.constraints import Constraint, PaidStepsOnDates
from solver.kinds import plan_blocks
from solver.rule import RULES
from solver.walk import agents_of, hours_text, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("period_hours")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodHours:
    """Paid hours of each block of *per_weeks* plan weeks (0: the whole plan).

    Paid leave counts with its credited minutes; credit alone never breaks the maximum.
    """

    name: ClassVar[str] = "period_hours"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{max_hours: 160, per_weeks: 4}"
    min_hours: float = 0.0
    max_hours: float
    per_weeks: int = 0
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_hours <= self.max_hours:
            msg = f"hours of {self.min_hours} to {self.max_hours} in a period"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and block."""
        step = instance.step_minutes
        low, high = round(self.min_hours * 60), round(self.max_hours * 60)
        for agent in agents_of(instance, self.agent_ids):
            on_date = _credited(instance, agent.agent_id)
            for dates in plan_blocks(instance, agent, int(self.per_weeks)):
                credit = sum(on_date.get(day, 0) for day in dates)
                yield PaidStepsOnDates(
                    agent_id=agent.agent_id,
                    dates=dates,
                    min_steps=max(0, -(-(low - credit) // step)),
                    max_steps=max(0, (high - credit) // step),
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the blocks with too many or too few paid hours."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            on_date = _credited(instance, agent.agent_id)
            paid_on: dict[date, int] = {}
            for shift in shifts:
                paid = shift.paid_steps * instance.step_minutes
                paid_on[shift.date_local] = paid_on.get(shift.date_local, 0) + paid
            minutes: dict[int, int] = {}
            worked: set[int] = set()
            first: dict[int, date] = {}
            for day in instance.planned_days.get(agent.agent_id, ()):
                block = day.week // int(self.per_weeks) if self.per_weeks else 0
                paid = paid_on.get(day.date_local, 0)
                credit = on_date.get(day.date_local, 0)
                minutes[block] = minutes.get(block, 0) + paid + credit
                first[block] = min(first.get(block, day.date_local), day.date_local)
                if paid:
                    worked.add(block)
            for block, total in minutes.items():
                message = self._judge(total, has_work=block in worked)
                if message:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=first[block],
                            message=message,
                        )
                    )
        return found

    def _judge(self, minutes: int, *, has_work: bool) -> str:
        """Return what is wrong with that many paid minutes, or nothing."""
        text = f"{hours_text(minutes)} paid in the period"
        if has_work and minutes > self.max_hours * 60 + 1e-6:
            return f"{text}, at most {hours_text(self.max_hours * 60)} are allowed"
        if minutes < self.min_hours * 60 - 1e-6:
            return f"{text}, at least {hours_text(self.min_hours * 60)} are due"
        return ""


def _credited(instance: RosterInstance, agent_id: str) -> dict[date, int]:
    """Return the paid minutes of leave by date."""
    found: dict[date, int] = {}
    for block in instance.blocked:
        if block.agent_id == agent_id:
            for day, minutes in block.credited_minutes.items():
                found[day] = found.get(day, 0) + minutes
    return found
