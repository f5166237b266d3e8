"""People alike are counted: the smaller programme, its bound, and who gets what."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import LinearConstraint, milp
from support.forecast_benchmark import benchmark

import solver.counted
import solver.cpsat.shrink
from solver.columns.whole import WholeFound
from solver.core.compile import Compiled, compile_problem
from solver.counted import Counted, can_count
from solver.cpsat.linear import NoLinearFormError, Programme, minimise
from solver.cpsat.shrink import shrunk
from solver.outcome import Outcome, SolveLimits
from solver.problem import Problem, read_problem, score
from solver.search import solve
from solver.trace import Course
from solver.verdict import without_people
from wfm.domain.roster import Roster


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


@pytest.fixture(scope="module")
def pool() -> Problem:
    """One day, many people alike, as the benchmark puts it to ``solve``."""
    problems, case, _ = peer_problem("MinRequiredResources")
    seen: list[Problem] = []

    def look(instance: Any, rules: Any, terms: Any, limits: Any) -> Outcome:
        seen.append(read_problem(instance, rules, terms))
        return without_people(seen[0], Course(limits, None, None))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problems, "solve", look)
        problems.answer(case, 1.0)
    return seen[0]


def counted(pool: Problem, known: Roster | None = None) -> list[WholeFound]:
    return list(Counted(pool, SolveLimits(), 600.0).solve(known))


def tables(pool: Problem) -> Compiled:
    return compile_problem(pool.instance, pool.constraints, pool.prices)


def test_people_alike_can_be_counted_unless_too_many_differ(
    pool: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = tables(pool)
    assert can_count(compiled)
    own = len(compiled.weeks.options) - 1
    assert own > len(compiled.agent_ids)
    monkeypatch.setattr(solver.counted, "MOST_ALIKE", own // len(compiled.agent_ids))
    assert can_count(compiled)
    monkeypatch.setattr(solver.counted, "MOST_ALIKE", 1)
    assert not can_count(compiled)
    monkeypatch.setattr(solver.counted, "MOST_OPTIONS", own - 1)
    assert not can_count(compiled)


def test_people_of_another_price_are_not_alike(
    pool: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = tables(pool)
    paid = compiled.costs.paid.copy()
    paid[0] += 1.0
    other = replace(compiled, costs=compiled.costs._replace(paid=paid))
    own = (len(compiled.weeks.options) - 1) // len(compiled.agent_ids)
    monkeypatch.setattr(solver.counted, "MOST_ALIKE", 2 * own - 1)
    assert can_count(compiled)
    assert not can_count(other)


def test_a_known_roster_anchors_the_bound_where_nobody_gets_the_shifts(
    pool: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster, bound = counted(pool)
    assert roster.roster is not None
    assert score(pool, roster.roster).objective == bound.bound
    monkeypatch.setattr(Counted, "shared_out", lambda *_: None)
    assert counted(pool) == []
    worse = Roster(shifts=roster.roster.shifts[1:])
    assert score(pool, worse).objective > (bound.bound or 0)
    assert counted(pool, worse) == [bound]


def test_what_looks_long_or_is_not_linear_is_left_to_others(
    pool: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Counted, "is_promising", lambda *_: False)
        assert counted(pool) == []

    def refuse(model: Any) -> Programme:
        raise NoLinearFormError

    monkeypatch.setattr(solver.counted, "programme", refuse)
    assert counted(pool) == []


def test_fractions_of_the_relaxation_are_counted(
    pool: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three pairs of jobs of which two may be done, each worth two thirds at most."""
    given = assigned(1, [0, 0, 0], [-1, -1, -1])
    pairs = [(0, 1), (0, 2), (1, 2)]
    given = replace(
        given,
        rows=(
            [1] * 6,
            [0, 0, 1, 1, 2, 2],
            [job for pair in pairs for job in pair],
        ),
        low=np.full(3, -np.inf),
        high=np.ones(3),
    )
    search = Counted(pool, SolveLimits(), 600.0)
    assert search.is_promising(given)
    monkeypatch.setattr(solver.counted, "MOST_FRACTIONS", 2)
    assert not search.is_promising(given)
