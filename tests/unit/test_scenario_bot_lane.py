"""Bots: containment curves, harder residual contacts, outages; work is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.contract_cases import START

from scenarios.bot_lane import BotLane, Containment, bot_month
from scenarios.terms import TermsError

share = st.floats(0, 1)


def test_containment_rises_from_launch_to_maturity():
    curve = Containment(at_launch=0.1, at_maturity=0.5, ramp_months=4)
    said = [curve.share(n) for n in (-1, 0, 1, 2, 3, 4, 40)]
    assert said == pytest.approx([0, 0.1, 0.1625, 0.3, 0.4375, 0.5, 0.5])
    line = Containment(at_launch=0.1, at_maturity=0.5, ramp_months=4, shape="linear")
    assert line.share(1) == pytest.approx(0.2)
    assert Containment(at_maturity=0.3).share(0) == 0.3


def test_the_rest_is_harder():
    # 30 % settled that would have taken half as long: 10,000 x 300 s less
    # 3,000 x 150 s leave 7,000 contacts of 364.3 s, and 20 s each for the hand-over.
    lane = BotLane(
        containment=Containment(at_maturity=0.3), simple_aht_ratio=0.5, handover_s=20
    )
    made = bot_month("bot", START, START, 10000, 300, lane)
    assert made.people_contacts == pytest.approx(7000)
    assert made.people_aht_s == pytest.approx(2_550_000 / 7000 + 20)
    assert made.bot.attempts == 10000
    assert made.bot.resolved_contacts == pytest.approx(3000)
    assert made.workload_saved_fraction == pytest.approx(0.15 - 7000 * 20 / 3e6)


def test_an_outage_sends_contacts_to_people_or_makes_them_wait():
    base = {"containment": Containment(at_maturity=0.5), "outage_share": 0.1}
    down = bot_month("bot", START, START, 1000, 300, BotLane(**base))
    assert down.bot.attempts == pytest.approx(900)
    assert down.people_contacts == pytest.approx(550)
    waits = bot_month("bot", START, START, 1000, 300, BotLane(**base, in_outage="wait"))
    assert waits.people_contacts == pytest.approx(500)
    assert waits.people_contacts_if_down == 1000
    assert waits.bot.kpis["availability"] == 0.9


def test_nothing_happens_before_launch_or_without_contacts():
    lane = BotLane(containment=Containment(at_maturity=0.5))
    early = bot_month("bot", START, START + 1, 1000, 300, lane)
    assert (early.bot.attempts, early.people_contacts, early.people_aht_s) == (
        0,
        1000,
        300,
    )
    idle = bot_month("bot", START, START, 0, 300, lane)
    assert (idle.people_aht_s, idle.workload_saved_fraction) == (0, 0)
    everything = BotLane(containment=Containment(at_maturity=1.0))
    assert bot_month("bot", START, START, 9, 300, everything).people_aht_s == 0


@given(contained=share, offered=share, returning=share, ratio=share, outage=share)
def test_work_is_kept(contained, offered, returning, ratio, outage):
    lane = BotLane(
        containment=Containment(at_maturity=contained),
        offered_share=offered,
        returning_share=returning,
        simple_aht_ratio=ratio,
        outage_share=outage,
    )
    made = bot_month("bot", START, START, 1000, 300, lane)
    settled = made.bot.resolved_contacts
    assert made.people_contacts + settled == pytest.approx(1000)
    people_s = made.people_contacts * made.people_aht_s
    assert people_s + settled * ratio * 300 == pytest.approx(300_000)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (
            {"simple_aht_ratio": 2.5},
            "leaves no work for the other contacts, expected 0 to 2",
        ),
        ({"handover_s": -1}, "handover_s: -1 is negative"),
        ({"outage_share": 1.2}, "outage_share: 1.2 is no share"),
    ],
)
def test_bad_lanes_are_refused(terms, message):
    with pytest.raises(TermsError, match=message):
        BotLane(containment=Containment(at_maturity=0.5), **terms)
    with pytest.raises(TermsError, match="at_launch"):
        Containment(at_maturity=0.5, at_launch=-0.1)
