"""Handle time: the level of each week, and the shape of the day."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray

_WEEK = 7


@kernel
def handle_weeks(
    handle_s: FloatArray,
    handled: FloatArray,
    keep: float,
    prior: tuple[float, float],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return each week's level of handle time ``[w]`` and what lies behind its shape.

    *handle_s* and *handled* are ``[d, s]`` seconds and contacts, *prior* those that
    every level begins with. The shape is told by seconds over the level and contacts,
    by week ``[w, s]``, and by the seconds over the level of each day ``[d]``.
    """
    num, slots = handled.shape
    weeks = (num + _WEEK - 1) // _WEEK
    level, by_day = np.zeros(weeks), np.zeros(num)
    relative, contacts = np.zeros((weeks, slots)), np.zeros((weeks, slots))
    sum_s, sum_n = 0.0, 0.0
    for week in range(weeks):
        first, end = week * _WEEK, min((week + 1) * _WEEK, num)
        seconds, count = 0.0, 0.0
        for row in range(first, end):
            for s in range(slots):
                seconds += handle_s[row, s]
                count += handled[row, s]
        sum_s, sum_n = keep * sum_s + seconds, keep * sum_n + count
        if sum_n + prior[1] > 0.0:
            level[week] = (sum_s + prior[0]) / (sum_n + prior[1])
        for row in range(first, end):
            for s in range(slots):
                part = handle_s[row, s] / level[week] if level[week] > 0.0 else 0.0
                relative[week, s] += part
                contacts[week, s] += handled[row, s]
                by_day[row] += part
    return level, relative, contacts, by_day


@kernel
def _smoothed(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return *values* ``[n]`` summed over their neighbours by *weights*."""
    result, reach = np.zeros(len(values)), len(weights) // 2
    for i in range(len(values)):
        for k in range(len(weights)):
            other = i - reach + k
            if 0 <= other < len(values):
                result[i] += weights[k] * values[other]
    return result


@kernel
def proven(
    relative: FloatArray, contacts: FloatArray, weights: FloatArray, prior: float
) -> FloatArray:
    """Return the deviation ``[n]`` from level, as far as it holds from week to week.

    *relative* seconds and *contacts* are weekly sums ``[w, n]``, smoothed by *weights*
    and drawn to the level by *prior* contacts. Each week is predicted from the others.
    """
    total, total_n = relative.sum(axis=0), contacts.sum(axis=0)
    near, near_n = _smoothed(total, weights), _smoothed(total_n, weights)
    whole = (near + prior) / (near_n + prior) - 1.0
    came, said = 0.0, 0.0
    for week in range(len(contacts)):
        own, own_n = (
            _smoothed(relative[week], weights),
            _smoothed(contacts[week], weights),
        )
        for i in range(len(whole)):
            other = (near[i] - own[i] + prior) / (near_n[i] - own_n[i] + prior) - 1.0
            came += other * (relative[week, i] - contacts[week, i])
            said += other * other * contacts[week, i]
    if len(contacts) < 2 or said <= 0.0:
        return whole
    return whole * min(max(came / said, 0.0), 1.0)


@kernel
def shapes(
    handle_s: FloatArray,
    handled: FloatArray,
    level: tuple[float, float, float],
    near: FloatArray,
    priors: tuple[float, float, int],
) -> tuple[float, FloatArray, FloatArray]:
    """Return the last level of handle time, its ratios ``[s]`` and ``[7]`` by weekday.

    Of seconds and contacts ``[d, s]``; weekdays begin with the first day's. *level* are
    what a week leaves of it, and the seconds and contacts that it begins with. The
    ratio of a slot is smoothed by the weights *near*. *priors* are the contacts that
    draw slots and weekdays to 1, and the weeks that weekdays need.
    """
    keep, prior_s, prior_n = level
    levels, relative, contacts, by_day = handle_weeks(
        handle_s, handled, keep, (prior_s, prior_n)
    )
    slot = 1.0 + proven(relative, contacts, near, priors[0])
    weekday, weeks = np.ones(_WEEK), len(levels)
    if weeks >= priors[2]:
        seconds, expected = np.zeros((weeks, _WEEK)), np.zeros((weeks, _WEEK))
        for row in range(len(handled)):
            week, place = row // _WEEK, row % _WEEK
            seconds[week, place] = by_day[row]
            for s in range(len(slot)):
                expected[week, place] += handled[row, s] * slot[s]
        weekday = 1.0 + proven(seconds, expected, np.ones(1), priors[1])
    return levels[-1], slot, weekday
