"""Kernels against plain counting; rounding, diving and late solvers."""

import numpy as np
import pytest
from support.tour_cases import (
    all_tours,
    contract,
    cover_cost,
    instance_of,
    meal,
    pay_of,
    random_instance,
    region,
    steps_of,
)

from solver.outcome import SolveLimits
from solver.tours.answer import best_tour
from solver.tours.dive import dive
from solver.tours.heads import recount
from solver.tours.linear import Aside, LinearJob, Optimum, minimise
from solver.tours.moves import seat
from solver.tours.plan import _Search, plan_tours, trivial_bound
from solver.tours.polish import Polish, heat_at
from solver.tours.programme import tour_programme
from solver.tours.result import cost_terms, finish, heads_at_work, tours_of
from solver.tours.rounding import round_off, whole_counts
from solver.tours.tables import NONE, empty_state, new_scratch, tour_tables
from wfm.domain.errors import ModelError

LIMITS = SolveLimits(max_time_s=600.0, deterministic_rounds=1)


def relaxed(instance):
    given = tour_programme(instance)
    job = LinearJob(programme=given, least=given.least, most=given.most, seconds=None)
    return given, minimise(job)


@pytest.mark.parametrize("seed", range(10))
def test_the_best_tour_is_the_best_of_all(seed):
    instance = random_instance(seed)
    tables = tour_tables(instance)
    state, scratch = empty_state(tables, 2), new_scratch(tables)
    recount(tables, state)
    rng = np.random.default_rng(seed)
    scratch.worth[:] = rng.integers(0, 300, size=instance.num_steps)
    values = {
        tour: scratch.worth[steps_of(instance, tour)[1]].sum() - pay_of(instance, tour)
        for tour in all_tours(instance)
        # alone, a contract of a limited share would be all of the plan
        if next(
            c.max_share for c in instance.contracts if c.contract_id == tour.contract_id
        )
        == 1.0
    }
    best = best_tour(tables, state, scratch, 0)
    assert best == pytest.approx(max(0.0, *values.values()))
    if best > 0:
        (found,) = tours_of(instance, state)
        assert values[found] == pytest.approx(best)


def test_no_tour_is_found_where_none_is_worth_its_pay():
    instance = random_instance(1)
    tables = tour_tables(instance)
    state, scratch = empty_state(tables, 1), new_scratch(tables)
    recount(tables, state)
    assert best_tour(tables, state, scratch, 0) == 0.0
    assert state.place[0, 1] == NONE


@pytest.mark.parametrize("seed", range(6))
def test_the_running_cost_is_what_the_tours_cost(seed):
    instance = random_instance(seed, idle=15)
    polish = Polish(instance, seed=3)
    polish.greedy(5)
    polish.run(30, 1.0)
    running = float(polish._state.cost[0])
    found = polish.snapshot()
    tours = tours_of(instance, found.state)
    heads = heads_at_work(instance, tours)
    wanted = cover_cost(instance, heads) + sum(pay_of(instance, t) for t in tours)
    assert running == pytest.approx(found.cost) == pytest.approx(wanted)
    assert sum(cost_terms(instance, tours).values()) == pytest.approx(wanted)
    np.testing.assert_array_equal(heads, found.state.cover)
    assert found.faults == 0


def test_heads_below_the_floor_and_beyond_the_seats_are_faults():
    need = np.zeros(8 * 24 + 24)
    need[12 + 6 : 12 + 12] = 3.0
    floor = (need > 0).astype(np.int64)
    instance = instance_of(
        need, [region(seats=0)], [contract(steps=6)], floor_agents=floor
    )
    polish = Polish(instance, seed=1)
    polish.greedy(3)
    assert polish.snapshot().faults == 6
    tables = polish.tables
    state = empty_state(tables, 1)
    empty = recount(tables, state)
    state.place[0] = 0, 0
    state.starts[0, :2] = 12 + 6, 36 + 6
    full = recount(tables, state)
    # six floor steps are met, twelve steps have no seat
    assert full - empty > 5 * tables.floor_price
    seat(tables, state, new_scratch(tables), np.array([7]))
    assert state.place[0, 1] == NONE
    assert state.cost[0] == pytest.approx(empty)


