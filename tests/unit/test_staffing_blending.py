"""The threshold policy against its balance equations, a published example, inverses."""

import math
import tracemalloc

import numpy as np
import pytest

from wfm.staffing import erlang
from wfm.staffing.blending import blended, blended_agents


# CCmath's documented example: 4 calls a minute of 3 minutes, 16 agents, 2 kept idle,
# 20 s: 1.11 outbound a minute, 95.83 % busy, 63.34 % in time.
def test_ccmath_blending_example():
    found = blended(12, 16, 180, 19.98, reserve=2)
    assert found.deferred_erlangs / 3 == pytest.approx(1.11111, abs=5e-6)
    assert found.occupancy_fraction == pytest.approx(0.958333333333, abs=1e-11)
    assert found.service_level_fraction == pytest.approx(0.633448330956, abs=1e-11)


def balance(load, agents, reserve, patience):
    """Sum the cut-off chain directly; times in handle times."""
    least = agents - reserve
    states = np.arange(least, agents + 2500)
    log_weight = [0.0]
    for x in states[1:]:
        death = min(x, agents) + max(x - agents, 0) / patience
        log_weight.append(log_weight[-1] + math.log(load / death))
    p = np.exp(np.array(log_weight) - max(log_weight))
    p /= p.sum()
    # Deferred work starts whenever a completion would leave fewer than `least` busy.
    started = least * p[0]
    return p, states, started


@pytest.mark.parametrize("patience", [math.inf, 0.3, 5.0])
@pytest.mark.parametrize(
    ("load", "agents", "reserve"), [(12, 16, 2), (3, 4, 0), (40, 44, 6), (0.5, 3, 2)]
)
def test_figures_equal_those_of_the_balance_equations(load, agents, reserve, patience):
    p, states, started = balance(load, agents, reserve, patience)
    found = blended(
        load, agents, 100.0, 30.0, reserve=reserve, patience_s=patience * 100
    )
    waiting = np.maximum(states - agents, 0)
    assert found.deferred_erlangs == pytest.approx(started, rel=1e-8)
    assert found.occupancy_fraction == pytest.approx(
        (p * np.minimum(states, agents)).sum() / agents, rel=1e-8
    )
    assert found.abandonment_fraction == pytest.approx(
        (p * waiting).sum() / patience / load, rel=1e-8, abs=1e-12
    )
    if patience == math.inf:
        assert found.mean_wait_s == pytest.approx(
            100 * (p * waiting).sum() / load, rel=1e-6
        )


def test_keeping_everybody_free_is_plain_phone_work():
    plain = erlang.service_level(12, [14, 16.5], 180, 20, patience_s=90)
    found = blended(12, [14, 16.5], 180, 20, reserve=99, patience_s=90)
    assert found.service_level_fraction == pytest.approx(plain, rel=1e-12)
    assert found.deferred_erlangs == pytest.approx([0.0, 0.0], abs=1e-9)


def test_without_calls_all_but_the_reserve_do_deferred_work():
    found = blended(0.0, [5.0, 1.0], 180, 20, reserve=2)
    assert found.deferred_erlangs.tolist() == [3.0, 0.0]
    assert found.service_level_fraction.tolist() == [1.0, 1.0]


def test_without_agents_nothing_is_done():
    found = blended(2.0, 0.0, 180, 20, reserve=1, patience_s=[60.0, math.inf])
    assert found.service_level_fraction.tolist() == [0.0, 0.0]
    assert found.deferred_erlangs.tolist() == [0.0, 0.0]
    assert found.abandonment_fraction.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("patience", [math.inf, 120.0])
def test_fewest_agents_by_brute_force(patience):
    rng = np.random.default_rng(2)
    load, work = rng.uniform(0.2, 40, 12), rng.uniform(0.0, 12, 12)
    work[:2] = 0.0
    found = blended_agents(
        load,
        180,
        deferred_erlangs=work,
        answer_within_s=20,
        service_level_fraction=0.8,
        patience_s=patience,
    )
    for i in range(12):
        least = next(n for n in range(99) if any_reserve(n, load[i], work[i], patience))
        assert found.agents[i] == least
        good = blended(
            load[i], least, 180, 20, reserve=found.reserve[i], patience_s=patience
        )
        assert good.service_level_fraction >= 0.8
        assert good.deferred_erlangs >= work[i] - 1e-9


def any_reserve(agents, load, work, patience):
    found = blended(
        load, agents, 180, 20, reserve=np.arange(agents + 1), patience_s=patience
    )
    enough = found.deferred_erlangs >= work - 1e-9
    return bool((enough & (found.service_level_fraction >= 0.8)).any())


def test_real_agents_meet_both_and_cost_less_than_two_teams():
    load = np.array([4.0, 12.0, 50.0, 200.0])
    goal = {"answer_within_s": 20.0, "service_level_fraction": 0.8}
    found = blended_agents(load, 240, deferred_erlangs=load / 4, integer=False, **goal)
    back = blended(load, found.agents, 240, 20, reserve=found.reserve)
    assert (back.service_level_fraction >= 0.8 - 1e-9).all()
    assert (back.deferred_erlangs >= load / 4 - 1e-6).all()
    whole = blended_agents(load, 240, deferred_erlangs=load / 4, **goal).agents
    assert (whole - 1 < found.agents + 1e-9).all()
    assert (found.agents <= whole).all()
    alone = erlang.required_agents(load, 240, integer=False, **goal).agents
    assert (found.agents < alone + load / 4).all()
    assert (found.agents > load * 1.25 - 1e-9).all()


def test_nothing_to_do_takes_nobody():
    found = blended_agents(
        0.0, 180, deferred_erlangs=0.0, answer_within_s=20, service_level_fraction=0.8
    )
    assert (found.agents, found.binding) == (0.0, "")
    only = blended_agents(
        0.0, 180, deferred_erlangs=2.5, answer_within_s=20, service_level_fraction=0.8
    )
    assert (only.agents, only.reserve, only.binding) == (3.0, 0.0, "deferred")
    with pytest.raises(ValueError, match="below 1"):
        blended_agents(
            1.0, 180, deferred_erlangs=0, answer_within_s=20, service_level_fraction=1
        )


def test_a_reserve_deep_below_the_load_is_plain_phone_work_in_little_memory():
    load, rows = 50_000.0, 100
    agents = np.linspace(load + 50.0, load + 500.0, rows)
    tracemalloc.start()
    deep = blended(load, agents, 300.0, 20.0, reserve=load - 1.0)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    whole = blended(load, agents, 300.0, 20.0, reserve=load + 1_000.0)
    np.testing.assert_allclose(
        deep.service_level_fraction, whole.service_level_fraction, rtol=1e-9
    )
    np.testing.assert_allclose(deep.mean_wait_s, whole.mean_wait_s, rtol=1e-9)
    assert peak_bytes < 20e6  # one array over all 50,000 states takes 40 MB
