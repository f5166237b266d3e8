"""Weekends with a shift."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import Constraint, WorkedGroups
from solver.rule import RULES
from solver.walk import agents_of, carried_shifts, plan_shifts, planned_dates
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("max_weekends")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxWeekends:
    """At most *most* weekends have a shift on one of their days or on more.

    *weekdays* are the days of a weekend (0 = Monday); neighbouring ones belong
    together. *among* = k asks it of any k weekends in a row, those of the previous
    roster included; 0 of all in the plan.
    """

    name: ClassVar[str] = "max_weekends"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{most: 2, among: 4}"
    most: int
    among: int = 0
    weekdays: tuple[int, ...] = (5, 6)
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.most < 0 or self.among < 0:
            msg = f"{self.most} weekends among {self.among}"
            raise ValueError(msg)
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            msg = f"weekdays are 0 (Monday) to 6, got {self.weekdays}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent, or one per weekends in a row."""
        for agent in agents_of(instance, self.agent_ids):
            planned = planned_dates(instance, agent.agent_id)
            worked = {s.date_local for s in carried_shifts(instance, agent.agent_id)}
            weekends = self._weekends(planned | self._before(planned))
            size = int(self.among) or max(1, len(weekends))
            for n in range(max(1, len(weekends) - size + 1)):
                some = weekends[n : n + size]
                new = [group & planned for group in some if not group & worked]
                yield WorkedGroups(
                    agent_id=agent.agent_id,
                    groups=tuple(group for group in new if group),
                    max_groups=max(0, int(self.most) - len(some) + len(new)),
                )

    def _before(self, planned: frozenset[date]) -> set[date]:
        """Return the dates before the plan whose weekends count."""
        if not planned:
            return set()
        days = 7 * max(0, int(self.among) - 1) if self.among else 0
        straddling = len(self.weekdays) if self.among else 0
        return {
            min(planned) - timedelta(days=back)
            for back in range(1, days + straddling + 1)
        }

    def _weekends(self, dates: AbstractSet[date]) -> list[frozenset[date]]:
        """Return the weekends that *dates* touch, in order (encoder)."""
        groups: list[set[date]] = []
        for day in sorted(d for d in dates if d.weekday() in self.weekdays):
            if groups and day - max(groups[-1]) == timedelta(days=1):
                groups[-1].add(day)
            else:
                groups.append({day})
        return [frozenset(group) for group in groups]

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the first weekend too many of each agent."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            planned = planned_dates(instance, agent.agent_id)
            known = planned | frozenset(self._before(planned))
            carried = carried_shifts(instance, agent.agent_id)
            before = {self._begin_of(s.date_local, known) for s in carried}
            after = {self._begin_of(s.date_local, known) for s in shifts}
            begins = sorted(d for d in known if self._begins(d, known))
            worked = [begin in before | after for begin in begins]
            size = int(self.among) or len(begins)
            for n, begin in enumerate(begins):
                seen = sum(worked[max(0, n + 1 - size) : n + 1])
                if begin in after - before and seen > self.most:
                    first = max(begin, min(planned))
                    found.append(self._told(agent.agent_id, first, seen))
                    break
        return found

    def _told(self, agent_id: str, day: date, seen: int) -> Violation:
        return Violation(
            rule=self.name,
            agent_id=agent_id,
            date_local=day,
            message=f"{seen} weekends with a shift, {self.most} are allowed",
        )

    def _begins(self, day: date, known: frozenset[date]) -> bool:
        """Return whether a weekend begins on *day*."""
        before = day - timedelta(days=1)
        is_part = before in known and before.weekday() in self.weekdays
        return day.weekday() in self.weekdays and not is_part

    def _begin_of(self, day: date, known: frozenset[date]) -> date | None:
        """Return the day on which the weekend of *day* begins, if it is one's."""
        if day.weekday() not in self.weekdays or day not in known:
            return None
        while not self._begins(day, known):
            day -= timedelta(days=1)
        return day
