"""Whole days of a history: gaps filled, days that are out of line weighing little."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from forecasting.model import DAYS_PER_WEEK, ForecastError, QueueHistory, weekday_of
from forecasting.profile import NOTHING_ORDINARY
from forecasting.scores import ScoreModel
from forecasting.weeks import ratio
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NEIGHBOURS = 5
OUTLIER_SIGMAS = 3.0
SIGMA_PER_MAD = 1.4826
SMALLEST_SIGMA = 0.01
SPREAD_HALF_LIFE_WEEKS = 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDays:
    """Days of a history without gaps.

    Attributes
    ----------
    seen
        ``[s]`` the slots of the day that are there.
    values
        ``[d, s']``; what was not seen has its weekday's profile at the height of the
        rest of its day.
    weights
        ``[d]`` the share of the usual day that was seen, less for days off the line.
    """

    seen: BoolArray
    values: FloatArray
    weights: FloatArray

    def first(self, num_days: int) -> "WholeDays":
        """Return the first *num_days* days."""
        return replace(
            self, values=self.values[:num_days], weights=self.weights[:num_days]
        )


@lru_cache(maxsize=1)  # several models ask in turn for the same history
def root_days(history: QueueHistory) -> WholeDays:
    """Return the square roots of the contacts of *history* as whole days.

    Only the slots that were ordinary on some day are there.

    Raises
    ------
    ForecastError
        If no cell is ordinary.
    """
    if not history.ordinary.any():
        raise ForecastError(NOTHING_ORDINARY)
    seen = np.asarray(history.ordinary.any(axis=0))
    cells = history.ordinary[:, seen]
    roots = np.sqrt(history.offered_contacts[:, seen]) * cells
    weekdays = weekday_of(history.days)
    usual = _usual_days(roots, cells, weekdays)[weekdays]
    height = ratio((roots * usual).sum(axis=1), (cells * usual**2).sum(axis=1))
    coverage = ratio((cells * usual).sum(axis=1), usual.sum(axis=1))
    coverage = np.where(usual.any(axis=1), coverage, cells.mean(axis=1))
    return WholeDays(
        seen=seen,
        values=np.where(cells, roots, usual * height[:, None]),
        weights=coverage * ordinariness(height, coverage > 0),
    )


def _usual_days(roots: FloatArray, cells: BoolArray, weekdays: IntArray) -> FloatArray:
    """Return the mean root ``[7, s]`` by weekday, Monday first.

    Hours in which a weekday was never seen are those of all days, at its own height.
    """
    member = (weekdays == np.arange(DAYS_PER_WEEK)[:, None]).astype(float)
    sums, counts = member @ roots, member @ cells
    own, seen = ratio(sums, counts), counts > 0
    any_day = ratio(sums.sum(axis=0), counts.sum(axis=0))
    height = ratio(own.sum(axis=1), (seen * any_day).sum(axis=1))
    return np.where(seen, own, height[:, None] * any_day)


def ordinariness(height: FloatArray, seen: BoolArray) -> FloatArray:
    """Return weights ``[d]`` in (0, 1] that fall as a day is off its neighbours.

    A day's *height* is compared with the median of the days *seen* around it, itself
    among them: once four days have moved together, a new level is the rule.
    """
    weights = np.ones(len(height))
    days = np.flatnonzero(seen)
    if len(days) <= NEIGHBOURS:
        return weights
    known = height[days]
    around = np.concatenate(
        [known[NEIGHBOURS:0:-1], known, known[-2 : -2 - NEIGHBOURS : -1]]
    )
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * NEIGHBOURS + 1)
    off = np.abs(known - np.sort(windows, axis=1)[:, NEIGHBOURS])
    sigma = max(SIGMA_PER_MAD * float(np.median(off)), SMALLEST_SIGMA)
    weights[days] = 1.0 / np.maximum(off / (OUTLIER_SIGMAS * sigma), 1.0) ** 2
    return weights


def spread_of(roots: WholeDays, patterns: FloatArray, model: ScoreModel) -> FloatArray:
    """Return what to add to the squared mean root, by slot ``[s]``.

    Its shape over the day is the variance of the *roots* around their week-ahead
    forecasts, scores of *model* times *patterns*; its size makes these forecasts add
    up to the contacts that came, recent months weighing more. *roots* may be the
    first days of the model's only.
    """
    scores, support = (m[: len(roots.values)] for m in model.hindcast(DAYS_PER_WEEK))
    age_weeks = np.arange(len(scores))[::-1] / DAYS_PER_WEEK
    used = roots.weights * (support > 0) * 0.5 ** (age_weeks / SPREAD_HALF_LIFE_WEEKS)
    if not used.any():
        return np.zeros(roots.values.shape[1])
    expected = np.maximum(scores @ patterns, 0.0)
    variance = used @ (roots.values - expected) ** 2
    missing = float(used @ (roots.values**2 - expected**2).sum(axis=1))
    share = np.clip(missing / (float(variance.sum()) or 1.0), 0.0, 1.0)
    return np.asarray(share * variance / used.sum())
