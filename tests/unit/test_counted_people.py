"""People alike are counted: the smaller programme, its bound, and who gets what."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import LinearConstraint, milp
from support.forecast_benchmark import benchmark

import solver.cpsat.shrink
from solver.cpsat.linear import Programme, minimise
from solver.cpsat.shrink import shrunk
from solver.outcome import Outcome
from solver.search import solve


def assigned(people: int, jobs: list[int], costs: list[int]) -> Programme:
    """Everybody does one job at most, each job is done so often: all people alike."""
    num = len(jobs)
    rows, low, high = [], [], []
    for person in range(people):
        rows += [(1, len(low), num * person + job) for job in range(num)]
        low.append(0.0)
        high.append(1.0)
    for job, wanted in enumerate(jobs):
        rows += [(1, len(low), num * person + job) for person in range(people)]
        low.append(float(wanted))
        high.append(np.inf)
    value, row, column = zip(*rows, strict=True)
    size = people * num
    return Programme(
        cost=np.array(costs * people, dtype=float),
        rows=(value, row, column),
        low=np.array(low),
        high=np.array(high),
        least=np.zeros(size),
        most=np.ones(size),
    )


def kinds(given: Programme) -> np.ndarray:
    return np.zeros(len(given.cost), dtype=np.int64)


def test_people_alike_become_one_column_for_each_job() -> None:
    given = assigned(5, [1, 2], [3, 7])
    small = shrunk(given, kinds(given))
    assert_array_equal(small.size, [5, 5])
    assert len(small.programme.low) == 3
    assert small.programme.is_whole.all()
    assert minimise(small.programme, max_time_s=9.0).objective == pytest.approx(17.0)
    assert minimise(given, max_time_s=9.0).objective == pytest.approx(17.0)


def test_jobs_alike_are_one_column_unless_they_are_told_apart() -> None:
    given = assigned(4, [1, 1], [3, 3])
    assert_array_equal(shrunk(given, kinds(given)).size, [8])
    apart = shrunk(given, np.tile([0, 1], 4).astype(np.int64))
    assert_array_equal(apart.size, [4, 4])


def test_one_person_who_differs_stays_apart() -> None:
    given = assigned(4, [1, 2], [3, 7])
    most = given.most.copy()
    most[0] = 0.0
    small = shrunk(replace(given, most=most), kinds(given))
    assert sorted(small.size.tolist()) == [1, 1, 3, 3]


def test_colours_that_meet_by_chance_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solver.cpsat.shrink, "mixed", np.zeros_like)
    given = assigned(3, [1, 3], [2, 2])
    given = replace(given, most=np.array([0, 1, 1, 1, 1, 1], dtype=float))
    assert_array_equal(shrunk(given, kinds(given)).size, np.ones(6))


@pytest.mark.parametrize("seed", range(6))
def test_the_smaller_programme_is_a_relaxation(seed: int) -> None:
    """Random weights and bounds that do not depend on the person, against all."""
    rng = np.random.default_rng(seed)
    people, jobs = 4, 3
    given = assigned(people, rng.integers(0, 3, jobs).tolist(), [2, 5, 4])
    weights = rng.integers(1, 4, jobs).tolist() * people
    value, row, column = (list(part) for part in given.rows)
    here = len(given.low)
    given = replace(
        given,
        rows=(
            value + weights,
            row + [here] * len(weights),
            column + list(range(len(weights))),
        ),
        low=np.append(given.low, rng.integers(0, 6)),
        high=np.append(given.high, 11.0),
    )
    small = shrunk(given, np.tile(np.arange(jobs), people))
    assert len(small.size) == jobs
    whole, counted = (minimise(p, max_time_s=9.0) for p in (given, small.programme))
    assert whole.is_infeasible >= counted.is_infeasible
    if whole.values is not None:
        assert counted.objective <= whole.objective + 1e-6
        sums = np.bincount(small.cell, whole.values)
        assert minimise(
            replace(small.programme, least=sums, most=sums), max_time_s=9.0
        ).objective == pytest.approx(whole.objective)


def peer_problem(kind: str) -> tuple[Any, Any, float]:
    """Return a small benchmark problem, its case, and its optimum by scipy."""
    cases, problems = benchmark("roster_peer_cases"), benchmark("roster_peer_problems")
    case = cases.schedule_case(kind, 30, 12, 1)
    given = case.arguments
    cover = np.array(list(given["shifts_coverage"].values())).T
    need = np.array(given["required_resources"][0])
    shifts = cover.shape[1]
    if kind == "MinRequiredResources":
        best = milp(
            np.ones(shifts),
            constraints=LinearConstraint(cover, need),
            integrality=np.ones(shifts),
        )
        return problems, case, float(best.fun)
    periods = len(need)
    rows = np.hstack([cover, np.eye(periods), -np.eye(periods)])
    best = milp(
        np.concatenate([np.zeros(shifts), np.ones(2 * periods)]),
        constraints=LinearConstraint(rows, need, need),
        integrality=np.ones(shifts + 2 * periods),
    )
    return problems, case, float(best.fun)


@pytest.mark.parametrize("kind", ["MinRequiredResources", "MinAbsDifference"])
def test_shift_counts_are_proven_in_the_second_process(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems, case, best = peer_problem(kind)
    phases: list[str] = []

    def to_the_end(instance: Any, rules: Any, terms: Any, limits: Any) -> Outcome:
        return solve(
            instance,
            rules,
            terms,
            replace(limits, gap=0.0, max_time_s=600.0, deterministic_rounds=1),
            lambda progress: phases.append(progress.phase),
        )

    monkeypatch.setattr(problems, "solve", to_the_end)
    own = problems.answer(case, 60.0)
    assert own.bound == best
    assert benchmark("roster_peer_cases").judged(case, own.solution) == (best, [])
    assert phases[-1] == "counted"
