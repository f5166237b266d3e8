"""Weekly profiles as they were before each day: the loops over days and slots."""

import numpy as np

from forecasting.kernels.jit import kernel
from wfm.domain.arrays import BoolArray, FloatArray, IntArray

_WEEK = 7
MEAN, MEDIAN = 0, 1


@kernel
def fading(
    offered: FloatArray, cells: BoolArray, keep: float
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """Return what the mean of the same weekdays before each day was ``[d, s]``.

    Only *cells* ``[d, s]`` of the contacts *offered* count, each week back *keep* times
    as much. Beside it stand the number of weeks behind, and sums and weights ``[7, s]``
    after the history, beginning with the first day's weekday.
    """
    num, slots = offered.shape
    expected = np.zeros((num, slots))
    support = np.zeros((num, slots), dtype=np.int64)
    counts = np.zeros((_WEEK, slots), dtype=np.int64)
    sums, weights = np.zeros((_WEEK, slots)), np.zeros((_WEEK, slots))
    for row in range(num):
        place = row % _WEEK
        for s in range(slots):
            weight, count = weights[place, s], counts[place, s]
            support[row, s] = count
            if count > 0:
                expected[row, s] = sums[place, s] / weight
            inside = 1 if cells[row, s] else 0
            counts[place, s] = count + inside
            weights[place, s] = keep * weight + inside
            sums[place, s] = keep * sums[place, s] + inside * offered[row, s]
    if num % _WEEK:  # the other weekdays' last week lies one further back
        weights[num % _WEEK :] *= keep
        sums[num % _WEEK :] *= keep
    return expected, support, sums, weights


@kernel
def _sort_columns(window: FloatArray, size: int) -> None:
    """Sort each column of the first *size* rows of *window* ``[n, s]``, in place.

    By odd-even transposition, for all columns at once.
    """
    for turn in range(size):
        for i in range(turn % 2, size - 1, 2):
            for s in range(window.shape[1]):
                low = min(window[i, s], window[i + 1, s])
                window[i + 1, s] = max(window[i, s], window[i + 1, s])
                window[i, s] = low


@kernel
def _average(
    ring: FloatArray, s: int, size: int, kind: int, window: FloatArray
) -> float:
    """Return the average of the first *size* values in column *s* of *ring*."""
    if kind == MEAN:
        total = 0.0
        for i in range(size):
            total += ring[i, s]
        return total / size
    for i in range(size):
        window[i, 0] = ring[i, s]
    _sort_columns(window[:, :1], size)
    return float(window[(size - 1) // 2, 0] + window[size // 2, 0]) / 2.0


@kernel
def _averages(ring: FloatArray, kind: int, window: FloatArray) -> None:
    """Write the averages ``[s]`` of all rows of *ring* ``[n, s]`` to ``window[0]``."""
    size = len(ring)
    window[:] = ring
    if kind == MEDIAN:
        _sort_columns(window, size)
        window[0] = (window[(size - 1) // 2] + window[size // 2]) / 2.0
        return
    for i in range(1, size):
        window[0] += ring[i]
    window[0] /= size


@kernel
def _renewed(
    ring: FloatArray,
    counts: IntArray,
    cells: BoolArray,
    kind: int,
    scratch: tuple[FloatArray, FloatArray],
) -> None:
    """Write the averages of a weekday's *ring* ``[n, s]`` after a day with *cells*.

    *counts* ``[s]`` weeks are known of each slot. The averages come to the first of
    *scratch*, where nothing is written of slots that did not change.
    """
    now, window = scratch
    most = 0
    for s in range(len(counts)):
        most = max(most, counts[s])
    if most >= len(ring):
        _averages(ring, kind, window)
    for s in range(len(counts)):
        if counts[s] >= len(ring):
            now[s] = window[0, s]
    for s in range(len(counts)):
        if cells[s] and counts[s] < len(ring):
            now[s] = _average(ring, s, counts[s], kind, window)


@kernel
def recent(
    offered: FloatArray, cells: BoolArray, num_weeks: int, kind: int
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """Return the mean or median of the last *num_weeks* same weekdays ``[d, s]``.

    Otherwise like :func:`fading`; the sums are the averages after the history, the
    weights 1 where there is one.
    """
    num, slots = offered.shape
    expected = np.zeros((num, slots))
    support = np.zeros((num, slots), dtype=np.int64)
    counts = np.zeros((_WEEK, slots), dtype=np.int64)
    places = np.zeros((_WEEK, slots), dtype=np.int64)
    now, seen = np.zeros((_WEEK, slots)), np.zeros((_WEEK, slots))
    rings, window = np.zeros((_WEEK, num_weeks, slots)), np.zeros((num_weeks, slots))
    for row in range(num):
        week = row % _WEEK
        ring, count, place = rings[week], counts[week], places[week]
        support[row], expected[row] = count, now[week]
        changed = False
        for s in range(slots):
            if cells[row, s]:
                ring[place[s], s] = offered[row, s]
                place[s] = place[s] + 1 if place[s] + 1 < num_weeks else 0
                count[s], seen[week, s], changed = count[s] + 1, 1.0, True
                now[week, s] = offered[row, s]
        if changed and num_weeks > 1:
            _renewed(ring, count, cells[row], kind, (now[week], window))
    return expected, support, now, seen


@kernel
def _fill(
    rows: BoolArray,
    known: tuple[FloatArray, FloatArray],
    values: FloatArray,
    seen: BoolArray,
) -> None:
    """Fill the unseen cells of *rows* with the mean of *known* sums over weights."""
    sums, weights = known
    for s in range(values.shape[1]):
        total, weight = 0.0, 0.0
        for row in range(_WEEK):
            if rows[row]:
                total += sums[row, s]
                weight += weights[row, s]
        if weight <= 0.0:
            continue
        for row in range(_WEEK):
            if rows[row] and not seen[row, s]:
                values[row, s], seen[row, s] = total / weight, True


@kernel
def complete(
    sums: FloatArray, weights: FloatArray, first_weekday: int, rest: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Return sums over weights ``[7, s]`` Monday first, unseen cells filled from kin.

    *sums* and *weights* begin with the *first_weekday*. The kin are the days of *rest*
    ``[7]`` or the others, then all. Which slots ``[s]`` have a value stands beside it.
    """
    order = (np.arange(_WEEK) - first_weekday) % _WEEK
    sums, weights = sums[order], weights[order]
    values, seen = np.zeros_like(sums), weights > 0.0
    for row in range(_WEEK):
        for s in range(values.shape[1]):
            if seen[row, s]:
                values[row, s] = sums[row, s] / weights[row, s]
    if not seen.all():
        known = (sums, weights)
        _fill(rest, known, values, seen)
        _fill(~rest, known, values, seen)
        _fill(rest | ~rest, known, values, seen)
    return values, seen[0]
