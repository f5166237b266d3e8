"""Call-back offers: limits, a chain with the offer by queue length, play by play."""

import heapq
import math

import numpy as np
import pytest
from support.staffing_cases import a_demand, a_forecast, a_queue

from wfm.domain.demand import ServiceTarget
from wfm.domain.drivers import CallbackOffer
from wfm.staffing import erlang
from wfm.staffing.callback_offers import with_callback_offers
from wfm.staffing.channel import CHANNELS, LiveChannel
from wfm.staffing.requirement import requirement

CASES = [
    (12, 14, 60.0),
    (12, 14.5, math.inf),
    (30, 24, 90.0),
    (300, 310, 200.0),
    (0.2, 1, 30.0),
    (3000, 2800, 500.0),
]


@pytest.mark.parametrize(("load", "agents", "patience"), CASES)
@pytest.mark.parametrize("keeps_place", [False, True])
@pytest.mark.parametrize(("after", "accepted"), [(60.0, 0.0), (1e7, 0.7)])
def test_without_takers_it_is_erlang(
    load, agents, patience, keeps_place, after, accepted
):
    found = with_callback_offers(
        load,
        agents,
        180,
        20,
        offer_after_s=after,
        accepted=accepted,
        patience_s=patience,
        keeps_place=keeps_place,
    )
    plain = erlang.erlang_a(load, agents, 180, patience)
    level = erlang.service_level(load, agents, 180, 20, patience_s=patience)
    assert found.service_level_fraction == pytest.approx(level, abs=1e-11)
    assert found.abandonment_fraction == pytest.approx(
        plain.abandonment_fraction, abs=1e-11
    )
    assert found.asa_s == pytest.approx(plain.mean_wait_served_s, rel=1e-8)
    assert found.occupancy_fraction == pytest.approx(plain.occupancy_fraction, abs=1e-9)
    assert found.accepted_fraction == pytest.approx(0.0, abs=1e-12)


def test_an_offer_to_everybody_who_waits_leaves_a_loss_system():
    found = with_callback_offers(20, 22, 200, 20, offer_after_s=0.0, accepted=1.0)
    blocked = float(erlang.erlang_b(20, 22))
    assert found.accepted_fraction == pytest.approx(blocked, rel=1e-9)
    assert found.service_level_fraction == pytest.approx(1.0)
    assert found.occupancy_fraction == pytest.approx(20 * (1 - blocked) / 22, rel=1e-9)


def play(load, agents, patience, offer, *, by_length=False, calls=250_000, seed=1):
    """Play calls of unit mean service; return shares as the model names them.

    The wait announced is the one met or, *by_length*, that of the callers ahead.
    """
    after, accepted, keeps_place, within = offer
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1.0 / load, calls))
    limits = rng.exponential(1.0, calls) * patience
    takes = rng.uniform(size=calls) < accepted
    service = rng.exponential(1.0, calls)
    free = [0.0] * agents
    ahead: list[float] = []
    taken = lost = 0
    waits = []
    for arrival, limit, take, work in zip(
        arrivals.tolist(),
        limits.tolist(),
        takes.tolist(),
        service.tolist(),
        strict=True,
    ):
        wait = max(0.0, free[0] - arrival)
        told = wait
        if by_length:
            while ahead and ahead[0] <= arrival:
                heapq.heappop(ahead)
            told = (len(ahead) + 1) / agents if wait > 0.0 else 0.0
        if told > after and wait > 0.0 and take:
            taken += 1
            if keeps_place:
                heapq.heapreplace(free, arrival + wait + work)
                heapq.heappush(ahead, arrival + wait)
            continue
        heapq.heappush(ahead, arrival + min(wait, limit))
        if wait > limit:
            lost += 1
            continue
        heapq.heapreplace(free, arrival + wait + work)
        waits.append(wait)
    quick = np.count_nonzero(np.array(waits) <= within)
    return quick / (calls - taken), taken / calls, lost / calls, np.mean(waits)


@pytest.mark.parametrize("keeps_place", [False, True])
@pytest.mark.parametrize(
    ("load", "agents", "patience", "after", "accepted"),
    [(9.5, 10, 0.8, 0.15, 0.5), (30.0, 28, 1.5, 0.2, 0.4), (4.0, 5, 1e9, 0.3, 0.9)],
)
def test_calls_played_one_by_one(keeps_place, load, agents, patience, after, accepted):
    within = 0.1
    seen = play(load, agents, patience, (after, accepted, keeps_place, within))
    found = with_callback_offers(
        load,
        agents,
        1.0,
        within,
        offer_after_s=after,
        accepted=accepted,
        patience_s=patience,
        keeps_place=keeps_place,
    )
    assert found.service_level_fraction == pytest.approx(seen[0], abs=0.012)
    assert found.accepted_fraction == pytest.approx(seen[1], abs=0.015)
    assert found.abandonment_fraction == pytest.approx(seen[2], abs=0.006)
    assert found.asa_s == pytest.approx(seen[3], rel=0.06)


