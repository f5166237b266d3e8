"""One agent's whole stretch: kinds of shifts, hours, runs of days, weekends."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from solver.constraints import (
    ForbidNext,
    PaidStepsOnDates,
    ShiftCount,
    ShiftSet,
    ShortestRun,
    WorkedGroups,
)
from solver.cpsat.week import Entry, enforce_paid, entries, is_idle

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel


def enforce_paid_on_dates(model: "RosterModel", demand: PaidStepsOnDates) -> None:
    """Demand the paid steps of some dates."""
    enforce_paid(
        model, demand.agent_id, demand.dates, demand.min_steps, demand.max_steps
    )


def enforce_shift_count(model: "RosterModel", demand: ShiftCount) -> None:
    """Demand the number of shifts of a set on some dates."""
    found = [
        entry.literal
        for day, shifts in entries(model, demand.agent_id).items()
        if day in demand.dates
        for entry in _of(demand.shifts, shifts)
    ]
    if found:
        count = cp_model.LinearExpr.sum(found)
        model.model.add_linear_constraint(count, demand.min_shifts, demand.max_shifts)
    elif demand.min_shifts and is_idle(model, demand.agent_id, demand.dates):
        model.refuse()


def _of(shifts: ShiftSet, found: list[Entry]) -> list[Entry]:
    return [entry for entry in found if shifts.holds(entry)]


def enforce_forbidden_next(model: "RosterModel", demand: ForbidNext) -> None:
    """Demand that no shift of *then* starts on the date after one of *first*."""
    by_date = entries(model, demand.agent_id)
    carried = {
        s.date_local for s in model.instance.carry_over if s.agent_id == demand.agent_id
    }
    for day, shifts in by_date.items():
        after = day + timedelta(days=1)
        pair = [_of(demand.first, shifts), _of(demand.then, by_date.get(after, []))]
        row = [entry for part in pair for entry in part]
        if not all(pair) or after in carried:
            continue
        if all(entry.is_given for entry in row):
            model.refuse()
        else:
            model.model.add_at_most_one(
                {entry.literal.index: entry.literal for entry in row}.values()
            )


def worked(model: "RosterModel", agent_id: str, day: date) -> cp_model.LiteralT:
    """Return the literal that the agent has a shift on *day*."""
    key = (agent_id, day)
    if key not in model.worked:
        model.worked[key] = _worked(model, entries(model, agent_id).get(day, []))
    return model.worked[key]


def _worked(model: "RosterModel", shifts: list[Entry]) -> cp_model.LiteralT:
    if any(entry.is_given for entry in shifts):
        return model.true
    if len(shifts) <= 1:
        return shifts[0].literal if shifts else ~model.true
    literal = model.model.new_bool_var("")
    found = cp_model.LinearExpr.sum([entry.literal for entry in shifts])
    model.model.add(found == literal)
    return literal


def enforce_shortest_run(model: "RosterModel", demand: ShortestRun) -> None:
    """Forbid each run that is too short: a date before it, its dates, one after it."""
    agent_id = demand.agent_id
    if not entries(model, agent_id) and not is_idle(model, agent_id, frozenset()):
        return
    planned = model.instance.planned_days.get(agent_id, ())
    dates = [day.date_local for day in planned]
    first, last = min(dates), max(dates)
    every = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    on = [worked(model, agent_id, day) for day in every]
    if demand.of == "free":
        on = [~literal for literal in on]
    if demand.days_before < demand.min_days:
        least = 0 if demand.days_before else 1
        for length in range(least, demand.min_days - demand.days_before):
            _forbid_run(model, on, 0, length)
    for start in range(1, len(on)):
        for length in range(1, demand.min_days):
            _forbid_run(model, on, start, length)


def _forbid_run(
    model: "RosterModel", on: list[cp_model.LiteralT], start: int, length: int
) -> None:
    """Forbid that dates *start* up to *length* later, and no neighbours, are on."""
    if start + length < len(on):
        before = on[start - 1 : start] if start else []
        run = [~literal for literal in on[start : start + length]]
        model.model.add_bool_or([*before, *run, on[start + length]])


def enforce_worked_groups(model: "RosterModel", demand: WorkedGroups) -> None:
    """Demand that at most so many groups of dates have a shift."""
    by_date = entries(model, demand.agent_id)
    touched: list[cp_model.LiteralT] = []
    for group in demand.groups:
        days = [worked(model, demand.agent_id, d) for d in sorted(group) if by_date]
        if days:
            literal = model.model.new_bool_var("")
            for day in days:
                model.model.add_implication(day, literal)
            touched.append(literal)
    if len(touched) > demand.max_groups:
        total = cp_model.LinearExpr.sum(touched)
        model.model.add(total <= demand.max_groups)
