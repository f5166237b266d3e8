"""What changes demand between forecast and workload; one file each, applied once.

History already holds today's growth, self-service and repeats, so every driver is a
*change* against history: one whose planned figure equals history's changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Forward, Queue
from wfm.domain.errors import WfmError
from wfm.domain.grid import IntervalGrid
from wfm.domain.registry import Registry

MOST_CONTACTS = 1e9
"""In one interval of one queue; more is a slip in a figure, not a plan."""


class DemandTooLargeError(WfmError):
    """Growth, overrides and scales add up to more contacts than can be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflow:
    """Contacts ``[t]`` that leave somewhere and are passed on as *step* says."""

    contacts: FloatArray
    step: Forward


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Contacts of all queues on their way from forecast to workload.

    Attributes
    ----------
    offered_contacts, aht_s
        ``[q, t]`` by the order of *queues*.
    accepts
        ``[q, t]`` whether a contact that arrives then is work: open hours for live
        queues, always for deferred ones.
    window
        Half-open index range of the plan.
    reason_shares
        Queue id -> ``[r, t]`` share of each contact reason.
    inflows
        What else is to be passed on between queues.
    remarks
        ``(queue id, what a planner should know)``.
    """

    grid: IntervalGrid
    queues: Sequence[Queue]
    offered_contacts: FloatArray
    aht_s: FloatArray
    accepts: BoolArray
    window: tuple[int, int]
    reason_shares: dict[str, FloatArray] = field(default_factory=dict)
    inflows: tuple[Inflow, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()

    def shares_of(self, queue: Queue) -> FloatArray:
        """Return the share ``[r, t]`` of each reason now; history's if unchanged."""
        if queue.queue_id in self.reason_shares:
            return self.reason_shares[queue.queue_id]
        shares = np.array([reason.share for reason in queue.drivers.reasons])
        return np.repeat(shares[:, None], self.grid.num_intervals, axis=1)


class DemandChange(Protocol):
    """One change of demand; changes are applied by rising *stage*."""

    stage: ClassVar[int]

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with this change made for every queue it concerns."""
        ...


DEMAND_CHANGES: Registry[type[DemandChange]] = Registry(
    "demand change", "wfm.staffing.demand"
)


def changed(demand: Demand) -> Demand:
    """Return the demand with all registered changes, each applied once.

    Raises
    ------
    DemandTooLargeError
        If a queue gets more than ``MOST_CONTACTS`` in an interval.
    """
    changes = [DEMAND_CHANGES[name]() for name in DEMAND_CHANGES]
    for change in sorted(changes, key=lambda c: c.stage):
        demand = change.apply(demand)
    _refuse_absurd(demand)
    return demand


def _refuse_absurd(demand: Demand) -> None:
    for queue, contacts in zip(demand.queues, demand.offered_contacts, strict=True):
        most = float(contacts.max(initial=0.0))
        if not most <= MOST_CONTACTS:
            msg = (
                f"{queue.queue_id}: {most:.3g} contacts in one interval, expected "
                f"{MOST_CONTACTS:,.0f} at most; look at its growth, volume_scale and "
                "rows of overrides.csv"
            )
            raise DemandTooLargeError(msg)


def moved_to_open(contacts: FloatArray, accepts: BoolArray) -> tuple[FloatArray, float]:
    """Return *contacts* ``[t]`` at the next interval that accepts, and what is left."""
    open_idx = np.flatnonzero(accepts)
    place = np.searchsorted(open_idx, np.arange(len(contacts)))
    inside = place < len(open_idx)
    moved = np.zeros_like(contacts)
    np.add.at(moved, open_idx[place[inside]], contacts[inside])
    return moved, float(contacts[~inside].sum())
