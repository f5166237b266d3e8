"""Statements in one currency, reconciliation, weeks by month."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.contract_cases import START, D, context, contract, month

from scenarios.apportion import money_by_month, sums_by_month
from scenarios.clauses import FxClause
from scenarios.contract import Minimum
from scenarios.cost_models.per_contact import PerContact
from scenarios.invoice import invoice
from scenarios.money import Money
from scenarios.months import Month
from scenarios.pricing import PriceList
from scenarios.reconciliation import reconcile
from scenarios.statement import Statement
from wfm.domain.errors import InputError
from wfm.domain.grid import IntervalGrid


def some_lines():
    yen = PerContact(currency="JPY", prices=PriceList.flat(D(200)))
    euro = PerContact(currency="EUR", prices=PriceList.flat(D("1.25")))
    return [
        *yen.lines(month(contacts=7, lane="fukuoka"), context()),
        *euro.lines(month(contacts=100, lane="krakow"), context()),
        *yen.lines(month(1, contacts=7, lane="fukuoka"), context()),
    ]


def test_local_amounts_are_kept_beside_the_reported():
    fx = context([(0, "EUR", "JPY", 160), (1, "EUR", "JPY", 170)]).fx
    said = Statement.of(some_lines(), fx, "EUR")
    assert [x.amount.amount_minor for x in said.lines] == [875, 12500, 824]
    assert said.total == Money(14199, "EUR")
    assert said.local_totals() == {
        "EUR": Money(12500, "EUR"),
        "JPY": Money(2800, "JPY"),
    }
    assert said.by_month() == {START: Money(13375, "EUR"), START + 1: Money(824, "EUR")}
    assert said.by_lane() == {
        "fukuoka": Money(1699, "EUR"),
        "krakow": Money(12500, "EUR"),
    }
    assert said.by_code() == {"contacts": Money(14199, "EUR")}
    row = said.to_rows()[0]
    assert (row["amount"], row["currency"], row["reported"]) == (1400, "JPY", D("8.75"))
    assert row["rate_source"] == "treasury"
    assert said.to_rows()[1]["rate_source"] == ""
    assert len(said.to_frame()) == 3


def test_every_missing_rate_is_named():
    with pytest.raises(InputError) as caught:
        Statement.of(some_lines(), context().fx, "EUR")
    assert [p.message for p in caught.value.problems] == [
        "no rate from JPY to EUR for 2027-01",
        "no rate from JPY to EUR for 2027-02",
    ]


def test_plan_actual_and_bill_line_by_line():
    terms = contract(
        minimum=Minimum(amount=D(1300)),
        fx=FxClause(cost_currency="PHP", reference_rate=D(60), client_share=D(1)),
    )
    rates = [(0, "EUR", "PHP", 60), (1, "EUR", "PHP", 50)]
    planned = invoice(terms, month(0, contacts=1000), context(rates))
    actual = invoice(terms, month(1, contacts=1200), context(rates))
    billed = {"charge.contacts": Money(150000, "EUR"), "overtime": Money(999, "EUR")}
    result = reconcile(planned, actual, billed)
    by_code = {line.code: line for line in result.lines}
    charge = by_code["charge.contacts"]
    assert (charge.volume_effect.amount, charge.price_effect.amount) == (250, 0)
    assert charge.disputed == Money(0, "EUR")
    assert by_code["minimum"].other_effect.amount == -50
    assert by_code["fx"].other_effect.amount == 300
    assert by_code["fx"].disputed == Money(-30000, "EUR")
    assert by_code["overtime"].disputed == Money(999, "EUR")
    assert result.planned.amount == 1300
    assert result.due.amount == 1800
    assert result.disputed.amount == D("-290.01")
    assert len(result.to_frame()) == 4
    assert all(line.billed is None for line in reconcile(planned, actual).lines)
    assert reconcile(planned, actual).disputed == Money(0, "EUR")


@given(
    contacts=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    prices=st.tuples(st.integers(0, 9999), st.integers(0, 9999)),
    currency=st.sampled_from(["JPY", "EUR", "BHD"]),
)
def test_effects_add_up_to_the_difference(contacts, prices, currency):
    def bill(n, price):
        model = PerContact(currency=currency, prices=PriceList.flat(D(price) / 1000))
        return invoice(contract(model, currency=currency), month(contacts=n), context())

    planned, actual = (bill(*each) for each in zip(contacts, prices, strict=True))
    result = reconcile(planned, actual)
    for line in result.lines:
        effects = line.volume_effect + line.price_effect + line.other_effect
        assert line.planned + effects == line.due
        assert abs(line.other_effect.amount_minor) <= 2
    assert result.due == actual.gross


def test_a_week_over_the_turn_of_the_month_is_split_by_its_dates():
    parts = money_by_month(Money(10000, "EUR"), date(2026, 10, 26), 7)
    assert parts == {
        Month(2026, 10): Money(8571, "EUR"),
        Month(2026, 11): Money(1429, "EUR"),
    }
    weights = [0, 0, 0, 0, 0, 30, 10]
    parts = money_by_month(Money(10001, "EUR"), date(2026, 10, 26), 7, weights)
    assert [p.amount_minor for p in parts.values()] == [7501, 2500]
    with pytest.raises(ValueError, match="6 weights for 7 days"):
        money_by_month(Money(1, "EUR"), date(2026, 10, 26), 7, weights[1:])


@pytest.mark.parametrize(
    ("zone", "october"), [("UTC", 24), ("Asia/Tokyo", 15), ("Pacific/Honolulu", 34)]
)
def test_hours_fall_into_the_month_of_their_local_date(zone, october):
    grid = IntervalGrid(
        start_utc=datetime(2026, 10, 31, tzinfo=UTC),
        interval_minutes=60,
        num_intervals=48,
    )
    sums = sums_by_month(np.ones(48), grid, zone)
    assert sums[Month(2026, 10)] == october
    assert sum(sums.values()) == 48
    with pytest.raises(ValueError, match="don't fit"):
        sums_by_month(np.ones(47), grid, zone)


def test_an_invoice_replaced_by_another_contract_is_still_exact():
    cheaper = replace(contract(), ramp_discounts=(D("0.333"),))
    result = invoice(cheaper, month(contacts=1), context())
    assert [x.amount.amount_minor for x in result.lines] == [125, -42]
