"""How far the starts of one week lie from those of the week before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import pairwise
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, Spanned
from solver.rule import RULES
from solver.walk import (
    agents_of,
    carried_shifts,
    hours_text,
    local_minute,
    minute_since,
    plan_shifts,
)
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.domain.people import Agent
from wfm.domain.roster import PlannedDay, Roster, RosterInstance, Shift, Violation

_DAYS_PER_WEEK = 7
_Starts = tuple[int | None, int | None]
"""Earliest start of the last week with shifts, and of the present one so far."""


@RULES.add("start_change")
@dataclass(frozen=True, slots=True, kw_only=True)
class StartChange:
    """The earliest starts of an agent's weeks differ by at most *minutes*.

    Each plan week with shifts is compared with the last one before it that has any;
    the week before the plan is that of the previous roster. Starts are times on the
    agent's clock, counted from *day_begins_hour*. Within a week ``start_variation``
    keeps starts together.
    """

    name: ClassVar[str] = "start_change"
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
        """Yield one machine per agent: it remembers two weeks' earliest starts."""
        for agent in agents_of(instance, self.agent_ids):
            yield self._machine(instance, agent)

    def _machine(self, instance: RosterInstance, agent: Agent) -> DayPattern:
        planned = instance.planned_days.get(agent.agent_id, ())
        ends = _last_dates(planned)
        minute_of = cache(partial(minute_since, instance, agent, self.day_begins_hour))

        def letter(_day: date, shift: Spanned | None) -> int | None:
            return None if shift is None else minute_of(shift.start_idx)

        def step(state: _Starts, day: date, start: int | None) -> _Starts | None:
            before, now = state
            if start is not None:
                now = start if now is None else min(now, start)
            if day not in ends or now is None:
                return before, now
            is_near = before is None or abs(now - before) <= self.minutes
            return (now, None) if is_near else None

        carried = _week_before(instance, agent)
        return DayPattern(
            agent_id=agent.agent_id,
            start=(min((minute_of(s.start_idx) for s in carried), default=None), None),
            letter=letter,
            step=step,
            alike=(self, agent.zone, ends),
        )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks that start too far from the one before."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            week_of = {
                day.date_local: day.week
                for day in instance.planned_days.get(agent.agent_id, ())
            }
            weeks: dict[int, list[Shift]] = {-1: list(_week_before(instance, agent))}
            for shift in shifts:
                weeks.setdefault(week_of[shift.date_local], []).append(shift)
            worked = [own for _, own in sorted(weeks.items()) if own]
            for before, now in pairwise(worked):
                one, two = (
                    self._earliest(instance, agent, own) for own in (before, now)
                )
                apart = abs(one[0] - two[0])
                if apart > self.minutes + 1e-6:
                    found.append(self._told(agent, two[1], apart))
        return found

    def _earliest(
        self, instance: RosterInstance, agent: Agent, shifts: list[Shift]
    ) -> tuple[int, date]:
        """Return when the earliest shift starts, and on which date."""
        starts = []
        for shift in shifts:
            minute = local_minute(instance, shift.start_idx, agent.zone)
            if minute < self.day_begins_hour * 60:
                minute += MINUTES_PER_DAY
            starts.append((minute, shift.date_local))
        return min(starts)

    def _told(self, agent: Agent, day: date, apart: int) -> Violation:
        return Violation(
            rule=self.name,
            agent_id=agent.agent_id,
            date_local=day,
            message=f"the week's earliest start is {hours_text(apart)} from that of "
            f"the week before, {hours_text(self.minutes)} are allowed",
        )


def _last_dates(planned: tuple[PlannedDay, ...]) -> frozenset[date]:
    """Return the last date of each plan week."""
    last: dict[int, date] = {}
    for day in planned:
        last[day.week] = max(day.date_local, last.get(day.week, date.min))
    return frozenset(last.values())


def _week_before(instance: RosterInstance, agent: Agent) -> tuple[Shift, ...]:
    """Return the previous roster's shifts of the week before the plan."""
    planned = instance.planned_days.get(agent.agent_id, ())
    first = min((day.date_local for day in planned), default=date.min)
    return tuple(
        shift
        for shift in carried_shifts(instance, agent.agent_id)
        if 0 < (first - shift.date_local).days <= _DAYS_PER_WEEK
    )
