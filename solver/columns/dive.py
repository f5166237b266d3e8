"""Diving: fix the largest shares of the master, price again, until all are whole."""

from collections.abc import Callable

import numpy as np

from solver.columns.generate import MANY, Generation, rounded
from solver.columns.pricer import Column

PRICINGS, PRICINGS_OF_MANY = 4, 1
"""Rounds of pricing after each fixing: with few agents, and with MANY."""


def dive(
    generation: Generation, size: int, below: float, stop: Callable[[], bool]
) -> list[Column] | None:
    """Return one stretch per agent, the master's relaxation made whole step by step.

    Parameters
    ----------
    generation
        Has been run; its master may be left with more stretches, nothing fixed.
    size
        How many fractional stretches are fixed at once.
    below
        The dive ends without a result once its relaxation is no better than that.
    """
    master = generation.master
    try:
        while generation.relaxed is not None and not stop():
            fixed = rounded(generation, generation.relaxed.share, size)
            master.fix(fixed)
            taken = {master.columns[n].agent: master.columns[n] for n in fixed}
            if len(taken) == len(master.agents):
                return [taken[a] for a in master.agents]
            _price_rest(generation, taken)
            if _is_lost(generation, below):
                return None
        return None
    finally:
        master.release()


def _is_lost(generation: Generation, below: float) -> bool:
    relaxed = generation.relaxed
    return relaxed is None or relaxed.value >= below


def _price_rest(generation: Generation, taken: dict[int, Column]) -> None:
    """Solve the master and price the agents that are not fixed, a few times."""
    master, stretches = generation.master, generation.stretches
    free = [a for a in master.agents if a not in taken]
    pricings = PRICINGS if len(master.agents) <= MANY else PRICINGS_OF_MANY
    for n in range(pricings + 1):
        generation.relaxed = master.solve()
        if generation.relaxed is None or n == pricings:
            return
        prices = generation.relaxed.prices
        prices = np.clip(prices, -stretches.over, stretches.short)
        found = [generation.pricer.price(a, prices).column for a in free]
        if not sum(c is not None and master.add(c) for c in found):
            return
