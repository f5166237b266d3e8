"""From the course of a search to its outcome."""

from typing import TYPE_CHECKING

from solver.evening import even_out
from solver.outcome import (
    Infeasible,
    NotFound,
    Outcome,
    Shortfall,
    Solved,
)
from solver.problem import Problem, Score, score
from solver.trace import Course
from wfm.domain.errors import ModelError
from wfm.domain.roster import Roster

if TYPE_CHECKING:
    from solver.explain import Diagnosis


def verdict(
    problem: Problem,
    course: Course,
    conflicts: tuple[str, ...] = (),
    base_cost: int = 0,
    diagnosis: "Diagnosis | None" = None,
) -> Outcome:
    """Return what the search of *course* has come to.

    Raises
    ------
    ModelError
        If the best roster breaks a rule that the search keeps by construction, or its
        objective lies below the bound.
    """
    if conflicts:
        return Infeasible(best=None, shortfalls=(), cures=(), conflicts=conflicts)
    best = course.best
    if best is None:
        return NotFound(wall_s=course.wall_s, stop_reason=course.reason() or "time")
    _check(problem, course, best)
    solved = _solved(course, best, base_cost)
    if not best.violations:
        return even_out(problem, solved, course.limits)
    if diagnosis is not None and diagnosis.is_proven:
        return Infeasible(
            best=solved,
            shortfalls=diagnosis.shortfalls,
            cures=diagnosis.cures,
            conflicts=diagnosis.conflicts,
        )
    return NotFound(
        wall_s=course.wall_s,
        stop_reason=solved.stop_reason,
        best=solved,
        shortfalls=diagnosis.shortfalls if diagnosis else shortfalls_of(best),
    )


def without_people(problem: Problem, course: Course) -> Outcome:
    """Return the outcome where there is nobody to plan."""
    course.method = "nobody"
    nothing = score(problem, Roster(shifts=()))
    course.offer(nothing, "nobody")
    course.raise_bound(nothing.objective, "nobody")
    course.prove("nobody")
    return verdict(problem, course)


def shortfalls_of(best: Score) -> tuple[Shortfall, ...]:
    """Return the breaches of cover that name a queue."""
    return tuple(
        Shortfall(
            queue_id=breach.queue_id,
            start_idx=breach.start_idx,
            end_idx=breach.end_idx,
            missing=max(1, breach.missing),
        )
        for breach in best.violations
        if breach.queue_id
    )


def _check(problem: Problem, course: Course, best: Score) -> None:
    open_rules = {rule.name for rule in problem.rules if problem.may_fail(rule)}
    for breach in best.violations:
        if breach.rule not in open_rules:
            msg = f"the search believed its roster legal, but: {breach}"
            raise ModelError(msg)
    if not best.violations and course.bound > best.objective:
        msg = f"bound {course.bound} lies above the objective {best.objective}"
        raise ModelError(msg)


def _solved(course: Course, best: Score, base_cost: int) -> Solved:
    reason = course.reason() or "time"
    return Solved(
        roster=best.roster,
        allocation=best.served.allocation,
        objective=best.objective,
        bound=min(course.bound, best.objective),
        avoidable_base=min(base_cost, best.objective),
        terms=dict(best.terms),
        stop_reason=reason,
        reproducible=reason in {"deterministic", "optimal"},
        wall_s=course.wall_s,
        first_roster_s=course.first_roster_s or course.wall_s,
        start_objective=course.start_objective or best.objective,
        rounds=course.rounds,
        trace=tuple(course.trace),
        method=course.method,
    )
