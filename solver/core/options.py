"""From templates and constraints to the shifts that agents may work on each date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.constraints import (
    Constraint,
    ForbidTime,
    LockedShifts,
    PaidStepsPerShift,
)
from solver.core.tables import WeekTables
from wfm.calendar.catalogue import BreakWindow, ShiftOption, shift_options
from wfm.domain.arrays import IntArray
from wfm.domain.roster import WORK, PlannedDay, RosterInstance, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent on one planned date: the shifts allowed, *locked* if it is given."""

    agent: int
    day: PlannedDay
    options: tuple[ShiftOption, ...]
    locked: Shift | None = None


class _Allowed:
    """Which shifts a date allows by itself; what binds several dates comes later."""

    def __init__(
        self, instance: RosterInstance, constraints: Iterable[Constraint]
    ) -> None:
        self.instance = instance
        self.forbidden: dict[str, list[tuple[int, int]]] = {}
        self.longest: dict[str, int] = {}
        self.locked: dict[tuple[str, date], list[Shift]] = {}
        self.catalogue: dict[tuple[str, date, str], tuple[ShiftOption, ...]] = {}
        for item in constraints:
            self._note(item)

    def _note(self, item: Constraint) -> None:
        if isinstance(item, ForbidTime):
            span = (item.start_idx, item.end_idx)
            self.forbidden.setdefault(item.agent_id, []).append(span)
        elif isinstance(item, PaidStepsPerShift):
            most = self.longest.get(item.agent_id, item.max_steps)
            self.longest[item.agent_id] = min(most, item.max_steps)
        elif isinstance(item, LockedShifts):
            for shift in item.shifts:
                key = (item.agent_id, shift.date_local)
                if shift not in self.locked.setdefault(key, []):
                    self.locked[key].append(shift)

    def on(self, a: int, day: PlannedDay) -> AgentDay:
        """Return what agent row *a* may do on *day*."""
        agent = self.instance.agents[a]
        fixed = self.locked.get((agent.agent_id, day.date_local), [])
        offered: tuple[ShiftOption, ...]
        if fixed:
            offered = (option_of(fixed[0]),) if len(fixed) == 1 else ()
        else:
            offered = self._templates(agent.contract_id, day.date_local, agent.zone)
        return AgentDay(
            agent=a,
            day=day,
            options=tuple(o for o in offered if self._fits(agent.agent_id, o)),
            locked=fixed[0] if fixed else None,
        )

    def _templates(
        self, contract_id: str, day: date, zone: str
    ) -> tuple[ShiftOption, ...]:
        key = (contract_id, day, zone)
        if key not in self.catalogue:
            templates = self.instance.contracts[contract_id].templates
            self.catalogue[key] = shift_options(
                templates, day, zone, self.instance.grid
            )
        return self.catalogue[key]

    def _fits(self, agent_id: str, option: ShiftOption) -> bool:
        on_grid = (
            option.start_idx >= 0 and option.end_idx <= self.instance.grid.num_intervals
        )
        most = self.longest.get(agent_id, option.paid_steps)
        return (
            on_grid
            and option.paid_steps <= most
            and not any(
                option.start_idx < end and option.end_idx > start
                for start, end in self.forbidden.get(agent_id, ())
            )
        )


def agent_days(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> tuple[AgentDay, ...]:
    """Return every agent's planned dates with the shifts that fit them by themselves.

    Forbidden time, the longest shift and locked dates are applied; shifts that leave
    the grid are dropped.
    """
    allowed = _Allowed(instance, constraints)
    return tuple(
        allowed.on(a, day)
        for a, agent in enumerate(instance.agents)
        for day in sorted(
            instance.planned_days.get(agent.agent_id, ()), key=lambda d: d.date_local
        )
    )


def option_of(shift: Shift) -> ShiftOption:
    """Return *shift* as an option whose breaks leave no choice."""
    return ShiftOption(
        start_idx=shift.start_idx,
        end_idx=shift.end_idx,
        breaks=tuple(
            BreakWindow(
                first_idx=span.start_idx,
                last_idx=span.start_idx,
                length_steps=span.end_idx - span.start_idx,
                kind=span.activity,
                paid=span.paid,
            )
            for span in shift.spans
            if span.activity != WORK
        ),
    )


class _Rows:
    """Collects the rows of :class:`WeekTables` day by day."""

    def __init__(self) -> None:
        self.columns: dict[str, list[int]] = {name: [] for name in WeekTables._fields}

    def add(self, name: str, *values: int) -> None:
        """Append *values* to one column."""
        self.columns[name].extend(values)

    def size(self, name: str) -> int:
        """Return the number of rows of a column."""
        return len(self.columns[name])

    def add_day(self, item: AgentDay, unit: int) -> None:
        """Append one agent-day; paid time counts in *unit* steps."""
        self.add("day_ordinal", item.day.date_local.toordinal())
        self.add("day_week", item.day.week)
        self.add("day_forced", int(item.locked is not None))
        ends = sorted({option.end_idx for option in item.options})
        windows = sorted(
            {
                (b.first_idx, b.last_idx, b.length_steps, b.paid)
                for option in item.options
                for b in option.breaks
            }
        )
        for start in sorted({option.start_idx for option in item.options}):
            self.add("start_idx", start)
            for option in item.options:
                if option.start_idx == start:
                    self._add_option(option, unit, ends, windows)
            self.add("option_of_start", self.size("option_end"))
        for first, last, length, paid in windows:
            self.add("window_first", first)
            self.add("window_last", last)
            self.add("window_steps", length)
            self.add("window_paid", int(paid))
        self.add("end_idx", *ends)
        self.add("start_of_day", self.size("start_idx"))
        self.add("window_of_day", self.size("window_first"))
        self.add("end_of_day", self.size("end_idx"))

    def _add_option(
        self,
        option: ShiftOption,
        unit: int,
        ends: list[int],
        windows: list[tuple[int, int, int, bool]],
    ) -> None:
        base = self.size("window_first")
        self.add("option_start", option.start_idx)
        self.add("option_end", option.end_idx)
        self.add("option_rank", ends.index(option.end_idx))
        self.add("option_paid", option.paid_steps // unit)
        for b in option.breaks:
            key = (b.first_idx, b.last_idx, b.length_steps, b.paid)
            self.add("break_window", base + windows.index(key))
        self.add("break_of_option", self.size("break_window"))


_RANGES = (
    "day_of_agent",
    "start_of_day",
    "option_of_start",
    "break_of_option",
    "window_of_day",
    "end_of_day",
)


def paid_units(num_agents: int, days: Iterable[AgentDay]) -> IntArray:
    """Return per agent the largest step count that divides all paid shift lengths."""
    units = np.zeros(num_agents, dtype=np.int64)
    for item in days:
        for option in item.options:
            units[item.agent] = np.gcd(units[item.agent], option.paid_steps)
    units[units == 0] = 1
    return units


def week_tables(
    num_agents: int, days: tuple[AgentDay, ...], units: IntArray
) -> WeekTables:
    """Return the tables of *days*, which are sorted by agent and date."""
    rows = _Rows()
    for name in _RANGES:
        rows.add(name, 0)
    for item in days:
        rows.add_day(item, int(units[item.agent]))
    counts = np.bincount([item.agent for item in days], minlength=num_agents)
    rows.add("day_of_agent", *np.cumsum(counts).tolist())
    flags = ("day_forced", "window_paid")
    return WeekTables(
        **{
            name: np.array(values, dtype=np.bool_ if name in flags else np.int64)
            for name, values in rows.columns.items()
        }
    )
