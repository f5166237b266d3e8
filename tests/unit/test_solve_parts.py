"""The parts of solve(): course, verdict, second process, MIP form."""

import io
import logging
import pickle
import sys
import time
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from support.solve_cases import make_instance, roster, work

from solver.constraints import Constraint, Custom
from solver.cpsat.linear import (
    JOB,
    MipJob,
    NoLinearFormError,
    Optimum,
    minimise,
    programme,
    run_job,
)
from solver.outcome import Infeasible, NotFound, Progress, Solved, SolveLimits
from solver.problem import Problem, Score, read_problem, score
from solver.trace import Course
from solver.verdict import verdict
from solver.worker import Worker, serve
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster, RosterInstance, Violation


def problem_of(breach: Violation | None = None) -> Problem:
    class Strict:
        name = breach.rule if breach else "strict"

        def constraints(self, instance: RosterInstance) -> tuple[Constraint, ...]:
            return (Custom(enforce=print),) if self.name == "min_cover" else ()

        def violations(
            self, instance: RosterInstance, plan: Roster
        ) -> tuple[Violation, ...]:
            return (breach,) if breach else ()

    return read_problem(make_instance({"p": ["a"]}, {"a": [1]}, days=1), (Strict(),))


def scored(breach: Violation | None = None, end_idx: int = 16) -> tuple[Problem, Score]:
    problem = problem_of(breach)
    return problem, score(problem, roster(work("p", 0, 8, end_idx)))


def test_the_better_score_breaks_less_then_costs_less() -> None:
    _, long = scored()
    _, short = scored(end_idx=12)
    _, broken = scored(Violation(rule="min_cover", start_idx=3, end_idx=6), end_idx=9)
    assert short.objective < long.objective
    assert broken.key == (3, broken.objective)
    course = Course(SolveLimits(), None, None)
    assert course.offer(broken, "first")
    assert course.first_roster_s is None
    assert course.offer(long, "legal")
    assert course.first_roster_s is not None
    assert course.offer(short, "better")
    assert not course.offer(long, "worse")
    assert course.best is short
    assert course.start_objective == broken.objective
    assert [p.phase for p in course.trace] == ["first", "legal", "better"]


