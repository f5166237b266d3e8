r"""Exact service when load and staff change: the transient equations of M_t/M_t/n_t+M.

The number of contacts in the system is a birth-death chain whose rates are constant
within a period: arrivals :math:`\lambda_t`, completions :math:`\min(x, n_t)\,\mu_t`,
abandonments :math:`\theta (x - n_t)^+`. Its distribution follows by uniformisation
(Jensen 1953; Grassmann 1977, doi:10.1016/0305-0548(77)90007-7), with a state space that
grows as needed. Whether one who arrives at *t* is served within T is a death process of
those ahead, solved backwards from ``t + T`` through every change of staff on the way.

When staff fall below the contacts in hand, those in hand go back to the head of the
line at once, their work so far not lost (service is memoryless). Agents who finish what
they have in hand before they leave give slightly better service. Those handed
back may still give up.

A real number of agents continues the chain the way Erlang's formulas are continued
(see :mod:`wfm.staffing.blocking`): its lowest state stands for "less than the fraction
of an agent is busy". So steady load and staff settle at exactly Erlang C or A, and
whole numbers of agents are exact throughout.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.staffing.blocking import erlang_b

if TYPE_CHECKING:
    from wfm.staffing.kernels.chain import Periods

_LONG_LINE = 0.985
_QUICK_NODES, _LATE_NODES, _NODES = 2, 4, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TransientLoad:
    """Contacts, staff and patience over consecutive periods of one length.

    Attributes
    ----------
    arrivals_per_s, aht_s, agents
        ``[t]``; agents may be real.
    interval_s
        Length of a period.
    patience_s
        Mean patience; ``inf`` where nobody gives up.
    fresh
        ``[t]`` periods that begin with nobody in the system: who waits there is lost.
    """

    arrivals_per_s: FloatArray
    aht_s: FloatArray
    agents: FloatArray
    interval_s: float
    patience_s: float = np.inf
    fresh: BoolArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who is in the system at one moment.

    Attributes
    ----------
    chance
        ``[k]`` distribution of the number of contacts in the system, if agents were
        whole; else of the chain's places.
    part, block
        Fraction of an agent at that time, and Erlang's loss formula for it.
    """

    chance: FloatArray
    part: float = 0.0
    block: float = 1.0


NOBODY = Line(chance=np.ones(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedService:
    """Service per period ``[t]``.

    Attributes
    ----------
    service_level_fraction
        Share of the period's arrivals that are served within the threshold.
    mean_queue, end_queue
        Mean number waiting over the period, and at its end.
    end
        Who is in the system at the end of the last period.
    """

    service_level_fraction: FloatArray
    mean_queue: FloatArray
    end_queue: FloatArray
    end: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsByArrival:
    """Mean wait of the served, and share that gives up, of each period's arrivals."""

    asa_s: FloatArray
    abandonment_fraction: FloatArray


def carried_service(
    load: TransientLoad,
    answer_within_s: float,
    *,
    start: Line = NOBODY,
    quick: bool = False,
) -> CarriedService:
    """Return the service level and queue of every period, from the one before.

    Arrivals of a period count as served in time through the staff of the next ones.

    Parameters
    ----------
    start
        Who is in the system when the first period begins.
    quick
        Whether large systems may be followed in implicit steps instead of event by
        event: service levels within 0.001, queues within 1 %, many times faster.

    Raises
    ------
    ValueError
        If a rate, handle time or number of agents is negative or not finite.
    """
    from wfm.staffing.kernels.course import carry

    late = _late_nodes(answer_within_s, load.interval_s, quick=quick)
    periods = _periods(load)
    before = (float(start.part), float(start.block))
    found, chance, _ = carry(
        periods, start.chance, before, float(answer_within_s), late, quick
    )
    return CarriedService(
        service_level_fraction=np.clip(found[0], 0.0, 1.0),
        mean_queue=found[1],
        end_queue=found[2],
        end=Line(chance=chance, part=periods.part[-1], block=periods.block[-1]),
    )


def waits_by_arrival(load: TransientLoad, *, start: Line = NOBODY) -> WaitsByArrival:
    """Return how long those who arrive in each period wait, to whenever it ends.

    After the last period staff stay as they are. Arguments and errors as
    :func:`carried_service`.
    """
    from wfm.staffing.kernels.course import carry, waits

    periods, before = _periods(load), (float(start.part), float(start.block))
    _, _, size = carry(periods, start.chance, before, 0.0, _gauss(_LATE_NODES), False)
    served, waited = waits(periods, start.chance, before, size, _gauss(_NODES))
    asa = np.divide(waited, served, out=np.full_like(served, np.inf), where=served > 0)
    return WaitsByArrival(
        asa_s=asa, abandonment_fraction=np.clip(1.0 - served, 0.0, 1.0)
    )


def settled(load: TransientLoad, t: int = 0) -> Line | None:
    """Return the stationary distribution under period *t*.

    None where there is none, or where a line without end builds up for days before it.
    """
    from wfm.staffing.kernels.course import stationary

    periods = _periods(load)
    work = periods.arrival[t] / periods.handling[t]
    agents = periods.whole[t] + periods.part[t]
    if agents * _LONG_LINE <= work and np.isinf(load.patience_s):
        return None
    return Line(
        chance=stationary(periods, t), part=periods.part[t], block=periods.block[t]
    )


def _periods(load: TransientLoad) -> "Periods":
    from wfm.staffing.kernels.chain import Periods

    arrival, aht_s, agents = (
        np.asarray(values, dtype=np.float64)
        for values in (load.arrivals_per_s, load.aht_s, load.agents)
    )
    if not all(np.isfinite(v).all() and (v >= 0).all() for v in (arrival, agents)):
        msg = "arrivals and agents must be finite and not negative"
        raise ValueError(msg)
    if not (np.isfinite(aht_s) & (aht_s > 0.0)).all():
        msg = "handle times must be positive"
        raise ValueError(msg)
    whole = np.floor(agents + 1e-9)
    part = np.maximum(agents - whole, 0.0)
    part[(part < 1e-9) & (whole > 0.0)] = 0.0
    fresh = np.zeros(len(arrival), dtype=bool) if load.fresh is None else load.fresh
    return Periods(
        seconds=float(load.interval_s),
        arrival=arrival,
        handling=1.0 / aht_s,
        abandon=1.0 / load.patience_s,
        whole=whole.astype(np.int64),
        part=part,
        block=np.asarray(erlang_b(arrival * aht_s, part), dtype=np.float64),
        fresh=np.asarray(fresh, dtype=bool),
    )


def _late_nodes(within_s: float, interval_s: float, *, quick: bool) -> FloatArray:
    """Return points and weights for arrivals that may be served in a later period.

    A threshold beyond a whole period reaches one period further from some moment on:
    there the points are split.
    """
    few = _QUICK_NODES if quick else _LATE_NODES
    if within_s <= 0.25 * interval_s:
        return _gauss(few)
    nodes = _gauss(few + 2 if quick else _NODES)
    if within_s <= interval_s:
        return nodes
    split = 1.0 - (within_s / interval_s) % 1.0
    parts = ((0.0, split), (split, 1.0))
    points = [low + (high - low) * nodes[0] for low, high in parts]
    weights = [(high - low) * nodes[1] for low, high in parts]
    return np.stack((np.concatenate(points), np.concatenate(weights)))


@cache
def _gauss(number: int) -> FloatArray:
    """Return Gauss-Legendre points and weights ``[2, n]`` on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(number)
    return np.stack((0.5 + 0.5 * nodes, 0.5 * weights))
