"""Contracts as data: every clause by hand, line by line."""

from dataclasses import replace

import pytest
from support.contract_cases import START, D, amounts, context, contract, month, tiers

from scenarios.activity import pooled
from scenarios.clauses import FxClause, IndexClause, KpiClause, KpiPoint
from scenarios.contract import Capacity, Exit, Fee, Minimum, Tax
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.fte_month import FteMonth
from scenarios.cost_models.hybrid import Hybrid
from scenarios.cost_models.in_house import InHouse
from scenarios.cost_models.per_contact import PerContact
from scenarios.cost_models.productive_hour import ProductiveHour
from scenarios.invoice import invoice, invoices
from scenarios.money import Money
from scenarios.pricing import PriceList
from scenarios.terms import TermsError
from scenarios.wages import WageScale
from wfm.domain.errors import InputError, UsageError


def bill(terms, activity, ctx=None, **more):
    return amounts(invoice(terms, activity, ctx or context(), **more))


def test_a_price_per_contact():
    result = invoice(contract(), month(contacts=1000.126), context())
    (line,) = result.lines
    assert (line.quantity, line.unit, line.unit_price) == (
        D("1000.13"),
        "contact",
        D("1.25"),
    )
    assert line.amount == Money(125016, "EUR")  # 1250.1625, halves to even
    assert result.net == result.gross == result.charges == Money(125016, "EUR")


def test_incremental_tiers_give_a_line_each_and_all_units_one():
    steps = ((0, 2), (1000, "1.5"), (5000, 1))
    by_tier = contract(PerContact(currency="EUR", prices=tiers(*steps)))
    assert bill(by_tier, month(contacts=6000)) == {
        "charge.contacts.tier1": 2000,
        "charge.contacts.tier2": 6000,
        "charge.contacts.tier3": 1000,
    }
    assert bill(by_tier, month(contacts=1000)) == {"charge.contacts.tier1": 2000}
    prices = tiers(*steps, kind="all_units")
    whole = contract(PerContact(currency="EUR", prices=prices))
    assert bill(whole, month(contacts=6000)) == {"charge.contacts.tier3": 6000}
    assert bill(whole, month(contacts=1000)) == {"charge.contacts.tier2": 1500}
    assert bill(whole, month(contacts=0)) == {}


def test_take_or_pay_by_amount_quantity_and_forecast():
    busy, quiet = month(contacts=1000), month(contacts=100, forecast_contacts=1000)
    fixed = contract(minimum=Minimum(amount=D(800)))
    assert bill(fixed, busy) == {"charge.contacts": 1250}
    assert bill(fixed, quiet) == {"charge.contacts": 125, "minimum": 675}
    by_quantity = contract(minimum=Minimum(quantity=D(400)))
    assert bill(by_quantity, quiet) == {"charge.contacts": 125, "minimum": 375}
    # "bill >= 90% of the client's forecast" (erlang.com forum).
    by_share = contract(minimum=Minimum(forecast_share=D("0.9")))
    assert bill(by_share, quiet) == {"charge.contacts": 125, "minimum": 1000}


def test_a_forecast_of_hours_is_its_own_or_follows_contacts():
    price = ProductiveHour(currency="EUR", prices=PriceList.flat(D(20)))
    terms = contract(price, minimum=Minimum(forecast_share=D("0.5")))
    told = month(productive_hours=10, forecast={"productive_hours": 100})
    assert bill(terms, told)["minimum"] == 800
    derived = month(productive_hours=10, contacts=50, forecast_contacts=500)
    assert bill(terms, derived)["minimum"] == 800
    with pytest.raises(UsageError, match="no forecast of productive_hours"):
        bill(terms, month(productive_hours=10))


