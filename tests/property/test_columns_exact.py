"""Stretch programme, column generation and its search against every legal roster."""

import numpy as np
import pytest
from support.column_cases import random_case

from solver.columns.compile import compile_stretches, fits
from solver.columns.generate import Generation
from solver.columns.incumbent import Incumbent
from solver.columns.master import Master
from solver.columns.pricer import Pricer
from solver.columns.tables import NEVER
from solver.outcome import Infeasible, Solved, SolveLimits
from solver.problem import score
from solver.search import solve
from wfm.domain.roster import Roster

LIMITS = SolveLimits(max_time_s=60.0, deterministic_rounds=6)


@pytest.mark.parametrize("seed", range(60))
def test_the_best_stretch_is_the_best_of_all_legal_ones(seed: int) -> None:
    case = random_case(seed)
    assert fits(case.problem)
    stretches = compile_stretches(case.problem)
    pricer = Pricer(stretches)
    (agent,) = stretches.agents
    place = {shift: c for c, shift in enumerate(agent.shifts)}
    rng = np.random.default_rng(seed)
    for _ in range(4):
        worth = rng.normal(0.0, 10.0, len(agent.shifts))
        found = pricer.best(0, worth)
        values = [
            sum(worth[place[shift]] for shift in own) for own in case.stretches[0]
        ]
        if not values:
            assert found.column is None
            assert found.most == NEVER
            continue
        assert found.most == pytest.approx(max(values), abs=1e-6)
        assert found.column is not None
        shifts = tuple(agent.shifts[c] for c in found.column.choices.tolist())
        assert shifts in case.stretches[0]


@pytest.mark.parametrize("seed", range(20))
def test_prices_of_an_incumbent_are_the_score(seed: int) -> None:
    case = random_case(seed, 2, 3)
    if not all(case.stretches):
        return
    stretches = compile_stretches(case.problem)
    now = Incumbent(stretches, Pricer(stretches))
    for legal in (own[seed % len(own)] for own in case.stretches):
        roster = Roster(shifts=legal)
        other = [own[0] for own in case.stretches]
        for a, agent in enumerate(case.problem.instance.agents):
            if legal and legal[0].agent_id == agent.agent_id:
                other[a] = legal
        roster = Roster(shifts=sum(other, ()))
        now.load(roster)
        assert now.roster() == roster
        assert now.objective == score(case.problem, roster).objective


@pytest.mark.parametrize("seed", range(20))
def test_bounds_hold_at_any_prices(seed: int) -> None:
    case = random_case(seed, 2, 3)
    best = case.best()
    if best is None:
        return
    stretches = compile_stretches(case.problem)
    pricer = Pricer(stretches)
    nobody = np.zeros(len(stretches.wanted), dtype=np.int64)
    base = sum(agent.base for agent in stretches.agents)
    generation = Generation(
        stretches=stretches,
        pricer=pricer,
        master=Master(stretches, (0, 1), nobody),
        given=nobody,
    )
    rng = np.random.default_rng(seed)
    for _ in range(5):
        generation.ask(rng.normal(10.0, 30.0, len(nobody)), lambda: False)
        assert base + generation.bound <= best + 1e-6
    assert generation.run(stop=lambda: False)
    assert generation.relaxed is not None
    assert base + generation.bound <= best + 1e-6
    assert generation.relaxed.value == pytest.approx(generation.bound, abs=0.011)


@pytest.mark.parametrize("seed", range(24))
def test_the_search_proves_the_optimum_or_finds_nothing_legal(seed: int) -> None:
    case = random_case(seed, 2, 3)
    best = case.best()
    problem = case.problem
    found = solve(problem.instance, problem.rules, problem.terms, LIMITS)
    if best is None:
        assert isinstance(found, Infeasible)
        assert found.conflicts
        return
    assert isinstance(found, Solved)
    assert found.objective == best
    assert found.bound <= best
