r"""Waiting by Erlang C and A of single elements, compiled.

In units of the mean patience, with :math:`a = \lambda / \theta` and
:math:`x = n \mu / \theta`, the density of the virtual wait is proportional to
:math:`x\,e^{a (1 - e^{-u}) - x u}` (see :mod:`wfm.staffing.patience`). Every figure
is a quotient of sums of positive parts, so that small ones keep their digits.
"""

import math
from typing import NamedTuple

from wfm.domain.arrays import FloatArray
from wfm.staffing.kernels.jit import NODES, WEIGHTS, kernel, sum_kernel
from wfm.staffing.kernels.weights import (
    bend,
    bend_of,
    deviance,
    log_free_weight,
    quick_exp,
    reach_left,
    reach_right,
)
from wfm.staffing.parts import LARGEST, Parts
from wfm.staffing.parts import figures_of as plain_figures_of
from wfm.staffing.parts import level_of as plain_level_of

# Beyond this many mean patiences from the peak, e^-u no longer bends the exponent.
_BENDS = 36.0

level_of = kernel(plain_level_of)
figures_of = kernel(plain_figures_of)


class Shape(NamedTuple):
    """Where the density lies, in mean patiences.

    Peak and the logarithm of its height; slope and curve of the exponent from there;
    how far it reaches to either side.
    """

    peak: float
    log_height: float
    slope: float
    curve: float
    left: float
    right: float


class Sums(NamedTuple):
    """Integrals of the density over waits.

    Of all, of those who have not given up by then, of those who have; of the first two
    times the wait.
    """

    all: float
    kept: float
    lost: float
    timed: float
    kept_timed: float


@kernel
def shape_of(load: float, agents: float, handled: float) -> Shape:
    """Return the shape of the density over waits.

    *handled* is the mean patience in handle times. Height and slope scale with it, so
    that they are formed from the exact difference of agents and load.
    """
    if load <= agents:
        slope, curve = (agents - load) * handled, load * handled
        return Shape(0.0, 0.0, slope, curve, 0.0, reach_right(slope, curve))
    peak, curve = math.log1p((load - agents) / agents), agents * handled
    height = handled * deviance(agents, load)
    left = min(reach_left(0.0, curve), peak)
    return Shape(peak, height, 0.0, curve, left, reach_right(0.0, curve))


@kernel
def shape_until(upto: float, whole: Shape) -> Shape:
    """Return the shape for waits up to *upto*, its height relative to the peak.

    Before the peak it is seen from that wait, where it still rises.
    """
    if upto >= whole.peak:
        return Shape(whole.peak, 0.0, whole.slope, whole.curve, whole.left, whole.right)
    ahead = upto - whole.peak
    steep, curve = -whole.curve * math.expm1(-ahead), whole.curve * math.exp(-ahead)
    left = min(reach_left(-steep, curve), upto)
    return Shape(upto, -whole.curve * bend(ahead), steep, curve, left, 0.0)


@sum_kernel
def _piece(shape: Shape, low: float, high: float) -> Sums:
    """Return the sums between two waits counted from the peak, whose height is 1."""
    peak, slope, curve = shape.peak, shape.slope, shape.curve
    still, gone = math.exp(-peak), -math.expm1(-peak)
    every = kept = lost = timed = kept_timed = 0.0
    for i in range(len(NODES)):
        v = low + (high - low) * NODES[i]
        patient = quick_exp(-v)
        bend = bend_of(v, patient)
        mass = WEIGHTS[i] * quick_exp(-slope * v - curve * bend)
        every += mass
        kept += mass * patient
        lost += mass * (gone - still * (bend - v))
        timed += mass * (peak + v)
        kept_timed += mass * patient * (peak + v)
    width = high - low
    keep = still * width
    return Sums(
        every * width, kept * keep, lost * width, timed * width, kept_timed * keep
    )


@kernel
def _far(shape: Shape, low: float, high: float) -> Sums:
    """Return the sums where everybody has given up: a plain exponential is left."""
    rate = shape.slope + shape.curve
    start = math.exp(shape.curve - rate * low)
    length = high - low
    end = math.exp(-rate * length)
    every = -math.expm1(-rate * length) / rate
    over = length * end if end > 0.0 else 0.0
    timed = (low + shape.peak) * every + (every - over) / rate
    return Sums(start * every, 0.0, start * every, start * timed, 0.0)


@kernel
def _plus(a: Sums, b: Sums) -> Sums:
    return Sums(
        a.all + b.all,
        a.kept + b.kept,
        a.lost + b.lost,
        a.timed + b.timed,
        a.kept_timed + b.kept_timed,
    )


