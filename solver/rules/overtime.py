"""Overtime: for whom it is approved, and how much of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from solver.constraints import Constraint, PaidStepsPerWeek
from solver.rule import RULES
from solver.walk import agents_of, hours_text, past_minutes, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

EVERYBODY = "all"
UNLIMITED = 10.0**6


@RULES.add("overtime")
@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime:
    """Paid hours of a plan week beyond *normal_hours* only where they are approved.

    *approved* names agents, or ``all``. Their overtime is limited by the week and in
    any 4, 13 and 52 weeks that end with the plan; what the weeks before it have left of
    a limit is shared out evenly over the plan's weeks. Weeks before the plan count as
    far as the ledger or the previous roster knows them. *premium* is what an hour of it
    costs on top of the wage, as a fraction of that; it binds nobody, the objective
    pays it.
    """

    name: ClassVar[str] = "overtime"
    always: ClassVar[bool] = False
    example: ClassVar[str] = (
        "{normal_hours: 40, approved: all, max_a_week: 8, premium: 0.25}"
    )
    normal_hours: float
    approved: tuple[str, ...] = ()
    max_a_week: float = UNLIMITED
    max_in_4_weeks: float = UNLIMITED
    max_in_13_weeks: float = UNLIMITED
    max_in_52_weeks: float = UNLIMITED
    premium: float | None = None
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        limits = (self.max_a_week, *(limit for _, limit in self._periods()))
        if self.normal_hours < 0 or min(limits) < 0:
            msg = "hours of overtime must not be negative"
            raise ValueError(msg)
        if self.premium is not None and self.premium < 0:
            msg = f"a premium of {self.premium:g} on overtime"
            raise ValueError(msg)

    def _periods(self) -> tuple[tuple[int, float], ...]:
        return (
            (4, self.max_in_4_weeks),
            (13, self.max_in_13_weeks),
            (52, self.max_in_52_weeks),
        )

    def _is_approved(self, agent: Agent) -> bool:
        return EVERYBODY in self.approved or agent.agent_id in self.approved

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and plan week."""
        for agent in agents_of(instance, self.agent_ids):
            planned = instance.planned_days.get(agent.agent_id, ())
            weeks = sorted({day.week for day in planned})
            minutes = round(self.normal_hours * 60) + self._allowance(
                instance, agent, len(weeks)
            )
            for week in weeks:
                yield PaidStepsPerWeek(
                    agent_id=agent.agent_id,
                    week=week,
                    min_steps=0,
                    max_steps=int(minutes // instance.step_minutes),
                )

    def _allowance(
        self, instance: RosterInstance, agent: Agent, num_weeks: int
    ) -> Fraction:
        """Return the minutes of overtime that each plan week may have (encoder)."""
        if not self._is_approved(agent) or not num_weeks:
            return Fraction(0)
        normal = round(self.normal_hours * 60)
        past = past_minutes(instance, agent.agent_id)
        most = Fraction(round(self.max_a_week * 60))
        for length, limit in self._periods():
            inside = min(length, num_weeks)
            before = sum(
                max(0, minutes - normal)
                for week, minutes in past.items()
                if week <= length - inside
            )
            left = max(0, round(limit * 60) - before)
            most = min(most, Fraction(left, inside))
        return most

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks with overtime that is not approved or too much."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            days = instance.planned_days.get(agent.agent_id, ())
            weeks = sorted({day.week for day in days})
            allowed = self._hours_left(instance, agent, len(weeks))
            for week in weeks:
                dates = [day.date_local for day in days if day.week == week]
                paid = _paid_hours(instance, shifts, set(dates))
                over = paid - self.normal_hours
                if paid and over > allowed + 1e-9:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=dates[0],
                            message=f"{hours_text(over * 60)} of overtime in the week, "
                            + (
                                f"{hours_text(allowed * 60)} are left"
                                if self._is_approved(agent)
                                else "none is approved"
                            ),
                        )
                    )
        return found

    def _hours_left(
        self, instance: RosterInstance, agent: Agent, num_weeks: int
    ) -> float:
        """Return the hours of overtime that each plan week may have (checker)."""
        if not self._is_approved(agent):
            return 0.0
        past = past_minutes(instance, agent.agent_id)
        shares = [self.max_a_week]
        for length, limit in self._periods():
            left = limit
            for week in range(1, length + 1 - num_weeks):
                left -= max(0.0, past.get(week, 0) / 60 - self.normal_hours)
            shares.append(max(0.0, left) / max(1, min(length, num_weeks)))
        return min(shares)


def _paid_hours(
    instance: RosterInstance, shifts: tuple[Shift, ...], dates: set[object]
) -> float:
    steps = sum(shift.paid_steps for shift in shifts if shift.date_local in dates)
    return steps * instance.step_minutes / 60
