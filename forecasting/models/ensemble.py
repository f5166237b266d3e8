"""Mixture of models, each by how it did lately."""

from dataclasses import dataclass

from forecasting.model import FORECASTERS, Fitted, QueueHistory
from forecasting.select import rehearse


@FORECASTERS.add("ensemble")
@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """The mean of several models, weighted by a test inside the queue's history.

    The weights differ by lead: who is best tomorrow need not be so in a month. What
    is tested and how it is weighed is told in :mod:`forecasting.select`.
    """

    candidates: tuple[str, ...] | None = None

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the mixture for *history*."""
        rehearsal = rehearse(history, self.candidates)
        return rehearsal.mixture(rehearsal.weights())
