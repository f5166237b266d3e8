"""Contracts read from YAML: what is written is what is meant; faults by line."""

import textwrap
from datetime import date

import pytest
from support.contract_cases import START, D, amounts, context, month

from scenarios.contract import Contract
from scenarios.contract_inputs import missing_inputs
from scenarios.cost_model import CostModel
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.in_house import InHouse
from scenarios.invoice import invoice
from scenarios.months import Month
from scenarios.pricing import PriceList
from scenarios.wages import Premium, WageScale
from wfm.io.problems import Problems
from wfm.io.terms_reader import TermsReader
from wfm.io.yaml_source import DocumentProblems, load_yaml

FULL = """\
vendor_contracts:
  manila:
    currency: USD
    start: 2027-01
    term_months: 36
    price:
      model: per_contact
      prices:
        kind: incremental
        tiers:
          - {from_quantity: 0, to_quantity: 1000, price: 1.25}
          - {from_quantity: 1000, price: 1.00}
    capacity: {measure: contacts, quantity: 50000}
    minimum: {forecast_share: 0.9, first_month: 3}
    indices:
      - {index: wage_ph, share: 0.6, cap: 0.05, floor: 0}
    fx: {cost_currency: PHP, reference_rate: 58, client_share: 0.5, floor: -0.1}
    ramp_discounts: [0.2, 0.1]
    kpis:
      - kpi: service_level
        points: [{value: 0.7, rate: -0.05}, {value: 0.9, rate: 0.02}]
    malus_cap: 0.05
    transition:
      - {name: project, amount: 20000, month: -2}
    exit: {notice_months: 6, fee: 36000, fee_declines: true}
    taxes:
      - {name: vat, rate: 0.2, reverse_charge: true}
  hybrid:
    currency: EUR
    start: 2027-01
    price:
      model: hybrid
      parts:
        agents: {model: fte_month, prices: 2600}
        contacts: {model: per_contact, prices: 0.40}
  anchored:
    currency: EUR
    start: 2027-01
    price:
      {model: anchored, base_charge: 9000, baselines: 1000, arc_rate: 8, rrc_rate: 6,
       dead_band: 0.1, billed_from: band_edge}
  open_book:
    currency: USD
    start: 2027-01
    price:
      model: cost_plus
      margin: 0.12
      costs: {model: in_house, currency: PHP, grades: {agent: 29000}}
"""


def read_contracts(data, path, faults):
    reader = TermsReader(faults)
    found = {
        name: reader.read(Contract, terms, (*path, name), contract_id=name)
        for name, terms in data.items()
    }
    return {name: contract for name, contract in found.items() if contract}


def read_cost_models(data, path, faults, currency):
    reader = TermsReader(faults)
    return {
        name: reader.read(CostModel, terms, (*path, name), currency=currency)
        for name, terms in data.items()
    }


def read(text, what=read_contracts, key="vendor_contracts"):
    problems = Problems()
    document = load_yaml(textwrap.dedent(text), "scenarios.yaml", problems)
    faults = DocumentProblems(document, problems)
    return what(document.data[key], (key,), faults), [str(p) for p in problems.found]


def test_a_full_contract_is_read_as_written():
    found, problems = read(FULL)
    assert problems == []
    manila = found["manila"]
    assert manila.contract_id == "manila"
    assert (manila.start, manila.term_months) == (START, 36)
    assert manila.price.currency == "USD"
    assert [t.price for t in manila.price.prices.tiers] == [D("1.25"), D("1.00")]
    assert manila.kpis[0].points[0].rate == D("-0.05")
    assert manila.fx.floor == D("-0.1")
    assert manila.transition[0].month == -2
    assert manila.exit.fee_declines is True
    ctx = context([(0, "USD", "PHP", 58)])
    bill = invoice(manila, month(contacts=1500, kpis={"service_level": 0.9}), ctx)
    assert amounts(bill) == {
        "charge.contacts.tier1": 1250,
        "charge.contacts.tier2": 500,
        "ramp": -350,
        "kpi.service_level": 28,
        "tax.vat": 0,
    }
    assert found["hybrid"].price.parts["agents"].currency == "EUR"
    assert isinstance(found["anchored"].price, Anchored)
    assert found["anchored"].price.baselines == (D(1000),)
    assert found["open_book"].price.costs.currency == "PHP"


