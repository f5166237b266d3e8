"""Median of the last weeks: deaf to single bad days, and to rare contacts too."""

from dataclasses import dataclass

import numpy as np

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.profile import fit_recent
from wfm.domain.arrays import FloatArray


@FORECASTERS.add("median_of_weeks")
@dataclass(frozen=True, slots=True, kw_only=True)
class MedianOfWeeks:
    """Each slot is the median of its last *num_weeks* ordinary same weekdays.

    Holidays that nobody has tagged hardly move it. Below a contact or two a slot it
    lies well under the mean, so it must not be used there alone.
    """

    num_weeks: int = 6

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the medians of *history*, holidays and events left out."""
        return fit_recent(history, history.ordinary, self.num_weeks, _median)


def _median(values: FloatArray) -> FloatArray:
    """Return the medians of *values* ``[..., n]``.

    An odd-even transposition sort, on whole arrays: far quicker than sorting many
    short rows.
    """
    num = values.shape[-1]
    ordered = [values[..., i] for i in range(num)]
    for turn in range(num):
        for i in range(turn % 2, num - 1, 2):
            low, high = ordered[i], ordered[i + 1]
            ordered[i], ordered[i + 1] = np.minimum(low, high), np.maximum(low, high)
    return np.asarray((ordered[(num - 1) // 2] + ordered[num // 2]) / 2)
