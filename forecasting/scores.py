r"""Forecasts of a few numbers a day from weekly means and recent deviations.

A *score* is one number a day: a day's total, or how much of a daily pattern a day
holds. Its mean by weekday moves slowly; what is left over persists for days (a busy
day follows a busy one) or for weeks (the level has moved). With weekday mean
:math:`m_w`, its faster twin :math:`f_w`, last deviation :math:`e_t` and level
:math:`\ell_t` of the deviations, the forecast *h* days ahead is

.. math:: \hat b_{t+h} = m_w + \phi_h e_t + \gamma_h \ell_t + \delta_h (f_w - m_w)

with coefficients within [0, 1] that are learnt for groups of leads by least squares
and drawn towards 0 by :data:`PRIOR_DAYS` days, more for long leads, whose errors
overlap. The first term of the deviation is an AR(1) as in Shen and Huang (2008,
doi:10.1287/msom.1070.0179); the two others let a real change of level through.

Half-lives and priors were looked at on the series named in :mod:`forecasting.select`;
halving or doubling one of them moves the WAPE a week ahead by one or two parts in a
hundred.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.model import DAYS_PER_WEEK, QueueHistory, is_weekend, weekday_of
from forecasting.weeks import (
    MONDAYS_WEEK,
    by_week,
    fading,
    fading_sums,
    keep_of,
    later,
    ratio,
)
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

SLOW_HALF_LIFE_WEEKS = 20.0
FAST_HALF_LIFE_WEEKS = 3.0
LEVEL_HALF_LIFE_DAYS = 10.0
STALE_AFTER_DAYS = 5
PRIOR_DAYS = 8.0
PRIOR_DAYS_PER_LEAD = 12.0
LEADS = ((1,), (2, 3), (4, 7), (8, 14), (15, 28), (29, 42))
"""Groups of leads in days that share coefficients, by the leads they are learnt at."""
_PRIORS = PRIOR_DAYS + PRIOR_DAYS_PER_LEAD * np.array([np.mean(g) for g in LEADS])
_ENDS = np.array([group[-1] for group in LEADS[:-1]])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    """What is known of each weekday before each week, and after the last.

    *slow* and *fast* are the means ``[w + 1, 7, k]`` by week and day of the week block
    (which begins on the history's first weekday); *seen* ``[w + 1, 7]`` the weight of
    the days behind them.
    """

    slow: FloatArray
    fast: FloatArray
    seen: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreModel:
    """Fitted scores of consecutive days.

    Attributes
    ----------
    mean, tilt
        ``[d, k]`` slow weekday mean before each day's week, and fast minus slow.
    last, level
        ``[d, k]`` last deviation and level of deviations known after each day.
    support
        ``[d]`` earlier weeks behind *mean*.
    next_mean, next_tilt
        ``[7, k]`` by weekday, Monday first, after the history.
    coefficients
        ``[g, 3, k]`` of *last*, *level* and *tilt* by group of leads.
    """

    mean: FloatArray
    tilt: FloatArray
    last: FloatArray
    level: FloatArray
    support: IntArray
    next_mean: FloatArray
    next_tilt: FloatArray
    coefficients: FloatArray

    def hindcast(
        self, lead_days: int, first_row: int = 0
    ) -> tuple[FloatArray, IntArray]:
        """Return scores ``[d, k]`` forecast *lead_days* before, and weeks ``[d]``.

        The days before *first_row* are left out.
        """
        weeks = DAYS_PER_WEEK * ((lead_days - 1) // DAYS_PER_WEEK)
        share = self.coefficients[_group(np.array([lead_days]))[0]]
        expected = (
            later(self.mean, weeks, first_row)
            + share[0] * later(self.last, lead_days, first_row)
            + share[1] * later(self.level, lead_days, first_row)
            + share[2] * later(self.tilt, weeks, first_row)
        )
        return expected, later(self.support, weeks, first_row)

    def predict(self, lead_days: IntArray, weekdays: IntArray) -> FloatArray:
        """Return scores ``[h, k]``, *lead_days* after the last day of the history."""
        share = self.coefficients[_group(lead_days)]
        return np.asarray(
            self.next_mean[weekdays]
            + share[:, 0] * self.last[-1]
            + share[:, 1] * self.level[-1]
            + share[:, 2] * self.next_tilt[weekdays]
        )


def fit_scores(
    history: QueueHistory,
    scores: FloatArray,
    weights: FloatArray,
    num_learnt: int | None = None,
) -> ScoreModel:
    """Return the model of *scores* ``[d, k]``, each day counting by *weights* ``[d]``.

    A day of weight 0 was not seen: its scores are not used. Of *history* only the
    calendar counts. The coefficients are learnt from the first *num_learnt* days (all
    by default).
    """
    week = _weekly(scores * weights[:, None], weights)
    mean, tilt = (_by_day(m, len(scores)) for m in (week.slow, week.fast - week.slow))
    known = np.asarray(_by_day(week.seen, len(scores)) > 0)
    deviation = np.where(known[:, None], scores - mean, 0.0) * weights[:, None]
    last, level = _last(deviation, weights), _level(deviation, weights * known)
    order = np.argsort(weekday_of(history.days[0] + np.arange(DAYS_PER_WEEK)))
    next_seen = week.seen[-1, order] > 0
    tilts = week.fast[-1, order] - week.slow[-1, order]
    learnt = slice(num_learnt)
    return ScoreModel(
        mean=mean,
        tilt=tilt,
        last=last,
        level=level,
        support=_by_day(_cumulated(weights > 0), len(scores)),
        next_mean=_from_kin(week.slow[-1, order], next_seen, history.weekend),
        next_tilt=_from_kin(tilts, next_seen, history.weekend),
        coefficients=_coefficients(
            scores[learnt],
            mean[learnt],
            (last, level, tilt),
            weights[learnt],
            known[learnt],
        ),
    )


def _group(lead_days: IntArray) -> IntArray:
    """Return the group of leads of each of *lead_days*."""
    return np.asarray(np.searchsorted(_ENDS, lead_days))


def _by_day(weekly: np.ndarray, num_days: int) -> np.ndarray:
    """Return the rows ``[d, ...]`` of ``[w + 1, 7, ...]`` that lie in the history."""
    return weekly[:-1].reshape(-1, *weekly.shape[2:])[:num_days]


def _cumulated(mask: BoolArray) -> IntArray:
    """Return how often each weekday was True before each week ``[w + 1, 7]``."""
    counts = np.zeros((-(-len(mask) // DAYS_PER_WEEK) + 1, DAYS_PER_WEEK), np.int64)
    np.cumsum(by_week(mask), axis=0, out=counts[1:])
    return counts


def _weekly(weighted: FloatArray, weights: FloatArray) -> _Week:
    """Return the weekday means of scores, *weighted* by *weights*."""
    sums, counts = by_week(weighted), by_week(weights)

    def mean(half_life_weeks: float) -> tuple[FloatArray, FloatArray]:
        keep = keep_of(half_life_weeks)
        weight = fading_sums(counts, keep)
        return ratio(fading_sums(sums, keep), weight[:, :, None]), weight

    slow, seen = mean(SLOW_HALF_LIFE_WEEKS)
    return _Week(slow=slow, fast=mean(FAST_HALF_LIFE_WEEKS)[0], seen=seen)


def _last(deviation: FloatArray, weights: FloatArray) -> FloatArray:
    """Return ``[d, k]`` the last deviation seen up to each day, 0 if it is stale."""
    day = np.arange(len(deviation))
    latest = np.maximum.accumulate(np.where(weights > 0, day, -STALE_AFTER_DAYS))
    fresh = day - latest < STALE_AFTER_DAYS
    return np.where(fresh[:, None], deviation[np.maximum(latest, 0)], 0.0)


def _level(deviation: FloatArray, weights: FloatArray) -> FloatArray:
    """Return ``[d, k]`` the fading mean of deviations up to each day.

    At least one day's weight stands in the denominator, so that a level which rests
    on days long ago fades to 0.
    """
    keep = keep_of(LEVEL_HALF_LIFE_DAYS)
    within = fading(DAYS_PER_WEEK, keep)[1:]
    stacked = by_week(np.concatenate([deviation, weights[:, None]], axis=1))
    inside = within @ stacked
    before = keep * fading_sums(inside[:, -1], keep**DAYS_PER_WEEK)[:-1]
    carried = within[:, 0, None] * before[:, None, :]
    sums = (inside + carried).reshape(-1, stacked.shape[2])[: len(deviation)]
    return np.asarray(sums[:, :-1] / np.maximum(sums[:, -1:], 1.0))


def _coefficients(
    scores: FloatArray,
    mean: FloatArray,
    features: tuple[FloatArray, FloatArray, FloatArray],
    weights: FloatArray,
    known: BoolArray,
) -> FloatArray:
    """Return the shrunken least-squares shares ``[g, 3, k]`` of the *features*."""
    (num, size), (last, level, tilt) = scores.shape, features
    products, days = np.zeros((len(LEADS), 4 * size, 4 * size)), np.zeros(len(LEADS))
    for group, leads in enumerate(LEADS):
        for lead in (lead for lead in leads if lead < num):
            weeks = DAYS_PER_WEEK * ((lead - 1) // DAYS_PER_WEEK)
            then, before = slice(num - lead), slice(lead - weeks, num - weeks)
            target = scores[lead:] - mean[before]
            design = np.concatenate(
                [last[then], level[then], tilt[before], target], axis=1
            )
            use = weights[lead:] * known[before]
            products[group] += (design * use[:, None]).T @ design
            days[group] += float(use.sum()) / len(leads)
    apart = products.reshape(len(LEADS), 4, size, 4, size)
    return _ridge(np.einsum("gakbk->gkab", apart), days)


def _ridge(moments: FloatArray, days: FloatArray) -> FloatArray:
    """Return shares ``[g, 3, k]`` within [0, 1] from *moments* ``[g, k, 4, 4]``.

    The last row and column are the target's; *days* ``[g]`` lie behind the moments.
    """
    squares, products = moments[:, :, :3, :3], moments[:, :, :3, 3:]
    diagonal = np.einsum("gkff->gkf", squares)
    largest = diagonal.max(axis=2, keepdims=True)
    strength = (_PRIORS / np.where(days > 0, days, 1.0))[:, None, None]
    penalty = strength * diagonal + 1e-9 * largest + (largest == 0)
    system = squares + np.eye(3) * penalty[:, :, None, :]
    shares = np.clip(np.linalg.solve(system, products)[:, :, :, 0], 0.0, 1.0)
    return np.moveaxis(shares * (days > 0)[:, None, None], 2, 1)


def _from_kin(
    means: FloatArray, seen: BoolArray, weekend: frozenset[int]
) -> FloatArray:
    """Return *means* ``[7, k]``, unseen weekdays as the mean of their class or all."""
    rest = is_weekend(MONDAYS_WEEK, weekend)
    result = means.copy()
    for weekday in np.flatnonzero(~seen):
        kin = seen & (rest == rest[weekday])
        result[weekday] = means[kin if kin.any() else seen].mean(axis=0)
    return result