def test_an_own_site_is_read():
    text = """\
    cost_models:
      krakow:
        model: in_house
        grades:
          junior: 2400
          senior:
            steps: [{wage: 3000}, {month: 2027-07, wage: 3200}]
            yearly_raise: 0.03
        premia: {night: 0.2, language: {per_hour: 1.50}}
        roles: {supervisor: {wage: 4000, span: 12}}
        workplace: {seat: 300, home_share: 0.25}
        technology: {telephony: 45}
        capex: [{name: desks, amount: 10000, treatment: straight_line, months: 36}]
        burden: 0.2
    """
    problems = Problems()
    document = load_yaml(textwrap.dedent(text), "scenarios.yaml", problems)
    found = read_cost_models(
        document.data["cost_models"],
        ("cost_models",),
        DocumentProblems(document, problems),
        currency="EUR",
    )
    assert len(problems) == 0
    site = found["krakow"]
    assert isinstance(site, InHouse)
    assert site.currency == "EUR"
    assert site.grades["senior"].steps[1].month == Month(2027, 7)
    assert site.premia["night"] == Premium(fraction=D("0.2"))


def test_lists_of_tiers_need_no_key_and_any_shape_can_be_asked_for():
    problems = Problems()
    document = load_yaml(
        "a: [{to_quantity: 9, price: 2}, {from_quantity: 9, price: 1}]\n"
        "b: 2027-01-31\nc: [x]\n",
        "f",
        problems,
    )
    reader = TermsReader(DocumentProblems(document, problems))
    prices = reader.read(PriceList, document.data["a"], ("a",))
    assert prices.cost(D(10)) == 19
    assert reader.read(date, document.data["b"], ("b",)) == date(2027, 1, 31)
    assert len(problems) == 0
    assert reader.read(date | None, document.data["c"], ("c",)) is None
    assert len(problems) == 1


def contract_text(lines):
    head = "vendor_contracts:\n  a:\n    currency: EUR\n    start: 2027-01\n"
    return head + textwrap.indent(textwrap.dedent(lines), "    ")


