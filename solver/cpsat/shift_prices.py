"""What whole shifts cost, and how many of them: requests and demands."""

from collections.abc import Callable, Iterable

from ortools.sat.python import cp_model

from solver.cpsat.model import RosterModel
from solver.term import CountPrice, Price, ShiftPrice

Charge = Callable[[cp_model.IntVar, int], None]


def charge_shift_prices(
    model: RosterModel, prices: Iterable[Price], charge: Charge
) -> None:
    """Charge the prices of requests and demands, but for what no choice can change."""
    for price in prices:
        if isinstance(price, ShiftPrice):
            for option, literal in model.literals.get(
                (price.agent_id, price.date_local), ()
            ):
                if price.shifts.holds(option):
                    charge(literal, price.if_worked - price.if_not)
        elif isinstance(price, CountPrice):
            _charge_count(model, price, charge)


def _charge_count(model: RosterModel, price: CountPrice, charge: Charge) -> None:
    found = [
        literal
        for name, shifts in price.shifts.items()
        for option, literal in model.literals.get((name, price.date_local), ())
        if shifts.holds(option)
    ]
    if not found:
        return
    wanted = price.wanted - _given(model, price)
    missing = model.model.new_int_var(0, max(0, wanted), "")
    count = cp_model.LinearExpr.sum([*found, missing])
    model.model.add(count >= wanted)
    charge(missing, price.short_price + price.over_price)
    for literal in found:
        charge(literal, price.over_price)


def _given(model: RosterModel, price: CountPrice) -> int:
    """Return how many given shifts count."""
    return sum(
        shift.date_local == price.date_local and shifts.holds(shift)
        for name, shifts in price.shifts.items()
        for shift in model.fixed.get(name, ())
    )
