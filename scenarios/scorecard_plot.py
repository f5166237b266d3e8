"""The picture of a scorecard; matplotlib is loaded when one is asked for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.scorecard import Scorecard, Scored

COLOURS = ("#2f6fa7", "#c8792b", "#1b6e53", "#8a4fa3", "#7a8fa3", "#b08d3c", "#555555")


def scorecard_plot(card: "Scorecard") -> "Figure":
    """Return what each criterion adds to the score, a bar per vendor, the first on top.

    Beside it how often the vendor is first under other weights.
    """
    from wfm.shown import ShownFigure

    scored = card.scored[::-1]
    figure = ShownFigure(figsize=(9, 1.9 + 0.5 * len(scored)), layout="constrained")
    axes = figure.subplots()
    shares = card.rules.shares()
    start = [0.0] * len(scored)
    names = [
        one.candidate.vendor_id
        if one.place
        else f"{one.candidate.vendor_id} (security)"
        for one in scored
    ]
    for c, (name, share) in enumerate(shares.items()):
        width = [share * one.marks[name].value for one in scored]
        colour = COLOURS[c % len(COLOURS)]
        axes.barh(names, width, left=start, label=name, color=colour, height=0.6)
        start = [s + w for s, w in zip(start, width, strict=True)]
    _say_scores(axes, scored, start)
    axes.set_xlim(0.0, card.rules.highest * 1.25)
    axes.set_xlabel(f"weighted mark, {card.rules.lowest:g} to {card.rules.highest:g}")
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.2), ncols=4, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def _say_scores(
    axes: "Axes", scored: "Sequence[Scored]", ends: "Sequence[float]"
) -> None:
    for y, (one, end) in enumerate(zip(scored, ends, strict=True)):
        text = f" {end:.2f}"
        if one.place:
            text += f", first under {one.first_anywhere:.0%} of weightings"
        axes.text(end, y, text, va="center", fontsize=8)
