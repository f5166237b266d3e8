"""Solving the programmes of the decisions: ortools MathOpt.

SCIP solves what has whole numbers: it closes the last tenths of a per cent of the
demo's capacity plans in a quarter of the processor time that HiGHS takes. HiGHS solves
linear programmes, of which the duals are wanted.
"""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from scenarios.mip import Limit, Programme
from wfm.cores import usable_cores
from wfm.domain.arrays import FloatArray

BINDING_FRACTION = 1e-6  # of a bound's size: as near as the solver's own tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class MipLimits:
    """How long to search, and how near to the proven bound is near enough."""

    max_time_s: float = 60.0
    relative_gap: float = 1e-3

    def __post_init__(self) -> None:
        if not (self.max_time_s > 0 and 0 <= self.relative_gap < 1):
            msg = (
                "max_time_s must be > 0 and relative_gap in [0, 1), got "
                f"{self.max_time_s} and {self.relative_gap}"
            )
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The best point found; *bound* is proven: nothing costs less."""

    values: FloatArray
    objective: float
    bound: float
    is_optimal: bool

    @property
    def gap_fraction(self) -> float:
        """(objective - bound) / objective."""
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSolution:
    """Proven: no point keeps all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFound:
    """The time ran out before any point was found."""


MipOutcome: TypeAlias = Optimum | NoSolution | NothingFound


def solve(programme: Programme, limits: MipLimits) -> MipOutcome:
    """Return the outcome of *programme*.

    The solver runs on one thread with a fixed seed, so the same programme gives the
    same point unless the time limit cuts in.
    """
    return solve_all([programme], limits)[0]


def solve_all(
    programmes: Sequence[Programme], limits: MipLimits
) -> tuple[MipOutcome, ...]:
    """Return the outcome of each programme, as :func:`solve` does of one.

    As many are solved at once as this process has cores; *limits* hold for each by
    itself. After an interruption (Ctrl-C) no further one is begun.
    """
    _mathopt()  # loaded before threads ask for it
    with ThreadPoolExecutor(max(1, min(len(programmes), usable_cores()))) as threads:
        running = [threads.submit(_run, p, limits) for p in programmes]
        try:
            results = [one.result() for one in running]
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(map(_outcome, programmes, results))


def _outcome(programme: Programme, result: Any) -> MipOutcome:
    mathopt = _mathopt()
    reason = result.termination.reason
    if result.has_primal_feasible_solution():
        bound = result.termination.objective_bounds.dual_bound
        return Optimum(
            values=_dense(result.variable_values(), programme.num_variables),
            objective=result.objective_value(),
            bound=bound,
            is_optimal=reason == mathopt.TerminationReason.OPTIMAL,
        )
    impossible = (
        mathopt.TerminationReason.INFEASIBLE,
        mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
    )
    return NoSolution() if reason in impossible else NothingFound()


def polished(programme: Programme, optimum: Optimum) -> tuple[Optimum, FloatArray]:
    """Return *optimum* with its fractions settled exactly, and each row's dual.

    The linear programme in which every integer variable is fixed at its value is
    solved again. A dual is d cost / d bound: what one unit more of a limit is worth
    while contracts, sites and tiers stay as chosen. For what a limit costs with
    everything free, solve without it.
    """
    found = linear(programme.fixed(optimum.values), MipLimits(max_time_s=600.0))
    if found is None:
        return optimum, np.full(len(programme.limits), np.nan)
    settled, duals = found
    better = replace(optimum, values=settled.values, objective=settled.objective)
    return better, duals


def linear(
    programme: Programme, limits: MipLimits
) -> tuple[Optimum, FloatArray] | None:
    """Return the optimum of a *programme* without whole numbers, and each row's dual.

    ``None`` where there is none, or the time ran out.
    """
    result = _run(programme, limits)
    if not (
        result.has_primal_feasible_solution() and result.has_dual_feasible_solution()
    ):
        return None
    optimum = Optimum(
        values=_dense(result.variable_values(), programme.num_variables),
        objective=result.objective_value(),
        bound=result.termination.objective_bounds.dual_bound,
        is_optimal=True,
    )
    return optimum, _dense(result.dual_values(), len(programme.limits))


