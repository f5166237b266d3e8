"""Money to the minor unit: rounding, parts, rates, months."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.fx import FxTable
from scenarios.money import (
    CurrencyMismatchError,
    Money,
    apportioned,
    nearest,
    rounded,
    times,
    total,
)
from scenarios.months import Month, days_by_month, months_from
from wfm.domain.errors import InputError, UsageError
from wfm.domain.plan import ExchangeRate


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.125", "EUR", 12),  # halves to even
        ("0.135", "EUR", 14),
        ("-0.125", "EUR", -12),
        ("2.5", "JPY", 2),
        ("3.5", "JPY", 4),
        ("0.0005", "BHD", 0),
        ("0.0015", "BHD", 2),
    ],
)
def test_rounding_is_half_even_in_the_currencys_own_digits(amount, currency, minor):
    assert rounded(Decimal(amount), currency) == Money(minor, currency)
    assert rounded(Fraction(Decimal(amount)), currency) == Money(minor, currency)


@given(
    numerator=st.integers(-(10**9), 10**9),
    denominator=st.integers(1, 400),
    currency=st.sampled_from(["JPY", "EUR", "BHD"]),
)
def test_fractions_are_rounded_as_python_rounds_them(numerator, denominator, currency):
    amount = Fraction(numerator, denominator)
    digits = {"JPY": 0, "EUR": 2, "BHD": 3}[currency]
    assert rounded(amount, currency).amount_minor == round(amount * 10**digits)
    assert Fraction(nearest(amount, 4)) == Fraction(round(amount * 10**4), 10**4)


def test_a_product_of_long_decimals_is_not_rounded_twice():
    quantity, price = Decimal("1." + 27 * "0" + "1"), Decimal("0.005")
    assert rounded(times(quantity, price), "EUR") == Money(1, "EUR")
    assert rounded(quantity * price, "EUR") == Money(0, "EUR")  # a half, to even


def test_amounts_are_exact_and_currencies_do_not_mix():
    assert Money(1999, "EUR").amount == Decimal("19.99")
    assert Money(1999, "JPY").amount == Decimal(1999)
    assert Money(-5, "BHD").exact == Fraction(-5, 1000)
    assert Money(5, "EUR") - Money(7, "EUR") == -Money(2, "EUR")
    assert total([], "EUR") == Money(0, "EUR")
    with pytest.raises(CurrencyMismatchError, match="EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatchError, match="EUR and USD"):
        total([Money(1, "EUR"), Money(1, "USD")], "EUR")


@given(
    minor=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any),
)
def test_parts_add_up_and_are_within_one_unit_of_their_share(minor, weights):
    parts = apportioned(Money(minor, "EUR"), weights)
    assert sum(part.amount_minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        share = Fraction(minor * weight, sum(weights))
        assert abs(part.amount_minor - share) < 1


def test_parts_of_nothing_known():
    assert [p.amount_minor for p in apportioned(Money(100, "EUR"), [1, 1, 1])] == [
        34,
        33,
        33,
    ]
    for weights in ([0, 0], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            apportioned(Money(1, "EUR"), weights)


def table():
    row = ExchangeRate(
        month="2026-10",
        source_currency="EUR",
        target_currency="JPY",
        rate=163.25,
        source="treasury",
    )
    return FxTable.of([row])


def test_a_rate_serves_both_ways_and_rounds_once():
    month = Month(2026, 10)
    assert table().convert(Money(1000, "EUR"), "JPY", month) == Money(1632, "JPY")
    assert table().convert(Money(16325, "JPY"), "EUR", month) == Money(10000, "EUR")
    assert table().convert(Money(5, "USD"), "USD", month) == Money(5, "USD")


def test_a_missing_month_is_named_with_the_row_to_add():
    with pytest.raises(InputError, match="no rate from EUR to JPY for 2026-11"):
        table().rate("EUR", "JPY", Month(2026, 11))
    with pytest.raises(InputError, match="2026-10,USD,JPY,<rate>"):
        table().rate("USD", "JPY", Month(2026, 10))


def test_months_count_across_years():
    assert Month(2026, 11) + 3 == Month(2027, 2)
    assert Month(2026, 1) + -1 == Month(2025, 12)
    assert Month(2027, 2) - Month(2026, 11) == 3
    assert [str(m) for m in months_from(Month(2026, 12), 2)] == ["2026-12", "2027-01"]
    assert Month.parse("2024-02").num_days == 29
    assert list(Month(2026, 2).dates())[-1] == date(2026, 2, 28)
    with pytest.raises(UsageError, match="no month"):
        Month.parse("2026-13")


def test_a_week_falls_into_the_months_of_its_dates():
    assert days_by_month(date(2026, 10, 26), 7) == {
        Month(2026, 10): 6,
        Month(2026, 11): 1,
    }
