"""Weekday means, deviations and their shares: the loops of a few numbers a day."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_WEEK = 7
_SHARES = 3
_MOMENTS = 10


@kernel
def weekday_means(
    scores: FloatArray, weights: FloatArray, keep: float
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the fading means ``[d + 7, k]`` of *scores* ``[d, k]`` by weekday.

    Each day has those of its weekday before it; the last seven rows are those after
    the history, beginning with the first day's weekday. Beside them stand the weight
    of the days behind each ``[d + 7]``, and how many these are.
    """
    num, size = scores.shape
    means, seen = np.zeros((num + _WEEK, size)), np.zeros(num + _WEEK)
    counts = np.zeros(num + _WEEK, dtype=np.int64)
    sums, total = np.zeros((_WEEK, size)), np.zeros(_WEEK)
    number = np.zeros(_WEEK, dtype=np.int64)
    for row in range(num + _WEEK):
        place = row % _WEEK if row < num else row - num
        seen[row], counts[row] = total[place], number[place]
        if total[place] > 0.0:
            for k in range(size):
                means[row, k] = sums[place, k] / total[place]
        if row < num:
            total[place] = keep * total[place] + weights[row]
            number[place] += 1 if weights[row] > 0.0 else 0
            for k in range(size):
                sums[place, k] = keep * sums[place, k] + weights[row] * scores[row, k]
    return means, seen, counts


