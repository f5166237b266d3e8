"""People who work the same shifts, or on the same days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from solver.constraints import Constraint, Together
from solver.rule import RULES
from solver.walk import planned_dates
from wfm.domain.roster import PlannedDay, Roster, RosterInstance, Shift, Violation


@RULES.add("together")
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTogether:
    """Those of each of *groups* (lists of agent ids) have like shifts on each date.

    With *of* = ``shift`` their shifts of a date start and end together (breaks may
    differ), with ``day`` all of them work on the date or none. Who is absent for a
    whole date (time off, not available, not employed) is left out of it; the others
    stay together.
    """

    name: ClassVar[str] = "together"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{groups: [[A1, A2]], of: shift}"
    groups: tuple[tuple[str, ...], ...]
    of: Literal["shift", "day"] = "shift"
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.of not in ("shift", "day"):
            msg = f"of is shift or day, got {self.of!r}"
            raise ValueError(msg)
        if any(len(set(group)) < 2 for group in self.groups):
            msg = "a group has at least two people"
            raise ValueError(msg)

    # ------------------------------------------------------------------ encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record for each set of people who are there, with its dates."""
        for group in self.groups:
            there: dict[date, list[str]] = {}
            for name in dict.fromkeys(group):
                away = _dates_away(instance, name)
                for day in planned_dates(instance, name) - away:
                    there.setdefault(day, []).append(name)
            for names in sorted({tuple(names) for names in there.values()}):
                if len(names) > 1:
                    yield Together(
                        agent_ids=names,
                        dates=frozenset(
                            d for d, who in there.items() if tuple(who) == names
                        ),
                        of=self.of,
                    )

    # ------------------------------------------------------------------ checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the dates on which somebody differs from the first who is there."""
        shifts: dict[tuple[str, date], list[Shift]] = {}
        for shift in roster.shifts:
            shifts.setdefault((shift.agent_id, shift.date_local), []).append(shift)
        found: list[Violation] = []
        for group in self.groups:
            days = {
                day.date_local
                for name in group
                for day in instance.planned_days.get(name, ())
            }
            for day in sorted(days):
                names = [n for n in dict.fromkeys(group) if _is_there(instance, n, day)]
                for name in names[1:]:
                    one = shifts.get((names[0], day), [])
                    two = shifts.get((name, day), [])
                    if self._differ(one, two):
                        found.append(self._told(names[0], name, day, [*one, *two]))
        return found

    def _differ(self, one: list[Shift], two: list[Shift]) -> bool:
        if self.of == "day":
            return bool(one) != bool(two)
        return [(s.start_idx, s.end_idx) for s in one] != [
            (s.start_idx, s.end_idx) for s in two
        ]

    def _told(self, one: str, two: str, day: date, shifts: list[Shift]) -> Violation:
        what = "the same shift" if self.of == "shift" else "on the same days"
        return Violation(
            rule=self.name,
            agent_id=two,
            date_local=day,
            start_idx=min(shift.start_idx for shift in shifts),
            end_idx=max(shift.end_idx for shift in shifts),
            message=f"{two} does not work {what} as {one}"
            if self.of == "shift"
            else f"{one} and {two} do not work {what}",
        )


def _dates_away(instance: RosterInstance, agent_id: str) -> frozenset[date]:
    """Return the dates that absences cover wholly (encoder)."""
    blocks = sorted(
        (block.start_idx, block.end_idx)
        for block in instance.blocked
        if block.agent_id == agent_id
    )
    return frozenset(
        day.date_local
        for day in instance.planned_days.get(agent_id, ())
        if _reach(blocks, day) >= day.end_idx
    )


def _reach(blocks: list[tuple[int, int]], day: PlannedDay) -> int:
    """Return up to where absences cover the day without a gap."""
    at = day.start_idx
    for start, end in blocks:
        if start <= at:
            at = max(at, end)
    return at


def _is_there(instance: RosterInstance, agent_id: str, day: date) -> bool:
    """Return whether somebody has a step of the date without absence (checker)."""
    steps = {
        t
        for planned in instance.planned_days.get(agent_id, ())
        if planned.date_local == day
        for t in range(planned.start_idx, planned.end_idx)
    }
    for block in instance.blocked:
        if block.agent_id == agent_id:
            steps.difference_update(range(block.start_idx, block.end_idx))
    return bool(steps)
