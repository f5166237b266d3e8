"""Prices by a bundle: its model, what it promises, and where prices come to."""

import numpy as np
import pytest
from scipy.optimize import minimize
from support.plain_kernels import make_plain
from support.search_cases import (
    all_plans,
    compiled_of,
    is_legal,
    random_instance,
    random_rules,
)

from solver.core import bundle
from solver.core.ascent import rough_prices
from solver.core.bound import Climb
from solver.core.bundle import Near, new_answers
from solver.core.relaxation import Relaxation
from solver.core.whole_bundle import WholeBundle, can_bundle, widest_week
from solver.core.whole_climb import STILL, WholeClimb
from solver.problem import read_problem, score
from wfm.domain.roster import Roster


@pytest.fixture
def plainly(monkeypatch):
    """The kernels of the bundle as plain Python."""
    return make_plain(monkeypatch, bundle)


def tell(module, answers, part, cost, amounts, prices):
    """Let a part give an answer: ``amounts[j]`` of price j."""
    row = module.next_row(answers, part)
    for n, (j, amount) in enumerate(amounts.items()):
        answers.place[row, n], answers.amount[row, n] = j, amount
    answers.length[row], answers.cost[row] = len(amounts), cost
    module.keep(answers, part, prices)


def nearby(centre, reach, low=-np.inf, high=np.inf):
    size = len(centre)
    return Near(
        centre=np.array(centre, dtype=float),
        reach=np.full(size, reach),
        low=np.full(size, low),
        high=np.full(size, high),
        left=np.zeros(size),
        scratch=np.zeros(size),
    )


@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (0.2, 1.0)])
def test_prices_are_the_best_of_the_model_near_the_present_ones(plainly, low, high):
    rng = np.random.default_rng(5)
    answers, prices = new_answers(3, 6, 2), np.zeros(4)
    drawn = []
    for part in range(3):
        for _ in range(4):
            own = dict(zip(rng.permutation(4)[:2], rng.normal(size=2), strict=True))
            own = {int(j): float(v) for j, v in own.items()}
            drawn.append((part, float(rng.normal()), own))
            tell(plainly, answers, *drawn[-1], prices)
    near = nearby([0.5, 0.3, 0.8, 0.4], 0.7, low, high)
    plainly.add_left(answers, near.left)
    for _ in range(2000):
        plainly.settle_shares(answers, np.arange(3), near)
    found = np.clip(near.centre + near.reach * near.left, near.low, near.high)

    def worth(y):
        total = -((y - near.centre) ** 2).sum() / 1.4
        for part in range(3):
            total += min(
                cost + sum(v * y[j] for j, v in own.items())
                for p, cost, own in drawn
                if p == part
            )
        return total

    limits = list(zip(near.low, near.high, strict=True))
    best = max(
        -minimize(
            lambda y: -worth(y), start, method="Powell", bounds=limits, tol=1e-9
        ).fun
        for start in np.clip(rng.uniform(0, 1, size=(6, 4)), near.low, near.high)
    )
    model = plainly.least_value(answers, found)
    assert model - ((found - near.centre) ** 2).sum() / 1.4 == pytest.approx(
        worth(found)
    )
    assert worth(found) >= best - 1e-4
    for part in range(3):
        assert answers.share[part * 6 : part * 6 + 6].sum() == pytest.approx(1.0)


def test_the_least_useful_answer_gives_way_and_known_ones_are_not_kept(plainly):
    answers, prices = new_answers(1, 4, 1), np.array([1.0])
    for cost in (5.0, 3.0, 4.0, 3.0):
        tell(plainly, answers, 0, cost, {0: 1.0}, prices)
    assert answers.used[0] == 3
    tell(plainly, answers, 0, 3.0, {}, prices)
    assert sorted(answers.cost[:3]) == [3.0, 3.0, 5.0]  # 4 was the dearest unused
    assert plainly.least_value(answers, prices) == 3.0
    answers.share[:3] = 0.3, 0.5, 0.2
    tell(plainly, answers, 0, 1.0, {0: 2.0}, prices)
    assert answers.cost[2] == 1.0
    assert answers.share[:3].sum() == pytest.approx(1.0)


