"""Price models one by one, the registry, and what bad price lists say."""

import importlib
import pkgutil

import pytest
from support.contract_cases import START, D, context, month, tiers

from scenarios import cost_models
from scenarios.cost_model import COST_MODELS
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
from scenarios.pricing import PriceList, Tier
from scenarios.terms import TermsError
from scenarios.wages import WageScale
from wfm.domain.errors import InputError, UsageError


def lines(terms, activity, ctx=None):
    return {
        line.code: line.amount.amount
        for line in terms.lines(activity, ctx or context())
    }


def flat(price):
    return PriceList.flat(D(str(price)))


def test_every_file_registers_one_model_under_its_name():
    files = [m.name for m in pkgutil.iter_modules(cost_models.__path__)]
    assert COST_MODELS.names() == tuple(sorted(files))
    for name in files:
        module = importlib.import_module(f"scenarios.cost_models.{name}")
        assert COST_MODELS[name].__module__ == module.__name__


SITE = InHouse(
    currency="USD", grades={"agent": WageScale.parse("900")}, burden=D("0.2")
)
EXAMPLES = {
    "ai_agent": AiAgent(currency="USD", per_attempt=flat("0.1"), platform_fee=D(9)),
    "anchored": Anchored(
        currency="USD",
        base_charge=D(900),
        baselines=(D(500),),
        arc_rate=D(2),
        rrc_rate=D(1),
        dead_band=D("0.1"),
    ),
    "cost_plus": CostPlus(currency="USD", costs=SITE, margin=D("0.1")),
    "fte_month": FteMonth(currency="USD", prices=flat(1000)),
    "hybrid": Hybrid(
        currency="USD",
        parts={
            "contacts": PerContact(currency="USD", prices=flat(1)),
            "site": SITE,
        },
    ),
    "in_house": SITE,
    "logged_hour": LoggedHour(
        currency="USD", prices=flat(9), surcharges={"night": D(1)}
    ),
    "outcome_share": OutcomeShare(
        currency="USD", shares=flat("0.1"), fee_per_outcome=D(2), maximum=D(900)
    ),
    "per_contact": PerContact(currency="USD", prices=tiers((0, 2), (400, 1))),
    "per_minute": PerMinute(currency="USD", prices=flat("0.4")),
    "per_resolution": PerResolution(currency="USD", prices=flat(3)),
    "productive_hour": ProductiveHour(currency="USD", prices=flat(9)),
}


def busy(scale):
    return month(
        contacts=600 * scale,
        resolved_contacts=450 * scale,
        attempts=700 * scale,
        handle_minutes=3000 * scale,
        productive_hours=70 * scale,
        logged_hours=80 * scale,
        paid_hours=100 * scale,
        overtime_hours=5 * scale,
        premium_hours={"night": 9.0 * scale},
        heads=1 * scale,
        hires=0.2 * scale,
        outcomes=30 * scale,
        outcome_value=4000 * scale,
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_model_is_exact_in_its_currency_and_rises_with_volume(name):
    assert set(EXAMPLES) == set(COST_MODELS.names())
    model, sums = EXAMPLES[name], []
    for scale in (0, 0.5, 0.9, 1, 1.1, 3):
        priced = model.lines(busy(scale), context())
        assert {line.amount.currency for line in priced} <= {model.currency}
        assert len({line.code for line in priced}) == len(priced)
        for line in priced:
            if line.unit_price is not None:
                exact = line.quantity * line.unit_price
                assert abs(line.amount.amount - exact) <= D("0.005")
        sums.append(sum(line.amount.amount_minor for line in priced))
    assert sums == sorted(sums)


@pytest.mark.parametrize(
    ("kind", "measure", "unit"),
    [
        (PerContact, "contacts", "contact"),
        (PerResolution, "resolved_contacts", "resolution"),
        (PerMinute, "handle_minutes", "minute"),
        (FteMonth, "heads", "FTE-month"),
        (ProductiveHour, "productive_hours", "hour"),
        (LoggedHour, "logged_hours", "hour"),
    ],
)
@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "41.66"), ("JPY", "42"), ("BHD", "41.656")]
)
def test_unit_prices_charge_their_measure(kind, measure, unit, currency, amount):
    (line,) = kind(currency=currency, prices=flat("3.125")).lines(
        month(**{measure: 13.332}), context()
    )
    assert (line.quantity, line.unit) == (D("13.33"), unit)
    assert line.amount.amount == D(amount)  # 13.33 x 3.125 = 41.65625


def test_hours_have_surcharges():
    price = ProductiveHour(
        currency="EUR",
        prices=flat(20),
        surcharges={"night": D(3), "overtime": D(5), "sunday": D(9)},
    )
    activity = month(
        productive_hours=100, premium_hours={"night": 10.0}, overtime_hours=4
    )
    assert lines(price, activity) == {
        "productive_hours": 2000,
        "surcharge.night": 30,
        "surcharge.overtime": 20,
    }
    with pytest.raises(TermsError, match=r"surcharges\.night: -1 is negative"):
        LoggedHour(currency="EUR", prices=flat(1), surcharges={"night": D(-1)})


def test_a_share_of_outcomes_has_tiers_a_fee_and_a_cap():
    shares = tiers((0, "0.10"), (10000, "0.05"))
    price = OutcomeShare(currency="EUR", shares=shares, fee_per_outcome=D(2))
    activity = month(outcomes=50, outcome_value=14000)
    assert lines(price, activity) == {
        "outcome_value.tier1": 1000,
        "outcome_value.tier2": 200,
        "outcomes": 100,
    }
    capped = OutcomeShare(currency="EUR", shares=shares, maximum=D(900))
    assert lines(capped, activity)["maximum"] == -300
    assert "maximum" not in lines(capped, month(outcome_value=9000))
    with pytest.raises(TermsError, match=r"shares\.tiers\.0\.price: 1.5 is no share"):
        OutcomeShare(currency="EUR", shares=flat("1.5"))


