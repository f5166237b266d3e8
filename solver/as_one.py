"""A problem of a few people solved as one model, to proven optimality."""

from math import ceil

from solver.cpsat.linear import JOB as MIP
from solver.cpsat.linear import (
    MipJob,
    NoLinearFormError,
    Optimum,
    Programme,
    programme,
    slack_of,
)
from solver.cpsat.model import RosterModel
from solver.cpsat.run import run
from solver.explain import Diagnosis
from solver.fine_search import FineSearch
from solver.neighbourhood import Neighbourhoods
from solver.problem import Problem, score
from solver.trace import Course
from solver.worker import Aided
from wfm.domain.roster import Roster

SMALL_AGENT_DAYS = 56
"""Days of all people, at most, of a problem that is solved so."""
RESERVE_S = 2.0
"""Kept for the last score and the way out."""
MIP_TOLERANCE = 1e-6
"""Of HiGHS; its bounds are lowered by that fraction of the objective."""


class AsOne(Aided):
    """The part of a search that solves everything at once."""

    problem: Problem
    course: Course
    local: FineSearch
    answers: list[Optimum]
    diagnosis: Diagnosis | None
    is_last_round: bool

    def listen(self, wait_s: float = 0.0) -> None:
        """Take in what the second process has said."""
        raise NotImplementedError

    def diagnose(self) -> None:
        """Ask why guarantees are missed."""
        raise NotImplementedError

    def is_small(self) -> bool:
        """Return whether the whole problem is a size that a MIP proves."""
        planned = self.problem.instance.planned_days.values()
        return sum(len(days) for days in planned) <= SMALL_AGENT_DAYS

    def solve_whole(self) -> None:
        """Solve the whole problem as one model, to proven optimality if time allows."""
        if self.course.reason() is not None:
            return
        model = Neighbourhoods(self.problem, self.course.limits.seed).whole()
        try:
            given = programme(model.model)
        except NoLinearFormError:
            self.solve_whole_by_clauses(model)
            return
        for answer in self.solve_aside(given):
            if answer.values is not None:
                slack = answer.objective - answer.bound
                slack += MIP_TOLERANCE * abs(answer.objective)
                below = slack_of(given, slack)
                self.take_whole(model.extract(answer), below, answer.is_optimal)
            elif answer.is_infeasible:
                self.diagnose()
                self.is_last_round = self.diagnosis is not None

    def solve_aside(self, given: Programme) -> list[Optimum]:
        """Solve a programme in the second process, waiting for it."""
        if self.worker is None:
            return []
        seconds = max(0.0, self.course.left_s - RESERVE_S)
        self.worker.send(MIP, MipJob(programme=given, max_time_s=seconds))
        while self.worker.is_busy and not self.course.must_stop():
            self.listen(0.1)
        self.listen()
        answers, self.answers = self.answers, []
        return answers

    def solve_whole_by_clauses(self, model: RosterModel) -> None:
        """Solve the whole model by CP-SAT: a rule speaks in words of its own."""
        if self.course.best is not None:
            model.hint(self.course.best.roster)
        rounds = self.course.limits.deterministic_rounds
        done = run(
            model.model,
            self.course.limits,
            max_time_s=max(0.0, self.course.left_s - RESERVE_S),
            deterministic_time=None if rounds is None else 10.0 * rounds,
            stop=self.course.must_stop,
        )
        if done.has_solution:
            slack = done.solver.objective_value - done.solver.best_objective_bound
            self.take_whole(model.extract(done.solver), ceil(slack), done.is_optimal)

    def take_whole(self, roster: Roster, slack: int, is_optimal: bool) -> None:
        """Offer what solving the whole has found; its bound is *slack* below it."""
        found = score(self.problem, roster)
        self.course.offer(found, "whole")
        self.course.raise_bound(found.objective - slack, "whole")
        if is_optimal:
            self.course.prove("whole")
        else:
            self.local.load(found.roster)
