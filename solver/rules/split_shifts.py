"""Split shifts: how many a week, and how long the time off between the parts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts, ShiftCount, ShiftSet
from solver.kinds import plan_blocks
from solver.rule import RULES
from solver.walk import about_shift, agents_of, hours_text, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import SPLIT
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

LONGEST_HOURS = 24.0


@RULES.add("split_shifts")
@dataclass(frozen=True, slots=True, kw_only=True)
class SplitShifts:
    """At most *most* shifts of a plan week are split, by a gap of so many hours.

    A split shift has two parts on one day and unpaid time off between them, which the
    shift template provides for (``split``).
    """

    name: ClassVar[str] = "split_shifts"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{most: 2, min_gap_hours: 1, max_gap_hours: 3}"
    most: int = 7
    min_gap_hours: float = 0.0
    max_gap_hours: float = LONGEST_HOURS
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.most < 0 or self.most != int(self.most):
            msg = f"{self.most} split shifts a week"
            raise ValueError(msg)
        if not 0 <= self.min_gap_hours <= self.max_gap_hours:
            msg = f"a gap of {self.min_gap_hours} to {self.max_gap_hours} h"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the gaps allowed, and one count per agent and week."""
        narrow = partial(self._narrow, instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            yield ShapedShifts(agent_id=agent.agent_id, narrow=narrow)
            for dates in plan_blocks(instance, agent, 1):
                yield ShiftCount(
                    agent_id=agent.agent_id,
                    dates=dates,
                    shifts=ShiftSet(marks=frozenset({SPLIT})),
                    min_shifts=0,
                    max_shifts=int(self.most),
                )

    def _narrow(
        self, step_minutes: int, _day: date, option: ShiftOption
    ) -> Iterable[ShiftOption]:
        gaps = [w.length_steps for w in option.breaks if w.kind == SPLIT]
        low, high = self.min_gap_hours * 60 - 1e-6, self.max_gap_hours * 60 + 1e-6
        fits = all(low <= gap * step_minutes <= high for gap in gaps)
        return (option,) if fits else ()

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return gaps of another length, and weeks with too many split shifts."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            week_of = {
                day.date_local: day.week
                for day in instance.planned_days.get(agent.agent_id, ())
            }
            count: dict[int, int] = {}
            for shift in shifts:
                minutes = _gap_minutes(instance, shift)
                if minutes is None:
                    continue
                week = week_of[shift.date_local]
                count[week] = count.get(week, 0) + 1
                if count[week] == self.most + 1:
                    message = f"more than {self.most} split shifts in the week"
                    found.append(about_shift(self.name, shift, message))
                if not self.min_gap_hours * 60 <= minutes <= self.max_gap_hours * 60:
                    message = self._gap_message(minutes)
                    found.append(about_shift(self.name, shift, message))
        return found

    def _gap_message(self, minutes: int) -> str:
        low, high = (
            hours_text(h * 60) for h in (self.min_gap_hours, self.max_gap_hours)
        )
        return f"{hours_text(minutes)} between the parts, allowed is {low} to {high}"


def _gap_minutes(instance: RosterInstance, shift: Shift) -> int | None:
    """Return the time off between the parts of a split shift, else ``None``."""
    gaps = [
        (span.end_idx - span.start_idx) * instance.step_minutes
        for span in shift.spans
        if span.activity == SPLIT
    ]
    return gaps[0] if gaps else None
