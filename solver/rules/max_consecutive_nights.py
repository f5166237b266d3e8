"""Runs of dates with a night shift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, Spanned
from solver.nights import NIGHT_SHIFT_HOURS, is_night_shift, night_letter
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("max_consecutive_nights")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxConsecutiveNights:
    """At most *nights* local dates in a row on which a night shift starts.

    A night shift is on shift for at least *hours* of the site's night, breaks included.
    Dates of the previous roster lengthen the run.
    """

    name: ClassVar[str] = "max_consecutive_nights"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{nights: 4}"
    nights: int
    hours: float = NIGHT_SHIFT_HOURS
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.nights < 0 or self.nights != int(self.nights) or self.hours <= 0:
            msg = f"{self.nights} nights in a row of {self.hours} h"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one machine per agent: it counts the nights in a row."""
        for agent in agents_of(instance, self.agent_ids):
            yield self._machine(instance, agent)

    def _machine(self, instance: RosterInstance, agent: Agent) -> DayPattern:
        is_night, most = night_letter(instance, agent, self.hours), int(self.nights)

        def letter(_day: date, shift: Spanned | None) -> bool:
            return shift is not None and is_night(shift)

        def step(run: int, _day: date, dark: bool) -> int | None:
            if not dark:
                return 0
            return run + 1 if run < most else None

        carried = carried_shifts(instance, agent.agent_id)
        dark_dates = {shift.date_local for shift in carried if is_night(shift)}
        planned = instance.planned_days.get(agent.agent_id, ())
        before = min((d.date_local for d in planned), default=date.max)
        run = 0
        while before - timedelta(days=run + 1) in dark_dates:
            run += 1
        return DayPattern(
            agent_id=agent.agent_id,
            start=run,
            letter=letter,
            step=step,
            alike=(self, agent.site_id, agent.zone),
        )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the first night too many of each run."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            everything = (*carried_shifts(instance, agent.agent_id), *shifts)
            dark = {
                shift.date_local
                for shift in everything
                if is_night_shift(instance, agent, shift, self.hours)
            }
            planned = {shift.date_local for shift in shifts}
            for first in sorted(d for d in dark if d - timedelta(days=1) not in dark):
                run = [first]
                while run[-1] + timedelta(days=1) in dark:
                    run.append(run[-1] + timedelta(days=1))
                too_many = [day for day in run[int(self.nights) :] if day in planned]
                if too_many:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=too_many[0],
                            message=f"{len(run)} night shifts in a row, "
                            f"{self.nights} are allowed",
                        )
                    )
        return found
