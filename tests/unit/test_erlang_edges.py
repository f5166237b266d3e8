"""Arguments at their limits, shapes, and the faults others have."""

import math

import numpy as np
import pytest
from support.plain_erlang import numpy_only

from wfm.staffing import erlang
from wfm.staffing.heads import whole_agents
from wfm.staffing.performance import figures

FORMULAS = {
    "erlang_b": lambda load: erlang.erlang_b(load, 3),
    "log_erlang_b": lambda load: erlang.log_erlang_b(load, 3),
    "erlang_c": lambda load: erlang.erlang_c(load, 3),
    "log_erlang_c": lambda load: erlang.log_erlang_c(load, 3),
    "service_level": lambda load: erlang.service_level(load, 3, 180, 20),
    "asa_s": lambda load: erlang.asa_s(load, 3, 180, patience_s=60),
    "abandonment": lambda load: erlang.abandonment(load, 3, 180, 60),
    "occupancy": lambda load: erlang.occupancy(load, 3),
    "wait_quantile_s": lambda load: erlang.wait_quantile_s(load, 3, 180, 0.9),
    "max_workload_erlangs": lambda n: erlang.max_workload_erlangs(n, 180, asa_s=9),
    "required_agents": lambda load: erlang.required_agents(load, 180, asa_s=9).agents,
}
formulas = pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)


@formulas
def test_scalars_give_scalars_and_shapes_are_kept(formula):
    one = formula(2.0)
    assert isinstance(one, np.float64)
    assert formula(2) == formula(np.float32(2)) == formula(np.array(2.0)) == one
    assert isinstance(formula(np.array(2.0)), np.float64)
    assert formula([2]).tolist() == [one]
    assert formula([[2.0, 1.0]]).shape == (1, 2)
    assert formula(np.ones((2, 1, 3))).shape == (2, 1, 3)
    assert formula([]).shape == (0,)
    assert formula(np.zeros((2, 0))).shape == (2, 0)


@formulas
@pytest.mark.parametrize("bad", [-1e-9, math.nan])
def test_negative_and_missing_numbers_are_refused(formula, bad):
    with pytest.raises(ValueError, match="must be numbers"):
        formula([1.0, bad])


def test_arguments_broadcast_like_a_ufunc():
    load, agents = np.array([[5.0], [8.0]]), np.array([6.0, 9.0, 12.0])
    found = erlang.erlang_a(load, agents, 180, [60, 90, 120])
    assert found.p_wait.shape == (2, 3)
    assert found.p_wait[1, 2] == erlang.erlang_a(8.0, 12.0, 180, 120).p_wait
    with pytest.raises(ValueError, match="broadcast"):
        erlang.erlang_b([1.0, 2.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: erlang.erlang_b(math.inf, 2),
        lambda: erlang.log_erlang_c(math.inf, 2),
        lambda: erlang.service_level(math.inf, 2, 180, 20),
        lambda: erlang.asa_s(1, 2, math.inf),
        lambda: erlang.required_agents(math.inf, 180),
        lambda: erlang.required_agents(1, math.inf),
    ],
)
def test_endless_work_is_refused(ask):
    with pytest.raises(ValueError, match="must be finite"):
        ask()


@pytest.mark.parametrize("path", ["compiled", "numpy"])
def test_agents_without_end(path):
    if path == "numpy":
        with numpy_only():
            _agents_without_end()
    else:
        _agents_without_end()


def _agents_without_end():
    assert erlang.erlang_b(5, math.inf) == erlang.erlang_c(5, math.inf) == 0.0
    assert erlang.log_erlang_b(5, math.inf) == -math.inf
    for patience_s in (math.inf, 60.0):
        assert erlang.service_level(5, math.inf, 180, 0, patience_s=patience_s) == 1.0
        assert erlang.asa_s(5, math.inf, 180, patience_s=patience_s) == 0.0
        assert erlang.occupancy(5, math.inf, 180, patience_s=patience_s) == 0.0


@pytest.mark.parametrize("path", ["compiled", "numpy"])
def test_no_patience_is_erlang_b(path):
    if path == "numpy":
        with numpy_only():
            _no_patience_is_erlang_b()
    else:
        _no_patience_is_erlang_b()


def _no_patience_is_erlang_b():
    blocked = erlang.erlang_b(12, 14)
    found = erlang.erlang_a(12, 14, 180, 0.0)
    assert found.abandonment_fraction == pytest.approx(blocked, rel=1e-13)
    assert found.mean_wait_s == found.mean_wait_served_s == 0.0
    for definition, level in (
        ("offered", 1 - blocked),
        ("answered", 1.0),
        ("excluding_short_abandons", 1.0),
        ("virtual", 1 - blocked * math.exp(-14 * 20 / 180)),
    ):
        assert erlang.service_level(
            12, 14, 180, 20, patience_s=0.0, definition=definition
        ) == pytest.approx(level, rel=1e-13)
    shares = figures(*(np.array([v]) for v in (12.0, 14.0, 180.0, 0.0, 0.0)))
    assert shares.abandoned_in_time[0] == pytest.approx(blocked, rel=1e-13)


