"""Empty matplotlib figures in the house style, that notebooks show by themselves."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wfm.shown import ShownFigure

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6E6E6E"
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", GREY)
"""Told apart by people who see colours differently (Okabe and Ito 2008)."""
MANY_COLOURS = (*COLOURS, "#332288", "#117733", "#882255", "#999933", "#44AA99")
"""For more things than seven: five of Tol's muted colours behind them."""
WIDTH_INCHES = 9.0


def new_figure(height_inches: float = 3.2) -> tuple[Figure, Axes]:
    """Return a wide figure with one pair of axes, left and bottom lines only."""
    figure = ShownFigure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
