"""Day totals against the same weekday nearby: odd days, and the course of the month."""

from dataclasses import dataclass

import numpy as np

from forecasting.model import DAYS_PER_WEEK, QueueHistory
from forecasting.weeks import by_week
from wfm.domain.arrays import BoolArray, FloatArray

NEIGHBOUR_WEEKS = (-3, -2, -1, 1, 2, 3)
MIN_NEIGHBOURS = 3
_NEIGHBOUR_DAYS = DAYS_PER_WEEK * np.array(NEIGHBOUR_WEEKS)
ODD_SCALES = 4.5
ODD_RATIO = 0.7
MOST_SCALE = 0.3
MAX_ODD_DAYS_PER_WEEK = 3
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    r"""How each day's total compares with the same weekday in the weeks around it.

    Attributes
    ----------
    ratio
        ``[d]`` the day's level over the median level of the same weekday one to three
        weeks before and after; NaN for special days, and where fewer than three of
        these exist.
    deviation
        ``[d]`` :math:`2(\sqrt{ratio} - 1)`: nearly the logarithm where days are alike,
        but of even spread where they are few, and finite for a day without contacts.
    scale
        ``[d]`` robust standard deviation of *deviation*; days of little volume have
        more of it, as the root of the volume.
    level
        ``[d]`` the day's contacts over those of an average day of its weekday; NaN
        for special days.
    """

    ratio: FloatArray
    deviation: FloatArray
    scale: FloatArray
    level: FloatArray


def day_totals(history: QueueHistory) -> DayTotals:
    """Return the day totals of *history*, holidays and events left out.

    A day's level is its contacts over those of an average day of its weekday in the
    same slots, so days with missing slots compare as well. Neighbours four weeks away
    are left out: they have the same place in the month.
    """
    from forecasting.kernels import days as kernels

    ratio, deviation, scale, level = kernels.day_totals(
        history.offered_contacts,
        history.ordinary,
        _NEIGHBOUR_DAYS,
        MIN_NEIGHBOURS,
        _MAD_TO_SD,
    )
    return DayTotals(ratio=ratio, deviation=deviation, scale=scale, level=level)


def odd_days(totals: DayTotals) -> BoolArray:
    """Return ``[d]`` the days that look like a closure, an outage or a rush.

    More than 4.5 robust standard deviations off, and at least 30 % below or 43 % above
    the same weekdays around. More than three in any seven days are no oddity but a
    change, and stay in. Where days differ by 30 % as a rule, as few contacts do by
    chance, none is odd.
    """
    from forecasting.kernels.days import odd

    return odd(
        (totals.ratio, totals.deviation, totals.scale),
        (ODD_SCALES, ODD_RATIO, MOST_SCALE),
        MAX_ODD_DAYS_PER_WEEK,
    )


def usual_volumes(history: QueueHistory, mask: BoolArray) -> FloatArray:
    """Return ``[d, s]`` the mean of each day's weekday and slot over *mask*."""
    total = by_week(history.offered_contacts * mask).sum(axis=0)
    usual = total / np.maximum(by_week(mask).sum(axis=0), 1)
    return np.asarray(usual[np.arange(len(mask)) % DAYS_PER_WEEK])