PRICE = "price: {model: per_contact, prices: 1}\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            """\
            price:
              model: per_contact
              prices:
                tiers:
                  - {from_quantity: 0, to_quantity: 10, price: 1}
                  - {from_quantity: 12, price: 1}
            """,
            "10:29: vendor_contracts.a.price.prices.tiers.1.from_quantity: a gap: "
            "no price from 10 to 12, expected 10",
        ),
        (
            """\
            price:
              model: per_contact
              prices:
                tiers:
                  - {from_quantity: 0, to_quantity: 10, price: 1}
                  - {from_quantity: 8, price: 1}
            """,
            "10:29: vendor_contracts.a.price.prices.tiers.1.from_quantity: an overlap: "
            "two prices from 8 to 10, expected 10",
        ),
        (
            "price: {model: per_contact, prices: -2}\n",
            "5:41: vendor_contracts.a.price.prices: -2 is negative, expected 0 or more",
        ),
        (
            "price: {model: per_contact, currency: EUU, prices: 2}\n",
            "5:43: vendor_contracts.a.price.currency: unknown currency 'EUU'",
        ),
        (
            PRICE + "minimum: {quantity: 500}\n"
            "capacity: {measure: contacts, quantity: 400}\n",
            "6:25: vendor_contracts.a.minimum.quantity: a minimum of 500 is above the "
            "capacity, expected 400 at most",
        ),
        (
            "price: {model: per_contct, prices: 2}\n",
            "5:20: vendor_contracts.a.price.model: unknown cost model 'per_contct'; "
            "did you mean 'per_contact'?",
        ),
        (
            "price: {prices: 2}\n",
            "5:12: vendor_contracts.a.price: the key 'model' is missing",
        ),
        ("price: 2\n", "5:12: vendor_contracts.a.price: the key 'model' is missing"),
        (
            "price: {model: per_contact, prices: two}\n",
            "5:41: vendor_contracts.a.price.prices: 'two' does not fit, "
            "expected a number, or a mapping",
        ),
        ("term_months: 3\n", "2:3: vendor_contracts.a: the key 'price' is missing"),
        (
            PRICE + "minimun: {quantity: 5}\n",
            "6:5: vendor_contracts.a.minimun: unknown key; did you mean 'minimum'?",
        ),
        (
            PRICE + "term_months: 1.5\n",
            "a.term_months: '1.5' does not fit, expected a whole number",
        ),
        (
            PRICE + "term_months: [1]\n",
            "a.term_months: is no single value, expected a whole",
        ),
        (
            PRICE + "notice_given: 2027-13\n",
            "a.notice_given: '2027-13' does not fit, expected a month YYYY-MM",
        ),
        (
            PRICE + "taxes_per: lines\n",
            "a.taxes_per: 'lines' does not fit; did you mean 'line'?",
        ),
        (PRICE + "taxes: {name: vat}\n", "a.taxes: is no list, expected a list"),
        (PRICE + "exit: 5\n", "a.exit: is no mapping, expected keys notice_months"),
        (
            "price: {model: in_house, grades: 2000}\n",
            "a.price.grades: is no mapping, expected name: value",
        ),
        (
            PRICE + "exit: {fee_declines: maybe}\n",
            "a.exit.fee_declines: 'maybe' can't be",
        ),
    ],
)
def test_bad_contracts_are_refused_by_line_path_reason_and_cure(lines, expected):
    found, problems = read(contract_text(lines))
    assert found == {}
    assert len(problems) == 1
    assert problems[0].startswith("scenarios.yaml:")
    assert expected in problems[0]


def test_all_faults_of_all_contracts_are_told_at_once():
    text = """\
    vendor_contracts:
      a: {currency: EUR, start: soon, price: {model: per_contact, prices: -1}}
      b: [1]
      c:
        currency: EUR
        start: 2027-01
        price: {model: fte_month, prices: 2000}
    """
    found, problems = read(text)
    assert list(found) == ["c"]
    assert len(problems) == 3


def test_missing_rates_and_index_values_are_told_before_anything_is_priced():
    found, _ = read(FULL)
    months = [START + n for n in range(-3, 13)]
    rates = [(n, "USD", "PHP", 58.0) for n in range(12)]
    rates += [(n, "USD", "EUR", 0.9) for n in range(1, 13)]
    ctx = context(rates, {"wage_ph": {0: 100}})
    problems = [str(p) for p in missing_inputs(found["manila"], months, ctx, "EUR")]
    assert problems == [
        "exchange_rates.csv: no rate from USD to EUR for 2027-01, "
        "expected a row 2027-01,USD,EUR,<rate>,<source>",
        "exchange_rates.csv: no rate from USD to PHP for 2028-01, "
        "expected a row 2028-01,USD,PHP,<rate>,<source>",
        "scenarios.yaml:indices.wage_ph: no positive value for 2028-01, "
        "expected a line 2028-01: <value>",
    ]
    books = missing_inputs(found["open_book"], [START], context())
    assert [p.message for p in books] == ["no rate from PHP to USD for 2027-01"]
    assert missing_inputs(found["hybrid"], [START], context()) == ()
    site = InHouse(currency="EUR", grades={"a": WageScale.parse("1")}, wage_index="w")
    asked = missing_inputs(site, [START + 1], context(indices={"w": {1: 2}}), "JPY")
    assert [p.message for p in asked] == [
        "no rate from EUR to JPY for 2027-02",
        "no positive value for 2027-01",
    ]
