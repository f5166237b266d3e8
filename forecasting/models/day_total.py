"""Top-down: the day's total, spread over the day by a pooled profile."""

from dataclasses import dataclass

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    FORECASTERS,
    Fitted,
    ForecastError,
    Hindcast,
    QueueHistory,
    is_weekend,
    weekday_of,
)
from forecasting.profile import NOTHING_ORDINARY, between_slots
from forecasting.scores import ScoreModel, fit_scores
from forecasting.weeks import ratio
from forecasting.whole_days import WholeDays, spread_of, whole_days
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

PROFILE_HALF_LIFE_WEEKS = 26.0
PRIOR_DAYS = 6.0
_ONE = np.ones((1, 1))


@FORECASTERS.add("day_total")
@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """A day's total by :mod:`forecasting.scores`, times the share of each slot.

    The share of a slot is that of its weekday, drawn towards its class of days
    (workdays, or the weekend) by six days. A slot is so learnt from all days alike,
    which is the best that short histories and few contacts a slot allow.
    """

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the model fitted to the ordinary cells of *history*."""
        cells = history.ordinary
        if not cells.any():
            raise ForecastError(NOTHING_ORDINARY)
        seen = np.asarray(cells.any(axis=0))
        days = whole_days(history, history.offered_contacts[:, seen], cells[:, seen])
        totals = WholeDays(
            values=np.sqrt(days.values.sum(axis=1, keepdims=True)), weights=days.weights
        )
        scores = fit_scores(history, totals.values, totals.weights)
        return DayTotalFit(
            scores=scores,
            spread=float(spread_of(totals, _ONE, scores)[0]),
            shares=_shares(history, days),
            seen=seen,
            days=history.days,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotalFit:
    """A fitted :class:`DayTotal` (see :class:`forecasting.model.Fitted`).

    *shares* is ``[7, s']`` by weekday, Monday first, over the slots *seen* ``[s]``;
    *spread* is what is added to a squared root of a total.
    """

    scores: ScoreModel
    spread: float
    shares: FloatArray
    seen: BoolArray
    days: IntArray

    def hindcast(self, lead_days: int) -> Hindcast:
        """Return the hindcast; the shares are those of all the history."""
        roots, support = self.scores.hindcast(lead_days)
        expected = self._contacts(roots, self.days) * (support > 0)[:, None]
        weeks = np.broadcast_to(support[:, None], expected.shape).copy()
        return Hindcast(expected=expected, support=weeks)

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        lead_days = np.maximum(days - self.days[-1], 1)
        return self._contacts(self.scores.predict(lead_days, weekday_of(days)), days)

    def _contacts(self, roots: FloatArray, days: IntArray) -> FloatArray:
        totals = np.maximum(roots, 0.0) ** 2 + self.spread
        return between_slots(totals * self.shares[weekday_of(days)], self.seen)


def _shares(history: QueueHistory, days: WholeDays) -> FloatArray:
    """Return the share of each slot in its day's total ``[7, s]``, Monday first."""
    age_weeks = (history.days[-1] - history.days) / DAYS_PER_WEEK
    weights = days.weights * 0.5 ** (age_weeks / PROFILE_HALF_LIFE_WEEKS)
    member = weekday_of(history.days) == np.arange(DAYS_PER_WEEK)[:, None]
    num_days = member @ weights
    sums = member @ (days.values * weights[:, None])
    rest = is_weekend(np.arange(4, 4 + DAYS_PER_WEEK), history.weekend)
    alike = (rest[:, None] == rest).astype(float)
    alike[~(alike @ sums).any(axis=1)] = 1.0
    kin = _normal(alike @ sums)
    own = _normal(sums)
    prior = np.where(own.any(axis=1), PRIOR_DAYS, 1.0)[:, None]
    return _normal(num_days[:, None] * own + prior * kin)


def _normal(shape: FloatArray) -> FloatArray:
    """Return the rows of *shape* ``[7, s]`` divided by their sums."""
    return ratio(shape, np.broadcast_to(shape.sum(axis=1)[:, None], shape.shape))
