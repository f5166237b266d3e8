"""At which prices to search: corners first, then between points far apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import dist, sqrt

from solver.need import UNITS_PER_AGENT
from solver.pareto.measures import CHANGES, COST, FAIRNESS, SERVICE, Measures, scaled
from wfm.domain.roster import Prices, RosterInstance

STRONG = 4.0
"""How far corners lie from the plan's own prices, upwards and downwards."""
WEAK = STRONG / 64
"""Of a measure that the plan gives no price, where a point between is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a missing hour, an uneven shift and a changed shift cost, against wages.

    *service* multiplies the plan's price of missing time; *fairness* and *changes*
    multiply its price of a changed shift, 0 where they do not count.
    """

    service: float = 1.0
    fairness: float = 0.0
    changes: float = 0.0


def unit_price(prices: Prices) -> int:
    """Return the price of one changed, or uneven, shift at weight 1."""
    return prices.change_per_shift or 2 * prices.understaffing_per_hour


def exact(instance: RosterInstance, weights: Weights) -> Weights:
    """Return the nearest weights whose price of missing time is a whole number.

    Prices are whole thousandths for a thousandth of an agent and step; with such
    weights a roster's value at them follows exactly from its value at weight 1.
    """
    own = instance.prices.understaffing_per_hour
    grain = 60 * UNITS_PER_AGENT / instance.step_minutes
    if own < grain:
        return weights
    whole = max(1, round(own * weights.service / grain))
    return replace(weights, service=whole * grain / own)


def weighted(instance: RosterInstance, weights: Weights) -> RosterInstance:
    """Return *instance* at the prices of *weights*.

    A change keeps a price of at least a thousandth, so that the published shifts stay
    among those that the search may give.
    """
    per_change = max(1, round(unit_price(instance.prices) * weights.changes))
    prices = replace(
        instance.prices,
        understaffing_per_hour=round(
            instance.prices.understaffing_per_hour * weights.service
        ),
        change_per_shift=per_change,
        change_per_break=per_change,
    )
    return replace(instance, prices=prices)


def corners(asked: Sequence[str]) -> Iterator[Weights]:
    """Yield the prices that lean to each measure asked."""
    own = Weights()
    leaning = {
        COST: replace(own, service=1 / STRONG),
        SERVICE: replace(own, service=STRONG),
        FAIRNESS: replace(own, fairness=STRONG),
        CHANGES: replace(own, changes=STRONG),
    }
    for name in asked:
        yield leaning[name]


def between(one: Weights, other: Weights) -> Weights:
    """Return the weights halfway, as factors."""

    def mean(a: float, b: float) -> float:
        return sqrt(max(a, WEAK) * max(b, WEAK)) if a or b else 0.0

    return Weights(
        service=mean(one.service, other.service),
        fairness=mean(one.fairness, other.fairness),
        changes=mean(one.changes, other.changes),
    )


def bridges(
    found: Sequence[tuple[Weights, Measures]], asked: Sequence[str]
) -> list[Weights]:
    """Return weights between neighbours, those that lie farthest apart first.

    Two rosters are neighbours if none lies nearer to both than they to each other.
    """
    places = scaled([value for _, value in found], asked)
    lengths = []
    for i, j in combinations(range(len(found)), 2):
        apart = dist(places[i], places[j])
        others = (place for k, place in enumerate(places) if k not in {i, j})
        if all(max(dist(p, places[i]), dist(p, places[j])) >= apart for p in others):
            lengths.append((-apart, i, j))
    return [between(found[i][0], found[j][0]) for _, i, j in sorted(lengths)]
