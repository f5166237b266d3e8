"""Day totals against the same weekday nearby: odd days, and the course of the month."""

from dataclasses import dataclass

import numpy as np

from forecasting.errors import median
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
    """

    ratio: FloatArray
    deviation: FloatArray
    scale: FloatArray


def day_totals(history: QueueHistory) -> DayTotals:
    """Return the day totals of *history*, holidays and events left out.

    A day's level is its contacts over those of an average day of its weekday in the
    same slots, so days with missing slots compare as well. Neighbours four weeks away
    are left out: they have the same place in the month.
    """
    from forecasting.kernels.days import levels, medians_around

    expected, level = levels(history.offered_contacts, history.ordinary)
    around = medians_around(level, _NEIGHBOUR_DAYS, MIN_NEIGHBOURS)
    ratio = np.full(len(expected), np.nan)
    np.divide(level, around, out=ratio, where=around > 0)
    deviation = 2.0 * (np.sqrt(ratio) - 1.0)
    return DayTotals(
        ratio=ratio, deviation=deviation, scale=_scale(deviation, expected)
    )


def odd_days(totals: DayTotals) -> BoolArray:
    """Return ``[d]`` the days that look like a closure, an outage or a rush.

    More than 4.5 robust standard deviations off, and at least 30 % below or 43 % above
    the same weekdays around. More than three in any seven days are no oddity but a
    change, and stay in. Where days differ by 30 % as a rule, as few contacts do by
    chance, none is odd.
    """
    # Rounded, so that a tie is a tie whatever the volumes are counted in.
    ratio = np.round(np.nan_to_num(totals.ratio, nan=1.0), 9)
    size = np.round(np.abs(np.nan_to_num(totals.deviation)), 9)
    odd = size > np.round(ODD_SCALES * totals.scale, 9)
    odd &= (ratio < ODD_RATIO) | (ratio > 1.0 / ODD_RATIO)
    odd &= np.round(totals.scale, 9) <= MOST_SCALE
    if not odd.any():
        return np.asarray(odd)
    window = np.ones(DAYS_PER_WEEK, dtype=np.int64)
    crowded = np.convolve(odd, window) > MAX_ODD_DAYS_PER_WEEK
    in_crowd = np.convolve(crowded, window)[DAYS_PER_WEEK - 1 :][: len(odd)] > 0
    return np.asarray(odd & ~in_crowd)


def usual_volumes(history: QueueHistory, mask: BoolArray) -> FloatArray:
    """Return ``[d, s]`` the mean of each day's weekday and slot over *mask*."""
    total = by_week(history.offered_contacts * mask).sum(axis=0)
    usual = total / np.maximum(by_week(mask).sum(axis=0), 1)
    return np.asarray(usual[np.arange(len(mask)) % DAYS_PER_WEEK])


def _scale(deviation: FloatArray, expected: FloatArray) -> FloatArray:
    """Return ``[d]`` the robust spread, wider for days of less than mean volume."""
    known = np.isfinite(deviation)
    if not known.any():
        return np.full(len(deviation), np.inf)
    spread = _MAD_TO_SD * median(np.abs(deviation[known]))
    mean = float(expected[known].mean())
    small = np.sqrt(mean / np.maximum(expected, 1e-9 * mean))
    return np.asarray(spread * np.maximum(small, 1.0))
