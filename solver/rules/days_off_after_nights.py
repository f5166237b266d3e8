"""Free dates after a run of night shifts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, Spanned
from solver.nights import NIGHT_SHIFT_HOURS, is_night_shift, night_letter
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, plan_shifts, planned_dates
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation

_FREE, _OTHER, _NIGHT = range(3)
_State = tuple[int, int]  # nights in a row, dates that are still to be free


@RULES.add("days_off_after_nights")
@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOffAfterNights:
    """After at least *nights* night shifts on dates in a row, *days* dates are free.

    A night shift is on shift for at least *hours* of the site's night, breaks included.
    Nights of the previous roster count.
    """

    name: ClassVar[str] = "days_off_after_nights"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{nights: 3, days: 2}"
    nights: int
    days: int
    hours: float = NIGHT_SHIFT_HOURS
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        whole = self.nights == int(self.nights) and self.days == int(self.days)
        if self.nights < 1 or self.days < 1 or not whole or self.hours <= 0:
            msg = f"{self.days} days off after {self.nights} nights of {self.hours} h"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one machine per agent."""
        for agent in agents_of(instance, self.agent_ids):
            yield self._machine(instance, agent)

    def _machine(self, instance: RosterInstance, agent: Agent) -> DayPattern:
        is_night = night_letter(instance, agent, self.hours)

        def letter(_day: date, shift: Spanned | None) -> int:
            if shift is None:
                return _FREE
            return _NIGHT if is_night(shift) else _OTHER

        def step(state: _State, _day: date, read: int) -> _State | None:
            after, is_broken = self._after(state, read)
            return None if is_broken else after

        carried = {
            shift.date_local: letter(shift.date_local, shift)
            for shift in carried_shifts(instance, agent.agent_id)
        }
        first = min(planned_dates(instance, agent.agent_id), default=date.max)
        return DayPattern(
            agent_id=agent.agent_id,
            start=self._before(carried, first),
            letter=letter,
            step=step,
            alike=(self, agent.site_id, agent.zone),
        )

    def _before(self, carried: Mapping[date, int], first: date) -> _State:
        """Return the state that the previous roster leaves for the date *first*."""
        day = min((d for d in carried if d < first), default=first)
        state = (0, 0)
        while day < first:
            state, _ = self._after(state, carried.get(day, _FREE))
            day += timedelta(days=1)
        return state

    def _after(self, state: _State, read: int) -> tuple[_State, bool]:
        """Return the state after a date, and whether a date off was worked."""
        run, due = state
        is_broken = due > 0 and read != _FREE
        due = max(0, due - 1)
        if read == _NIGHT:
            return (min(run + 1, int(self.nights)), due), is_broken
        if run >= self.nights:
            return (0, max(due, int(self.days) - 1)), is_broken or read != _FREE
        return (0, due), is_broken

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts too soon after nights."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            everything = (*carried_shifts(instance, agent.agent_id), *shifts)
            dark = {
                shift.date_local
                for shift in everything
                if is_night_shift(instance, agent, shift, self.hours)
            }
            worked = {shift.date_local for shift in shifts}
            for day in sorted(worked):
                run = self._nights_before(day, dark)
                if run:
                    found.append(
                        Violation(
                            rule=self.name,
                            agent_id=agent.agent_id,
                            date_local=day,
                            message=f"a shift after {run} night shifts in a row, "
                            f"{self.days} days off are due",
                        )
                    )
        return found

    def _nights_before(self, day: date, dark: set[date]) -> int:
        """Return the length of the run after which *day* should be free, or 0."""
        for back in range(1, int(self.days) + 1):
            last = day - timedelta(days=back)
            if last not in dark or last + timedelta(days=1) in dark:
                continue
            run = 1
            while last - timedelta(days=run) in dark:
                run += 1
            if run >= self.nights:
                return run
        return 0
