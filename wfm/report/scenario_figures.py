"""Figures of what options cost: bridge, savings over time, mix of lanes, contracts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.activity import MEASURES
from scenarios.break_even import PiecewiseCost
from scenarios.contract import Contract
from scenarios.cost_models.anchored import Anchored
from scenarios.result import ScenarioResult
from wfm.domain.arrays import FloatArray
from wfm.report.figures import COLOURS
from wfm.report.scenario_blocks import Bridge
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
)
from wfm.report.scenario_inputs import ScenarioReport, by_price
from wfm.report.scenario_words import words

MOST_LINES = 7


def bridge_figure(canvas: Canvas, bridge: Bridge) -> Figure:
    """Return the waterfall from one option's cost to the other's."""
    say = words(canvas.language)
    levels = [float(level.amount) for level in bridge.levels()]
    unit, name = scale_of(levels)
    labels = [
        bridge.one.scenario_id,
        *(say(step) for step, _ in bridge.steps),
        bridge.other.scenario_id,
    ]
    figure, axes = canvas.axes(0.34 * len(labels) + 0.9)
    axes.grid(visible=False, axis="y")
    rows = np.arange(len(labels))[::-1]
    for y, level in ((rows[0], levels[0]), (rows[-1], levels[-1])):
        axes.barh(y, level / unit, color=SOFT, height=0.62)
        beside(axes, f"{level / unit:,.3f}", level / unit, y)
    for y, before, after in zip(rows[1:-1], levels, levels[1:], strict=False):
        colour = MORE if after > before else LESS
        axes.barh(
            y, (after - before) / unit, left=before / unit, color=colour, height=0.62
        )
        axes.plot([before / unit] * 2, [y + 0.31, y + 0.69], color=SOFT, lw=0.8)
        text = f"{(after - before) / unit:+,.3f}"
        beside(axes, text, max(before, after) / unit, y, colour=colour)
    axes.plot([levels[-1] / unit] * 2, [0.31, 0.69], color=SOFT, lw=0.8)
    axes.set_yticks(rows, labels)
    axes.tick_params(axis="y", colors=INK)
    _zoom(axes, levels, unit)
    axes.set_xlabel(say(name, currency=bridge.one.currency))
    return figure


def _zoom(axes: Axes, levels: Sequence[float], unit: float) -> None:
    """Start the axis where steps can be seen, not at zero, if these are small."""
    low, high = min(levels), max(levels)
    room = (high - low) or high
    start = low - 0.35 * room
    first = 0.0 if start < 0.35 * high else start
    end = high + 0.22 * (high - first)
    axes.set_xlim(first / unit, end / unit)


def saving_figure(
    canvas: Canvas, report: ScenarioReport, shown: Sequence[ScenarioResult]
) -> Figure:
    """Return what each option has saved against the reference, month by month."""
    say, base = words(canvas.language), report.reference
    courses = {}
    for option in shown:
        saved = [
            float((one.cost - other.cost).amount)
            for one, other in zip(base.months, option.months, strict=True)
        ]
        courses[option.scenario_id] = np.concatenate([[0.0], np.cumsum(saved)])
    unit, name = scale_of([abs(x) for course in courses.values() for x in course])
    figure, axes = canvas.axes(3.4)
    axes.axhline(0.0, color=INK, lw=1.0)
    months = ["", *report.months]
    for colour, (label, course) in zip(COLOURS, courses.items(), strict=False):
        axes.plot(course / unit, color=colour, lw=2.2, label=label)
        axes.plot(len(course) - 1, course[-1] / unit, "o", color=colour, ms=5)
    month_axis(axes, report.months)
    step = max(1, -(-len(report.months) // (4 if canvas.is_narrow else 7)))
    ticks = range(1, len(months), step)
    axes.set_xticks(
        list(ticks), [f"{str(months[k])[5:]}/{str(months[k])[2:4]}" for k in ticks]
    )
    axes.set_xlim(0, len(months) - 0.8)
    axes.set_ylabel(say(name, currency=report.currency))
    shared_legend(figure, [axes], canvas)
    return figure


def mix_figure(
    canvas: Canvas, report: ScenarioReport, shown: Sequence[ScenarioResult]
) -> Figure:
    """Return who settles how many contacts, by month, for some options."""
    say = words(canvas.language)
    names = {option.scenario_id: _lane_names(report, option) for option in shown}
    every = list(dict.fromkeys(x for found in names.values() for x in found.values()))
    colours = dict(zip(every, COLOURS * 3, strict=False))
    figure, panels = canvas.panels(len(shown), 2.5, columns=2, share_y=True)
    highest = 1e-3
    for axes, option in zip(panels, shown, strict=True):
        course = _contacts(option, names[option.scenario_id])
        bottom = np.zeros(len(report.months))
        at = np.arange(len(report.months))
        for name in every:
            if name not in course:
                continue
            top = bottom + course[name] / 1e3
            axes.fill_between(
                at, bottom, top, color=colours[name], alpha=0.85, lw=0, label=name
            )
            bottom = top
        titled(axes, option.scenario_id)
        month_axis(axes, report.months)
        highest = max(highest, float(bottom.max()))
    panels[0].set_ylim(0, 1.05 * highest)
    panels[0].set_ylabel(say("thousand contacts"))
    shared_legend(figure, panels, canvas)
    return figure


def _lane_names(report: ScenarioReport, option: ScenarioResult) -> dict[str, str]:
    """Return lane -> its name, with the vendor's behind it where one is paid."""
    case = report.case(option.scenario_id)
    found: dict[str, str] = {}
    for name, done in by_price(case, option.activities).items():
        is_vendor = isinstance(report.book.prices.get(name), Contract)
        for one in done:
            lane = one.lane_id
            found[lane] = f"{lane} ({name})" if is_vendor else found.get(lane, lane)
    return found


