"""Points at which the chain is solved for a response, and their runs priced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from scenarios.activity import MonthActivity
from scenarios.draws import Draws
from scenarios.months import Month
from scenarios.patch import Patch
from scenarios.pricing_months import PriceBook
from scenarios.result import ScenarioResult
from scenarios.runner import Case
from scenarios.uncertain_input import ALL_VOLUMES, UncertainInput
from wfm.domain.arrays import FloatArray

RAY_STEPS = (0.12, 0.3, 0.6, 1.0)
"""Points of the ray on each side, shares of its reach: service bends near the plan."""
CHAIN_LEVELS = (0.02, 0.98)
PRICE_LEVELS = (0.01, 0.25, 0.75, 0.99)
_RAY_LEVELS = (0.001, 0.999)
_OTHER_REACH = 0.1
_LOAD_ENDINGS = ("volume_scale", "aht", "aht_factor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Values by uncertainty, all others as they are; *volume* multiplies volumes."""

    name: str
    values: Mapping[str, float]
    volume: float = 1.0

    def patches(self, inputs: Sequence[UncertainInput]) -> tuple[Patch, ...]:
        """Return the changes of the plan and prices; values that are set, always."""
        found = [
            one.patch(self.values.get(one.name, one.neutral))
            for one in inputs
            if one.name in self.values or one.operation == "set"
        ]
        if self.volume != 1.0:
            found.append(Patch(path=ALL_VOLUMES, operation="scale", value=self.volume))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedPoint:
    """A point with its run: the case, what came of it, and its own prices."""

    point: Point
    case: Case
    book: PriceBook
    result: ScenarioResult

    def required_hours(self) -> FloatArray:
        """Return hours needed ``[t]``."""
        return np.array([month.required_hours for month in self.result.months])

    def slack(self) -> FloatArray:
        """Return how far service is above its floors ``[t]``."""
        return np.array([month.slack for month in self.result.months])


def ray(inputs: Sequence[UncertainInput], num_months: int) -> tuple[Point, ...]:
    """Return factors on all volumes that reach as far as the inputs may.

    Each input reaches to its 1st and 999th thousandth, in logarithms added up as
    independent spreads are; what is neither volume nor handle time moves hours by a
    tenth at most.
    """
    low, high = 0.0, 0.0
    for one in inputs:
        if not one.is_price:
            down, up = _reach(one, num_months)
            low, high = low + min(down, 0.0) ** 2, high + max(up, 0.0) ** 2
    steps = np.array(RAY_STEPS)
    factors = [
        *np.exp(-max(np.sqrt(low), 0.05) * steps[::-1]),
        1.0,
        *np.exp(max(np.sqrt(high), 0.05) * steps),
    ]
    return tuple(Point(name=f"volume x {v:.4f}", values={}, volume=v) for v in factors)


def _reach(one: UncertainInput, num_months: int) -> tuple[float, float]:
    if one.operation != "scale":
        return -_OTHER_REACH, _OTHER_REACH
    ends = np.maximum(one.distribution.quantile(np.array(_RAY_LEVELS)), 0.05)
    years = max(1.0, num_months / 12) if one.yearly else 1.0
    down, up = (np.log(ends) * years).tolist()
    if one.path.rsplit(".", 1)[-1] in _LOAD_ENDINGS:
        return down, up
    return max(down, -_OTHER_REACH), min(up, _OTHER_REACH)


def nodes(one: UncertainInput, num_months: int) -> tuple[Point, ...]:
    """Return the points at which *one* is solved by itself, its neutral value apart."""
    levels = PRICE_LEVELS if one.is_price else CHAIN_LEVELS
    values = one.distribution.quantile(np.array(levels))
    if one.yearly:
        values = values ** max(1.0, num_months / 12)
    kept = sorted({v for v in values.tolist() if abs(v - one.neutral) > 1e-9})
    return tuple(Point(name=f"{one.name} {v:.6g}", values={one.name: v}) for v in kept)


def checks(draws: Draws, num_checks: int) -> tuple[Point, ...]:
    """Return the first futures of *draws* as points, every uncertainty moved."""
    count = min(num_checks, draws.num_draws)
    return tuple(
        Point(
            name=f"future {i}",
            values={name: float(value[i]) for name, value in draws.values.items()},
        )
        for i in range(count)
    )


def costs(
    case: Case,
    activities: Sequence[MonthActivity],
    book: PriceBook,
    months: Sequence[Month],
) -> dict[str, FloatArray]:
    """Return minor units of the report's currency by price and month ``[t]``."""
    by_price: dict[str, list[MonthActivity]] = {}
    prices = dict(_prices(case))
    for done in activities:
        by_price.setdefault(prices[done.lane_id, done.month], []).append(done)
    found = {}
    for price, listed in by_price.items():
        amounts = np.zeros(len(months))
        for item in book.lines(price, listed):
            amounts[item.line.month - months[0]] += item.amount.amount_minor
        found[price] = amounts
    return found


def _prices(case: Case) -> Iterator[tuple[tuple[str, Month], str]]:
    for phase in case.phases:
        for lane in phase.lanes:
            for month in phase.months:
                yield (lane.lane_id, month), lane.price


def foreseen(
    activities: Sequence[MonthActivity], plan: Sequence[MonthActivity]
) -> tuple[MonthActivity, ...]:
    """Return *activities* with the forecast of *plan*, which take-or-pay bills by."""
    forecast = {(a.lane_id, a.month): a.forecast_contacts for a in plan}
    return tuple(
        replace(a, forecast_contacts=forecast.get((a.lane_id, a.month), 0.0))
        for a in activities
    )


def between(
    one: Sequence[MonthActivity], other: Sequence[MonthActivity], weight: float
) -> tuple[MonthActivity, ...]:
    """Return activities on the way from *one* to *other*, a *weight* of it gone."""
    there = {(a.lane_id, a.month): a for a in other}
    return tuple(_mixed(a, there[a.lane_id, a.month], weight) for a in one)


def _mixed(one: MonthActivity, other: MonthActivity, weight: float) -> MonthActivity:
    changes: dict[str, Any] = {}
    for field in fields(MonthActivity):
        before, after = getattr(one, field.name), getattr(other, field.name)
        if isinstance(before, float):
            changes[field.name] = _on_the_way(before, after, weight)
        elif isinstance(before, Mapping):
            changes[field.name] = {
                key: _on_the_way(before.get(key, last), last, weight)
                for key, last in {**before, **after}.items()
            }
    return replace(one, **changes)


def _on_the_way(before: float, after: float, weight: float) -> float:
    return before + weight * (after - before)
