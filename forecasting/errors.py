"""What a model's forecasts of the past were wrong by."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.model import Fitted, QueueHistory
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

WINDOW_DAYS = 182
FULL_SUPPORT_WEEKS = 4
TRIMMED = 0.05
"""Share of the days at either end that is pulled in before moments are taken."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Forecast errors of one lead: *expected* and *error* ``[d, s]``, on *cells* only.

    Both are 0 elsewhere. Days are the last ones of the history, at most 26 weeks.
    """

    days: IntArray
    expected: FloatArray
    error: FloatArray
    cells: BoolArray

    @cached_property
    def _of_day(self) -> tuple[FloatArray, FloatArray]:
        from forecasting.kernels.errors import day_sums

        return day_sums(self.expected, self.error)

    @property
    def expected_of_day(self) -> FloatArray:
        """``[d]`` contacts that were expected on the scored cells."""
        return self._of_day[0]

    @cached_property
    def scored_days(self) -> BoolArray:
        """``[d]`` days with at least a fifth of the usual expected contacts."""
        total = self.expected_of_day
        positive = np.sort(total[total > 0])
        if not positive.size:
            return np.zeros(len(total), dtype=bool)
        return np.asarray(total >= 0.2 * positive[len(positive) // 2])

    @cached_property
    def day_ratio(self) -> FloatArray:
        """``[d]`` offered over expected contacts, less 1; NaN where not scored."""
        ratio = np.full(len(self.days), np.nan)
        rows = self.scored_days
        ratio[rows] = self._of_day[1][rows] / self.expected_of_day[rows]
        return ratio


def errors_at(history: QueueHistory, fitted: Fitted, lead_days: int) -> Errors:
    """Return the errors that *fitted* would have made on the last 26 weeks.

    The first weeks of a model, when it rests on fewer than four earlier ones, are
    left out where they are the smaller part.
    """
    from forecasting.kernels.errors import scored

    first = max(len(history.days) - WINDOW_DAYS, 0)
    hindcast = fitted.hindcast(lead_days, first)
    expected, error, cells = scored(
        (history.offered_contacts[first:], history.ordinary[first:]),
        (hindcast.expected, hindcast.support),
        FULL_SUPPORT_WEEKS,
    )
    return Errors(
        days=history.days[first:], expected=expected, error=error, cells=cells
    )


def pulled_in(ratios: FloatArray) -> FloatArray:
    """Return *ratios* ``[k, d]`` with each row's outer twentieths set to the next.

    NaN is unknown and becomes 0.
    """
    from forecasting.kernels import errors as kernels

    return kernels.pulled_in(np.ascontiguousarray(ratios), TRIMMED)


def median(values: FloatArray) -> float:
    """Return the median of *values* ``[n]`` (numpy's, but faster)."""
    ranked, num = np.sort(values), len(values)
    return float(ranked[(num - 1) // 2] + ranked[num // 2]) / 2.0


def quantiles(values: FloatArray, levels: Sequence[float] | FloatArray) -> FloatArray:
    """Return the quantiles, linear between order statistics (numpy's, but faster)."""
    ranked = np.sort(values)
    at = np.asarray(levels) * (len(ranked) - 1)
    low = at.astype(np.int64)
    high = np.minimum(low + 1, len(ranked) - 1)
    return np.asarray(ranked[low] + (at - low) * (ranked[high] - ranked[low]))
