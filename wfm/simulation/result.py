"""What a simulation gives: counts per replication, and estimates with intervals."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.simulation.model import SimulationModel
from wfm.simulation.state import (
    ABANDONED,
    ABANDONED_IN_TIME,
    ANSWERED,
    BLOCKED,
    CALLED_BACK,
    CONTACT_S,
    DROPPED,
    GROUP_BUSY_S,
    GROUP_PRESENT_S,
    IN_TIME,
    LEFT,
    OFFERED,
    WAIT_ABANDONED_S,
    WAIT_ANSWERED_S,
)

Over = Literal["queue", "interval"]
Definition = Literal["offered", "answered", "excluding_short_abandons"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its confidence interval, arrays of one shape.

    *value* is NaN where nothing was counted; the interval is then empty (NaN) too.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def half_width(self) -> FloatArray:
        """Half the length of the interval."""
        half: FloatArray = (self.high - self.low) / 2.0
        return half


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """Counts of every replication; all else is worked out from them.

    A contact is counted in the bin in which it arrived (deferred: is due), whenever it
    was answered; times are counted when they pass.

    Attributes
    ----------
    counts
        ``[r, q, bin, column]``, columns as in :mod:`wfm.simulation.state`.
    group_times
        ``[r, g, bin, column]`` busy and present seconds.
    """

    model: SimulationModel
    counts: FloatArray
    group_times: FloatArray

    @property
    def replications(self) -> int:
        """Number of replications."""
        return len(self.counts)

    @property
    def offered(self) -> FloatArray:
        """Contacts that arrived, returns included, ``[r, q, bin]``."""
        return self.counts[..., OFFERED]

    @property
    def answered(self) -> FloatArray:
        """Contacts that an agent took, ``[r, q, bin]``."""
        return self.counts[..., ANSWERED]

    @property
    def in_time(self) -> FloatArray:
        """Contacts answered in time (deferred: finished when due), ``[r, q, bin]``."""
        return self.counts[..., IN_TIME]

    @property
    def abandoned(self) -> FloatArray:
        """Contacts that gave up, ``[r, q, bin]``."""
        return self.counts[..., ABANDONED]

    @property
    def abandoned_in_time(self) -> FloatArray:
        """Contacts that gave up within the answer time, ``[r, q, bin]``."""
        return self.counts[..., ABANDONED_IN_TIME]

    @property
    def blocked(self) -> FloatArray:
        """Contacts that found no line or place, ``[r, q, bin]``."""
        return self.counts[..., BLOCKED]

    @property
    def dropped(self) -> FloatArray:
        """Contacts cut off after closing time, ``[r, q, bin]``."""
        return self.counts[..., DROPPED]

    @property
    def called_back(self) -> FloatArray:
        """Contacts that chose to be called back, ``[r, q, bin]``."""
        return self.counts[..., CALLED_BACK]

    @property
    def left(self) -> FloatArray:
        """Contacts still waiting when nothing happened any more, ``[r, q, bin]``."""
        return self.counts[..., LEFT]

    @property
    def wait_answered_s(self) -> FloatArray:
        """Summed waits of contacts answered, ``[r, q, bin]``."""
        return self.counts[..., WAIT_ANSWERED_S]

    @property
    def wait_abandoned_s(self) -> FloatArray:
        """Summed waits of contacts that gave up or were cut off, ``[r, q, bin]``."""
        return self.counts[..., WAIT_ABANDONED_S]

    @property
    def contact_s(self) -> FloatArray:
        """Seconds of contacts being served, parallel ones added, ``[r, q, bin]``."""
        return self.counts[..., CONTACT_S]

    @property
    def busy_s(self) -> FloatArray:
        """Seconds in which agents had something in hand, ``[r, g, bin]``."""
        return self.group_times[..., GROUP_BUSY_S]

    @property
    def present_s(self) -> FloatArray:
        """Seconds on duty, finishing the last contact included, ``[r, g, bin]``."""
        return self.group_times[..., GROUP_PRESENT_S]

    def service_level(
        self,
        over: Over = "queue",
        *,
        definition: Definition = "offered",
        confidence: float = 0.95,
    ) -> Estimate:
        """Return the share answered in time, ``[q]`` or ``[q, bin]``.

        Of contacts offered and not called back; of those answered; or of those offered
        that did not give up within the answer time.
        """
        below = {
            "offered": self.offered - self.called_back,
            "answered": self.answered,
            "excluding_short_abandons": (
                self.offered - self.called_back - self.abandoned_in_time
            ),
        }[definition]
        return share(_over(self.in_time, over), _over(below, over), confidence)

    def asa_s(self, over: Over = "queue", *, confidence: float = 0.95) -> Estimate:
        """Return the mean wait of answered contacts in seconds."""
        return ratio(
            _over(self.wait_answered_s, over), _over(self.answered, over), confidence
        )

    def mean_wait_s(
        self, over: Over = "queue", *, confidence: float = 0.95
    ) -> Estimate:
        """Return the mean wait of all contacts that were answered or gave up."""
        waits = self.wait_answered_s + self.wait_abandoned_s
        number = self.answered + self.abandoned + self.dropped
        return ratio(_over(waits, over), _over(number, over), confidence)

    def abandonment(
        self, over: Over = "queue", *, confidence: float = 0.95
    ) -> Estimate:
        """Return the share of offered contacts that gave up or were cut off."""
        lost = self.abandoned + self.dropped
        return share(_over(lost, over), _over(self.offered, over), confidence)

    def occupancy(self, over: Over = "queue", *, confidence: float = 0.95) -> Estimate:
        """Return how busy the agents are who may serve each queue, with any work."""
        serves = self.serves()
        busy = np.einsum("qg,rgb->rqb", serves, self.busy_s)
        present = np.einsum("qg,rgb->rqb", serves, self.present_s)
        return share(_over(busy, over), _over(present, over), confidence)

    def group_occupancy(
        self, over: Over = "queue", *, confidence: float = 0.95
    ) -> Estimate:
        """Return the busy share of each group's time on duty, ``[g]`` or with bins."""
        return share(_over(self.busy_s, over), _over(self.present_s, over), confidence)

    def serves(self) -> FloatArray:
        """Return 1 where a group may serve a queue, ``[q, g]``."""
        queues, groups = self.model.queue_index(), self.model.group_index()
        serves = np.zeros((len(queues), len(groups)))
        for route in self.model.routing.routes:
            serves[queues[route.queue_id], groups[route.group_id]] = 1.0
        return serves


