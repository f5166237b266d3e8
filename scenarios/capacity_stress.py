"""A capacity plan under chance: the plan's people stay fixed, months bring surprises.

The programme plans on expected leavers and expected needs. Here leavers are drawn one
by one, classes don't fill, needs stray and stay astray for a while. What is missing is
covered by idle hours of other pools, then overtime and vendors up to their limits, the
cheapest first; what is still missing pays its price. Buffers on the need are compared
on the same futures, since the best plan for the mean is seldom the best on the mean
(Gans and Zhou 2002, Operations Research 50(6), 991-1006).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.capacity import CapacityProblem
from scenarios.capacity_plan import CapacityOutcome, CapacityPlan, plan_capacities
from scenarios.draws import stream
from scenarios.mip_solve import MipLimits
from scenarios.workforce import people_cost, roll_forward
from wfm.domain.arrays import FloatArray
from wfm.domain.errors import WfmError


class NoPlanError(WfmError):
    """None of the buffers asked for has a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """How wrong a plan's assumptions may be.

    Attributes
    ----------
    need_cv, need_memory
        Coefficient of variation of each need about its plan (lognormal, mean 1), and
        its correlation from month to month.
    need_in_common
        Correlation of different needs within a month.
    attrition_cv
        Of one factor on all attrition for the whole horizon; 0 leaves chance alone.
    class_fill
        Probability that a planned trainee really starts.
    """

    need_cv: float = 0.05
    need_memory: float = 0.7
    need_in_common: float = 0.5
    attrition_cv: float = 0.15
    class_fill: float = 0.95

    def __post_init__(self) -> None:
        shares = (self.need_memory, self.need_in_common, self.class_fill)
        if not all(0 <= share <= 1 for share in shares):
            msg = f"memory, in_common and class_fill must lie in [0, 1], got {shares}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class StressReport:
    """What became of a plan in many futures.

    Attributes
    ----------
    cost_minor
        Present cost of each future ``[i]``, missing hours priced in.
    missing_hours
        ``[i, n, t]``.
    heads_p10, heads_p90
        ``[p, t]``.
    """

    plan: CapacityPlan
    seed: int
    cost_minor: FloatArray
    missing_hours: FloatArray
    heads_p10: FloatArray
    heads_p90: FloatArray

    @property
    def enough_probability(self) -> FloatArray:
        """Probability that nothing is missing, by need and month ``[n, t]``."""
        share: FloatArray = (self.missing_hours <= 1e-9).mean(axis=0)
        return share

    def cost_quantiles(self) -> tuple[float, float, float]:
        """Return P10, P50 and P90 of the cost."""
        p10, p50, p90 = np.quantile(self.cost_minor, (0.1, 0.5, 0.9)).tolist()
        return p10, p50, p90

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per month and need."""
        problem, enough = self.plan.problem, self.enough_probability
        rows = []
        for t, month in enumerate(problem.months):
            for n, need in enumerate(problem.needs):
                missing = self.missing_hours[:, n, t]
                rows.append(
                    {
                        "month": str(month),
                        "need": need.need_id,
                        "required_hours": float(need.hours[t]),
                        "enough_probability": float(enough[n, t]),
                        "missing_mean_hours": float(missing.mean()),
                        "missing_p90_hours": float(np.quantile(missing, 0.9)),
                    }
                )
        return rows


@dataclass(frozen=True, slots=True)
class Drawn:
    """Leavers one by one, classes that fill seat by seat; heads in whole numbers."""

    rng: np.random.Generator
    attrition_factor: FloatArray
    class_fill: float

    def leavers(self, heads: FloatArray, fraction: float, t: int) -> FloatArray:  # noqa: ARG002 - as the protocol has it
        """Return binomial leavers; a fraction of a head is a head with that chance."""
        whole = np.floor(heads)
        whole += self.rng.random(heads.shape) < heads - whole
        chance = np.clip(fraction * self.attrition_factor, 0.0, 1.0)
        gone = self.rng.binomial(whole.astype(np.int64), chance)
        return np.minimum(gone.astype(np.float64), heads)

    def started(self, planned: float) -> FloatArray:
        """Return binomial starters."""
        seats = round(planned)
        size = self.attrition_factor.shape
        return self.rng.binomial(seats, self.class_fill, size).astype(np.float64)

    def taken(self, planned: float | FloatArray, there: FloatArray) -> FloatArray:
        """Return the plan, or all who are there."""
        return np.minimum(there, planned)


def stress(
    plan: CapacityPlan, how: Stress, *, num_paths: int = 2000, seed: int = 0
) -> StressReport:
    """Return what becomes of *plan* in *num_paths* futures.

    The same seed gives the same report. Needs and the attrition factor draw from
    streams of their own, so they are the same for every plan; who leaves is not.
    """
    problem = plan.problem
    luck = Drawn(
        rng=stream(seed, "people"),
        attrition_factor=_lognormal(
            stream(seed, "attrition").standard_normal(num_paths), how.attrition_cv
        ),
        class_fill=how.class_fill,
    )
    course = roll_forward(problem, plan.decisions, luck, num_paths)
    needs = np.array([need.hours for need in problem.needs])
    needed = needs * _need_factors(problem, how, num_paths, seed)
    cost = people_cost(problem, course, plan.decisions).sum(axis=1)
    supply = np.maximum(course.productive_hours(problem), 0.0)
    missing = np.zeros_like(needed)
    for t in range(problem.num_months):
        extra, missing[:, :, t] = _cover(plan, supply[:, :, t], needed[:, :, t], t)
        cost[:, t] += extra
    heads = course.num_heads()
    return StressReport(
        plan=plan,
        seed=seed,
        cost_minor=(cost * problem.discount()).sum(axis=1),
        missing_hours=missing,
        heads_p10=np.quantile(heads, 0.1, axis=0),
        heads_p90=np.quantile(heads, 0.9, axis=0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferChoice:
    """Plans with more than the need planned, on the same futures; *best* costs least.

    *reports* by buffer; the cost of the plan itself is for its own, buffered need, so
    only the reports compare.
    """

    best: float
    reports: dict[float, StressReport]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per buffer."""
        rows = []
        for buffer, report in self.reports.items():
            p10, p50, p90 = report.cost_quantiles()
            missing = report.missing_hours.sum(axis=(1, 2)).mean()
            rows.append(
                {
                    "buffer": buffer,
                    "planned_minor": report.plan.npv_minor,
                    "mean_minor": float(report.cost_minor.mean()),
                    "p10_minor": p10,
                    "p50_minor": p50,
                    "p90_minor": p90,
                    "enough_probability": float(report.enough_probability.mean()),
                    "missing_hours": float(missing),
                    "is_best": buffer == self.best,
                }
            )
        return rows


