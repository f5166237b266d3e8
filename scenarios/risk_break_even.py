"""Where two scenarios change places if one uncertainty alone turns out otherwise.

Unlike break-even by re-pricing finished work, the answer goes through the whole chain:
more contacts, longer ones or a bot that settles fewer of them change rosters, service
and minimum quantities too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.break_even import ScannedCrossing, scanned_crossings
from scenarios.draws import Draws, Uncertainties, at_probability
from scenarios.response import Response

LOW, HIGH, POINTS = 0.005, 0.995, 41


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainBreakEven:
    """One uncertainty, from its 0.5 % to its 99.5 % quantile, others in the middle.

    Attributes
    ----------
    values
        The uncertainty's values at which costs are equal; none if one of the two is
        cheaper throughout.
    probabilities
        How likely the uncertainty stays below each of them.
    low_minor, high_minor
        Cost of the scenario less the other's at the two ends, in minor units.
    """

    scenario_id: str
    other_id: str
    name: str
    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    low_minor: float
    high_minor: float


def uncertain_break_evens(
    response: Response, other: Response, uncertainties: Uncertainties
) -> tuple[UncertainBreakEven, ...]:
    """Return every crossing of two scenarios' costs, uncertainty by uncertainty."""
    return tuple(
        _along(response, other, uncertainties, row)
        for row in range(len(uncertainties.names))
    )


def _along(
    response: Response, other: Response, uncertainties: Uncertainties, row: int
) -> UncertainBreakEven:
    name = uncertainties.names[row]

    def draws_at(probability: float) -> Draws:
        chances = np.full((len(uncertainties.names), 1), 0.5)
        chances[row, 0] = probability
        return at_probability(uncertainties, chances)

    def apart(probability: float) -> float:
        draws = draws_at(probability)
        costs = [option.outcome(draws).cost_minor.sum() for option in (response, other)]
        return float(costs[0] - costs[1])

    found: Sequence[ScannedCrossing] = scanned_crossings(
        apart, np.linspace(LOW, HIGH, POINTS).tolist(), tolerance=1e-6
    )
    return UncertainBreakEven(
        scenario_id=response.name,
        other_id=other.name,
        name=name,
        values=tuple(float(draws_at(one.x)[name][0]) for one in found),
        probabilities=tuple(one.x for one in found),
        low_minor=apart(LOW),
        high_minor=apart(HIGH),
    )
