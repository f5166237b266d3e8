"""Figures of how sure a comparison is: ranges, fans, tornado, break-even lines."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.repriced import LeverScan
from scenarios.risk import RiskReport
from scenarios.sensitivity import Tornado
from wfm.pipeline.money import minor_digits
from wfm.report.figures import COLOURS
from wfm.report.scenario_break_even import lever_label
from wfm.report.scenario_canvas import (
    INK,
    LESS,
    MORE,
    SOFT,
    Canvas,
    beside,
    month_axis,
    scale_of,
    shared_legend,
    titled,
    upright_grid,
)
from wfm.report.scenario_words import words


def range_figure(canvas: Canvas, risk: RiskReport, names: Sequence[str]) -> Figure:
    """Return P10 to P90 of some options' cost, the median marked."""
    say, minor = words(canvas.language), 10 ** minor_digits(risk.currency)
    chosen = [option for option in risk.options if option.name in names]
    unit, name = scale_of([option.p90 / minor for option in chosen])
    scale = unit * minor
    figure, axes = canvas.axes(0.42 * len(chosen) + 0.9)
    upright_grid(axes)
    rows = np.arange(len(chosen))[::-1]
    for y, option, colour in zip(rows, chosen, COLOURS * 3, strict=False):
        axes.plot(
            [option.p10 / scale, option.p90 / scale], [y, y],
            color=colour, lw=9, alpha=0.45, solid_capstyle="butt",
        )  # fmt: skip
        axes.plot(option.p50 / scale, y, "|", color=colour, ms=17, mew=3)
        text = f"{option.p10 / scale:,.2f} – {option.p90 / scale:,.2f}"
        beside(axes, text, option.p90 / scale, y)
    axes.set_yticks(rows, [option.name for option in chosen])
    axes.tick_params(axis="y", colors=INK)
    axes.margins(x=0.24, y=0.12)
    axes.set_xlabel(say(name, currency=risk.currency))
    return figure


def fan_figure(
    canvas: Canvas, risk: RiskReport, months: Sequence[object], names: Sequence[str]
) -> Figure:
    """Return the monthly cost of some options: median and P10 to P90."""
    say, minor = words(canvas.language), 10 ** minor_digits(risk.currency)
    chosen = [option for option in risk.options if option.name in names]
    unit, name = scale_of([float(option.monthly.max()) / minor for option in chosen])
    figure, axes = canvas.axes(3.2)
    at = np.arange(len(months))
    for option, colour in zip(chosen, COLOURS, strict=False):
        low, middle, high = option.monthly / (unit * minor)
        axes.fill_between(at, low, high, color=colour, alpha=0.22, lw=0)
        axes.plot(at, middle, color=colour, lw=2.2, label=option.name)
    month_axis(axes, months)
    axes.set_ylabel(say(name, currency=risk.currency))
    shared_legend(figure, [axes], canvas)
    return figure


def tornado_figure(canvas: Canvas, tornado: Tornado, currency: str) -> Figure:
    """Return what each uncertainty alone does, from its P10 to its P90."""
    say, minor = words(canvas.language), 10 ** minor_digits(currency)
    bars = [bar for bar in tornado.bars if bar.swing] or list(tornado.bars)
    ends = [x / minor for bar in bars for x in (bar.at_p10, bar.at_p90)]
    unit, name = scale_of([end - tornado.base / minor for end in ends])
    scale, base = unit * minor, tornado.base
    figure, axes = canvas.axes(0.4 * len(bars) + 1.1)
    upright_grid(axes)
    rows = np.arange(len(bars))[::-1]
    for y, bar in zip(rows, bars, strict=True):
        for end, level in ((bar.at_p10, "P10"), (bar.at_p90, "P90")):
            width = (end - base) / scale
            axes.barh(y, width, color=MORE if end > base else LESS, height=0.58)
            if end != base:
                text = f"{level} {width:+,.1f}"
                beside(axes, text, width, y, colour=SOFT, left=width < 0)
    axes.axvline(0.0, color=INK, lw=1.0)
    axes.set_yticks(rows, [bar.name for bar in bars])
    axes.tick_params(axis="y", colors=INK)
    axes.margins(x=0.22)
    axes.set_xlabel(say(name, currency=currency))
    return figure


def break_even_figure(
    canvas: Canvas, scans: Sequence[Sequence[LeverScan]], currency: str
) -> Figure:
    """Return, lever by lever, what options save; where a line meets 0 they are even."""
    say, minor = words(canvas.language), 10 ** minor_digits(currency)
    savings = [s for group in scans for scan in group for s in _saved(scan, minor)]
    unit, name = scale_of(savings)
    figure, panels = canvas.panels(len(scans), 2.5, columns=2, share_y=True)
    colours = dict(
        zip(
            dict.fromkeys(scan.other for group in scans for scan in group),
            COLOURS * 3,
            strict=False,
        )
    )
    for axes, group in zip(panels, scans, strict=True):
        axes.axhline(0.0, color=INK, lw=1.0)
        axes.axvline(0.0, color=SOFT, lw=0.8, ls=(0, (2, 3)))
        for scan in group:
            _line(axes, scan, colours[scan.other], unit * minor)
        titled(axes, lever_label(group[0].lever, say))
        axes.set_xlabel(say("change from today, %"))
    panels[0].set_ylabel(say(name, currency=currency))
    shared_legend(figure, panels, canvas)
    return figure


def _saved(scan: LeverScan, minor: int) -> list[float]:
    pairs = zip(scan.one_minor, scan.other_minor, strict=True)
    return [(one - other) / minor for one, other in pairs]


def _line(axes: Axes, scan: LeverScan, colour: str, scale: float) -> None:
    change = [100.0 * (factor - 1.0) for factor in scan.factors]
    saved = [value / scale for value in _saved(scan, 1)]
    axes.plot(change, saved, color=colour, lw=2.0, label=scan.other)
    for crossing in scan.crossings:
        x = 100.0 * (crossing.x - 1.0)
        axes.plot(x, 0.0, "o", color=colour, ms=6)
        axes.annotate(
            f"{x:+.0f} %".replace("-", "−"), (x, 0.0), textcoords="offset points",
            xytext=(5, 6), color=INK, fontsize=8.5,
        )  # fmt: skip
