"""The picture of results; matplotlib is loaded when one is asked for."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from scenarios.kpi import KPIS, Kpi, KpiRow, figure, grouped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.kpi_report import KpiReport

COLOURS = ("#2f6fa7", "#c8792b", "#1b6e53", "#8a4fa3", "#7a8fa3", "#b3261e", "#555555")


def kpi_plot(report: "KpiReport") -> "Figure":
    """Return the figures watched by week, a panel each, a line per site or vendor.

    A dot marks a unit with an alarm for the figure.
    """
    from wfm.shown import ShownFigure

    names = report.settings.watched
    figure_ = ShownFigure(figsize=(10, 2.1 * len(names) + 0.8), layout="constrained")
    panels = figure_.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, KPIS[name], report)
    panels[0].legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.15), ncols=6, frameon=False, fontsize=8
    )
    figure_.autofmt_xdate(rotation=30)
    return figure_


def _panel(axes: "Axes", kpi: Kpi, report: "KpiReport") -> None:
    alarmed = {alarm.unit for alarm in report.alarms if alarm.kpi == kpi.name}
    factor = 100.0 if kpi.is_share else 1.0
    for k, ((unit,), rows) in enumerate(grouped(report.rows, ("unit",)).items()):
        weeks = weekly(kpi, rows, report.as_of)
        colour = COLOURS[k % len(COLOURS)]
        days = np.array([day for day, _ in weeks], dtype="datetime64[D]")
        values = [value * factor for _, value in weeks]
        axes.plot(days, values, color=colour, lw=1.4, label=unit)
        if unit in alarmed and len(days):
            axes.plot(days[-1], values[-1], "o", color=colour, ms=7)
    unit_text = ", %" if kpi.is_share else ""
    axes.set_title(f"{kpi.name}: {kpi.text}{unit_text}", loc="left", fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def weekly(kpi: Kpi, rows: Sequence[KpiRow], as_of: date) -> list[tuple[date, float]]:
    """Return (last day, figure) of each whole week up to *as_of*, oldest first."""
    found: dict[int, list[KpiRow]] = {}
    for row in rows:
        found.setdefault((as_of - row.day).days // 7, []).append(row)
    weeks = []
    for back in sorted(found, reverse=True):
        value = figure(kpi, found[back]).value
        if value is not None:
            weeks.append((as_of - timedelta(days=7 * back), value))
    return weeks
