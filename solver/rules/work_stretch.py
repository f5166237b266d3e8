"""Work in one stretch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts
from solver.rule import RULES
from solver.walk import about_shift, agents_of, hours_text, plan_shifts
from wfm.calendar.catalogue import BreakWindow, ShiftOption
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

_Windows = tuple[BreakWindow, ...]


@RULES.add("work_stretch")
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStretch:
    """At most *hours* from the start or a break to the next break or the end.

    Only breaks of at least *break_minutes* count; shorter ones are part of the
    stretch. The time is elapsed time.
    """

    name: ClassVar[str] = "work_stretch"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{hours: 6, break_minutes: 30}"
    hours: float
    break_minutes: float = 15
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.hours <= 0 or self.break_minutes < 0:
            msg = f"a stretch of {self.hours} h, breaks of {self.break_minutes} min"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        narrow = partial(self._narrow, instance.step_minutes)
        for agent in agents_of(instance, self.agent_ids):
            yield ShapedShifts(agent_id=agent.agent_id, narrow=narrow)

    def _narrow(
        self, step_minutes: int, _day: date, option: ShiftOption
    ) -> Iterable[ShiftOption]:
        most = int((self.hours * 60 + 1e-6) // step_minutes)
        counting = [
            place
            for place, window in enumerate(option.breaks)
            if not window.duty
            and window.length_steps * step_minutes >= self.break_minutes
        ]
        if not counting:
            return (option,) if option.end_idx - option.start_idx <= most else ()
        breaks = _at_edges(option, counting, most)
        return [
            replace(option, breaks=windows)
            for windows in _variants(breaks, counting, most)
        ]

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts with too long a stretch."""
        found: list[Violation] = []
        for _, shifts in plan_shifts(instance, roster, self.agent_ids):
            for shift in shifts:
                longest = self._longest_minutes(instance.step_minutes, shift)
                if longest > self.hours * 60 + 1e-6:
                    message = (
                        f"{hours_text(longest)} of work without a break of "
                        f"{hours_text(self.break_minutes)}, "
                        f"{hours_text(self.hours * 60)} are allowed"
                    )
                    found.append(about_shift(self.name, shift, message))
        return found

    def _longest_minutes(self, step_minutes: int, shift: Shift) -> int:
        longest = since = 0
        for span in shift.spans:
            minutes = (span.end_idx - span.start_idx) * step_minutes
            if span.is_break and minutes >= self.break_minutes:
                since = 0
            else:
                since += minutes
            longest = max(longest, since)
        return longest


def _at_edges(option: ShiftOption, counting: list[int], most: int) -> _Windows:
    """Return the breaks, the first early and the last late enough."""
    breaks = list(option.breaks)
    first, last = breaks[counting[0]], breaks[counting[-1]]
    latest = min(first.last_idx, option.start_idx + most)
    breaks[counting[0]] = replace(first, last_idx=latest)
    last = breaks[counting[-1]]
    earliest = max(last.first_idx, option.end_idx - most - last.length_steps)
    breaks[counting[-1]] = replace(last, first_idx=earliest)
    return tuple(breaks)


def _variants(breaks: _Windows, counting: list[int], most: int) -> Iterator[_Windows]:
    """Yield windows that keep any two neighbouring breaks close enough.

    Where a late second break would be too far from an early first one, the early
    starts of the first become variants of their own.
    """
    if any(window.last_idx < window.first_idx for window in breaks):
        return
    if len(counting) < 2:
        yield breaks
        return
    one, two = counting[:2]
    before, after = breaks[one], breaks[two]
    reach = before.length_steps + most
    free_from = max(before.first_idx, after.last_idx - reach)
    for start in range(before.first_idx, min(free_from, before.last_idx + 1)):
        early = replace(before, first_idx=start, last_idx=start)
        near = replace(after, last_idx=min(after.last_idx, start + reach))
        yield from _variants(_with(breaks, {one: early, two: near}), counting[1:], most)
    rest = replace(before, first_idx=free_from)
    yield from _variants(_with(breaks, {one: rest}), counting[1:], most)


def _with(breaks: _Windows, changed: dict[int, BreakWindow]) -> _Windows:
    return tuple(changed.get(n, window) for n, window in enumerate(breaks))
