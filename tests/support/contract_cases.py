"""Small contracts and months for tests of prices."""

from decimal import Decimal

from scenarios.activity import MonthActivity
from scenarios.contract import Contract
from scenarios.cost_model import PricingContext
from scenarios.cost_models.per_contact import PerContact
from scenarios.fx import FxTable
from scenarios.months import Month
from scenarios.pricing import PriceList, Tier
from wfm.domain.plan import ExchangeRate

D = Decimal
START = Month(2027, 1)


def tiers(*steps, kind="incremental", end=None):
    """Price list of (from, price) pairs."""
    ends = [D(step[0]) for step in steps[1:]] + [None if end is None else D(end)]
    return PriceList(
        kind=kind,
        tiers=tuple(
            Tier(from_quantity=D(low), to_quantity=high, price=D(str(price)))
            for (low, price), high in zip(steps, ends, strict=True)
        ),
    )


def month(number=0, lane="manila", **values):
    """The activity of contract month *number*."""
    return MonthActivity(lane_id=lane, month=START + number, **values)


def context(rates=(), indices=None):
    """Rates as (month number, from, to, rate); indices as {name: {number: value}}."""
    rows = [
        ExchangeRate(
            month=str(START + number),
            source_currency=source,
            target_currency=target,
            rate=rate,
            source="treasury",
        )
        for number, source, target, rate in rates
    ]
    values = {
        name: {START + number: D(str(value)) for number, value in by_month.items()}
        for name, by_month in (indices or {}).items()
    }
    return PricingContext(start=START, fx=FxTable.of(rows), indices=values)


def contract(price=None, currency="EUR", **terms):
    """A contract at 1.25 a contact, with *terms*."""
    price = price or PerContact(currency=currency, prices=PriceList.flat(D("1.25")))
    return Contract(
        contract_id="c", currency=currency, start=START, price=price, **terms
    )


def amounts(invoice):
    """Code -> amount of an invoice."""
    return {line.code: line.amount.amount for line in invoice.lines}
