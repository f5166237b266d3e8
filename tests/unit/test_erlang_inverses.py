"""The inverses: agents, load and wait, each undone by the formula it inverts."""

import math

import numpy as np
import pytest
from support.plain_erlang import numpy_only

from wfm.staffing import erlang

DEFINITIONS = ("offered", "answered", "excluding_short_abandons", "virtual")
EIGHTY_TWENTY = {"answer_within_s": 20.0, "service_level_fraction": 0.8}
TARGETS = (
    EIGHTY_TWENTY,
    {"asa_s": 12.0},
    {"max_occupancy_fraction": 0.85},
    {"max_abandonment_fraction": 0.04},
)


def queues(size, seed=3):
    rng = np.random.default_rng(seed)
    load, aht_s = 10 ** rng.uniform(-2, 3, size), rng.uniform(30, 1500, size)
    return load, aht_s, rng.uniform(20, 600, size)


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("endless", [True, False])
def test_ten_thousand_answers_are_minimal(definition, endless):
    size = 10_000 // (2 * len(DEFINITIONS))
    rng = np.random.default_rng(len(definition))
    load, aht_s, patience_s = queues(size, seed=len(definition))
    patience_s = np.full(size, np.inf) if endless else patience_s
    options = {"patience_s": patience_s, "definition": definition}
    within_s = rng.choice([0.0, 10.0, 20.0, 60.0, 3600.0, 14_400.0], size)
    goal = rng.uniform(0.02, 0.995, size)
    found = erlang.required_agents(
        load,
        aht_s,
        answer_within_s=within_s,
        service_level_fraction=goal,
        **options,
    )
    n = found.agents
    assert (n == np.floor(n)).all()
    level = erlang.service_level(load, n, aht_s, within_s, **options)
    assert (level >= goal - 2e-12).all()
    less = erlang.service_level(load, np.maximum(n - 1, 0), aht_s, within_s, **options)
    stable = found.binding == "stability"
    assert ((less < goal) | stable | (n == 0)).all()
    assert not endless or (n[stable] == np.floor(load[stable]) + 1).all()
    assert endless or (n < load).any()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("endless", [True, False])
def test_every_target_is_minimal(target, endless):
    load, aht_s, patience_s = queues(400)
    patience_s = np.full(400, np.inf) if endless else patience_s
    found = erlang.required_agents(load, aht_s, patience_s=patience_s, **target)

    def holds(agents):
        figures = erlang.erlang_a(load, agents, aht_s, patience_s)
        level = erlang.service_level(load, agents, aht_s, 20.0, patience_s=patience_s)
        return {
            "answer_within_s": level >= 0.8 - 1e-11,
            "asa_s": figures.mean_wait_served_s <= 12.0 + 1e-9,
            "max_occupancy_fraction": figures.occupancy_fraction <= 0.85 + 1e-11,
            "max_abandonment_fraction": figures.abandonment_fraction <= 0.04 + 1e-11,
        }[next(iter(target))]

    assert holds(found.agents).all()
    fewer = np.maximum(found.agents - 1.0, 0.0)
    assert (~holds(fewer) | (found.binding == "stability")).all()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("endless", [True, False])
@pytest.mark.parametrize("integer", [True, False])
def test_numpy_alone_gives_the_same_agents(target, endless, integer):
    load, aht_s, patience_s = queues(150, seed=8)
    options = {
        "patience_s": np.inf if endless else patience_s,
        "integer": integer,
        **target,
    }
    found = erlang.required_agents(load, aht_s, **options)
    with numpy_only():
        plain = erlang.required_agents(load, aht_s, **options)
    assert plain.agents == pytest.approx(found.agents, rel=0 if integer else 1e-10)
    assert (plain.binding == found.binding).all()


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("patience_s", [math.inf, 150.0])
def test_most_load_is_the_inverse_of_agents(definition, patience_s):
    agents = np.array([1.0, 2, 5, 14, 60, 300, 2000])
    options = EIGHTY_TWENTY | {"patience_s": patience_s, "definition": definition}
    load = erlang.max_workload_erlangs(agents, 240.0, **options)
    assert (erlang.required_agents(load, 240.0, **options).agents == agents).all()
    more = erlang.required_agents(load * (1 + 1e-8), 240.0, **options)
    assert (more.agents == agents + 1).all()
    real = erlang.required_agents(load, 240.0, integer=False, **options)
    assert real.agents == pytest.approx(agents, rel=1e-10)


@pytest.mark.parametrize("target", TARGETS)
def test_most_load_under_each_target(target):
    agents = np.array([3.0, 40.0, 250.5])
    load = erlang.max_workload_erlangs(agents, 300.0, patience_s=120.0, **target)
    real = erlang.required_agents(
        load, 300.0, patience_s=120.0, integer=False, **target
    )
    assert real.agents == pytest.approx(agents, rel=1e-9)


