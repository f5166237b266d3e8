"""Risk of options compared on the same futures.

Every option meets the same draws, so what they share cancels in the difference: its
interval is far narrower than that of either (common random numbers; Glasserman and Yao
1992, Management Science 38(6), 884-908).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol

import numpy as np

from scenarios.draws import Draws
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

P10_P50_P90 = (0.1, 0.5, 0.9)
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionOutcome:
    """What an option costs and gives in each future.

    Attributes
    ----------
    cost_minor
        Whole minor units by draw and month ``[i, t]``.
    service_met
        Whether the month's service target was met ``[i, t]``; ``None`` if not judged.
    """

    cost_minor: IntArray
    service_met: BoolArray | None = None


class Option(Protocol):
    """Something to decide for, with a price in every future."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def outcome(self, draws: Draws) -> OptionOutcome:
        """Return cost and service under *draws*; depends on nothing else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRisk:
    """Cost of one option over all months, in minor units (present value).

    Attributes
    ----------
    p10, p50, p90, mean, sd
        Of the cost.
    p90_low, p90_high
        95 % interval of the 90th percentile, from order statistics.
    service_probability
        Probability that a month meets its service target; ``nan`` if not judged.
    every_month_probability
        Probability that all months do.
    monthly
        10th, 50th and 90th percentile of each month's cost ``[l, t]``, for a fan.
    """

    name: str
    p10: float
    p50: float
    p90: float
    mean: float
    sd: float
    p90_low: float
    p90_high: float
    service_probability: float
    every_month_probability: float
    monthly: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRisk:
    """Cost of *one* less cost of *other*, future by future.

    Attributes
    ----------
    mean, low, high
        Mean difference and its 95 % interval.
    p10, p50, p90
        Of the difference.
    one_cheaper_probability, probability_low, probability_high
        Share of futures in which *one* costs less (ties count half), with Wilson's 95 %
        interval.
    variance_ratio
        Variance that independent draws would have had, over that of the same futures.
    """

    one: str
    other: str
    mean: float
    low: float
    high: float
    p10: float
    p50: float
    p90: float
    one_cheaper_probability: float
    probability_low: float
    probability_high: float
    variance_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReport:
    """Options side by side; *cost_minor* is each option's cost by draw ``[o, i]``."""

    currency: str
    seed: int
    options: tuple[OptionRisk, ...]
    differences: tuple[DifferenceRisk, ...]
    cost_minor: FloatArray

    @property
    def num_draws(self) -> int:
        """Futures drawn."""
        return int(self.cost_minor.shape[1])

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row per option."""
        names = ("name", "p10", "p50", "p90", "mean", "sd", "p90_low", "p90_high")
        judged = ("service_probability", "every_month_probability")
        return [
            {name: getattr(option, name) for name in (*names, *judged)}
            | {"currency": self.currency}
            for option in self.options
        ]

    def difference_rows(self) -> list[dict[str, Any]]:
        """Return a row per pair of options."""
        fields = DifferenceRisk.__dataclass_fields__
        return [
            {name: getattr(pair, name) for name in fields} for pair in self.differences
        ]

    def difference(self, one: str, other: str) -> DifferenceRisk:
        """Return what is known of *one* against *other*.

        Raises
        ------
        KeyError
            If one of them is no option.
        """
        costs = {o.name: self.cost_minor[k] for k, o in enumerate(self.options)}
        return _difference(one, other, costs[one], costs[other])


def compare_risk(
    options: Sequence[Option],
    draws: Draws,
    *,
    currency: str,
    annual_discount_rate: float = 0.0,
) -> RiskReport:
    """Return cost and service of all *options* over the futures of *draws*.

    Month t (0, 1, ...) is divided by ``(1 + rate) ** (t / 12)``. The same draws give
    the same report to the last digit.
    """
    risks, costs = [], []
    for option in options:
        outcome = option.outcome(draws)
        cost = _present(outcome.cost_minor, annual_discount_rate)
        risks.append(_option_risk(option.name, cost, outcome))
        costs.append(cost)
    pairs = combinations(range(len(options)), 2)
    return RiskReport(
        currency=currency,
        seed=draws.seed,
        options=tuple(risks),
        differences=tuple(
            _difference(options[a].name, options[b].name, costs[a], costs[b])
            for a, b in pairs
        ),
        cost_minor=np.array(costs),
    )


def _present(cost_minor: IntArray, rate: float) -> FloatArray:
    months = np.arange(cost_minor.shape[1])
    present: FloatArray = (cost_minor * (1 + rate) ** (-months / 12)).sum(axis=1)
    return present


def _option_risk(name: str, cost: FloatArray, outcome: OptionOutcome) -> OptionRisk:
    p10, p50, p90 = np.quantile(cost, P10_P50_P90).tolist()
    low, high = _quantile_interval(cost, 0.9)
    met = outcome.service_met
    return OptionRisk(
        name=name,
        p10=p10,
        p50=p50,
        p90=p90,
        mean=float(cost.mean()),
        sd=float(cost.std(ddof=1)) if len(cost) > 1 else 0.0,
        p90_low=low,
        p90_high=high,
        service_probability=float("nan") if met is None else float(met.mean()),
        every_month_probability=(
            float("nan") if met is None else float(met.all(axis=1).mean())
        ),
        monthly=np.quantile(outcome.cost_minor, P10_P50_P90, axis=0),
    )


def _quantile_interval(values: FloatArray, level: float) -> tuple[float, float]:
    """Return order statistics that hold a quantile with 95 % (normal binomial)."""
    ordered, num = np.sort(values), len(values)
    spread = _Z95 * np.sqrt(num * level * (1 - level))
    low = int(np.clip(np.floor(num * level - spread), 0, num - 1))
    high = int(np.clip(np.ceil(num * level + spread), 0, num - 1))
    return float(ordered[low]), float(ordered[high])


def _difference(
    one: str, other: str, cost: FloatArray, other_cost: FloatArray
) -> DifferenceRisk:
    apart = cost - other_cost
    num = len(apart)
    p10, p50, p90 = np.quantile(apart, P10_P50_P90).tolist()
    spread = float(apart.var(ddof=1)) if num > 1 else 0.0
    alone = float(cost.var(ddof=1) + other_cost.var(ddof=1)) if num > 1 else 0.0
    half = _Z95 * np.sqrt(spread / num)
    share = float((apart < 0).mean() + 0.5 * (apart == 0).mean())
    low, high = wilson_interval(share, num)
    return DifferenceRisk(
        one=one,
        other=other,
        mean=float(apart.mean()),
        low=float(apart.mean() - half),
        high=float(apart.mean() + half),
        p10=p10,
        p50=p50,
        p90=p90,
        one_cheaper_probability=share,
        probability_low=low,
        probability_high=high,
        variance_ratio=alone / spread if spread > 0 else float("inf"),
    )


def wilson_interval(share: float, num: int) -> tuple[float, float]:
    """Return the 95 % interval of a probability seen as *share* of *num*.

    Wilson 1927, Journal of the American Statistical Association 22(158), 209-212.
    """
    square = _Z95**2
    centre = (share + square / (2 * num)) / (1 + square / num)
    half = _Z95 * np.sqrt(share * (1 - share) / num + square / (4 * num**2))
    half /= 1 + square / num
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))
