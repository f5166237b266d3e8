"""The one place where CP-SAT is run and its parameters are set."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from ortools.sat.python import cp_model

from solver.outcome import SolveLimits

MIN_WORKERS = 8
_POLL_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run: the solver knows values, objective and bound."""

    solver: cp_model.CpSolver
    status: int

    @property
    def has_solution(self) -> bool:
        """Whether a solution was found."""
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    @property
    def is_optimal(self) -> bool:
        """Whether the solution is proven optimal."""
        return self.status == cp_model.OPTIMAL

    @property
    def is_infeasible(self) -> bool:
        """Whether it is proven that no solution exists."""
        return self.status == cp_model.INFEASIBLE


def configured(
    limits: SolveLimits,
    *,
    max_time_s: float | None = None,
    deterministic_time: float | None = None,
    quick_presolve: bool = False,
) -> cp_model.CpSolver:
    """Return a solver with all parameters set.

    Parameters
    ----------
    limits
        Seed, workers (never fewer than 8: with less CP-SAT has no bounding workers)
        and, unless *max_time_s* is given, the time.
    deterministic_time
        Work after which to stop, whatever the clock says; the workers then take turns,
        so that the result is reproducible.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = max(MIN_WORKERS, limits.num_workers)
    parameters.random_seed = limits.seed
    parameters.max_time_in_seconds = (
        limits.max_time_s if max_time_s is None else max_time_s
    )
    parameters.relative_gap_limit = limits.gap
    if deterministic_time is not None:
        parameters.max_deterministic_time = deterministic_time
        parameters.interleave_search = True
    if quick_presolve:
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
        parameters.max_presolve_iterations = 1
    return solver


def run(
    model: cp_model.CpModel,
    limits: SolveLimits,
    *,
    max_time_s: float | None = None,
    deterministic_time: float | None = None,
    quick_presolve: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Run:
    """Solve *model* within *limits*; *stop* is polled and ends the search early."""
    solver = configured(
        limits,
        max_time_s=max_time_s,
        deterministic_time=deterministic_time,
        quick_presolve=quick_presolve,
    )
    if stop is None:
        return Run(solver=solver, status=int(solver.solve(model)))
    done = Event()
    watcher = Thread(target=_watch, args=(solver, stop, done), daemon=True)
    watcher.start()
    try:
        return Run(solver=solver, status=int(solver.solve(model)))
    finally:
        done.set()
        watcher.join()


def _watch(solver: cp_model.CpSolver, stop: Callable[[], bool], done: Event) -> None:
    while not done.wait(_POLL_S):
        if stop():
            solver.stop_search()