def test_a_minimum_of_the_quarter_lets_months_make_up_for_each_other():
    terms = contract(minimum=Minimum(quantity=D(1000), settled="quarter"))
    run = invoices(
        terms, [month(i, contacts=c) for i, c in enumerate((400, 1800, 800))], context()
    )
    assert [amounts(x).get("minimum") for x in run] == [None, None, None]
    run = invoices(
        terms, [month(i, contacts=c) for i, c in enumerate((400, 1300, 500))], context()
    )
    # 3000 asked, 2200 billed.
    assert [amounts(x).get("minimum") for x in run] == [None, None, D(1000)]


def test_a_settled_minimum_asks_for_the_months_before():
    terms = contract(minimum=Minimum(amount=D(10), settled="year"))
    with pytest.raises(TermsError, match="2027-01 is needed"):
        invoice(terms, month(11, contacts=1), context())


def test_notice_settles_an_open_period():
    terms = contract(
        minimum=Minimum(amount=D(100), settled="year"),
        notice_given=START,
        exit=Exit(notice_months=1),
    )
    run = invoices(terms, [month(0, contacts=8), month(1, contacts=8)], context())
    assert [amounts(x).get("minimum") for x in run] == [None, D(180)]


def test_a_minimum_starts_after_the_ramp():
    terms = contract(minimum=Minimum(amount=D(100), first_month=2))
    assert "minimum" not in bill(terms, month(1, contacts=1))
    assert "minimum" in bill(terms, month(2, contacts=1))


def test_ramp_discounts_end():
    terms = contract(ramp_discounts=(D("0.5"), D("0.25")))
    activity = {"contacts": 100}
    assert bill(terms, month(0, **activity))["ramp"] == D("-62.5")
    assert bill(terms, month(1, **activity))["ramp"] == D("-31.25")
    assert "ramp" not in bill(terms, month(2, **activity))


def kpi(*points, name="service_level", **more):
    return KpiClause(
        kpi=name,
        points=tuple(KpiPoint(value=D(v), rate=D(r)) for v, r in points),
        **more,
    )


@pytest.mark.parametrize(
    ("shape", "level", "expected"),
    [
        ("linear", 0.50, "-62.5"),
        ("linear", 0.75, "-31.25"),
        ("linear", 0.80, None),
        ("linear", 0.85, "18.75"),
        ("linear", 0.99, "37.5"),
        ("step", 0.65, "-62.5"),
        ("step", 0.79, "-62.5"),
        ("step", 0.80, None),
        ("step", 0.90, "37.5"),
    ],
)
def test_bonus_and_malus_by_service_level(shape, level, expected):
    clause = kpi(("0.7", "-0.05"), ("0.8", "0"), ("0.9", "0.03"), shape=shape)
    found = bill(
        contract(kpis=(clause,)), month(contacts=1000, kpis={"service_level": level})
    )
    assert found.get("kpi.service_level") == (expected and D(expected))


def test_caps_hold_the_sum_of_all_results():
    clauses = (
        kpi(("0.8", "-0.08")),
        kpi(("300", "0.01"), ("400", "-0.07"), name="aht_s"),
    )
    terms = contract(kpis=clauses, malus_cap=D("0.10"), bonus_cap=D("0.02"))
    bad = month(contacts=1000, kpis={"service_level": 0.5, "aht_s": 500.0})
    found = bill(terms, bad)
    assert found["kpi.service_level"] == -100
    assert found["kpi.aht_s"] == D("-87.5")
    assert found["kpi_cap"] == D("62.5")
    assert sum(v for k, v in found.items() if k.startswith("kpi")) == -125
    generous = contract(kpis=(kpi(("0.8", "0.05")),), bonus_cap=D("0.02"))
    found = bill(generous, month(contacts=1000, kpis={"service_level": 0.9}))
    assert found["kpi.service_level"] + found["kpi_cap"] == 25


def test_a_missing_result_is_refused_or_neutral():
    with pytest.raises(TermsError, match=r"2027-01\.kpis\.csat: no result of 'csat'"):
        bill(contract(kpis=(kpi(("0.8", "0.1"), name="csat"),)), month(contacts=1))
    neutral = kpi(("0.8", "0.1"), name="csat", if_missing="neutral")
    assert bill(contract(kpis=(neutral,)), month(contacts=1)) == {
        "charge.contacts": D("1.25")
    }
    assert bill(contract(kpis=(kpi(("0", "0.1"), name="csat"),)), month()) == {}


