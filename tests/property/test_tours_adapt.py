"""Many people by types: what kernels allow, count and bound, by plain answers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.crowd_cases import with_twins
from support.search_cases import all_plans, is_legal, random_instance, random_rules

from solver.core.compile import compile_problem
from solver.core.relaxation import Prices, Relaxation
from solver.problem import read_problem, score
from solver.tours import legal
from solver.tours.alike import crowd_of, why_not
from solver.tours.climb import Climb
from solver.tours.crowd_search import CrowdSearch, roster_of

SEEDS = st.integers(0, 10_000)


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, weeks=st.integers(1, 2))
def test_kernel_calls_legal_what_the_checkers_do(seed: int, weeks: int) -> None:
    instance = replace(
        random_instance(seed, num_days=3 + weeks, weeks=weeks), deferred=()
    )
    rules = random_rules(seed, weeks=weeks)
    found = crowd_of(read_problem(instance, rules))
    weeks_tables, days = found.compiled.weeks, found.compiled.days
    starts = np.cumsum([0, *(len(day.options) for day in days)])
    place = {
        (d, option.start_idx, option.end_idx): starts[d] + n
        for d, day in enumerate(days)
        for n, option in enumerate(day.options)
    }
    seen = set()
    for plan in all_plans(instance, "a0"):
        choice = np.full((1, len(days)), -1, dtype=np.int64)
        dates = {day.day.date_local: d for d, day in enumerate(days)}
        keys = [(dates[s.date_local], s.start_idx, s.end_idx) for s in plan]
        if not all(key in place for key in keys) or tuple(keys) in seen:
            continue
        seen.add(tuple(keys))
        for key in keys:
            choice[0, key[0]] = place[key]
        wanted = is_legal(instance, rules, plan)
        assert bool(legal.is_legal(weeks_tables, 0, choice, 0)) == wanted


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_bound_by_types_is_that_of_everybody(seed: int) -> None:
    instance = with_twins(
        random_instance(seed, num_agents=2, num_days=3, guarantee=True), 3
    )
    problem = read_problem(instance, random_rules(seed))
    found = crowd_of(problem)
    assert len(found.number) <= 2
    assert found.number.sum() == 6
    everybody = compile_problem(instance, problem.constraints, problem.prices)
    relaxation, climb = Relaxation(everybody), Climb(found, 4)
    rng = np.random.default_rng(seed)
    prices = relaxation.clamp(
        Prices(
            heads=rng.uniform(0, 60, size=climb.prices.heads.shape),
            floors=rng.uniform(0, 60, size=climb.prices.floors.shape),
        )
    )
    assert climb.bound(prices) == pytest.approx(relaxation.value(prices).value)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_moves_keep_every_count_and_the_score(seed: int) -> None:
    instance = with_twins(
        replace(
            random_instance(seed, num_agents=3, num_days=4, guarantee=True), deferred=()
        ),
        2,
    )
    problem = read_problem(instance, random_rules(seed))
    assert not why_not(problem)
    found = crowd_of(problem)
    search = CrowdSearch(found, seed=seed)
    if any(search.cheapest(y) is None for y in range(len(found.number))):
        return
    search.sweep()
    before = search.value
    search.run(300, 1.0)
    for heat in (1.0, 0.0, 0.0):
        search.ruin(heat)
    search.run(300, 0.0)
    value = search.value
    search.recount()
    assert search.value == pytest.approx(value)
    assert value <= before + 1e-6
    judged = score(
        problem, roster_of(found, instance, search.state.choice, search.state.taken)
    )
    assert not [v for v in judged.violations if v.rule != "min_cover"]
    if not judged.violations:
        assert judged.objective == pytest.approx(value + found.compiled.constant)
