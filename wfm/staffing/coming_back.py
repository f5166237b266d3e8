r"""Customers who come back after an exponential delay, interval by interval.

Of those who leave at a uniform moment of an interval of length h, the share
:math:`1 - (1 - e^{-h/d})/(h/d)` is back within it for a mean delay d; the others wait
in a pool that empties at the rate 1/d.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.grid import IntervalGrid

_WEEK_HOURS = 168.0


class Pool:
    """Customers on their way back to one queue.

    Parameters
    ----------
    pace
        Interval length over mean delay.
    """

    def __init__(self, pace: float) -> None:
        self._pace = pace
        stay = float(-np.expm1(-pace)) / pace
        self.at_once = 1.0 - stay
        self._later = stay
        self._thinking = 0.0
        self._at = 0

    @property
    def pending(self) -> float:
        """Return those who have not come back yet."""
        return self._thinking

    def back_by(self, t: int) -> float:
        """Return who is back at or in interval *t*, since the last call.

        Whoever would have come in between, in closed time, comes now.
        """
        passed = t - self._at + 1
        moved = self._thinking * float(-np.expm1(-self._pace * passed))
        self._thinking -= moved
        self._at = t + 1
        return moved

    def leave(self, t: int, contacts: float) -> None:
        """Let *contacts* leave in interval *t*, for which :meth:`back_by` was asked."""
        self._at = t + 1
        self._thinking += self._later * contacts


def with_lead(
    change: Callable[..., FloatArray],
    columns: tuple[Any, ...],
    grid: IntervalGrid,
    **options: Any,
) -> FloatArray:
    """Return ``change(*columns)`` as if the first week had also come before the first.

    *columns* are arrays ``[t]``; a shorter plan comes before itself as it is.
    """
    week = round(_WEEK_HOURS / grid.interval_hours)
    lead = min(week, grid.num_intervals)
    longer = [np.concatenate((column[:lead], column)) for column in columns]
    return change(*longer, **options)[lead:]
