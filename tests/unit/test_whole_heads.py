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

from solver.bound_job import BoundJob, run
from solver.core.ascent import rough_prices
from solver.core.relaxation import Prices, Relaxation
from solver.core.slots import HEAD
from solver.problem import read_problem, score
from solver.whole_heads import WholeHeads
from wfm.domain.roster import Roster


def drawn_prices(relaxation, rng):
    floors = relaxation.compiled.backlog.floor
    return relaxation.clamp(
        Prices(
            heads=rng.uniform(-50, 400, size=relaxation.fixed.shape),
            floors=rng.uniform(0, 100, size=floors.shape),
        )
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
    relaxation = Relaxation(compiled)
    rng = np.random.default_rng(seed)
    whole = WholeHeads(relaxation, drawn_prices(relaxation, rng))
    groups = compiled.cover_need.group_of_agent
    for t in (instance.window_start_idx + 3, instance.window_start_idx + 7):
        found = sum(whole._in_whole_heads(part, t) for part in whole.parts)
        costs = []
        for at_work in product((0, 1), repeat=4):
            working = {f"a{i}": n for i, n in enumerate(at_work)}
            cost = slot_cost_by_lp(instance, working, t, compiled)
            paid = sum(whole.prices.heads[groups[i], t] * n
                       for i, n in enumerate(at_work))  # fmt: skip
            costs.append(cost + HEAD * paid)
        assert found == pytest.approx(min(costs), rel=1e-4, abs=50)
        relaxed = sum(whole._as_relaxed((part, t)) for part in whole.parts)
        assert relaxed <= min(costs) + 1e-3


@pytest.mark.parametrize("seed", [0, 10, 18])
def test_the_bound_with_whole_heads_lies_between_relaxation_and_rosters(seed):
    instance = random_instance(seed, num_agents=2, num_days=2, num_queues=2)
    problem = read_problem(instance, random_rules(seed))
    best = cheapest_rosters(problem, seed)
    assert best is not None
    compiled = compiled_of(instance, problem.rules)
    relaxation = Relaxation(compiled)
    rng = np.random.default_rng(seed)
    for _ in range(2):
        prices = drawn_prices(relaxation, rng)
        relaxed = relaxation.value(prices).value
        whole = WholeHeads(relaxation, prices)
        assert whole.value >= relaxed - 1e-3
        seen = []
        bound = whole.raise_bound(lambda: False, seen.append)
        assert relaxed - 2 <= bound <= best
        assert seen == sorted(seen)


def test_the_job_ends_with_whole_heads_where_the_clock_decides():
    instance = random_instance(7, num_agents=3)
    compiled = compiled_of(instance, random_rules(7))
    bounds = {}
    for name, rounds, seconds in (("rounds", 8, None), ("clock", None, 0.6)):
        seen = []
        job = BoundJob(
            compiled=compiled,
            prices=rough_prices(compiled),
            upper=np.inf,
            rounds=rounds,
            seconds=seconds,
        )
        run(job, seen.append)
        bounds[name] = [found.bound for found in seen]
    assert bounds["rounds"] == sorted(bounds["rounds"])
    assert len(bounds["clock"]) > 1
