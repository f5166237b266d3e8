"""Dates on which all shifts of several people are of one kind."""

from datetime import date
from typing import TYPE_CHECKING

from solver.constraints import CommonDates

if TYPE_CHECKING:
    from solver.cpsat.model import RosterModel


def enforce_common_dates(model: "RosterModel", demand: CommonDates) -> None:
    """Demand enough dates without a shift outside the set; given shifts count too."""
    kept = []
    for day in sorted(demand.dates):
        if _has_other(model, demand, day):
            continue
        is_common = model.model.new_bool_var("")
        for name in sorted(demand.agent_ids):
            for option, literal in model.literals.get((name, day), ()):
                if not demand.shifts.holds(option):
                    model.model.add_implication(literal, is_common.negated())
        kept.append(is_common)
    if len(kept) < demand.least:
        model.refuse()
    else:
        model.model.add(sum(kept) >= demand.least)


def _has_other(model: "RosterModel", demand: CommonDates, day: date) -> bool:
    """Return whether a given shift of the date is outside the set."""
    return any(
        shift.date_local == day and not demand.shifts.holds(shift)
        for name in demand.agent_ids
        for shift in model.fixed.get(name, ())
    )
