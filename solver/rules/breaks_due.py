"""Minutes of breaks by the length of the work."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts
from solver.rule import RULES
from solver.walk import about_shift, agents_of, hours_text, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

TINY = 1e-6


@RULES.add("breaks_due")
@dataclass(frozen=True, slots=True, kw_only=True)
class BreaksDue:
    """A shift has at least so many minutes of breaks as its paid hours ask for.

    *due* are pairs of hours and minutes: who is paid for more than these hours (from
    them on, if *reached*) has those minutes of breaks in all, of which each counts that
    lasts at least *min_minutes* and, where *paid* is given, is paid or unpaid.
    """

    name: ClassVar[str] = "breaks_due"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{due: [[6, 30], [9, 45]], min_minutes: 15}"
    due: tuple[tuple[float, float], ...]
    min_minutes: float = 1
    paid: bool | None = None
    reached: bool = False
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for hours, minutes in self.due:
            if min(hours, minutes) < 0:
                msg = f"{minutes} min of breaks beyond {hours} h"
                raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        narrow = partial(self._narrow, instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            yield ShapedShifts(agent_id=agent.agent_id, narrow=narrow)

    def _narrow(
        self, step_minutes: int, _day: date, option: ShiftOption
    ) -> Iterable[ShiftOption]:
        paid_minutes = option.paid_steps * step_minutes
        taken = sum(
            window.length_steps * step_minutes
            for window in option.breaks
            if not window.duty
            and window.length_steps * step_minutes >= self.min_minutes
            and self.paid in (None, window.paid)
        )
        return (option,) if taken >= self._due(paid_minutes) else ()

    def _due(self, paid_minutes: float) -> float:
        """Return the minutes of breaks that a shift needs."""
        slack = -TINY if self.reached else TINY
        asked = (m for hours, m in self.due if paid_minutes > hours * 60 + slack)
        return max(asked, default=0.0)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts with too short breaks."""
        return [
            about_shift(self.name, shift, message)
            for _, shifts in plan_shifts(instance, roster, self.agent_ids)
            for shift in shifts
            if (message := self._judge(instance.step_minutes, shift))
        ]

    def _judge(self, step_minutes: int, shift: Shift) -> str:
        work = breaks = 0
        for span in shift.spans:
            minutes = (span.end_idx - span.start_idx) * step_minutes
            work += minutes if span.paid else 0
            is_right = self.paid is None or span.paid == self.paid
            if span.is_break and minutes >= self.min_minutes and is_right:
                breaks += minutes
        for hours, minutes_due in sorted(self.due, reverse=True):
            is_due = work >= hours * 60 if self.reached else work > hours * 60
            if is_due and breaks < minutes_due:
                kind = {None: "", True: "paid ", False: "unpaid "}[self.paid]
                return (
                    f"{hours_text(breaks)} of {kind}breaks in {hours_text(work)} of "
                    f"work, {hours_text(minutes_due)} are due"
                )
        return ""
