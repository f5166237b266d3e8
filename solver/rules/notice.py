"""Notice: shifts that people have been told stay, unless they agree to a change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from solver.constraints import (
    Constraint,
    LockedShifts,
    ShapedShifts,
    ShiftCount,
    ShiftSet,
)
from solver.rule import RULES, require_whole_days
from solver.walk import about_shift, agents_of, plan_shifts
from wfm.calendar.catalogue import ShiftOption, shift_options
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

EVERYBODY = "all"
_Days = dict[date, Shift | None]


@dataclass(frozen=True, slots=True)
class _Told:
    """An agent's dates within notice: those that stay, and those lost to an absence."""

    stay: _Days
    lost: frozenset[date]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Lets pass what was published for the dates within notice."""

    told: frozenset[tuple[date, int, int, str]]
    dates: frozenset[date]

    def narrow(self, day: date, option: ShiftOption) -> Iterable[ShiftOption]:
        """Return *option* if the date is open to change, or if it is as published."""
        shape = day, option.start_idx, option.end_idx, option.where
        return (option,) if day not in self.dates or shape in self.told else ()


@RULES.add("notice")
@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Within *days* of today, shifts of the published roster change by consent only.

    On a date that lies less than so many days ahead an agent works the published shift
    (its breaks may move), or is free if none was published. *consent* lists who has
    agreed to be asked: agent ids, one date of somebody as ``"A7 2026-10-29"``, or
    ``all``. A shift that meets an absence of its agent may be dropped, and locked
    shifts stand as they are. Without a published roster of the plan nothing is bound.
    *today* (an ISO date) is counted from, by default the planner's own.
    """

    name: ClassVar[str] = "notice"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{days: 14, consent: [A1]}"
    days: int
    consent: tuple[str, ...] = ()
    today: str = ""
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        require_whole_days(self.days, "days of notice")
        for entry in self.consent:
            _, _, day = entry.partition(" ")
            if day:
                date.fromisoformat(day)
        if self.today:
            date.fromisoformat(self.today)

    def _is_bound(self, instance: RosterInstance, agent_id: str, day: date) -> bool:
        today = date.fromisoformat(self.today) if self.today else instance.today
        if today is None or day >= today + timedelta(days=self.days):
            return False
        agreed = {EVERYBODY, agent_id, f"{agent_id} {day.isoformat()}"}
        return agreed.isdisjoint(self.consent)

    # ------------------------------------------------------------------ encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield what each agent's dates may hold, and how many shifts they have."""
        if instance.published is None:
            return
        published = {(s.agent_id, s.date_local): s for s in instance.published}
        for agent in agents_of(instance, self.agent_ids):
            told = self._told(instance, agent, published)
            yield from _records(instance, agent, told)

    def _told(
        self,
        instance: RosterInstance,
        agent: Agent,
        published: dict[tuple[str, date], Shift],
    ) -> _Told:
        locked = {s.date_local for s in instance.locked if s.agent_id == agent.agent_id}
        blocks = instance.blocked_of(agent.agent_id)
        stay: _Days = {}
        lost: set[date] = set()
        for planned in instance.planned_days.get(agent.agent_id, ()):
            day = planned.date_local
            if day in locked or not self._is_bound(instance, agent.agent_id, day):
                continue
            stay[day] = shift = published.get((agent.agent_id, day))
            if shift is not None and any(
                block.start_idx < shift.end_idx and shift.start_idx < block.end_idx
                for block in blocks
            ):
                lost.add(day)
        return _Told(stay, frozenset(lost))

    # ------------------------------------------------------------------ checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the dates within notice that are not as published."""
        if instance.published is None:
            return []
        found: list[Violation] = []
        before = Roster(shifts=instance.published).by_agent()
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            held = {
                s.date_local for s in instance.locked if s.agent_id == agent.agent_id
            }
            for planned in instance.planned_days.get(agent.agent_id, ()):
                day = planned.date_local
                if day in held or not self._is_bound(instance, agent.agent_id, day):
                    continue
                old = [s for s in before.get(agent.agent_id, ()) if s.date_local == day]
                new = [s for s in shifts if s.date_local == day]
                if _shapes(old) != _shapes(new) and (
                    new or not _meets_absence(instance, old)
                ):
                    found.append(self._breach(agent, day, old, new))
        return found

    def _breach(
        self, agent: Agent, day: date, old: list[Shift], new: list[Shift]
    ) -> Violation:
        what = "another shift than" if old and new else "a shift beyond" if new else ""
        words = f"{what} what was published" if what else "the published shift is gone"
        message = f"{words}, within {self.days} days' notice and without consent"
        if new or old:
            return about_shift(self.name, (new or old)[0], message)
        return Violation(
            rule=self.name, agent_id=agent.agent_id, date_local=day, message=message
        )


def _records(
    instance: RosterInstance, agent: Agent, told: _Told
) -> Iterator[Constraint]:
    name, stay = agent.agent_id, told.stay
    if not stay:
        return
    shifts = [shift for shift in stay.values() if shift is not None]
    shapes = frozenset((s.date_local, s.start_idx, s.end_idx, s.where) for s in shifts)
    kept = _Kept(shapes, frozenset(stay))
    yield ShapedShifts(agent_id=name, narrow=kept.narrow)
    due = [shift for shift in shifts if shift.date_local not in told.lost]
    strange = [shift for shift in due if not _is_offered(instance, agent, shift)]
    if strange:
        yield LockedShifts(agent_id=name, shifts=tuple(strange))
    if due:
        yield ShiftCount(
            agent_id=name,
            dates=frozenset(shift.date_local for shift in due),
            shifts=ShiftSet(),
            min_shifts=len(due),
            max_shifts=len(due),
        )


def _is_offered(instance: RosterInstance, agent: Agent, shift: Shift) -> bool:
    """Return whether a template has a shift of these times; else it is kept as is."""
    templates = instance.contracts[agent.contract_id].templates
    options = shift_options(templates, shift.date_local, agent.zone, instance.grid)
    times = shift.start_idx, shift.end_idx
    return any((option.start_idx, option.end_idx) == times for option in options)


def _shapes(shifts: list[Shift]) -> list[tuple[int, int, str]]:
    return sorted((shift.start_idx, shift.end_idx, shift.where) for shift in shifts)


def _meets_absence(instance: RosterInstance, shifts: list[Shift]) -> bool:
    """Return whether somebody is absent in a step of the shifts (checker)."""
    away = {
        (block.agent_id, t)
        for block in instance.blocked
        for t in range(block.start_idx, block.end_idx)
    }
    return any(
        (shift.agent_id, t) in away
        for shift in shifts
        for t in range(shift.start_idx, shift.end_idx)
    )
