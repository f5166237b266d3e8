"""Weekly profiles ``[weekday, slot]``, as they were before each week."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    ForecastError,
    Hindcast,
    QueueHistory,
    rest_days,
    weekday_of,
)
from forecasting.weeks import later
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
        expected, support = self.week_ahead.expected, self.week_ahead.support
        if first_row >= before:  # all of it is known
            rows = slice(first_row - before, len(expected) - before)
            return Hindcast(expected=expected[rows], support=support[rows])
        return Hindcast(
            expected=later(expected, before, first_row),
            support=later(support, before, first_row),
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
    from forecasting.kernels.profiles import fading

    found = fading(history.offered_contacts, history.ordinary, keep_per_week)
    return _weekly_profile(history, *found)


def fit_recent(
    history: QueueHistory,
    cells: BoolArray,
    num_weeks: int,
    average: Literal["mean", "median"] = "mean",
) -> WeeklyProfile:
    """Return the *average* of the last *num_weeks* same weekdays in *cells*, by slot.

    Where fewer are known, they have to do.

    Raises
    ------
    ForecastError
        If *cells* ``[d, s]`` holds none.
    """
    if not cells.any():
        raise ForecastError(NOTHING_ORDINARY)
    from forecasting.kernels.profiles import MEAN, MEDIAN, recent

    kind = MEDIAN if average == "median" else MEAN
    found = recent(history.offered_contacts, cells, num_weeks, kind)
    return _weekly_profile(history, *found)


def _weekly_profile(
    history: QueueHistory,
    expected: FloatArray,
    support: IntArray,
    sums: FloatArray,
    weights: FloatArray,
) -> WeeklyProfile:
    """Return the profile *expected* before each day; *sums* hold after the last.

    Weekdays never seen have the profile of their nearest kin: another day of the same
    class (workdays, or the weekend) first, then any day, then the neighbouring slots.
    """
    from forecasting.kernels.profiles import complete

    values, known = complete(
        sums, weights, history.first_weekday, rest_days(history.weekend)
    )
    if not known.all():
        values = between_slots(values[:, known], known)
    return WeeklyProfile(
        values=values, week_ahead=Hindcast(expected=expected, support=support)
    )


def between_slots(values: FloatArray, known: BoolArray) -> FloatArray:
    """Return ``[n, s]`` of *values* ``[n, s']`` of the *known* slots, interpolated."""
    if known.all():
        return values
    from forecasting.kernels.scores import between

    return between(np.ascontiguousarray(values), known)
