"""Days at home and days on site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, DayPattern, ShapedShifts, Spanned
from solver.rule import RULES
from solver.walk import about_shift, agents_of, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import Agent
from wfm.domain.roster import HOME, Roster, RosterInstance, Shift, Violation

_DAYS_PER_WEEK = 7
_Week = tuple[int, int, int, int]
"""Days at home and on site so far, and how many might have been either."""
NO_DAYS: _Week = (0, 0, 0, 0)


@RULES.add("home_days")
@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDays:
    """Of a plan week's shifts so many are worked at home, the others on site.

    *max_home* (0: nobody works at home) and *max_site* are limits in any week.
    *min_site* and *min_home* give way where too few shifts are worked, or too few of
    those that are free to be one or the other; days on site come first. On *site_on*
    everybody who works is on site, on *home_on* at home. It is about people who have a
    seat: remote ones are at home always, and their shifts say nothing of it.
    """

    name: ClassVar[str] = "home_days"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "{max_home: 3, site_on: [tue]}"
    max_home: int = 0
    min_home: int = 0
    min_site: int = 0
    max_site: int = _DAYS_PER_WEEK
    site_on: tuple[int, ...] = ()
    home_on: tuple[int, ...] = ()
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        limits = (self.min_home, self.max_home, self.min_site, self.max_site)
        if any(days != int(days) or days < 0 for days in limits):
            msg = f"{limits} are not four numbers of days"
            raise ValueError(msg)
        if self.min_home > self.max_home or self.min_site > self.max_site:
            msg = f"at least {limits[0]} and {limits[2]} days, at most {limits[1::2]}"
            raise ValueError(msg)
        others = (self.min_site, self.max_site < _DAYS_PER_WEEK, *self.home_on)
        if not self.max_home and any(others):
            msg = "say in max_home how many days a week may be worked at home"
            raise ValueError(msg)
        both = {*self.site_on} & {*self.home_on}
        if both or not {*self.site_on, *self.home_on} <= set(range(_DAYS_PER_WEEK)):
            msg = f"on site on weekdays {self.site_on}, at home on {self.home_on}"
            raise ValueError(msg)

    # ---------------------------------------------------------------- encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield both places for each shift, and one machine that counts days."""
        if not self.max_home:
            return
        for agent in agents_of(instance, self.agent_ids):
            if not agent.remote:
                yield ShapedShifts(agent_id=agent.agent_id, narrow=self._places)
                yield self._machine(instance, agent)

    def _places(self, day: date, option: ShiftOption) -> Iterable[ShiftOption]:
        if day.weekday() not in self.home_on and option.where != HOME:
            yield option
        if day.weekday() not in self.site_on:
            yield replace(option, where=HOME)

    def _machine(self, instance: RosterInstance, agent: Agent) -> DayPattern:
        planned = instance.planned_days.get(agent.agent_id, ())
        week_of = {day.date_local: day.week for day in planned}
        last = {week: day for day, week in sorted(week_of.items())}
        ends = frozenset(last.values())
        return DayPattern(
            agent_id=agent.agent_id,
            start=NO_DAYS,
            letter=_place_of,
            step=partial(self._step, ends),
            alike=(self, ends),
        )

    def _step(
        self, ends: frozenset[date], state: _Week, day: date, place: str | None
    ) -> _Week | None:
        home, site, may_home, may_site = state
        if place is not None:
            home, site = home + (place == HOME), site + (place != HOME)
            may_home += day.weekday() not in self.site_on
            may_site += day.weekday() not in self.home_on
        if home > self.max_home or site > self.max_site:
            return None
        if day not in ends:
            return home, site, may_home, may_site
        due_site = min(self.min_site, may_site)
        due_home = min(self.min_home, may_home, home + site - due_site)
        return NO_DAYS if home >= due_home and site >= due_site else None

    # ---------------------------------------------------------------- checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return shifts in the wrong place, and weeks with too many or too few."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            found += [
                about_shift(self.name, shift, message)
                for shift in shifts
                if (message := self._misplaced(agent, shift))
            ]
            if self.max_home and not agent.remote:
                found += self._of_weeks(instance, agent, shifts)
        return found

    def _misplaced(self, agent: Agent, shift: Shift) -> str:
        weekday = shift.date_local.weekday()
        if shift.where == HOME:
            if agent.remote or not self.max_home:
                return "the shift is marked as one at home, which is not provided for"
            return "at home on a day on site" if weekday in self.site_on else ""
        is_bound = self.max_home and not agent.remote and weekday in self.home_on
        return "on site on a day at home" if is_bound else ""

    def _of_weeks(
        self, instance: RosterInstance, agent: Agent, shifts: tuple[Shift, ...]
    ) -> Iterator[Violation]:
        weeks: dict[int, list[date]] = {}
        for day in instance.planned_days.get(agent.agent_id, ()):
            weeks.setdefault(day.week, []).append(day.date_local)
        for dates in weeks.values():
            own = [shift for shift in shifts if shift.date_local in dates]
            message = self._judge(own)
            if message:
                yield Violation(
                    rule=self.name,
                    agent_id=agent.agent_id,
                    date_local=own[0].date_local,
                    message=message,
                )

    def _judge(self, own: list[Shift]) -> str:
        """Return what is wrong with the shifts of one week."""
        home = [shift for shift in own if shift.where == HOME]
        num_home, num_site = len(home), len(own) - len(home)
        if num_home > self.max_home:
            return f"{num_home} days at home, {self.max_home} are allowed"
        if num_site > self.max_site:
            return f"{num_site} days on site, {self.max_site} are allowed"
        weekdays = [shift.date_local.weekday() for shift in own]
        bound_home = sum(weekday in self.home_on for weekday in weekdays)
        bound_site = sum(weekday in self.site_on for weekday in weekdays)
        if num_site < self.min_site and num_home > bound_home:
            return f"{num_site} days on site, {self.min_site} are due"
        # A day on site may be moved home if it is not bound, nor due on site.
        spare = num_site - max(bound_site, min(self.min_site, len(own) - bound_home))
        if num_home < self.min_home and spare > 0:
            return f"{num_home} days at home, {self.min_home} are due"
        return ""


def _place_of(_day: date, shift: Spanned | None) -> str | None:
    """Return where a date's shift is worked, ``None`` on a free date."""
    if shift is None:
        return None
    return HOME if HOME in shift.marks else ""
