r"""How likely a free agent is against "all busy, nobody waits", in whole arrays.

That ratio is :math:`w = 1/B - 1`, with Erlang B continued to real n (Jagerman 1974,
doi:10.1002/j.1538-7305.1974.tb02756.x):

.. math:: w(n, A) = n \int_0^\infty e^{-At}(1+t)^{n-1} dt
          = n \int_0^\infty e^{-(A-n)y - A(e^y - 1 - y)} dy .

For n <= A the integrand falls from 1 and is integrated as it stands. For n > A it
rises to a peak first; then the integral over the whole line is known,
:math:`n!\,e^A A^{-n}` (by Stirling's series and the deviance of Loader 2000), and what
lies left of zero falls from 1 again and is taken off. Between whole numbers of few
agents the recursion :math:`w(n) = (n/A)(1 + w(n-1))` leads up from the fraction. All
terms are positive or subtract less than half: no digits are lost, at any size.
"""

from functools import cache

import numpy as np

from wfm.domain.arrays import FloatArray

# e^-40 = 4e-18: what lies further out does not change a double.
DROP = 40.0
SMALL_AGENTS = 16.0
_SERIES = 100
_CHUNK = 4096


@cache
def unit_nodes() -> tuple[FloatArray, FloatArray]:
    """Return 32 Gauss-Legendre nodes and weights on the unit interval."""
    nodes, weights = np.polynomial.legendre.leggauss(32)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def bend(u: FloatArray) -> FloatArray:
    """Return ``u + e^-u - 1`` with full relative precision."""
    series = np.full_like(u, 1.0)
    near = np.clip(u, -1.0, 1.0)
    for k in range(18, 2, -1):
        series = 1.0 - near / k * series
    small = 0.5 * near * near * series
    return np.where(np.abs(u) < 1.0, small, (u - 1.0) + np.exp(-u))


def deviance(x: FloatArray, a: FloatArray) -> FloatArray:
    """Return ``x ln(x / a) + a - x`` without cancellation where x is near a."""
    gap = x - a
    ratio = gap / (x + a)
    total = gap * ratio
    power = 2.0 * x * ratio
    near = np.clip(ratio * ratio, 0.0, 0.25)
    for j in range(3, _SERIES, 2):
        power = power * near
        last = total
        total = total + power / j
        if np.array_equal(total, last):
            break
    return np.where(np.abs(ratio) > 0.5, x * np.log(x / a) - gap, total)


def log_inverse_poisson(agents: FloatArray, load: FloatArray) -> FloatArray:
    """Return the log of ``n! e^A / A^n`` for real n of at least 16."""
    inverse = 1.0 / agents
    square = inverse * inverse
    stirling = inverse * (
        1 / 12
        - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
    )
    return deviance(agents, load) + stirling + 0.5 * np.log(2.0 * np.pi * agents)


def reach_right(slope: FloatArray, curve: FloatArray) -> FloatArray:
    """Return about the u at which ``slope u + curve bend(u)`` is the drop."""
    reach = 2.0 * DROP / (slope + np.sqrt(slope * slope + 2.0 * DROP * curve))
    for _ in range(8):
        excess = slope * reach + curve * bend(reach) - DROP
        open_ = (excess <= -0.01) | (excess >= 4.0)
        if not open_.any():
            break
        slant = slope - curve * np.expm1(-reach)
        reach = np.where(open_, reach - excess / slant, reach)
    return reach


def reach_left(slope: FloatArray, curve: FloatArray) -> FloatArray:
    """Return about the u at which ``slope u + curve bend(-u)`` is the drop."""
    ratio = DROP / curve
    flat = 2.0 * DROP / (slope + np.sqrt(slope * slope + 2.0 * DROP * curve))
    return np.minimum(np.log1p(ratio + np.sqrt(2.0 * ratio)), flat)


def area(
    slope: FloatArray, curve: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return the integral of ``exp(-slope u - curve bend(u))`` from *low* to *high*."""
    nodes, weights = unit_nodes()
    width = high - low
    u = low[:, None] + width[:, None] * nodes
    height = np.exp(-slope[:, None] * u - curve[:, None] * bend(u))
    total: FloatArray = (height @ weights) * width
    return total


def log_free_weight(agents: FloatArray, load: FloatArray) -> FloatArray:
    """Return ``ln w`` for flat arrays; the load is positive."""
    result = np.empty_like(load)
    with np.errstate(all="ignore"):
        for start in range(0, len(load), _CHUNK):
            rows = slice(start, start + _CHUNK)
            result[rows] = _log_free_weight(agents[rows], load[rows])
    return result


def _log_free_weight(agents: FloatArray, load: FloatArray) -> FloatArray:
    result = np.full_like(load, -np.inf)
    below = (agents >= 1.0) & (agents <= load)
    few = (agents > 0.0) & (agents < SMALL_AGENTS) & ~below
    many = (agents >= SMALL_AGENTS) & ~below
    for rows, formula in (
        (below, _below_load),
        (few, _of_few),
        (many, _above_load),
    ):
        if rows.any():
            result[rows] = formula(agents[rows], load[rows])
    return result


def _below_load(agents: FloatArray, load: FloatArray) -> FloatArray:
    return np.log(_direct(agents, load))


def _direct(agents: FloatArray, load: FloatArray) -> FloatArray:
    slope, none = load - agents, np.zeros_like(load)
    weight: FloatArray = agents * area(-slope, load, -reach_left(slope, load), none)
    return weight


def _above_load(agents: FloatArray, load: FloatArray) -> FloatArray:
    slope, none = agents - load, np.zeros_like(load)
    log_all = log_inverse_poisson(agents, load)
    taken = agents * area(slope, load, none, reach_right(slope, load))
    return log_all + np.log1p(-taken * np.exp(-log_all))


def _of_few(agents: FloatArray, load: FloatArray) -> FloatArray:
    whole = np.floor(agents)
    x = agents - whole
    weight = np.zeros_like(load)
    low, high = (x > 0.0) & (x <= load), x > load
    weight[low] = _direct(x[low], load[low])
    weight[high] = _with_peak(x[high], load[high])
    for k in range(int(SMALL_AGENTS) - 1):
        n = x + (k + 1.0)
        weight = np.where(k < whole, n / load * (1.0 + weight), weight)
    return np.log(weight)


def _with_peak(part: FloatArray, load: FloatArray) -> FloatArray:
    """Return the free weight of less than one agent, more than the load."""
    peak, none = np.log(part / load), np.zeros_like(load)
    rise = area(part - load, load, -peak, none)
    fall = area(none, part, -reach_left(none, part), none)
    weight: FloatArray = part * (rise + np.exp(deviance(part, load)) * fall)
    return weight
