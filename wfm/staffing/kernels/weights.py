r"""Erlang B of single elements, compiled; formulas in :mod:`wfm.staffing.blocking`."""

import math

from wfm.domain.arrays import FloatArray
from wfm.staffing.kernels.jit import NODES, WEIGHTS, kernel, sum_kernel

# e^-40 = 4e-18: what lies further out does not change a double.
DROP = 40.0
SMALL_AGENTS = 16.0
_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_C = tuple(1.0 / math.factorial(k) for k in range(21))


@sum_kernel
def quick_exp(x: float) -> float:
    """Return ``e^x`` for x in [-60, 40] to 32 units in the last place.

    A polynomial and squarings, which the vector unit takes several at a time.
    """
    y = x * (1.0 / 32.0)
    high = _C[16] + y * (_C[17] + y * (_C[18] + y * (_C[19] + y * _C[20])))
    high = _C[12] + y * (_C[13] + y * (_C[14] + y * (_C[15] + y * high)))
    high = _C[8] + y * (_C[9] + y * (_C[10] + y * (_C[11] + y * high)))
    high = _C[4] + y * (_C[5] + y * (_C[6] + y * (_C[7] + y * high)))
    low = 1.0 + y * (1.0 + y * (_C[2] + y * (_C[3] + y * high)))
    low *= low
    low *= low
    low *= low
    low *= low
    return low * low


@sum_kernel
def bend_of(u: float, faded: float) -> float:
    """Return ``u + e^-u - 1`` given ``e^-u``, with full relative precision."""
    high = _C[14] - u * (_C[15] - u * (_C[16] - u * (_C[17] - u * _C[18])))
    high = _C[10] - u * (_C[11] - u * (_C[12] - u * (_C[13] - u * high)))
    high = _C[6] - u * (_C[7] - u * (_C[8] - u * (_C[9] - u * high)))
    high = _C[2] - u * (_C[3] - u * (_C[4] - u * (_C[5] - u * high)))
    return u * u * high if abs(u) < 1.0 else (u - 1.0) + faded


@kernel
def bend(u: float) -> float:
    """Return ``u + e^-u - 1`` with full relative precision."""
    return bend_of(u, math.exp(-u))


@kernel
def deviance(x: float, a: float) -> float:
    """Return ``x ln(x / a) + a - x`` without cancellation where x is near a."""
    gap = x - a
    ratio = gap / (x + a)
    if abs(ratio) > 0.5:
        return x * math.log(x / a) - gap
    total = gap * ratio
    power, square = 2.0 * x * ratio, ratio * ratio
    for j in range(3, 100, 2):
        power *= square
        last = total
        total += power / j
        if total == last:
            break
    return total


@kernel
def log_inverse_poisson(agents: float, load: float) -> float:
    """Return the log of ``n! e^A / A^n`` for real n of at least 16."""
    inverse = 1.0 / agents
    square = inverse * inverse
    stirling = inverse * (
        1 / 12
        - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
    )
    return deviance(agents, load) + stirling + _HALF_LOG_2PI + 0.5 * math.log(agents)


@kernel
def reach_right(slope: float, curve: float) -> float:
    """Return about the u at which ``slope u + curve bend(u)`` is the drop."""
    reach = 2.0 * DROP / (slope + math.sqrt(slope * slope + 2.0 * DROP * curve))
    for _ in range(8):
        excess = slope * reach + curve * bend(reach) - DROP
        if -0.01 < excess < 4.0:
            break
        reach -= excess / (slope - curve * math.expm1(-reach))
    return reach


@kernel
def reach_left(slope: float, curve: float) -> float:
    """Return about the u at which ``slope u + curve bend(-u)`` is the drop."""
    ratio = DROP / curve
    reach = math.log1p(ratio + math.sqrt(2.0 * ratio))
    flat = 2.0 * DROP / (slope + math.sqrt(slope * slope + 2.0 * DROP * curve))
    return min(reach, flat)


@sum_kernel
def area(slope: float, curve: float, low: float, high: float) -> float:
    """Return the integral of ``exp(-slope u - curve bend(u))`` from *low* to *high*."""
    total = 0.0
    for i in range(len(NODES)):
        u = low + (high - low) * NODES[i]
        height = -slope * u - curve * bend_of(u, quick_exp(-u))
        total += WEIGHTS[i] * quick_exp(height)
    return total * (high - low)


@kernel
def _weight_below_load(agents: float, load: float) -> float:
    slope = load - agents
    return agents * area(-slope, load, -reach_left(slope, load), 0.0)


@kernel
def _weight_of_part(part: float, load: float) -> float:
    """Return the free weight of less than one agent."""
    if part == 0.0:
        return 0.0
    if part <= load:
        return _weight_below_load(part, load)
    # The integrand rises up to a peak first; beyond it is that of load = part.
    peak = math.log(part / load)
    rise = area(part - load, load, -peak, 0.0)
    fall = area(0.0, part, -reach_left(0.0, part), 0.0)
    return part * (rise + math.exp(deviance(part, load)) * fall)


@kernel
def small_weight(agents: float, load: float) -> float:
    """Return the free weight for few agents, up from the part below one."""
    whole = math.floor(agents)
    x = agents - whole
    weight, per_load = _weight_of_part(x, load), 1.0 / load
    for _ in range(int(whole)):
        x += 1.0
        weight = x * per_load * (1.0 + weight)
    return weight


@kernel
def log_free_weight(agents: float, load: float) -> float:
    """Return ``ln(1/B - 1)`` for a positive load; minus infinity without agents."""
    if agents == 0.0:
        return -math.inf
    if 1.0 <= agents <= load:
        return math.log(_weight_below_load(agents, load))
    if agents < SMALL_AGENTS:
        return math.log(small_weight(agents, load))
    slope = agents - load
    log_all = log_inverse_poisson(agents, load)
    above = agents * area(slope, load, 0.0, reach_right(slope, load))
    return log_all + math.log1p(-above * math.exp(-log_all))


@kernel
def near_weight(agents: float, load: float) -> float:
    """Return the free weight of whole agents little more than the load."""
    if agents < SMALL_AGENTS:
        return small_weight(agents, load)
    slope = agents - load
    above = agents * area(slope, load, 0.0, reach_right(slope, load))
    return math.exp(log_inverse_poisson(agents, load)) - above


@kernel
def fill_log_free_weight(
    agents: FloatArray, load: FloatArray, result: FloatArray
) -> None:
    """Write :func:`log_free_weight` of each flat element into *result*."""
    for i in range(len(result)):
        result[i] = log_free_weight(agents[i], load[i])
