"""Handle time: the level of each week, and the shape of the day."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import FloatArray

_WEEK = 7


@kernel
def level_of_weeks(
    seconds: FloatArray,
    contacts: FloatArray,
    keep: float,
    prior: tuple[float, float],
    variance: float,
) -> FloatArray:
    """Return the level of handle time known after each week, from sums ``[w]``.

    It lies between the mean of all weeks and one that fades by *keep* a week: by as
    much as the latter foretold the weeks so far better (least squares, drawn to none).
    Single times have so much *variance* over their squared mean. Both means begin with
    the seconds and contacts *prior*.
    """
    level, (first_s, first_n) = np.zeros(len(seconds)), prior
    all_s, all_n, fading_s, fading_n = first_s, first_n, first_s, first_n
    came, said = 0.0, 1.0
    for week in range(len(seconds)):
        if all_s > 0.0:
            slow, fast = all_s / all_n, fading_s / fading_n
            gap = fast / slow - 1.0
            came += gap * (seconds[week] / slow - contacts[week]) / variance
            said += gap * gap * contacts[week] / variance
        fading_s = first_s + keep * (fading_s - first_s) + seconds[week]
        fading_n = first_n + keep * (fading_n - first_n) + contacts[week]
        all_s, all_n = all_s + seconds[week], all_n + contacts[week]
        if all_n > 0.0:
            slow, fast = all_s / all_n, fading_s / fading_n
            level[week] = slow + min(max(came / said, 0.0), 1.0) * (fast - slow)
    return level


@kernel
def handle_weeks(
    handle_s: FloatArray,
    handled: FloatArray,
    keep: float,
    prior: tuple[float, float],
    variance: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return each week's level of handle time ``[w]`` and what lies behind its shape.

    *handle_s* and *handled* are ``[d, s]`` seconds and contacts; for the rest see
    :func:`level_of_weeks`. The shape is told by seconds over the level and contacts,
    by week ``[w, s]``, and by the seconds over the level of each day ``[d]``.
    """
    num, slots = handled.shape
    weeks = (num + _WEEK - 1) // _WEEK
    relative, contacts = np.zeros((weeks, slots)), np.zeros((weeks, slots))
    by_day = np.zeros(num)
    for row in range(num):
        week_s, week_n, total = relative[row // _WEEK], contacts[row // _WEEK], 0.0
        for s in range(slots):
            week_s[s] += handle_s[row, s]
            week_n[s] += handled[row, s]
        for s in range(slots):
            total += handle_s[row, s]
        by_day[row] = total
    level = level_of_weeks(
        relative.sum(axis=1), contacts.sum(axis=1), keep, prior, variance
    )
    scale = np.where(level > 0.0, level, np.inf)
    for row in range(num):
        by_day[row] /= scale[row // _WEEK]
    return level, relative / scale.reshape((-1, 1)), contacts, by_day


@kernel
def _smoothed(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return *values* ``[n]`` summed over their neighbours by *weights*."""
    result, num = np.zeros(len(values)), len(values)
    for k in range(len(weights)):
        away, weight = k - len(weights) // 2, weights[k]
        for i in range(max(-away, 0), min(num, num - away)):
            result[i] += weight * values[i + away]
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
    level: tuple[float, float, float, float],
    near: FloatArray,
    priors: tuple[float, float, int],
) -> tuple[float, FloatArray, FloatArray]:
    """Return the last level of handle time, its ratios ``[s]`` and ``[7]`` by weekday.

    Of seconds and contacts ``[d, s]``; weekdays begin with the first day's. *level* are
    what a week leaves of it, the seconds and contacts that it begins with, and the
    variance of single times. The ratio of a slot is smoothed by the weights *near*.
    *priors* are the contacts that draw slots and weekdays to 1, and the weeks that
    weekdays need.
    """
    keep, prior_s, prior_n, variance = level
    levels, relative, contacts, by_day = handle_weeks(
        handle_s, handled, keep, (prior_s, prior_n), variance
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