@kernel
def deviations(
    scores: FloatArray,
    weights: FloatArray,
    means: FloatArray,
    seen: FloatArray,
    keep: float,
    stale_after: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the last deviation and the level ``[d, k]`` known after each day.

    A deviation is a day's score less its mean, by its weight. The last one is 0 when
    it is *stale_after* days old; the level fades by *keep* a day, over one day's
    weight at least.
    """
    num, size = scores.shape
    last, level = np.zeros((num, size)), np.zeros((num, size))
    held, total = np.zeros(size), np.zeros(size)
    latest, weight = -stale_after, 0.0
    for row in range(num):
        known = seen[row] > 0.0
        weight = keep * weight + (weights[row] if known else 0.0)
        fresh = weights[row] > 0.0
        latest = row if fresh else latest
        for k in range(size):
            away = (scores[row, k] - means[row, k]) * weights[row] if known else 0.0
            held[k] = away if fresh else held[k]
            total[k] = keep * total[k] + away
            last[row, k] = held[k] if row - latest < stale_after else 0.0
            level[row, k] = total[k] / max(weight, 1.0)
    return last, level


@kernel
def _moments(
    num: int,
    lead: int,
    day: tuple[FloatArray, FloatArray, FloatArray],
    past: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    found: FloatArray,
) -> float:
    """Add to *found* ``[10, k]`` the products of three features and the target.

    Six are those of the features with one another, row by row, three with the target,
    the last is the target's square. *day* are scores, weights and weight behind the
    means; *past* last deviations, levels, means and tilts. Returns the weight of the
    days.
    """
    scores, weights, seen = day
    last, level, mean, tilt = past
    weeks, size, total = _WEEK * ((lead - 1) // _WEEK), scores.shape[1], 0.0
    for row in range(lead, num):
        before, then = row - weeks, row - lead
        use = weights[row] if seen[before] > 0.0 else 0.0
        if use == 0.0:
            continue
        total += use
        for k in range(size):
            a, b, c = last[then, k], level[then, k], tilt[before, k]
            away = scores[row, k] - mean[before, k]
            target = use * away
            found[0, k] += use * a * a
            found[1, k] += use * a * b
            found[2, k] += use * a * c
            found[3, k] += use * b * b
            found[4, k] += use * b * c
            found[5, k] += use * c * c
            found[6, k] += a * target
            found[7, k] += b * target
            found[8, k] += c * target
            found[9, k] += away * target
    return total


@kernel
def _ridge(m: FloatArray, strength: float, k: int) -> tuple[float, float, float]:
    """Return the shares of three features within [0, 1], by elimination.

    A feature a million times smaller than the target may be nothing but rounding, whose
    share would be anything: it has none.
    """
    largest = max(m[0, k], m[3, k], m[5, k])
    extra = 1e-9 * largest + (1.0 if largest == 0.0 else 0.0)
    faint, more = 1e-12 * m[9, k], 1.0 + strength
    s00 = m[0, k] * more + extra if m[0, k] >= faint else np.inf
    s11 = m[3, k] * more + extra if m[3, k] >= faint else np.inf
    s22 = m[5, k] * more + extra if m[5, k] >= faint else np.inf
    f1, f2 = m[1, k] / s00, m[2, k] / s00
    s11, s12 = s11 - f1 * m[1, k], m[4, k] - f1 * m[2, k]
    r1 = m[7, k] - f1 * m[6, k]
    f = s12 / s11
    s22 = s22 - f2 * m[2, k] - f * s12
    c = (m[8, k] - f2 * m[6, k] - f * r1) / s22
    b = (r1 - s12 * c) / s11
    a = (m[6, k] - m[1, k] * b - m[2, k] * c) / s00
    return min(max(a, 0.0), 1.0), min(max(b, 0.0), 1.0), min(max(c, 0.0), 1.0)


@kernel
def shares(
    num: int,
    leads: IntArray,
    groups: IntArray,
    priors: FloatArray,
    day: tuple[FloatArray, FloatArray, FloatArray],
    past: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    """Return the shrunken least-squares shares ``[g, 3, k]`` from the first *num* days.

    *leads* ``[i]`` are in days, *groups* ``[i]`` to which of the *priors* ``[g]`` each
    belongs. For *day* and *past* see :func:`_moments`.
    """
    size = day[0].shape[1]
    result = np.zeros((len(priors), _SHARES, size))
    for group in range(len(priors)):
        found, days, members = np.zeros((_MOMENTS, size)), 0.0, 0
        for i in range(len(leads)):
            if groups[i] == group:
                members += 1
                days += _moments(num, leads[i], day, past, found)
        if days == 0.0:
            continue
        for k in range(size):
            one = _ridge(found, priors[group] * members / days, k)
            result[group, 0, k], result[group, 1, k], result[group, 2, k] = one
    return result


@kernel
def from_kin(
    means: FloatArray, seen: FloatArray, first_weekday: int, rest: BoolArray
) -> FloatArray:
    """Return *means* ``[7, k]`` Monday first; they begin with *first_weekday*.

    Weekdays without weight in *seen* ``[7]`` have the mean of their class, which *rest*
    ``[7]`` tells, or of all.
    """
    result, known = np.zeros_like(means), np.zeros(_WEEK, dtype=np.bool_)
    for weekday in range(_WEEK):
        place = (weekday - first_weekday) % _WEEK
        result[weekday], known[weekday] = means[place], seen[place] > 0.0
    if known.all() or not known.any():
        return result
    for weekday in range(_WEEK):
        if known[weekday]:
            continue
        kin = known & (rest == rest[weekday])
        kin = kin if kin.any() else known
        result[weekday] = 0.0
        for other in np.flatnonzero(kin):
            result[weekday] += result[other]
        result[weekday] /= kin.sum()
    return result


@kernel
def fitted(
    scores: FloatArray,
    weights: FloatArray,
    keeps: tuple[float, float, float],
    stale_after: int,
    num_learnt: int,
    learnt: tuple[IntArray, IntArray, FloatArray],
    week: tuple[int, BoolArray],
) -> tuple[
    tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    IntArray,
    tuple[FloatArray, FloatArray],
    FloatArray,
]:
    """Return a model of *scores* ``[d, k]`` that count by *weights* ``[d]``.

    *keeps* are what a week leaves of the slow and the fast mean, and a day of the
    level; *learnt* are leads, groups and priors of :func:`shares`, *week* the first
    weekday and ``[7]`` which weekdays rest. These are last deviation, level, slow mean
    and tilt by day, the weeks behind them, mean and tilt by weekday after the history,
    and the shares.
    """
    num = len(scores)
    means, seen, counts = weekday_means(scores, weights, keeps[0])
    tilts = weekday_means(scores, weights, keeps[1])[0] - means
    last, level = deviations(scores, weights, means, seen, keeps[2], stale_after)
    past = (last, level, means[:num], tilts[:num])
    leads, groups, priors = learnt
    share = shares(num_learnt, leads, groups, priors, (scores, weights, seen), past)
    ahead = (
        from_kin(means[num:], seen[num:], week[0], week[1]),
        from_kin(tilts[num:], seen[num:], week[0], week[1]),
    )
    return past, counts[:num], ahead, share


@kernel
def hindcast(
    past: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    counts: IntArray,
    share: FloatArray,
    lead: int,
    first_row: int,
) -> tuple[FloatArray, IntArray]:
    """Return scores ``[d, k]`` forecast *lead* days before, and weeks ``[d]`` behind.

    Of the days from *first_row* on; *share* is ``[3, k]``.
    """
    last, level, mean, tilt = past
    num, size = last.shape
    weeks = _WEEK * ((lead - 1) // _WEEK)
    expected = np.zeros((num - first_row, size))
    support = np.zeros(num - first_row, dtype=np.int64)
    for row in range(first_row, num):
        out, before, then = row - first_row, row - weeks, row - lead
        if before < 0:
            continue
        support[out] = counts[before]
        for k in range(size):
            value = mean[before, k] + share[2, k] * tilt[before, k]
            if then >= 0:
                value += share[0, k] * last[then, k] + share[1, k] * level[then, k]
            expected[out, k] = value
    return expected, support


@kernel
def ahead(
    now: tuple[FloatArray, FloatArray],
    week: tuple[FloatArray, FloatArray],
    share: FloatArray,
    groups: IntArray,
    weekdays: IntArray,
) -> FloatArray:
    """Return scores ``[h, k]`` forecast for days of *groups* of leads and *weekdays*.

    *now* are the last deviation and level ``[k]``, *week* mean and tilt by weekday
    ``[7, k]``, *share* is ``[g, 3, k]``.
    """
    (last, level), (mean, tilt) = now, week
    result = np.empty((len(groups), len(last)))
    for h in range(len(groups)):
        g, weekday = groups[h], weekdays[h]
        for k in range(len(last)):
            value = mean[weekday, k] + share[g, 0, k] * last[k]
            value += share[g, 1, k] * level[k]
            result[h, k] = value + share[g, 2, k] * tilt[weekday, k]
    return result


@kernel
def _between(row: FloatArray, seen: BoolArray, out: FloatArray) -> None:
    """Write *row* ``[s']`` of the *seen* slots to *out* ``[s]``, interpolated."""
    num, column, previous = len(seen), 0, -1
    for slot in range(num):
        if not seen[slot]:
            continue
        value = row[column]
        low = value if previous < 0 else out[previous]
        for gap in range(previous + 1, slot):
            share = 0.0 if previous < 0 else (gap - previous) / (slot - previous)
            out[gap] = low + share * (value - low)
        out[slot] = value
        previous, column = slot, column + 1
    for slot in range(previous + 1, num):
        out[slot] = out[previous]


@kernel
def between(values: FloatArray, seen: BoolArray) -> FloatArray:
    """Return ``[n, s]`` of *values* ``[n, s']`` of the slots *seen*, interpolated."""
    result = np.zeros((len(values), len(seen)))
    for row in range(len(values)):
        _between(values[row], seen, result[row])
    return result


@kernel
def contacts(
    scores: FloatArray,
    patterns: FloatArray,
    spread_s: FloatArray,
    factors: FloatArray,
    seen: BoolArray,
) -> FloatArray:
    """Return mean contacts ``[d, s]`` at *scores* ``[d, k]`` of the *patterns*.

    *factors* ``[d]`` multiply whole days. Slots never *seen* lie between the others.
    """
    num, size = len(scores), patterns.shape[1]
    result, row_of = np.zeros((num, len(seen))), np.zeros(size)
    for row in range(num):
        if factors[row] == 0.0:
            continue
        row_of[:] = 0.0
        for k in range(len(patterns)):
            for s in range(size):
                row_of[s] += scores[row, k] * patterns[k, s]
        for s in range(size):
            root = max(row_of[s], 0.0)
            row_of[s] = (root * root + spread_s[s]) * factors[row]
        _between(row_of, seen, result[row])
    return result


@kernel
def contacts_before(
    past: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    counts: IntArray,
    share: FloatArray,
    lead: int,
    first_row: int,
    day: tuple[FloatArray, FloatArray, FloatArray, BoolArray],
) -> tuple[FloatArray, IntArray]:
    """Return contacts ``[d, s]`` forecast *lead* days before, and the weeks behind.

    See :func:`hindcast` and :func:`contacts`; *day* are patterns, spread, factors of
    the days from *first_row* on, and the slots seen.
    """
    patterns, spread_s, factors, seen = day
    scores, support = hindcast(past, counts, share, lead, first_row)
    factors = np.where(support > 0, factors, 0.0)
    weeks = np.empty((len(support), len(seen)), dtype=np.int64)
    for row in range(len(support)):
        weeks[row] = support[row]
    return contacts(scores, patterns, spread_s, factors, seen), weeks
