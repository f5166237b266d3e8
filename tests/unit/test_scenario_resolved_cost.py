"""Cost per matter settled: repeats, lost customers, orders won, delay."""

import numpy as np
import pytest
from support.contract_cases import D, month

from scenarios.money import CurrencyMismatchError, Money
from scenarios.resolved_cost import (
    CustomerValue,
    contacts_per_issue,
    resolved_cost,
    settled_share,
)
from scenarios.terms import TermsError


def test_contacts_per_issue_against_a_simulation():
    rng, fcr, repeats = np.random.default_rng(7), 0.7, 0.6
    contacts = settled = 0
    for _ in range(40_000):
        while True:
            contacts += 1
            if rng.random() < fcr:
                settled += 1
                break
            if rng.random() >= repeats:
                break
    assert contacts_per_issue(fcr, repeats) == pytest.approx(
        contacts / 40_000, rel=0.01
    )
    assert settled_share(fcr, repeats) == pytest.approx(settled / 40_000, rel=0.01)
    assert settled_share(0.4) == 1
    for bad in ((0, 1), (1.1, 0), (0.5, -1)):
        with pytest.raises(ValueError, match="no contacts per issue"):
            contacts_per_issue(*bad)


def test_every_part_by_hand():
    value = CustomerValue(
        currency="EUR",
        sale_per_contact=D("0.50"),
        delay_loss_per_minute=D("0.1"),
        customer_value=D(200),
        lost_if_dissatisfied=D("0.05"),
        lost_if_abandoned=D("0.02"),
    )
    done = month(
        contacts=9500,
        resolved_contacts=8000,
        kpis={"csat": 0.8, "abandonment": 0.05, "asa_s": 30.0},
    )
    cost = resolved_cost(Money(2_400_000, "EUR"), done, value)
    assert cost.lost_dissatisfied.amount == 19000  # 1,900 x 5 % x 200
    assert cost.lost_abandoned.amount == 2000  # 500 gave up
    assert cost.delay.amount == 475  # 4,750 minutes
    assert cost.sales.amount == -4750
    assert cost.total.amount == 24000 + 19000 + 2000 + 475 - 4750
    assert cost.service_per_resolved == 3
    assert cost.total_per_resolved == D("5.0906")
    rows = cost.to_rows()
    assert sum(row["amount"] for row in rows[:-1]) == rows[-1]["amount"]


def test_a_cheap_contact_may_be_a_dear_solution():
    value = CustomerValue(currency="EUR")
    cheap = resolved_cost(
        Money(100_000, "EUR"), month(contacts=500, resolved_contacts=250), value
    )
    dear = resolved_cost(
        Money(120_000, "EUR"), month(contacts=500, resolved_contacts=400), value
    )
    assert cheap.service_per_resolved > dear.service_per_resolved
    nothing = resolved_cost(Money(1, "EUR"), month(), value)
    assert nothing.total_per_resolved is None


def test_what_is_valued_must_be_measured_and_in_one_currency():
    value = CustomerValue(currency="EUR", delay_loss_per_minute=D(1))
    with pytest.raises(TermsError, match=r"kpis\.asa_s: no result of 'asa_s'"):
        resolved_cost(Money(1, "EUR"), month(contacts=1), value)
    with pytest.raises(CurrencyMismatchError):
        resolved_cost(Money(1, "USD"), month(), CustomerValue(currency="EUR"))
    with pytest.raises(TermsError, match="lost_if_abandoned: 2 does not fit"):
        CustomerValue(currency="EUR", lost_if_abandoned=D(2))
