"""Which shifts are open to choice, and which are given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from solver.constraints import (
    Constraint,
    ForbidTime,
    LockedShifts,
    PaidStepsPerShift,
    ShapedShifts,
)
from solver.core.options import option_of, shaped
from wfm.calendar.catalogue import ShiftOption, shift_options
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Agent, ShiftTemplate
from wfm.domain.roster import Roster, RosterInstance, Shift

AgentDay: TypeAlias = tuple[str, date]
FreeDates: TypeAlias = Mapping[str, set[date]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is left to decide.

    Attributes
    ----------
    options
        The shifts that each free agent may start on each free date.
    fixed
        Agent id -> shifts that are given: carried over, locked, or of the base.
    is_broken
        Whether a given shift contradicts a constraint of a free agent.
    """

    options: Mapping[AgentDay, tuple[ShiftOption, ...]]
    fixed: Mapping[str, tuple[Shift, ...]]
    is_broken: bool = False


@lru_cache(maxsize=8192)
def catalogue(
    templates: tuple[ShiftTemplate, ...], day: date, zone_name: str, grid: IntervalGrid
) -> tuple[ShiftOption, ...]:
    """Return the shifts of *templates* on one date, remembered."""
    return shift_options(templates, day, zone_name, grid)


def choices(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    free: FreeDates,
    base: Roster | None,
    near: frozenset[int] | None = None,
) -> Choices:
    """Return what is free and what is given, single-shift constraints applied.

    With *near*, only shifts that touch one of those steps are offered.
    """
    limits = _Limits(constraints, near)
    given = base.by_agent() if base else {}
    options: dict[AgentDay, tuple[ShiftOption, ...]] = {}
    fixed: dict[str, list[Shift]] = {}
    is_broken = False
    for shift in instance.carry_over:
        fixed.setdefault(shift.agent_id, []).append(shift)
    for agent in instance.agents:
        name = agent.agent_id
        planned = [d.date_local for d in instance.planned_days.get(name, ())]
        open_dates = set(planned) if free is None else set(free.get(name, ()))
        for day in planned:
            key = (name, day)
            if day in open_dates and key not in limits.locked:
                found = _options(instance, agent, day)
                options[key] = limits.allowed(agent, day, found)
                continue
            of_base = [s for s in given.get(name, ()) if s.date_local == day]
            shifts = limits.locked[key] if day in open_dates else of_base
            fixed.setdefault(name, []).extend(shifts)
            if day in open_dates:
                is_broken |= not all(limits.is_allowed(name, s) for s in shifts)
    return Choices(
        options=options,
        fixed={name: tuple(shifts) for name, shifts in fixed.items()},
        is_broken=is_broken,
    )


def _options(
    instance: RosterInstance, agent: Agent, day: date
) -> tuple[ShiftOption, ...]:
    templates = instance.contracts[agent.contract_id].templates
    return catalogue(templates, day, agent.zone, instance.grid)


class _Limits:
    """Constraints that judge one shift by itself."""

    def __init__(
        self, constraints: Iterable[Constraint], near: frozenset[int] | None
    ) -> None:
        self._near = near
        self.locked: dict[AgentDay, list[Shift]] = {}
        self._forbidden: dict[str, list[ForbidTime]] = {}
        self._max_paid: dict[str, int] = {}
        self._shaped: dict[str, list[ShapedShifts]] = {}
        for constraint in constraints:
            match constraint:
                case LockedShifts(agent_id=name, shifts=shifts):
                    for shift in shifts:
                        self.locked.setdefault((name, shift.date_local), []).append(
                            shift
                        )
                case ForbidTime(agent_id=name):
                    self._forbidden.setdefault(name, []).append(constraint)
                case ShapedShifts(agent_id=name):
                    self._shaped.setdefault(name, []).append(constraint)
                case PaidStepsPerShift(agent_id=name, max_steps=most):
                    self._max_paid[name] = min(most, self._max_paid.get(name, most))
                case _:
                    pass

    def allowed(
        self, agent: Agent, day: date, options: tuple[ShiftOption, ...]
    ) -> tuple[ShiftOption, ...]:
        """Return the options that no single-shift constraint forbids."""
        near = self._near
        kept = (
            option
            for option in options
            if self._fits(agent.agent_id, option)
            and (
                near is None
                or not near.isdisjoint(range(option.start_idx, option.end_idx))
            )
        )
        return shaped(self._shaped.get(agent.agent_id, ()), day, kept)

    def is_allowed(self, agent_id: str, shift: Shift) -> bool:
        """Return whether no single-shift constraint forbids a given shift."""
        demands = self._shaped.get(agent_id, ())
        option = option_of(shift)
        return self._fits(agent_id, shift) and option in shaped(
            demands, shift.date_local, [option]
        )

    def _fits(self, agent_id: str, shift: ShiftOption | Shift) -> bool:
        """Return whether the shift keeps clear of forbidden time and its limit."""
        if shift.paid_steps > self._max_paid.get(agent_id, shift.paid_steps):
            return False
        return not any(
            shift.start_idx < ban.end_idx and ban.start_idx < shift.end_idx
            for ban in self._forbidden.get(agent_id, ())
        )
