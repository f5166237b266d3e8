"""Dates on which all of a site works at home, whichever the roster chooses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from solver.constraints import CommonDates, Constraint, ShiftSet
from solver.rule import RULES, require_whole_days
from solver.walk import agents_of, plan_shifts
from wfm.calendar.local import day_range
from wfm.domain.roster import HOME, Roster, RosterInstance, Violation

_SiteWeek = tuple[str, int]


@dataclass(slots=True)
class _Found:
    """Of a site's week: who has a seat, and the dates that may be chosen."""

    people: set[str]
    dates: set[date]


@RULES.add("site_at_home")
@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAtHome:
    """On so many dates of each plan week nobody of a site is there.

    The roster chooses them out of *weekdays*; a week that has fewer of these has all of
    them. Whoever has a seat works at home then, as the rule ``home_days`` allows, or
    not at all; remote people are at home always.
    """

    name: ClassVar[str] = "site_at_home"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{dates: 1, weekdays: [mon, fri]}"
    dates: int = 1
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        require_whole_days(self.dates, "dates")
        if not {*self.weekdays} <= set(range(7)) or self.dates > len({*self.weekdays}):
            msg = f"{self.dates} dates a week out of weekdays {self.weekdays}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record for each site and plan week."""
        found: dict[_SiteWeek, _Found] = {}
        for agent in agents_of(instance, self.agent_ids):
            if agent.remote:
                continue
            for day in instance.planned_days.get(agent.agent_id, ()):
                if day.date_local.weekday() in self.weekdays:
                    key = agent.site_id, day.week
                    own = found.setdefault(key, _Found(set(), set()))
                    own.people.add(agent.agent_id)
                    own.dates.add(day.date_local)
        for _, own in sorted(found.items()):
            yield CommonDates(
                agent_ids=frozenset(own.people),
                dates=frozenset(own.dates),
                shifts=ShiftSet(marks=frozenset({HOME})),
                least=min(int(self.dates), len(own.dates)),
            )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the weeks in which somebody is at the site too often."""
        open_dates: dict[_SiteWeek, dict[date, int]] = {}
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            if agent.remote:
                continue
            for day in instance.planned_days.get(agent.agent_id, ()):
                if day.date_local.weekday() not in self.weekdays:
                    continue
                there = [s for s in shifts if s.date_local == day.date_local]
                heads = open_dates.setdefault((agent.site_id, day.week), {})
                heads.setdefault(day.date_local, 0)
                heads[day.date_local] += sum(shift.where != HOME for shift in there)
        return [
            self._told(instance, site_id, heads)
            for (site_id, _), heads in sorted(open_dates.items())
            if list(heads.values()).count(0) < min(self.dates, len(heads))
        ]

    def _told(
        self, instance: RosterInstance, site_id: str, heads: dict[date, int]
    ) -> Violation:
        zone = instance.sites[site_id].zone
        free = list(heads.values()).count(0)
        return Violation(
            rule=self.name,
            date_local=min(heads),
            start_idx=day_range(instance.grid, min(heads), zone)[0],
            end_idx=day_range(instance.grid, max(heads), zone)[1],
            message=f"nobody is at {site_id} on {free} dates of the week, "
            f"{min(self.dates, len(heads))} are due",
        )
