"""Published answers of finance, each with its source; wrong ones stand as traps."""

from datetime import date

import pytest
from support.contract_cases import D, amounts, context, contract, month

from scenarios.break_even import Crossing, PiecewiseCost, crossings
from scenarios.contract import Minimum
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.per_minute import PerMinute
from scenarios.cost_models.productive_hour import ProductiveHour
from scenarios.finance import (
    annual_rate,
    irr,
    monthly_rate,
    npv_end_of_period,
    npv_from_now,
    payment,
    present_value,
    xirr,
    xnpv,
)
from scenarios.invoice import invoice
from scenarios.learning import (
    annual_cohort_from_monthly,
    attrition_cost,
    crawford_total,
    crawford_unit,
    monthly_from_annual_cohort,
    monthly_from_annual_turnover,
    ramp_cost,
    wright_average,
    wright_unit,
)
from scenarios.money import Money
from scenarios.newsvendor import normal_base_capacity
from scenarios.pricing import PriceList


def test_npv_with_the_first_flow_now():
    # numpy-financial, documentation of npv.
    flows = [-40000, 5000, 8000, 12000, 30000]
    assert npv_from_now(0.08, flows) == pytest.approx(3065.22267, abs=1e-5)


def test_npv_with_the_first_flow_at_the_end_of_the_period():
    # Microsoft Excel, help of NPV, example 1.
    flows = [-10000, 3000, 4200, 6800]
    assert npv_end_of_period(0.1, flows) == pytest.approx(1188.44, abs=0.005)
    assert npv_from_now(0.1, flows) == pytest.approx(1307.29, abs=0.005)


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        # Gitman, Principles of Managerial Finance, p. 346 to 348.
        ([-100, 39, 59, 55, 20], 0.28095),
        # Microsoft Excel, help of IRR.
        ([-70000, 12000, 15000, 18000, 21000, 26000], 0.0866309),
    ],
)
def test_internal_rate_of_return(flows, rate):
    (found,) = irr(flows).rates
    assert found == pytest.approx(rate, abs=1e-5)


def test_gitmans_value_at_the_rounded_rate():
    # numpy 1.5's npv discounted the first flow too, as spreadsheets do.
    flows = [-100, 39, 59, 55, 20]
    assert npv_end_of_period(0.281, flows) == pytest.approx(-0.0066187, abs=1e-7)


def test_flows_on_dates():
    # Microsoft Excel, help of XNPV and XIRR.
    flows = [-10000, 2750, 4250, 3250, 2750]
    dates = [
        date(2008, 1, 1),
        date(2008, 3, 1),
        date(2008, 10, 30),
        date(2009, 2, 15),
        date(2009, 4, 1),
    ]
    assert xnpv(0.09, flows, dates) == pytest.approx(2086.65, abs=0.005)
    (rate,) = xirr(flows, dates).rates
    assert rate == pytest.approx(0.373362535, abs=2e-8)


def test_loan_payment():
    # numpy-financial, documentation of pmt.
    paid = payment(0.075 / 12, 12 * 15, 200000)
    assert paid == pytest.approx(-1854.0247200054619, abs=1e-9)


def test_make_or_buy():
    # Exercise of operations management, qammunity.org/6325901.
    make, buy = PiecewiseCost.linear(80000, 9), PiecewiseCost.linear(10000, 16)
    found = crossings(make, buy)
    assert found == (
        Crossing(x=10000, kind="crossing", cheaper_before=1, cheaper_after=0),
    )
    assert make.cost(10000) == buy.cost(10000) == 170000
    assert (buy.cost(9000), make.cost(9000)) == (154000, 161000)


def test_in_house_or_offshore():
    # Exercise of operations management, coursehero.com 8361395.
    at_home = PiecewiseCost.linear(5_000_000, 3)
    (found,) = crossings(at_home, PiecewiseCost.linear(3_000_000, 6))
    assert float(found.x) == pytest.approx(666666.67, abs=0.005)
    assert found.cheaper_after == 0


def test_a_published_break_even_of_5000_is_wrong():
    # brainytermpapers.com prints 5000: (120000 - 80000) / (10 - 5) is 8000.
    (found,) = crossings(
        PiecewiseCost.linear(80000, 10), PiecewiseCost.linear(120000, 5)
    )
    assert found.x == 8000


def test_hours_by_contract():
    # ROI Call Center Solutions: 25 agents at 30 hours a week are 750 billable hours.
    price = ProductiveHour(currency="USD", prices=PriceList.flat(D(1)))
    lines = contract(price, currency="USD").lines(
        month(productive_hours=25 * 30), context()
    )
    assert lines[0].quantity == 750
    assert lines[0].amount == Money(75000, "USD")


