"""The whole problem as one CP-SAT model, in the second process."""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.columns.aside import Given
from solver.cpsat.model import RosterModel
from solver.cpsat.run import configured
from solver.neighbourhood import Neighbourhoods
from solver.outcome import SolveLimits
from solver.problem import Problem, read_problem, score
from solver.worker import Emit
from wfm.domain.roster import Roster

JOB = "solver.columns.whole:run_job"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeJob:
    """A problem, a roster to begin with, and the time there is."""

    given: Given
    roster: Roster | None
    limits: SolveLimits
    max_time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFound:
    """A better roster, or a better bound."""

    roster: Roster | None = None
    bound: int | None = None
    is_proven: bool = False


class _Teller(cp_model.CpSolverSolutionCallback):
    """Sends every better roster, and the bound that was proven by then."""

    def __init__(self, problem: Problem, model: RosterModel, emit: Emit) -> None:
        super().__init__()
        self.problem, self.model, self.emit = problem, model, emit
        self.offset = 0

    def on_solution_callback(self) -> None:
        roster = self.model.extract(self)
        self.offset = score(self.problem, roster).objective - round(
            self.objective_value
        )
        bound = round(self.best_objective_bound) + self.offset
        self.emit(WholeFound(roster=roster, bound=bound))


def run_job(job: WholeJob, emit: Emit) -> None:
    """Solve the whole model and send what is found."""
    problem = read_problem(job.given.instance, job.given.rules, job.given.terms)
    model = Neighbourhoods(problem, job.limits.seed).whole()
    if job.roster is not None:
        model.hint(job.roster)
    solver = configured(job.limits, max_time_s=job.max_time_s)
    teller = _Teller(problem, model, emit)
    status = solver.solve(model.model, teller)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        bound = round(solver.best_objective_bound) + teller.offset
        emit(WholeFound(bound=bound, is_proven=status == cp_model.OPTIMAL))
