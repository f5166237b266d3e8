"""Erlang formulas: minimal, monotone, continuous, and each a limit of another."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.staffing import erlang

loads = st.floats(1e-3, 3000)
handle_s = st.floats(10, 3600)
patience = st.one_of(st.just(math.inf), st.floats(5, 5000))


@settings(max_examples=60, deadline=None)
@given(loads, st.floats(0, 3000))
def test_erlang_b_obeys_its_recursion_between_whole_numbers(load, agents):
    before, after = erlang.erlang_b(load, agents), erlang.erlang_b(load, agents + 1)
    step = load * before / (agents + 1 + load * before)
    assert after == pytest.approx(step, rel=2e-12, abs=1e-300)


@settings(max_examples=60, deadline=None)
@given(loads, handle_s, patience, st.floats(0, 600), st.floats(0.02, 0.99))
def test_more_agents_serve_better(load, aht_s, patience_s, within_s, share):
    agents = np.linspace(0.0, 1.5 * load + 10, 23) * (0.5 + share)
    level = erlang.service_level(load, agents, aht_s, within_s, patience_s=patience_s)
    found = erlang.erlang_a(load, agents, aht_s, patience_s)
    for rising in (
        level,
        -found.p_wait,
        -found.abandonment_fraction,
        -found.occupancy_fraction,
    ):
        assert (np.diff(rising) >= -1e-9).all()
    assert ((level >= 0) & (level <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 1e5), st.integers(1, 100_000), st.floats(1e-9, 1e-6))
def test_whole_numbers_of_agents_are_no_special_case(load, agents, nudge):
    near = erlang.log_erlang_b(load, [agents - nudge, agents, agents + nudge])
    slope = (near[2] - near[0]) / (2 * nudge)
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-12, abs=1e-9)
    assert slope <= 1e-3
    log_c = erlang.log_erlang_c(load, [agents - nudge, agents, agents + nudge])
    assert (np.diff(log_c) <= 1e-12 * (1 + np.abs(log_c[1:]))).all()


@settings(max_examples=60, deadline=None)
@given(loads, handle_s, patience, st.floats(0, 600), st.floats(0.05, 0.99))
def test_whole_real_and_most_load_fit_together(load, aht_s, patience_s, within_s, goal):
    options = {
        "answer_within_s": within_s,
        "service_level_fraction": goal,
        "patience_s": patience_s,
    }
    whole = erlang.required_agents(load, aht_s, **options)
    real = erlang.required_agents(load, aht_s, integer=False, **options)
    assert max(whole.agents - 1, 0) <= real.agents * (1 + 1e-9)
    assert real.agents <= whole.agents
    if whole.agents:
        most = erlang.max_workload_erlangs(whole.agents, aht_s, **options)
        assert most >= load * (1 - 1e-9)
    if whole.agents > 1:
        less = erlang.max_workload_erlangs(whole.agents - 1, aht_s, **options)
        assert less <= load * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(loads, st.floats(0.1, 3000), handle_s, st.floats(5, 5000), st.floats(0, 600))
def test_definitions_keep_their_order(load, agents, aht_s, patience_s, within_s):
    offered, answered, excluding, virtual = (
        float(
            erlang.service_level(
                load,
                agents,
                aht_s,
                within_s,
                patience_s=patience_s,
                definition=definition,
            )
        )
        for definition in ("offered", "answered", "excluding_short_abandons", "virtual")
    )
    # Leaving contacts out of the denominator can only raise the share.
    assert offered <= min(answered, excluding, virtual) * (1 + 1e-12)
    assert max(offered, answered, excluding, virtual) <= 1.0 + 1e-12


@settings(max_examples=40, deadline=None)
@given(st.floats(0.5, 400), handle_s, st.floats(0.3, 2.0))
def test_patience_as_long_as_a_contact_is_poisson(load, aht_s, share):
    # theta = mu: contacts in the system are Poisson(A), whatever n is.
    agents = max(1, round(load * share))
    k = np.arange(agents)
    log_p = -load + k * np.log(load) - np.array([math.lgamma(i + 1) for i in k])
    found = erlang.erlang_a(load, agents, aht_s, aht_s)
    free = math.fsum(np.exp(log_p))
    assert 1 - found.p_wait == pytest.approx(free, rel=1e-10, abs=1e-13)
    # Mean busy: sum of min(k, n); what is not lost keeps that many busy.
    served = load * (1 - found.abandonment_fraction)
    busy = math.fsum(k * np.exp(log_p)) + agents * (1 - free)
    assert served == pytest.approx(busy, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 300), st.floats(0.05, 2.0), handle_s)
def test_endless_patience_is_the_limit_of_long_patience(load, slack, aht_s):
    agents = load + slack * math.sqrt(load) + 0.5
    long = erlang.erlang_a(load, agents, aht_s, aht_s * 1e9)
    assert long.p_wait == pytest.approx(float(erlang.erlang_c(load, agents)), rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 300), st.integers(1, 350), handle_s)
def test_no_patience_is_the_limit_erlang_b(load, agents, aht_s):
    none = erlang.erlang_a(load, agents, aht_s, aht_s * 1e-9)
    blocked = float(erlang.erlang_b(load, agents))
    assert none.abandonment_fraction == pytest.approx(blocked, rel=1e-5, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(loads, st.floats(0.1, 3000), handle_s, st.floats(5, 5000))
def test_what_is_not_lost_is_served(load, agents, aht_s, patience_s):
    found = erlang.erlang_a(load, agents, aht_s, patience_s)
    lost = float(found.abandonment_fraction)
    # lambda P(ab) = theta E[Q], with E[Q] = lambda E[W] (Little).
    assert lost == pytest.approx(float(found.mean_wait_s) / patience_s, rel=1e-9)
    # E[W] is the mean over the served and the lost; the lost wait no longer than
    # patience lasts.
    assert 0.0 <= lost <= 1.0
    assert agents * found.occupancy_fraction <= load * (1 - lost) * (1 + 1e-9)