def choose_buffer(
    problem: CapacityProblem,
    how: Stress,
    *,
    buffers: Sequence[float] = (-0.02, 0.0, 0.02, 0.04, 0.06),
    limits: MipLimits | None = None,
    num_paths: int = 2000,
    seed: int = 0,
    unbuffered: CapacityPlan | None = None,
) -> BufferChoice:
    """Return how much more than the need it pays to plan for.

    Every need must have a price per missing hour: without one, a plan that misses has
    no cost to compare. *unbuffered* is the plan for exactly the need, if it is known.

    Raises
    ------
    ValueError
        If a need has no such price.
    NoPlanError
        If no buffer has a plan.
    """
    if any(need.missing_minor is None for need in problem.needs):
        msg = "a buffer can only be chosen where every need prices missing hours"
        raise ValueError(msg)
    known = {} if unbuffered is None else {0.0: unbuffered}
    planned = known | _buffered(problem, [b for b in buffers if b not in known], limits)
    reports = {}
    for buffer in buffers:
        plan = planned[buffer]
        if isinstance(plan, CapacityPlan):
            against = replace(plan, problem=problem)
            report = stress(against, how, num_paths=num_paths, seed=seed)
            reports[buffer] = report
    if not reports:
        msg = f"no plan for any buffer of {list(buffers)}"
        raise NoPlanError(msg)
    best = min(reports, key=lambda buffer: float(reports[buffer].cost_minor.mean()))
    return BufferChoice(best=best, reports=reports)


