"""How the line develops, and what service that gives, forwards in time; compiled.

Uniformisation watches the chain at the events of a Poisson process as fast as its
fastest state; in large systems implicit steps may take its place.
"""

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.staffing.kernels.chain import (
    Periods,
    birth_rates,
    clearing_rates,
    death_rates,
    entering,
    mean_waiting,
    padded,
    poisson_weights,
    reachable,
    trimmed,
)
from wfm.staffing.kernels.jit import kernel
from wfm.staffing.kernels.line import (
    arriving,
    back_waits,
    endless,
    in_time,
    waits_before,
)

_LOST = 1e-12
_SETTLED = 1e-15


@kernel
def _step(
    now: FloatArray,
    births: FloatArray,
    deaths: FloatArray,
    rate: float,
    after: FloatArray,
) -> float:
    """Write the distribution at the next event; return the largest change."""
    size, scale = len(now), 1.0 / rate
    most = 0.0
    from_below = 0.0
    for j in range(size - 1):
        up = now[j] * births[j]
        change = from_below - up - now[j] * deaths[j] + now[j + 1] * deaths[j + 1]
        after[j] = now[j] + change * scale
        most = max(most, abs(change))
        from_below = up
    change = from_below - now[size - 1] * deaths[size - 1]
    after[size - 1] = now[size - 1] + change * scale
    return float(max(most, abs(change)) * scale)


