"""Figures of forecast accuracy, by matplotlib."""

from typing import TYPE_CHECKING

import numpy as np

from wfm.report.figures import BLUE, COLOURS, GREY, ORANGE, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def backtest_plot(frame: "pd.DataFrame") -> "Figure":
    """Return the pooled WAPE of every queue and model as dots, one row per queue."""
    error, offered = (
        frame.pivot_table(
            index="queue_id", columns="model", values=name, aggfunc="sum", sort=False
        )
        for name in ("absolute_error", "offered_contacts")
    )
    wape = error / offered
    figure, axes = new_figure(0.8 + 0.3 * len(wape))
    places = np.arange(len(wape))[::-1]
    axes.hlines(places, wape.min(axis=1), wape.max(axis=1), color="#DDDDDD", lw=3)
    for model, colour in zip(wape.columns, COLOURS * len(wape.columns), strict=False):
        axes.plot(wape[model], places, "o", color=colour, label=model)
    axes.set_yticks(places, list(wape.index))
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("WAPE of intervals, less is better")
    axes.set_title(f"{frame['origin'].nunique()} past weeks forecast", loc="left")
    axes.legend(frameon=False, loc="best")
    return figure


def accuracy_plot(frame: "pd.DataFrame") -> "Figure":
    """Return WAPE, its floor and the bias of published forecasts by lead time."""
    figure, axes = new_figure()
    leads = list(dict.fromkeys(frame["lead"]))
    order = sorted(leads, key=lambda lead: (lead.split()[0], int(lead.split()[1])))
    places = np.arange(len(order))
    for column, label, colour in (
        ("wape", "WAPE", BLUE),
        ("floor_wape", "chance alone", GREY),
        ("bias", "bias", ORANGE),
    ):
        axes.plot(
            places,
            [_weighted(frame[frame["lead"] == lead], column) for lead in order],
            "o-",
            color=colour,
            label=label,
        )
    axes.axhline(0, color=GREY, lw=0.6)
    axes.set_xticks(places, order)
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.set_xlabel("lead time")
    axes.set_title("published forecasts against what came", loc="left")
    axes.legend(frameon=False)
    return figure


def _weighted(rows: "pd.DataFrame", column: str) -> float:
    """Return the mean weighted by contacts, of rows that have a figure."""
    rows = rows.dropna(subset=[column])
    if rows.empty:
        return float("nan")
    return float(np.average(rows[column], weights=rows["offered_contacts"]))
