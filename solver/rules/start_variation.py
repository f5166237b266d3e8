"""How far the starts of a week's shifts lie apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, Spanned
from solver.rule import RULES
from solver.walk import agents_of, hours_text, local_minute, minute_since, plan_shifts
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

_Range = tuple[int, int, int]  # plan week, earliest and latest start in it
NO_WEEK: _Range = (-1, 0, 0)


@RULES.add("start_variation")
@dataclass(frozen=True, slots=True, kw_only=True)
class StartVariation:
    """The starts of an agent's shifts in a plan week differ by at most *minutes*.

    Starts are times on the agent's clock, counted from *day_begins_hour*: with 4, a
    start at 03:30 is later than one at 22:00.
    """

    name: ClassVar[str] = "start_variation"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{minutes: 120}"
    minutes: float
    day_begins_hour: float = 4.0
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.minutes < 0 or not 0 <= self.day_begins_hour < 24:
            msg = f"{self.minutes} min, days that begin at {self.day_begins_hour}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one machine per agent: it remembers the range of the week's starts."""
        for agent in agents_of(instance, self.agent_ids):
            yield self._machine(instance, agent)

    def _machine(self, instance: RosterInstance, agent: Agent) -> DayPattern:
        planned = instance.planned_days.get(agent.agent_id, ())
        week_of = {day.date_local: day.week for day in planned}
        minute_of = cache(partial(minute_since, instance, agent, self.day_begins_hour))

        def letter(_day: date, shift: Spanned | None) -> int | None:
            return None if shift is None else minute_of(shift.start_idx)

        def step(state: _Range, day: date, start: int | None) -> _Range | None:
            week = week_of.get(day, state[0])
            if start is None:
                return state if week == state[0] else NO_WEEK
            _, low, high = state if state[0] == week else (week, start, start)
            low, high = min(low, start), max(high, start)
            return (week, low, high) if high - low <= self.minutes else None

        return DayPattern(
            agent_id=agent.agent_id,
            start=NO_WEEK,
            letter=letter,
            step=step,
            alike=(self, agent.zone, tuple(sorted(week_of.items()))),
        )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks whose starts lie too far apart."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            days = instance.planned_days.get(agent.agent_id, ())
            for week in sorted({day.week for day in days}):
                dates = {day.date_local for day in days if day.week == week}
                starts = {
                    self._clock(instance, agent, shift): shift.date_local
                    for shift in shifts
                    if shift.date_local in dates
                }
                if not starts:
                    continue
                apart = max(starts) - min(starts)
                if apart > self.minutes + 1e-6:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=max(starts[max(starts)], starts[min(starts)]),
                            message=f"starts of the week {hours_text(apart)} apart, "
                            f"{hours_text(self.minutes)} are allowed",
                        )
                    )
        return found

    def _clock(self, instance: RosterInstance, agent: Agent, shift: Shift) -> int:
        """Return when a shift starts; early hours are those of the day before."""
        minute = local_minute(instance, shift.start_idx, agent.zone)
        is_early = minute < self.day_begins_hour * 60
        return minute + MINUTES_PER_DAY if is_early else minute
