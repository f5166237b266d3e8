"""The season of the year on the level of days, where the history shows enough of it."""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.level_path import SEASON_WEEKS, LevelPath, fit_level_path
from forecasting.model import DAYS_PER_WEEK, QueueHistory
from wfm.domain.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualIndex:
    """Factors of the season by date; 1 where *path* is ``None``."""

    path: LevelPath | None = None

    def factors(self, days: IntArray) -> FloatArray:
        """Return ``[d]`` the factor of each of *days*."""
        if self.path is None:
            return np.ones(len(days))
        return np.asarray(np.exp(self.path.annual(days)))

    def taken_out(self, history: QueueHistory) -> QueueHistory:
        """Return *history* with its volumes divided by the factors."""
        if self.path is None:
            return history
        factors = self.factors(history.days)[:, None]
        return replace(history, offered_contacts=history.offered_contacts / factors)


def annual_index(history: QueueHistory) -> AnnualIndex:
    """Return the season of *history*; flat below a year and a half.

    It is that of :class:`forecasting.level_path.LevelPath`: harmonics whose size is
    decided by how likely they make the history, so a history without a season has
    factors near 1.
    """
    if len(history.days) < SEASON_WEEKS * DAYS_PER_WEEK or not history.ordinary.any():
        return AnnualIndex()
    path = fit_level_path(history)
    return AnnualIndex(path=path if path.has_season else None)
