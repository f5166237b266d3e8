"""Weekly profiles ``[weekday, slot]``, as they were before each week."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    ForecastError,
    Hindcast,
    QueueHistory,
    is_weekend,
    weekday_of,
)
from forecasting.weeks import MONDAYS_WEEK, by_week, fading_sums, later, ratio
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NOTHING_ORDINARY = "no ordinary open interval with observed contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyProfile:
    """A fitted weekly profile (see :class:`forecasting.model.Fitted`).

    *values* is ``[7, s]`` by weekday, Monday first. *week_ahead* is the hindcast of
    up to seven days ahead: it rests on the same weekdays before.
    """

    values: FloatArray
    week_ahead: Hindcast

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        """Return the hindcast; see :class:`forecasting.model.Fitted`."""
        before = DAYS_PER_WEEK * ((lead_days - 1) // DAYS_PER_WEEK)
        return Hindcast(
            expected=later(self.week_ahead.expected, before, first_row),
            support=later(self.week_ahead.support, before, first_row),
        )

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the profile of each day's weekday."""
        return np.asarray(self.values[weekday_of(days)])


def fit_fading(history: QueueHistory, keep_per_week: float) -> WeeklyProfile:
    """Return the mean of the ordinary same weekdays, by slot, older ones fading.

    Raises
    ------
    ForecastError
        If no cell is ordinary.
    """
    if not history.ordinary.any():
        raise ForecastError(NOTHING_ORDINARY)
    weeks = _ordinary_weeks(history)
    seen = weeks.cells.astype(float)
    sums = fading_sums(weeks.offered * seen, keep_per_week)
    weights = fading_sums(seen, keep_per_week)
    return _weekly_profile(history, ratio(sums, weights), weights, weeks.counts)


def fit_recent(
    history: QueueHistory,
    cells: BoolArray,
    num_weeks: int,
    average: Callable[[FloatArray], FloatArray],
) -> WeeklyProfile:
    """Return the *average* of the last *num_weeks* same weekdays in *cells*, by slot.

    Where fewer are known, they have to do. *average* takes the values ``[..., n]`` of
    *n* weeks.

    Raises
    ------
    ForecastError
        If *cells* ``[d, s]`` holds none.
    """
    if not cells.any():
        raise ForecastError(NOTHING_ORDINARY)
    is_usual = cells is history.ordinary
    weeks = _ordinary_weeks(history) if is_usual else _weeks(history, cells)
    moving = _moving(weeks.ranked, num_weeks, average)
    values = np.take(moving, weeks.latest)
    seen = (weeks.counts > 0).astype(float)
    return _weekly_profile(history, values, seen, weeks.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weeks:
    """Contacts *offered* ``[w, 7, s]``, in *cells* to learn from.

    *ranked* are these with the weeks in *cells* first, in order; *counts*
    ``[w + 1, 7, s]`` how many of them were before each week, and *latest* where in a
    flat array of that shape the row of this number is.
    """

    offered: FloatArray
    cells: BoolArray
    ranked: FloatArray
    counts: IntArray
    latest: IntArray


@lru_cache(maxsize=1)  # several models ask in turn for the same history
def _ordinary_weeks(history: QueueHistory) -> _Weeks:
    return _weeks(history, history.ordinary)


def _weeks(history: QueueHistory, cells: BoolArray) -> _Weeks:
    cells, offered = by_week(cells), by_week(history.offered_contacts)
    counts = np.zeros((len(cells) + 1, *cells.shape[1:]), dtype=np.int64)
    np.cumsum(cells, axis=0, out=counts[1:])
    ranked, size = offered, counts[0].size
    if (cells[1:] > cells[:-1]).any():
        order = np.argsort(~cells, axis=0, kind="stable")
        ranked = np.take_along_axis(offered, order, axis=0)
    return _Weeks(
        offered=offered,
        cells=cells,
        ranked=ranked,
        counts=counts,
        latest=counts * size + np.arange(size).reshape(counts[0].shape),
    )


def _weekly_profile(
    history: QueueHistory, values: FloatArray, weights: FloatArray, counts: IntArray
) -> WeeklyProfile:
    """Return the profile of *values* ``[w + 1, 7, s]`` before and after each week."""
    order = np.argsort(weekday_of(history.days[0] + np.arange(DAYS_PER_WEEK)))
    num_days, num_slots = history.observed.shape
    return WeeklyProfile(
        values=complete_profile(
            values[-1, order] * weights[-1, order], weights[-1, order], history.weekend
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
    if seen.all():
        return values
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
    slots, there = np.arange(len(known)), np.flatnonzero(known)
    right = np.searchsorted(there, slots).clip(0, len(there) - 1)
    left = np.maximum(right - (there[right] > slots), 0)
    share = (slots - there[left]) / np.maximum(there[right] - there[left], 1)
    share = np.clip(share, 0.0, 1.0)
    between = values[:, left]
    between += share * (values[:, right] - between)
    return between


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
