"""Last week's volumes: the naive alternative that every model has to beat."""

from dataclasses import dataclass

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.profile import fit_recent


@FORECASTERS.add("last_week")
@dataclass(frozen=True, slots=True, kw_only=True)
class LastWeek:
    """Each slot repeats the last ordinary one of the same weekday (seasonal naive).

    A missing slot, a holiday or a tagged event is passed over for the week before.
    Where all the history is tagged, it is taken as it is.
    """

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the last ordinary week of *history*."""
        ordinary = history.ordinary
        mask = ordinary if ordinary.any() else history.usable
        return fit_recent(history, mask, 1)
