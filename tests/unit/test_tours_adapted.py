"""The search for many people, on a week that is small enough for a test."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from support.crowd_cases import with_twins
from support.solve_week import rules, week

from solver.build import build_rules
from solver.outcome import Infeasible, Outcome, Solved, SolveLimits
from solver.problem import read_problem
from solver.tours import adapt
from solver.tours.alike import crowd_of, why_not
from solver.tours.climb import parts_of
from solver.trace import Course
from wfm.domain.people import BlockedTime
from wfm.domain.roster import RosterInstance, RuleSetting


@cache
def twins() -> RosterInstance:
    return with_twins(week(), 2)


def by_types(instance: RosterInstance, limits: SolveLimits) -> Outcome | None:
    return adapt.solve_by_types(
        read_problem(instance, rules()), Course(limits, None, None)
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapt, "LARGE", 4)
    monkeypatch.setattr(adapt, "ROUND_MOVES", 300)
    monkeypatch.setattr(adapt, "ROUND_WEEKS", 4)
    monkeypatch.setattr(adapt, "ROUND_PASSES", 2)


def test_equal_seeds_give_equal_rosters_within_the_bound(small: None) -> None:
    limits = SolveLimits(max_time_s=60, deterministic_rounds=2, seed=3)
    first, second = (by_types(twins(), limits) for _ in range(2))
    assert isinstance(first, Solved)
    assert isinstance(second, Solved)
    assert first.roster == second.roster
    assert first.bound == second.bound
    assert first.avoidable_base <= first.bound <= first.objective
    assert [p.phase for p in first.trace][-1] in {"annealing", "bound"}
    judged = [v for rule in rules() for v in rule.violations(twins(), first.roster)]
    assert not judged


def test_a_start_is_put_together_from_the_best_components(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adapt, "PASSES", 6)
    monkeypatch.setattr(adapt, "DRAWS", 2)
    course = Course(SolveLimits(max_time_s=600.0), None, None)
    search = adapt.CrowdRun(read_problem(twins(), rules()), course)
    search.search.sweep()
    search.offer("greedy")
    assert course.best is not None
    greedy = course.best.objective
    search.draw_start()
    assert course.best.objective <= greedy
    assert not course.best.violations


def test_time_ends_the_search(small: None) -> None:
    found = by_types(twins(), SolveLimits(max_time_s=0.5))
    assert isinstance(found, Solved)
    assert found.stop_reason == "time"


def test_who_has_no_legal_week_is_named(small: None) -> None:
    away = tuple(
        BlockedTime(
            agent_id="p00/1", start_idx=0, end_idx=10**4, kind="other", label="away"
        )
        for _ in range(1)
    )
    found = by_types(replace(twins(), blocked=away), SolveLimits(max_time_s=20.0))
    assert isinstance(found, Infeasible)
    assert "p00/1" in found.conflicts[0]


def test_people_are_alike_in_everything_or_not_at_all() -> None:
    problem = read_problem(twins(), rules())
    found = crowd_of(problem)
    assert len(found.number) == 4
    assert set(found.number.tolist()) == {6}
    pay = twins().pay.copy()
    pay[0, 30] += 1
    assert len(crowd_of(read_problem(replace(twins(), pay=pay), rules())).number) == 5


def test_what_cannot_be_read_is_named() -> None:
    names = [agent.agent_id for agent in week().agents[:2]]
    tied = build_rules(
        [RuleSetting(rule="together", parameters={"groups": [names], "of": "day"})]
    )
    assert why_not(read_problem(week(), tied)) == "not read: Together"
    assert adapt.why_not_large(read_problem(week(), rules())).startswith("12 people")


@pytest.mark.parametrize("wanted", [1, 7, 100])
def test_parts_hold_everybody_once(wanted: int) -> None:
    number = np.array([5, 1, 30])
    parts = parts_of(number, wanted)
    assert np.bincount(parts.types, weights=parts.people).tolist() == [5, 1, 30]
    assert parts.people.min() >= 1
