"""solve() on a week too large to prove: determinism, stops, bound, progress."""

import time
from dataclasses import replace
from functools import cache
from threading import Event

import pytest
from support.solve_cases import with_
from support.solve_week import PEOPLE, rules, week

import solver.week_search
from solver.bound_job import BoundFound, BoundJob, run
from solver.core.ascent import rough_prices
from solver.core.compile import compile_problem
from solver.explain import Diagnosis
from solver.outcome import NotFound, Progress, Solved, SolveLimits
from solver.problem import Problem, Score, read_problem, score
from solver.search import solve
from wfm.domain.roster import Roster, Violation

ROUNDS = SolveLimits(max_time_s=100.0, deterministic_rounds=1, seed=3)


@cache
def counted() -> Solved:
    found = solve(week(), rules(), limits=ROUNDS)
    assert isinstance(found, Solved)
    return found


def test_a_counted_search_gives_the_same_roster_again() -> None:
    again = solve(week(), rules(), limits=ROUNDS)
    assert isinstance(again, Solved)
    assert again.roster == counted().roster
    assert again.objective == counted().objective
    assert again.bound == counted().bound
    assert again.stop_reason == "deterministic"
    assert again.reproducible
    assert again.rounds == 1
    assert again.method == "weeks"


def test_the_result_is_legal_and_priced_by_its_terms() -> None:
    found = counted()
    checked = score(read_problem(week(), rules()), found.roster)
    assert checked.violations == ()
    assert found.objective == checked.objective == sum(found.terms.values())
    assert 0 < found.avoidable_base <= found.bound <= found.objective
    assert found.objective < found.start_objective
    assert found.gap < 0.2


def test_wages_of_minimum_hours_are_no_one_s_choice() -> None:
    # Everybody works twenty hours at least, none of them cheaper by day.
    assert counted().avoidable_base == PEOPLE * 20 * 2_000_000


def test_progress_never_gets_worse() -> None:
    trace = counted().trace
    bounds = [p.bound for p in trace if p.bound is not None]
    values = [(p.violations > 0, p.objective) for p in trace if p.objective]
    assert bounds == sorted(bounds)
    assert values == sorted(values, reverse=True)
    assert {p.phase for p in trace} >= {"greedy", "wages", "bound", "sampled start"}


def test_a_stop_in_the_middle_keeps_the_best_roster() -> None:
    stop = Event()
    seen: list[Progress] = []

    def hear(progress: Progress) -> None:
        seen.append(progress)
        if progress.phase == "sampled start":
            stop.set()

    start = time.monotonic()
    found = solve(
        week(), rules(), limits=SolveLimits(max_time_s=300), on_progress=hear, stop=stop
    )
    assert time.monotonic() - start < 150
    assert isinstance(found, Solved)
    assert found.stop_reason == "interrupted"
    assert not found.reproducible
    assert found.objective == seen[-1].objective


def test_a_small_enough_gap_ends_the_search() -> None:
    limits = SolveLimits(max_time_s=120.0, gap=0.5)
    found = solve(week(), rules(), limits=limits)
    assert isinstance(found, Solved)
    assert found.stop_reason == "gap"
    assert found.gap <= 0.5


def test_time_ends_the_search() -> None:
    found = solve(week(), rules(), limits=SolveLimits(max_time_s=6.0))
    assert isinstance(found, Solved)
    assert found.stop_reason == "time"
    assert found.wall_s < 20.0


def test_guarantees_out_of_reach_are_told_apart_from_guarantees_not_found() -> None:
    floor = week().guaranteed_agents.copy()
    floor[1, 50] = PEOPLE
    impossible = with_(week(), guaranteed_agents=floor)
    found = solve(impossible, rules(), limits=replace(ROUNDS, max_time_s=40.0))
    assert not isinstance(found, Solved | NotFound)
    assert {s.queue_id for s in found.shortfalls} == {"b"}
    assert found.best is not None
    assert found.best.bound <= found.best.objective


def test_bounds_hold_for_the_rosters_of_other_seeds() -> None:
    found = solve(week(), rules(), limits=replace(ROUNDS, seed=4))
    assert isinstance(found, Solved)
    assert found.bound <= counted().objective
    assert counted().bound <= found.objective


def test_a_repair_that_the_diagnosis_finds_is_where_the_search_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other rosters are made to look broken; the diagnosis offers a legal one."""
    legal = counted().roster
    real = solver.week_search.score

    def doubt(problem: Problem, roster: Roster) -> Score:
        found = real(problem, roster)
        broken = (Violation(rule="min_cover", queue_id="a", start_idx=9, end_idx=10),)
        return found if roster == legal else replace(found, violations=broken)

    def examined(*_: object) -> Diagnosis:
        return Diagnosis(roster=legal)

    monkeypatch.setattr(solver.week_search, "score", doubt)
    monkeypatch.setattr(solver.week_search, "examine", examined)
    limits = SolveLimits(max_time_s=60.0, deterministic_rounds=1, seed=8)
    found = solve(week(), rules(), limits=limits)
    assert isinstance(found, Solved)
    assert found.roster == legal
    assert any(p.phase == "repair" for p in found.trace)


def test_the_bound_can_run_in_this_process() -> None:
    problem = read_problem(week(), rules())
    compiled = compile_problem(week(), problem.constraints, problem.prices)
    said: list[BoundFound] = []
    job = BoundJob(
        compiled=compiled,
        prices=rough_prices(compiled),
        upper=1e18,
        rounds=20,
        seconds=None,
    )
    run(job, said.append)
    bounds = [message.bound for message in said]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[-1] <= counted().objective
