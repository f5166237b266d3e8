"""Mean of the last weeks: what most of the industry does."""

from dataclasses import dataclass

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.profile import fit_recent


@FORECASTERS.add("mean_of_weeks")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOfWeeks:
    """Each slot is the mean of its last *num_weeks* ordinary same weekdays."""

    num_weeks: int = 6

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the means of *history*, holidays and events left out."""
        return fit_recent(history, history.ordinary, self.num_weeks)
