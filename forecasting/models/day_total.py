"""Top-down: the day's total, spread over the day by a pooled profile."""

from dataclasses import dataclass, replace

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    FORECASTERS,
    Fitted,
    Hindcast,
    QueueHistory,
    is_weekend,
    weekday_of,
)
from forecasting.profile import between_slots
from forecasting.scores import ScoreModel, fit_scores
from forecasting.weeks import MONDAYS_WEEK, by_week, fading_sums, keep_of, ratio
from forecasting.whole_days import WholeDays, root_days, spread_of
from wfm.domain.arrays import FloatArray, IntArray

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
        roots = root_days(history)
        days = replace(roots, values=roots.values**2)
        totals = np.sqrt(days.values.sum(axis=1, keepdims=True))
        shares = _shares(history, days)
        return _learnt(history, replace(days, values=totals), shares, len(history.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotalFit:
    """A fitted :class:`DayTotal` (see :class:`forecasting.model.Learned`).

    *totals* are the roots of the day totals of *history*, *spread* is what is added to
    their squares. *shares* is ``[w + 1, 7, s']`` by weekday, Monday first, before each
    week of the history and after the last.
    """

    history: QueueHistory
    totals: WholeDays
    scores: ScoreModel
    spread: float
    shares: FloatArray

    def learnt_before(self, day: int) -> "DayTotalFit":
        """Return the model that learnt before *day*; see ``Learned``."""
        num = int(np.searchsorted(self.history.days, day))
        return _learnt(self.history, self.totals, self.shares, num)

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        """Return the hindcast; see :class:`forecasting.model.Fitted`."""
        roots, support = self.scores.hindcast(lead_days, first_row)
        days = self.history.days[first_row:]
        week = (first_row + np.arange(len(days))) // DAYS_PER_WEEK
        week -= (lead_days - 1) // DAYS_PER_WEEK
        shares = self.shares[np.maximum(week, 0), weekday_of(days)]
        expected = self._contacts(roots, shares) * (support > 0)[:, None]
        weeks = np.repeat(support[:, None], expected.shape[1], axis=1)
        return Hindcast(expected=expected, support=weeks)

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        lead_days, weekdays = (
            np.maximum(days - self.history.days[-1], 1),
            weekday_of(days),
        )
        roots = self.scores.predict(lead_days, weekdays)
        return self._contacts(roots, self.shares[-1, weekdays])

    def _contacts(self, roots: FloatArray, shares: FloatArray) -> FloatArray:
        totals = np.maximum(roots, 0.0) ** 2 + self.spread
        return between_slots(totals * shares, self.totals.seen)


def _learnt(
    history: QueueHistory,
    totals: WholeDays,
    shares: FloatArray,
    num: int,
) -> DayTotalFit:
    """Return the model whose numbers come from the first *num* days."""
    scores = fit_scores(history, totals.values, totals.weights, num)
    return DayTotalFit(
        history=history,
        totals=totals,
        scores=scores,
        spread=float(spread_of(totals.first(num), _ONE, scores)[0]),
        shares=shares,
    )


def _shares(history: QueueHistory, days: WholeDays) -> FloatArray:
    """Return the share of each slot in its day's total ``[w + 1, 7, s]``.

    By week and weekday, Monday first, from the weeks before.
    """
    order = np.argsort(weekday_of(history.days[0] + np.arange(DAYS_PER_WEEK)))
    weights = by_week(days.weights)[:, order]
    values = by_week(days.values * days.weights[:, None])[:, order]
    keep = keep_of(PROFILE_HALF_LIFE_WEEKS)
    num_days = fading_sums(weights, keep)[:, :, None]
    sums = fading_sums(values, keep)
    rest = is_weekend(MONDAYS_WEEK, history.weekend)
    alike = (rest[:, None] == rest).astype(float)
    kin = alike @ sums
    kin = _normal(np.where(kin.any(axis=2, keepdims=True), kin, kin.sum(1)[:, None]))
    own = _normal(sums)
    return _normal(num_days * own * own.any(axis=2, keepdims=True) + PRIOR_DAYS * kin)


def _normal(shape: FloatArray) -> FloatArray:
    """Return the rows of *shape* ``[..., s]`` divided by their sums."""
    return ratio(shape, shape.sum(axis=-1, keepdims=True))
