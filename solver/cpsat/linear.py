"""A CP-SAT model as a mixed-integer programme, for what linear relaxations do best.

Shift choices under convex cover costs have a strong linear relaxation once a MIP
solver has added its cuts: neighbourhoods of this kind that CP-SAT leaves open for
minutes are proven in seconds. HiGHS is used through scipy (in whose build it lives in
one process with ortools). Amounts with more than two values stay continuous: with the
literals given they are a network flow, so whole numbers come out by themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from solver.worker import Emit
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.errors import WfmError

_FAR = 1 << 60
JOB = "solver.cpsat.linear:run_job"


class NoLinearFormError(WfmError):
    """A constraint of the model is neither linear nor a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Minimise ``cost @ x`` with ``low <= matrix @ x <= high`` and bounds on x.

    *rows* are value, row and column of each entry; *whole* says which amounts are whole
    (``None``: those with two values).
    """

    cost: FloatArray
    rows: tuple[Any, Any, Any]
    low: FloatArray
    high: FloatArray
    least: FloatArray
    most: FloatArray
    whole: BoolArray | None = None

    @property
    def is_whole(self) -> BoolArray:
        """Which amounts are whole."""
        two = np.asarray(self.most - self.least <= 1)
        return two if self.whole is None else self.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class MipJob:
    """A programme to solve in the second process."""

    programme: Programme
    max_time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """What a MIP run has found; *values* is ``None`` if nothing."""

    values: FloatArray | None
    objective: float
    bound: float
    is_optimal: bool
    is_infeasible: bool

    def boolean_value(self, literal: cp_model.LiteralT) -> bool:
        """Return the value of a literal of the model."""
        if self.values is None or not isinstance(literal, cp_model.IntVar):
            msg = "no value for this literal"
            raise ValueError(msg)
        return bool(self.values[literal.index] > 0.5)


@dataclass(slots=True)
class _Rows:
    """Rows as they are collected."""

    domains: list[list[int]]
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(
        self, literals: Iterable[int], factors: Iterable[int], low: float, high: float
    ) -> None:
        """Add a row; a negative number stands for one minus a variable."""
        constant, here = 0, len(self.low)
        for variable, factor in zip(literals, factors, strict=True):
            if variable < 0:
                constant += factor
                variable, factor = -variable - 1, -factor
            self.row.append(here)
            self.column.append(variable)
            self.value.append(factor)
        self.low.append(low - constant)
        self.high.append(high - constant)

    def conditional(
        self,
        literals: Sequence[int],
        factors: Sequence[int],
        bounds: tuple[float, float],
        conditions: Sequence[int],
    ) -> None:
        """Add a row that must hold only if all *conditions* do."""
        least = most = 0
        for variable, factor in zip(literals, factors, strict=True):
            domain = self.domains[variable if variable >= 0 else -variable - 1]
            ends = [factor * domain[0], factor * domain[-1]]
            if variable < 0:
                ends = [factor - end for end in ends]
            least, most = least + min(ends), most + max(ends)
        num = len(conditions)
        low, high = bounds
        if low > least:
            slack = int(low) - least
            row = [*factors, *([-slack] * num)]
            self.add([*literals, *conditions], row, low - slack * num, np.inf)
        if high < most:
            slack = most - int(high)
            row = [*factors, *([slack] * num)]
            self.add([*literals, *conditions], row, -np.inf, high + slack * num)

    def clause(self, literals: Sequence[int], conditions: Sequence[int]) -> None:
        """Add: one of *literals* holds, or not all of *conditions* do."""
        factors = [1] * len(literals) + [-1] * len(conditions)
        least = 1.0 - len(conditions)
        self.add([*literals, *conditions], factors, least, np.inf)


def programme(model: cp_model.CpModel) -> Programme:
    """Return *model* as a programme.

    Raises
    ------
    NoLinearFormError
        If the model has a constraint that is not linear or a clause.
    """
    proto: Any = model.proto
    domains = [list(variable.domain) for variable in proto.variables]
    rows = _Rows(domains=domains)
    for constraint in proto.constraints:
        _translate(constraint, rows)
    cost = np.zeros(len(domains))
    objective = zip(
        list(proto.objective.vars), list(proto.objective.coeffs), strict=True
    )
    for variable, price in objective:
        cost[variable if variable >= 0 else -variable - 1] += (
            price if variable >= 0 else -price
        )
    return Programme(
        cost=cost,
        rows=(rows.value, rows.row, rows.column),
        low=np.array(rows.low),
        high=np.array(rows.high),
        least=np.array([float(d[0]) for d in domains]),
        most=np.array([float(d[-1]) for d in domains]),
    )


def _translate(constraint: Any, rows: _Rows) -> None:
    conditions = list(constraint.enforcement_literal)
    if constraint.has_linear():
        _translate_linear(constraint.linear, conditions, rows)
    elif constraint.has_bool_or():
        rows.clause(list(constraint.bool_or.literals), conditions)
    elif constraint.has_bool_and():
        for literal in list(constraint.bool_and.literals):
            rows.clause([literal], conditions)
    elif constraint.has_at_most_one():
        literals = list(constraint.at_most_one.literals)
        rows.add(literals, [1] * len(literals), -np.inf, 1.0)
    elif constraint.has_exactly_one():
        literals = list(constraint.exactly_one.literals)
        rows.add(literals, [1] * len(literals), 1.0, 1.0)
    else:
        msg = f"no linear form for {constraint}"
        raise NoLinearFormError(msg)


def _translate_linear(linear: Any, conditions: Sequence[int], rows: _Rows) -> None:
    low, *gaps, high = list(linear.domain)
    if gaps:
        msg = f"no linear form for a domain with gaps: {linear}"
        raise NoLinearFormError(msg)
    bounds = (low if low > -_FAR else -np.inf, high if high < _FAR else np.inf)
    literals, factors = list(linear.vars), list(linear.coeffs)
    if conditions:
        rows.conditional(literals, factors, bounds, conditions)
    else:
        rows.add(literals, factors, *bounds)


def slack_of(given: Programme, slack: float) -> int:
    """Return how far below a roster's score a bound is that is *slack* below its value.

    Scores differ by multiples of what divides all prices, for shifts, units and heads
    are whole; so a slack is as much of such steps as fit into it.
    """
    step = max(1, int(np.gcd.reduce(np.abs(given.cost).astype(np.int64))))
    return step * floor(slack / step)


def minimise(given: Programme, *, max_time_s: float) -> Optimum:
    """Solve *given* within *max_time_s*."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    scale = max(1.0, float(np.abs(given.cost).max(initial=1.0)) / 1000)
    shape = (len(given.low), len(given.cost))
    value, row, column = given.rows
    matrix = csr_matrix((value, (row, column)), shape=shape)
    found = milp(
        given.cost / scale,
        constraints=LinearConstraint(matrix, given.low, given.high),
        bounds=Bounds(given.least, given.most),
        integrality=given.is_whole.astype(int),
        options={"time_limit": max_time_s, "mip_rel_gap": 0.0},
    )
    bound = getattr(found, "mip_dual_bound", None)
    return Optimum(
        values=None if found.x is None else np.asarray(found.x),
        objective=float(found.fun) * scale if found.x is not None else np.inf,
        bound=float(bound) * scale if bound is not None else -np.inf,
        is_optimal=found.status == 0,
        is_infeasible=found.status == 2,
    )


def run_job(job: MipJob, emit: Emit) -> None:
    """Solve a programme in the second process and send the optimum back."""
    emit(minimise(job.programme, max_time_s=job.max_time_s))