def test_an_index_moves_prices_at_reviews_within_its_collar():
    clause = IndexClause(index="wage_ph", share=D("0.6"), cap=D("0.05"), floor=D(0))
    terms = contract(indices=(clause,), price_digits=4)
    ctx = context(indices={"wage_ph": {0: 100, 12: 110, 24: 108}})
    assert bill(terms, month(11, contacts=100), ctx)["charge.contacts"] == 125
    # 10 % is held at 5 %; 60 % of the price follows: 1.25 x 1.03 = 1.2875.
    assert bill(terms, month(12, contacts=100), ctx)["charge.contacts"] == D("128.75")
    # A fall is held at 0, so nothing changes at the second review.
    assert bill(terms, month(24, contacts=100), ctx)["charge.contacts"] == D("128.75")


def test_two_indices_add_and_are_published_late():
    clauses = (
        IndexClause(index="wage", share=D("0.5"), every_months=6, lag_months=3),
        IndexClause(index="cpi", share=D("0.25"), every_months=6),
    )
    ctx = context(indices={"wage": {-3: 100, 3: 104}, "cpi": {0: 50, 6: 51}})
    line = invoice(contract(indices=clauses), month(6, contacts=1), ctx).lines[0]
    assert line.unit_price == D("1.2812")  # 1.25 x 1.025 = 1.28125, half to even


def test_a_missing_index_value_is_named():
    terms = contract(indices=(IndexClause(index="cpi"),))
    with pytest.raises(
        InputError, match=r"indices\.cpi: no positive value for 2027-01"
    ):
        bill(terms, month(12, contacts=1))


@pytest.mark.parametrize(
    ("terms", "rate", "expected"),
    [
        ({}, 50.0, "160"),  # the peso gains 16 %; the client bears it all
        ({"client_share": D("0.5")}, 50.0, "80"),
        ({"client_share": D(0)}, 50.0, None),
        ({"exposed_share": D("0.7")}, 50.0, "112"),
        ({"band": D("0.05")}, 50.0, "110"),
        ({"band": D("0.05"), "counted_from": "reference"}, 50.0, "160"),
        ({"band": D("0.2")}, 50.0, None),
        ({"cap": D("0.1")}, 50.0, "100"),
        ({"band": D("0.05"), "floor": D("-0.02")}, 72.5, "-20"),
        ({"band": D("0.05")}, 72.5, "-150"),
    ],
)
def test_exchange_rate_clauses(terms, rate, expected):
    clause = FxClause(
        **{
            "cost_currency": "PHP",
            "reference_rate": D(58),
            "client_share": D(1),
            **terms,
        }
    )
    found = bill(
        contract(fx=clause), month(contacts=800), context([(0, "EUR", "PHP", rate)])
    )
    assert found.get("fx") == (expected and D(expected))


def test_a_missing_month_of_rates_is_named_with_the_row_to_add():
    clause = FxClause(cost_currency="PHP", reference_rate=D(58), client_share=D(1))
    with pytest.raises(InputError, match="2027-02,EUR,PHP,<rate>"):
        bill(
            contract(fx=clause), month(1, contacts=1), context([(0, "EUR", "PHP", 58)])
        )


def test_transition_is_billed_before_the_start_and_work_is_not():
    terms = contract(transition=(Fee(name="project", amount=D(5000), month=-2),))
    result = invoice(terms, month(-2), context())
    assert amounts(result) == {"transition.project": 5000}
    assert result.lines[0].kind == "one_off"
    with pytest.raises(TermsError, match="work outside the contract"):
        bill(terms, month(-2, contacts=1))


