"""Retrials: one fixed point, reached from both sides; delays over the day."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.staffing import erlang
from wfm.staffing.retrials import required_with_retrials, with_retrials
from wfm.staffing.retrials_over_time import (
    TryingAgain,
    attempts,
    retrials_over_time,
)

share = st.floats(0.0, 0.95)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 300.0), st.floats(0.2, 2.0), share, share, st.floats(5, 2000))
def test_plain_iteration_from_below_and_above_meets_it(
    fresh, staffed, redial, reconnect, patience
):
    agents = fresh * staffed
    found = with_retrials(
        fresh,
        agents,
        240.0,
        patience,
        redial_share=redial,
        reconnect_share=reconnect,
    )
    total, lost = found.total_erlangs, found.abandonment_fraction
    assert lost == pytest.approx(
        float(erlang.abandonment(total, agents, 240.0, patience)), rel=1e-9, abs=1e-15
    )
    balance = fresh + total * (redial * lost + reconnect * (1 - lost))
    assert total == pytest.approx(balance, rel=1e-8)
    parts = found.fresh_erlangs + found.redial_erlangs + found.reconnect_erlangs
    assert total == pytest.approx(parts, rel=1e-8)
    # The balance rises: a little less load brings less than it, a little more, more.
    for factor in (0.98, 1.02):
        trial = total * factor
        gone = float(erlang.abandonment(trial, agents, 240.0, patience))
        left = trial * ((1 - redial) * gone + (1 - reconnect) * (1 - gone))
        assert (left > fresh) == (factor > 1)


def test_iteration_from_the_fresh_load_rises_to_the_fixed_point():
    fresh, agents, patience, redial = 30.0, 27.0, 120.0, 0.7
    total = [fresh]
    for _ in range(200):
        lost = float(erlang.abandonment(total[-1], agents, 240.0, patience))
        total.append(fresh + redial * lost * total[-1])
    assert (np.diff(total) >= -1e-12).all()
    found = with_retrials(fresh, agents, 240.0, patience, redial_share=redial)
    assert total[-1] == pytest.approx(found.total_erlangs, rel=1e-9)
    # In overload whoever is not served in the end has stopped trying.
    assert found.lost_fraction == pytest.approx(
        1 - found.total_erlangs * (1 - found.abandonment_fraction) / fresh
    )


def test_limits():
    none = with_retrials([5.0, 0.0], 6, 240, 90)
    assert none.total_erlangs.tolist() == [5.0, 0.0]
    # Endless patience: only reconnects, a geometric series.
    found = with_retrials(5.0, 9, 240, math.inf, redial_share=0.9, reconnect_share=0.2)
    assert found.total_erlangs == pytest.approx(5.0 / 0.8)
    assert found.redial_erlangs == 0.0
    # Without agents all give up, again and again.
    nobody = with_retrials(5.0, 0.0, 240, 60, redial_share=0.5)
    assert nobody.total_erlangs == pytest.approx(10.0)
    assert nobody.lost_fraction == pytest.approx(1.0)
    with pytest.raises(ValueError, match="below 1"):
        with_retrials(5.0, 9, 240, 60, redial_share=1.0)


def test_agents_for_a_level_are_minimal_with_the_retrials_they_cause():
    fresh = np.array([2.0, 20.0, 150.0])
    goal = {"answer_within_s": 20.0, "service_level_fraction": 0.8}
    again = {"redial_share": 0.6, "reconnect_share": 0.15}
    agents = required_with_retrials(fresh, 240, 120, **goal, **again)
    plain = erlang.required_agents(fresh, 240, patience_s=120, **goal).agents
    assert (agents >= plain).all()
    assert (agents[1:] > plain[1:]).all()
    for n, fine in ((agents, True), (agents - 1, False)):
        total = with_retrials(fresh, n, 240, 120, **again).total_erlangs
        level = erlang.service_level(total, n, 240, 20, patience_s=120)
        assert ((level >= 0.8) == fine).all()
    real = required_with_retrials(fresh, 240, 120, integer=False, **goal, **again)
    assert ((real <= agents) & (real > agents - 1)).all()


def test_short_delays_end_in_the_equilibrium_of_each_interval():
    fresh, agents = np.array([100.0, 140.0, 90.0]), np.array([14.0, 17.0, 16.0])
    again = TryingAgain(
        redial_share=0.6,
        redial_delay_s=1e-3,
        reconnect_share=0.1,
        reconnect_delay_s=1e-3,
    )
    aht_s = np.full(3, 240.0)
    found = retrials_over_time(
        fresh, agents, aht_s, 100.0, interval_s=1800.0, again=again
    )
    still = with_retrials(
        fresh * 240 / 1800, agents, 240, 100, redial_share=0.6, reconnect_share=0.1
    )
    assert found.total * 240 / 1800 == pytest.approx(still.total_erlangs, rel=1e-4)
    assert found.total == pytest.approx(
        found.fresh + found.redials + found.reconnects, rel=1e-12
    )


def test_nobody_is_lost_track_of_over_closed_hours():
    rng = np.random.default_rng(1)
    fresh, gone = rng.uniform(0, 60, 96), rng.uniform(0, 0.5, 96)
    mask = np.arange(96) % 48 < 20
    again = TryingAgain(
        redial_share=0.5,
        redial_delay_s=2400.0,
        reconnect_share=0.3,
        reconnect_delay_s=40_000.0,
    )
    found = attempts(fresh, gone, interval_s=1800.0, again=again, open_mask=mask)
    assert (found.total[~mask] == 0).all()
    assert found.fresh.sum() == pytest.approx(fresh[mask].sum())
    redials = 0.5 * (gone * found.total).sum()
    assert found.redials.sum() + found.pending[0] == pytest.approx(redials)
    reconnects = 0.3 * ((1 - gone) * found.total).sum()
    assert found.reconnects.sum() + found.pending[1] == pytest.approx(reconnects)
    # Who came back at night calls at nine.
    assert found.reconnects[48] > 3 * found.reconnects[49]


def test_delays_follow_the_exponential_law_of_a_fine_simulation():
    rng = np.random.default_rng(5)
    left = rng.uniform(0, 1800, 400_000)
    back = left + rng.exponential(1500.0, len(left))
    shares = np.bincount((back // 1800).astype(int))[:4] / len(left)
    found = attempts(
        np.array([1000.0, 0, 0, 0]),
        np.array([1.0, 0, 0, 0]),
        interval_s=1800.0,
        again=TryingAgain(redial_share=0.01, redial_delay_s=1500.0),
        open_mask=np.ones(4, dtype=bool),
    )
    # So few redial that hardly anybody does so twice.
    assert found.redials == pytest.approx(10.0 * shares, rel=0.01)


def test_more_redials_than_reconnects_and_the_reverse_both_settle():
    fresh = np.full(20, 130.0)
    for redial, reconnect in ((0.9, 0.1), (0.1, 0.6)):
        again = TryingAgain(
            redial_share=redial, reconnect_share=reconnect, reconnect_delay_s=3600.0
        )
        agents, aht_s = np.full(20, 15.0), np.full(20, 240.0)
        found = retrials_over_time(
            fresh, agents, aht_s, 90.0, interval_s=1800.0, again=again
        )
        lost = erlang.abandonment(found.total * 240 / 1800, agents, aht_s, 90.0)
        assert found.abandonment_fraction == pytest.approx(lost, abs=1e-8)
        assert found.total[-1] > found.total[0] > 130.0


def test_shares_and_delays_that_cannot_be():
    with pytest.raises(ValueError, match=r"in \[0, 1\)"):
        TryingAgain(redial_share=1.0)
    with pytest.raises(ValueError, match="positive"):
        TryingAgain(redial_delay_s=0.0)
