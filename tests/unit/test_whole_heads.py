"""The bound with whole heads: each step's least cost, and never above a roster."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from support.search_cases import (
    all_plans,
    compiled_of,
    is_legal,
    random_instance,
    random_rules,
    slot_cost_by_lp,
)
from support.whole_steps import StepByMilp

import solver.bound_job
import solver.core.whole_bundle
import solver.core.whole_exact
import solver.core.whole_tables
from solver.bound_job import BoundFound, BoundJob, WeeksFound, run
from solver.core.ascent import rough_prices
from solver.core.bound import Climb
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.core.whole_ascent import WholeAscent, WholePrices, WholeSteps
from solver.core.whole_climb import WholeClimb
from solver.core.whole_exact import best_bound, exact_step, settle_steps
from solver.core.whole_proof import ATTEMPTS, bound_step
from solver.problem import read_problem, score
from wfm.domain.roster import Roster

EXACT = np.array([[0.0, 1.0, 1e6]])


def whole_of(seed, **sizes):
    instance = random_instance(seed, **sizes)
    compiled = compiled_of(instance, random_rules(seed))
    return instance, WholeSteps(Relaxation(compiled))


def drawn_prices(whole, rng, low=-50, high=400):
    return whole.clamp(
        WholePrices(
            heads=rng.uniform(low, high, size=whole.heads.shape),
            work=rng.uniform(0, 300, size=whole.work.shape),
        )
    )


def bound_of(whole, prices, k, t, attempts):
    return bound_step(
        whole.steps,
        whole.board,
        whole.proof,
        attempts,
        prices.heads,
        prices.work,
        k,
        t,
        whole.heads.copy(),
        whole.work.copy(),
    )


def cheapest_rosters(problem, seed):
    """The least price of some rosters that break no rule."""
    instance, rules = problem.instance, problem.rules
    plans = []
    for agent in instance.agents:
        own = all_plans(instance, agent.agent_id)
        legal = [p for p in own if is_legal(instance, rules, p, agent.agent_id)]
        plans.append(legal)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(40):
        chosen = [own[int(rng.integers(len(own)))] for own in plans]
        found.append(score(problem, Roster(shifts=tuple(sum(chosen, ())))))
    return min((s.objective for s in found if not s.violations), default=None)


@pytest.mark.parametrize("seed", range(4))
def test_a_step_costs_what_the_best_of_all_choices_of_heads_costs(seed):
    instance = random_instance(seed, num_agents=4)
    instance = replace(instance, deferred=(), carry_over=())
    compiled = compiled_of(instance, random_rules(seed))
    whole = WholeSteps(Relaxation(compiled))
    prices = drawn_prices(whole, np.random.default_rng(seed), low=40)
    groups = compiled.cover_need.group_of_agent
    for t in (instance.window_start_idx + 3, instance.window_start_idx + 7):
        found = sum(
            bound_of(whole, prices, k, t, EXACT)
            for k in range(len(whole.steps.is_whole))
        )
        costs = []
        for counts in product((0, 1, 2), repeat=4):
            working = {f"a{i}": n for i, n in enumerate(counts)}
            cost = slot_cost_by_lp(instance, working, t, compiled)
            paid = sum(prices.heads[groups[i], t] * n for i, n in enumerate(counts))
            costs.append(cost + HEAD * paid)
        assert found == pytest.approx(min(costs), rel=1e-6, abs=1)


@pytest.mark.parametrize("seed", range(8))
def test_steps_are_solved_and_bounded_as_by_a_general_solver(seed):
    instance, whole = whole_of(seed, num_agents=5, guarantee=True)
    rng = np.random.default_rng(seed)
    prices = drawn_prices(whole, rng, low=20, high=int(rng.choice([60, 400])))
    start, end = instance.window_start_idx, instance.window_end_idx
    num_k, loose = len(whole.steps.is_whole), 0.0
    for t in range(start, end, 5):
        answer = whole.answer(prices, t, t + 1)
        exact = [StepByMilp(whole, prices, k, t).solve() for k in range(num_k)]
        assert answer >= sum(exact) - 1e-3
        for k, least in enumerate(exact):
            close = 1e-6 * abs(least) + 1.0
            proven = bound_of(whole, prices, k, t, EXACT)
            assert least - close <= proven <= least + 1e-3
            for attempt in (*ATTEMPTS, [0.3, 1.0, 5], [0.0, 0.4, 100], [0.0, 1.0, 2]):
                found = bound_of(whole, prices, k, t, np.array([attempt]))
                assert found <= least + 1e-3
                loose += least - found
    assert loose > 0.0


@pytest.mark.parametrize("seed", [0, 10, 18])
def test_the_bound_with_whole_heads_lies_between_relaxation_and_rosters(seed):
    instance = random_instance(seed, num_agents=2, num_days=2, num_queues=2)
    problem = read_problem(instance, random_rules(seed))
    best = cheapest_rosters(problem, seed)
    assert best is not None
    relaxation = Relaxation(compiled_of(instance, problem.rules))
    rng = np.random.default_rng(seed)
    whole = WholeSteps(relaxation)
    for _ in range(2):
        floors = relaxation.compiled.backlog.floor
        plain = relaxation.clamp(
            Prices(
                heads=rng.uniform(-50, 400, size=relaxation.fixed.shape),
                floors=rng.uniform(0, 100, size=floors.shape),
            )
        )
        value = whole.value(whole.start(plain))
        assert relaxation.value(plain).value - 2 <= value <= best
        assert whole.value(drawn_prices(whole, rng)) <= best


def test_heads_of_large_components_count_by_the_unit(monkeypatch):
    monkeypatch.setattr(solver.core.whole_tables, "MOST_GROUPS", 0)
    _, whole = whole_of(4, num_agents=4, guarantee=True)
    relaxation = whole.relaxation
    assert not whole.steps.is_whole.any()
    rng = np.random.default_rng(4)
    heads = rng.uniform(0, 400, size=relaxation.fixed.shape)
    floors = rng.uniform(0, 100, size=relaxation.compiled.backlog.floor.shape)
    plain = relaxation.clamp(Prices(heads=heads, floors=floors))
    expected = relaxation.value(plain).value
    assert whole.value(whole.start(plain)) == pytest.approx(expected, rel=1e-9)


def test_climbing_goes_on_where_the_plain_climb_ends():
    _, whole = whole_of(7, num_agents=3)
    compiled = whole.relaxation.compiled
    seen = []
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=20)
    climb = WholeClimb(plain, seen.append)
    climb.run(rounds=25)
    assert climb.best > plain.best + 2
    assert seen == sorted(seen)
    again = Climb(compiled, rough_prices(compiled), None)
    again.run(rounds=20)
    repeated = WholeClimb(again, None)
    repeated.run(rounds=25)
    assert repeated.best == climb.best


@pytest.mark.parametrize("seed", range(4))
def test_exact_proofs_are_those_of_another_form_of_the_programme(seed):
    instance, whole = whole_of(seed, num_agents=5, guarantee=True)
    prices = drawn_prices(whole, np.random.default_rng(seed), low=20, high=400)
    for t in range(instance.window_start_idx, instance.window_end_idx, 7):
        for k in range(len(whole.steps.is_whole)):
            least = StepByMilp(whole, prices, k, t).solve()
            whole.answer(prices, t, t + 1)
            for bound in (exact_step, best_bound):
                found = bound(whole, prices, k, t)
                assert least - 1e-5 * abs(least) - 400.0 <= found <= least + 1e-3


def test_exact_proofs_add_what_quick_ones_leave_open(monkeypatch):
    _, whole = whole_of(7, num_agents=3)
    prices = drawn_prices(whole, np.random.default_rng(7))
    assert whole.value(prices, lambda: True) == -np.inf
    little = whole.value(prices, effort=0.0)
    kept = whole.proven.copy()
    assert settle_steps(whole, prices, lambda: True) == 0.0
    monkeypatch.setattr(solver.core.whole_exact, "QUICK", 0.0)
    gain = settle_steps(whole, prices, lambda: False)
    assert gain > 0.0
    assert (whole.proven >= kept).all()
    assert little + gain <= whole.estimate(prices)
    assert whole.value(prices, effort=100.0) <= little + gain + 1000.0


def test_by_unit_there_is_nothing_to_prove(monkeypatch):
    monkeypatch.setattr(solver.core.whole_tables, "MOST_GROUPS", 0)
    instance, whole = whole_of(4, num_agents=4)
    prices = drawn_prices(whole, np.random.default_rng(4))
    t = instance.window_start_idx
    found = [best_bound(whole, prices, k, t) for k in range(len(whole.steps.is_whole))]
    assert sum(found) == pytest.approx(whole.answer(prices, t, t + 1))


def test_large_problems_climb_without_remembering_answers(monkeypatch):
    _, whole = whole_of(7, num_agents=3)
    compiled = whole.relaxation.compiled
    plain = Climb(compiled, rough_prices(compiled), None)
    plain.run(rounds=20)
    monkeypatch.setattr(solver.core.whole_bundle, "MOST_AMOUNTS", 0)
    climb = WholeClimb(plain, None)
    assert isinstance(climb.ascent, WholeAscent)
    climb.run(rounds=25)
    assert climb.best > plain.best
    assert not climb.is_still()


def test_a_bound_that_is_high_enough_ends_the_climb():
    _, whole = whole_of(7, num_agents=3)
    plain = Climb(
        whole.relaxation.compiled, rough_prices(whole.relaxation.compiled), None
    )
    climb = WholeClimb(plain, None)
    climb.run(seconds=60.0, upper=plain.best)
    assert climb.num_rounds == 0


def test_heads_count_by_the_unit_for_a_part_of_the_time_that_grows_with_it():
    instance = random_instance(7, num_agents=3)
    compiled = compiled_of(instance, random_rules(7))
    job = BoundJob(
        compiled=compiled,
        prices=rough_prices(compiled),
        upper=np.inf,
        rounds=None,
        seconds=60.0,
    )
    plain = solver.bound_job._plain_part
    assert plain(job) == (None, pytest.approx(1.8))
    assert plain(replace(job, seconds=120.0)) == (None, pytest.approx(7.2))
    assert plain(replace(job, seconds=600.0)) == (None, 10.0)
    assert plain(replace(job, rounds=500)) == (30, None)


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize(("rounds", "seconds"), [(8, None), (None, 0.6)])
def test_the_job_sends_rising_bounds(monkeypatch, rounds, seconds, is_long):
    if is_long:
        monkeypatch.setattr(solver.bound_job, "LEAST_ROUNDS", 1)
        monkeypatch.setattr(solver.bound_job, "LEAST_S", 0.1)
    instance = random_instance(7, num_agents=3)
    compiled = compiled_of(instance, random_rules(7))
    seen = []
    job = BoundJob(
        compiled=compiled,
        prices=rough_prices(compiled),
        upper=np.inf,
        rounds=rounds,
        seconds=seconds,
        wants_weeks=seconds is not None,
    )
    run(job, seen.append)
    num_weeks = sum(isinstance(found, WeeksFound) for found in seen)
    assert num_weeks == (is_long and seconds is not None)
    bounds = [found.bound for found in seen if isinstance(found, BoundFound)]
    assert len(bounds) > 1
    assert bounds == sorted(bounds)
