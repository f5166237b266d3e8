"""An own site's month, line by line, worked out by hand."""

import pytest
from support.contract_cases import START, D, context, month

from scenarios.cost_models.in_house import InHouse
from scenarios.money import Money
from scenarios.terms import TermsError
from scenarios.wages import Premium, WageScale, WageStep
from scenarios.workplace import Capex, Role, Workplace


def model(**terms):
    return InHouse(
        **{"currency": "EUR", "grades": {"agent": WageScale.parse("3200")}, **terms}
    )


def lines(terms, activity, ctx=None):
    return {
        line.code: line.amount.amount
        for line in terms.lines(activity, ctx or context())
    }


def test_every_line_of_a_full_month():
    site = model(
        grades={"junior": WageScale.parse("2400"), "senior": WageScale.parse("3200")},
        extra_monthly_wages=D(1),
        premia={
            "night": Premium.parse("0.25"),
            "language": Premium(per_hour=D("1.50")),
            "holiday": Premium(fraction=D(1)),
        },
        overtime_premium=D("0.5"),
        burden=D("0.2"),
        roles={
            "supervisor": Role(wage=D(4000), span=D(12)),
            "quality": Role(wage=D(3500), span=D(40), whole=False),
            "trainer": Role(wage=D(3000), span=D(10), per="trainees"),
            "manager": Role(wage=D(6000), fixed=D(1)),
        },
        workplace=Workplace(
            seat=D(300),
            agents_per_seat=D("1.5"),
            home_share=D("0.25"),
            home_allowance=D(50),
            home_set_up=D(1200),
        ),
        technology={"telephony": D(45), "wfm": D(12)},
        fixed={"overhead": D(1000)},
        recruiting_per_hire=D(900),
        training_per_hire=D(1100),
        training_per_trainee_month=D(70),
        severance_per_leaver=D(2000),
        severance_share=D("0.5"),
        capex=(Capex(name="desks", amount=D(10000)),),
    )
    activity = month(
        heads=32,
        headcount_by_grade={"junior": 24.0, "senior": 8.0},
        paid_hours=5200,
        overtime_hours=100,
        premium_hours={"night": 400.0, "language": 1000.0},
        hires=4,
        leavers=3,
        trainees=4,
    )
    # Mean wage 2600, so 16.25 an hour.
    pay = {
        "wage.junior": 57600,
        "wage.senior": 25600,
        "extra_wages": D("6933.33"),
        "premium.night": 1625,  # 400 x 4.0625
        "premium.language": 1500,
        "overtime": D("2437.5"),  # 100 x 24.375
        "role.supervisor": 12000,
        "role.quality": 2800,
        "role.trainer": 3000,
        "role.manager": 6000,
    }
    assert lines(site, activity) == {
        **pay,
        "burden": D("23899.17"),  # 119,495.83 x 0.2 = 23,899.166
        "seats": 4800,  # 24 on site share 16 seats
        "home": 400,
        "home_set_up": 1200,
        "technology.telephony": 1440,
        "technology.wfm": 384,
        "fixed.overhead": 1000,
        "recruiting": 3600,
        "training": 4400,
        "training_months": 280,
        "severance": 3000,
        "capex.0.desks": 10000,
    }


def test_hourly_pay_covers_paid_hours_and_overtime_only_its_premium():
    site = model(grades={"agent": WageScale.parse("20")}, pay_by="hour")
    activity = month(heads=10, paid_hours=1700, overtime_hours=100)
    assert lines(site, activity) == {"wage.agent": 34000, "overtime": 500}


def test_wages_rise_by_agreement_each_year_and_with_an_index():
    scale = WageScale(
        steps=(WageStep(wage=D(1000)), WageStep(wage=D(1200), month=START + 12)),
        yearly_raise=D("0.1"),
        raise_month=4,
    )
    wages = [float(scale.wage(START + n, START)) for n in (0, 2, 3, 11, 12, 14, 15, 27)]
    assert wages == pytest.approx([1000, 1000, 1100, 1100, 1200, 1200, 1320, 1452])
    site = model(wage_index="wage")
    ctx = context(indices={"wage": {0: 80, 6: 84}})
    assert lines(site, month(6, heads=1), ctx) == {"wage.agent": 3360}


def test_a_wage_that_does_not_reach_back_is_refused():
    scale = WageScale(steps=(WageStep(wage=D(1), month=START + 1),))
    with pytest.raises(TermsError, match="no wage for 2027-01"):
        scale.wage(START, START)


def test_the_grades_of_the_agents_must_be_known():
    two = model(grades={"a": WageScale.parse("1"), "b": WageScale.parse("2")})
    with pytest.raises(TermsError, match="grades are not known"):
        two.lines(month(heads=2), context())
    with pytest.raises(TermsError, match="no wage for c"):
        two.lines(month(heads=2, headcount_by_grade={"c": 2.0}), context())
    assert lines(two, month(headcount_by_grade={"a": 0.0})) == {}


def test_leased_seats_are_paid_when_empty():
    place = Workplace(seat=D(100), leased_seats=20)
    assert place.seats(12.0) == 20
    assert place.seats(20.2) == 21


def test_capex_is_cash_or_spread_to_the_cent():
    assert Capex(name="x", amount=D(100), month=3).charges("EUR") == {
        3: Money(10000, "EUR")
    }
    spread = Capex(name="x", amount=D(100), treatment="straight_line", months=3)
    assert [m.amount_minor for m in spread.charges("EUR").values()] == [
        3334,
        3333,
        3333,
    ]
    assert sum(m.amount_minor for m in spread.charges("JPY").values()) == 100


def test_a_loan_is_paid_back_to_the_cent():
    # Level payment of 200,000 over 180 months at 7.5 %: numpy-financial, pmt.
    loan = Capex(
        name="seats",
        amount=D(200000),
        treatment="loan",
        months=180,
        annual_rate=D("0.075"),
    )
    charges = loan.charges("USD")
    assert list(charges) == list(range(1, 181))
    assert charges[1] == Money(185402, "USD")
    owed = 200000.0
    for paid in charges.values():
        owed = owed * (1 + 0.075 / 12) - float(paid.amount)
    assert abs(owed) < 0.01
    assert abs(charges[180].amount_minor - 185402) < 300


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: model(grades={}), "grades: there is no grade"),
        (lambda: model(currency="EURO"), "unknown currency 'EURO'"),
        (lambda: model(burden=D(-1)), "burden: -1 does not fit"),
        (lambda: model(technology={"a": D(-2)}), r"technology\.a: -2 is negative"),
        (lambda: model(hours_per_month=D(0)), "hours_per_month"),
        (lambda: WageScale(steps=()), "steps: there is no wage"),
        (lambda: WageScale.parse("-5"), r"steps\.0\.wage: -5 is negative"),
        (
            lambda: WageScale(steps=(WageStep(wage=D(1)), WageStep(wage=D(2)))),
            r"steps\.1\.month: the steps' months don't rise",
        ),
        (
            lambda: WageScale(steps=(WageStep(wage=D(1)),), raise_month=13),
            "raise_month",
        ),
        (lambda: Premium(), "exactly one of fraction, per_hour"),
        (lambda: Premium(fraction=D(1), per_hour=D(1)), "fraction, per_hour is given"),
        (lambda: Role(wage=D(1)), "nobody is in the role"),
        (lambda: Workplace(home_share=D(2)), "home_share"),
        (lambda: Capex(name="x", amount=D(1), treatment="loan"), "over how long"),
    ],
)
def test_bad_terms_are_refused_by_place(broken, message):
    with pytest.raises(TermsError, match=message):
        broken()
