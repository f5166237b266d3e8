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
    def expected_of_day(self) -> FloatArray:
        """``[d]`` contacts that were expected on the scored cells."""
        return np.asarray(self.expected.sum(axis=1))

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
        ratio[rows] = self.error[rows].sum(axis=1) / self.expected_of_day[rows]
        return ratio


def errors_at(history: QueueHistory, fitted: Fitted, lead_days: int) -> Errors:
    """Return the errors that *fitted* would have made on the last 26 weeks.

    The first weeks of a model, when it rests on fewer than four earlier ones, are
    left out where they are the smaller part.
    """
    last = slice(max(len(history.days) - WINDOW_DAYS, 0), None)
    hindcast = fitted.hindcast(lead_days, last.start)
    support, expected = hindcast.support, hindcast.expected
    cells = history.ordinary[last] & (support > 0)
    mature = cells & (support >= FULL_SUPPORT_WEEKS)
    if mature.sum() >= cells.sum() / 2:
        cells = mature
    offered = history.offered_contacts[last]
    return Errors(
        days=history.days[last],
        expected=np.where(cells, expected, 0.0),
        error=np.where(cells, offered - expected, 0.0),
        cells=cells,
    )


def pulled_in(ratios: FloatArray) -> FloatArray:
    """Return *ratios* ``[k, d]`` with each row's outer twentieths set to the next.

    NaN is unknown and becomes 0.
    """
    known = ~np.isnan(ratios)
    num = np.count_nonzero(known, axis=1)
    cut = np.ceil(TRIMMED * num).astype(np.int64)
    rank = np.sort(ratios, axis=1)  # NaN comes last
    rows = np.arange(len(ratios))
    low = rank[rows, np.minimum(cut, np.maximum(num - 1, 0))]
    high = rank[rows, np.maximum(num - 1 - cut, 0)]
    kept = np.minimum(np.maximum(ratios, low[:, None]), high[:, None])
    return np.where(known, kept, 0.0)


def quantiles(values: FloatArray, levels: Sequence[float] | FloatArray) -> FloatArray:
    """Return the quantiles, linear between order statistics (numpy's, but faster)."""
    ranked = np.sort(values)
    at = np.asarray(levels) * (len(ranked) - 1)
    low = at.astype(np.int64)
    high = np.minimum(low + 1, len(ranked) - 1)
    return np.asarray(ranked[low] + (at - low) * (ranked[high] - ranked[low]))
