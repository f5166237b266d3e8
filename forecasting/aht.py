"""Handle time: a slow level times a shrunken profile over the day."""

import numpy as np

from forecasting.model import DAYS_PER_WEEK
from wfm.domain.arrays import FloatArray

PRIOR_CONTACTS = 100.0
LEVEL_ALPHA_PER_WEEK = 0.1


def aht_profile(handle_s: FloatArray, handled: FloatArray) -> FloatArray | None:
    r"""Return the expected handle time ``[s]`` in seconds, or ``None`` without data.

    .. math:: \hat a_s = \ell \cdot
        \frac{\sum_d H_{d,s} + k_0 \ell}{\sum_d N_{d,s} \ell_{w(d)} + k_0 \ell}

    with handle seconds *H*, handled contacts *N* and :math:`k_0 = 100` contacts of
    prior. The level :math:`\ell_w` of a week is total handle time over contacts, past
    weeks counting 0.9 times as much each; :math:`\ell` is the last one. Everything is
    weighted by contacts; interval means are never averaged.

    Parameters
    ----------
    handle_s, handled
        ``[d, s]`` total handle seconds and the contacts behind them.
    """
    if handled.sum() <= 0:
        return None
    levels = _weekly_levels(handle_s, handled)
    by_day = np.repeat(levels, DAYS_PER_WEEK)[: len(handled)]
    expected_s = (handled * by_day[:, None]).sum(axis=0)
    prior_s = PRIOR_CONTACTS * levels[-1]
    profile = (handle_s.sum(axis=0) + prior_s) / (expected_s + prior_s)
    return np.asarray(levels[-1] * profile)


def _weekly_levels(handle_s: FloatArray, handled: FloatArray) -> FloatArray:
    """Return the smoothed handle time ``[w]`` of each week, first day's week first."""
    starts = np.arange(0, len(handled), DAYS_PER_WEEK)
    seconds = np.add.reduceat(handle_s.sum(axis=1), starts)
    contacts = np.add.reduceat(handled.sum(axis=1), starts)
    keep = 1.0 - LEVEL_ALPHA_PER_WEEK
    levels = np.empty(len(starts))
    sum_s = sum_n = 0.0
    for week in range(len(starts)):
        sum_s, sum_n = keep * sum_s + seconds[week], keep * sum_n + contacts[week]
        levels[week] = sum_s / sum_n if sum_n > 0 else 0.0
    return levels
