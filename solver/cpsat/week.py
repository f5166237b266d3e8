"""One agent's week: days, hours, rest."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from solver.constraints import (
    ConsecutiveDays,
    FreeStretch,
    PaidStepsPerWeek,
)
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.roster import Shift

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A shift that is chosen if *literal* holds; given shifts always hold."""

    start_idx: int
    end_idx: int
    paid_steps: int
    marks: frozenset[str]
    literal: cp_model.IntVar
    is_given: bool


def entries(model: "RosterModel", agent_id: str) -> dict[date, list[Entry]]:
    """Return date -> shifts of a free agent; empty for an agent without choices."""
    if agent_id not in model.entries:
        model.entries[agent_id] = _entries(model, agent_id)
    found, is_free = model.entries[agent_id]
    return found if is_free or model.is_whole else {}


def _entries(
    model: "RosterModel", agent_id: str
) -> tuple[dict[date, list[Entry]], bool]:
    found: dict[date, list[Entry]] = {}
    for (name, day), shifts in model.literals.items():
        if name == agent_id:
            found[day] = [_entry(option, literal) for option, literal in shifts]
    is_free = bool(found)
    for shift in model.fixed.get(agent_id, ()):
        given = _entry(shift, model.true, is_given=True)
        found.setdefault(shift.date_local, []).append(given)
    return dict(sorted(found.items())), is_free


def _entry(
    shift: ShiftOption | Shift, literal: cp_model.IntVar, *, is_given: bool = False
) -> Entry:
    return Entry(
        start_idx=shift.start_idx,
        end_idx=shift.end_idx,
        paid_steps=shift.paid_steps,
        marks=shift.marks,
        literal=literal,
        is_given=is_given,
    )


def enforce_one_a_day(model: "RosterModel", agent_id: str) -> None:
    """Demand at most one shift a date (given ones) and no overlap of dates."""
    planned = model.instance.planned_days.get(agent_id, ())
    dates = {day.date_local for day in planned}
    for day, shifts in entries(model, agent_id).items():
        if day in dates and sum(entry.is_given for entry in shifts) > 1:
            model.refuse()
    enforce_apart(model, agent_id, 0)


def enforce_apart(model: "RosterModel", agent_id: str, min_steps: int) -> None:
    """Demand *min_steps* between the shifts of different dates."""
    carried = {s.start_idx for s in model.instance.carry_over if s.agent_id == agent_id}
    for earlier, later in combinations(entries(model, agent_id).values(), 2):
        for row in _clashes(earlier, later, min_steps):
            if not all(entry.is_given for entry in row):
                literals = {entry.literal.index: entry.literal for entry in row}
                model.model.add_at_most_one(literals.values())
            elif any(entry.start_idx not in carried for entry in row):
                model.refuse()


def _clashes(
    earlier: list[Entry], later: list[Entry], min_steps: int
) -> Iterator[list[Entry]]:
    """Yield sets of shifts of two dates of which at most one may be chosen.

    For each end e of the first date: those that end at e or after, and those of the
    second date that start before e plus the rest. A later end that adds no start
    says nothing new.
    """
    seen = 0
    for end in sorted({entry.end_idx for entry in earlier}):
        early = [entry for entry in later if entry.start_idx < end + min_steps]
        if len(early) > seen:
            yield [*(e for e in earlier if e.end_idx >= end), *early]
        seen = len(early)


def enforce_week_hours(model: "RosterModel", demand: PaidStepsPerWeek) -> None:
    """Demand the paid steps of a plan week."""
    planned = model.instance.planned_days.get(demand.agent_id, ())
    dates = {day.date_local for day in planned if day.week == demand.week}
    enforce_paid(model, demand.agent_id, dates, demand.min_steps, demand.max_steps)


def enforce_paid(
    model: "RosterModel", agent_id: str, dates: AbstractSet[date], least: int, most: int
) -> None:
    """Demand between *least* and *most* paid steps on *dates*."""
    found = [
        entry
        for day, shifts in entries(model, agent_id).items()
        if day in dates
        for entry in shifts
    ]
    if found:
        paid = cp_model.LinearExpr.weighted_sum(
            [entry.literal for entry in found],
            [entry.paid_steps for entry in found],
        )
        model.model.add_linear_constraint(paid, least, most)
    elif least and is_idle(model, agent_id, dates):
        model.refuse()


def is_idle(model: "RosterModel", agent_id: str, dates: AbstractSet[date]) -> bool:
    """Return whether the model decides on the agent, who can't work on any date."""
    if model.is_whole:
        return True
    given = any(shift.date_local in dates for shift in model.fixed.get(agent_id, ()))
    return agent_id in model.free_ids and not given


def enforce_run(model: "RosterModel", demand: ConsecutiveDays) -> None:
    """Demand a free date among each ``max_days + 1`` consecutive ones."""
    by_date = entries(model, demand.agent_id)
    for first in by_date:
        window = [first + timedelta(days=i) for i in range(demand.max_days + 1)]
        if not all(by_date.get(day) for day in window):
            continue
        open_days = [day for day in window if not by_date[day][0].is_given]
        if open_days:
            literals = [e.literal for day in open_days for e in by_date[day]]
            some_free = cp_model.LinearExpr.sum(literals) <= len(open_days) - 1
            model.model.add(some_free)
        elif not _all_carried(model, demand.agent_id, window):
            model.refuse()


def _all_carried(model: "RosterModel", agent_id: str, dates: list[date]) -> bool:
    carried = {
        s.date_local for s in model.instance.carry_over if s.agent_id == agent_id
    }
    return carried.issuperset(dates)


def enforce_free_stretch(model: "RosterModel", demand: FreeStretch) -> None:
    """Demand a stretch free of shifts; one may begin at the start or after a shift."""
    by_date = entries(model, demand.agent_id)
    if not by_date:
        return
    ends = {e.end_idx for shifts in by_date.values() for e in shifts}
    last = demand.end_idx - demand.min_steps
    begins = {demand.start_idx} | {t for t in ends if demand.start_idx < t <= last}
    stretches: list[cp_model.IntVar] = []
    for begin in sorted(begins):
        chosen = model.model.new_bool_var("")
        stretches.append(chosen)
        for shifts in by_date.values():
            touching = {
                e.literal.index: e.literal
                for e in shifts
                if e.start_idx < begin + demand.min_steps and begin < e.end_idx
            }
            if touching:
                model.model.add_at_most_one([chosen, *touching.values()])
    model.model.add_bool_or(stretches)
