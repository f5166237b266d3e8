r"""Load that changes while contacts are in hand: which load to staff an interval for.

``sipp`` takes every interval by itself (stationary, independent, period by period);
``lag`` the contacts that arrived one mean handle time earlier (Green, Kolesar and
Soares 2001, doi:10.1287/opre.49.4.549.11228); ``mol`` the agents that would be busy if
nobody waited, :math:`m' = \lambda - \mu m`, averaged over the interval (modified
offered load; Jennings et al. 1996, doi:10.1287/mnsc.42.10.1383); ``exact`` takes the
intervals in turn and gives each the fewest agents that reach the service level from the
line that the one before leaves, by the transient equations.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.staffing.transient import (
    NOBODY,
    Line,
    TransientLoad,
    carried_service,
)

Method = Literal["sipp", "lag", "mol", "exact"]

_LEVEL_LOSS, _CONTACT_SHARE = 0.03, 0.05
_EXACT_LIMIT_ERLANGS = 400.0
_TOLERANCE = 1e-4


def busy_load(
    contacts: FloatArray,
    aht_s: FloatArray,
    interval_s: float,
    *,
    before_erlangs: float = 0.0,
) -> FloatArray:
    r"""Return the modified offered load ``[t]``, the mean number busy if nobody waited.

    Exact for rates constant within an interval:
    :math:`m(s) = a + (m_0 - a) e^{-s/AHT}` with *a* the interval's own load.

    Parameters
    ----------
    before_erlangs
        Contacts in hand when the first interval begins.
    """
    fading = interval_s / aht_s
    kept = np.exp(-fading)
    within = -np.expm1(-fading) / fading
    loads = contacts * aht_s / interval_s
    mean, busy = np.empty_like(loads), before_erlangs
    for t, load in enumerate(loads):
        mean[t] = load + (busy - load) * within[t]
        busy = load + (busy - load) * kept[t]
    return mean


def lagged_load(
    contacts: FloatArray,
    aht_s: FloatArray,
    interval_s: float,
    *,
    before_erlangs: float = 0.0,
) -> FloatArray:
    """Return the load ``[t]`` of the contacts that came one handle time earlier."""
    ends = np.arange(len(contacts) + 1) * interval_s
    arrived = np.concatenate(([0.0], np.cumsum(contacts)))
    rate = before_erlangs / aht_s[0] if len(aht_s) else 0.0

    def until(when: FloatArray) -> FloatArray:
        so_far: FloatArray = np.interp(when, ends, arrived) + rate * np.minimum(when, 0)
        return so_far

    came = until(ends[1:] - aht_s) - until(ends[:-1] - aht_s)
    load: FloatArray = came * aht_s / interval_s
    return load


def loads_by(
    method: Method,
    contacts: FloatArray,
    aht_s: FloatArray,
    interval_s: float,
    *,
    before_erlangs: float = 0.0,
) -> FloatArray:
    """Return the load ``[t]`` to staff for by *method* (``exact``: as ``mol``)."""
    if method == "sipp":
        own: FloatArray = contacts * aht_s / interval_s
        return own
    rule = lagged_load if method == "lag" else busy_load
    return rule(contacts, aht_s, interval_s, before_erlangs=before_erlangs)


def shortfall(
    level: FloatArray, goal: float, contacts: FloatArray
) -> tuple[bool, float]:
    """Return whether many contacts miss *goal* clearly, and the worst level.

    Many are 5 %, clearly is by 3 points.
    """
    busy = contacts > 0.0
    if not busy.any():
        return False, 1.0
    missed = contacts[busy & (level < goal - _LEVEL_LOSS)].sum()
    return bool(missed > _CONTACT_SHARE * contacts.sum()), float(level[busy].min())


def chosen_method(
    loads: FloatArray, level: FloatArray, goal: float, contacts: FloatArray
) -> tuple[Method, float]:
    """Return the method that the data ask for, and SIPP's worst service level.

    SIPP stays while what it staffs, met by the modified offered load, serves nearly
    everybody as promised; else the exact equations, or the modified offered load
    where these would take long and queues of that size gain little from them.

    Parameters
    ----------
    loads
        ``[t]`` modified offered load.
    level
        ``[t]`` service level of SIPP's agents under *loads*.
    """
    missed, worst = shortfall(level, goal, contacts)
    if not missed:
        return "sipp", worst
    return ("exact" if loads.max() <= _EXACT_LIMIT_ERLANGS else "mol"), worst


def exact_agents(
    load: TransientLoad,
    goal: float,
    answer_within_s: float,
    *,
    start: Line = NOBODY,
    integer: bool = False,
) -> FloatArray:
    """Return the fewest agents ``[t]`` that reach *goal* in every interval in turn.

    Each interval starts from the line that the agents of those before leave; arrivals
    near its end count as if its agents stayed. Intervals without arrivals take nobody
    and end the line.

    Parameters
    ----------
    load
        Its *agents* are where the search begins (a modified-offered-load answer).
    integer
        Whether agents are whole; else real, met to 0.0001.
    """
    agents, line = np.zeros_like(load.agents), start
    for t in np.flatnonzero(load.arrivals_per_s > 0.0):
        one = _single(load, int(t))
        if t > 0 and load.arrivals_per_s[t - 1] <= 0.0:
            line = NOBODY
        agents[t], line = _least(one, goal, answer_within_s, line, integer=integer)
    return agents


def _single(load: TransientLoad, t: int) -> TransientLoad:
    rows = slice(t, t + 1)
    return replace(
        load,
        arrivals_per_s=load.arrivals_per_s[rows],
        aht_s=load.aht_s[rows],
        agents=load.agents[rows],
        fresh=None,
    )


def _least(
    one: TransientLoad, goal: float, within_s: float, line: Line, *, integer: bool
) -> tuple[float, Line]:
    """Return the fewest agents of a single interval, and the line they leave."""
    lines: dict[float, Line] = {}

    def score(agents: float) -> float:
        found = carried_service(
            replace(one, agents=np.array([agents])), within_s, start=line, quick=True
        )
        lines[agents] = found.end
        return float(found.service_level_fraction[0]) - goal

    guess = float(one.agents[0])
    if integer:
        best = _least_whole(score, float(np.ceil(guess)))
    else:
        best = _root(score, max(guess, 0.05))
    return best, lines[best]


def _least_whole(score: Callable[[float], float], guess: float) -> float:
    agents = guess
    while score(agents) < 0.0:
        agents += 1.0
    if agents > guess:
        return agents
    while agents > 0.0 and score(agents - 1.0) >= 0.0:
        agents -= 1.0
    return agents


def _root(score: Callable[[float], float], guess: float) -> float:
    """Return where a rising score is in ``[0, tolerance]``; it is negative at 0."""
    high, at_high = guess, score(guess)
    low, at_low = 0.0, -1.0
    step = 0.02 * guess + 0.1
    while at_high < 0.0:
        low, at_low = high, at_high
        high += step
        step *= 2.0
        at_high = score(high)
    while at_high > _TOLERANCE and low == 0.0 and high - step > 0.0:
        trial = high - step
        value = score(trial)
        step *= 2.0
        if value < 0.0:
            low, at_low = trial, value
        else:
            high, at_high = trial, value
    while at_high > _TOLERANCE and high - low > 1e-6 * (1.0 + high):
        aim = at_high - 0.5 * _TOLERANCE
        share = np.clip(aim / (at_high - at_low), 0.02, 0.98)
        trial = high - share * (high - low)
        value = score(trial)
        if value < 0.0:
            low, at_low = trial, value
        else:
            high, at_high = trial, value
    return float(high)
