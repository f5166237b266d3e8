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
from forecasting.weeks import MONDAYS_WEEK, by_week, later, ratio
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

Update = Callable[
    [FloatArray, FloatArray, FloatArray, BoolArray], tuple[FloatArray, FloatArray]
]
"""``(sums, weights, offered, mask) -> (sums, weights)``, all ``[7, s]``."""


NOTHING_ORDINARY = "no ordinary open interval with observed contacts"


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
        raise ForecastError(NOTHING_ORDINARY)
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


def fit_recent(
    history: QueueHistory, num_weeks: int, average: Callable[[FloatArray], FloatArray]
) -> WeeklyProfile:
    """Return the *average* of the last *num_weeks* ordinary same weekdays, by slot.

    Where fewer are known, they have to do. *average* takes the values
    ``[..., n]`` of *n* weeks.

    Raises
    ------
    ForecastError
        If no cell is ordinary.
    """
    cells = by_week(history.ordinary)
    if not cells.any():
        raise ForecastError(NOTHING_ORDINARY)
    offered = by_week(history.offered_contacts)
    counts = np.zeros((len(cells) + 1, *cells.shape[1:]), dtype=np.int64)
    np.cumsum(cells, axis=0, out=counts[1:])
    if not cells.all():  # close the ranks: the weeks seen come first, in order
        ranks = np.argsort(~cells, axis=0, kind="stable")
        offered = np.take_along_axis(offered, ranks, axis=0)
    averages = _moving(offered, num_weeks, average)
    values = np.take_along_axis(averages, counts, axis=0)
    order = np.argsort(weekday_of(history.days[0] + np.arange(DAYS_PER_WEEK)))
    num_days, num_slots = history.observed.shape
    return WeeklyProfile(
        values=complete_profile(
            values[-1, order], (counts[-1, order] > 0).astype(float), history.weekend
        ),
        week_ahead=Hindcast(
            expected=values[:-1].reshape(-1, num_slots)[:num_days],
            support=counts[:-1].reshape(-1, num_slots)[:num_days],
        ),
    )


def _moving(
    values: FloatArray, num_weeks: int, average: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Return ``[n + 1, ...]`` averages of the last *num_weeks* of the first *i* rows.

    Row 0 is 0.
    """
    result = np.zeros((len(values) + 1, *values.shape[1:]))
    for num in range(1, min(num_weeks, len(values) + 1)):
        result[num] = average(np.moveaxis(values[:num], 0, -1))
    if len(values) >= num_weeks:
        windows = np.lib.stride_tricks.sliding_window_view(values, num_weeks, axis=0)
        result[num_weeks:] = average(windows)
    return result


def complete_profile(
    sums: FloatArray, weights: FloatArray, weekend: frozenset[int]
) -> FloatArray:
    """Return sums / weights ``[7, s]``, unseen cells filled from their nearest kin.

    Another day of the same class (workdays, or the weekend) stands in first, then any
    day, then the neighbouring slots.
    """
    values, seen = ratio(sums, weights), weights > 0
    rest = is_weekend(MONDAYS_WEEK, weekend)
    for group in (rest, ~rest):
        _fill(values, seen, group, sums[group], weights[group])
    _fill(values, seen, np.ones(DAYS_PER_WEEK, dtype=bool), sums, weights)
    known = np.asarray(seen.all(axis=0))  # the last fill made the rows alike
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
