r"""Random numbers addressed by name, so that variants of staffing share them.

A contact's numbers depend on the seed, the replication, its queue, its place in the
queue's stream of arrivals and what the number is for, never on what happened to others.
Two runs with other staffing see the same arrivals, handle times and patiences: common
random numbers without storing any.

A key is 64 bits; one step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014,
doi:10.1145/2660193.2660195) turns key and purpose into the next.
"""

from math import cos, exp, log, pi, sqrt

import numpy as np

from wfm.simulation.jit import inner_kernel, rare_kernel
from wfm.simulation.shapes import (
    CONSTANT,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    MIXTURE,
    ShapeTables,
)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = (np.uint64(n) for n in (30, 27, 31, 11))
_TINY = 2.0**-53

GAP, HANDLE, PATIENCE, RETRY, RETURN, CHOICE, FOLLOW, CALL_BACK, ABSENCE = range(9)
"""What a number is for."""

PURPOSES = 16
"""Purposes per attempt of a contact."""


@inner_kernel
def mix(bits: np.uint64) -> np.uint64:
    """Return *bits* scrambled: a bijection with every output bit dependent on all."""
    bits = (bits ^ (bits >> _S30)) * _FIRST
    bits = (bits ^ (bits >> _S27)) * _SECOND
    return bits ^ (bits >> _S31)


@inner_kernel
def key_of(parent: np.uint64, index: int) -> np.uint64:
    """Return the key of child *index* (from 0) of a key."""
    return mix(parent + GOLDEN * np.uint64(index + 1))


@inner_kernel
def unit(key: np.uint64) -> float:
    """Return a number in the open unit interval from *key*'s bits."""
    return (float(key >> _S11) + 0.5) * _TINY


@rare_kernel
def normal(key: np.uint64, index: int) -> float:
    """Return a standard normal number (Box and Muller 1958)."""
    radius = sqrt(-2.0 * log(unit(key_of(key, 2 * index))))
    return radius * cos(2.0 * pi * unit(key_of(key, 2 * index + 1)))


@inner_kernel
def draw(shapes: ShapeTables, row: int, key: np.uint64) -> float:
    """Return a draw of shape *row*, of mean 1."""
    kind = shapes.rows[row].kind
    if kind == EXPONENTIAL:
        return -log(unit(key))
    if kind == CONSTANT:
        return 1.0
    if kind == LOGNORMAL:
        variance = log(1.0 + shapes.rows[row].cv ** 2)
        return exp(sqrt(variance) * normal(key, 0) - 0.5 * variance)
    if kind == GAMMA:
        shape = float(shapes.rows[row].cv) ** -2
        return gamma(shape, key) / shape
    return _from_points(shapes, row, key)


@rare_kernel
def gamma(shape: float, key: np.uint64) -> float:
    """Return a gamma number of scale 1 (Marsaglia, Tsang, doi:10.1145/358407.358414).

    Below shape 1 it is one of shape + 1, thinned by a power of a uniform number.
    """
    boost = 1.0
    if shape < 1.0:
        boost = unit(key) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)
    index = 1
    while True:
        x = normal(key, index)
        v = (1.0 + c * x) ** 3
        u = unit(key_of(key, 2 * index + 2))
        if v > 0.0 and log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
            return boost * d * v
        index += 2


@rare_kernel
def _from_points(shapes: ShapeTables, row: int, key: np.uint64) -> float:
    if shapes.rows[row].kind == MIXTURE:
        return _branch(shapes, row, key)
    return _quantile(shapes, row, key)


@rare_kernel
def _branch(shapes: ShapeTables, row: int, key: np.uint64) -> float:
    u = unit(key)
    at = shapes.rows[row].first
    while shapes.points[at].upto < u:
        at += 1
    mean: float = shapes.points[at].value
    return -log(unit(key_of(key, 0))) * mean


@rare_kernel
def _quantile(shapes: ShapeTables, row: int, key: np.uint64) -> float:
    first = shapes.rows[row].first
    place = unit(key) * (shapes.rows[row].end - first - 1)
    whole = int(place)
    low: float = shapes.points[first + whole].value
    high: float = shapes.points[first + whole + 1].value
    drawn: float = low + (place - whole) * (high - low)
    return drawn
