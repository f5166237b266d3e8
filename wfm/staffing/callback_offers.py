r"""Calls whose callers are offered a call-back when the wait gets long (virtual queue).

A caller who would wait longer than d seconds is offered a call-back, and takes it with
probability a. Either it is made later, as work with a due time, and the caller leaves
the line; or the caller keeps the place in it, hangs up, and is called in turn, without
ever abandoning. For exponential patience of rate :math:`\theta` a caller whose wait
would be v therefore leaves the line before it with probability

- up to d: :math:`G(v) = 1 - e^{-\theta v}`;
- beyond d: :math:`G(v) = a + (1 - a)(1 - e^{-\theta v})` when called back later,
  :math:`G(v) = (1 - a)(1 - e^{-\theta v})` in the place kept.

That is M/M/n+G, whose offered wait has, up to a constant, the density
:math:`\exp(\lambda \int_0^v (1 - G) - n \mu v)` (Baccelli and Hebuterne 1981; Zeltyn
and Mandelbaum 2005, doi:10.1007/s11134-005-3699-8). It is exact if the wait announced
is the wait met; announced from the length of the line it is close (tested by
simulation). Compare Legros, Jouini and Koole 2016, doi:10.1016/j.ejor.2015.10.033.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray
from wfm.staffing.blocking import columns, shaped
from wfm.staffing.offered_wait import OfferedWait
from wfm.staffing.patience import Waits

_CHUNK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCallbacks:
    """Performance of a line with call-back offers; arrays of one shape.

    Attributes
    ----------
    service_level_fraction
        Share answered within the threshold, of the callers who stay on the line.
    accepted_fraction
        Share of all callers who take the call-back.
    abandonment_fraction
        Share of all callers who give up.
    asa_s
        Mean wait of the callers answered on the line.
    occupancy_fraction
        Share of agents' time in calls and in call-backs made in turn.
    """

    service_level_fraction: FloatArray
    accepted_fraction: FloatArray
    abandonment_fraction: FloatArray
    asa_s: FloatArray
    occupancy_fraction: FloatArray


def with_callback_offers(
    workload_erlangs: npt.ArrayLike,
    agents: npt.ArrayLike,
    aht_s: npt.ArrayLike,
    answer_within_s: npt.ArrayLike,
    *,
    offer_after_s: npt.ArrayLike,
    accepted: npt.ArrayLike,
    patience_s: npt.ArrayLike = np.inf,
    keeps_place: bool = False,
) -> OfferedCallbacks:
    """Return the performance of a line that offers call-backs.

    Where the line grows without bound (nobody gives up or accepts enough), nobody is
    answered in time and all who can be reached by an offer have had it.

    Parameters
    ----------
    offer_after_s
        Wait from which a call-back is offered.
    accepted
        Share of those offered one who take it, at most 1.
    keeps_place
        Whether they are called back in their turn rather than later.

    Raises
    ------
    ValueError
        If an argument is negative or NaN, or *accepted* exceeds 1.
    """
    times = (aht_s, answer_within_s, patience_s, offer_after_s)
    shape, flat = columns(agents, workload_erlangs, accepted, *times)
    heads, load, share, *seconds = flat
    if share.max(initial=0.0) > 1.0:
        msg = "the share that accepts can't exceed 1"
        raise ValueError(msg)
    names = ("aht_s", "within_s", "patience_s", "offer_after_s")
    line = OfferLine(
        load=load,
        accepted=share,
        keeps_place=keeps_place,
        **dict(zip(names, seconds, strict=True)),
    )
    found = line.performance(heads, np.arange(len(load)))
    return OfferedCallbacks(
        **{
            name: shaped(getattr(found, name), shape)
            for name in OfferedCallbacks.__dataclass_fields__
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """Flat queues with call-back offers."""

    load: FloatArray
    aht_s: FloatArray
    within_s: FloatArray
    patience_s: FloatArray
    offer_after_s: FloatArray
    accepted: FloatArray
    keeps_place: bool

    def performance(self, agents: FloatArray, at: IntArray) -> OfferedCallbacks:
        """Return the performance of elements *at* with *agents*."""
        parts = [
            self._part(agents[i : i + _CHUNK], at[i : i + _CHUNK])
            for i in range(0, max(len(at), 1), _CHUNK)
        ]
        return OfferedCallbacks(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in OfferedCallbacks.__dataclass_fields__
            }
        )

    def least_stable(self) -> FloatArray:
        """Return the agents above which the line does not grow."""
        endless = np.isinf(self.patience_s)
        served = np.where(endless, 1.0 - self.accepted, 0.0)
        if self.keeps_place:
            served = np.where(endless, 1.0, self.accepted)
        return self.load * served

    def waits(self, agents: FloatArray, at: IntArray) -> tuple[Waits, FloatArray]:
        """Return the same as targets read it: of callers who stay on the line."""
        found = self.performance(agents, at)
        level = found.service_level_fraction
        return Waits(
            p_wait=1.0 - level,
            mean_wait_s=found.asa_s,
            mean_wait_served_s=found.asa_s,
            mean_virtual_wait_s=found.asa_s,
            abandonment_fraction=found.abandonment_fraction,
            served_in_time=level,
            virtual_in_time=level,
            abandoned_in_time=np.zeros_like(level),
        ), found.occupancy_fraction

    def _part(self, agents: FloatArray, at: IntArray) -> OfferedCallbacks:
        with np.errstate(all="ignore"):
            found = self._behind_busy(agents, at)
        self._settle(found, agents, at)
        return found

    def _behind_busy(self, agents: FloatArray, at: IntArray) -> OfferedCallbacks:
        wait = OfferedWait(
            load=self.load[at],
            agents=agents,
            aht_s=self.aht_s[at],
            abandon=1.0 / self.patience_s[at],
            offer_after_s=self.offer_after_s[at],
            accepted=self.accepted[at],
            keeps_place=self.keeps_place,
        )
        total, beyond, answered, timed = wait.integrals(np.full(len(at), np.inf))
        in_time = wait.integrals(self.within_s[at])[2]
        scale = wait.scale(total)
        at_once = 1.0 - scale * total
        accepted = self.accepted[at] * scale * beyond
        served = at_once + scale * answered
        in_turn = served + accepted * float(self.keeps_place)
        level = (at_once + scale * in_time) / np.maximum(1.0 - accepted, 1e-300)
        return OfferedCallbacks(
            service_level_fraction=np.clip(level, 0.0, 1.0),
            accepted_fraction=accepted,
            abandonment_fraction=np.maximum(1.0 - served - accepted, 0.0),
            asa_s=scale * timed / served,
            occupancy_fraction=np.minimum(self.load[at] * in_turn / agents, 1.0),
        )

    def _settle(
        self, found: OfferedCallbacks, agents: FloatArray, at: IntArray
    ) -> None:
        """Set what holds without calls, and where the line grows or nobody answers."""
        grows = (agents <= self.least_stable()[at]) | (agents == 0.0)
        patience, after = self.patience_s[at], self.offer_after_s[at]
        reached = np.where(np.isinf(patience), 1.0, np.exp(-after / patience))
        taken = self.accepted[at] * reached
        impatient = np.isfinite(patience)
        values = (
            (found.service_level_fraction, np.zeros_like(taken), np.ones_like(taken)),
            (found.accepted_fraction, taken, np.zeros_like(taken)),
            (
                found.abandonment_fraction,
                np.where(impatient, 1.0 - taken, 0.0),
                np.zeros_like(taken),
            ),
            (found.asa_s, np.full_like(taken, np.inf), np.zeros_like(taken)),
            (found.occupancy_fraction, np.ones_like(taken), np.zeros_like(taken)),
        )
        idle = self.load[at] == 0.0
        for array, growing, still in values:
            array[grows] = growing[grows]
            array[idle] = still[idle]
