"""Erlang formulas: exact cases, edges, and an independent chain solved directly."""

import math
from fractions import Fraction

import numpy as np
import pytest

from wfm.staffing import erlang


def exact_b(load: Fraction, agents: int) -> Fraction:
    """Erlang B as a quotient of exact sums of A^k / k!."""
    terms = [load**k / math.factorial(k) for k in range(agents + 1)]
    return terms[-1] / sum(terms)


def chain(load, agents, aht_s, patience_s, states=4000):
    """Stationary M/M/n+M by its balance equations: p_wait, E[W], E[Q] and levels."""
    k = np.arange(1, states)
    down = np.minimum(k, agents) / aht_s + np.maximum(k - agents, 0) / patience_s
    log_p = np.concatenate(([0.0], np.cumsum(np.log(load / aht_s / down))))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    queue = np.maximum(np.arange(states) - agents, 0)
    mean_queue = float((queue * p).sum())
    return float(p[agents:].sum()), mean_queue / (load / aht_s), mean_queue


@pytest.mark.parametrize("load", ["1/1000", "1/3", "1", "7/2", "20", "59", "60.5"])
@pytest.mark.parametrize("agents", [0, 1, 2, 7, 15, 16, 17, 40, 75])
def test_erlang_b_against_exact_fractions(load, agents):
    exact = exact_b(Fraction(load), agents)
    found = float(erlang.erlang_b(float(Fraction(load)), agents))
    assert found == pytest.approx(float(exact), rel=5e-13)
    assert float(erlang.log_erlang_b(float(Fraction(load)), agents)) == pytest.approx(
        math.log(exact.numerator) - math.log(exact.denominator), rel=1e-12, abs=1e-12
    )


def test_closed_forms():
    assert erlang.erlang_c(1, 2) == pytest.approx(1 / 3, rel=1e-14)
    assert erlang.erlang_c(0.5, 1) == pytest.approx(0.5, rel=1e-14)
    assert erlang.erlang_b([1.0, 1.0], [1, 2]) == pytest.approx([0.5, 0.2])
    # M/M/1: mean wait rho / (mu (1 - rho)).
    assert erlang.asa_s(0.75, 1, 120) == pytest.approx(120 * 0.75 / 0.25)
    # Half an agent on the way from B(0) = 1 to B(1): e^A sqrt(A) ... for A = 1,
    # 1/B = 1 + (sqrt(pi)/2) e erfc(1).
    half = 1 / (1 + math.sqrt(math.pi) / 2 * math.e * math.erfc(1.0))
    assert erlang.erlang_b(1.0, 0.5) == pytest.approx(half, rel=1e-13)


@pytest.mark.parametrize(
    ("load", "agents", "aht_s", "patience_s"),
    [
        (12, 14, 180, 60),
        (30, 5, 100, 1000),
        (500, 473, 240, 180),
        (3, 10, 100, 1e6),
        (0.3, 1, 300, 5),
        (0.5, 2, 1800, 3),
        (10, 10, 1000, 1e5),
        (40, 2, 60, 600),
    ],
)
def test_erlang_a_against_its_balance_equations(load, agents, aht_s, patience_s):
    p_wait, mean_wait, mean_queue = chain(load, agents, aht_s, patience_s)
    found = erlang.erlang_a(load, agents, aht_s, patience_s)
    lost = mean_queue / patience_s / (load / aht_s)
    assert found.p_wait == pytest.approx(p_wait, rel=1e-10)
    assert found.mean_wait_s == pytest.approx(mean_wait, rel=1e-10)
    assert found.abandonment_fraction == pytest.approx(lost, rel=1e-10)
    assert found.occupancy_fraction == pytest.approx(
        load * (1 - lost) / agents, rel=1e-10
    )


def test_patience_equal_to_handle_time_is_poisson():
    # theta = mu: the number present is Poisson(A) whatever n is.
    load, agents = 10, 12
    poisson = [math.exp(-load) * load**k / math.factorial(k) for k in range(agents)]
    found = erlang.erlang_a(load, agents, 60, 60)
    assert found.p_wait == pytest.approx(1 - sum(poisson), rel=1e-12)


def test_four_service_levels_differ_as_published():
    # Research notes, section 4: 86.1 / 90.9 / 93.1 / 88.0 % for one system.
    definitions = ("offered", "excluding_short_abandons", "answered", "virtual")
    found = [
        float(erlang.service_level(12, 14, 180, 20, patience_s=60, definition=d))
        for d in definitions
    ]
    assert found == pytest.approx([0.861, 0.909, 0.931, 0.880], abs=6e-4)


def test_long_patience_is_erlang_c():
    level_a = erlang.service_level(30, 33, 300, 20, patience_s=1e10)
    assert level_a == pytest.approx(float(erlang.service_level(30, 33, 300, 20)))


