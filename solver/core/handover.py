"""Hand-overs of an incumbent: how many fail, and what work would mend them."""

from solver.core.jit import inner_kernel, kernel
from solver.core.tables import HandTables
from wfm.domain.arrays import FloatArray, IntArray


@inner_kernel
def missing_work(work_count: IntArray, region: int, start: int, end: int) -> int:
    """Return in how many steps of a span nobody of *region* is at work."""
    missing = max(0, -start)
    for t in range(max(0, start), end):
        if work_count[region, t] == 0:
            missing += 1
    return missing


@inner_kernel
def is_covered(hands: HandTables, work_count: IntArray, region: int, t: int) -> bool:
    """Return whether another region has worked throughout the overlap before *t*."""
    h = hands.hand_of_region[region]
    for other in range(hands.region_of_hand[h], hands.region_of_hand[h + 1]):
        if other != region and (
            missing_work(work_count, other, t - hands.overlap[h], t) == 0
        ):
            return True
    return False


@kernel
def count_breaches(
    hands: HandTables, shift_count: IntArray, work_count: IntArray
) -> int:
    """Return at how many steps a region leaves with nobody to take over."""
    breaches = 0
    for region in range(hands.hand_of_region.shape[0]):
        opened = hands.open_steps[hands.hand_of_region[region]]
        for t in range(1, opened.shape[0]):
            leaves = shift_count[region, t] == 0 and shift_count[region, t - 1] > 0
            if leaves and opened[t] and not is_covered(hands, work_count, region, t):
                breaches += 1
    return breaches


@kernel
def find_worth(
    hands: HandTables,
    shift_count: IntArray,
    work_count: IntArray,
    worth: FloatArray,
    price: float,
) -> None:
    """Set ``worth[region, t]``: what work is worth to mend a failed hand-over.

    The price of a breach is spread over the steps that each other region misses; the
    leaving region may stay a step longer.
    """
    worth.fill(0.0)
    for region in range(hands.hand_of_region.shape[0]):
        h = hands.hand_of_region[region]
        for t in range(1, hands.open_steps.shape[1]):
            leaves = shift_count[region, t] == 0 and shift_count[region, t - 1] > 0
            if not leaves or not hands.open_steps[h, t]:
                continue
            if is_covered(hands, work_count, region, t):
                continue
            for other in range(hands.region_of_hand[h], hands.region_of_hand[h + 1]):
                if other != region:
                    spread_worth(hands, work_count, worth, other, t, price)


@inner_kernel
def spread_worth(
    hands: HandTables,
    work_count: IntArray,
    worth: FloatArray,
    other: int,
    t: int,
    price: float,
) -> None:
    """Spread the price of a breach at *t* over the steps that *other* misses."""
    start = max(0, t - hands.overlap[hands.hand_of_region[other]])
    missing = missing_work(work_count, other, start, t)
    for idx in range(start, t):
        if work_count[other, idx] == 0:
            worth[other, idx] += price / missing
