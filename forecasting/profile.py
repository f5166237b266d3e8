"""Weekly recursions: a profile ``[weekday, slot]`` that is updated week by week."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    ForecastError,
    Hindcast,
    QueueHistory,
    is_weekend,
    weekday_of,
)
from forecasting.weeks import by_week, later, ratio
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

Update = Callable[
    [FloatArray, FloatArray, FloatArray, BoolArray], tuple[FloatArray, FloatArray]
]
"""``(sums, weights, offered, mask) -> (sums, weights)``, all ``[7, s]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyProfile:
    """A fitted weekly profile (see :class:`forecasting.model.Fitted`).

    *values* is ``[7, s]`` by weekday, Monday first. *week_ahead* is the hindcast of
    up to seven days ahead: it rests on the same weekdays before.
    """

    values: FloatArray
    week_ahead: Hindcast

    def hindcast(self, lead_days: int) -> Hindcast:
        """Return the hindcast; see :class:`forecasting.model.Fitted`."""
        weeks_before = (lead_days - 1) // DAYS_PER_WEEK
        return Hindcast(
            expected=later(self.week_ahead.expected, DAYS_PER_WEEK * weeks_before),
            support=later(self.week_ahead.support, DAYS_PER_WEEK * weeks_before),
        )

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the profile of each day's weekday."""
        return np.asarray(self.values[weekday_of(days)])


def fit_weekly(history: QueueHistory, mask: BoolArray, update: Update) -> WeeklyProfile:
    """Run *update* over the weeks of *history*, on the cells of *mask* only.

    Raises
    ------
    ForecastError
        If *mask* holds no cell at all.
    """
    if not mask.any():
        msg = "no ordinary open interval with observed contacts"
        raise ForecastError(msg)
    offered, cells = by_week(history.offered_contacts), by_week(mask)
    sums = np.zeros(offered.shape[1:])
    weights, counts = np.zeros_like(sums), np.zeros(sums.shape, dtype=np.int64)
    expected, support = np.zeros_like(offered), np.zeros(offered.shape, dtype=np.int64)
    for week in range(len(offered)):
        expected[week], support[week] = ratio(sums, weights), counts
        sums, weights = update(sums, weights, offered[week], cells[week])
        counts = counts + cells[week]
    first = int(weekday_of(history.days[:1])[0])
    sums, weights = np.roll(sums, first, axis=0), np.roll(weights, first, axis=0)
    num_days, num_slots = history.observed.shape
    return WeeklyProfile(
        values=complete_profile(sums, weights, history.weekend),
        week_ahead=Hindcast(
            expected=expected.reshape(-1, num_slots)[:num_days],
            support=support.reshape(-1, num_slots)[:num_days],
        ),
    )


def complete_profile(
    sums: FloatArray, weights: FloatArray, weekend: frozenset[int]
) -> FloatArray:
    """Return sums / weights ``[7, s]``, unseen cells filled from their nearest kin.

    Another day of the same class (workdays, or the weekend) stands in first, then any
    day, then the neighbouring slots.
    """
    values, seen = ratio(sums, weights), weights > 0
    rest = is_weekend(np.arange(4, 4 + DAYS_PER_WEEK), weekend)  # 1970-01-05: a Monday
    for group in (rest, ~rest):
        _fill(values, seen, group, sums[group], weights[group])
    _fill(values, seen, np.ones(DAYS_PER_WEEK, dtype=bool), sums, weights)
    known = seen.all(axis=0)  # the last fill made the rows alike
    return between_slots(values[:, known], known)


def between_slots(values: FloatArray, known: BoolArray) -> FloatArray:
    """Return ``[n, s]`` of *values* ``[n, s']`` of the *known* slots, interpolated."""
    if known.all():
        return values
    slots = np.arange(len(known))
    return np.array([np.interp(slots, slots[known], row) for row in values])


def _fill(
    values: FloatArray,
    seen: BoolArray,
    rows: BoolArray,
    sums: FloatArray,
    weights: FloatArray,
) -> None:
    """Fill the unseen cells of *rows* with the mean of the kin ``[n, s]``, in place."""
    total, weight = sums.sum(axis=0), weights.sum(axis=0)
    gap = rows[:, None] & ~seen & (weight > 0)
    values[gap] = np.broadcast_to(ratio(total, weight), values.shape)[gap]
    seen |= gap