def test_notice_and_exit_fee():
    terms = contract(
        term_months=36,
        notice_given=START + 5,
        exit=Exit(notice_months=6, fee=D(36000), fee_declines=True),
        minimum=Minimum(amount=D(100)),
    )
    assert terms.last_month == START + 11
    assert bill(terms, month(10)) == {"minimum": 100}
    assert bill(terms, month(11))["exit"] == 24000  # 24 of 36 months remain
    assert bill(terms, month(12)) == {}
    with pytest.raises(TermsError, match="2027-01 to 2027-12"):
        bill(terms, month(12, contacts=1))
    whole = replace(terms, exit=Exit(notice_months=6, fee=D(36000)))
    assert bill(whole, month(11))["exit"] == 36000
    late = replace(terms, notice_given=START + 34)
    assert late.last_month == terms.term_end == START + 35
    assert "exit" not in bill(late, month(35))
    endless = contract(notice_given=START, exit=Exit(fee=D(7)))
    assert bill(endless, month(0))["exit"] == 7


def test_taxes_are_lines_of_their_own():
    terms = contract(
        taxes=(
            Tax(name="vat", rate=D("0.2"), recoverable=True),
            Tax(name="levy", rate=D("0.015")),
            Tax(name="import_vat", rate=D("0.2"), reverse_charge=True),
        )
    )
    result = invoice(terms, month(contacts=100), context())
    assert amounts(result) == {
        "charge.contacts": 125,
        "tax_recoverable.vat": 25,
        "tax.levy": D("1.88"),  # 1.875
        "tax.import_vat": 0,
    }
    assert (result.net, result.tax) == (Money(12500, "EUR"), Money(2688, "EUR"))
    assert result.gross == Money(15188, "EUR")
    lines = terms.lines(month(contacts=100), context())
    assert sum(line.amount.amount_minor for line in lines) == 12688


def test_taxes_round_on_the_invoice_or_on_each_line():
    price = PerContact(
        currency="EUR", prices=tiers((0, "0.33"), (1, "0.33"), (2, "0.33"))
    )
    terms = contract(price, taxes=(Tax(name="vat", rate=D("0.05")),))
    three = month(contacts=3)
    assert bill(terms, three)["tax.vat"] == D("0.05")  # 0.0495
    assert bill(replace(terms, taxes_per="line"), three)["tax.vat"] == D("0.06")


def test_the_clauses_apply_in_the_stated_order():
    terms = contract(
        minimum=Minimum(amount=D(2000)),
        fx=FxClause(cost_currency="PHP", reference_rate=D(60), client_share=D(1)),
        ramp_discounts=(D("0.1"),),
        kpis=(kpi(("0", "0.05")),),
        taxes=(Tax(name="vat", rate=D("0.1")),),
        transition=(Fee(name="project", amount=D(100)),),
    )
    activity = month(contacts=800, kpis={"service_level": 1.0})
    assert bill(terms, activity, context([(0, "EUR", "PHP", 50)])) == {
        "charge.contacts": 1000,
        "minimum": 1000,
        "fx": 400,
        "ramp": -240,
        "kpi.service_level": 108,
        "transition.project": 100,
        "tax.vat": D("236.8"),
    }


