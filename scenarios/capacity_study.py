"""A capacity plan, what binds it, and what becomes of it under chance."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.capacity import CapacityProblem
from scenarios.capacity_plan import (
    CapacityInfeasible,
    CapacityNotFound,
    CapacityOutcome,
    CapacityPlan,
    monthly_cost,
    plan_capacity,
)
from scenarios.capacity_stress import (
    BufferChoice,
    Stress,
    StressReport,
    choose_buffer,
    stress,
)
from scenarios.mip_solve import MipLimits
from scenarios.money import Money
from scenarios.rows import frame_of
from scenarios.workforce import people_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityStudy:
    """The plan chosen; its stress test, and buffers where they were asked for.

    Attributes
    ----------
    planned
        The least costly plan for exactly what is needed, or why there is none.
    stressed
        What becomes of that plan in many futures; ``None`` without a plan.
    buffers
        Plans for more or less than the need, on the same futures.
    remarks
        What the plan leaves out, in words.
    """

    problem: CapacityProblem
    planned: CapacityOutcome
    stressed: StressReport | None = None
    buffers: BufferChoice | None = None
    remarks: tuple[str, ...] = ()

    @property
    def plan(self) -> CapacityPlan | None:
        """The plan, if there is one."""
        return self.planned if isinstance(self.planned, CapacityPlan) else None

    def hiring_rows(self) -> tuple[dict[str, object], ...]:
        """Return the hiring plan: a row per class, by the month to ask for it."""
        return () if self.plan is None else tuple(self.plan.hiring_rows())

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return required against available FTE, a row per month and need."""
        return () if self.plan is None else tuple(self.plan.need_rows())

    def workforce_rows(self) -> tuple[dict[str, object], ...]:
        """Return people by month and pool, with the spread of heads under chance."""
        if self.plan is None or self.stressed is None:
            return ()
        rows = iter(self.plan.to_rows())
        low, high = self.stressed.heads_p10, self.stressed.heads_p90
        return tuple(
            next(rows) | {"heads_p10": float(low[p, t]), "heads_p90": float(high[p, t])}
            for t in range(self.problem.num_months)
            for p in range(len(self.problem.pools))
        )

    def cost_rows(self) -> tuple[dict[str, object], ...]:
        """Return cost by month, major units: people by pool, hours bought, gaps."""
        plan = self.plan
        if plan is None:
            return ()
        unit = float(Money(1, self.problem.currency).amount)
        people = people_cost(self.problem, plan.course, plan.decisions)[0]
        whole = monthly_cost(plan)
        return tuple(
            {
                "month": str(month),
                **{
                    f"people_{pool.pool_id}": float(people[p, t]) * unit
                    for p, pool in enumerate(self.problem.pools)
                },
                "hours_and_gaps": float(whole[t] - people[:, t].sum()) * unit,
                "cost": float(whole[t]) * unit,
                "currency": self.problem.currency,
            }
            for t, month in enumerate(self.problem.months)
        )

    def limit_rows(self) -> tuple[dict[str, object], ...]:
        """Return what binds, dearest first, and what one unit more would save.

        Where no plan keeps all limits: which would have to give, and by how much.
        """
        unit = float(Money(1, self.problem.currency).amount)
        match self.planned:
            case CapacityPlan(worth_minor=worth):
                return tuple(
                    {
                        "limit": name,
                        "saves_per_unit": value * unit,
                        "currency": self.problem.currency,
                    }
                    for name, value in worth.items()
                )
            case CapacityInfeasible() as conflict:
                return tuple(conflict.to_rows())
            case CapacityNotFound():
                return ()

    def stress_rows(self) -> tuple[dict[str, object], ...]:
        """Return the chance of enough people, a row per month and need."""
        return () if self.stressed is None else tuple(self.stressed.to_rows())

    def buffer_rows(self) -> tuple[dict[str, object], ...]:
        """Return a row per buffer, amounts in major units."""
        if self.buffers is None:
            return ()
        unit = float(Money(1, self.problem.currency).amount)
        return tuple(
            {
                key.removesuffix("_minor"): (
                    float(value) * unit if key.endswith("_minor") else value
                )
                for key, value in row.items()
            }
            for row in self.buffers.to_rows()
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())

    def hiring_frame(self) -> "pd.DataFrame":
        """Return the hiring plan as a table."""
        return frame_of(self.hiring_rows())

    def plot(self) -> "Figure":
        """Return a figure: required against available FTE, one panel per need."""
        from scenarios.capacity_plot import capacity_plot

        return capacity_plot(self)


def study_capacity(
    problem: CapacityProblem,
    how: Stress,
    *,
    buffers: "Sequence[float]" = (),
    limits: MipLimits | None = None,
    num_paths: int = 2000,
    seed: int = 1,
    remarks: tuple[str, ...] = (),
) -> CapacityStudy:
    """Return the plan for *problem*, tested in *num_paths* futures.

    Raises
    ------
    ValueError
        If *buffers* are to be compared and a need prices no missing hour.
    """
    planned = plan_capacity(problem, limits)
    if not isinstance(planned, CapacityPlan):
        return CapacityStudy(problem=problem, planned=planned, remarks=remarks)
    chosen = None
    if buffers:
        chosen = choose_buffer(
            problem,
            how,
            buffers=buffers,
            limits=limits,
            num_paths=num_paths,
            seed=seed,
            unbuffered=planned,
        )
    return CapacityStudy(
        problem=problem,
        planned=planned,
        stressed=stress(planned, how, num_paths=num_paths, seed=seed),
        buffers=chosen,
        remarks=remarks,
    )


def fte_hours(problem: CapacityProblem, n: int) -> float:
    """Return the hours of one experienced head among those who serve need *n*."""
    need = problem.needs[n].need_id
    serving = [p.hours_per_head.mean() for p in problem.pools if need in p.serves]
    return float(np.mean(serving)) if serving else np.inf
