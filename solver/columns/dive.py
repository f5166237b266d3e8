"""Diving: fix the largest shares of the master, price again, until all are whole.

After each step agents who are not fixed yet are priced until the relaxation is back
where it was: so a step costs what it must and no more. Steps become smaller where that
fails and larger again where it succeeds.
"""

from collections.abc import Callable

import numpy as np

from solver.columns.generate import Generation, rounded
from solver.columns.master import Relaxed
from solver.columns.pricer import Column
from wfm.domain.arrays import FloatArray

MOST_PRICINGS = 12
"""Rounds of pricing after each step."""
BACK, BACK_PART = 1.0, 0.001
"""The relaxation is back within so many units, or such a part."""


def dive(
    generation: Generation, size: int, below: float, stop: Callable[[], bool]
) -> list[Column] | None:
    """Return one stretch per agent, the master's relaxation made whole step by step.

    Parameters
    ----------
    generation
        Has been run; its master may be left with more stretches, nothing fixed.
    size
        How many fractional stretches are fixed at once, at most.
    below
        The dive ends without a result once its relaxation is no better than that.
    stop
        Ends the dive too, with the stretches that are fixed by then.
    """
    master, step = generation.master, size
    relaxed, taken = generation.relaxed, dict[int, Column]()
    try:
        while relaxed is not None and not stop():
            if relaxed.value >= below:
                return None
            enough = relaxed.value + max(BACK, BACK_PART * abs(relaxed.value))
            fixed = rounded(generation, relaxed.share, step)
            master.fix(fixed)
            taken = {master.columns[n].agent: master.columns[n] for n in fixed}
            if len(taken) == len(master.agents):
                break
            relaxed = _price_back(generation, taken, enough, stop)
            is_back = relaxed is not None and relaxed.value <= enough
            step = min(size, step + 1) if is_back else max(1, step // 2)
        return list(taken.values())
    finally:
        master.release()


def _price_back(
    generation: Generation,
    taken: dict[int, Column],
    enough: float,
    stop: Callable[[], bool],
) -> Relaxed | None:
    """Price the agents that are not fixed until the relaxation is *enough*.

    Returns the relaxation, ``None`` where there is no time for it.
    """
    master, stretches = generation.master, generation.stretches
    free = [a for a in master.agents if a not in taken]
    relaxed = generation.solve()
    for _ in range(MOST_PRICINGS):
        if relaxed is None or relaxed.value <= enough or stop():
            break
        prices = np.clip(relaxed.prices, -stretches.over, stretches.short)
        if not (
            _price(generation, free, prices, exact=False)
            or _price(generation, free, prices, exact=True)
        ):
            break
        relaxed = generation.solve()
    return relaxed


def _price(
    generation: Generation, free: list[int], prices: FloatArray, *, exact: bool
) -> int:
    """Price some agents; return how many stretches are new."""
    pricer, master = generation.pricer, generation.master
    found = [pricer.price(a, prices, exact=exact).column for a in free]
    return sum(column is not None and master.add(column) for column in found)