def test_shifts_move_to_where_seats_are():
    need = np.zeros(8 * 24 + 24)
    instance = instance_of(
        need,
        [region(starts=(6, 14), seats=1)],
        [contract(steps=6)],
        band_steps=8,
        min_rest_steps=8,
    )
    tables = tour_tables(instance)
    state = empty_state(tables, 2)
    state.place[:] = 0, 0
    state.starts[:, 0] = 12 + 6
    state.starts[:, 1] = 36 + 6
    recount(tables, state)
    seat(tables, state, new_scratch(tables), np.array([7]))
    assert state.present.max() == 1
    assert (state.place[:, 1] == 0).all()
    assert sorted(state.starts[:, 0].tolist()) == [18, 26]


@pytest.mark.parametrize("seed", range(10))
def test_rounded_solutions_are_legal_and_near(seed):
    instance = random_instance(seed)
    large = instance_of(
        7.3 * instance.need_agents,
        instance.regions,
        instance.contracts,
        short_steps=instance.short_steps,
        band_steps=instance.band_steps,
    )
    given, root = relaxed(large)
    counts = whole_counts(large, given, root.x)
    wanted = root.x[[tour.column for tour in given.tours]]
    assert abs(counts - wanted).max() < 1 + 1e-6
    state = round_off(large, given, tour_tables(large), root.x, 0)
    legal = set(all_tours(large))
    tours = tours_of(large, state)
    assert len(tours) == counts.sum()
    assert all(tour in legal for tour in tours)
    heads = heads_at_work(large, tours)
    cover = root.x[given.cover : given.cover + large.num_steps]
    assert abs(heads - cover).max() <= 8.0


def test_the_dive_makes_tours_whole_within_the_shares():
    instance = random_instance(4)
    large = instance_of(
        5.5 * instance.need_agents,
        instance.regions,
        [
            contract(steps=6, breaks=(meal(2, 3),)),
            contract("p", steps=3, max_share=0.3),
        ],
        short_steps=((1.0, 900),),
    )
    given, root = relaxed(large)

    def solve(least, most):
        job = LinearJob(programme=given, least=least, most=most, seconds=None)
        return minimise(job)

    x = dive(large, given, root, solve)
    counts = x[[tour.column for tour in given.tours]]
    np.testing.assert_allclose(counts, np.rint(counts), atol=1e-5)
    part = sum(n for n, t in zip(counts, given.tours, strict=True) if t.contract == 1)
    assert part <= 0.3 * counts.sum() + 1e-6


def test_a_dive_without_answers_ends_with_the_root():
    instance = random_instance(6)
    given, root = relaxed(instance)
    asked = []
    x = dive(instance, given, root, lambda least, most: asked.append(1))
    assert x is root.x
    assert len(asked) <= 2


def test_a_programme_without_solution_is_none():
    need = np.zeros(8 * 24 + 24)
    need[12 + 6] = 1.0
    instance = instance_of(
        need, [region(seats=0)], [contract()], floor_agents=(need > 0).astype(int)
    )
    assert relaxed(instance)[1] is None


def test_a_late_solver_is_ended():
    given = tour_programme(random_instance(2))
    job = LinearJob(programme=given, least=given.least, most=given.most, seconds=5.0)
    polls = []
    with Aside(lambda: bool(polls)) as aside:
        assert aside.solve(job, lambda: polls.append(1)) is None
        assert aside.worker is None
        polls.clear()
        found = None
        while found is None:
            found = aside.solve(job)
        assert isinstance(found, Optimum)
    assert aside.worker is None


def test_a_plan_without_any_solver_is_a_plan(monkeypatch):
    monkeypatch.setattr(Aside, "solve", lambda *_: None)
    instance = random_instance(8)
    plan = plan_tours(instance, LIMITS)
    assert plan.bound == trivial_bound(instance)
    assert plan.prices is None
    assert plan.objective >= plan.bound
    assert plan.faults == 0


def test_a_dive_that_is_late_is_rounded_as_it_is(monkeypatch):
    instance = random_instance(9)
    _, root = relaxed(instance)
    answers = [root]
    monkeypatch.setattr(Aside, "solve", lambda *_: answers.pop() if answers else None)
    plan = plan_tours(instance, SolveLimits(max_time_s=3.0))
    assert plan.bound > trivial_bound(instance)
    assert plan.stop_reason in ("time", "optimal")
    assert plan.faults == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_one_annealing_or_two(monkeypatch, workers):
    monkeypatch.setattr(Aside, "solve", lambda *_: None)
    limits = SolveLimits(max_time_s=0.6, num_workers=workers)
    search = _Search(random_instance(8), limits, None, None)
    search.run()
    assert len(search.polishes) == workers
    assert all(polish.rounds > 0 for polish in search.polishes)
    assert search.result().objective <= search.trace[0].objective


