"""Weeks to months by local date, in money and in hours."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from scenarios.money import Money, apportioned
from scenarios.months import Month, days_by_month
from wfm.calendar.local import local_clock
from wfm.domain.arrays import FloatArray
from wfm.domain.grid import IntervalGrid

_EPOCH = date(1970, 1, 1)


def money_by_month(
    amount: Money, first: date, num_days: int, weights: Sequence[int] | None = None
) -> dict[Month, Money]:
    """Return *amount* of *num_days* local dates from *first* on in parts by month.

    Dates weigh the same, or by *weights* (paid minutes, contacts). The parts add up to
    *amount* to the minor unit.

    Raises
    ------
    ValueError
        If there are no days, or weights don't fit or are all 0.
    """
    by_day = [1] * num_days if weights is None else list(weights)
    if len(by_day) != num_days:
        msg = f"{len(by_day)} weights for {num_days} days"
        raise ValueError(msg)
    by_month = dict.fromkeys(days_by_month(first, num_days), 0)
    for offset, weight in enumerate(by_day):
        by_month[Month.of(first + timedelta(days=offset))] += weight
    parts = apportioned(amount, list(by_month.values()))
    return dict(zip(by_month, parts, strict=True))


def sums_by_month(
    values: FloatArray, grid: IntervalGrid, zone_name: str
) -> dict[Month, float]:
    """Return sums of *values* ``[t]`` by the month of each interval's local date."""
    if values.shape != (grid.num_intervals,):
        msg = f"values {values.shape} don't fit a grid of {grid.num_intervals}"
        raise ValueError(msg)
    days, place = np.unique(local_clock(grid, zone_name).day, return_inverse=True)
    sums = np.bincount(place, weights=values, minlength=len(days))
    by_month: dict[Month, float] = {}
    for day, value in zip(days.tolist(), sums.tolist(), strict=True):
        month = Month.of(_EPOCH + timedelta(days=day))
        by_month[month] = by_month.get(month, 0.0) + value
    return by_month