@kernel
def _events(
    state: FloatArray, births: FloatArray, deaths: FloatArray, seconds: float
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution after *seconds* and its integral, by uniformisation.

    Once the distribution no longer changes, the rest is taken as it is.
    """
    rate, size = births.max() + deaths.max(), len(state)
    if rate * seconds < 1e-9:
        return state.copy(), state * seconds
    weight = poisson_weights(rate * seconds)
    end, spent = np.zeros(size), np.zeros(size)
    now, after = state.copy(), np.empty(size)
    left, due = 1.0, rate * seconds
    for i in range(len(weight)):
        share, left = weight[i], max(left - weight[i], 0.0)
        visits = min(left, due)
        moved = _step(now, births, deaths, rate, after)
        settled = moved < _SETTLED or left < _SETTLED
        if settled:
            share, visits = share + left, due
        for j in range(size):
            end[j] += share * now[j]
            spent[j] += visits * now[j]
        due -= visits
        if settled:
            break
        now, after = after, now
    return end, spent / rate


@kernel
def _factors(
    births: FloatArray, deaths: FloatArray, step_s: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the factors of ``I - step Q'``: 1/pivot, and what is carried up, down."""
    size = len(births)
    inverse, down, up = np.empty(size), np.empty(size), np.empty(size)
    carried = 0.0
    for j in range(size):
        inverse[j] = 1.0 / (1.0 + step_s * (births[j] + deaths[j]) - carried)
        up[j] = step_s * births[j] * inverse[j]
        down[j] = 0.0
        if j < size - 1:
            down[j] = step_s * deaths[j + 1] * inverse[j]
            carried = up[j] * step_s * deaths[j + 1]
    return inverse, up, down


@kernel
def _solved(
    right: FloatArray, inverse: FloatArray, up: FloatArray, down: FloatArray
) -> None:
    """Solve the factored system in place."""
    size = len(right)
    for j in range(1, size):
        right[j] += up[j - 1] * right[j - 1]
    right[size - 1] *= inverse[size - 1]
    for j in range(size - 2, -1, -1):
        right[j] = right[j] * inverse[j] + down[j] * right[j + 1]


@kernel
def _strides(
    state: FloatArray,
    births: FloatArray,
    deaths: FloatArray,
    seconds: float,
    number: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution after *seconds* and its integral, in *number* steps.

    Three implicit stages, of third order and damping what is fast (Alexander 1977,
    doi:10.1137/0714068).
    """
    g = 0.43586652150845967
    first, second = -(6 * g * g - 16 * g + 1) / 4, (6 * g * g - 20 * g + 5) / 4
    step_s = seconds / number
    inverse, up, down = _factors(births, deaths, g * step_s)
    size, now = len(state), state.copy()
    spent = np.zeros(size)
    one, two, three = np.empty(size), np.empty(size), np.empty(size)
    for _ in range(number):
        one[:] = now
        _solved(one, inverse, up, down)
        for j in range(size):
            slope = (one[j] - now[j]) / g
            two[j] = now[j] + 0.5 * (1.0 - g) * slope
            three[j] = now[j] + first * slope
        for j in range(size):
            now[j] = two[j]
        _solved(two, inverse, up, down)
        for j in range(size):
            three[j] += second * (two[j] - now[j]) / g
        _solved(three, inverse, up, down)
        for j in range(size):
            spent[j] += first * one[j] + second * two[j] + g * three[j]
            now[j] = three[j]
    return now, spent * step_s


@kernel
def _drift(state: FloatArray, births: FloatArray, deaths: FloatArray) -> float:
    """Return how fast the distribution moves up or down, in its widths per second."""
    mean, square, speed = 0.0, 1.0, 0.0
    for j in range(len(state)):
        mean += j * state[j]
        square += j * j * state[j]
        speed += (births[j] - deaths[j]) * state[j]
    return float(abs(speed) / np.sqrt(max(square - mean * mean, 1.0)))


@kernel
def _forward(
    state: FloatArray,
    births: FloatArray,
    deaths: FloatArray,
    seconds: float,
    quick: bool,
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution after *seconds*, and its integral over that time."""
    events = (births.max() + deaths.max()) * seconds
    if quick:
        number = 5 + int(_drift(state, births, deaths) * seconds)
        if 5.0 * number < events:
            return _strides(state, births, deaths, seconds, number)
    return _events(state, births, deaths, seconds)


@kernel
def _period(
    periods: Periods,
    t: int,
    state: FloatArray,
    within_s: float,
    nodes: FloatArray,
    quick: bool,
) -> tuple[FloatArray, float, float]:
    """Return the distribution at the end of period *t*, service level, mean queue.

    *nodes* [2, n] are points in (0, 1) and weights for arrivals so late that their
    wait may reach into the next period.
    """
    size, seconds, whole = len(state), periods.seconds, periods.whole[t]
    births, deaths = birth_rates(periods, t, size), death_rates(periods, t, size)
    late_s = min(within_s, seconds)
    met = in_time(periods, t, size, within_s, within_s)
    now, spent = _forward(state, births, deaths, seconds - late_s, quick)
    level, queue = (met * spent).sum(), mean_waiting(spent, whole)
    before = 0.0
    for i in range(nodes.shape[1]):
        now, spent = _forward(
            now, births, deaths, (nodes[0, i] - before) * late_s, quick
        )
        queue += mean_waiting(spent, whole)
        met = in_time(periods, t, size, (1.0 - nodes[0, i]) * late_s, within_s)
        level += nodes[1, i] * (met * now).sum() * late_s
        before = nodes[0, i]
    now, spent = _forward(now, births, deaths, (1.0 - before) * late_s, quick)
    return now, level / seconds, (queue + mean_waiting(spent, whole)) / seconds


@kernel
def carry(
    periods: Periods,
    start: FloatArray,
    begun: tuple[float, float],
    within_s: float,
    nodes: FloatArray,
    quick: bool,
) -> tuple[FloatArray, FloatArray, int]:
    """Return service level, mean queue and queue at the end [3, t], the last state.

    And the most states used: the state space of a period grows until nothing
    measurable reaches its end.
    """
    num_t = len(periods.arrival)
    found = np.empty((3, num_t))
    state, most = start, len(start)
    for t in range(num_t):
        entered = entering(periods, t, state, begun)
        size = reachable(periods, t, len(entered))
        state, level, queue = _period(
            periods, t, padded(entered, size), within_s, nodes, quick
        )
        while state[-1] > 1e3 * _LOST:
            size *= 2
            state, level, queue = _period(
                periods, t, padded(entered, size), within_s, nodes, quick
            )
        state, most = trimmed(state), max(most, size)
        found[0, t], found[1, t] = level, queue
        found[2, t] = mean_waiting(state, periods.whole[t])
    return found, state, most


@kernel
def stationary(periods: Periods, t: int) -> FloatArray:
    """Return the distribution to which the chain of period *t* settles."""
    arrival, abandon = periods.arrival[t], periods.abandon
    drain = (periods.whole[t] + periods.part[t]) * periods.handling[t]
    reach = 2e3
    if 0.0 < arrival < drain:
        reach = min(reach, 34.0 / np.log(drain / arrival))
    if abandon > 0.0:
        growth = max(arrival - drain, 0.0)
        reach = min(reach, growth / abandon + 8.0 * np.sqrt(arrival / abandon))
    size = periods.whole[t] + int(reach) + 14
    births, deaths = birth_rates(periods, t, size), death_rates(periods, t, size)
    log_weight = np.zeros(size)
    for j in range(1, size):
        step = births[j - 1] / deaths[j] if births[j - 1] > 0.0 else 0.0
        log_weight[j] = log_weight[j - 1] + (np.log(step) if step > 0.0 else -1e3)
    weight = np.exp(log_weight - log_weight.max())
    return trimmed(weight / weight.sum())


@kernel
def _seen(
    periods: Periods,
    start: FloatArray,
    begun: tuple[float, float],
    size: int,
    nodes: FloatArray,
) -> FloatArray:
    """Return the distribution [t, n, k] at the *nodes* of every period."""
    num_t, num_n = len(periods.arrival), nodes.shape[1]
    seen = np.zeros((num_t, num_n, size))
    state = start
    for t in range(num_t):
        now = padded(entering(periods, t, state, begun), size)
        births, deaths = birth_rates(periods, t, size), death_rates(periods, t, size)
        before = 0.0
        for i in range(num_n):
            step_s = (nodes[0, i] - before) * periods.seconds
            now, _ = _forward(now, births, deaths, step_s, False)
            seen[t, i], before = now, nodes[0, i]
        step_s = (1.0 - before) * periods.seconds
        state = trimmed(_forward(now, births, deaths, step_s, False)[0])
    return seen


@kernel
def waits(
    periods: Periods,
    start: FloatArray,
    begun: tuple[float, float],
    size: int,
    nodes: FloatArray,
) -> FloatArray:
    """Return the share served and the wait of those served [2, t], by arrival.

    *nodes* [2, n] are points in (0, 1) and weights within a period.
    """
    num_t, num_n = len(periods.arrival), nodes.shape[1]
    seen = _seen(periods, start, begun, size, nodes)
    found = np.zeros((2, num_t))
    line = endless(periods, num_t - 1, size)
    for t in range(num_t - 1, -1, -1):
        if t + 1 < num_t:
            line = waits_before(periods, t, line)
        clearing, whole = clearing_rates(periods, t, size), periods.whole[t]
        after = 1.0
        for i in range(num_n - 1, -1, -1):
            step_s = (after - nodes[0, i]) * periods.seconds
            line = back_waits(line, clearing, whole, periods.abandon, step_s)
            after = nodes[0, i]
            for row in range(2):
                met = arriving(line[row], whole, periods.block[t], 1.0 - row)
                found[row, t] += nodes[1, i] * (met * seen[t, i]).sum()
        step_s = after * periods.seconds
        line = back_waits(line, clearing, whole, periods.abandon, step_s)
    return found