def test_both_annealings_go_on_from_the_better_one():
    instance = random_instance(9)
    search = _Search(instance, SolveLimits(max_time_s=60.0), None, None)
    good, poor = Polish(instance, 1), Polish(instance, 2, search.polish.tables)
    good.greedy(5)
    poor.load(empty_state(poor.tables, 5))
    assert good.cost < poor.cost
    search.meet([poor, good])
    assert good.cost < poor.cost
    search._anneal_from = -30.0
    search.meet([poor, good])
    assert poor.cost == good.cost
    poor.run(5, 1.0)
    assert good.snapshot().cost == pytest.approx(good.cost)


def test_annealing_cools_to_nothing():
    heats = [heat_at(share) for share in (0.0, 0.3, 0.6, 0.95, 1.0)]
    assert heats[0] == 1.0
    assert heats == sorted(heats, reverse=True)
    assert heats[3:] == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(4))
def test_the_table_of_heads_adds_up_to_what_heads_cost(seed):
    instance = random_instance(seed, idle=15)
    tables = tour_tables(instance)
    heads = np.random.default_rng(seed).integers(0, 5, size=instance.num_steps)
    saved = sum(
        tables.saving[t, min(n, tables.saving.shape[1] - 1)]
        for t, number in enumerate(heads)
        for n in range(number)
    )
    wanted = cover_cost(instance, heads)
    assert tables.empty.sum() - saved == pytest.approx(wanted)
    assert (tables.saving[:, -1] == -instance.idle_price).all()


def test_an_impossible_floor_is_a_fault_not_a_crash():
    need = np.zeros(8 * 24 + 24)
    need[12 + 6 : 12 + 9] = 2.0
    instance = instance_of(
        need, [region(seats=1)], [contract()], floor_agents=need.astype(np.int64)
    )
    plan = plan_tours(instance, LIMITS)
    assert plan.faults == 3
    assert plan.below_floor.sum() == 3
    assert plan.prices is None


def test_who_stops_gets_the_best_so_far():
    heard = []
    plan = plan_tours(
        random_instance(3), LIMITS, on_progress=heard.append, stop=lambda: bool(heard)
    )
    assert plan.stop_reason == "interrupted"
    assert heard[0].phase == "greedy"
    assert plan.trace[0] == heard[0]


def test_a_gap_that_is_good_enough_ends_the_search():
    plan = plan_tours(random_instance(2), SolveLimits(max_time_s=60.0, gap=0.9))
    assert plan.stop_reason in ("gap", "optimal")
    assert plan.wall_s < 50.0


def test_prices_say_what_one_more_agent_costs():
    need = np.zeros(8 * 24 + 24)
    need[12 + 6 : 12 + 14] = 1.0
    need[36 + 6 : 36 + 14] = 1.0
    instance = instance_of(need, [region(starts=(6,), seats=1)], [contract(steps=8)])
    plan = plan_tours(instance, LIMITS)
    assert plan.objective == plan.bound == 16 * 100
    assert plan.stop_reason == "optimal"
    # a second person has no seat: whoever is missing costs the price
    more = instance_of(2 * need, [region(starts=(6,), seats=1)], [contract(steps=8)])
    prices = plan_tours(more, LIMITS).prices
    np.testing.assert_allclose(prices.need[need > 0], 900.0, atol=1e-3)
    assert prices.seats.max() > 0


def test_a_mismatch_of_costs_is_an_error():
    instance = random_instance(1)
    polish = Polish(instance, seed=1)
    polish.greedy(4)
    found = polish.snapshot()
    wrong = type(found)(state=found.state, cost=found.cost + 100.0, faults=0)
    with pytest.raises(ModelError, match="the search says"):
        finish(
            instance,
            polish.tables,
            wrong,
            bound=0,
            prices=None,
            stop_reason="time",
            wall_s=0.0,
            first_plan_s=None,
            rounds=0,
            trace=(),
        )
