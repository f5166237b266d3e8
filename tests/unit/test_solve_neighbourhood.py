"""Neighbourhoods: models around an incumbent, and their place in the search."""

from functools import cache

import pytest
from support.solve_cases import roster, work
from support.solve_week import rules, week

import solver.week_search
from solver.core.compile import compile_problem
from solver.core.local_search import LocalSearch
from solver.cpsat.linear import minimise, programme
from solver.cpsat.run import run
from solver.neighbourhood import Neighbourhoods, done_units, step_costs, transplant
from solver.outcome import Solved, SolveLimits
from solver.problem import Problem, Score, read_problem, score
from solver.search import solve


@cache
def problem() -> Problem:
    return read_problem(week(), rules())


@cache
def greedy() -> Score:
    compiled = compile_problem(week(), problem().constraints, problem().prices)
    search = LocalSearch(compiled, 1)
    search.construct()
    return score(problem(), search.roster())


def test_the_neighbourhood_optimum_is_at_least_as_good_as_its_base() -> None:
    around = Neighbourhoods(problem(), 1).around(greedy(), 3)
    found = minimise(programme(around.model.model), max_time_s=60.0)
    assert found.is_optimal
    better = transplant(greedy().roster, around.model.extract(found), around.agents)
    result = score(problem(), better)
    assert result.violations == ()
    assert result.objective < greedy().objective
    others = [s for s in better.shifts if s.agent_id not in around.agents]
    assert others == [
        s for s in greedy().roster.shifts if s.agent_id not in around.agents
    ]


def test_cp_sat_and_the_linear_form_agree_on_a_neighbourhood() -> None:
    around = Neighbourhoods(problem(), 2).around(greedy(), 1)
    linear = minimise(programme(around.model.model), max_time_s=60.0)
    around.model.hint(greedy().roster)
    limits = SolveLimits(max_time_s=60.0)
    clauses = run(around.model.model, limits)
    assert linear.is_optimal
    assert clauses.is_optimal
    assert clauses.solver.objective_value == pytest.approx(linear.objective, rel=1e-6)


def test_people_are_drawn_from_one_component_and_differ_with_the_seed() -> None:
    drawn = {Neighbourhoods(problem(), seed).pick(greedy(), 4) for seed in range(6)}
    assert all(len(set(names)) == 4 for names in drawn)
    assert len(drawn) > 1
    again = Neighbourhoods(problem(), 3)
    assert again.pick(greedy(), 4) == Neighbourhoods(problem(), 3).pick(greedy(), 4)


def test_the_cost_of_steps_adds_up_to_the_cost_of_missing_agents() -> None:
    neighbourhoods = Neighbourhoods(problem(), 1)
    cost = step_costs(problem(), neighbourhoods.structure, greedy())
    assert cost.sum() == pytest.approx(greedy().terms["understaffing"])
    done = done_units(greedy())
    assert done.shape == week().scheduled_agents.shape


def test_transplant_replaces_the_weeks_of_the_chosen() -> None:
    base = roster(work("p", 0, 0, 4), work("q", 0, 0, 4), work("q", 1, 24, 28))
    found = roster(work("q", 1, 30, 34), work("p", 1, 30, 34))
    assert transplant(base, found, ("q",)) == roster(
        work("p", 0, 0, 4), work("q", 1, 30, 34)
    )


def test_the_second_process_goes_on_with_neighbourhoods(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []
    around = Neighbourhoods.around

    def ask(self: Neighbourhoods, base: Score, size: int) -> object:
        found = around(self, base, size)
        asked.append(found.agents)
        return found

    monkeypatch.setattr(Neighbourhoods, "around", ask)
    monkeypatch.setattr(solver.week_search, "BOUND_S", 0.5)
    monkeypatch.setattr(solver.week_search, "BOUND_PART", 0.0)
    monkeypatch.setattr(solver.week_search, "START_PART", 0.01)
    monkeypatch.setattr(solver.week_search, "MIP_S", 3.0)
    # Ends with the second question, however slow the machine is.
    found = solve(
        week(),
        rules(),
        limits=SolveLimits(max_time_s=120.0),
        stop=lambda: len(asked) >= 2,
    )
    assert isinstance(found, Solved)
    assert len(asked) >= 2
    assert found.bound <= found.objective
