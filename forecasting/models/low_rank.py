r"""Low-rank day-by-slot model on the square-root scale."""

from dataclasses import dataclass

import numpy as np

from forecasting.model import (
    DAYS_PER_WEEK,
    FORECASTERS,
    Fitted,
    ForecastError,
    Hindcast,
    QueueHistory,
    weekday_of,
)
from forecasting.profile import between_slots, complete_profile
from forecasting.scores import ScoreModel, fit_scores
from forecasting.weeks import ratio
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

NEIGHBOURS = 5
OUTLIER_SIGMAS = 3.0
SIGMA_PER_MAD = 1.4826
SMALLEST_SIGMA = 1e-6
SPREAD_HALF_LIFE_WEEKS = 26.0


@FORECASTERS.add("low_rank")
@dataclass(frozen=True, slots=True, kw_only=True)
class LowRank:
    r"""A few daily patterns, each day's share of them forecast like a small series.

    With :math:`y = \sqrt x`, whose noise hardly depends on the volume, a day is

    .. math:: y_{d,s} \approx \sum_{k \le K} b_{d,k} v_{k,s}

    where the patterns *v* are the leading right singular vectors of the days seen,
    each day weighted by how ordinary it is, and the scores *b* are forecast by
    :mod:`forecasting.scores`. The mean count is
    :math:`(\sum_k \hat b_k v_{k,s})^2 + \kappa\,\sigma^2_s`: squaring alone would lose
    the variance :math:`\sigma^2_s` of the roots, and :math:`\kappa \le 1` makes the
    week-ahead forecasts of the history add up to what came. After Shen and Huang (2008,
    doi:10.1287/msom.1070.0179), made robust: a day far from its neighbours weighs
    little, while days that have moved together (a new level) keep their weight.
    """

    max_rank: int = 5

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the model fitted to the ordinary cells of *history*."""
        cells = history.ordinary
        if not cells.any():
            msg = "no ordinary open interval with observed contacts"
            raise ForecastError(msg)
        seen = np.asarray(cells.any(axis=0))
        days = _whole_days(history, seen)
        weights = days.coverage * ordinariness(days.height, days.coverage)
        patterns = _patterns(days.roots, weights, self.max_rank)
        first = int(weekday_of(history.days[:1])[0])
        model = fit_scores(days.roots @ patterns.T, weights, first, history.weekend)
        return LowRankFit(
            patterns=patterns,
            scores=model,
            spread=_spread(days.roots, patterns, model, weights),
            seen=seen,
            next_day=int(history.days[-1]) + 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRankFit:
    """A fitted :class:`LowRank` (see :class:`forecasting.model.Fitted`).

    *patterns* is ``[k, s']`` over the slots *seen* ``[s]``, *spread* ``[s']`` what is
    added to the squared root, *next_day* the day after the history.
    """

    patterns: FloatArray
    scores: ScoreModel
    spread: FloatArray
    seen: BoolArray
    next_day: int

    def hindcast(self, lead_days: int) -> Hindcast:
        """Return the hindcast; the patterns are those of all the history."""
        scores, support = self.scores.hindcast(lead_days)
        expected = self._contacts(scores) * (support > 0)[:, None]
        shape = expected.shape
        return Hindcast(
            expected=expected, support=np.broadcast_to(support[:, None], shape).copy()
        )

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        lead_days = np.maximum(days - self.next_day + 1, 1)
        return self._contacts(self.scores.predict(lead_days, weekday_of(days)))

    def _contacts(self, scores: FloatArray) -> FloatArray:
        """Return ``[d, s]`` mean contacts at *scores* ``[d, k]``."""
        roots = np.maximum(scores @ self.patterns, 0.0)
        return between_slots(roots**2 + self.spread, self.seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """Whole days: *roots* ``[d, s']``, *height* ``[d]`` over the weekday's usual day.

    *coverage* ``[d]`` is the share of the usual day that was seen. What was not seen
    has its weekday's profile at the height of the rest of its day.
    """

    roots: FloatArray
    height: FloatArray
    coverage: FloatArray


def _whole_days(history: QueueHistory, seen: BoolArray) -> _Days:
    """Return the days of *history* on the slots *seen*."""
    cells = history.ordinary[:, seen]
    roots = np.sqrt(history.offered_contacts[:, seen]) * cells
    weekdays = weekday_of(history.days)
    member = (weekdays == np.arange(DAYS_PER_WEEK)[:, None]).astype(float)
    profile = complete_profile(member @ roots, member @ cells, history.weekend)
    usual = profile[weekdays]
    height = ratio((roots * usual).sum(axis=1), (cells * usual**2).sum(axis=1))
    coverage = ratio((cells * usual).sum(axis=1), usual.sum(axis=1))
    return _Days(
        roots=np.where(cells, roots, usual * height[:, None]),
        height=height,
        coverage=np.where(usual.any(axis=1), coverage, cells.mean(axis=1)),
    )


def ordinariness(height: FloatArray, coverage: FloatArray) -> FloatArray:
    """Return weights ``[d]`` in (0, 1] that fall as a day is off its neighbours.

    A day's *height* is compared with the median of the days around it, itself among
    them: once four days have moved together, a new level is the rule.
    """
    weights = np.ones(len(height))
    days = np.flatnonzero(coverage > 0)
    if len(days) <= NEIGHBOURS:
        return weights
    around = np.pad(height[days], NEIGHBOURS, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * NEIGHBOURS + 1)
    off = np.abs(height[days] - np.median(windows, axis=1))
    sigma = max(SIGMA_PER_MAD * float(np.median(off)), SMALLEST_SIGMA)
    weights[days] = 1.0 / np.maximum(off / (OUTLIER_SIGMAS * sigma), 1.0) ** 2
    return weights


def _patterns(roots: FloatArray, weights: FloatArray, max_rank: int) -> FloatArray:
    """Return the leading right singular vectors ``[k, s']`` of the weighted *roots*.

    A pattern needs a week of days; the smaller Gram matrix gives the vectors.
    """
    scaled = roots * np.sqrt(weights)[:, None]
    rank = min(max_rank, max(int((weights > 0).sum()) // DAYS_PER_WEEK, 1))
    if scaled.shape[1] <= scaled.shape[0]:
        vectors = np.linalg.eigh(scaled.T @ scaled)[1]
        return np.ascontiguousarray(vectors[:, ::-1][:, :rank].T)
    vectors = np.linalg.eigh(scaled @ scaled.T)[1][:, ::-1][:, :rank]
    rows = vectors.T @ scaled
    return ratio(rows, np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 0.0 * rows)


def _spread(
    roots: FloatArray, patterns: FloatArray, model: ScoreModel, weights: FloatArray
) -> FloatArray:
    """Return what to add to the squared mean root, by slot ``[s']``.

    Its shape over the day is the variance of the roots around their week-ahead
    forecasts; its size makes these forecasts add up to the contacts that came.
    """
    scores, support = model.hindcast(DAYS_PER_WEEK)
    age_weeks = np.arange(len(weights))[::-1] / DAYS_PER_WEEK
    used = weights * (support > 0) * 0.5 ** (age_weeks / SPREAD_HALF_LIFE_WEEKS)
    if not used.any():
        return np.zeros(roots.shape[1])
    expected = np.maximum(scores @ patterns, 0.0)
    variance = used @ (roots - expected) ** 2
    missing = float(used @ (roots**2 - expected**2).sum(axis=1))
    share = np.clip(missing / (float(variance.sum()) or 1.0), 0.0, 1.0)
    return np.asarray(share * variance / used.sum())