def test_overload_is_an_answer():
    assert erlang.service_level([10, 10], [10, 5], 180, 20).tolist() == [0.0, 0.0]
    assert erlang.asa_s(10, 9, 180) == math.inf
    assert erlang.occupancy(10, 9) == 1.0
    assert erlang.erlang_c(10, 9) == 1.0
    # With patience the overload throws off what it can't carry.
    lost = float(erlang.abandonment(100, 50, 180, 60))
    assert lost == pytest.approx(0.5, abs=0.01)


def test_nobody_at_work():
    found = erlang.erlang_a(5, 0, 180, 60)
    assert (found.abandonment_fraction, found.mean_wait_s) == (1.0, 60.0)
    assert found.occupancy_fraction == 1.0
    assert erlang.service_level(5, 0, 180, 20, patience_s=60) == 0.0
    assert erlang.service_level(5, 0, 180, 20) == 0.0


@pytest.mark.parametrize("patience_s", [math.inf, 90.0])
def test_no_contacts(patience_s):
    found = erlang.required_agents(
        [0.0, 4.0],
        180,
        answer_within_s=20,
        service_level_fraction=0.8,
        patience_s=patience_s,
    )
    assert (found.agents[0], found.binding[0]) == (0.0, "")
    assert found.agents[1] > 0
    level = erlang.service_level(0.0, [0, 3], 180, 20, patience_s=patience_s)
    assert level.tolist() == [1.0, 1.0]
    assert erlang.asa_s(0.0, 0, 180, patience_s=patience_s) == 0.0
    assert erlang.occupancy(0.0, 0) == 0.0


def test_ceilings_are_safe_from_float_noise():
    # 11.05 / 0.85 is 13.000000000000002 in floats.
    found = erlang.required_agents(11.05, 180, max_occupancy_fraction=0.85)
    assert (found.agents, found.binding) == (13.0, "occupancy")


def test_ties_go_to_the_first_target():
    both = erlang.required_agents(
        10,
        180,
        answer_within_s=20,
        service_level_fraction=0.8,
        max_occupancy_fraction=10 / 14,
    )
    alone = erlang.required_agents(10, 180, max_occupancy_fraction=10 / 14)
    assert (both.agents, both.binding) == (14.0, "service_level")
    assert (alone.agents, alone.binding) == (14.0, "occupancy")


def test_asa_and_abandonment_targets():
    found = erlang.required_agents(20, 240, asa_s=15)
    n = float(found.agents)
    assert found.binding == "asa"
    assert erlang.asa_s(20, n, 240) <= 15 < erlang.asa_s(20, n - 1, 240)
    found = erlang.required_agents(
        20, 240, max_abandonment_fraction=0.03, patience_s=120
    )
    n = float(found.agents)
    assert found.binding == "abandonment"
    assert erlang.abandonment(20, n, 240, 120) <= 0.03
    assert erlang.abandonment(20, n - 1, 240, 120) > 0.03


def test_without_a_target_the_smallest_stable_staffing():
    found = erlang.required_agents([3.0, 3.5], 180)
    assert found.agents.tolist() == [4.0, 4.0]
    assert found.binding.tolist() == ["stability", "stability"]
    zero = erlang.required_agents(
        3.0, 180, answer_within_s=20, service_level_fraction=0.0
    )
    assert zero.agents == 4.0
    assert erlang.required_agents(3.5, 180, integer=False).agents == 3.5


@pytest.mark.parametrize(
    "target",
    [
        {"answer_within_s": 20, "service_level_fraction": 1.0},
        {"asa_s": 0.0},
        {"max_occupancy_fraction": 0.0},
        {"max_abandonment_fraction": 0.0, "patience_s": 60},
    ],
)
def test_unreachable_targets(target):
    real = erlang.required_agents([0.0, 5.0], 180, integer=False, **target)
    assert real.agents.tolist() == [0.0, math.inf]
    with pytest.raises(erlang.UnreachableError, match="no number of agents"):
        erlang.required_agents(5.0, 180, **target)


def test_real_agents_meet_the_target_exactly():
    loads = np.array([0.02, 0.4, 3.0, 77.7, 900.0])
    for patience_s in (math.inf, 120.0):
        found = erlang.required_agents(
            loads,
            300,
            answer_within_s=20,
            service_level_fraction=0.8,
            patience_s=patience_s,
            integer=False,
        )
        level = erlang.service_level(
            loads, found.agents, 300, 20, patience_s=patience_s
        )
        assert level == pytest.approx(np.full(5, 0.8), abs=1e-9)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="must be numbers"):
        erlang.erlang_b(-1, 3)
    with pytest.raises(ValueError, match="must be numbers"):
        erlang.required_agents(float("nan"), 180)
    with pytest.raises(ValueError, match="go together"):
        erlang.required_agents(5, 180, answer_within_s=20)
    with pytest.raises(ValueError, match="definition 'best'"):
        erlang.service_level(5, 6, 180, 20, definition="best")


def test_broadcasting_and_scalars():
    grid = erlang.service_level(np.array([[5.0], [8.0]]), [6, 9, 12], 180, 20)
    assert grid.shape == (2, 3)
    assert grid[1, 2] == erlang.service_level(8, 12, 180, 20)
    assert np.ndim(erlang.erlang_c(1, 2)) == 0
