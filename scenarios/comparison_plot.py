"""The picture of a comparison; matplotlib is loaded when one is asked for."""

from typing import TYPE_CHECKING

from scenarios.result import ScenarioResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.comparison import Comparison

BELOW, KEPT = "#b3261e", "#1b6e53"


def comparison_plot(comparison: "Comparison") -> "Figure":
    """Return cost by lane (left) and service (right), one bar per scenario.

    A scenario that misses a floor of service is named so, and its service is red.
    """
    from wfm.shown import ShownFigure

    results = comparison.results[::-1]
    figure = ShownFigure(figsize=(10, 1.6 + 0.42 * len(results)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[2, 1])
    _cost_bars(left, results)
    _service(right, results)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower left", ncols=len(labels), frameon=False
    )
    return figure


def _name(result: ScenarioResult) -> str:
    mark = "" if result.is_feasible else " (below floor)"
    return f"{result.scenario_id}{mark}"


def _cost_bars(axes: "Axes", results: tuple[ScenarioResult, ...]) -> None:
    lanes = dict.fromkeys(lane for r in results for lane in r.cost_of_lanes())
    names = [_name(result) for result in results]
    start = [0.0] * len(results)
    for lane in lanes:
        width = [_millions(result, lane) for result in results]
        axes.barh(names, width, left=start, label=lane, height=0.7)
        start = [s + w for s, w in zip(start, width, strict=True)]
    for y, end in enumerate(start):
        axes.text(end, y, f" {end:,.2f}", va="center", fontsize=8)
    months = results[0].months
    span = f"{months[0].month} to {months[-1].month}"
    axes.set_xlabel(f"million {results[0].currency}, {span}")
    axes.set_xlim(0.0, 1.12 * max([*start, 1e-9]))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _millions(result: ScenarioResult, lane: str) -> float:
    amount = result.cost_of_lanes().get(lane)
    return 0.0 if amount is None else float(amount.amount) / 1e6


def _service(axes: "Axes", results: tuple[ScenarioResult, ...]) -> None:
    for y, result in enumerate(results):
        colour = KEPT if result.is_feasible else BELOW
        levels = [100.0 * month.service_level for month in result.months]
        axes.plot([min(levels), max(levels)], [y, y], color=colour, lw=4, alpha=0.35)
        axes.plot(100.0 * result.service_level, y, "o", color=colour)
    axes.set_xlabel("answered in time, %\ndot: all months, bar: worst to best")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
