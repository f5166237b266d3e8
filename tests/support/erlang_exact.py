"""Erlang B, C and A in 60 digits, by other formulas than the code under test.

Erlang B climbs the recursion from the incomplete gamma function at the fraction below
one agent; Erlang A's integrals are differences of incomplete gamma functions, and the
mean waits their derivatives.
"""

import math
from functools import cache

import mpmath
from mpmath import mp, mpf

DIGITS = 60


@cache
def free_weight(agents, load):
    """Return 1/B - 1."""
    with mp.workdps(DIGITS + 30):
        agents, load = mpf(agents), mpf(load)
        whole = int(mpmath.floor(agents))
        part = agents - whole
        weight = mpf(0)
        if part:
            scale = mpmath.exp(load) * load ** (-part)
            weight = part * scale * mpmath.gammainc(part, load)
        for k in range(1, whole + 1):
            weight = (part + k) / load * (1 + weight)
        return weight


def erlang_b(agents, load):
    return 1 / (1 + free_weight(agents, load))


def erlang_c(agents, load):
    queue = mpf(agents) / (mpf(agents) - mpf(load))
    return queue / (free_weight(agents, load) + queue)


def _gamma_series(s, z):
    """Return e^z z^-s times the lower incomplete gamma function: positive terms."""
    term = total = 1 / s
    k = 0
    while term > total * mpmath.eps:
        k += 1
        term = term * z / (s + k)
        total += term
    return total


def _digits_lost(load, agents, handled):
    """Return how many digits cancel in the differences below: the peak's height."""
    height = agents * math.log(agents / load) + load - agents
    return int(handled * height / math.log(10)) if load > agents else 0


@cache
def erlang_a(load, agents, aht_s, within_s, patience_s):
    """Return the figures by the names of Waits, and the four service levels."""
    extra = _digits_lost(load, agents, patience_s / aht_s) + 40
    with mp.workdps(DIGITS + extra):
        handled = mpf(patience_s) / mpf(aht_s)
        a, x = mpf(load) * handled, mpf(agents) * handled
        upto = mpf(within_s) / mpf(patience_s)
        end = a * mpmath.exp(-upto)
        free = free_weight(agents, load)

        def mass(power):
            """Return x times the integrals of h e^{-power u}: up to T, and beyond."""
            s = x + power
            beyond = mpmath.exp(a - end - upto * s) * _gamma_series(s, end)
            return x * (_gamma_series(s, a) - beyond), x * beyond

        def timed(power):
            """Return x times the integral of u h e^{-power u}, a derivative."""
            step = mpf(10) ** (-(DIGITS // 3))
            return (sum(mass(power - step)) - sum(mass(power + step))) / (2 * step)

        (soon, late), (soon_served, late_served) = mass(0), mass(1)
        every, served = free + soon + late, free + soon_served + late_served
        reached = free + soon_served
        lost = (every - served) / every
        still = mpmath.exp(-upto)
        return {
            "p_wait": (soon + late) / every,
            "mean_wait_s": lost * mpf(patience_s),
            "mean_wait_served_s": timed(1) / served * mpf(patience_s),
            "mean_virtual_wait_s": timed(0) / every * mpf(patience_s),
            "abandonment_fraction": lost,
            "abandoned_in_time": (soon - soon_served + (1 - still) * late) / every,
            "occupancy_fraction": mpf(load) * served / every / mpf(agents),
            "offered": reached / every,
            "answered": reached / served,
            "excluding_short_abandons": reached / (reached + still * late),
            "virtual": (free + soon) / every,
        }
