"""Price models as formulas: the same lines as theirs, for quantities that may change.

Each function writes what one class of :mod:`scenarios.cost_models` charges and returns
the cells of the amounts. Lines that are nothing today stay, for they may be something
after an input was changed.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from scenarios.activity import MEASURES
from scenarios.cost_model import CostModel
from scenarios.cost_models.ai_agent import AiAgent
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.cost_plus import CostPlus
from scenarios.cost_models.hybrid import Hybrid
from scenarios.cost_models.in_house import InHouse
from scenarios.cost_models.outcome_share import OutcomeShare
from scenarios.hourly_price import HourlyPrice
from scenarios.unit_price import UnitPrice
from wfm.report.scenario_activity import Cells
from wfm.report.scenario_in_house import write_in_house
from wfm.report.scenario_ledger import Desk, tier_units
from wfm.report.scenario_numbers import (
    Num,
    added,
    at_least,
    either,
    largest,
    num,
)
from wfm.report.scenario_rates import Rates

Writer: TypeAlias = Callable[[Any, str, Cells, Desk, Rates], list[Num]]


def write_charges(
    model: CostModel, at: str, done: Cells, desk: Desk, rates: Rates
) -> list[Num]:
    """Write the lines of any price model; *at* is the path of its terms.

    Raises
    ------
    NotImplementedError
        If there are no formulas for the class of *model*.
    """
    for kind, writer in WRITERS.items():
        if isinstance(model, kind):
            return writer(model, at, done, desk, rates)
    raise NotImplementedError(type(model).__name__)


def _unit_price(
    model: UnitPrice, at: str, done: Cells, desk: Desk, _rates: Rates
) -> list[Num]:
    unit = MEASURES[model.measure]
    quantity = done.measure(model.measure)
    return desk.tiers(model.measure, model.text, quantity, unit, model.prices, at)


def _hourly_price(
    model: HourlyPrice, at: str, done: Cells, desk: Desk, _rates: Rates
) -> list[Num]:
    unit = MEASURES[model.measure]
    quantity = done.measure(model.measure)
    lines = desk.tiers(model.measure, model.text, quantity, unit, model.prices, at)
    for name, amount in model.surcharges.items():
        hours = (
            done.measure("overtime_hours")
            if name == "overtime"
            else done.named("premium", name)
        )
        if hours is None:
            continue
        price = desk.names.ask(
            f"{at}.surcharge.{name}", amount, f"{desk.currency} per {unit}"
        )
        text = f"Surcharge: {name}"
        lines.append(
            desk.product(f"surcharge.{name}", text, hours, unit, desk.price(price))
        )
    return lines


def _ai_agent(
    model: AiAgent, at: str, done: Cells, desk: Desk, _rates: Rates
) -> list[Num]:
    fee = desk.names.ask(
        f"{at}.platform_fee", model.platform_fee, f"{desk.currency} per month"
    )
    lines = [desk.product("platform", "Platform fee", num(1), "month", desk.price(fee))]
    for measure, text, prices, key in (
        ("attempts", "Contacts attempted", model.per_attempt, "per_attempt"),
        (
            "resolved_contacts",
            "Contacts resolved",
            model.per_resolution,
            "per_resolution",
        ),
    ):
        if prices is not None:
            quantity, unit = done.measure(measure), MEASURES[measure]
            lines += desk.tiers(measure, text, quantity, unit, prices, f"{at}.{key}")
    return lines


def _anchored(
    model: Anchored, at: str, done: Cells, desk: Desk, _rates: Rates
) -> list[Num]:
    money, unit = desk.currency, MEASURES[model.measure]

    def term(name: str, value: Any, what: str) -> Num:
        return desk.names.ask(f"{at}.{name}", value, what)

    base = term("base_charge", model.base_charge, f"{money} per month")
    number = min(max(desk.month - desk.start, 0), len(model.baselines) - 1)
    middle = term(f"baseline{number + 1}", model.baselines[number], unit)
    band = middle * term("dead_band", model.dead_band, "of the baseline")
    counted = band if model.billed_from == "band_edge" else num(0)
    used = desk.noted(
        f"{model.measure}.all", "Used", desk.quantity(done.measure(model.measure)), unit
    )
    more = either(at_least(band, used - middle), 0, used - middle - counted)
    less = either(at_least(band, middle - used), 0, middle - used - counted)
    arc = term("arc_rate", model.arc_rate, f"{money} per {unit}")
    rrc = term("rrc_rate", model.rrc_rate, f"{money} per {unit}") * term(
        "rrc_factor", model.rrc_factor, "of the rate"
    )
    return [
        desk.product("base", "Base charge", num(1), "month", desk.price(base)),
        desk.product("arc", "Additional charge", more, unit, desk.price(arc)),
        desk.product("rrc", "Reduced credit", -less, unit, desk.price(rrc)),
    ]


def _outcome_share(
    model: OutcomeShare, at: str, done: Cells, desk: Desk, _rates: Rates
) -> list[Num]:
    value = desk.noted(
        "value.all", "Value", desk.quantity(done.measure("outcome_value")), "value"
    )
    lines = []
    parts = tier_units(desk.names, model.shares, value, f"{at}.shares")
    for i, units in enumerate(parts, start=1):
        share = model.shares.tiers[i - 1].price
        price = desk.names.ask(f"{at}.shares.tier{i}.share", share, "of the value")
        text = "Share of outcome value"
        lines.append(
            desk.product(f"outcome_value.tier{i}", text, units, "value", price)
        )
    unit = MEASURES["outcomes"]
    fee = desk.names.ask(
        f"{at}.fee_per_outcome", model.fee_per_outcome, f"{desk.currency} per {unit}"
    )
    count = done.measure("outcomes")
    lines.append(desk.product("outcomes", "Outcomes", count, unit, desk.price(fee)))
    if model.maximum is not None:
        most = desk.money(desk.names.ask(f"{at}.maximum", model.maximum, desk.currency))
        over = num(0) - largest(0, added(lines) - most)
        lines.append(desk.amount("maximum", "Above the monthly maximum", over))
    return lines


def _cost_plus(
    model: CostPlus, at: str, done: Cells, desk: Desk, rates: Rates
) -> list[Num]:
    own = desk.in_currency(model.costs.currency)
    costs = write_charges(model.costs, f"{at}.costs", done, own, rates)
    if own.currency != desk.currency:
        rate = rates.rate(own.currency, desk.currency, desk.month)
        costs = [_converted(desk, line, rate) for line in costs]
    lines = list(costs)
    margin = desk.names.ask(f"{at}.margin", model.margin, "of the costs")
    lines.append(desk.amount("margin", "Margin", added(costs) * margin))
    fee = desk.names.ask(
        f"{at}.fixed_fee", model.fixed_fee, f"{desk.currency} per month"
    )
    lines.append(
        desk.product("fixed_fee", "Fixed fee", num(1), "month", desk.price(fee))
    )
    if model.maximum_per_hour is not None:
        top = desk.names.ask(
            f"{at}.maximum_per_hour",
            model.maximum_per_hour,
            f"{desk.currency} per hour",
        )
        hours = desk.quantity(done.measure("productive_hours"))
        over = num(0) - largest(0, added(lines) - hours * desk.price(top))
        lines.append(desk.amount("maximum", "Above the guaranteed maximum", over))
    return lines


def _converted(desk: Desk, cost: Num, rate: Num) -> Num:
    row = desk.ledger.row_of(cost)
    code = row.code.removeprefix(desk.prefix)
    return desk.amount(code, f"{row.text}, converted", cost * rate)


def _hybrid(model: Hybrid, at: str, done: Cells, desk: Desk, rates: Rates) -> list[Num]:
    return [
        line
        for name, part in model.parts.items()
        for line in write_charges(part, f"{at}.{name}", done, desk, rates)
    ]


WRITERS: dict[type, Writer] = {
    UnitPrice: _unit_price,
    HourlyPrice: _hourly_price,
    AiAgent: _ai_agent,
    Anchored: _anchored,
    OutcomeShare: _outcome_share,
    CostPlus: _cost_plus,
    Hybrid: _hybrid,
    InHouse: write_in_house,
}
"""Class of price model -> who writes it as formulas."""