def test_the_course_ends_for_a_stated_reason() -> None:
    _, best = scored()
    assert Course(SolveLimits(max_time_s=0.0), None, None).reason() == "time"
    stop = Event()
    course = Course(SolveLimits(gap=0.5), None, stop)
    assert course.reason() is None
    course.offer(best, "x")
    course.raise_bound(best.objective // 3)
    assert course.reason() is None
    course.raise_bound(best.objective // 2 + 1)
    course.raise_bound(5)
    assert course.bound == best.objective // 2 + 1
    assert course.reason() == "gap"
    stop.set()
    assert course.must_stop()
    assert course.reason() == "interrupted"
    course.prove("x")
    assert course.reason() == "optimal"
    counted = Course(SolveLimits(deterministic_rounds=2, gap=0.9), None, None)
    counted.offer(best, "x")
    counted.raise_bound(best.objective)
    assert counted.reason() is None
    counted.rounds = 2
    assert counted.reason() == "deterministic"
    counted.run_out()
    assert counted.reason() == "time"


def test_progress_says_what_is_known() -> None:
    seen: list[Progress] = []
    course = Course(SolveLimits(), seen.append, lambda: False)
    course.raise_bound(7, "wages")
    _, best = scored()
    course.offer(best, "greedy")
    assert [(p.phase, p.objective, p.bound) for p in seen] == [
        ("wages", None, 7),
        ("greedy", best.objective, 7),
    ]


def test_a_broken_rule_of_one_agent_is_an_error_of_the_search() -> None:
    problem, best = scored(Violation(rule="min_rest", agent_id="p"))
    course = Course(SolveLimits(), None, None)
    course.offer(best, "x")
    with pytest.raises(ModelError, match="believed its roster legal"):
        verdict(problem, course)


def test_a_bound_above_the_objective_is_an_error() -> None:
    problem, best = scored()
    course = Course(SolveLimits(), None, None)
    course.offer(best, "x")
    course.raise_bound(best.objective + 1)
    with pytest.raises(ModelError, match="lies above"):
        verdict(problem, course)


def test_missed_guarantees_without_proof_are_not_found() -> None:
    breach = Violation(rule="min_cover", queue_id="a", start_idx=3, end_idx=6)
    problem, best = scored(breach)
    course = Course(SolveLimits(max_time_s=0.0), None, None)
    course.offer(best, "x")
    found = verdict(problem, course)
    assert isinstance(found, NotFound)
    assert found.best is not None
    assert found.stop_reason == "time"
    assert [(s.start_idx, s.end_idx) for s in found.shortfalls] == [(3, 6)]


def test_no_roster_and_conflicts() -> None:
    problem = problem_of()
    course = Course(SolveLimits(max_time_s=0.0), None, None)
    assert isinstance(verdict(problem, course), NotFound)
    found = verdict(problem, course, ("p has no legal week",))
    assert isinstance(found, Infeasible)
    assert found.conflicts == ("p has no legal week",)


def test_a_finished_course_is_solved_with_its_figures() -> None:
    problem, best = scored()
    course = Course(SolveLimits(max_time_s=0.0), None, None)
    course.offer(best, "x")
    course.raise_bound(best.objective // 2)
    found = verdict(problem, course, base_cost=best.objective // 4)
    assert isinstance(found, Solved)
    assert found.gap == pytest.approx(0.5, abs=1e-6)
    assert found.net_gap == pytest.approx(2 / 3, abs=1e-6)
    assert found.start_objective == best.objective


def echo(payload: int, emit: Any) -> None:
    for i in range(payload):
        emit(i)


def test_the_child_works_through_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "made_up_jobs", SimpleNamespace(echo=echo))
    job = "made_up_jobs:echo"
    jobs, said = (
        io.BytesIO(pickle.dumps((job, 2)) + pickle.dumps((job, 1))),
        io.BytesIO(),
    )
    serve(jobs, said)
    said.seek(0)
    heard = [pickle.load(said) for _ in range(5)]  # noqa: S301 - just written
    assert heard == [(False, 0), (False, 1), (True, None), (False, 0), (True, None)]


def small_programme() -> tuple[cp_model.CpModel, list[Any]]:
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(3)]
    model.add_at_most_one(x)
    model.maximize(3 * x[0] + 5 * x[1] + 4 * x[2])
    return model, x


def wait_for(worker: Worker) -> list[Any]:
    found: list[Any] = []
    deadline = time.monotonic() + 60
    while worker.is_busy and time.monotonic() < deadline:
        found += worker.messages(0.1)
    return found + worker.messages()


def test_a_worker_solves_a_programme_in_another_process() -> None:
    worker = Worker()
    try:
        model, x = small_programme()
        worker.send(JOB, MipJob(programme=programme(model), max_time_s=10.0))
        worker.send(JOB, MipJob(programme=programme(model), max_time_s=10.0))
        answers = wait_for(worker)
        assert [round(answer.objective) for answer in answers] == [-5, -5]
        assert [answers[0].boolean_value(v) for v in x] == [False, True, False]
        assert worker.pending == 0
        assert not worker.is_busy
    finally:
        worker.stop()


def test_a_dead_worker_is_not_busy_and_can_be_stopped_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = Worker()
    with caplog.at_level(logging.WARNING):
        worker.send("no_such_module:function", None)
        worker._child.wait(timeout=60)
        worker.send("no_such_module:function", None)
        worker.stop()
        worker.stop()
    assert not worker.is_busy
    assert worker.messages() == []
    assert not Path(f"/proc/{worker.process_id}").exists()


def test_a_job_can_run_in_this_process() -> None:
    said: list[Optimum] = []
    model, x = small_programme()
    run_job(MipJob(programme=programme(model), max_time_s=5.0), said.append)
    assert said[0].is_optimal
    with pytest.raises(ValueError, match="no value"):
        said[0].boolean_value(x[0].negated())


@st.composite
def models(draw: Any) -> cp_model.CpModel:
    model = cp_model.CpModel()
    x: list[Any] = [model.new_bool_var("") for _ in range(5)]
    amount = model.new_int_var(3, 4, "")
    literals = x + [v.negated() for v in x]
    pick = st.lists(st.sampled_from(literals), min_size=1, max_size=4)
    factor = st.integers(-4, 4)
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.integers(0, 4))
        some = draw(pick)
        whether = draw(st.lists(st.sampled_from(literals), max_size=2))
        total = sum(draw(factor) * v for v in some) + draw(factor) * amount
        low = draw(st.integers(-6, 6))
        if kind == 0:
            model.add_linear_constraint(total, low, low + draw(st.integers(0, 6)))
        elif kind == 1:
            bounded = model.add_linear_constraint(total, low, low + 3)
            bounded.only_enforce_if(whether)
        elif kind == 2:
            model.add_bool_or(some).only_enforce_if(whether)
        elif kind == 3:
            model.add_bool_and(some).only_enforce_if(whether)
        else:
            model.add_at_most_one(x[:3])
            model.add_exactly_one([x[3], x[4].negated()])
    model.minimize(sum(draw(factor) * v for v in x) + draw(factor) * amount)
    return model


@settings(max_examples=80, deadline=None)
@given(models())
def test_the_linear_form_has_the_same_optimum(model: cp_model.CpModel) -> None:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    found = minimise(programme(model), max_time_s=10.0)
    assert found.is_infeasible == (status == cp_model.INFEASIBLE)
    if status == cp_model.OPTIMAL:
        assert found.is_optimal
        assert found.objective == pytest.approx(solver.objective_value, abs=1e-6)
        assert found.bound <= found.objective + 1e-6


def test_amounts_stay_continuous_and_literals_do_not() -> None:
    model = cp_model.CpModel()
    x, amount = model.new_bool_var(""), model.new_int_var(0, 9, "")
    model.add(2 * amount <= 7 * x)
    model.add(4 * amount + 8 * x <= 21).only_enforce_if(x)
    model.maximize(amount)
    found = minimise(programme(model), max_time_s=10.0)
    assert found.objective == pytest.approx(-3.25)


def test_what_is_not_linear_is_refused() -> None:
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 9, ""), model.new_int_var(0, 9, "")
    model.add_linear_expression_in_domain(x + y, cp_model.Domain.from_values([1, 2, 7]))
    with pytest.raises(NoLinearFormError, match="gaps"):
        programme(model)
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 9, ""), model.new_int_var(0, 9, "")
    model.add_multiplication_equality(x, [y, y])
    with pytest.raises(NoLinearFormError, match="no linear form"):
        programme(model)
