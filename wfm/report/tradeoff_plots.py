"""A set of rosters drawn: the first measure asked against each of the others."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wfm.domain.tradeoffs import TradeOff, TradeOffs
from wfm.pipeline.money import minor_digits
from wfm.report.figures import BLUE, GREY, ORANGE, WIDTH_INCHES
from wfm.shown import ShownFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT_INCHES = 3.8
DPI = 160
AXIS_WORDS = {
    "service": "agent-hours missing",
    "fairness": "uneven weekend and night shifts",
    "changes": "shifts changed",
}


def tradeoff_plot(table: TradeOffs, picked: int | None = None) -> "Figure":
    """Return the set, one panel for each measure after the first.

    Rosters bear their numbers; less is better on every axis. *picked* is filled.
    """
    first, *others = table.asked
    figure = ShownFigure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained")
    panels = figure.subplots(1, len(others), squeeze=False)[0]
    for axes, measure in zip(panels, others, strict=True):
        _panel(axes, table, first, measure, picked)
    return figure


def tradeoff_png(table: TradeOffs, picked: int | None = None) -> bytes:
    """Return the figure as PNG."""
    stream = io.BytesIO()
    tradeoff_plot(table, picked).savefig(stream, format="png", dpi=DPI)
    return stream.getvalue()


def _panel(
    axes: "Axes", table: TradeOffs, across: str, up: str, picked: int | None
) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dfe4e8", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel(axis_words(table, across))
    axes.set_title(axis_words(table, up), loc="left", fontsize=10)
    axes.margins(0.12)
    xs, ys = values(table, across), values(table, up)
    if len(table.asked) == 2:
        pairs = sorted(zip(xs, ys, strict=True))
        axes.plot([x for x, _ in pairs], [y for _, y in pairs], color=GREY, linewidth=1)
    for row, x, y in zip(table.rows, xs, ys, strict=True):
        _mark(axes, row, (x, y), is_picked=row.number == picked)


def _mark(
    axes: "Axes", row: TradeOff, at: tuple[float, float], *, is_picked: bool
) -> None:
    axes.plot(
        *at,
        marker="o",
        markersize=15,
        color=ORANGE if is_picked else "white",
        markeredgecolor=ORANGE if is_picked else BLUE,
        markeredgewidth=1.6,
        linestyle="none",
        zorder=3,
    )
    axes.annotate(
        str(row.number),
        at,
        ha="center",
        va="center",
        fontsize=9,
        color="white" if is_picked else BLUE,
        zorder=4,
    )


def values(table: TradeOffs, measure: str) -> Sequence[float]:
    """Return a measure of every roster in the unit of its axis."""
    unit = 1000 * 10 ** minor_digits(table.currency) if measure == "cost" else 1
    return [row.of(measure) / unit for row in table.rows]


def axis_words(table: TradeOffs, measure: str) -> str:
    """Return what an axis shows, with its unit."""
    return f"wages, {table.currency}" if measure == "cost" else AXIS_WORDS[measure]