def _buffered(
    problem: CapacityProblem, buffers: Sequence[float], limits: MipLimits | None
) -> dict[float, CapacityOutcome]:
    """Return the plan for each buffer on the needs."""
    raised = [
        replace(
            problem,
            needs=tuple(
                replace(need, hours=need.hours * (1 + buffer)) for need in problem.needs
            ),
        )
        for buffer in buffers
    ]
    return dict(zip(buffers, plan_capacities(raised, limits), strict=True))


def _lognormal(normals: FloatArray, cv: float) -> FloatArray:
    spread = np.sqrt(np.log1p(cv**2))
    factors: FloatArray = np.exp(spread * normals - spread**2 / 2)
    return factors


def _need_factors(
    problem: CapacityProblem, how: Stress, num_paths: int, seed: int
) -> FloatArray:
    """Return factors with memory over months ``[i, n, t]``, mean 1."""
    months = problem.num_months
    shape = (num_paths, months)
    common = stream(seed, "needs in common").standard_normal(shape)
    normals = np.stack(
        [
            np.sqrt(how.need_in_common) * common
            + np.sqrt(1 - how.need_in_common)
            * stream(seed, f"need {need.need_id}").standard_normal(shape)
            for need in problem.needs
        ],
        axis=1,
    )
    news = np.sqrt(1 - how.need_memory**2)
    for t in range(1, months):
        normals[:, :, t] = (
            how.need_memory * normals[:, :, t - 1] + news * normals[:, :, t]
        )
    return _lognormal(normals, how.need_cv)


def _cover(
    plan: CapacityPlan, supply: FloatArray, needed: FloatArray, t: int
) -> tuple[FloatArray, FloatArray]:
    """Return cost beyond people ``[i]`` and missing hours ``[i, n]`` of one month."""
    problem = plan.problem
    left, missing = supply.copy(), needed.copy()
    for share_only in (True, False):
        for p, n in _routes(plan):
            most = left[:, p]
            if share_only:
                most = np.minimum(most, supply[:, p] * _share(plan, p, n, t))
            given = np.minimum(most, missing[:, n])
            left[:, p] -= given
            missing[:, n] -= given
    cost = (left * [pool.idle_minor for pool in problem.pools]).sum(axis=1)
    cost += _buy(plan, supply, missing, t)
    for n, need in enumerate(problem.needs):
        cost += need.missing_cost(missing[:, n], t)
    return cost, missing


def _routes(plan: CapacityPlan) -> list[tuple[int, int]]:
    return [
        (p, n)
        for p, pool in enumerate(plan.problem.pools)
        for n, need in enumerate(plan.problem.needs)
        if need.need_id in pool.serves
    ]


def _buy(
    plan: CapacityPlan, supply: FloatArray, missing: FloatArray, t: int
) -> FloatArray:
    """Cover *missing* in place by overtime and vendors; return their cost ``[i]``."""
    cost = np.zeros(len(supply))
    for price, serves, hours in sorted(_extra(plan, supply, t), key=lambda x: x[0]):
        for n, need in enumerate(plan.problem.needs):
            if need.need_id in serves:
                given = np.minimum(hours, missing[:, n])
                hours = hours - given
                missing[:, n] -= given
                cost += given * price
    return cost


def _share(plan: CapacityPlan, p: int, n: int, t: int) -> float:
    whole = float(plan.flow_hours[p, :, t].sum())
    return float(plan.flow_hours[p, n, t]) / whole if whole > 0 else 0.0


def _extra(
    plan: CapacityPlan, supply: FloatArray, t: int
) -> list[tuple[float, frozenset[str], FloatArray]]:
    """Return (price, needs served, hours there are ``[i]``) of overtime and vendors."""
    extra = [
        (pool.overtime.minor_per_hour, pool.serves, pool.overtime.max_fraction * hours)
        for pool, hours in zip(plan.problem.pools, supply.T, strict=True)
        if pool.overtime is not None
    ]
    extra += [
        (
            vendor.minor_per_hour,
            vendor.serves,
            np.full(len(supply), float(vendor.max_hours[t])),
        )
        for vendor in plan.problem.vendors
    ]
    return extra