def _over(values: FloatArray, over: Over) -> FloatArray:
    return values.sum(axis=-1) if over == "queue" else values


def share(above: FloatArray, below: FloatArray, confidence: float = 0.95) -> Estimate:
    """Return the ratio of two means that is a share: its interval ends at 0 and 1.

    Where no replication differs from the others and the share is 0 or 1, a binomial
    bound stands in for the interval: nothing seen is not nothing possible.
    """
    found = ratio(above, below, confidence)
    with np.errstate(divide="ignore"):
        unseen = -np.expm1(np.log1p(-confidence) / below.sum(axis=0))
    sure = found.low == found.high
    low = np.where(sure & (found.value == 1.0), 1.0 - unseen, found.low)
    high = np.where(sure & (found.value == 0.0), unseen, found.high)
    return Estimate(
        value=found.value, low=np.clip(low, 0.0, 1.0), high=np.clip(high, 0.0, 1.0)
    )


def ratio(above: FloatArray, below: FloatArray, confidence: float = 0.95) -> Estimate:
    """Return the ratio of two means with its confidence interval.

    The first axis is replications, and is summed away. The interval is the delta
    method's with Student's t on replications less one (Law, Simulation Modeling and
    Analysis, 9.4); with one replication it is unknown.
    """
    from scipy.special import stdtrit

    number = len(above)
    total = below.sum(axis=0)
    counted = total > 0.0
    whole = np.where(counted, total, 1.0)
    value = np.where(counted, above.sum(axis=0) / whole, np.nan)
    if number < 2:
        return Estimate(value=value, low=value * np.nan, high=value * np.nan)
    rest = above - np.where(counted, value, 0.0) * below
    spread = np.sqrt((rest**2).sum(axis=0) / (number - 1) * number) / whole
    half = stdtrit(number - 1, 0.5 + confidence / 2.0) * spread
    return Estimate(value=value, low=value - half, high=value + half)
