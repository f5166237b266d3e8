"""How early in a shift its break begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts
from solver.rule import RULES
from solver.walk import about_shift, agents_of, hours_text, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation


@RULES.add("break_by")
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakBy:
    """In longer shifts a break begins early enough.

    A shift with more than *over_hours* paid hours has a break of at least
    *break_minutes* that begins within *hours* after its start; one with more than
    *second_hours* has another that begins within *second_hours* (0: none is asked).
    """

    name: ClassVar[str] = "break_by"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{hours: 5, over_hours: 6, break_minutes: 30}"
    hours: float
    break_minutes: float = 30
    over_hours: float = 0.0
    second_hours: float = 0.0
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if min(self.hours, self.break_minutes, self.over_hours, self.second_hours) < 0:
            msg = "hours and minutes must not be negative"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        narrow = partial(self._narrow, instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            yield ShapedShifts(agent_id=agent.agent_id, narrow=narrow)

    def _limits(self, paid_minutes: float) -> tuple[float, ...]:
        """Return the minutes within which the first breaks of a shift begin."""
        limits = []
        if paid_minutes > self.over_hours * 60 + 1e-6:
            limits.append(self.hours * 60)
            if self.second_hours and paid_minutes > self.second_hours * 60 + 1e-6:
                limits.append(self.second_hours * 60)
        return tuple(limits)

    def _narrow(
        self, step_minutes: int, _day: date, option: ShiftOption
    ) -> Iterable[ShiftOption]:
        limits = self._limits(option.paid_steps * step_minutes)
        long_enough = [
            place
            for place, window in enumerate(option.breaks)
            if not window.duty
            and window.length_steps * step_minutes >= self.break_minutes
        ]
        if len(long_enough) < len(limits):
            return ()
        breaks = list(option.breaks)
        for place, limit in zip(long_enough, limits, strict=False):
            latest = option.start_idx + int((limit + 1e-6) // step_minutes)
            window = breaks[place]
            breaks[place] = replace(window, last_idx=min(window.last_idx, latest))
        if any(window.last_idx < window.first_idx for window in breaks):
            return ()
        return (replace(option, breaks=tuple(breaks)),)

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts whose breaks begin too late, or are missing."""
        return [
            about_shift(self.name, shift, message)
            for _, shifts in plan_shifts(instance, roster, self.agent_ids)
            for shift in shifts
            if (message := self._judge(instance.step_minutes, shift))
        ]

    def _judge(self, step_minutes: int, shift: Shift) -> str:
        begins = [
            (span.start_idx - shift.start_idx) * step_minutes
            for span in shift.spans
            if span.is_break
            and (span.end_idx - span.start_idx) * step_minutes >= self.break_minutes
        ]
        work = shift.paid_steps * step_minutes
        for number, (limit, over) in enumerate(
            ((self.hours, self.over_hours), (self.second_hours, self.second_hours))
        ):
            is_asked = number == 0 or (limit > 0 and work > self.over_hours * 60)
            in_time = [begin for begin in begins if begin <= limit * 60]
            if is_asked and work > over * 60 and len(in_time) <= number:
                which = "a break" if number == 0 else "a second break"
                return (
                    f"{hours_text(work)} of work without {which} of "
                    f"{hours_text(self.break_minutes)} that begins within "
                    f"{hours_text(limit * 60)}"
                )
        return ""
