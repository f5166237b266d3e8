"""Rotating weeks: a cycle of shift kinds and days off, agents at different offsets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts
from solver.rule import RULES
from solver.walk import about_shift, agents_of, local_minute, plan_shifts
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation

OFF, ANY = "off", "any"
_Window = tuple[int, int]


@RULES.add("rotation")
@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Each date has its place in a *cycle*: a start window, ``off``, or ``any``.

    *cycle* has one entry per day: ``"06:00-09:00"`` (starts in it, ends included, also
    past midnight), ``off`` (no shift) or ``any``. The cycle begins on the date *begins*
    and goes on for ever, from plan to plan. Agents the rule is about, in the order of
    their ids, are *offset_days* days apart in it.
    """

    name: ClassVar[str] = "rotation"
    always: ClassVar[bool] = False
    example: ClassVar[str] = (
        '{cycle: ["06:00-09:00", any, any, "06:00-22:00", any, off, off], '
        "begins: 2026-01-05}"
    )
    cycle: tuple[str, ...]
    begins: str
    offset_days: int = 0
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not self.cycle:
            msg = "a cycle without days"
            raise ValueError(msg)
        for entry in self.cycle:
            window_of(entry)
        date.fromisoformat(self.begins)

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per agent."""
        for place, agent in enumerate(self._in_order(instance)):
            yield ShapedShifts(
                agent_id=agent.agent_id,
                narrow=partial(self._narrow, instance, agent.zone, place),
            )

    def _in_order(self, instance: RosterInstance) -> list[Agent]:
        return sorted(agents_of(instance, self.agent_ids), key=lambda a: a.agent_id)

    def entry(self, place: int, day: date) -> str:
        """Return the cycle's entry for the *place*-th agent on *day*."""
        since = (day - date.fromisoformat(self.begins)).days
        return self.cycle[(since + place * int(self.offset_days)) % len(self.cycle)]

    def _narrow(
        self,
        instance: RosterInstance,
        zone: str,
        place: int,
        day: date,
        option: ShiftOption,
    ) -> Iterable[ShiftOption]:
        window = window_of(self.entry(place, day))
        if window is None:
            return ()
        low, high = window
        minute = local_minute(instance, option.start_idx, zone)
        return (option,) if (minute - low) % 1440 <= (high - low) % 1440 else ()

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the shifts that the cycle does not have."""
        order = [agent.agent_id for agent in self._in_order(instance)]
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            for shift in shifts:
                entry = self.entry(order.index(agent.agent_id), shift.date_local)
                minute = local_minute(instance, shift.start_idx, agent.zone)
                if not _may_start(entry, minute):
                    message = f"the rotation has {entry} on this date"
                    found.append(about_shift(self.name, shift, message))
        return found


def window_of(entry: str) -> _Window | None:
    """Return the start window of a cycle's entry, ``None`` for a day off.

    Raises
    ------
    ValueError
        If the entry is none of the kinds there are.
    """
    if entry == OFF:
        return None
    if entry == ANY:
        return 0, 1439
    clocks = [part.partition(":") for part in entry.split("-")]
    if len(clocks) != 2 or not all(h.isdigit() and m.isdigit() for h, _, m in clocks):
        msg = f"{entry!r} in a cycle; expected a window such as 06:00-09:00, off or any"
        raise ValueError(msg)
    low, high = (int(hour) * 60 + int(minute) for hour, _, minute in clocks)
    return low % 1440, high % 1440


def _may_start(entry: str, minute: int) -> bool:
    """Return whether a shift may start at *minute* of the day (checker)."""
    if entry in (OFF, ANY):
        return entry == ANY
    window = window_of(entry)
    if window is None:
        return False
    low, high = window
    return low <= minute <= high if low <= high else minute >= low or minute <= high
