"""Choosing the capacity plan: solve, roll forward by itself, tell the hiring plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from scenarios.capacity import CapacityProblem
from scenarios.capacity_model import CapacityModel
from scenarios.conflict import LimitsInConflict
from scenarios.mip import Programme
from scenarios.mip_solve import (
    MipLimits,
    MipOutcome,
    NoSolution,
    Optimum,
    is_binding,
    polished,
    solve_all,
    what_gives,
)
from scenarios.months import Month
from scenarios.workforce import Course, Decisions, Expected, people_cost, roll_forward
from wfm.domain.arrays import FloatArray
from wfm.domain.errors import ModelError

_TOLERANCE_FRACTION = 1e-6
_SOMEBODY = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringStep:
    """One class: asked for, started, at work."""

    pool_id: str
    order_month: Month
    start_month: Month
    productive_month: Month
    heads: float
    classes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """The least costly plan found, by expected attrition.

    Attributes
    ----------
    flow_hours, bought_hours
        Hours of pools and vendors given to needs ``[p, n, t]``, ``[x, n, t]``.
    overtime_hours, idle_hours, short_time_heads
        ``[p, t]``.
    missing_hours
        ``[n, t]``.
    npv_minor, bound_minor
        Present cost, recomputed from the roll-forward; nothing costs less than the
        bound.
    worth_minor
        Limit that binds -> present minor units saved by one unit more of it in every
        month, by the duals of the linear programme with whole numbers kept.
    """

    problem: CapacityProblem
    decisions: Decisions
    course: Course
    flow_hours: FloatArray
    bought_hours: FloatArray
    overtime_hours: FloatArray
    idle_hours: FloatArray
    short_time_heads: FloatArray
    missing_hours: FloatArray
    npv_minor: float
    bound_minor: float
    is_optimal: bool
    worth_minor: Mapping[str, float]

    @property
    def gap_fraction(self) -> float:
        """(cost - bound) / cost."""
        least = max(abs(self.npv_minor), 1.0)
        return max(0.0, self.npv_minor - self.bound_minor) / least

    def hiring_plan(self) -> tuple[HiringStep, ...]:
        """Return every class, in order of the month in which it must be asked for."""
        steps = []
        for p, t in np.argwhere(self.decisions.hires > _SOMEBODY).tolist():
            pool, month = self.problem.pools[p], self.problem.months[t]
            lead = 0 if pool.recruiting is None else pool.recruiting.lead_months
            steps.append(
                HiringStep(
                    pool_id=pool.pool_id,
                    order_month=month + -lead,
                    start_month=month,
                    productive_month=month + pool.training.months,
                    heads=float(self.decisions.hires[p, t]),
                    classes=float(self.decisions.classes[p, t]),
                )
            )
        return tuple(sorted(steps, key=lambda s: (s.order_month, s.pool_id)))

    def hiring_rows(self) -> list[dict[str, Any]]:
        """Return the hiring plan as rows."""
        return [
            {
                "pool": step.pool_id,
                "order_month": str(step.order_month),
                "start_month": str(step.start_month),
                "productive_month": str(step.productive_month),
                "heads": step.heads,
                "classes": step.classes,
            }
            for step in self.hiring_plan()
        ]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the workforce, a row per month and pool."""
        heads, work = (
            self.course.num_heads()[0],
            self.course.productive_hours(self.problem),
        )
        rows = []
        for t, month in enumerate(self.problem.months):
            for p, pool in enumerate(self.problem.pools):
                hours = float(pool.hours_per_head[t])
                rows.append(
                    {
                        "month": str(month),
                        "pool": pool.pool_id,
                        "site": pool.site,
                        "heads": float(heads[p, t]),
                        "trainees": float(self.course.trainees[0, p, t]),
                        "starters": float(self.course.started[0, p, t]),
                        "leavers": float(self.course.leavers[0, p, t]),
                        "laid_off": float(self.course.laid_off[0, p, t]),
                        "effective_fte": float(work[0, p, t]) / hours if hours else 0.0,
                        "overtime_hours": float(self.overtime_hours[p, t]),
                        "idle_hours": float(self.idle_hours[p, t]),
                        "short_time_heads": float(self.short_time_heads[p, t]),
                    }
                )
        return rows

    def need_rows(self) -> list[dict[str, Any]]:
        """Return required against available, a row per month and need.

        FTE are experienced people: hours over the mean hours of the pools that serve.
        """
        rows = []
        for t, month in enumerate(self.problem.months):
            for n, need in enumerate(self.problem.needs):
                serving = [
                    float(pool.hours_per_head[t])
                    for pool in self.problem.pools
                    if need.need_id in pool.serves
                ]
                fte_hours = float(np.mean(serving)) if serving else np.inf
                own = float(self.flow_hours[:, n, t].sum())
                bought = float(self.bought_hours[:, n, t].sum())
                rows.append(
                    {
                        "month": str(month),
                        "need": need.need_id,
                        "required_hours": float(need.hours[t]),
                        "required_fte": float(need.hours[t]) / fte_hours,
                        "own_fte": own / fte_hours,
                        "bought_fte": bought / fte_hours,
                        "missing_hours": float(self.missing_hours[n, t]),
                    }
                )
        return rows


