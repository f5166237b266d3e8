"""Median of the last weeks: deaf to single bad days, and to rare contacts too."""

from dataclasses import dataclass

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.profile import fit_recent


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
        return fit_recent(history, history.ordinary, self.num_weeks, "median")
