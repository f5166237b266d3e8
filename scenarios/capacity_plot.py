"""The picture of a capacity plan; matplotlib is loaded when one is asked for."""

from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.capacity_study import CapacityStudy

OWN = ("#2f6fa7", "#5b9bd0", "#9cc3e4", "#1b4a75", "#7a8fa3", "#c2d3e3")
OVERTIME, BOUGHT, MISSING, NEEDED = "#e3a857", "#c8792b", "#b3261e", "#222222"


def capacity_plot(study: "CapacityStudy") -> "Figure":
    """Return required (line) against available FTE (areas), a panel per need.

    FTE are experienced people; missing ones are red. Bars below count new people by
    the month in which they start.

    Raises
    ------
    ValueError
        If there is no plan.
    """
    from wfm.shown import ShownFigure

    if study.plan is None:
        msg = "there is no capacity plan to show"
        raise ValueError(msg)
    needs = len(study.problem.needs)
    figure = ShownFigure(figsize=(10, 2.2 * needs + 2.4), layout="constrained")
    panels = figure.subplots(
        needs + 1, 1, sharex=True, squeeze=False, height_ratios=[2] * needs + [1.4]
    )[:, 0]
    for n in range(needs):
        _need(panels[n], study, n)
    _hires(panels[-1], study)
    months = [str(month) for month in study.problem.months]
    panels[-1].set_xticks(range(len(months)), months, rotation=45, ha="right")
    return figure


def _need(axes: "Axes", study: "CapacityStudy", n: int) -> None:
    from scenarios.capacity_study import fte_hours

    problem = study.problem
    shown = _layers(study, n)
    months = np.array([-0.5, *range(problem.num_months), problem.num_months - 0.5])
    axes.stackplot(
        months,
        [_to_edges(values) for _, values, _ in shown],
        labels=[name for name, _, _ in shown],
        colors=[colour for _, _, colour in shown],
        alpha=0.85,
        step="mid",
    )
    required = problem.needs[n].hours / fte_hours(problem, n)
    line = _to_edges(required)
    axes.step(months, line, where="mid", color=NEEDED, lw=1.6, label="required")
    axes.set_title(problem.needs[n].need_id, loc="left", fontsize=10)
    axes.set_ylabel("FTE")
    axes.set_ylim(0.0, 1.18 * max(float(required.max()), 0.1))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    _plain(axes)


def _layers(study: "CapacityStudy", n: int) -> list[tuple[str, FloatArray, str]]:
    """Return (name, FTE by month, colour) of what covers need *n* or is missing."""
    from scenarios.capacity_study import fte_hours

    plan, problem = study.plan, study.problem
    if plan is None:
        return []
    hours = fte_hours(problem, n)
    layers = [
        (pool.pool_id, plan.flow_hours[p, n] / hours, OWN[p % len(OWN)])
        for p, pool in enumerate(problem.pools)
    ]
    layers += [
        (vendor.vendor_id, plan.bought_hours[x, n] / hours, BOUGHT)
        for x, vendor in enumerate(problem.vendors)
    ]
    layers.append(("missing", plan.missing_hours[n] / hours, MISSING))
    return [layer for layer in layers if layer[1].max() > 0.01]


def _to_edges(values: FloatArray) -> FloatArray:
    """Return *values* from the first month's beginning to the last one's end."""
    return np.pad(values, 1, mode="edge")


def _hires(axes: "Axes", study: "CapacityStudy") -> None:
    if study.plan is None:
        return
    start = np.zeros(study.problem.num_months)
    for p, pool in enumerate(study.problem.pools):
        started = study.plan.decisions.hires[p]
        if started.max() > 0.01:
            axes.bar(
                range(len(started)),
                started,
                bottom=start,
                label=pool.pool_id,
                color=OWN[p % len(OWN)],
                width=0.7,
            )
            start = start + started
    axes.set_title(
        "new people, by the month their training starts", loc="left", fontsize=10
    )
    axes.set_ylabel("people")
    if start.max() > 0:
        axes.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8
        )
    _plain(axes)


def _plain(axes: "Axes") -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
