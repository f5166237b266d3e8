"""What one who arrives meets, solved backwards in time; compiled."""

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.staffing.kernels.chain import Periods, clearing_rates, crossed, poisson_weights
from wfm.staffing.kernels.jit import kernel

_SETTLED = 1e-15


@kernel
def _settling_s(clearing: FloatArray, whole: int, abandon: float) -> float:
    """Return a time after which nobody now in line is still there."""
    length = len(clearing) - whole
    slowest = np.inf
    for j in range(whole, len(clearing)):
        slowest = min(slowest, clearing[j] + abandon)
    return float((length + 9.0 * np.sqrt(length) + 40.0) / max(slowest, 1e-300))


@kernel
def _back(
    pending: FloatArray,
    clearing: FloatArray,
    whole: int,
    abandon: float,
    seconds: float,
) -> FloatArray:
    """Return *pending* [k] as seen *seconds* earlier.

    It is the chance, behind j others, of being served before a deadline: 1 once
    nobody is ahead, lost with patience.
    """
    rate, size = clearing.max() + abandon, len(pending)
    events = rate * min(seconds, _settling_s(clearing, whole, abandon))
    if events < 1e-9:
        return pending
    weight, left = poisson_weights(events), 1.0
    now, end = pending.copy(), np.zeros(size)
    end[:whole] = 1.0
    for i in range(len(weight)):
        left -= weight[i]
        share = weight[i] if left > _SETTLED else weight[i] + left
        ahead = 1.0
        for j in range(whole, size):
            here = now[j]
            end[j] += share * here
            change = clearing[j] * (ahead - here) - abandon * here
            now[j] = here + change / rate
            ahead = here
        if left <= _SETTLED:
            break
    return end


@kernel
def arriving(line: FloatArray, whole: int, block: float, at_once: float) -> FloatArray:
    """Return what a new contact meets [k], from what those in line meet.

    With less than one agent the lowest state serves at once while it is not blocked.
    """
    met = line.copy()
    if whole == 0:
        met[0] = (1.0 - block) * at_once + block * line[0]
    return met


@kernel
def in_time(
    periods: Periods, t: int, size: int, left_s: float, within_s: float
) -> FloatArray:
    """Return the chance [k] of one who arrives *left_s* before the end of period *t*.

    Of being served within *within_s*, whatever staff the following periods bring;
    after the last period staff stay as they are.
    """
    final = len(periods.arrival) - 1
    end, rest = t, within_s - left_s
    while rest > periods.seconds and end + 1 < final:
        end += 1
        rest -= periods.seconds
    if rest > 0.0 and t < final:
        end += 1
    line = np.zeros(size)
    for u in range(end, t - 1, -1):
        spent = periods.seconds
        if u == t:
            spent = within_s if end == t else left_s
        elif u == end:
            spent = rest
        if u < end:
            line = crossed(line, periods.part[u] - periods.part[u + 1])
        else:
            line[: min(periods.whole[u], size)] = 1.0
        line = _back(
            line,
            clearing_rates(periods, u, size),
            periods.whole[u],
            periods.abandon,
            spent,
        )
    return arriving(line, periods.whole[t], periods.block[t], 1.0)


@kernel
def back_waits(
    line: FloatArray, clearing: FloatArray, whole: int, abandon: float, seconds: float
) -> FloatArray:
    """Return *line* [2, k] as seen *seconds* earlier.

    Rows: the chance of being served at all, and the wait of those who are (0 for the
    others), in place j.
    """
    rate = clearing.max() + abandon
    if rate * seconds < 1e-9:
        return line
    weight = poisson_weights(rate * seconds)
    size, now = line.shape[1], line
    end = np.zeros(line.shape)
    for i in range(len(weight)):
        end += weight[i] * now
        before = np.zeros(line.shape)
        before[0, :whole] = 1.0
        for j in range(whole, size):
            served, wait = (now[0, j - 1], now[1, j - 1]) if j > whole else (1.0, 0.0)
            stay = rate - clearing[j] - abandon
            before[0, j] = (clearing[j] * served + stay * now[0, j]) / rate
            before[1, j] = (clearing[j] * wait + stay * now[1, j] + now[0, j]) / rate
        now = before
    return end


@kernel
def endless(periods: Periods, t: int, size: int) -> FloatArray:
    """Return chance and wait [2, k] in line when the staff of period *t* stay."""
    whole, rate = periods.whole[t], clearing_rates(periods, t, size)
    line = np.zeros((2, size))
    line[0, :whole] = 1.0
    for j in range(whole, size):
        served, wait = (line[0, j - 1], line[1, j - 1]) if j > whole else (1.0, 0.0)
        leave = rate[j] + periods.abandon
        if leave > 0.0:
            line[0, j] = rate[j] * served / leave
            line[1, j] = (line[0, j] + rate[j] * wait) / leave
    return line


@kernel
def waits_before(periods: Periods, t: int, line: FloatArray) -> FloatArray:
    """Return chance and wait [2, k] just before the end of period *t*, from after it.

    Who is no longer in line when staff change is served without further wait.
    """
    shift = periods.part[t] - periods.part[t + 1]
    before = np.empty(line.shape)
    for row in range(2):
        before[row] = crossed(line[row], shift)
    before[0, : periods.whole[t]] = 1.0
    before[1, : periods.whole[t]] = 0.0
    return before
