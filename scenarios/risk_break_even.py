"""Where a difference in cost vanishes if one uncertainty alone turns out otherwise.

Unlike break-even by re-pricing finished work, the answer goes through the whole chain:
more contacts, longer ones or a bot that settles fewer of them change rosters, service
and minimum quantities too.
"""

from dataclasses import dataclass

import numpy as np

from scenarios.break_even import scanned_crossings
from scenarios.draws import Draws, Uncertainties, at_probability
from scenarios.sensitivity import Measure

LOW, HIGH, POINTS = 0.005, 0.995, 41


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainBreakEven:
    """One uncertainty, from its 0.5 % to its 99.5 % quantile, others in the middle.

    Attributes
    ----------
    values
        The uncertainty's values at which nothing is between the two; none if one of
        them is cheaper throughout.
    probabilities
        How likely the uncertainty stays below each of them.
    at_low, at_high
        The difference at the two ends.
    """

    name: str
    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    at_low: float
    at_high: float


def uncertain_break_evens(
    difference: Measure, uncertainties: Uncertainties
) -> tuple[UncertainBreakEven, ...]:
    """Return every crossing of 0 by *difference*, uncertainty by uncertainty."""
    return tuple(
        _along(difference, uncertainties, row)
        for row in range(len(uncertainties.names))
    )


def _along(
    difference: Measure, uncertainties: Uncertainties, row: int
) -> UncertainBreakEven:
    name = uncertainties.names[row]

    def draws_at(probability: float) -> Draws:
        chances = np.full((len(uncertainties.names), 1), 0.5)
        chances[row, 0] = probability
        return at_probability(uncertainties, chances)

    def apart(probability: float) -> float:
        return float(difference(draws_at(probability))[0])

    found = scanned_crossings(
        apart, np.linspace(LOW, HIGH, POINTS).tolist(), tolerance=1e-6
    )
    return UncertainBreakEven(
        name=name,
        values=tuple(float(draws_at(one.x)[name][0]) for one in found),
        probabilities=tuple(one.x for one in found),
        at_low=apart(LOW),
        at_high=apart(HIGH),
    )
