"""A scenario report made by hand: every price model, every clause, four currencies."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from scenarios.activity import MonthActivity
from scenarios.clauses import FxClause, IndexClause, KpiClause, KpiPoint
from scenarios.comparison import Comparison
from scenarios.contract import Contract, Exit, Fee, Minimum, Tax
from scenarios.cost_model import PricingContext
from scenarios.cost_models.ai_agent import AiAgent
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.cost_plus import CostPlus
from scenarios.cost_models.fte_month import FteMonth
from scenarios.cost_models.hybrid import Hybrid
from scenarios.cost_models.in_house import InHouse
from scenarios.cost_models.logged_hour import LoggedHour
from scenarios.cost_models.outcome_share import OutcomeShare
from scenarios.cost_models.per_contact import PerContact
from scenarios.cost_models.per_minute import PerMinute
from scenarios.cost_models.per_resolution import PerResolution
from scenarios.cost_models.productive_hour import ProductiveHour
from scenarios.fx import FxTable
from scenarios.lanes import Lane
from scenarios.months import Month, months_from
from scenarios.pricing import PriceList, Tier
from scenarios.pricing_months import PriceBook, month_total
from scenarios.result import MonthResult, ScenarioResult
from scenarios.runner import Case, Phase
from scenarios.wages import Premium, WageScale, WageStep
from scenarios.workplace import Capex, Role, Workplace
from wfm.report.scenario_inputs import ScenarioReport, by_price

D = Decimal
START = Month(2026, 11)
MONTHS = months_from(START, 14)


def tiers(*pairs, kind="incremental", end=None):
    """Return a price list of (from, price) pairs."""
    starts = [D(str(start)) for start, _ in pairs]
    ends = [*starts[1:], None if end is None else D(str(end))]
    listed = tuple(
        Tier(price=D(str(price)), from_quantity=start, to_quantity=upper)
        for (_, price), start, upper in zip(pairs, starts, ends, strict=True)
    )
    return PriceList(tiers=listed, kind=kind)


def flat(price):
    """Return one price for any quantity."""
    return PriceList.flat(D(str(price)))


OWN_JPY = InHouse(
    currency="JPY",
    grades={
        "agent": WageScale(
            steps=(
                WageStep(wage=D(251000)),
                WageStep(wage=D(262500), month=Month(2027, 3)),
            ),
            yearly_raise=D("0.021"),
            raise_month=4,
        ),
        "senior": WageScale(steps=(WageStep(wage=D(318000)),), yearly_raise=D("0.03")),
    },
    pay_by="month",
    extra_monthly_wages=D(2),
    premia={"night": Premium(fraction=D("0.25")), "sunday": Premium(per_hour=D(310))},
    burden=D("0.1555"),
    roles={
        "supervisor": Role(wage=D(420000), span=D(12)),
        "trainer": Role(wage=D(380000), span=D(8), per="trainees", whole=False),
        "head": Role(wage=D(610000), fixed=D(1)),
    },
    workplace=Workplace(
        seat=D(31000),
        agents_per_seat=D("1.5"),
        leased_seats=20,
        home_share=D("0.25"),
        home_allowance=D(5000),
        home_set_up=D(90000),
    ),
    technology={"tools": D(14000)},
    fixed={"licence": D(250000)},
    recruiting_per_hire=D(180000),
    training_per_hire=D(260000),
    training_per_trainee_month=D(41000),
    severance_per_leaver=D(150000),
    severance_share=D("0.4"),
    wage_index="wages",
    capex=(
        Capex(name="desks", amount=D(1_000_003), month=1),
        Capex(
            name="phones",
            amount=D(700_001),
            month=0,
            treatment="straight_line",
            months=9,
        ),
        Capex(
            name="fit-out",
            amount=D(9_000_000),
            month=0,
            treatment="loan",
            months=12,
            annual_rate=D("0.03"),
        ),
    ),
)
OWN_PLN = InHouse(
    currency="PLN",
    grades={"agent": WageScale(steps=(WageStep(wage=D(46)),), yearly_raise=D("0.05"))},
    pay_by="hour",
    burden=D("0.2048"),
    premia={"night": Premium(fraction=D("0.2"))},
)
HOURLY = Contract(
    contract_id="hourly",
    currency="USD",
    start=START,
    price=ProductiveHour(
        currency="USD",
        prices=tiers((0, 9.405), (2500, 9.15), (6000, 8.995)),
        surcharges={"night": D("0.80"), "overtime": D("4.5")},
    ),
    minimum=Minimum(quantity=D(2600), settled="quarter", first_month=1),
    indices=(
        IndexClause(
            index="cpi",
            share=D("0.7"),
            every_months=6,
            lag_months=2,
            cap=D("0.04"),
            floor=D(0),
        ),
    ),
    fx=FxClause(
        cost_currency="PHP",
        reference_rate=D("57.5"),
        client_share=D("0.5"),
        exposed_share=D("0.8"),
        band=D("0.02"),
        cap=D("0.1"),
        floor=D("-0.1"),
    ),
    ramp_discounts=(D("0.15"), D("0.1")),
    kpis=(
        KpiClause(
            kpi="service_level",
            points=(
                KpiPoint(value=D("0.70"), rate=D("-0.06")),
                KpiPoint(value=D("0.78"), rate=D(0)),
                KpiPoint(value=D("0.85"), rate=D("0.03")),
            ),
        ),
        KpiClause(
            kpi="csat",
            shape="step",
            points=(
                KpiPoint(value=D("0.5"), rate=D("-0.02")),
                KpiPoint(value=D("0.8"), rate=D("0.015")),
            ),
        ),
    ),
    bonus_cap=D("0.025"),
    malus_cap=D("0.05"),
    transition=(
        Fee(name="set-up", amount=D(25000)),
        Fee(name="knowledge transfer", amount=D("18000.55"), month=1),
    ),
    term_months=36,
    exit=Exit(notice_months=6, fee=D(30000), fee_declines=True),
    notice_given=Month(2027, 5),
    taxes=(
        Tax(name="levy", rate=D("0.0125")),
        Tax(name="VAT", rate=D("0.12"), recoverable=True),
        Tax(name="GST", rate=D("0.18"), reverse_charge=True),
    ),
    taxes_per="line",
)
PER_CONTACT = Contract(
    contract_id="contact",
    currency="EUR",
    start=START,
    price=PerContact(
        currency="EUR",
        prices=tiers((0, 2.05), (20000, 1.70), (40000, 1.55), kind="all_units"),
    ),
    minimum=Minimum(forecast_share=D("0.9")),
    taxes=(Tax(name="fee", rate=D("0.01")),),
)
HYBRID = Contract(
    contract_id="hybrid",
    currency="BHD",
    start=START,
    price=Hybrid(
        currency="BHD",
        parts={
            "people": FteMonth(currency="BHD", prices=flat("410.125")),
            "minutes": PerMinute(currency="BHD", prices=flat("0.0345")),
            "base": Anchored(
                currency="BHD",
                base_charge=D(9000),
                baselines=(D(18000), D(21000)),
                arc_rate=D("0.42"),
                rrc_rate=D("0.4"),
                rrc_factor=D("0.75"),
                dead_band=D("0.05"),
                billed_from="band_edge",
            ),
        },
    ),
    minimum=Minimum(amount=D("31000.005"), settled="year"),
)
OPEN_BOOK = CostPlus(
    currency="EUR",
    costs=OWN_PLN,
    margin=D("0.0875"),
    fixed_fee=D(1500),
    maximum_per_hour=D("16.4"),
)
PRICES = {
    "own_jpy": OWN_JPY,
    "own_pln": OWN_PLN,
    "hourly": HOURLY,
    "contact": PER_CONTACT,
    "hybrid": HYBRID,
    "open_book": OPEN_BOOK,
    "bot": AiAgent(
        currency="USD",
        per_attempt=tiers((0, 0.11), (15000, 0.085), end=90000),
        per_resolution=flat(0.625),
        platform_fee=D(2500),
    ),
    "sales": OutcomeShare(
        currency="EUR",
        shares=tiers((0, 0.08), (50000, 0.11)),
        fee_per_outcome=D("1.25"),
        maximum=D(8000),
    ),
    "logged": LoggedHour(currency="EUR", prices=flat(14.5)),
    "solved": PerResolution(currency="EUR", prices=flat(1.995)),
    "anchored": Anchored(
        currency="EUR",
        base_charge=D(30000),
        baselines=(D(20000),),
        arc_rate=D("1.4"),
        rrc_rate=D("1.3"),
        dead_band=D("0.03"),
        billed_from="baseline",
    ),
}


def activity(lane, month, scale=1.0, **more):
    """Return a month of work that differs from month to month."""
    k = month - START
    wave = scale * (1 + 0.17 * ((k * 5) % 7 - 3) / 3)
    values = {
        "contacts": 21000.3 * wave,
        "resolved_contacts": 16111.7 * wave,
        "attempts": 31000.0 * wave,
        "forecast_contacts": 22000.0,
        "handle_minutes": 101234.567 * wave,
        "productive_hours": 2711.255 * wave,
        "logged_hours": 3011.115 * wave,
        "paid_hours": 3600.875 * wave,
        "overtime_hours": 11.5 * k,
        "premium_hours": {"night": 260.125 * wave, "sunday": 130.25},
        "heads": 25.0 + k,
        "hires": 1.3,
        "leavers": 0.8125,
        "trainees": 2.5,
        "outcomes": 311.0 * wave,
        "outcome_value": 61000.5 * wave,
        "kpis": {"service_level": 0.69 + 0.013 * k, "csat": 0.76 + 0.01 * k},
    }
    return MonthActivity(lane_id=lane, month=month, **{**values, **more})


def book(currency="EUR"):
    """Return prices, rates (one listed the other way round) and indices."""
    rates = {}
    for k, month in enumerate(MONTHS):
        rates[month, "JPY", "EUR"] = Fraction("0.0059") + Fraction(k, 100000)
        rates[month, "EUR", "USD"] = Fraction("1.1025") - Fraction(k, 1000)
        rates[month, "PLN", "EUR"] = Fraction("0.2350")
        rates[month, "BHD", "EUR"] = Fraction("2.4125")
        rates[month, "USD", "PHP"] = Fraction("57.5") + Fraction(3 * k, 4)
    months = months_from(START + -12, 40)
    cpi = {m: D("100") + D(k * k) / 40 for k, m in enumerate(months)}
    wages = {m: D("100") + D(k) / 4 for k, m in enumerate(months)}
    context = PricingContext(
        start=START, fx=FxTable(rates=rates), indices={"cpi": cpi, "wages": wages}
    )
    return PriceBook(prices=PRICES, context=context, currency=currency)


GRADES = {"agent": 21.0, "senior": 7.0}
LANES = {
    "own": {
        "tokyo": ("own_jpy", {"headcount_by_grade": GRADES}),
        "lodz": ("own_pln", {}),
    },
    "vendors": {
        "manila": ("hourly", {}),
        "cebu": ("contact", {}),
        "davao": ("contact", {"kpis": {}}),
    },
    "everything": {
        "hybrid": ("hybrid", {}),
        "open": ("open_book", {}),
        "bot": ("bot", {}),
        "sales": ("sales", {}),
        "logged": ("logged", {}),
        "solved": ("solved", {}),
        "anchored": ("anchored", {}),
    },
}
LAST_MONTH = {"manila": Month(2027, 11)}


def made_report(price_book=None, factors=None, options=tuple(LANES), **more):
    """Return the report of :data:`LANES`; *factors* multiply the work of lanes.

    *options* may leave options out, the first one being the reference.
    """
    price_book = price_book or book()
    cases, results = [], []
    for option in options:
        lanes = LANES[option]
        done = [
            activity(lane, month, **own)
            for lane, (_, own) in lanes.items()
            for month in MONTHS
            if month <= LAST_MONTH.get(lane, month)
        ]
        done = [times(one, (factors or {}).get(one.lane_id, 1)) for one in done]
        listed = tuple(Lane(lane_id=k, price=price) for k, (price, _) in lanes.items())
        case = Case(
            scenario_id=option,
            phases=(Phase(months=MONTHS, folder=None, lanes=listed),),
        )
        cases.append(case)
        results.append(priced(case, done, price_book))
    return ScenarioReport(
        comparison=Comparison(results=tuple(results), reference=options[0]),
        cases=tuple(cases),
        book=price_book,
        created_utc=datetime(2026, 11, 22, tzinfo=UTC),
        title="Made by hand",
        **more,
    )


def times(one, factor):
    """Return an activity times a decimal *factor*, without binary noise."""
    if factor == 1:
        return one

    def of(value):
        return float(D(repr(float(value))) * D(str(factor)))

    names = [
        name
        for name in MonthActivity.__dataclass_fields__
        if isinstance(getattr(one, name), float)
    ]
    maps = ("premium_hours", "headcount_by_grade", "forecast")
    changed = {name: of(getattr(one, name)) for name in names}
    changed |= {
        name: {k: of(v) for k, v in getattr(one, name).items()} for name in maps
    }
    return replace(one, **changed)


def priced(case, done, price_book):
    """Return a scenario's result of what was *done*, service made up."""
    lines = [
        line
        for name, some in by_price(case, done).items()
        for line in price_book.lines(name, some)
    ]
    months = tuple(
        MonthResult(
            month=month,
            offered_contacts=50000.0,
            handled_contacts=49000.0,
            resolved_contacts=sum(
                a.resolved_contacts for a in done if a.month == month
            ),
            service_level=0.8,
            worst_queue="phone",
            worst_level=0.76,
            required_hours=9000.0,
            covered_hours=8900.0,
            paid_hours=9500.0,
            heads=sum(a.heads for a in done if a.month == month),
            cost=month_total(lines, month, price_book.currency),
            breaches=(),
        )
        for month in MONTHS
    )
    return ScenarioResult(
        scenario_id=case.scenario_id,
        text=f"option {case.scenario_id}",
        currency=price_book.currency,
        months=months,
        activities=tuple(done),
        lines=tuple(lines),
    )
