"""How much capacity of one's own to hold when demand is uncertain (newsvendor).

*under_cost* is what a unit of demand costs more where own capacity is missing (the
vendor's overflow premium), *over_cost* what an idle unit costs (the seat's premium).
Source: Arrow, Harris, Marschak 1951, doi:10.2307/1906813.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCapacity:
    """The best own capacity and what it leaves.

    Attributes
    ----------
    capacity
        The smallest at which demand stays within it with *critical_ratio*.
    critical_ratio
        under_cost / (under_cost + over_cost).
    expected_overflow, expected_idle
        Mean demand beyond the capacity; mean capacity unused.
    expected_cost
        Of overflow and idleness together; no capacity has less.
    """

    capacity: float
    critical_ratio: float
    expected_overflow: float
    expected_idle: float
    expected_cost: float


def critical_ratio(under_cost: float, over_cost: float) -> float:
    """Return under_cost / (under_cost + over_cost).

    Raises
    ------
    ValueError
        Unless both costs are positive.
    """
    if not (under_cost > 0 and over_cost > 0):
        msg = f"costs must be positive, got {under_cost} and {over_cost}"
        raise ValueError(msg)
    return under_cost / (under_cost + over_cost)


def normal_base_capacity(
    mean: float, sd: float, under_cost: float, over_cost: float
) -> BaseCapacity:
    """Return the best capacity for normally distributed demand.

    Raises
    ------
    ValueError
        Unless costs and *sd* are positive.
    """
    ratio = critical_ratio(under_cost, over_cost)
    if not sd > 0:
        msg = f"sd must be positive, got {sd}"
        raise ValueError(msg)
    z = NormalDist().inv_cdf(ratio)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    overflow = sd * (density - z * (1 - ratio))
    idle = overflow + sd * z
    return BaseCapacity(
        capacity=mean + sd * z,
        critical_ratio=ratio,
        expected_overflow=overflow,
        expected_idle=idle,
        expected_cost=under_cost * overflow + over_cost * idle,
    )


def sampled_base_capacity(
    demand: Sequence[float], under_cost: float, over_cost: float
) -> BaseCapacity:
    """Return the best capacity for draws of *demand*, each as likely.

    Raises
    ------
    ValueError
        If there are no draws or a cost is not positive.
    """
    ratio = critical_ratio(under_cost, over_cost)
    if not demand:
        msg = "no draws of demand"
        raise ValueError(msg)
    draws = sorted(demand)
    rank = max(1, math.ceil(ratio * len(draws) - 1e-9))
    capacity = draws[rank - 1]
    overflow = math.fsum(max(0.0, x - capacity) for x in draws) / len(draws)
    idle = math.fsum(max(0.0, capacity - x) for x in draws) / len(draws)
    return BaseCapacity(
        capacity=capacity,
        critical_ratio=ratio,
        expected_overflow=overflow,
        expected_idle=idle,
        expected_cost=under_cost * overflow + over_cost * idle,
    )
