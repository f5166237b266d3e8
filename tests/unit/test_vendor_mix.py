"""The vendor mix under each kind of limit, against costs counted by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from support.vendor_cases import lane, large, one_queue

from scenarios import vendor_mix_probe
from scenarios.mip_solve import MipLimits
from scenarios.months import Month
from scenarios.vendor_mix import (
    Band,
    HandOver,
    MixProblem,
    Segment,
    ShareLimit,
    TierPrices,
)
from scenarios.vendor_mix_choice import choose_mix, with_savings
from scenarios.vendor_mix_result import MixFound, MixInfeasible

EXACT = MipLimits(relative_gap=0.0)


def flat(price: float, months: int = 1) -> np.ndarray:
    return np.full((1, months), price)


def found(problem: MixProblem) -> MixFound:
    mix = choose_mix(problem, EXACT)
    assert isinstance(mix, MixFound)
    assert mix.is_optimal
    return mix


def two_lanes(months: int = 1, **dear_terms) -> tuple:
    return (
        lane("dear", 1, months, contact_price=flat(30, months), **dear_terms),
        lane("cheap", 1, months, contact_price=flat(20, months)),
    )


def test_the_cheapest_lane_takes_all():
    mix = found(one_queue(flat(100), two_lanes()))
    assert mix.npv_minor == 2000
    assert [row["lane"] for row in mix.to_rows()] == ["cheap"]
    assert mix.marginal_minor.tolist() == [[pytest.approx(20)]]


def test_capacity_binds_and_an_hour_more_saves_the_difference():
    dear, cheap = two_lanes()
    cheap = replace(cheap, capacity_hours=flat(60), hours_per_contact=np.array([0.5]))
    dear = replace(dear, hours_per_contact=np.array([0.5]))
    mix = found(one_queue(flat(200), (dear, cheap)))
    assert mix.npv_minor == 120 * 20 + 80 * 30
    (use,) = mix.binding
    assert use.name == "capacity cheap"
    assert use.worth_minor == pytest.approx(2 * 10)  # two contacts an hour
    (use,) = with_savings(mix, EXACT).binding
    assert use.saving_minor == pytest.approx(80 * 10)
    assert mix.limit_rows()[0]["months_binding"] == 1


def test_a_share_limit_spreads_the_contacts():
    limit = ShareLimit(name="cheap", lanes=frozenset({"cheap"}), most_fraction=0.4)
    mix = found(one_queue(flat(100), two_lanes(), share_limits=(limit,)))
    assert mix.contacts[:, 0, 0].tolist() == pytest.approx([60, 40])
    assert mix.binding[0].name == "share cheap, most"


def test_a_least_share_of_some_queues():
    problem = MixProblem(
        start=Month(2027, 1),
        currency="USD",
        segments=(Segment(queue="a"), Segment(queue="b")),
        demand=np.array([[100.0], [50.0]]),
        lanes=(
            lane("dear", 2, 1, contact_price=np.full((2, 1), 30.0)),
            lane("cheap", 2, 1, contact_price=np.full((2, 1), 20.0)),
        ),
        share_limits=(
            ShareLimit(
                name="own",
                lanes=frozenset({"dear"}),
                least_fraction=0.5,
                queues=frozenset({"b"}),
            ),
        ),
    )
    assert found(problem).contacts[0, :, 0].tolist() == pytest.approx([0, 25])


def test_ramp_slows_the_move_to_a_cheaper_lane():
    dear, cheap = two_lanes(months=4)
    cheap = replace(cheap, max_rise_hours=30, hours_before=0)
    mix = found(one_queue(flat(100, 4), (dear, cheap)))
    assert mix.contacts[1, 0].tolist() == pytest.approx([30, 60, 90, 100])


def test_falls_are_limited_too():
    dear, cheap = two_lanes(months=3)
    dear = replace(dear, max_fall_hours=40, hours_before=100)
    mix = found(one_queue(flat(100, 3), (dear, cheap)))
    assert mix.contacts[0, 0].tolist() == pytest.approx([60, 20, 0])


def test_take_or_pay_is_paid_whatever_is_used():
    mix = found(one_queue(flat(100), two_lanes(minimum_minor=900)))
    # nine hundred are due anyway: thirty contacts are free there
    assert mix.contacts[0, 0, 0] == pytest.approx(30)
    assert mix.npv_minor == 900 + 70 * 20
    assert mix.bills[0].top_up_minor == 0


def test_a_top_up_stands_on_the_bill():
    dear, cheap = two_lanes(minimum_minor=900)
    dear = replace(dear, eligible=np.array([False]))
    mix = found(one_queue(flat(100), (dear, cheap)))
    assert mix.bills[0].top_up_minor == 900
    assert mix.bill_rows()[0]["total_minor"] == 900


def test_committed_units_are_billed_unused():
    tiers = TierPrices(from_units=(0,), prices=(7.0,))
    lanes = (
        lane("committed", 1, 1, tiers=tiers, minimum_units=50),
        lane("cheap", 1, 1, contact_price=flat(5)),
    )
    mix = found(one_queue(flat(20), lanes))
    assert mix.bills[0].units == 50
    assert mix.npv_minor == 350


def test_rising_incremental_prices_need_no_whole_numbers():
    tiers = TierPrices(from_units=(0, 40, 80), prices=(10.0, 20.0, 50.0))
    lanes = (
        lane("rising", 1, 1, tiers=tiers),
        lane("flat", 1, 1, contact_price=flat(30)),
    )
    mix = found(one_queue(flat(100), lanes))
    assert mix.contacts[:, 0, 0].tolist() == pytest.approx([80, 20])
    assert mix.npv_minor == 40 * 10 + 40 * 20 + 20 * 30


def test_present_value_discounts_by_month_from_the_second_on():
    problem = one_queue(flat(100, 13), two_lanes(months=13), annual_discount_rate=0.1)
    mix = found(problem)
    by_hand = sum(2000 / 1.1 ** (t / 12) for t in range(13))
    assert mix.npv_minor == pytest.approx(by_hand)
    assert mix.total_minor == 26_000


@pytest.mark.parametrize("term_months", [0, 3])
def test_opening_and_closing_against_every_pattern(term_months):
    months, opening, closing, monthly = 6, 700, 300, 150
    contacts = np.array([[10.0, 80, 90, 20, 15, 60]])
    lanes = (
        lane("open", 1, months, contact_price=flat(30, months)),
        lane(
            "closed",
            1,
            months,
            contact_price=flat(15, months),
            opening_minor=opening,
            closing_minor=closing,
            monthly_minor=monthly,
            is_optional=True,
            open_before=False,
            term_months=term_months,
        ),
    )

    def cost(pattern) -> float:
        before, spent, since = 0, 0, months
        for t, now in enumerate(pattern):
            if now and not before:
                spent, since = spent + opening, 0
            if before and not now:
                if since + 1 < term_months:
                    return np.inf
                spent += closing
            elif before:
                since += 1
            spent += contacts[0, t] * (15 if now else 30) + monthly * now
            before = now
        return spent

    best = min(map(cost, product((0, 1), repeat=months)))
    mix = found(one_queue(contacts, lanes))
    assert mix.npv_minor == pytest.approx(best)
    assert cost(mix.is_open[1].astype(int).tolist()) == best


def test_a_segment_too_small_for_a_lane_goes_elsewhere():
    dear, cheap = two_lanes()
    cheap = replace(cheap, minimum_contacts=np.array([150.0]))
    assert found(one_queue(flat(100), (dear, cheap))).npv_minor == 3000
    assert found(one_queue(flat(160), (dear, cheap))).npv_minor == 3200


def test_all_or_nothing_with_room_for_less():
    dear, cheap = two_lanes()
    cheap = replace(cheap, minimum_contacts=np.array([50.0]), capacity_hours=flat(70))
    mix = found(one_queue(flat(100), (dear, cheap)))
    assert mix.contacts[1, 0, 0] == pytest.approx(70)
    cheap = replace(cheap, capacity_hours=flat(40))
    mix = found(one_queue(flat(100), (dear, cheap)))
    assert mix.contacts[1, 0, 0] == pytest.approx(0)


def test_service_is_kept_on_average():
    dear, cheap = two_lanes()
    dear = replace(dear, service_level=np.array([0.9]))
    cheap = replace(cheap, service_level=np.array([0.7]))
    mix = found(one_queue(flat(100), (dear, cheap), service_targets={"q": 0.8}))
    assert mix.contacts[:, 0, 0].tolist() == pytest.approx([50, 50])


def day_and_night(**terms) -> MixProblem:
    """Load 100 by day and 40 by night; each region is cheap in its own day."""
    segments = tuple(Segment(queue="q", band=band) for band in ("day", "night"))
    prices = {"east": [[10.0], [90.0]], "west": [[90.0], [10.0]]}
    tiers = TierPrices(from_units=(0,), prices=(1.0,))
    return MixProblem(
        start=Month(2027, 1),
        currency="USD",
        segments=segments,
        demand=np.array([[100.0], [40.0]]),
        bands=(
            Band(name="day", length_hours=12.0),
            Band(name="night", length_hours=12.0),
        ),
        lanes=tuple(
            lane(name, 2, 1, contact_price=np.array(price), unit="hour", tiers=tiers)
            for name, price in prices.items()
        ),
        **terms,
    )


def test_hand_over_hours_are_worked_and_billed():
    free = found(day_and_night())
    both = found(day_and_night(hand_overs=(HandOver(queue="q", overlap_hours=1.5),)))
    # both while it is day: before the night west begins early, after it stays on,
    # each time 1.5 hours for every 12 that its agents work
    assert both.overlap_hours[1, :, 0].tolist() == pytest.approx([10.0, 0.0])
    assert both.overlap_hours[0].sum() == pytest.approx(0)
    assert both.npv_minor == pytest.approx(free.npv_minor + 10)


def test_no_hand_over_within_a_region_or_a_single_day():
    problem = day_and_night(hand_overs=(HandOver(queue="q", overlap_hours=1.5),))
    same = tuple(replace(lane, region="world") for lane in problem.lanes)
    assert found(replace(problem, lanes=same)).overlap_hours.sum() == pytest.approx(0)
    once = HandOver(queue="q", overlap_hours=1.5, around_the_clock=False)
    mix = found(replace(problem, hand_overs=(once,)))
    assert mix.overlap_hours.sum() == pytest.approx(5.0)


def test_what_would_have_to_give_is_named():
    lanes = (lane("small", 1, 1, capacity_hours=flat(60)),)
    outcome = choose_mix(one_queue(flat(100), lanes), EXACT)
    assert isinstance(outcome, MixInfeasible)
    names = {row["limit"] for row in outcome.to_rows()}
    assert names <= {"demand q", "capacity small"}
    assert sum(row["amount"] for row in outcome.to_rows()) == pytest.approx(40)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minimum_units": 10.0, "max_units": 5.0}, "minimum of 10.0 units"),
        ({"eligible": np.array([True, True])}, "eligible has shape"),
    ],
)
def test_lanes_that_make_no_sense_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        one_queue(flat(10), (replace(lane("x", 1, 1), **change),))


def test_names_are_checked():
    limit = ShareLimit(name="x", lanes=frozenset({"nobody"}))
    with pytest.raises(ValueError, match="unknown names: nobody"):
        one_queue(flat(10), two_lanes(), share_limits=(limit,))
    with pytest.raises(ValueError, match="must differ"):
        one_queue(flat(10), (lane("x", 1, 1), lane("x", 1, 1)))
    with pytest.raises(ValueError, match="service target"):
        one_queue(flat(10), two_lanes(), service_targets={"q": 0.8})


@pytest.mark.parametrize(
    "tiers",
    [
        {"from_units": (0, 5), "prices": (1.0,)},
        {"from_units": (1, 5), "prices": (1.0, 2.0)},
        {"from_units": (0, 5, 5), "prices": (1.0, 2.0, 3.0)},
        {"from_units": (0,), "prices": (-1.0,)},
    ],
)
def test_tiers_with_gaps_or_negative_prices_are_refused(tiers):
    with pytest.raises(ValueError, match=r"tiers need|prices must"):
        TierPrices(**tiers)


def test_shares_out_of_order_are_refused():
    with pytest.raises(ValueError, match="least <= most"):
        ShareLimit(name="x", lanes=frozenset(), least_fraction=0.6, most_fraction=0.5)


def test_every_limit_of_a_rich_mix_is_kept():
    problem = large(queues=3, vendors=4, months=5, bands=3, seed=2)
    mix = choose_mix(problem, MipLimits(max_time_s=30, relative_gap=0.01))
    assert isinstance(mix, MixFound)
    assert mix.gap_fraction <= 0.01
    contacts, demand = mix.contacts, problem.demand
    np.testing.assert_allclose(contacts.sum(axis=0), demand, rtol=1e-6)
    for limit in problem.share_limits:
        lanes = [v for v, x in enumerate(problem.lanes) if x.lane_id in limit.lanes]
        share = contacts[lanes].sum(axis=(0, 1)) / demand.sum(axis=0)
        assert (share >= limit.least_fraction - 1e-6).all()
        assert (share <= limit.most_fraction + 1e-6).all()
    for v, terms in enumerate(problem.lanes):
        hours = contacts[v] * terms.hours_per_contact[:, None]
        assert not contacts[v][~terms.eligible].any()
        assert not contacts[v][:, ~mix.is_open[v]].sum() > 1e-6
        by_band = hours.reshape(3, 3, 5).sum(axis=0) + mix.overlap_hours[v]
        assert (by_band <= terms.capacity_hours + 1e-5).all()
        assert (np.abs(np.diff(hours.sum(axis=0))) <= terms.max_rise_hours + 1e-5).all()
    assert sum(bill.total_minor for bill in mix.bills) == mix.total_minor


@pytest.mark.parametrize("seed", [1, 4])
def test_settling_openings_first_changes_nothing(monkeypatch, seed):
    problem = large(queues=2, vendors=4, months=4, bands=2, seed=seed)
    plain = found(problem)
    monkeypatch.setattr(vendor_mix_probe, "_FEW_VARIABLES", 0)
    probed = found(problem)
    assert probed.npv_minor == pytest.approx(plain.npv_minor, rel=1e-7)
    assert probed.bound_minor <= probed.npv_minor * (1 + 1e-7)


def test_openings_that_change_are_never_settled(monkeypatch):
    monkeypatch.setattr(vendor_mix_probe, "_FEW_VARIABLES", 0)
    months = 4
    lanes = (
        lane("open", 1, months, contact_price=flat(30, months)),
        lane(
            "for the peak",
            1,
            months,
            contact_price=flat(10, months),
            monthly_minor=500,
            is_optional=True,
            open_before=False,
        ),
    )
    mix = found(one_queue(np.array([[10.0, 80, 90, 5]]), lanes))
    assert mix.is_open[1].tolist() == [False, True, True, False]
    impossible = replace(lanes[0], capacity_hours=flat(1, months))
    closed = replace(lanes[1], capacity_hours=flat(1, months))
    outcome = choose_mix(one_queue(flat(10, months), (impossible, closed)), EXACT)
    assert isinstance(outcome, MixInfeasible)
