r"""Callers who try again: redials after giving up, reconnects after an answer.

In equilibrium the calls offered are the fresh ones and all that come back
(Ding, Remerova, van der Mei and Zwart 2015, arXiv:1311.6248):

.. math:: \lambda = \lambda_0 + p_r\,P_{ab}\,\lambda + p_c\,(1 - P_{ab})\,\lambda .

Given up and answered calls both rise with :math:`\lambda` in Erlang A, so
:math:`(1-p_r) P_{ab}\lambda + (1-p_c)(1-P_{ab})\lambda` rises too: there is exactly one
solution, it lies between :math:`\lambda_0/(1-p)` for the smaller and the larger of both
shares, and the iteration from the lower end climbs to it. Here it is bracketed.
Whoever comes back later than within the interval is carried over the day by
:func:`retrials_over_time`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.blocking import columns, shaped
from wfm.staffing.inverse import Score
from wfm.staffing.patience import Waits
from wfm.staffing.performance import ErlangServers
from wfm.staffing.targets import Targets

_ROUNDS = 100
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrials:
    """Load with everybody who tries again; arrays of the arguments' common shape.

    Attributes
    ----------
    fresh_erlangs, total_erlangs
        First attempts, and all of them.
    redial_erlangs, reconnect_erlangs
        Attempts after giving up, and after an answer that did not settle the matter.
    abandonment_fraction
        Of all attempts.
    lost_fraction
        Share of *fresh* contacts that end given up for good.
    """

    fresh_erlangs: FloatArray
    total_erlangs: FloatArray
    redial_erlangs: FloatArray
    reconnect_erlangs: FloatArray
    abandonment_fraction: FloatArray
    lost_fraction: FloatArray


def with_retrials(
    fresh_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    patience_s: npt.ArrayLike,
    *,
    redial_share: npt.ArrayLike = 0.0,
    reconnect_share: npt.ArrayLike = 0.0,
) -> Retrials:
    """Return the load with all that comes back, in equilibrium.

    Parameters
    ----------
    fresh_erlangs
        Load of first attempts.
    redial_share
        Share of those who gave up that call again, below 1.
    reconnect_share
        Share of answered contacts that come back unresolved (1 - FCR), below 1.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, or a share is not below 1.
    """
    shape, (fresh, heads, aht, patience, redial, reconnect) = columns(
        fresh_erlangs, agents, aht_s, patience_s, redial_share, reconnect_share
    )
    if max(redial.max(initial=0.0), reconnect.max(initial=0.0)) >= 1.0:
        msg = "the shares that try again must be below 1"
        raise ValueError(msg)
    back = _ComingBack(redial=redial, reconnect=reconnect, patience_s=patience)
    total, lost = back.total(fresh, heads, aht, np.arange(len(fresh)))
    given_up = total * lost
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.where(fresh > 0.0, (1.0 - redial) * given_up / fresh, 0.0)
    return Retrials(
        fresh_erlangs=shaped(fresh, shape),
        total_erlangs=shaped(total, shape),
        redial_erlangs=shaped(redial * given_up, shape),
        reconnect_erlangs=shaped(reconnect * (total - given_up), shape),
        abandonment_fraction=shaped(lost, shape),
        lost_fraction=shaped(gone, shape),
    )


def required_with_retrials(
    fresh_erlangs: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    patience_s: npt.ArrayLike,
    *,
    answer_within_s: npt.ArrayLike,
    service_level_fraction: npt.ArrayLike,
    redial_share: npt.ArrayLike = 0.0,
    reconnect_share: npt.ArrayLike = 0.0,
    integer: bool = True,
) -> FloatArray:
    """Return the fewest agents whose service level holds for all attempts.

    Raises
    ------
    ValueError
        As :func:`with_retrials`.
    """
    goals = (answer_within_s, service_level_fraction)
    again = (redial_share, reconnect_share)
    shape, flat = columns(fresh_erlangs, aht_s, patience_s, *goals, *again)
    fresh, aht, patience, within, level, redial, reconnect = flat
    back = _ComingBack(redial=redial, reconnect=reconnect, patience_s=patience)

    def performance(agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        total, _ = back.total(fresh[at], agents, aht[at], at)
        servers = ErlangServers(
            load=total, aht_s=aht[at], within_s=within[at], patience_s=patience[at]
        )
        return servers.performance(agents, np.arange(len(at)))

    targets = Targets(
        performance=performance,
        load=fresh,
        stable_load=np.where(np.isinf(patience), fresh / (1.0 - reconnect), 0.0),
        goals={"service_level": level},
    )
    return shaped(targets.solve(integer=integer)[0], shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ComingBack:
    """Who tries again, for flat elements."""

    redial: FloatArray
    reconnect: FloatArray
    patience_s: FloatArray

    def total(
        self, fresh: FloatArray, agents: FloatArray, aht_s: FloatArray, at: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return all attempts in Erlangs and the share given up, of elements *at*.

        Regula falsi on the rising balance, the value at a stale end halved (Illinois).
        """
        redial, reconnect = self.redial[at], self.reconnect[at]
        low = fresh / (1.0 - np.minimum(redial, reconnect))
        high = fresh / (1.0 - np.maximum(redial, reconnect))

        def excess(load: FloatArray, rows: IntArray) -> FloatArray:
            lost = self._lost(load, agents[rows], aht_s[rows], at[rows])
            away = (1.0 - redial[rows]) * lost + (1.0 - reconnect[rows]) * (1.0 - lost)
            more: FloatArray = load * away - fresh[rows]
            return more

        total = _root(excess, low, high)
        return total, self._lost(total, agents, aht_s, at)

    def _lost(
        self, load: FloatArray, agents: FloatArray, aht_s: FloatArray, at: IntArray
    ) -> FloatArray:
        servers = ErlangServers(
            load=load,
            aht_s=aht_s,
            within_s=np.zeros_like(load),
            patience_s=self.patience_s[at],
        )
        found, _ = servers.performance(agents, np.arange(len(load)))
        return found.abandonment_fraction


def _root(excess: Score, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return where a rising *excess* is zero, between *low* and *high*."""
    low, high, trial = low.copy(), high.copy(), high.copy()
    rows = np.flatnonzero(high > low)
    below, above, side = (np.zeros_like(low) for _ in range(3))
    below[rows], above[rows] = excess(low[rows], rows), excess(high[rows], rows)
    for _ in range(_ROUNDS):
        rise = np.maximum(above[rows] - below[rows], 1e-300)
        share = np.clip(above[rows] / rise, 0.0, 1.0)
        trial[rows] = high[rows] - (high[rows] - low[rows]) * share
        value = excess(trial[rows], rows)
        up, down = rows[value >= 0.0], rows[value < 0.0]
        below[up] *= np.where(side[up] > 0.0, 0.5, 1.0)
        above[down] *= np.where(side[down] < 0.0, 0.5, 1.0)
        high[up], above[up], side[up] = trial[up], value[value >= 0.0], 1.0
        low[down], below[down], side[down] = trial[down], value[value < 0.0], -1.0
        wide = high[rows] - low[rows] > _CLOSE * high[rows]
        rows = rows[wide & (np.abs(value) > _CLOSE * trial[rows])]
        if not len(rows):
            break
    return trial
