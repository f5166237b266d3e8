"""What the paid hours of a week cost beyond what is normal, in a roster model."""

from collections.abc import Callable

from ortools.sat.python import cp_model

from solver.cpsat.model import RosterModel
from solver.cpsat.week import entries
from solver.term import WeekHoursPrice

Charge = Callable[[cp_model.IntVar, int], None]


def charge_hours(model: RosterModel, price: WeekHoursPrice, charge: Charge) -> None:
    """Charge each paid step beyond the normal ones, those of given shifts too."""
    planned = model.instance.planned_days.get(price.agent_id, ())
    dates = {day.date_local for day in planned if day.week == price.week}
    by_date = entries(model, price.agent_id)
    shifts = [entry for day in sorted(dates) for entry in by_date.get(day, ())]
    most = sum(
        max((entry.paid_steps for entry in by_date[day]), default=0)
        for day in dates & by_date.keys()
    )
    if most <= price.after_steps:
        return
    beyond = model.model.new_int_var(0, most - price.after_steps, "")
    paid = cp_model.LinearExpr.weighted_sum(
        [entry.literal for entry in shifts], [entry.paid_steps for entry in shifts]
    )
    model.model.add(paid - beyond <= price.after_steps)
    charge(beyond, price.price)
