"""Break-even in wage, exchange rate, containment and volume, through whole bills."""

import pytest
from support.contract_cases import START, D, context, contract, month, tiers

from scenarios.bot_lane import BotLane, Containment, bot_month
from scenarios.break_even import PiecewiseCost, crossings, scanned_crossings
from scenarios.contract import Minimum
from scenarios.cost_model import sum_of
from scenarios.cost_models.ai_agent import AiAgent
from scenarios.cost_models.anchored import Anchored
from scenarios.cost_models.in_house import InHouse
from scenarios.cost_models.per_contact import PerContact
from scenarios.money import decimal
from scenarios.pricing import PriceList
from scenarios.wages import WageScale, WageStep
from scenarios.workplace import Role


def spread(low, high, count=200):
    return [low + (high - low) * i / count for i in range(count + 1)]


def cost(price, activity, ctx=None):
    lines = price.lines(activity, ctx or context())
    return float(sum_of(lines, price.currency).amount)


def site(wage):
    scale = WageScale(steps=(WageStep(wage=decimal(wage)),))
    return InHouse(currency="EUR", grades={"agent": scale}, burden=D("0.25"))


def test_the_wage_at_which_a_vendor_is_as_dear():
    activity = month(heads=20, contacts=40000)
    (found,) = scanned_crossings(
        lambda wage: cost(site(wage), activity) - cost(contract(), activity),
        spread(1000, 4000),
    )
    # 20 x wage x 1.25 = 40,000 x 1.25
    assert found.x == pytest.approx(2000, abs=0.01)
    assert not found.is_jump
    assert found.before < 0 <= found.after


def test_the_rate_at_which_a_vendor_is_as_dear():
    vendor = contract(currency="USD")  # 50,000 USD
    activity = month(heads=20, contacts=40000)
    own = cost(site(1800.0), activity)  # 45,000 EUR
    billed = sum_of(vendor.lines(activity, context()), "USD")

    def difference(rate):
        fx = context([(0, "EUR", "USD", rate)]).fx
        return float(fx.convert(billed, "EUR", START).amount) - own

    (found,) = scanned_crossings(difference, spread(0.8, 1.6))
    assert found.x == pytest.approx(50 / 45, abs=1e-4)


def test_the_containment_at_which_a_bot_pays():
    people = contract()  # 1.25 a contact
    bot = AiAgent(
        currency="EUR", per_attempt=PriceList.flat(D("0.10")), platform_fee=D(2000)
    )

    def difference(share):
        lane = BotLane(containment=Containment(at_maturity=share))
        made = bot_month("bot", START, START, 20000, 300, lane)
        rest = month(contacts=made.people_contacts)
        with_bot = cost(people, rest) + cost(bot, made.bot)
        return with_bot - cost(people, month(contacts=20000))

    (found,) = scanned_crossings(difference, spread(0.0, 0.6))
    assert found.x == pytest.approx(4000 / 25000, abs=1e-5)


def test_supervisors_by_span_make_an_own_site_step_past_a_vendor():
    """Whole supervisors: the site is cheaper again just before each new one."""
    grades = {"agent": WageScale.parse("2000")}
    own = InHouse(
        currency="EUR", grades=grades, roles={"lead": Role(wage=D(4000), span=D(10))}
    )
    vendor = PerContact(currency="EUR", prices=PriceList.flat(D("4.90")))

    def difference(heads):
        return cost(own, month(heads=heads)) - cost(vendor, month(contacts=500 * heads))

    # Up to k spans: 2000 h + 4000 k against 2450 h, equal at h = 80 k / 9 <= 10 k.
    found = scanned_crossings(difference, spread(0.5, 30.5, 3000), tolerance=1e-7)
    assert [c.is_jump for c in found] == [False, True, False, True, False, True]
    points = [80 / 9, 10, 160 / 9, 20, 80 / 3, 30]
    assert [c.x for c in found] == pytest.approx(points, abs=0.006)


@pytest.mark.parametrize("kind", ["incremental", "all_units"])
def test_volumes_found_exactly_are_those_of_the_bills(kind):
    prices = tiers((0, 2), (1000, "1.5"), (3000, 1), kind=kind)
    vendor = PerContact(currency="EUR", prices=prices)
    rival = Anchored(
        currency="EUR",
        base_charge=D(2600),
        baselines=(D(1500),),
        arc_rate=D("1.2"),
        rrc_rate=D(1),
        dead_band=D("0.1"),
    )
    first = PiecewiseCost.of_prices(prices)
    exact = crossings(first, PiecewiseCost.of_anchored(rival))
    scanned = scanned_crossings(
        lambda n: cost(vendor, month(contacts=n)) - cost(rival, month(contacts=n)),
        [0.5 + 5 * i for i in range(1600)],
    )
    changed = [c for c in exact if c.x and c.cheaper_before != c.cheaper_after]
    assert [float(c.x) for c in changed] == pytest.approx(
        [c.x for c in scanned], abs=0.05
    )
    assert len(changed) >= 1


def test_take_or_pay_moves_the_break_even():
    vendor = PiecewiseCost.linear(0, D("1.25"))
    own = PiecewiseCost.linear(900, D("0.50"))
    (free,) = crossings(own, vendor)
    assert free.x == 1200
    bound = vendor.at_least(1200)
    found = [(c.x, c.kind, c.cheaper_after) for c in crossings(own, bound)]
    assert found == [(600, "crossing", 1), (1200, "crossing", 0)]
    assert crossings(own, vendor.at_least(2000)) == ()
    terms = contract(minimum=Minimum(amount=D(1200)))
    for n in (100, 960, 961, 5000):
        assert bound.cost(n) == decimal(cost(terms, month(contacts=n)))
