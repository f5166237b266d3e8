"""Small moves: legal, exactly priced, reproducible; deferred work placed exactly."""

from itertools import product

import numpy as np
import pytest
from support.order_rules import order_case
from support.search_cases import (
    compiled_of,
    is_legal,
    random_instance,
    random_rules,
)
from support.search_plain import coupled_case

from solver.core.choices import roster_of
from solver.core.draws import draw, draw_below, new_draws
from solver.core.legal import is_legal as keeps_limits
from solver.core.local_search import LocalSearch
from solver.core.tables import FIRST_OPTION, FIRST_START
from solver.fine_search import FineSearch
from solver.problem import read_problem, score

SEEDS = range(6)


def cases():
    yield coupled_case()
    for seed in SEEDS:
        weeks = 1 + seed % 2
        instance = random_instance(
            seed, num_agents=3, num_days=3 + weeks, weeks=weeks, guarantee=seed < 3
        )
        yield instance, random_rules(seed, weeks=weeks)
    yield from (order_case(seed) for seed in (3, 7))


def search_of(instance, rules):
    problem = read_problem(instance, rules)
    search = FineSearch(problem, compiled_of(instance, rules), seed=5)
    search.construct()
    return problem, search


def plans_of(compiled):
    """Every choice of an option or none on the dates of the first agent."""
    days = [d for d in range(len(compiled.days)) if compiled.days[d].agent == 0]
    weeks = compiled.weeks
    edges = weeks.starts[weeks.days[[*days, days[-1] + 1], FIRST_START], FIRST_OPTION]
    ranges = [[-1, *range(*edges[n : n + 2].tolist())] for n in range(len(days))]
    return np.array(list(product(*ranges)), dtype=np.int64)


def first_breaks(compiled, choice):
    """The earliest starts of all breaks of the chosen options."""
    weeks = compiled.weeks
    taken = np.full((len(choice), 4), -1, dtype=np.int64)
    for day, o in enumerate(choice.tolist()):
        if o >= 0:
            own = weeks.breaks[weeks.options[o, 4] : weeks.options[o + 1, 4]]
            taken[day, : len(own)] = weeks.windows[own, 0]
    return taken


@pytest.mark.parametrize("seed", range(10))
def test_a_plan_is_legal_exactly_when_the_checkers_find_nothing(seed):
    weeks = 1 + seed % 2
    instance = random_instance(seed, num_days=3 + weeks, weeks=weeks)
    rules = random_rules(seed, weeks=weeks)
    compiled = compiled_of(instance, rules)
    plans = plans_of(compiled)
    rng = np.random.default_rng(seed)
    for plan in plans[rng.permutation(len(plans))[:60]]:
        shifts = roster_of(compiled, plan, first_breaks(compiled, plan)).shifts
        expected = is_legal(instance, rules, shifts)
        assert keeps_limits(compiled.weeks, 0, plan) == expected


@pytest.mark.parametrize("seed", [3, 7, 12])
def test_plans_whose_dates_a_machine_reads_are_judged_alike(seed):
    instance, rules = order_case(seed)
    compiled = compiled_of(instance, rules)
    plans = plans_of(compiled)
    rng = np.random.default_rng(seed)
    name = compiled.agent_ids[0]
    rest = np.full(len(compiled.days) - plans.shape[1], -1, dtype=np.int64)
    for plan in plans[rng.permutation(len(plans))[:60]]:
        whole = np.concatenate([plan, rest])
        shifts = roster_of(compiled, whole, first_breaks(compiled, whole)).shifts
        expected = is_legal(instance, rules, shifts, name)
        assert keeps_limits(compiled.weeks, 0, whole) == expected


@pytest.mark.parametrize("case", list(cases()))
def test_moves_keep_the_rules_and_count_exactly(case):
    problem, search = search_of(*case)
    before = search.now.totals.off_rows
    for heat in (1e7, 1e3):
        search._move(heat)
    now, again = search.now, LocalSearch(search.compiled, seed=1)
    again._go_to(now.choice, now.taken, now.levels.profile)
    assert now.value() == pytest.approx(again.now.value(), abs=1e-3)
    for name in ("cover", "agents", "off_rows", "hand_overs"):
        assert getattr(now.totals, name) == pytest.approx(
            getattr(again.now.totals, name), abs=1e-3
        )
    assert now.totals.off_rows <= before
    for a, agent_id in enumerate(search.compiled.agent_ids):
        if search.cheapest_week(a) is not None:
            shifts = search.roster().by_agent().get(agent_id, ())
            assert is_legal(problem.instance, problem.rules, shifts, agent_id)


def test_moves_make_a_poor_roster_better():
    _, search = search_of(random_instance(4, num_agents=4), random_rules(4))
    search._move(1e12)
    start = search.now.value()
    for _ in range(3):
        search._move(1.0)
    assert search.now.value() < start


@pytest.mark.parametrize("seed", [0, 4, 10, 13])
def test_work_placed_by_the_flow_is_priced_as_the_score_prices_it(seed):
    instance = random_instance(seed, num_agents=4, num_days=4)
    problem, search = search_of(instance, random_rules(seed))
    search._best.value = np.inf
    assert search.compiled.backlog_queues
    search._place_work()
    assert search.objective == score(problem, search.roster()).objective


def test_equal_seeds_give_equal_rosters():
    found = []
    for _ in range(2):
        _, search = search_of(random_instance(2, num_agents=4), random_rules(2))
        search.improve(rounds=6)
        found.append((search.objective, search.roster()))
    assert found[0] == found[1]


def test_a_loaded_roster_is_where_the_search_goes_on():
    _, search = search_of(random_instance(2, num_agents=4), random_rules(2))
    search.improve(rounds=2)
    best, roster = search.objective, search.roster()
    assert search.load(roster) <= best


def test_draws_lie_between_0_and_1_and_are_spread():
    state = new_draws(7)
    drawn = np.array([draw(state) for _ in range(4000)])
    assert 0.0 < drawn.min() < 0.002
    assert 0.998 < drawn.max() < 1.0
    assert abs(drawn.mean() - 0.5) < 0.02
    assert {draw_below(state, 3) for _ in range(100)} == {0, 1, 2}
