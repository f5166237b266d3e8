"""How hot an annealing is that begins from a good start.

What a roster costs too much at a temperature grows with the number of its shifts. Where
the start can lose little by each, more heat only takes time.
"""

HEAT = 0.3
"""Most heat, with a good start: a part of what a poor one needs."""
PRICED_HEAT = 0.1
"""Most heat after weeks that prices have found: more makes them forget these."""
COLD = 1e-6
"""Least heat."""
WARM, COOL = 20.0, 0.12
"""Hottest and coldest at most, in what the start can lose by each of its shifts."""


def heat_at(
    share: float, loss: float, heats: tuple[float, float], most: float = HEAT
) -> float:
    """Return the heat when *share* of the annealing is over.

    *loss* is what the start can lose by each of its shifts, *heats* are the
    temperatures at which an annealing of heat 1 begins and ends. It is *most* at most.
    """
    hottest, coldest = heats
    warm = min(most, max(COLD, WARM * loss / hottest))
    cool = min(most, max(COLD, COOL * loss / coldest))
    return float(warm * (cool / warm) ** min(1.0, share))