class CapacityInfeasible(LimitsInConflict):
    """No plan keeps all limits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityNotFound:
    """The time ran out with nothing in hand and nothing proven."""


CapacityOutcome: TypeAlias = CapacityPlan | CapacityInfeasible | CapacityNotFound


def plan_capacity(
    problem: CapacityProblem, limits: MipLimits | None = None
) -> CapacityOutcome:
    """Return the plan of least present cost, or what makes any impossible.

    Raises
    ------
    ModelError
        If the workforce rolled forward under the plan's decisions, or its cost, is not
        what the programme says.
    """
    return plan_capacities([problem], limits)[0]


def plan_capacities(
    problems: Sequence[CapacityProblem], limits: MipLimits | None = None
) -> tuple[CapacityOutcome, ...]:
    """Return :func:`plan_capacity` of each problem, on all cores at once."""
    limits = limits or MipLimits()
    models = [CapacityModel(problem=problem) for problem in problems]
    programmes = [model.programme() for model in models]
    outcomes = solve_all(programmes, limits)
    return tuple(
        _planned(model, programme, outcome, limits)
        for model, programme, outcome in zip(models, programmes, outcomes, strict=True)
    )


def _planned(
    model: CapacityModel, programme: Programme, outcome: MipOutcome, limits: MipLimits
) -> CapacityOutcome:
    if isinstance(outcome, Optimum):
        return _plan(model, programme, outcome)
    if isinstance(outcome, NoSolution):
        gives = what_gives(programme, limits)
        return CapacityInfeasible(
            gives=tuple(
                (limit.name, model.problem.months[limit.month_idx], amount)
                for limit, amount in gives.items()
            )
        )
    return CapacityNotFound()


def _plan(model: CapacityModel, programme: Programme, rough: Optimum) -> CapacityPlan:
    optimum, duals = polished(programme, rough)
    problem, values = model.problem, optimum.values
    num_needs, months = len(problem.needs), problem.num_months
    by_pool = (len(problem.pools), months)
    decisions = _decisions(model, values)
    plan = CapacityPlan(
        problem=problem,
        decisions=decisions,
        course=roll_forward(problem, decisions, Expected()),
        flow_hours=_table(model.flow, values, (len(problem.pools), num_needs, months)),
        bought_hours=_table(
            model.bought, values, (len(problem.vendors), num_needs, months)
        ),
        overtime_hours=_table(model.overtime, values, by_pool),
        idle_hours=_table(model.idle, values, by_pool),
        short_time_heads=_table(model.short_time, values, by_pool),
        missing_hours=_missing(model, values),
        npv_minor=optimum.objective,
        bound_minor=optimum.bound,
        is_optimal=optimum.is_optimal,
        worth_minor=_worth(programme, optimum, duals),
    )
    _check(model, plan, optimum)
    return plan


def _decisions(model: CapacityModel, values: FloatArray) -> Decisions:
    problem = model.problem
    num_pools, months = len(problem.pools), problem.num_months
    bands = max(pool.tenure.num_bands for pool in problem.pools)
    return Decisions(
        hires=_table(model.hires, values, (num_pools, months)),
        classes=_table(model.classes, values, (num_pools, months)),
        layoffs=_table(model.layoffs, values, (num_pools, bands, months)),
        moved=_table(model.moved, values, (len(problem.transfers), months)),
    )


def _table(
    columns: Mapping[Any, int], values: FloatArray, shape: tuple[int, ...]
) -> FloatArray:
    table = np.zeros(shape)
    for place, column in columns.items():
        table[place] = max(0.0, values[column])
    return table


def _missing(model: CapacityModel, values: FloatArray) -> FloatArray:
    missing = np.zeros((len(model.problem.needs), model.problem.num_months))
    for (n, _, t), column in model.missing.items():
        missing[n, t] += max(0.0, values[column])
    return missing


def _check(model: CapacityModel, plan: CapacityPlan, optimum: Optimum) -> None:
    """Compare heads and cost with a roll-forward that knows nothing of the rows."""
    problem, scale = model.problem, 1.0
    for (p, k, t), column in model.heads.items():
        scale = max(scale, float(optimum.values[column]))
        strays = abs(plan.course.heads[p][0, k, t] - optimum.values[column])
        if strays > _TOLERANCE_FRACTION * scale * 10:
            pool, month = problem.pools[p].pool_id, problem.months[t]
            msg = f"heads of {pool} in {month} stray by {strays} from the programme"
            raise ModelError(msg)
    cost = float((monthly_cost(plan) * problem.discount()).sum())
    if abs(cost - plan.npv_minor) > _TOLERANCE_FRACTION * max(1.0, abs(cost)) + 1:
        msg = f"the plan costs {cost}, the programme says {plan.npv_minor}"
        raise ModelError(msg)


def monthly_cost(plan: CapacityPlan) -> FloatArray:
    """Return the plan's expected cost by month ``[t]``, undiscounted minor units."""
    problem = plan.problem
    people = people_cost(problem, plan.course, plan.decisions)
    cost: FloatArray = people[0].sum(axis=0)
    for p, pool in enumerate(problem.pools):
        cost += plan.idle_hours[p] * pool.idle_minor
        if pool.overtime is not None:
            cost += plan.overtime_hours[p] * pool.overtime.minor_per_hour
        if pool.short_time is not None:
            cost += plan.short_time_heads[p] * pool.short_time.minor_per_head
    for x, vendor in enumerate(problem.vendors):
        cost += plan.bought_hours[x].sum(axis=0) * vendor.minor_per_hour
    for n, need in enumerate(problem.needs):
        cost += [
            float(need.missing_cost(plan.missing_hours[n, t], t))
            for t in range(problem.num_months)
        ]
    return cost


def _worth(
    programme: Programme, optimum: Optimum, duals: FloatArray
) -> dict[str, float]:
    worth: dict[str, float] = defaultdict(float)
    at_bound = is_binding(programme, optimum)
    rows = zip(programme.limits, at_bound, duals.tolist(), strict=True)
    for limit, binds, dual in rows:
        if limit is not None and binds and not limit.name.startswith("need "):
            worth[limit.name] += abs(dual)
    dearest = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    return {name: value for name, value in dearest if value > 0}
