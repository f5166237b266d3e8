"""What any contract keeps: monotone, continuous or stepping as stated, exact sums."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.contract_cases import D, context, contract, month, tiers

from scenarios.clauses import FxClause, KpiClause, KpiPoint
from scenarios.contract import Fee, Minimum, Tax
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.per_contact import PerContact
from scenarios.finance import (
    NeverPaysBack,
    NoRate,
    PaysBack,
    internal_rates,
    irr,
    npv_end_of_period,
    npv_from_now,
    payback,
    payment,
    present_value,
)
from scenarios.invoice import invoice, invoices
from scenarios.money import Money, rounded
from scenarios.months import Month
from scenarios.newsvendor import normal_base_capacity, sampled_base_capacity

CURRENCIES = ("JPY", "USD", "EUR", "BHD")
currencies = st.sampled_from(CURRENCIES)
quantities = st.integers(0, 40_000).map(lambda n: n / 10)
thousandths = st.integers(0, 20_000).map(lambda n: D(n) / 1000)


@st.composite
def price_lists(draw, kind=None):
    steps = sorted(draw(st.sets(st.integers(1, 3000), max_size=4)))
    prices = draw(
        st.lists(thousandths, min_size=len(steps) + 1, max_size=len(steps) + 1)
    )
    kind = kind or draw(st.sampled_from(["incremental", "all_units"]))
    return tiers(*zip([0, *steps], prices, strict=True), kind=kind)


@st.composite
def contracts(draw, kind=None):
    currency = draw(currencies)
    clauses = {
        "minimum": Minimum(forecast_share=draw(st.sampled_from([D("0.9"), D(1)]))),
        "fx": FxClause(
            cost_currency="PHP",
            reference_rate=draw(st.sampled_from([D(50), D(58), D(70)])),
            client_share=D("0.5"),
        ),
        "ramp_discounts": (D("0.2"), D("0.05")),
        "kpis": (
            KpiClause(
                kpi="service_level",
                points=(
                    KpiPoint(value=D("0.7"), rate=D("-0.06")),
                    KpiPoint(value=D("0.9"), rate=D("0.04")),
                ),
            ),
        ),
        "malus_cap": D("0.05"),
        "transition": (Fee(name="project", amount=draw(thousandths)),),
        "taxes": (Tax(name="vat", rate=D("0.19")),),
    }
    used = draw(st.sets(st.sampled_from(sorted(clauses))))
    price = PerContact(currency=currency, prices=draw(price_lists(kind)))
    return contract(price, currency=currency, **{name: clauses[name] for name in used})


def rates(terms):
    return context([(n, terms.currency, "PHP", 58.0) for n in range(3)])


def activities(contacts, forecast=500, level=0.83):
    return month(
        contacts=contacts, forecast_contacts=forecast, kpis={"service_level": level}
    )


@given(contracts(), quantities, st.floats(0, 1))
def test_sums_are_exact_to_the_minor_unit(terms, contacts, level):
    result = invoice(terms, activities(contacts, level=level), rates(terms))
    assert (
        sum(line.amount.amount_minor for line in result.lines)
        == result.gross.amount_minor
    )
    assert result.net + result.tax == result.gross
    assert {line.amount.currency for line in result.lines} <= {terms.currency}
    for line in result.lines:
        if line.unit_price is not None:
            exact = Fraction(line.quantity) * Fraction(line.unit_price)
            assert line.amount == rounded(exact, terms.currency)
    tax = {line.code: line.amount for line in result.lines}.get("tax.vat")
    if tax is not None:
        assert tax == rounded(
            Fraction(result.net.amount) * Fraction(19, 100), terms.currency
        )


@given(contracts(kind="incremental"), quantities, quantities)
def test_more_contacts_never_cost_less_under_incremental_tiers(terms, one, other):
    low, high = sorted((one, other))
    ctx = rates(terms)
    few, many = (invoice(terms, activities(n, 500), ctx).net for n in (low, high))
    # Each clause rounds once, so that a sum of lines may fall by their rounding.
    assert few.amount_minor <= many.amount_minor + 4


@given(price_lists("incremental"), st.integers(1, 3000))
def test_incremental_tiers_are_continuous(prices, threshold):
    small = D("0.01")
    dearest = max(t.price for t in prices.tiers)
    step = prices.cost(D(threshold)) - prices.cost(D(threshold) - small)
    assert 0 <= step <= dearest * small


@given(price_lists("all_units"))
def test_all_units_tiers_step_by_threshold_times_price_difference(prices):
    for lower, upper in zip(prices.tiers, prices.tiers[1:], strict=False):
        at = upper.from_quantity
        below = at - D("0.000001")
        step = prices.cost(at) - prices.cost(below)
        expected = at * (upper.price - lower.price)
        assert abs(step - expected) <= D("0.000001") * lower.price


@given(contracts(), quantities)
def test_take_or_pay_is_a_floor(terms, contacts):
    if terms.minimum is None:
        return
    ctx = rates(terms)
    result = invoice(terms, activities(contacts), ctx)
    top_up = [x.amount for x in result.lines if x.code == "minimum"]
    paid = sum((x.amount_minor for x in top_up), result.charges.amount_minor)
    billed_quantity = D(str(contacts))
    least = D(500) * terms.minimum.forecast_share
    floor = rounded(terms.price.prices.cost(least), terms.currency).amount_minor
    if billed_quantity < least:
        assert paid >= floor - 2 * len(terms.price.prices.tiers)
    else:
        assert not top_up


@given(
    st.lists(st.integers(0, 900), min_size=1, max_size=14),
    st.sampled_from(["month", "quarter", "year"]),
)
def test_longer_settlement_never_costs_more(contacts, settled):
    def paid(period):
        terms = contract(
            minimum=Minimum(quantity=D(400), settled=period),
            term_months=len(contacts),
        )
        run = invoices(
            terms, [month(i, contacts=n) for i, n in enumerate(contacts)], context()
        )
        return sum(x.net.amount_minor for x in run)

    used = sum(contacts) * 125
    assert used <= paid(settled) <= paid("month")
    assert paid("month") == sum(max(n, 400) * 125 for n in contacts)
    whole = max(sum(contacts), 400 * len(contacts)) * 125
    if settled == "year" and len(contacts) <= 12:
        assert paid("year") == whole


@given(
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from(["baseline", "band_edge"]),
    st.sampled_from(["0", "0.05", "0.2"]),
)
def test_an_anchored_bill_rises_with_volume(one, other, billed_from, band):
    price = Anchored(
        currency="EUR",
        base_charge=D(10000),
        baselines=(D(1000),),
        arc_rate=D(7),
        rrc_rate=D(5),
        dead_band=D(band),
        billed_from=billed_from,
    )
    low, high = sorted((one, other))
    bills = [
        sum(x.amount.amount_minor for x in price.lines(month(contacts=n), context()))
        for n in (low, high)
    ]
    assert bills[0] <= bills[1]
    assert bills[0] >= 1_000_000 - 500_000


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_better_result_never_pays_less(one, other):
    points = (
        KpiPoint(value=D("0.7"), rate=D("-0.06")),
        KpiPoint(value=D("0.9"), rate=D("0.04")),
    )
    for shape in ("linear", "step"):
        kpi = KpiClause(kpi="service_level", points=points, shape=shape)
        low, high = sorted((one, other))
        assert kpi.rate(Fraction(low)) <= kpi.rate(Fraction(high))


@given(contracts(), quantities)
def test_the_same_month_gives_the_same_invoice(terms, contacts):
    ctx = rates(terms)
    first = invoice(terms, activities(contacts), ctx)
    assert first == invoice(replace(terms), activities(contacts), ctx)


flows = st.lists(st.integers(-1000, 1000), min_size=2, max_size=14)


@settings(deadline=None)
@given(flows)
def test_internal_rates_are_zeros_and_none_is_missed(cash):
    said = irr(cash)
    scale = sum(map(abs, cash)) or 1
    if isinstance(said, NoRate):
        said_rates = ()
    else:
        said_rates = said.rates
        assert list(said_rates) == sorted(said_rates)
        assert said.is_unique == (len(said_rates) == 1)
    for rate in said_rates:
        worth = sum(abs(c) * (1 + rate) ** -t for t, c in enumerate(cash))
        assert abs(npv_from_now(rate, cash)) <= 1e-9 * worth
    # Every change of sign on a fine grid has a rate between.
    grid = [x / 50 - 0.9 for x in range(400)]
    values = [npv_from_now(rate, cash) for rate in grid]
    for (low, a), (high, b) in pairwise(zip(grid, values, strict=True)):
        if a * b < 0 and min(abs(a), abs(b)) > 1e-9 * scale:
            assert any(low <= r <= high for r in said_rates), (low, high)


@given(st.lists(st.integers(2, 40), min_size=1, max_size=4, unique=True))
def test_rates_built_in_are_found(tenths):
    """Flows are the coefficients of a polynomial in 1 + r with known zeros."""
    coefficients = [Fraction(1)]
    for tenth in tenths:
        zero = Fraction(tenth, 10)
        shifted = [*coefficients, Fraction(0)]
        coefficients = [
            a - zero * b
            for a, b in zip(shifted, [Fraction(0), *coefficients], strict=True)
        ]
    said = irr([float(c) for c in coefficients])
    assert not isinstance(said, NoRate)
    assert said.rates == pytest.approx([t / 10 - 1 for t in sorted(tenths)], abs=1e-6)


def test_flows_without_a_rate_say_why():
    assert irr([0, 0]) == NoRate(reason="all flows are zero: any rate fits")
    assert irr([1, 2]) == NoRate(reason="money is only received")
    assert irr([-1, -2]) == NoRate(reason="money is only paid")
    assert "same sign" in irr([1, -1, 1]).reason
    assert internal_rates([-1, 1e6], [0, 1 / 365]).rates == (float("inf"),)
    touching = internal_rates([1, -2.2, 1.21], [0, 1, 2])
    assert touching.rates == pytest.approx([0.1], abs=1e-7)


@given(flows, st.integers(-90, 300).map(lambda p: p / 100))
def test_both_conventions_differ_by_one_period(cash, rate):
    now, later = npv_from_now(rate, cash), npv_end_of_period(rate, cash)
    assert later * (1 + rate) == pytest.approx(now, rel=1e-9, abs=1e-9 * 10**14)


@given(
    st.integers(1, 400),
    st.integers(0, 60).map(lambda p: p / 1000),
    st.integers(1, 10**6),
)
def test_level_payments_are_worth_the_loan(periods, rate, loan):
    for due, first in (("end", 1), ("begin", 0)):
        paid = payment(rate, periods, loan, due=due)
        worth = present_value(rate, [paid] * periods, range(first, first + periods))
        assert worth == pytest.approx(-loan, rel=1e-9)
    with_rest = payment(rate, periods, loan, future=-100.0)
    worth = present_value(rate, [with_rest] * periods, range(1, periods + 1))
    rest = present_value(rate, [-100.0], [periods])
    assert worth + loan + rest == pytest.approx(0, abs=1e-6 * loan + 1e-6)


def test_finance_refuses_what_has_no_meaning():
    with pytest.raises(ValueError, match="above -1"):
        npv_from_now(-1, [1])
    with pytest.raises(ValueError, match="periods >= 1"):
        payment(0.1, 0, 1)
    with pytest.raises(ValueError, match="no flows"):
        payback([])


def test_payback_first_and_for_good():
    assert payback([-100, 60, 60]) == PaysBack(
        first=pytest.approx(5 / 3), lasting=pytest.approx(5 / 3)
    )
    again = payback([-100, 150, -100, 100])
    assert again == PaysBack(first=pytest.approx(2 / 3), lasting=pytest.approx(2.5))
    assert payback([5, 1]) == PaysBack(first=0.0, lasting=0.0)
    assert payback([-100, 50]) == NeverPaysBack(short_of=50, first=None)
    assert payback([-100, 150, -100]) == NeverPaysBack(
        short_of=50, first=pytest.approx(2 / 3)
    )
    slow = payback([-100, 60, 60], rate=0.1)
    assert slow.first == pytest.approx(1 + (100 - 60 / 1.1) / (60 / 1.21))


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=60),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_no_capacity_is_better_than_the_newsvendors(demand, under, over):
    best = sampled_base_capacity(demand, under, over)
    for capacity in set(demand):
        cost = sum(
            under * max(0, x - capacity) + over * max(0, capacity - x) for x in demand
        ) / len(demand)
        assert best.expected_cost <= cost + 1e-9
    with pytest.raises(ValueError, match="no draws"):
        sampled_base_capacity([], 1, 1)


def test_the_normal_newsvendor_is_the_limit_of_the_sampled_one():
    draws = [NormalDist(100, 20).inv_cdf((i + 0.5) / 20000) for i in range(20000)]
    sampled, exact = (
        sampled_base_capacity(draws, 4, 1),
        normal_base_capacity(100, 20, 4, 1),
    )
    assert sampled.capacity == pytest.approx(exact.capacity, abs=0.02)
    assert sampled.expected_cost == pytest.approx(exact.expected_cost, abs=0.02)
    for bad in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="costs must be positive"):
            normal_base_capacity(100, 20, *bad)
    with pytest.raises(ValueError, match="sd must be positive"):
        normal_base_capacity(100, 0, 1, 1)


def test_money_of_invoices_is_in_minor_units_of_its_currency():
    for currency, minor in zip(CURRENCIES, (1, 125, 125, 1250), strict=True):
        terms = contract(currency=currency)
        assert invoice(terms, month(contacts=1), context()).net == Money(
            minor, currency
        )
    assert str(Month(2027, 1)) == "2027-01"