def test_minutes_by_contract():
    # VHT: 1,000 calls of 5 minutes at $1 a minute.
    price = PerMinute(currency="USD", prices=PriceList.flat(D(1)))
    (line,) = price.lines(month(contacts=1000, handle_minutes=1000 * 5), context())
    assert line.amount == Money(500000, "USD")


def anchored(billed_from, **more):
    return Anchored(
        currency="USD",
        base_charge=D(10000),
        baselines=(D(1000),),
        arc_rate=D(8),
        rrc_rate=D(6),
        rrc_factor=D("0.75"),
        dead_band=D("0.1"),
        billed_from=billed_from,
        **more,
    )


@pytest.mark.parametrize(
    ("contacts", "from_baseline", "from_band_edge"),
    [
        # ARC = (actual - baseline) x rate if actual > baseline x (1 + band);
        # RRC = (baseline - actual) x Z x rate if actual < baseline x (1 - band):
        # published agreement, lawinsider.com/dictionary/arc-rate.
        (1100, 10000, 10000),
        (1200, 11600, 10800),
        (900, 10000, 10000),
        (800, 9100, 9550),
    ],
)
def test_additional_and_reduced_resource_charges(
    contacts, from_baseline, from_band_edge
):
    for billed_from, expected in (
        ("baseline", from_baseline),
        ("band_edge", from_band_edge),
    ):
        lines = anchored(billed_from).lines(month(contacts=contacts), context())
        assert sum(line.amount.amount for line in lines) == expected


def test_the_bill_is_90_percent_of_the_forecast_at_least():
    # erlang.com forum, reply 11893.
    terms = contract(minimum=Minimum(forecast_share=D("0.9")))
    for contacts, expected in ((500, 1125), (900, 1125), (1000, 1250)):
        result = invoice(
            terms, month(contacts=contacts, forecast_contacts=1000), context()
        )
        assert sum(amounts(result).values()) == expected


def test_ramp_of_a_hire():
    # R. Davis (Tenacity), How to measure the costs of attrition III.
    waste = ramp_cost(D(15), 160, [0.4, 0.5, 0.6, 0.7, 0.8, 0.9], "USD")
    assert waste[0] == Money(144000, "USD")
    assert sum(month.amount for month in waste) == 5040


def test_a_point_of_attrition():
    # ApexCX: a turnover of 25 % costs $150,000 a year, $6,000 a point.
    heads, each = D(100), Money(600000, "USD")
    assert attrition_cost(D("0.25"), heads, each) == Money(15_000_000, "USD")
    assert attrition_cost(D("0.01"), heads, each) == Money(600_000, "USD")
    assert attrition_cost(D("0.33"), heads, each) == Money(19_800_000, "USD")


def test_learning_curves():
    # Wideman, Cost control of capital projects, appendix 2, models A and B.
    assert wright_average(2, 0.8) == pytest.approx(0.8, abs=1e-12)
    assert wright_unit(2, 0.8) == pytest.approx(0.6, abs=1e-12)
    assert wright_unit(1, 0.8, first=3.0) == 3.0
    assert wright_average(4, 0.8) == pytest.approx(0.64, abs=1e-12)
    for n, unit in ((2, 80), (4, 64), (8, 51.2), (16, 40.96), (100, 22.71)):
        assert crawford_unit(n, 0.8, first=100) == pytest.approx(unit, abs=0.01)
    assert crawford_total(8, 0.8, first=100) == pytest.approx(534.59, abs=0.01)
    with pytest.raises(ValueError, match="learning rate"):
        wright_average(2, 1.2)


def test_newsvendor():
    best = normal_base_capacity(1000, 200, under_cost=40, over_cost=10)
    assert best.critical_ratio == 0.8
    assert best.capacity == pytest.approx(1168.32, abs=0.01)
    assert best.expected_overflow == pytest.approx(22.328, abs=0.01)
    assert 40 * 1000 - best.expected_cost == pytest.approx(37200.38, abs=0.01)


def test_attrition_by_month():
    assert monthly_from_annual_cohort(0.3) == pytest.approx(0.0292855, abs=1e-6)
    assert monthly_from_annual_turnover(0.3) == pytest.approx(0.025, abs=1e-12)
    assert monthly_from_annual_turnover(1.8) == pytest.approx(0.15, abs=1e-12)
    assert annual_cohort_from_monthly(0.0292855) == pytest.approx(0.3, abs=1e-6)
    with pytest.raises(ValueError, match="cohort"):
        monthly_from_annual_cohort(1.2)


def test_the_present_value_of_nothing_is_nothing():
    assert present_value(0.1, [], []) == 0


def test_rates_by_month_and_year():
    assert annual_rate(0.01) == pytest.approx(1.01**12 - 1, rel=1e-14)
    assert monthly_rate(annual_rate(0.007)) == pytest.approx(0.007, rel=1e-14)