@pytest.mark.parametrize("keeps_place", [False, True])
def test_a_wait_announced_from_the_line_s_length_is_close(keeps_place):
    offer = (0.2, 0.5, keeps_place, 0.1)
    seen = play(30.0, 29, 1.5, offer, by_length=True)
    found = with_callback_offers(
        30.0,
        29,
        1.0,
        0.1,
        offer_after_s=0.2,
        accepted=0.5,
        patience_s=1.5,
        keeps_place=keeps_place,
    )
    assert found.service_level_fraction == pytest.approx(seen[0], abs=0.04)
    assert found.accepted_fraction == pytest.approx(seen[1], abs=0.03)
    assert found.abandonment_fraction == pytest.approx(seen[2], abs=0.02)


def test_what_grows_without_bound_and_what_is_idle():
    found = with_callback_offers(
        [30, 0, 30, 30],
        [28, 3, 0, 0],
        240,
        20,
        offer_after_s=60,
        accepted=0.5,
        patience_s=[math.inf, 100, 100, math.inf],
        keeps_place=True,
    )
    assert found.service_level_fraction.tolist() == [0.0, 1.0, 0.0, 0.0]
    assert found.accepted_fraction == pytest.approx(
        [0.5, 0.0, 0.5 * math.exp(-0.6), 0.5]
    )
    assert found.abandonment_fraction == pytest.approx(
        [0.0, 0.0, 1 - 0.5 * math.exp(-0.6), 0.0]
    )
    # Called back later, half of a grown line is off it: 15 calls for 28 agents.
    later = with_callback_offers(30, 28, 240, 20, offer_after_s=60, accepted=0.5)
    assert later.service_level_fraction > 0.3
    with pytest.raises(ValueError, match="exceed 1"):
        with_callback_offers(1, 2, 240, 20, offer_after_s=60, accepted=1.5)


def a_line(to_queue=None, **changes):
    offer = CallbackOffer(after_s=60.0, accepted=0.5, to_queue=to_queue)
    return a_queue("line", "virtual_queue", callback_offer=offer, **changes)


def test_the_channel_meets_its_target_with_fewer_agents():
    model = CHANNELS["virtual_queue"]()
    assert isinstance(model, LiveChannel)
    target = ServiceTarget(asa_s=30.0)
    demand = a_demand([150.0, 0.0, 600.0], 300.0)
    for patience in (None, 180.0):
        queue = a_line(target=target, patience_s=patience)
        later = a_line("calls", target=target, patience_s=patience)
        alone = erlang.required_agents(
            demand.workload_erlangs,
            300.0,
            asa_s=30.0,
            patience_s=patience or math.inf,
            integer=False,
        ).agents
        agents = model.requirement(later, demand).base_agents
        assert (agents <= alone).all()
        assert agents[0] < alone[0] - 0.05
        kept = model.requirement(queue, demand)
        assert kept.binding.tolist() == ["asa", "", "asa"]
        assert any("take a call-back" in remark for remark in kept.warnings)
    level = model.service_level(a_line(), demand, np.array([16.0, 0.0, 60.0]))
    assert 0.8 < level[0] < 1.0
    assert level[1] == 1.0
    with pytest.raises(ValueError, match="needs a callback_offer"):
        model.requirement(a_queue("line", "virtual_queue"), demand)


def test_call_backs_become_due_time_work_of_their_queue():
    line = a_line("calls", target=ServiceTarget(asa_s=30.0), patience_s=180.0)
    calls = a_queue("calls", "callback", default_aht_s=300.0)
    found = requirement(
        a_forecast({"line": [300.0] * 24}, 300.0, 60),
        [calls, line],
        window=(0, 24),
        open_masks={"calls": np.ones(24, bool), "line": np.ones(24, bool)},
    )
    taken = with_callback_offers(
        25.0,
        found.base_agents[1, 0],
        300,
        20,
        offer_after_s=60,
        accepted=0.5,
        patience_s=180,
    ).accepted_fraction
    assert taken > 0.01
    assert found.offered_contacts[0] == pytest.approx(np.full(24, 300 * taken))
    (work,) = found.deferred
    assert work.queue_id == "calls"
    assert work.work_hours.sum() > 10 * 25 * taken