def test_a_month_comes_once():
    with pytest.raises(TermsError, match="comes twice"):
        invoices(contract(), [month(), month()], context())


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"currency": "EUU"}, r"currency: unknown currency 'EUU'"),
        ({"term_months": 0}, "term_months: 0 is not positive"),
        ({"malus_cap": D(2)}, "malus_cap: 2 does not fit, expected 0 to 1"),
        ({"ramp_discounts": (D("1.5"),)}, r"ramp_discounts\.0: 1.5 is no share"),
        (
            {
                "minimum": Minimum(quantity=D(500)),
                "capacity": Capacity(measure="contacts", quantity=D(400)),
            },
            r"minimum\.quantity: a minimum of 500 is above the capacity, expected 400",
        ),
        (
            {
                "minimum": Minimum(amount=D(501)),
                "capacity": Capacity(measure="contacts", quantity=D(400)),
            },
            r"minimum\.amount: a minimum of 501 is above .*, expected 500",
        ),
        (
            {
                "indices": (
                    IndexClause(index="a"),
                    IndexClause(index="b", share=D("0.1")),
                )
            },
            "indices: 1.1 of the price is indexed",
        ),
        (
            {
                "fx": FxClause(
                    cost_currency="EUR", reference_rate=D(1), client_share=D(1)
                )
            },
            r"fx\.cost_currency: is the contract's own",
        ),
        ({"exit": Exit(fee_declines=True)}, "there is no term"),
        ({"notice_given": START + -1}, "notice in 2026-12, before the start"),
        ({"taxes": (Tax(name="a", rate=D(0)),) * 2}, r"taxes\.1: a second entry for a"),
        ({"quantity_digits": -1}, "quantity_digits: -1 does not fit"),
    ],
)
def test_contradictory_terms_are_refused_by_place(terms, message):
    with pytest.raises(TermsError, match=message):
        contract(
            **{
                "price": PerContact(currency="EUR", prices=PriceList.flat(D("1.25"))),
                **terms,
            }
        )


def test_a_price_list_must_reach_the_capacity():
    price = PerContact(currency="EUR", prices=tiers((0, 1), end=300))
    with pytest.raises(TermsError, match=r"price\.prices\.tiers: no price above 300"):
        contract(price)
    with pytest.raises(TermsError, match="no price above 300"):
        contract(price, capacity=Capacity(measure="contacts", quantity=D(400)))
    fits = contract(price, capacity=Capacity(measure="contacts", quantity=D(300)))
    assert bill(fits, month(contacts=300)) == {"charge.contacts": 300}
    with pytest.raises(TermsError, match=r"no tier prices a quantity of 300\.01"):
        bill(fits, month(contacts=300.01))


def test_a_forecast_above_the_capacity_can_not_be_charged():
    terms = contract(
        minimum=Minimum(forecast_share=D(1)),
        capacity=Capacity(measure="contacts", quantity=D(400)),
    )
    with pytest.raises(TermsError, match="above the capacity, expected 400"):
        bill(terms, month(contacts=1, forecast_contacts=401))


def test_a_minimum_of_a_hybrid_counts_its_own_measure():
    parts = {
        "agents": FteMonth(currency="EUR", prices=PriceList.flat(D(1000))),
        "contacts": PerContact(currency="EUR", prices=PriceList.flat(D(1))),
    }
    price = Hybrid(currency="EUR", parts=parts)
    terms = contract(price, minimum=Minimum(quantity=D(5), measure="heads"))
    found = bill(terms, month(heads=3, contacts=100))
    assert found == {"charge.heads": 3000, "charge.contacts": 100, "minimum": 2000}


def test_an_anchored_base_has_no_minimum_of_a_fixed_kind_only():
    price = Anchored(
        currency="EUR",
        base_charge=D(1000),
        baselines=(D(500),),
        arc_rate=D(1),
        rrc_rate=D(1),
    )
    terms = contract(price, minimum=Minimum(quantity=D(450)))
    assert bill(terms, month(contacts=400))["minimum"] == 50


def test_lanes_under_one_contract_are_billed_together():
    price = PerContact(currency="EUR", prices=tiers((0, 2), (1000, 1)))
    terms = contract(
        price,
        transition=(Fee(name="project", amount=D(500)),),
        kpis=(kpi(("0.6", "0"), ("1", "0.4")),),
    )
    one = [month(n, "a", contacts=900, kpis={"service_level": 0.9}) for n in (0, 1)]
    other = [month(1, "b", contacts=300, kpis={"service_level": 0.7})]
    first, second = invoices(terms, [*one, *other], context())
    assert (first.lane_id, second.lane_id) == ("c", "c")
    assert amounts(first) == {
        "charge.contacts.tier1": 1800,
        "kpi.service_level": 540,
        "transition.project": 500,
    }
    # 1,200 contacts; 85 % in time by contacts.
    assert amounts(second) == {
        "charge.contacts.tier1": 2000,
        "charge.contacts.tier2": 200,
        "kpi.service_level": 550,
    }
    assert [x.lane_id for x in invoices(terms, one, context())] == ["a", "a"]


