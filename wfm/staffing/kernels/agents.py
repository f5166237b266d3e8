"""The fewest agents for a target, element by element, compiled.

What :mod:`wfm.staffing.inverse` does for whole arrays; same answers.
"""

import math
from typing import NamedTuple

from wfm.domain.arrays import FloatArray
from wfm.staffing.kernels.jit import kernel
from wfm.staffing.kernels.queues import level_of, parts
from wfm.staffing.kernels.weights import near_weight

SERVICE_LEVEL, ASA, OCCUPANCY, ABANDONMENT = range(4)
SLACK = 1e-12
_LIMIT = 2.0**40
_ROOT_STEPS = 100
_NEARLY_ALL = 1.0 - 1e-15


class Ask(NamedTuple):
    """One queue and one target of it."""

    kind: int
    definition: int
    goal: float
    load: float
    aht_s: float
    within_s: float
    patience_s: float


@kernel
def _score_of_nobody(ask: Ask) -> float:
    if ask.kind == SERVICE_LEVEL:
        return -ask.goal
    if ask.kind == ASA:
        return -0.5
    lost = ask.kind == OCCUPANCY or not math.isinf(ask.patience_s)
    return ask.goal - 1.0 if lost else ask.goal


@kernel
def score(ask: Ask, agents: float) -> float:
    """Return by how much *agents* exceed the target; rises with them through zero."""
    if agents <= 0.0:
        return _score_of_nobody(ask)
    p = parts(ask.load, agents, ask.aht_s, ask.within_s, ask.patience_s)
    if ask.kind == SERVICE_LEVEL:
        return float(level_of(p, ask.definition) - ask.goal)
    served = p.free + p.soon_served + p.late_served
    if ask.kind == ASA:
        asa_s = p.served_waited / served * p.unit_s
        return float(ask.goal / (ask.goal + asa_s) - 0.5)
    every = p.free + p.soon + p.late
    if ask.kind == OCCUPANCY:
        return ask.goal - float(min(ask.load * (served / every) / agents, 1.0))
    return ask.goal - float((p.soon_lost + p.late_lost) / every)


@kernel
def _least_endless(ask: Ask) -> float:
    """Return the least whole n for a service level or ASA of Erlang C.

    Upwards from the first stable n, by the recursion of the free weight. With the
    queue's weight n / (n - A) beside it, waiting has probability n / (n + w (n - A)).
    """
    load, n = ask.load, math.floor(ask.load) + 1.0
    weight = near_weight(n, load)
    spans = ask.within_s / ask.aht_s if ask.within_s > 0.0 else 0.0
    late, step = math.exp(-(n - load) * spans), math.exp(-spans)
    per_load, most_late = 1.0 / load, 1.0 - ask.goal + SLACK
    while n < _LIMIT:
        every = n + weight * (n - load)
        if ask.kind == ASA:
            asa_s = n / every * ask.aht_s / (n - load)
            reached = ask.goal / (ask.goal + asa_s) - 0.5 >= -SLACK
        else:
            reached = n * late <= most_late * every
        if reached:
            return n
        n += 1.0
        weight = n * per_load * (1.0 + weight)
        late *= step
    return math.inf


@kernel
def _guess(ask: Ask) -> float:
    """Return about the agents that the target takes with impatient customers."""
    load = ask.load
    if ask.kind == OCCUPANCY:
        return math.ceil(load)
    if ask.kind == ABANDONMENT:
        return math.ceil(load * (1.0 - min(ask.goal, 1.0)))
    limit_s = ask.within_s if ask.kind == SERVICE_LEVEL else ask.goal
    # In overload the wait settles where as many give up as cannot be served.
    kept = math.exp(-min(limit_s / ask.patience_s, 30.0)) if limit_s > 0.0 else 1.0
    return math.ceil(load * kept + 0.6 * math.sqrt(load * kept))


@kernel
def _inside(low: float, at_low: float, high: float, at_high: float) -> float:
    """Return a whole number strictly between, near where the line meets zero."""
    width = high - low
    share = -at_low / (at_high - at_low)
    share = min(max(share, 0.1), 0.9)
    return min(max(math.floor(low + share * width + 0.5), low + 1.0), high - 1.0)


@kernel
def least_integer(ask: Ask, guess: float) -> float:
    """Return the least whole n >= 0 that reaches the target, inf if none is found."""
    low, high, at_low, at_high = -1.0, math.inf, -1.0, 1.0
    n, step = guess, max(1.0, math.floor(0.25 * math.sqrt(guess)))
    while high - low > 1.0 and n < _LIMIT:
        value = score(ask, n)
        if value >= -SLACK:
            high, at_high = n, max(value, SLACK)
        else:
            low, at_low = n, value
        if math.isinf(high):
            n += step
        elif low < 0.0:
            n = max(n - step, 0.0)
        elif high - low > 1.0:
            n = _inside(low, at_low, high, at_high)
        step *= 2.0
    return high


@kernel
def _eased(ask: Ask, value: float) -> float:
    """Return a score that is straighter in the agents, with the same zero."""
    if ask.kind != SERVICE_LEVEL:
        return value
    return -math.log1p(-min(value / (1.0 - ask.goal), _NEARLY_ALL))


@kernel
def real_root(ask: Ask, low: float, high: float) -> float:
    """Return the real n in (low, high] that just reaches the target.

    Regula falsi in the Illinois form, ended on the side that reaches it.
    """
    at_low, at_high = _eased(ask, score(ask, low)), _eased(ask, score(ask, high))
    side = 0
    for _ in range(_ROOT_STEPS):
        fine = SLACK * (1.0 + high)
        if high - low <= fine or at_high <= 0.0:
            break
        share = min(at_high / (at_high - at_low), 0.999)
        middle = max(high - max((high - low) * share, fine), low + 0.5 * fine)
        value = _eased(ask, score(ask, middle))
        if value >= 0.0:
            high, at_high = middle, value
            at_low *= 0.5 if side > 0 else 1.0
            side = 1
        else:
            low, at_low = middle, value
            at_high *= 0.5 if side < 0 else 1.0
            side = -1
    return high


@kernel
def least_agents(ask: Ask, whole: bool) -> float:
    """Return the least agents, whole or real, for a positive load."""
    endless = math.isinf(ask.patience_s)
    if endless and (ask.kind == SERVICE_LEVEL or ask.kind == ASA):
        least = _least_endless(ask)
        floor = ask.load
    else:
        least = least_integer(ask, _guess(ask))
        floor = 0.0
    if whole or least == 0.0 or math.isinf(least):
        return least
    return real_root(ask, max(least - 1.0, floor), least)


@kernel
def fill_least_agents(
    kind: int,
    definition: int,
    whole: bool,
    load: FloatArray,
    aht_s: FloatArray,
    within_s: FloatArray,
    patience_s: FloatArray,
    goal: FloatArray,
    result: FloatArray,
) -> None:
    """Write :func:`least_agents` of each flat element into *result*.

    The load is positive.
    """
    for i in range(len(result)):
        ask = Ask(
            kind, definition, goal[i], load[i], aht_s[i], within_s[i], patience_s[i]
        )
        result[i] = least_agents(ask, whole)
