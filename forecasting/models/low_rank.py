r"""Low-rank day-by-slot model on the square-root scale."""

from dataclasses import dataclass

import numpy as np

from forecasting.annual import AnnualIndex, annual_index
from forecasting.model import (
    DAYS_PER_WEEK,
    FORECASTERS,
    Fitted,
    Hindcast,
    QueueHistory,
    weekday_of,
)
from forecasting.scores import ScoreModel, fit_scores
from forecasting.weeks import ratio
from forecasting.whole_days import WholeDays, root_days, spread_of
from wfm.domain.arrays import FloatArray, IntArray

SMALLEST_SHARE = 1e-12
SMALLEST_GAP = 1e-9


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
    little, while days that have moved together (a new level) keep their weight. From a
    year and a half of history on, the season of the year is taken out of the days and
    put back (:mod:`forecasting.annual`).
    """

    max_rank: int = 6

    def fit(self, history: QueueHistory) -> Fitted:
        """Return the model fitted to the ordinary cells of *history*."""
        annual = annual_index(history)
        plain = annual.taken_out(history)
        days = root_days(plain)
        return _learnt(plain, annual, days, self.max_rank, len(history.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRankFit:
    """A fitted :class:`LowRank` (see :class:`forecasting.model.Learned`).

    *patterns* is ``[k, s']``, *spread* ``[s']`` what is added to the squared root,
    *days* the roots of *history*, whose season *annual* was taken out.
    """

    history: QueueHistory
    max_rank: int
    patterns: FloatArray
    scores: ScoreModel
    spread: FloatArray
    days: WholeDays
    annual: AnnualIndex

    def learnt_before(self, day: int) -> "LowRankFit":
        """Return the model that learnt before *day*; see ``Learned``."""
        num = int(np.searchsorted(self.history.days, day))
        return _learnt(self.history, self.annual, self.days, self.max_rank, num)

    def hindcast(self, lead_days: int, first_row: int = 0) -> Hindcast:
        """Return the hindcast; the patterns are those of all the history."""
        from forecasting.kernels.scores import contacts_before

        model = self.scores
        factors = self.annual.factors(self.history.days[first_row:])
        expected, weeks = contacts_before(
            model.past,
            model.support,
            model.shares_at(lead_days),
            lead_days,
            first_row,
            (self.patterns, self.spread, factors, self.days.seen),
        )
        return Hindcast(expected=expected, support=weeks)

    def predict(self, days: IntArray) -> FloatArray:
        """Return ``[d, s]`` the mean contacts of ordinary *days* to come."""
        lead_days = np.maximum(days - self.history.days[-1], 1)
        scores = self.scores.predict(lead_days, weekday_of(days))
        from forecasting.kernels.scores import contacts

        factors = self.annual.factors(days)
        return contacts(scores, self.patterns, self.spread, factors, self.days.seen)


def _learnt(
    history: QueueHistory,
    annual: AnnualIndex,
    days: WholeDays,
    max_rank: int,
    num: int,
) -> LowRankFit:
    """Return the model whose patterns and numbers come from the first *num* days."""
    known = days.first(num)
    patterns = _patterns(known.values, known.weights, max_rank)
    scores = fit_scores(history, days.values @ patterns.T, days.weights, num)
    return LowRankFit(
        history=history,
        max_rank=max_rank,
        patterns=patterns,
        scores=scores,
        spread=spread_of(known, patterns, scores),
        days=days,
        annual=annual,
    )


def _patterns(roots: FloatArray, weights: FloatArray, max_rank: int) -> FloatArray:
    """Return the leading right singular vectors ``[k, s']`` of the weighted *roots*.

    A pattern needs a week of days; the smaller Gram matrix gives the vectors. What is
    nothing but rounding has no direction of its own, and patterns of equal weight are
    defined up to a turn, which rounding would choose.
    """
    from forecasting.kernels.eigen import SMALL
    from forecasting.kernels.patterns import leading, rank_of

    most = min(max_rank, int(np.count_nonzero(weights)) // DAYS_PER_WEEK)
    limits = (SMALLEST_SHARE, SMALLEST_GAP)
    num_days, num_slots = roots.shape
    if num_slots <= min(num_days, SMALL):
        return leading(roots, weights, most, limits)
    scaled = roots * np.sqrt(weights)[:, None]
    is_tall = num_days >= num_slots
    values, vectors = np.linalg.eigh(
        scaled.T @ scaled if is_tall else scaled @ scaled.T
    )
    found = vectors[:, ::-1][:, : rank_of(values, most, limits)].T
    if is_tall:
        return np.ascontiguousarray(found)
    patterns = found @ scaled
    return ratio(patterns, np.sqrt((patterns**2).sum(axis=1, keepdims=True)))