@kernel
def sums(shape: Shape, low: float, high: float) -> Sums:
    """Return the sums over waits from *low* to *high*, of a density of height 1."""
    low -= shape.peak
    high -= shape.peak
    bends = min(shape.right, _BENDS)
    middle = 4.0 if bends > 6.0 else bends
    edges = (-shape.left, 0.0, middle, bends)
    total = Sums(0.0, 0.0, 0.0, 0.0, 0.0)
    for k in range(3):
        begin, end = max(edges[k], low), min(edges[k + 1], high)
        if end > begin:
            total = _plus(total, _piece(shape, begin, end))
    begin = max(bends, low)
    if shape.right > _BENDS and high > begin:
        total = _plus(total, _far(shape, begin, high))
    return total


@kernel
def _endless(load: float, agents: float, aht_s: float, within_s: float) -> Parts:
    """Return the parts when nobody gives up (Erlang C)."""
    if load >= agents:
        return Parts(
            0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, math.inf
        )
    wait = agents / (agents - load)
    unit_s = aht_s / (agents - load)
    spans = within_s / unit_s if within_s > 0.0 else 0.0
    soon, late = -wait * math.expm1(-spans), wait * math.exp(-spans)
    free = min(math.exp(log_free_weight(agents, load)), LARGEST)
    return Parts(
        free, soon, soon, 0.0, late, late, 0.0, wait, wait, wait, 1.0, 0.0, unit_s
    )


@kernel
def _no_patience(load: float, agents: float, aht_s: float, within_s: float) -> Parts:
    """Return the parts when everybody gives up who would wait (Erlang B)."""
    unit_s = aht_s / agents
    late = math.exp(-within_s / unit_s) if within_s > 0.0 else 1.0
    free = min(math.exp(log_free_weight(agents, load)), LARGEST)
    soon = 1.0 - late
    return Parts(
        free, soon, 0.0, soon, late, 0.0, late, 0.0, 1.0, 0.0, 0.0, 1.0, unit_s
    )


@kernel
def parts(
    load: float, agents: float, aht_s: float, within_s: float, patience_s: float
) -> Parts:
    """Return the parts for a positive load and a positive number of agents."""
    if patience_s == math.inf or (aht_s == 0.0 and patience_s > 0.0):
        return _endless(load, agents, aht_s, within_s)
    if patience_s == 0.0:
        return _no_patience(load, agents, aht_s, within_s)
    handled, upto = patience_s / aht_s, within_s / patience_s
    x, shape = agents * handled, shape_of(load, agents, handled)
    before = shape_until(upto, shape)
    scale = x * math.exp(before.log_height)
    soon, late = sums(before, 0.0, upto), sums(shape, upto, math.inf)
    return Parts(
        min(math.exp(log_free_weight(agents, load) - shape.log_height), LARGEST),
        scale * soon.all,
        scale * soon.kept,
        scale * soon.lost,
        x * late.all,
        x * late.kept,
        x * late.lost,
        scale * soon.lost + x * late.lost,
        scale * soon.timed + x * late.timed,
        scale * soon.kept_timed + x * late.kept_timed,
        math.exp(-upto),
        -math.expm1(-upto),
        patience_s,
    )


@kernel
def level(
    load: float,
    agents: float,
    aht_s: float,
    within_s: float,
    patience_s: float,
    definition: int,
) -> float:
    """Return the service level: 1 without load, else 0 without agents."""
    if load == 0.0 or agents == 0.0:
        return 1.0 if load == 0.0 else 0.0
    found = parts(load, agents, aht_s, within_s, patience_s)
    return float(level_of(found, definition))


@kernel
def fill_levels(queues: FloatArray, definition: int, result: FloatArray) -> None:
    """Write the service level of each column of *queues* ``[5, i]`` into *result*.

    Rows are load, agents, handle time, threshold and patience.
    """
    for i in range(len(result)):
        result[i] = level(
            queues[0, i],
            queues[1, i],
            queues[2, i],
            queues[3, i],
            queues[4, i],
            definition,
        )


@kernel
def fill_figures(queues: FloatArray, result: FloatArray) -> None:
    """Write the figures of each column of *queues* into *result* ``[9, i]``.

    Rows are those of :class:`wfm.staffing.patience.Waits`, then the share served.
    Load and agents are positive.
    """
    for i in range(result.shape[1]):
        found = figures_of(
            parts(queues[0, i], queues[1, i], queues[2, i], queues[3, i], queues[4, i])
        )
        for k in range(len(found)):
            result[k, i] = found[k]