def what_gives(programme: Programme, limits: MipLimits) -> dict[Limit, float]:
    """Return by how much named limits have to give for anything to fit, least first.

    Empty where nothing was found in time, or where the rows without a name
    contradict one another.
    """
    outcome = solve(programme.elastic(), limits)
    if not isinstance(outcome, Optimum):
        return {}
    by_row = outcome.values[programme.num_variables :].reshape(2, -1).sum(axis=0)
    broken: dict[Limit, float] = defaultdict(float)
    for limit, amount in zip(programme.limits, by_row.tolist(), strict=True):
        if limit is not None and amount > BINDING_FRACTION:
            broken[limit] += amount
    return dict(sorted(broken.items()))


def is_binding(programme: Programme, optimum: Optimum) -> list[bool]:
    """Return for each row whether it sits at one of its bounds."""
    done = programme.activity(optimum.values)
    at = np.zeros(len(done), dtype=bool)
    for bound in (programme.low, programme.high):
        slack = BINDING_FRACTION * np.maximum(1.0, np.abs(bound))
        with np.errstate(invalid="ignore"):
            at |= np.isfinite(bound) & (np.abs(done - bound) <= slack)
    return at.tolist()


def _mathopt() -> Any:
    """Return MathOpt, which takes half a second to load and exports without types."""
    return import_module("ortools.math_opt.python.mathopt")


def _run(programme: Programme, limits: MipLimits) -> Any:
    from ortools.math_opt.solvers.gscip.gscip_pb2 import GScipParameters

    mathopt = _mathopt()
    has_whole = bool(programme.is_integer.any())
    params = mathopt.SolveParameters(
        time_limit=timedelta(seconds=limits.max_time_s),
        relative_gap_tolerance=limits.relative_gap,
        random_seed=0,
        gscip=GScipParameters(bool_params={"misc/catchctrlc": False}),  # Python's own
    )
    return mathopt.solve(
        mathopt.Model.from_model_proto(_proto(programme)),
        mathopt.SolverType.GSCIP if has_whole else mathopt.SolverType.HIGHS,
        params=params,
    )


def _proto(programme: Programme) -> Any:
    from ortools.math_opt import model_pb2
    from scipy.sparse import coo_array

    proto = model_pb2.ModelProto()
    _fill_variables(proto, programme)
    rows = proto.linear_constraints
    rows.ids.extend(range(len(programme.limits)))
    rows.lower_bounds.extend(programme.low.tolist())
    rows.upper_bounds.extend(programme.high.tolist())
    shape = (len(programme.limits), programme.num_variables)
    entries = (programme.value, (programme.row, programme.column))
    matrix = coo_array(entries, shape=shape).tocsr()
    matrix.sum_duplicates()
    coo = matrix.tocoo()
    cells = proto.linear_constraint_matrix
    cells.row_ids.extend(coo.coords[0].tolist())
    cells.column_ids.extend(coo.coords[1].tolist())
    cells.coefficients.extend(coo.data.tolist())
    return proto


def _fill_variables(proto: Any, programme: Programme) -> None:
    num = programme.num_variables
    proto.variables.ids.extend(range(num))
    proto.variables.lower_bounds.extend(programme.least.tolist())
    proto.variables.upper_bounds.extend(programme.most.tolist())
    proto.variables.integers.extend(programme.is_integer.astype(bool).tolist())
    priced = np.flatnonzero(programme.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(programme.cost[priced].tolist())


def _dense(values: Any, num: int) -> FloatArray:
    dense = np.zeros(num)
    for item, value in values.items():
        dense[item.id] = value
    return dense