def bundle_for(seed, **sizes):
    instance = random_instance(seed, **sizes)
    compiled = compiled_of(instance, random_rules(seed))
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=10)
    return plain, WholeBundle(plain.relaxation, plain.best_prices)


@pytest.mark.parametrize("seed", [0, 7])
def test_passes_raise_the_value_and_answers_are_never_below_it(seed):
    plain, prices = bundle_for(seed, num_agents=3)
    before = prices.value
    for _ in range(40):
        prices.run_pass(0.0)
    assert prices.value > before
    about = prices.whole.estimate(prices.prices)
    assert prices.value == pytest.approx(about, rel=1e-5, abs=2.0)
    proven = prices.whole.value(prices.prices, effort=100.0)
    assert plain.best <= proven <= prices.value + 1e-5 * abs(prices.value)


@pytest.mark.parametrize("seed", [0, 10, 18])
def test_the_climb_stays_below_the_best_of_all_rosters(seed):
    instance = random_instance(seed, num_agents=2, num_days=2, num_queues=2)
    problem = read_problem(instance, random_rules(seed))
    compiled = compiled_of(instance, problem.rules)
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=20)
    climb = WholeClimb(plain, None)
    climb.run(rounds=60)
    own = [
        [
            plan
            for plan in all_plans(instance, agent.agent_id)
            if is_legal(instance, problem.rules, plan, agent.agent_id)
        ]
        for agent in instance.agents
    ]
    rng = np.random.default_rng(seed)
    for _ in range(60):
        chosen = [plans[int(rng.integers(len(plans)))] for plans in own]
        found = score(problem, Roster(shifts=tuple(sum(chosen, ()))))
        assert found.violations or climb.best <= found.objective


@pytest.mark.parametrize("seed", [0, 7])
def test_prices_are_the_same_to_the_bit_on_any_number_of_lanes(seed):
    sizes = {"num_agents": 4, "num_queues": 3}
    (_, alone), (_, many) = bundle_for(seed, **sizes), bundle_for(seed, **sizes)
    many.lanes.count = 3
    for _ in range(20):
        alone.run_pass(0.0)
        many.run_pass(0.0)
    assert many.value == alone.value
    assert (many.prices.heads == alone.prices.heads).all()
    assert (many.prices.work == alone.prices.work).all()
    many.lanes.narrow()
    assert many.lanes.count == 1


@pytest.mark.parametrize("seed", [0, 7])
def test_components_share_no_price_and_leave_nobody_out(seed):
    _, bundle = bundle_for(seed, num_agents=4, num_queues=3)
    parts = bundle._components
    for kind, answers in enumerate((bundle._people, bundle._buckets, bundle._steps)):
        told = np.concatenate([part[kind] for part in parts])
        assert sorted(told.tolist()) == list(range(len(answers.used)))
    own = []
    for part in parts:
        places = set()
        for kind, answers in enumerate(
            (bundle._people, bundle._buckets, bundle._steps)
        ):
            for p in part[kind].tolist():
                for n in range(int(answers.used[p])):
                    row = p * answers.room + n
                    places |= {*answers.place[row, : answers.length[row]].tolist()}
        own.append(places)
    assert sum(map(len, own)) == len(set().union(*own))


def test_a_climb_that_rises_no_more_is_over():
    plain, _ = bundle_for(7, num_agents=3)
    climb = WholeClimb(plain, None)
    climb.run(rounds=2000)
    assert STILL < climb.num_rounds < 2000


def test_how_many_answers_fit():
    plain, _ = bundle_for(0, num_agents=3)
    relaxation: Relaxation = plain.relaxation
    longest = max(
        sum(
            max((o.end_idx - o.start_idx for o in day.options), default=0)
            for day in relaxation.compiled.days
            if day.agent == a
        )
        for a in range(3)
    )
    assert widest_week(relaxation) >= longest
    assert can_bundle(relaxation)


def test_nothing_is_left_over_where_nobody_has_answered(plainly):
    answers, left = new_answers(2, 4, 3), np.zeros(5)
    plainly.add_left(answers, left)
    plainly.settle_shares(answers, np.arange(2), nearby(np.zeros(5), 1.0))
    assert not left.any()
    assert plainly.least_value(answers, left) == 0.0
    assert plainly.next_row(answers, 1) == 4
    plainly.keep(answers, 1, left)
    assert answers.used.tolist() == [0, 1]
