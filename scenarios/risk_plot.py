"""The picture of a risk study; matplotlib is loaded when one is asked for."""

from typing import TYPE_CHECKING

import numpy as np

from scenarios.money import Money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.risk_study import RiskStudy

LOW, HIGH, COST = "#2f6fa7", "#c8792b", "#4a5560"


def risk_plot(study: "RiskStudy") -> "Figure":
    """Return cost P10 to P90 by scenario (left), and what drives it (right).

    The right side shows the cost of the reference, or of the scenario whose cost less
    the reference's is least sure, if there are several.
    """
    from wfm.shown import ShownFigure

    options = study.report.options
    height = 1.8 + 0.42 * max(len(options), len(study.inputs))
    figure = ShownFigure(figsize=(11, height), layout="constrained")
    left, right = figure.subplots(1, 2)
    _costs(left, study)
    _drivers(right, study)
    return figure


def _costs(axes: "Axes", study: "RiskStudy") -> None:
    unit = float(Money(1, study.currency).amount) / 1e6
    options = study.report.options[::-1]
    for y, option in enumerate(options):
        low, middle, high = (q * unit for q in (option.p10, option.p50, option.p90))
        axes.plot([low, high], [y, y], color=COST, lw=6, alpha=0.35)
        axes.plot(middle, y, "o", color=COST)
        chance = f" {option.service_probability:.0%} of months in time"
        axes.annotate(chance, (high, y), va="center", fontsize=8)
    axes.set_yticks(range(len(options)), [option.name for option in options])
    axes.margins(x=0.25)
    axes.set_xlabel(f"cost, million {study.currency}: P10 to P90, dot: P50")
    _plain(axes)


def _drivers(axes: "Axes", study: "RiskStudy") -> None:
    unit = float(Money(1, study.currency).amount) / 1e3
    others = study.report.options[1:]
    name, bars = study.reference, study.tornados[study.reference]
    if others:
        spread = [np.ptp(study.report.cost_minor[0] - c) for c in _others(study)]
        name = others[int(np.argmax(spread))].name
        bars = study.against_reference[name]
    for y, bar in enumerate(bars.bars[::-1]):
        for value, colour in ((bar.at_p10, LOW), (bar.at_p90, HIGH)):
            start = bars.base * unit
            axes.barh(y, value * unit - start, left=start, color=colour, height=0.6)
    axes.set_yticks(range(len(bars.bars)), [bar.name for bar in bars.bars[::-1]])
    axes.axvline(bars.base * unit, color=COST, lw=1)
    what = f"cost of {name}" + (f" less {study.reference}" if others else "")
    axes.set_title(what, loc="left", fontsize=10)
    axes.set_xlabel(
        f"thousand {study.currency}, each alone at P10 (blue), P90 (orange)"
    )
    _plain(axes)


def _others(study: "RiskStudy") -> list[np.ndarray]:
    return list(study.report.cost_minor[1:])


def _plain(axes: "Axes") -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
