"""The chain of :mod:`wfm.staffing.transient`: places in line, rates, changes of staff.

State j means that ``floor(n) - j`` agents are free, or ``j - floor(n)`` contacts wait.
"""

from typing import NamedTuple

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.staffing.kernels.jit import kernel

_LOST = 1e-12


class Periods(NamedTuple):
    """What happens when: arrays ``[t]``, constant within a period of *seconds*.

    *whole* and *part* are the agents' integer part and the rest; *block* is Erlang's
    loss formula for *part* agents; *fresh* marks periods that begin with nobody in the
    system.
    """

    seconds: float
    arrival: FloatArray
    handling: FloatArray
    abandon: float
    whole: IntArray
    part: FloatArray
    block: FloatArray
    fresh: BoolArray


@kernel
def poisson_weights(mean: float) -> FloatArray:
    """Return the probabilities of 0, 1, 2 ... events, to where they vanish."""
    weight = np.zeros(int(mean + 8.0 * np.sqrt(mean)) + 30)
    mode = int(mean)
    weight[mode] = 1.0
    for i in range(mode, len(weight) - 1):
        weight[i + 1] = weight[i] * mean / (i + 1)
    for i in range(mode, 0, -1):
        weight[i - 1] = weight[i] * i / mean
    weight /= weight.sum()
    return weight


@kernel
def death_rates(periods: Periods, t: int, size: int) -> FloatArray:
    """Return the rates at which states ``0 .. size - 1`` lose a contact."""
    whole, part, handling = periods.whole[t], periods.part[t], periods.handling[t]
    rate = np.zeros(size)
    for j in range(1, size):
        if j <= whole:
            rate[j] = (part + j) * handling
        else:
            rate[j] = (part + whole) * handling + (j - whole) * periods.abandon
    return rate


@kernel
def clearing_rates(periods: Periods, t: int, size: int) -> FloatArray:
    """Return the rates at which one who waits behind j contacts moves up."""
    whole, part, handling = periods.whole[t], periods.part[t], periods.handling[t]
    rate = np.zeros(size)
    for j in range(whole, size):
        rate[j] = (part + whole) * handling + (j - whole) * periods.abandon
    return rate


@kernel
def birth_rates(periods: Periods, t: int, size: int) -> FloatArray:
    """Return the rates at which the states gain a contact; the last one is closed."""
    rate = np.full(size, periods.arrival[t])
    if periods.part[t] > 0.0:
        rate[0] *= periods.block[t]
    rate[size - 1] = 0.0
    return rate


@kernel
def reachable(periods: Periods, t: int, used: int) -> int:
    """Return how many states period *t* can reach that starts within *used* ones."""
    arrival, abandon = periods.arrival[t], periods.abandon
    drain = (periods.whole[t] + periods.part[t]) * periods.handling[t]
    growth = max(arrival - drain, 0.0)
    reach = growth * periods.seconds + 12.0
    reach += 6.5 * np.sqrt((arrival + drain) * periods.seconds)
    if arrival == 0.0:
        reach = 6.0
    elif arrival < drain:
        reach = min(reach, 25.0 / np.log(drain / arrival) + 6.0)
    if abandon > 0.0:
        reach = min(reach, growth / abandon + 6.5 * np.sqrt(arrival / abandon) + 6.0)
    return int(max(used, periods.whole[t] + 1) + reach)


@kernel
def padded(state: FloatArray, size: int) -> FloatArray:
    """Return *state* in *size* places."""
    longer = np.zeros(size)
    used = min(len(state), size)
    longer[:used] = state[:used]
    return longer


@kernel
def crossed(pending: FloatArray, shift: float) -> FloatArray:
    """Return values [k] by the line before a change of staff from those after it.

    *shift* is by how much the fraction of an agent falls: state j is j + shift then.
    """
    size = len(pending)
    if shift == 0.0:
        return pending.copy()
    moved = np.empty(size)
    for j in range(size):
        at = min(max(j + shift, 0.0), size - 1.0)
        low = min(int(at), size - 2)
        moved[j] = pending[low] + (at - low) * (pending[low + 1] - pending[low])
    return moved


@kernel
def _remixed(state: FloatArray, shift: float, rest: float) -> FloatArray:
    """Return the distribution [k + 1] over the places after a change of staff.

    Contacts stay as many on average: state j is j + *shift* now, the lowest one, which
    stands for *rest* contacts beyond a whole one, too.
    """
    size = len(state)
    mixed = np.zeros(size + 1)
    if shift == 0.0:
        mixed[:size] = state
        return mixed
    for j in range(size):
        at = max((j if j > 0 else rest) + shift, 0.0)
        low = int(at)
        mixed[low] += (1.0 - (at - low)) * state[j]
        mixed[low + 1] += (at - low) * state[j]
    return mixed


@kernel
def trimmed(state: FloatArray) -> FloatArray:
    """Return the distribution without the highest states that nobody reaches."""
    used = len(state)
    while used > 1 and state[used - 1] < _LOST:
        used -= 1
    kept = state[:used].copy()
    kept /= kept.sum()
    return kept


@kernel
def entering(
    periods: Periods, t: int, state: FloatArray, begun: tuple[float, float]
) -> FloatArray:
    """Return the distribution at the start of period *t* after that of the last one.

    *begun* are *part* and *block* before the first period.
    """
    if periods.fresh[t]:
        empty = np.zeros(1)
        empty[0] = 1.0
        return empty
    part, block = begun
    if t > 0:
        part, block = periods.part[t - 1], periods.block[t - 1]
    shift = part - periods.part[t]
    return trimmed(_remixed(state, shift, -part * (1.0 - block)))


@kernel
def mean_waiting(state: FloatArray, whole: int) -> float:
    """Return the mean number that waits."""
    total = 0.0
    for j in range(whole + 1, len(state)):
        total += (j - whole) * state[j]
    return total
