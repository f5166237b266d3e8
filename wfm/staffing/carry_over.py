"""Service of a given staffing, where the line left at an interval's end is carried on.

An interval short of agents hurts those after it, and a heavy one is felt for as long as
its contacts are in hand. Taken interval by interval, the stationary formulas miss both.
"""

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.staffing.channel import QueueDemand
from wfm.staffing.compiled import kernels
from wfm.staffing.live import safe_aht_s
from wfm.staffing.transient import (
    NOBODY,
    CarriedService,
    Line,
    TransientLoad,
    carried_service,
    settled,
)

_MOST_INTERVALS, _MOST_AGENTS = 4.0, 2000.0


def carried(
    demand: QueueDemand,
    agents: FloatArray,
    *,
    answer_within_s: float,
    patience_s: float = np.inf,
) -> CarriedService | None:
    """Return the service that *agents* give, each interval from the line before it.

    Where a queue is closed and nobody works for it, those still in the line are lost:
    a closed day is not carried into the next. Before that, its last agents answer
    whoever came in time. An open queue without agents keeps its line, as far as
    patience lasts. A queue that is open as the first interval begins has been so for
    long (its line is the settled one, if there is one); else it starts with nobody.
    ``None`` where that cannot be followed (:func:`can_follow`).

    Parameters
    ----------
    agents
        ``[t]`` at work, real.
    """
    closed = ~demand.open_mask & (agents <= 0.0) & (demand.offered_contacts <= 0.0)
    load = TransientLoad(
        arrivals_per_s=demand.offered_contacts / demand.grid.interval_s,
        aht_s=safe_aht_s(demand),
        agents=_kept_on(agents, closed),
        interval_s=demand.grid.interval_s,
        patience_s=patience_s,
        fresh=closed,
    )
    if not can_follow(load, answer_within_s):
        return None
    start = opening_line(load)
    return carried_service(load, answer_within_s, start=start, quick=True)


def can_follow(load: TransientLoad, answer_within_s: float) -> bool:
    """Return whether the transient equations are quick for *load*.

    Not for thresholds of several intervals, contacts of a second, thousands of agents,
    or where nothing can be compiled: there the stationary formulas must do.
    """
    busy = load.arrivals_per_s > 0.0
    if not busy.any() or kernels() is None:
        return False
    most = np.maximum(load.agents, load.arrivals_per_s * load.aht_s)[busy].max()
    return bool(
        answer_within_s <= _MOST_INTERVALS * load.interval_s
        and load.aht_s[busy].min() >= 1.0
        and most <= _MOST_AGENTS
    )


def opening_line(load: TransientLoad) -> Line:
    """Return the settled line of the first interval; nobody where there is none."""
    if not len(load.agents) or load.arrivals_per_s[0] <= 0.0:
        return NOBODY
    return settled(load) or NOBODY


def _kept_on(agents: FloatArray, closed: BoolArray) -> FloatArray:
    """Return *agents* with those of the last open interval kept in closed ones."""
    at = np.where(closed, -1, np.arange(len(agents)))
    last = np.maximum.accumulate(at) if len(at) else at
    return np.where(last >= 0, agents[last], 0.0)
