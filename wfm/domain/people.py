"""People: sites, employment contracts, shift templates, agents, absences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

HolidayPolicy = Literal["closed", "premium", "normal"]
ABSENT = "absent"
SPLIT = "split"
"""The break of a split shift: unpaid hours off between its two parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRule:
    """One break of a shift: its length, whether it is paid, and where it may start.

    The break starts between *earliest_minutes* and *latest_minutes* after the shift's
    start (``anchor="start"``) or before its end (``anchor="end"``, earliest being the
    larger number). It belongs to shifts of *min_shift_minutes* up to, but not
    including, *below_shift_minutes* elapsed. Windows of one shift are disjoint and
    in order (checked when the plan is read).
    """

    kind: str
    minutes: int
    paid: bool
    earliest_minutes: int
    latest_minutes: int
    anchor: Literal["start", "end"] = "start"
    min_shift_minutes: int = 0
    below_shift_minutes: int = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTemplate:
    """A family of shifts: start window on the local clock, lengths and breaks.

    *start_from_minute* and *start_to_minute* (inclusive) are minutes of the local day
    on which the shift starts; a shift may run past midnight. *weekdays* holds
    0 = Monday to 6.
    """

    template_id: str
    start_from_minute: int
    start_to_minute: int
    start_step_minutes: int
    elapsed_minutes: tuple[int, ...]
    breaks: tuple[BreakRule, ...] = ()
    weekdays: frozenset[int] = frozenset(range(7))

    def breaks_of(self, elapsed_minutes: int) -> tuple[BreakRule, ...]:
        """Return the breaks that a shift of *elapsed_minutes* has, in order."""
        return tuple(
            rule
            for rule in self.breaks
            if rule.min_shift_minutes <= elapsed_minutes < rule.below_shift_minutes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentContract:
    """What a group of people may be scheduled for."""

    contract_id: str
    templates: tuple[ShiftTemplate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Premia:
    """Fractions of the wage that are paid on top of it, each on top of the others."""

    night_fraction: float = 0.0
    holiday_fraction: float = 0.0
    sunday_fraction: float = 0.0
    overtime_fraction: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place of work, with its clock, seats and premia.

    *night_from_minute* to *night_to_minute* is the night on the local clock (it may
    wrap midnight); *night_premium_fraction*, *sunday_premium_fraction* and
    *holiday_premium_fraction* are added to the wage, each on top of the others;
    *skill_premia* (skill, least level, fraction) to all hours of who holds the skill.
    *overtime_premium_fraction* is paid on hours of a plan week beyond
    *overtime_after_minutes*, or beyond those that the rule ``overtime`` calls normal.
    From each date of *premia_later* (rising) on, its premia hold instead.
    """

    site_id: str
    zone: str
    region: str
    country: str | None = None
    subdivision: str | None = None
    holidays: HolidayPolicy = "normal"
    seats: int | None = None
    night_from_minute: int = 22 * 60
    night_to_minute: int = 6 * 60
    night_premium_fraction: float = 0.0
    holiday_premium_fraction: float = 0.0
    sunday_premium_fraction: float = 0.0
    overtime_premium_fraction: float = 0.0
    overtime_after_minutes: int | None = None
    premia_later: tuple[tuple[date, Premia], ...] = ()
    skill_premia: tuple[tuple[str, int, float], ...] = ()
    outsourced: bool = False

    def premia_on(self, day: date) -> Premia:
        """Return the premia that hold on *day*."""
        held = Premia(
            night_fraction=self.night_premium_fraction,
            holiday_fraction=self.holiday_premium_fraction,
            sunday_fraction=self.sunday_premium_fraction,
            overtime_fraction=self.overtime_premium_fraction,
        )
        for first, premia in self.premia_later:
            held = premia if first <= day else held
        return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One person.

    *skills* maps a skill to its level (0 when none is stated); *seniority* is in years
    of service.
    """

    agent_id: str
    site_id: str
    contract_id: str
    skills: Mapping[str, int]
    zone: str
    name: str = ""
    remote: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    hourly_cost_minor: int = 0
    currency: str = ""
    grade: str = ""
    seniority: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedTime:
    """Time in which an agent can't be at work, in grid indices, half-open.

    *kind* is ``"time_off"``, ``"unavailable"``, ``"holiday"`` or ``"not_employed"``.
    *label* names the row for messages. *credited_minutes* are paid minutes that count
    towards the weekly hours of the local dates named (paid leave).
    """

    agent_id: str
    start_idx: int
    end_idx: int
    kind: str
    label: str
    credited_minutes: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A meeting, training or other duty off the queues that each of some people has.

    Everybody has it once, *minutes* long, within one of *windows* (grid ranges,
    half-open, rising), and those who meet *together* all at one time, for which
    *start_idx* is proposed. Where it is not *due* in this plan, it may be left out.
    *excused* are others who should have it, but have no shift that could hold it.
    """

    activity: str
    agent_ids: frozenset[str]
    minutes: int
    windows: tuple[tuple[int, int], ...]
    together: bool = False
    start_idx: int | None = None
    due: bool = True
    excused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Time that an agent would rather work (``prefer``) or not (``avoid``)."""

    agent_id: str
    start_idx: int
    end_idx: int
    kind: Literal["prefer", "avoid"]
    weight: float = 1.0