def test_pooling_adds_what_adds_up():
    one = month(0, "a", heads=2, premium_hours={"night": 3.0}, kpis={"csat": 0.5})
    other = month(
        0,
        "b",
        heads=1,
        premium_hours={"night": 1.0, "sunday": 2.0},
        kpis={"csat": 0.7, "fcr": 1.0},
    )
    whole = pooled([one, other], "both")
    assert (whole.lane_id, whole.heads) == ("both", 3)
    assert whole.premium_hours == {"night": 4, "sunday": 2}
    assert whole.kpis == pytest.approx({"csat": 0.6, "fcr": 1})
    for wrong in ([], [month(0), month(1)]):
        with pytest.raises(UsageError, match="activities of one month"):
            pooled(wrong, "x")


def test_rows_and_frame():
    result = invoice(contract(), month(contacts=2), context())
    (row,) = result.to_rows()
    assert row["contract"] == "c"
    assert row["amount"] == D("2.50")
    assert list(result.to_frame()["code"]) == ["charge.contacts"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: IndexClause(index="a", share=D(2)), "share: 2 does not fit"),
        (lambda: IndexClause(index="a", every_months=0), "every_months"),
        (
            lambda: IndexClause(index="a", cap=D(0), floor=D(1)),
            "floor: 1 is above the cap, expected 0 at most",
        ),
        (
            lambda: FxClause(
                cost_currency="PHP",
                reference_rate=D(0),
                client_share=D(1),
                cap=D(0),
                floor=D(1),
            ),
            "reference_rate: 0 is not positive.*floor: 1 is above the cap",
        ),
        (lambda: KpiClause(kpi="csat", points=()), "points: there is no point"),
        (lambda: kpi(("0.8", "1.5")), r"points\.0\.rate: 1.5 of the charges"),
        (
            lambda: kpi(("0.8", "0"), ("0.8", "0")),
            r"points\.1\.value: 0.8 does not rise",
        ),
        (lambda: Minimum(), "nothing is given, expected exactly one of amount"),
        (lambda: Minimum(amount=D(1), quantity=D(1)), "amount, quantity is given"),
        (lambda: Minimum(forecast_share=D("1.2")), "forecast_share: 1.2 does not fit"),
        (
            lambda: Minimum(quantity=D(1), measure="calls"),
            "measure: 'calls' is unknown",
        ),
        (lambda: Capacity(measure="heads", quantity=D(-1)), "quantity: -1"),
        (lambda: Fee(name="a", amount=D(-1)), "amount: -1"),
        (lambda: Exit(notice_months=-1), "notice_months: -1"),
        (lambda: Tax(name="vat", rate=D(20)), "rate: 20 does not fit, expected 0 to 1"),
    ],
)
def test_bad_clauses_are_refused_by_place(broken, message):
    with pytest.raises(TermsError, match=message):
        broken()


def test_a_minimum_quantity_needs_a_measure():
    price = InHouse(currency="EUR", grades={"agent": WageScale.parse("2000")})
    with pytest.raises(TermsError, match=r"minimum\.measure: the price model has no"):
        contract(price, minimum=Minimum(quantity=D(1)))
    floor = contract(price, minimum=Minimum(amount=D(2500)))
    assert bill(floor, month(heads=1))["minimum"] == 500


def test_the_contract_is_a_cost_model_itself():
    terms = contract(minimum=Minimum(amount=D(10), settled="quarter"))
    assert terms.lines(month(contacts=4), context())[0].amount == Money(500, "EUR")
    with pytest.raises(TermsError, match="2027-01 is needed"):
        terms.lines(month(2, contacts=4), context())
