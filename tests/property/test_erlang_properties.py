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
    assert after == pytest.approx(step, rel=1e-11, abs=1e-300)


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


def test_ten_thousand_answers_are_minimal():
    rng = np.random.default_rng(7)
    size = 10_000
    load = 10 ** rng.uniform(-2, 3.3, size)
    aht_s = rng.uniform(20, 1800, size)
    patience_s = np.where(rng.random(size) < 0.5, np.inf, rng.uniform(10, 900, size))
    within_s = rng.choice([0.0, 10.0, 20.0, 60.0, 3600.0, 14400.0], size)
    goal = rng.uniform(0.02, 0.995, size)
    found = erlang.required_agents(
        load,
        aht_s,
        answer_within_s=within_s,
        service_level_fraction=goal,
        patience_s=patience_s,
    )
    agents = found.agents
    level = erlang.service_level(load, agents, aht_s, within_s, patience_s=patience_s)
    assert (level >= goal - 2e-12).all()
    some = agents > 0
    less = erlang.service_level(
        load[some],
        agents[some] - 1,
        aht_s[some],
        within_s[some],
        patience_s=patience_s[some],
    )
    stable = (found.binding == "stability")[some]
    assert ((less < goal[some]) | stable).all()
    assert (agents < load).any()
    real = erlang.required_agents(
        load,
        aht_s,
        answer_within_s=within_s,
        service_level_fraction=goal,
        patience_s=patience_s,
        integer=False,
    )
    assert (real.agents <= agents).all()
    assert (real.agents >= np.maximum(agents - 1, 0) - 1e-9).all()


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
