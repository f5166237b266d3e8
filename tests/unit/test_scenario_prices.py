"""Prices changed by path: rates both ways round, terms, and what finds nothing."""

from fractions import Fraction

import pytest

from scenarios.fx import FxTable
from scenarios.months import Month
from scenarios.patch import Patch
from wfm.domain.plan import ExchangeRate
from wfm.io.scenario_paths import PatchError
from wfm.io.scenario_prices import with_prices_changed, with_rates_changed
from wfm.io.scenario_schema import ScenarioFileTable

NOVEMBER = Month(2026, 11)


def fx():
    pairs = [("USD", "EUR", 0.8), ("EUR", "JPY", 160.0), ("PHP", "EUR", 0.016)]
    return FxTable.of(
        ExchangeRate(
            month=month,
            source_currency=source,
            target_currency=target,
            rate=rate,
            source="test",
        )
        for month in ("2026-11", "2026-12")
        for source, target, rate in pairs
    )


def patch(path, operation="scale", value=1.25):
    return Patch(path=path, operation=operation, value=value)


def test_a_rate_moves_in_every_month():
    found = with_rates_changed(fx(), [patch("exchange_rates.USD.EUR")])
    for month in (NOVEMBER, NOVEMBER + 1):
        assert found.rate("USD", "EUR", month) == 1
        assert found.rate("EUR", "JPY", month) == 160


def test_a_pair_listed_the_other_way_round_moves_by_the_inverse():
    found = with_rates_changed(fx(), [patch("exchange_rates.JPY.EUR")])
    assert found.rate("JPY", "EUR", NOVEMBER) == Fraction(1, 128)
    assert found.rate("EUR", "JPY", NOVEMBER) == 128


def test_stars_name_several_pairs_and_values_can_be_set():
    found = with_rates_changed(fx(), [patch("exchange_rates.*.EUR", "set", 0.5)])
    assert found.rate("USD", "EUR", NOVEMBER) == Fraction(1, 2)
    assert found.rate("PHP", "EUR", NOVEMBER) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("exchange_rates.GBP.EUR", 1.1, "no such pair"),
        ("exchange_rates.USD", 1.1, "no such pair"),
        ("exchange_rates.USD.EUR", -1.0, "not positive"),
    ],
)
def test_rates_that_are_not_there_or_make_no_sense(path, value, message):
    with pytest.raises(PatchError, match=message):
        with_rates_changed(fx(), [patch(path, value=value)])


def table():
    return ScenarioFileTable.model_validate(
        {
            "version": "1",
            "start": "2026-11",
            "scenarios": {"base": {}},
            "indices": {"cpi": {"2026-11": "100", "2027-11": "103"}},
            "cost_models": {
                "own_a": {"model": "in_house", "grades": {"agent": "20", "lead": "30"}},
                "own_b": {"model": "in_house", "grades": {"agent": "10"}},
            },
            "vendor_contracts": {
                "v": {"price": {"model": "per_contact", "prices": "2"}}
            },
        }
    )


def test_terms_change_where_the_path_says_and_nowhere_else():
    before = table()
    found = with_prices_changed(before, [patch("cost_models.own_*.grades.agent")])
    assert found.cost_models["own_a"]["grades"] == {"agent": "25", "lead": "30"}
    assert found.cost_models["own_b"]["grades"] == {"agent": "12.5"}
    assert before.cost_models["own_a"]["grades"]["agent"] == "20"
    more = with_prices_changed(before, [patch("indices.cpi.2027-11", "shift", 2)])
    assert more.indices["cpi"]["2027-11"] == "105"
    both = [patch("vendor_contracts.v.price.prices"), patch("indices.*.*", "set", 1)]
    found = with_prices_changed(before, both)
    assert found.vendor_contracts["v"]["price"]["prices"] == "2.5"
    assert set(found.indices["cpi"].values()) == {"1"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("cost_models.own_c.grades.agent", "nothing is called so"),
        ("cost_models.own_a.wages", "nothing is called so"),
        ("cost_models.own_a.model.deep", "nothing is called so"),
        ("cost_models.own_a.model", "is no number"),
    ],
)
def test_terms_that_are_not_there(path, message):
    with pytest.raises(PatchError, match=message):
        with_prices_changed(table(), [patch(path)])