def test_most_load_takes_the_tightest_target():
    each = [
        erlang.max_workload_erlangs(14, 180, patience_s=60.0, **target)
        for target in TARGETS
    ]
    together = erlang.max_workload_erlangs(
        14,
        180,
        patience_s=60.0,
        asa_s=12.0,
        max_occupancy_fraction=0.85,
        max_abandonment_fraction=0.04,
        **EIGHTY_TWENTY,
    )
    assert together == pytest.approx(min(each), rel=1e-12)
    # Without abandonment the occupancy of n agents is A / n.
    assert erlang.max_workload_erlangs(
        14, 180, max_occupancy_fraction=0.85
    ) == pytest.approx(11.9, rel=1e-12)


def test_most_load_at_the_ends():
    most = erlang.max_workload_erlangs
    assert most([0.0, 14.0], 180).tolist() == [0.0, 14.0]
    assert most(14, 180, patience_s=60.0) == math.inf
    assert most(math.inf, 180, **EIGHTY_TWENTY) == math.inf
    assert most(14, 180, answer_within_s=20, service_level_fraction=1.0) == 0.0
    assert most(14, 180, answer_within_s=20, service_level_fraction=0.0) == 14.0
    assert most(14, 180, asa_s=0.0) == 0.0
    assert most(14, 180, asa_s=math.inf) == 14.0
    assert most(14, 180, max_abandonment_fraction=0.0) == 14.0
    assert most(14, 180, max_abandonment_fraction=0.0, patience_s=60.0) == 0.0
    assert most(14, 180, max_abandonment_fraction=1.0, patience_s=60.0) == math.inf
    assert most(14, 180, max_occupancy_fraction=1.0, patience_s=60.0) == math.inf
    # Deep in overload one in a hundred is served: the agents' own rate.
    most_lost = most(14, 180, max_abandonment_fraction=0.99, patience_s=60.0)
    assert most_lost == pytest.approx(1400.0, rel=1e-6)


@pytest.mark.parametrize("patience_s", [math.inf, 100.0])
def test_wait_quantile_inverts_the_service_level(patience_s):
    load, agents = np.array([0.5, 10.0, 95.0]), np.array([1.5, 11.0, 96.0])
    for of, definition in (("virtual", "virtual"), ("served", "answered")):
        for fraction in (0.3, 0.5, 0.8, 0.95, 0.999):
            wait_s = erlang.wait_quantile_s(
                load, agents, 200.0, fraction, patience_s=patience_s, of=of
            )
            level = erlang.service_level(
                load,
                agents,
                200.0,
                wait_s,
                patience_s=patience_s,
                definition=definition,
            )
            waits = wait_s > 0
            assert level[waits] == pytest.approx(
                np.full(waits.sum(), fraction), rel=1e-10
            )
            assert (level[~waits] >= fraction).all()


def test_wait_quantile_in_closed_form():
    # M/M/1: P(wait > t) = rho e^{-(1 - rho) t / AHT}.
    median_s = erlang.wait_quantile_s(0.8, 1, 60.0, 0.5)
    assert median_s == pytest.approx(math.log(0.8 / 0.5) * 60 / 0.2, rel=1e-12)
    assert erlang.wait_quantile_s(0.4, 1, 60.0, 0.5) == 0.0
    # Patience as long as a contact: M/M/1+M is Poisson; P(V > 0) = 1 - e^-A.
    no_wait = math.exp(-0.8)
    below, above = no_wait * (1 - 1e-9), no_wait * (1 + 1e-9)
    assert erlang.wait_quantile_s(0.8, 1, 60.0, below, patience_s=60.0) == 0.0
    assert erlang.wait_quantile_s(0.8, 1, 60.0, above, patience_s=60.0) > 0.0


def test_wait_quantile_at_the_ends():
    quantile = erlang.wait_quantile_s
    assert quantile(10, 12, 180, [0.0, 1.0]).tolist() == [0.0, math.inf]
    assert quantile(10, 12, 180, [0.0, 1.0], patience_s=60.0).tolist() == [
        0.0,
        math.inf,
    ]
    assert quantile(12, 12, 180, 0.1) == math.inf
    assert quantile(12, 12, 180, 0.0) == 0.0
    assert quantile(12, [0, math.inf], 180, 0.5).tolist() == [math.inf, 0.0]
    assert quantile(12, [0, math.inf], 180, 0.5, patience_s=9).tolist() == [
        math.inf,
        0.0,
    ]
    assert quantile(0, 0, 180, 0.5) == 0.0
    # In overload the wait settles where as many give up as can't be served.
    settled = quantile(3000, 2000, 180, 0.5, patience_s=60.0)
    assert settled == pytest.approx(60 * math.log(1.5), rel=1e-2)


def test_wait_quantile_checks_its_arguments():
    with pytest.raises(ValueError, match="at most 1"):
        erlang.wait_quantile_s(10, 12, 180, 1.01)
    with pytest.raises(ValueError, match="wait of 'all'"):
        erlang.wait_quantile_s(10, 12, 180, 0.5, of="all")
    with pytest.raises(ValueError, match="go together"):
        erlang.max_workload_erlangs(10, 180, answer_within_s=20)