@pytest.mark.parametrize("path", ["compiled", "numpy"])
def test_no_handle_time_leaves_no_wait(path):
    def check():
        for patience_s in (math.inf, 60.0):
            assert erlang.asa_s(0.9, 1, 0.0, patience_s=patience_s) == 0.0
            level = erlang.service_level(0.9, 1, 0.0, 5.0, patience_s=patience_s)
            assert level == 1.0
            at_once = erlang.service_level(0.9, 1, 0.0, 0.0, patience_s=patience_s)
            assert at_once == pytest.approx(0.1, rel=1e-12)
            assert erlang.wait_quantile_s(0.9, 1, 0.0, 0.9, patience_s=patience_s) == 0

    if path == "numpy":
        with numpy_only():
            check()
    else:
        check()


@pytest.mark.parametrize("patience_s", [math.inf, 300.0])
def test_a_threshold_of_hours_or_without_end(patience_s):
    for within_s in (14_400.0, 1e9, math.inf):
        level = erlang.service_level(10, 11, 300, within_s, patience_s=patience_s)
        kept = 1 - (0 if math.isinf(patience_s) else _lost(10, 11, 300, patience_s))
        assert level == pytest.approx(kept, abs=1e-6)
    found = erlang.required_agents(
        10,
        300,
        answer_within_s=math.inf,
        service_level_fraction=0.95,
        patience_s=patience_s,
    )
    assert found.binding == "service_level"
    # Endless time leaves only those who give up: at most 5 % of them.
    if math.isinf(patience_s):
        assert found.agents == 11
    else:
        n = found.agents
        assert _lost(10, n, 300, patience_s) <= 0.05 < _lost(10, n - 1, 300, 300)


def _lost(load, agents, aht_s, patience_s):
    return float(erlang.abandonment(load, agents, aht_s, patience_s))


def test_any_wait_will_do():
    found = erlang.required_agents(5, 180, asa_s=math.inf)
    assert found.agents == 6.0


def test_loads_far_beyond_any_centre():
    found = erlang.required_agents(
        [1e7, 1e-9], 240, answer_within_s=20, service_level_fraction=0.8
    )
    n = found.agents
    assert n[1] == 1.0
    assert erlang.service_level(1e7, n[0], 240, 20) >= 0.8
    assert erlang.service_level(1e7, n[0] - 1, 240, 20) < 0.8
    beyond = {"answer_within_s": 20, "service_level_fraction": 0.8}
    with pytest.raises(erlang.UnreachableError):
        erlang.required_agents(1e15, 240, **beyond)


def test_mixed_patience_in_one_call():
    patience_s = np.array([math.inf, 60.0, 0.0])
    level = erlang.service_level(10, 11, 180, 20, patience_s=patience_s)
    alone = [
        float(erlang.service_level(10, 11, 180, 20, patience_s=p)) for p in patience_s
    ]
    assert level.tolist() == alone
    with numpy_only():
        plain = erlang.service_level(10, 11, 180, 20, patience_s=patience_s)
    assert plain == pytest.approx(level, rel=1e-13)


# What pyworkforce 0.5.4 gets wrong, case by case (found by running it).


def test_a_long_threshold_does_not_underflow():
    # Uniformisation from e^{-q T} returns 0.297 here.
    level = erlang.service_level(30, 31, 60, 1800, patience_s=1e9)
    assert level == pytest.approx(0.984, abs=0.02)
    level = erlang.service_level(30, 31, 60, 1800)
    assert level == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("load", "goal", "agents"), [(0.5, 0.5, 1), (10.5, 0.2, 11), (10.5, 0.22, 12)]
)
def test_loose_targets_take_the_first_stable_number(load, goal, agents):
    # A search that starts at round(A + 1) answers 2 and 12 to the first two.
    found = erlang.required_agents(
        load, 240, answer_within_s=20, service_level_fraction=goal
    )
    assert found.agents == agents


def test_shrinkage_does_not_round_up_noise():
    for whole in range(1, 400):
        for percent in (5, 10, 15, 20, 25, 30, 35, 40):
            exact = -(-whole * 100 // (100 - percent))
            assert whole_agents(whole / (1 - percent / 100)) == exact
    assert whole_agents(21 / (1 - 0.3)) == 30


def test_occupancy_does_not_round_up_noise():
    for twentieths in range(1, 600):
        found = erlang.required_agents(
            twentieths / 20, 240, max_occupancy_fraction=0.85
        )
        # A / 0.85 = (twentieths / 20) / (17 / 20)
        exact = max(-(-twentieths // 17), twentieths // 20 + 1)
        assert found.agents == exact, twentieths / 20


def test_a_day_with_closed_hours():
    found = erlang.required_agents(
        [0.0, 3.0, 0.0], 240, answer_within_s=20, service_level_fraction=0.8
    )
    assert found.agents.tolist() == [0.0, 5.0, 0.0]
    assert found.binding.tolist() == ["", "service_level", ""]


def test_service_level_of_nought_and_one():
    none = erlang.required_agents(
        4.5, 240, answer_within_s=20, service_level_fraction=0.0, patience_s=60
    )
    assert (none.agents, none.binding) == (0.0, "")
    near = erlang.required_agents(
        4.5, 240, answer_within_s=20, service_level_fraction=1 - 1e-9
    )
    assert erlang.service_level(4.5, near.agents - 1, 240, 20) < 1 - 1e-9


def test_whole_agents():
    assert whole_agents([0.0, 1e-12, 1.0, 1.0001, math.inf]).tolist() == [
        0.0,
        0.0,
        1.0,
        2.0,
        math.inf,
    ]
    assert isinstance(whole_agents(2.2), np.float64)
    with pytest.raises(ValueError, match="must be numbers"):
        whole_agents(-1)
