"""Dates that several people have in common, chosen before people's weeks are.

The week programme asks one person at a time, so it is told on which dates all shifts
have to be of a kind. That narrows what may be searched, never what the bound is about.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from solver.constraints import CommonDates, Constraint, ShapedShifts, ShiftSet
from solver.core.options import AgentDay, agent_days
from wfm.calendar.catalogue import ShiftOption
from wfm.calendar.local import day_range
from wfm.domain.roster import RosterInstance, Shift


def chosen_dates(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    shifts: Iterable[Shift] = (),
) -> tuple[ShapedShifts, ...]:
    """Return records that imply every :class:`CommonDates`, *shifts* as they stand.

    Chosen are the dates on which the fewest shifts of *shifts* would have to change,
    of these the ones on which the fewest people would have no shift left, and then
    those on which most people are asked for: seats are scarce then.
    """
    listed = tuple(constraints)
    demands = [item for item in listed if isinstance(item, CommonDates)]
    if not demands:
        return ()
    days, known = agent_days(instance, listed), tuple(shifts)
    return tuple(
        record
        for demand in demands
        for record in _records(demand, _ranked(instance, demand, days, known))
    )


def _records(demand: CommonDates, dates: Sequence[date]) -> Iterator[ShapedShifts]:
    """Yield one record for each person, all about the first dates of the ranking."""
    narrow = partial(_narrowed, frozenset(dates[: demand.least]), demand.shifts)
    for name in sorted(demand.agent_ids):
        yield ShapedShifts(agent_id=name, narrow=narrow)


def _narrowed(
    dates: frozenset[date], shifts: ShiftSet, day: date, option: ShiftOption
) -> Iterable[ShiftOption]:
    return (option,) if day not in dates or shifts.holds(option) else ()


def _ranked(
    instance: RosterInstance,
    demand: CommonDates,
    days: Sequence[AgentDay],
    shifts: Sequence[Shift],
) -> list[date]:
    changed, stuck = dict.fromkeys(demand.dates, 0), dict.fromkeys(demand.dates, 0)
    for shift in shifts:
        if shift.agent_id in demand.agent_ids and shift.date_local in changed:
            changed[shift.date_local] += not demand.shifts.holds(shift)
    for item in days:
        day, name = item.day.date_local, instance.agents[item.agent].agent_id
        if name in demand.agent_ids and day in stuck and item.options:
            stuck[day] += not any(demand.shifts.holds(o) for o in item.options)
    wanted = {day: _asked_for(instance, day) for day in demand.dates}
    return sorted(
        demand.dates, key=lambda day: (changed[day], stuck[day], -wanted[day], day)
    )


def _asked_for(instance: RosterInstance, day: date) -> float:
    low, high = day_range(instance.grid, day, instance.zone)
    return float(instance.scheduled_agents[:, max(0, low) : high].sum())
