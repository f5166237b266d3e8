"""Paid hours per plan week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from solver.constraints import Constraint, PaidStepsPerWeek
from solver.rule import RULES
from solver.walk import agents_of, hours_text, plan_shifts
from wfm.domain.people import Agent, BlockedTime
from wfm.domain.roster import PlannedDay, Roster, RosterInstance, Shift, Violation

DAYS_PER_WEEK = 7
_LOWERING = frozenset({"time_off", "holiday", "not_employed"})


@RULES.add("weekly_hours")
@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """Paid hours of each plan week lie between *min_hours* and *max_hours*.

    Paid leave counts with its credited minutes. The minimum holds for a whole week of
    seven dates and falls by a seventh for each date that is not planned, or is taken
    up whole by an absence without credit (unpaid leave, a holiday that closes the
    site, not employed). Credit alone never breaks the maximum.
    """

    name: ClassVar[str] = "weekly_hours"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{min_hours: 32, max_hours: 40}"
    min_hours: float = 0.0
    max_hours: float
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_hours <= self.max_hours:
            msg = f"weekly hours of {self.min_hours} to {self.max_hours}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent and plan week."""
        step = instance.step_minutes
        low, high = round(self.min_hours * 60), round(self.max_hours * 60)
        for agent in agents_of(instance, self.agent_ids):
            for week, days in _weeks(instance, agent).items():
                credit = _credited_minutes(instance, agent, days)
                due = low * _open_days(instance, agent, days) - DAYS_PER_WEEK * credit
                yield PaidStepsPerWeek(
                    agent_id=agent.agent_id,
                    week=week,
                    min_steps=max(0, -(-due // (DAYS_PER_WEEK * step))),
                    max_steps=max(0, (high - credit) // step),
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks with too many or too few paid hours."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            for days in _weeks(instance, agent).values():
                found += self._check(instance, agent, days, shifts)
        return found

    def _check(
        self,
        instance: RosterInstance,
        agent: Agent,
        days: list[PlannedDay],
        shifts: tuple[Shift, ...],
    ) -> Iterator[Violation]:
        dates = [day.date_local for day in days]
        paid = sum(
            (span.end_idx - span.start_idx) * instance.step_minutes
            for shift in shifts
            if shift.date_local in dates
            for span in shift.spans
            if span.paid
        )
        credit, full_days = _day_by_day(instance, agent, days)
        total = paid + credit
        floor = self.min_hours * 60 * full_days / DAYS_PER_WEEK
        message = ""
        if paid and total > self.max_hours * 60 + 1e-6:
            message = f"at most {hours_text(self.max_hours * 60)} are allowed"
        elif total < floor - 1e-6:
            message = f"at least {hours_text(floor)} are due"
        if message:
            yield Violation(
                rule=self.name,
                agent_id=agent.agent_id,
                date_local=dates[0],
                start_idx=days[0].start_idx,
                end_idx=days[-1].end_idx,
                message=f"{hours_text(total)} paid in the week, {message}",
            )


def _weeks(instance: RosterInstance, agent: Agent) -> dict[int, list[PlannedDay]]:
    weeks: dict[int, list[PlannedDay]] = {}
    for day in instance.planned_days.get(agent.agent_id, ()):
        weeks.setdefault(day.week, []).append(day)
    return weeks


def _blocks(instance: RosterInstance, agent: Agent) -> tuple[BlockedTime, ...]:
    return instance.blocked_of(agent.agent_id)


def _credited_minutes(
    instance: RosterInstance, agent: Agent, days: list[PlannedDay]
) -> int:
    """Return the paid leave of a week, for the encoder."""
    return sum(
        block.credited_minutes.get(day.date_local, 0)
        for block in _blocks(instance, agent)
        for day in days
    )


def _open_days(instance: RosterInstance, agent: Agent, days: list[PlannedDay]) -> int:
    """Return how many of *days* no absence without credit takes up, for the encoder."""
    blocks = [b for b in _blocks(instance, agent) if b.kind in _LOWERING]
    credited: set[date] = {
        d
        for block in blocks
        for d, minutes in block.credited_minutes.items()
        if minutes
    }
    return sum(day.date_local in credited or not _covered(day, blocks) for day in days)


def _covered(day: PlannedDay, blocks: list[BlockedTime]) -> bool:
    reached = day.start_idx
    for block in sorted(blocks, key=lambda b: b.start_idx):
        if block.start_idx <= reached:
            reached = max(reached, block.end_idx)
    return reached >= day.end_idx


def _day_by_day(
    instance: RosterInstance, agent: Agent, days: list[PlannedDay]
) -> tuple[int, int]:
    """Return credited minutes and days that count in full, for the checker."""
    credit = full_days = 0
    for day in days:
        absent: set[int] = set()
        of_day = 0
        lowering_credit = 0
        for block in _blocks(instance, agent):
            minutes = block.credited_minutes.get(day.date_local, 0)
            of_day += minutes
            if block.kind in _LOWERING:
                absent.update(range(block.start_idx, block.end_idx))
                lowering_credit += minutes
        credit += of_day
        is_lost = absent.issuperset(range(day.start_idx, day.end_idx))
        full_days += not is_lost or lowering_credit > 0
    return credit, full_days
