"""Weekends are worked whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, Spanned
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, plan_shifts, planned_dates
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation

_DAY = timedelta(days=1)


@RULES.add("whole_weekends")
@dataclass(frozen=True, slots=True, kw_only=True)
class WholeWeekends:
    """Neighbouring dates of a weekend all start a shift, or none does.

    *weekdays* are the days of a weekend (0 = Monday). A weekend that begins before the
    plan goes on as the previous roster began it, where there is one for the agent.
    """

    name: ClassVar[str] = "whole_weekends"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{weekdays: [sat, sun]}"
    weekdays: tuple[int, ...] = (5, 6)
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            msg = f"weekdays are 0 (Monday) to 6, got {self.weekdays}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one machine per agent: it remembers the weekend's last date."""
        for agent in agents_of(instance, self.agent_ids):
            yield DayPattern(
                agent_id=agent.agent_id,
                start=self._before(instance, agent),
                letter=_works,
                step=self._step,
                alike=self,
            )

    def _before(self, instance: RosterInstance, agent: Agent) -> bool | str:
        """Return whether the date before the plan was worked, or that it is open."""
        carried = {s.date_local for s in carried_shifts(instance, agent.agent_id)}
        first = min(planned_dates(instance, agent.agent_id), default=date.max)
        before = first - _DAY
        if not carried or before.weekday() not in self.weekdays:
            return "open"
        return before in carried

    def _step(self, state: bool | str, day: date, works: bool) -> bool | str | None:
        if day.weekday() not in self.weekdays:
            return "open"
        return works if state in ("open", works) else None

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the dates on which a weekend changes from worked to free or back."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            carried = {s.date_local for s in carried_shifts(instance, agent.agent_id)}
            worked = carried | {shift.date_local for shift in shifts}
            planned = planned_dates(instance, agent.agent_id)
            for day in sorted(planned):
                before = day - _DAY
                is_known = before in planned or bool(carried)
                both = {day.weekday(), before.weekday()} <= set(self.weekdays)
                if is_known and both and (day in worked) != (before in worked):
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=day,
                            message="one date of the weekend is worked and its "
                            "neighbour is free",
                        )
                    )
        return found


def _works(_day: date, shift: Spanned | None) -> bool:
    return shift is not None