def _contacts(
    option: ScenarioResult, names: Mapping[str, str]
) -> dict[str, FloatArray]:
    months = [month.month for month in option.months]
    found: dict[str, FloatArray] = {
        name: np.zeros(len(months)) for name in names.values()
    }
    for done in option.activities:
        found[names[done.lane_id]][months.index(done.month)] += done.contacts
    return found


def priced_contracts(report: ScenarioReport) -> tuple[Contract, ...]:
    """Return the contracts in use whose price by volume can be drawn."""
    used = dict.fromkeys(
        name
        for option in report.options()
        for name in by_price(report.case(option.scenario_id), option.activities)
    )
    found = (report.book.prices.get(name) for name in used)
    return tuple(
        contract
        for contract in found
        if isinstance(contract, Contract) and _steps_of(contract) is not None
    )


def _steps_of(contract: Contract) -> PiecewiseCost | None:
    """Return charges of a month by quantity, minimum included."""
    price, minimum = contract.price, contract.minimum
    if isinstance(price, Anchored):
        cost, prices = PiecewiseCost.of_anchored(price), None
    else:
        prices = getattr(price, "prices", None)
        if prices is None:
            return None
        cost = PiecewiseCost.of_prices(prices)
    if minimum is None:
        return cost
    if minimum.amount is not None:
        return cost.at_least(minimum.amount)
    own = minimum.measure in {None, getattr(price, "measure", None)}
    if minimum.quantity is not None and own:
        exact = cost.cost(minimum.quantity)
        return cost.at_least(Decimal(exact.numerator) / Decimal(exact.denominator))
    return cost


def contract_figure(
    canvas: Canvas, report: ScenarioReport, contracts: Sequence[Contract]
) -> Figure:
    """Return what each contract charges a month by volume, and the planned months."""
    say = words(canvas.language)
    figure, panels = canvas.panels(len(contracts), 2.6, columns=2)
    for axes, contract, colour in zip(panels, contracts, COLOURS * 3, strict=False):
        steps = _steps_of(contract)
        if steps is None:
            continue
        measure = str(getattr(contract.price, "measure", "contacts"))
        planned = _planned(report, contract, measure)
        end = 1.25 * max([*planned, float(steps.segments[-1].start), 1.0])
        _draw_steps(axes, steps, end, colour)
        costs = [float(steps.cost(Fraction(x))) / 1e3 for x in planned]
        label = say("planned months")
        axes.plot(np.array(planned) / 1e3, costs, "o", color=INK, ms=4, label=label)
        titled(axes, contract.contract_id)
        unit = say(f"thousand {MEASURES[measure]}s a month")
        axes.set_xlabel(unit)
        axes.set_ylabel(say("thousand {currency}", currency=contract.currency))
        axes.set_xlim(0, end / 1e3)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, loc="upper left")
    return figure


def _planned(report: ScenarioReport, contract: Contract, measure: str) -> list[float]:
    found: dict[tuple[str, str], float] = {}
    for option in report.options():
        case = report.case(option.scenario_id)
        for done in by_price(case, option.activities).get(contract.contract_id, ()):
            key = option.scenario_id, str(done.month)
            found[key] = found.get(key, 0.0) + done.measure(measure)
    return list(found.values())


def _draw_steps(axes: Axes, steps: PiecewiseCost, end: float, colour: str) -> None:
    """Draw every piece by itself, so that a step shows as a riser."""
    starts = [*steps.segments[1:], None]
    for segment, after in zip(steps.segments, starts, strict=True):
        last = Fraction(end) if after is None else after.start
        x = [float(segment.start) / 1e3, float(last) / 1e3]
        y = [float(segment.at_start) / 1e3, float(segment.cost(last)) / 1e3]
        axes.plot(x, y, color=colour, lw=2.2)
        if after is not None and abs(float(after.at_start) / 1e3 - y[1]) > 1e-9:
            riser = [y[1], float(after.at_start) / 1e3]
            axes.plot([x[1]] * 2, riser, color=colour, lw=1.4, alpha=0.6)
