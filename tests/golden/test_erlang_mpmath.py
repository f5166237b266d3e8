"""Erlang B, C and A against 60 digits of mpmath, on a fixed grid and a random one.

1e-12 relative for any probability of at least 1e-300, 1e-14 in the logarithm below.
"""

import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from support.erlang_exact import DIGITS, erlang_a, erlang_c, free_weight
from support.plain_erlang import numpy_only

from wfm.staffing import erlang
from wfm.staffing.performance import figures

LEAST = 1e-300


@pytest.fixture(autouse=True)
def _many_digits():
    with mpmath.workdps(DIGITS):
        yield


def off(found, exact):
    """Return the relative error of a double."""
    return float(abs((mpf(float(found)) - exact) / exact))


def grid():
    """Return agents and loads where formulas change hands, and where they strain."""
    for load in (1e-3, 0.05, 0.9, 1.0, 3.7, 15.9, 16.0, 90.0, 400.0, 2500.0):
        root = math.sqrt(load)
        for agents in (load, load - root, load + root, load + 9 * root, 3 * load):
            yield from ((math.ceil(agents), load), (agents, load))
        for agents in (1e-3, 0.5, 1, 15.99, 16, load + 60 * root + 30):
            yield agents, load


def random_pairs(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        load = 10 ** rng.uniform(-3, 4)
        near = load + rng.uniform(-3, 12) * math.sqrt(load)
        agents = near if rng.random() < 0.7 else 10 ** rng.uniform(-3, 3.3)
        agents = min(max(agents, 1e-3), 12_000.0)
        yield (math.ceil(agents) if rng.random() < 0.5 else agents), load


PAIRS = [(float(n), float(a)) for n, a in [*grid(), *random_pairs(120, 11)] if n > 0]


@pytest.mark.parametrize("path", ["compiled", "numpy"])
def test_erlang_b_and_c(path):
    agents, load = np.array(PAIRS).T
    if path == "numpy":
        with numpy_only():
            found = _blocking(load, agents)
    else:
        found = _blocking(load, agents)
    wrong = []
    for i, (n, a) in enumerate(PAIRS):
        weight = free_weight(n, a)
        exact = {"b": 1 / (1 + weight)}
        if n > a:
            queue = mpf(n) / (mpf(n) - mpf(a))
            exact["c"] = queue / (weight + queue)
        for name, value in exact.items():
            error = off(found[name][i], value) if value >= LEAST else 0.0
            log_error = off(found[f"log_{name}"][i], mpmath.log(value))
            limit = 1e-14 if value < LEAST else 1e-12
            if error > 1e-12 or log_error > limit:
                wrong.append((name, n, a, error, log_error))
    assert wrong == []


def _blocking(load, agents):
    return {
        "b": erlang.erlang_b(load, agents),
        "log_b": erlang.log_erlang_b(load, agents),
        "c": erlang.erlang_c(load, agents),
        "log_c": erlang.log_erlang_c(load, agents),
    }


# By free_weight() and erlang_c() of tests/support/erlang_exact.py, which take seconds
# at this size: agents, load, ln B, ln C.
LARGE = (
    (100_000.0, 99_000.0, "-11.70823796806810257464804", "-7.103881802459757643930516"),
    (
        100_000.0,
        99_999.5,
        "-5.985195495293411660497895",
        "-0.001980538553473144922772997",
    ),
    (100_000.0, 100_000.0, "-5.98393559153930620908568", "0.0"),
    (99_999.5, 99_500.25, "-7.867502303856886314292751", "-2.641245590631283501892312"),
    (50_000.0, 100_000.0, "-0.6931271823596547587698069", "0.0"),
    (
        100_000.0,
        90_000.0,
        "-542.7269678816531950360513",
        "-540.4243827886591589049203",
    ),
    (
        100_000.0,
        50_000.0,
        "-19321.39345809355290839449",
        "-19320.70031091299460968003",
    ),
    (100_000.0, 1.0, "-1051300.221899121766909957", "-1051300.221889121923595667"),
)


@pytest.mark.parametrize("path", ["compiled", "numpy"])
@pytest.mark.parametrize(("agents", "load", "log_b", "log_c"), LARGE)
def test_a_hundred_thousand_agents(agents, load, log_b, log_c, path):
    exact_b, exact_c = mpf(log_b), mpf(log_c)
    if path == "numpy":
        with numpy_only():
            found = _blocking(load, agents)
    else:
        found = _blocking(load, agents)
    small = 1e-14 if exact_b < math.log(LEAST) else 1e-12
    assert off(found["log_b"], exact_b) < small
    if exact_b > math.log(LEAST):
        assert off(found["b"], mpmath.exp(exact_b)) < 1e-12
        assert off(found["c"], mpmath.exp(exact_c)) < 1e-12
    if exact_c < 0:
        assert off(found["log_c"], exact_c) < small


# load, agents, handle time, threshold, patience
QUEUES = (
    (12.0, 14.0, 180.0, 20.0, 60.0),
    (30.0, 5.0, 100.0, 20.0, 1000.0),
    (500.0, 473.0, 240.0, 20.0, 180.0),
    (3.0, 10.0, 100.0, 5.0, 1e5),
    (0.3, 1.0, 300.0, 20.0, 5.0),
    (100.0, 104.5, 300.0, 0.0, 100.0),
    (1e-3, 0.5, 100.0, 10.0, 1000.0),
    (1e-3, 1e-3, 100.0, 10.0, 1000.0),
    (1000.0, 1010.0, 200.0, 20.0, 200.0),
    (2000.0, 1844.0, 240.0, 20.0, 180.0),
    (50.0, 120.0, 600.0, 20.0, 60.0),
    (40.0, 2.0, 60.0, 60.0, 600.0),
    (8.0, 8.0, 300.0, 14_400.0, 300.0),
    (0.02, 0.3, 3600.0, 30.0, 3.0),
    (60.0, 60.0, 600.0, 30.0, 6.0),
    (99_000.0, 100_000.0, 600.0, 20.0, 60.0),
)


def random_queues(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        load = 10 ** rng.uniform(-3, 2.7)
        agents = load * 10 ** rng.uniform(-0.5, 0.3) + rng.random()
        if rng.random() < 0.6:
            agents = math.ceil(agents)
        aht_s = 10 ** rng.uniform(1, 3.5)
        patience_s = aht_s * 10 ** rng.uniform(-2, 1)
        within_s = rng.choice([5.0, 20.0, 60.0, 900.0])
        yield load, float(agents), aht_s, float(within_s), patience_s


@pytest.mark.parametrize("path", ["compiled", "numpy"])
@pytest.mark.parametrize("queues", [QUEUES, tuple(random_queues(40, 5))])
def test_erlang_a(queues, path):
    columns = np.array(queues).T
    if path == "numpy":
        with numpy_only():
            found = _abandoning(*columns)
    else:
        found = _abandoning(*columns)
    wrong = []
    for i, queue in enumerate(queues):
        for name, exact in erlang_a(*queue).items():
            if exact >= LEAST and off(found[name][i], exact) > 1e-12:
                wrong.append((name, queue, found[name][i], float(exact)))
            elif exact == 0:
                assert found[name][i] == 0.0
    assert wrong == []


def _abandoning(load, agents, aht_s, within_s, patience_s):
    result = dict(figures(load, agents, aht_s, within_s, patience_s)._asdict())
    result["occupancy_fraction"] = erlang.occupancy(
        load, agents, aht_s, patience_s=patience_s
    )
    for name in ("offered", "answered", "excluding_short_abandons", "virtual"):
        result[name] = erlang.service_level(
            load, agents, aht_s, within_s, patience_s=patience_s, definition=name
        )
    return result


def test_service_level_of_erlang_c():
    for load, agents, within_s in ((10.0, 11.0, 0.0), (10, 10.001, 5), (500, 520, 60)):
        p_wait = erlang_c(agents, load)
        rate = (mpf(agents) - mpf(load)) / 180
        exact = 1 - p_wait * mpmath.exp(-rate * within_s)
        found = erlang.service_level(load, agents, 180.0, within_s)
        assert off(found, exact) < 1e-12
        assert off(erlang.asa_s(load, agents, 180.0), p_wait / rate) < 1e-12
