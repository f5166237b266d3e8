"""When shifts may start and how long they may last, by weekday."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts
from solver.kinds import Windows, is_of_kind, read_windows, shifts_of_kind, windows_text
from solver.rule import RULES
from solver.walk import about_shift, agents_of, hours_text, local_minute, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Shift, Violation

WHOLE_DAY: Windows = ((0, 1439),)
EVERY_DAY = tuple(range(7))
LONGEST_HOURS = 24.0


@RULES.add("shift_limits")
@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLimits:
    """Shifts that start on *weekdays* start in a window and last between two lengths.

    *starts* are windows on the agent's clock, ends included; *every_minutes* asks that
    they start on multiples of it after midnight. Lengths are elapsed hours. It narrows
    what the employment contract allows: for a site, for some dates, for a while.
    """

    name: ClassVar[str] = "shift_limits"
    always: ClassVar[bool] = False
    example: ClassVar[str] = (
        '{starts: ["07:00-10:00"], every_minutes: 30, weekdays: [sat, sun]}'
    )
    starts: Windows = WHOLE_DAY
    every_minutes: int = 1
    min_hours: float = 0.0
    max_hours: float = LONGEST_HOURS
    weekdays: tuple[int, ...] = EVERY_DAY
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", read_windows(self.starts, "starts"))
        if not 0 <= self.min_hours <= self.max_hours or self.every_minutes < 1:
            msg = f"{self.min_hours} to {self.max_hours} h, every {self.every_minutes}"
            raise ValueError(msg)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent; agents of one clock share what it asks."""
        narrow = {
            zone: partial(self._narrow, instance, zone)
            for zone in sorted({agent.zone for agent in instance.agents})
        }
        for agent in agents_of(instance, self.agent_ids):
            yield ShapedShifts(agent_id=agent.agent_id, narrow=narrow[agent.zone])

    def _narrow(
        self, instance: RosterInstance, zone: str, day: date, option: ShiftOption
    ) -> Iterable[ShiftOption]:
        if day.weekday() not in self.weekdays:
            return (option,)
        lengths = round(self.min_hours * 60), round(self.max_hours * 60)
        kind = shifts_of_kind(instance.grid, zone, self.starts, lengths)
        minute = local_minute(instance, option.start_idx, zone)
        is_right = kind.holds(option) and minute % self.every_minutes == 0
        return (option,) if is_right else ()

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts that start or last otherwise."""
        return [
            about_shift(self.name, shift, message)
            for agent, shifts in plan_shifts(instance, roster, self.agent_ids)
            for shift in shifts
            if shift.date_local.weekday() in self.weekdays
            if (message := self._judge(instance, agent, shift))
        ]

    def _judge(self, instance: RosterInstance, agent: Agent, shift: Shift) -> str:
        elapsed = (shift.end_idx - shift.start_idx) * instance.step_minutes
        if not is_of_kind(instance, agent, shift, self.starts):
            return f"the shift may start {windows_text(self.starts)}"
        if local_minute(instance, shift.start_idx, agent.zone) % self.every_minutes:
            return f"shifts start every {self.every_minutes} min of the day"
        if not self.min_hours * 60 - 1e-6 <= elapsed <= self.max_hours * 60 + 1e-6:
            low, high = hours_text(self.min_hours * 60), hours_text(self.max_hours * 60)
            return f"the shift lasts {hours_text(elapsed)}, allowed is {low} to {high}"
        return ""