def test_cost_plus_opens_the_books_in_the_vendors_currency():
    books = InHouse(currency="PHP", grades={"agent": WageScale.parse("29000")})
    price = CostPlus(currency="USD", costs=books, margin=D("0.12"), fixed_fee=D(1000))
    ctx = context([(0, "USD", "PHP", 58)])
    found = price.lines(month(heads=10, productive_hours=1500), ctx)
    assert {x.code: x.amount.amount for x in found} == {
        "wage.agent": 5000,
        "margin": 600,
        "fixed_fee": 1000,
    }
    assert "290000.00 PHP" in found[0].text
    with pytest.raises(InputError, match="no rate from PHP to USD"):
        price.lines(month(heads=10), context())
    held = CostPlus(
        currency="PHP", costs=books, margin=D("0.1"), maximum_per_hour=D(200)
    )
    assert lines(held, month(heads=10, productive_hours=1500))["maximum"] == -19000
    assert "maximum" not in lines(held, month(heads=10, productive_hours=1600))


def test_a_hybrid_adds_and_keeps_codes_apart():
    parts = {
        "base": PerContact(currency="EUR", prices=flat(1)),
        "top": FteMonth(currency="EUR", prices=flat(5)),
    }
    both = Hybrid(currency="EUR", parts=parts)
    assert lines(both, month(contacts=3, heads=2)) == {"contacts": 3, "heads": 10}
    twice = Hybrid(currency="EUR", parts={**parts, "more": parts["base"]})
    assert lines(twice, month(contacts=3)) == {"base.contacts": 3, "more.contacts": 3}
    with pytest.raises(TermsError, match="parts: 1 part"):
        Hybrid(currency="EUR", parts={"base": parts["base"]})
    with pytest.raises(TermsError, match=r"parts\.base\.currency: EUR in a hybrid"):
        Hybrid(currency="USD", parts=parts)


def test_a_bot_is_priced_by_attempt_by_resolution_and_for_being_there():
    bot = AiAgent(
        currency="USD",
        per_attempt=flat("0.1"),
        per_resolution=tiers((0, 1), (100, "0.8")),
        platform_fee=D(500),
    )
    assert lines(bot, month(attempts=1000, resolved_contacts=300)) == {
        "platform": 500,
        "attempts": 100,
        "resolved_contacts.tier1": 100,
        "resolved_contacts.tier2": 160,
    }
    assert bot.measure == "attempts"
    assert (
        AiAgent(currency="USD", per_resolution=flat(1)).measure == "resolved_contacts"
    )
    with pytest.raises(TermsError, match="nothing is priced"):
        AiAgent(currency="USD")


def test_baselines_change_by_contract_month():
    price = Anchored(
        currency="EUR",
        base_charge=D(1000),
        baselines=(D(100), D(200)),
        arc_rate=D(2),
        rrc_rate=D(1),
    )
    for number, expected in ((0, 1100), (1, 950), (7, 950)):
        assert sum(lines(price, month(number, contacts=150)).values()) == expected


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"baselines": ()}, "there is no baseline"),
        ({"baselines": (D(0),)}, r"baselines\.0: 0 is not positive"),
        ({"baselines": (D(2000),)}, r"credits of an idle month, 2000, exceed the base"),
        ({"arc_rate": D(-1)}, "arc_rate"),
        ({"dead_band": D("1.5")}, "dead_band"),
        ({"measure": "contact"}, "did you mean 'contacts'"),
    ],
)
def test_bad_anchors_are_refused(terms, message):
    good = {
        "currency": "EUR",
        "base_charge": D(1000),
        "baselines": (D(100),),
        "arc_rate": D(1),
        "rrc_rate": D(1),
    }
    with pytest.raises(TermsError, match=message):
        Anchored(**{**good, **terms})


def tier(low, high, price=1):
    return Tier(
        from_quantity=D(low),
        to_quantity=None if high is None else D(high),
        price=D(price),
    )


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ((), "tiers: there is no tier"),
        ((tier(5, None),), r"tiers\.0\.from_quantity: the first tier starts at 5"),
        (
            (tier(0, 10), tier(12, None)),
            r"tiers\.1\.from_quantity: a gap: no price from 10 to 12",
        ),
        (
            (tier(0, 10), tier(8, None)),
            r"tiers\.1.*an overlap: two prices from 8 to 10",
        ),
        ((tier(0, None), tier(8, None)), "overlaps: the tier before 8 has no end"),
        ((tier(0, None, -1),), r"tiers\.0\.price: -1 is negative"),
        ((tier(0, 0),), r"tiers\.0\.to_quantity: the tier ends at 0"),
    ],
)
def test_bad_tiers_are_refused_by_row(listed, message):
    with pytest.raises(TermsError, match=message):
        PriceList(tiers=listed)


def test_all_faults_are_told_at_once():
    with pytest.raises(TermsError) as caught:
        PriceList(tiers=(tier(1, 10, -1), tier(12, None, -2)))
    assert [f.place for f in caught.value.faults] == [
        ("tiers", 0, "from_quantity"),
        ("tiers", 0, "price"),
        ("tiers", 1, "price"),
        ("tiers", 1, "from_quantity"),
    ]


def test_a_negative_quantity_has_no_price():
    with pytest.raises(TermsError, match="no tier prices a quantity of -1"):
        flat(1).parts(D(-1))


def test_measures_are_known_by_name():
    assert month(contacts=3.0).measure("contacts") == 3
    with pytest.raises(UsageError, match="unknown measure 'calls'"):
        month().measure("calls")
    assert month(lane="x").month == START
