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

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from forecasting.model import QueueHistory, rest_days
from forecasting.weeks import keep_of
from wfm.domain.arrays import FloatArray, IntArray

SLOW_HALF_LIFE_WEEKS = 20.0
FAST_HALF_LIFE_WEEKS = 3.0
LEVEL_HALF_LIFE_DAYS = 10.0
STALE_AFTER_DAYS = 5
PRIOR_DAYS = 8.0
PRIOR_DAYS_PER_LEAD = 12.0
LEADS = ((1,), (2, 3), (4, 7), (8, 14), (15, 28), (29, 42))
"""Groups of leads in days that share coefficients, by the leads they are learnt at."""
_PRIORS = PRIOR_DAYS + PRIOR_DAYS_PER_LEAD * np.array([np.mean(g) for g in LEADS])
_ENDS = tuple(group[-1] for group in LEADS[:-1])
_LAST_LEADS = np.array(_ENDS)
_KEEPS = (
    keep_of(SLOW_HALF_LIFE_WEEKS),
    keep_of(FAST_HALF_LIFE_WEEKS),
    keep_of(LEVEL_HALF_LIFE_DAYS),
)
_LEARNT_AT = np.array([lead for group in LEADS for lead in group])
_GROUP_OF = np.array([g for g, group in enumerate(LEADS) for _ in group])


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
        from forecasting.kernels.scores import hindcast

        share = self.shares_at(lead_days)
        return hindcast(self.past, self.support, share, lead_days, first_row)

    @property
    def past(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Last deviation, level, mean and tilt, as the kernels take them."""
        return self.last, self.level, self.mean, self.tilt

    def shares_at(self, lead_days: int) -> FloatArray:
        """Return the coefficients ``[3, k]`` for forecasts *lead_days* ahead."""
        shares: FloatArray = self.coefficients[bisect_left(_ENDS, lead_days)]
        return shares

    def predict(self, lead_days: IntArray, weekdays: IntArray) -> FloatArray:
        """Return scores ``[h, k]``, *lead_days* after the last day of the history."""
        from forecasting.kernels.scores import ahead

        now, week = (self.last[-1], self.level[-1]), (self.next_mean, self.next_tilt)
        groups = np.searchsorted(_LAST_LEADS, lead_days)
        return ahead(now, week, self.coefficients, groups, weekdays)


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
    from forecasting.kernels.scores import fitted

    num = len(scores)
    past, support, ahead, coefficients = fitted(
        scores,
        weights,
        _KEEPS,
        STALE_AFTER_DAYS,
        num if num_learnt is None else min(num_learnt, num),
        (_LEARNT_AT, _GROUP_OF, _PRIORS),
        (history.first_weekday, rest_days(history.weekend)),
    )
    return ScoreModel(
        mean=past[2],
        tilt=past[3],
        last=past[0],
        level=past[1],
        support=support,
        next_mean=ahead[0],
        next_tilt=ahead[1],
        coefficients=coefficients,
    )
