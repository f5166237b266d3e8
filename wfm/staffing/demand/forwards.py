"""Second-line work: a share of a queue's contacts that arrives later in another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import ClassVar

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Forward, Queue
from wfm.domain.errors import WfmError
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand, Inflow, moved_to_open


class ForwardError(WfmError):
    """Queues forward contacts in a circle, or to a queue that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedDemand:
    """Demand after forwarding.

    Attributes
    ----------
    offered_contacts, aht_s
        ``[q, t]``; the handle time is the mean over own and forwarded contacts.
    beyond_contacts
        ``(from, to)`` -> contacts that arrive after the last interval and are dropped.
    """

    offered_contacts: FloatArray
    aht_s: FloatArray
    beyond_contacts: dict[tuple[str, str], float]


@DEMAND_CHANGES.add("forwards")
class Forwards:
    """Shares passed on between queues, and escalations from self-service."""

    stage: ClassVar[int] = 60

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with everything passed on arrived where it goes."""
        found = forward(
            demand.queues,
            demand.offered_contacts,
            demand.aht_s,
            demand.grid.interval_minutes,
            demand.accepts,
            demand.inflows,
        )
        remarks = tuple(
            (
                target,
                f"{contacts:.1f} contacts from {source} arrive after the last interval "
                "forecast and are left to the next plan",
            )
            for (source, target), contacts in found.beyond_contacts.items()
        )
        return replace(
            demand,
            offered_contacts=found.offered_contacts,
            aht_s=found.aht_s,
            inflows=(),
            remarks=demand.remarks + remarks,
        )


def forward(
    queues: Sequence[Queue],
    offered_contacts: FloatArray,
    aht_s: FloatArray,
    interval_minutes: int,
    accepts: BoolArray,
    inflows: Sequence[Inflow] = (),
) -> ForwardedDemand:
    """Return the demand with every queue's forwards arrived where they go.

    Queues are settled in the order of the chain, so second-line work may itself be
    forwarded. A delay that is not a whole number of intervals is shared between the
    two intervals it falls into. Forwarded contacts take the forward's handle time,
    else the receiving queue's in that interval, else its default.

    Parameters
    ----------
    offered_contacts, aht_s
        ``[q, t]`` by the order of *queues*.
    accepts
        ``[q, t]`` whether a contact that arrives then is work: open hours for live
        queues, always for deferred ones.
    inflows
        What comes from outside the queues; in closed time it waits for the opening.

    Raises
    ------
    ForwardError
        If the chain is a circle or names an unknown queue.
    """
    offered = np.where(accepts, offered_contacts, 0.0)
    work_s = offered * aht_s
    rows = {queue.queue_id: q for q, queue in enumerate(queues)}
    beyond: dict[tuple[str, str], float] = {}
    for inflow in inflows:
        to = _row_of(inflow.step.to_queue, rows, "self-service")
        contacts = _arriving(inflow, offered[to], accepts[to], interval_minutes)
        offered[to] += contacts
        work_s[to] += contacts * _handle_time(inflow.step, queues[to], aht_s[to])
    for q in _chain_order(queues, rows):
        for step in queues[q].forwards:
            to = rows[step.to_queue]
            contacts, lost = _delayed(
                offered[q] * step.share, step.delay_minutes / interval_minutes
            )
            contacts = np.where(accepts[to], contacts, 0.0)
            offered[to] += contacts
            work_s[to] += contacts * _handle_time(step, queues[to], aht_s[to])
            if lost > 0.0:
                beyond[queues[q].queue_id, step.to_queue] = lost
    mean = np.divide(work_s, offered, out=aht_s.copy(), where=offered > 0.0)
    return ForwardedDemand(offered_contacts=offered, aht_s=mean, beyond_contacts=beyond)


def _arriving(
    inflow: Inflow, offered: FloatArray, accepts: BoolArray, interval_minutes: int
) -> FloatArray:
    """Return the contacts of *inflow* when they arrive; never below none."""
    delay = inflow.step.delay_minutes / interval_minutes
    contacts, _ = moved_to_open(_delayed(inflow.contacts, delay)[0], accepts)
    return np.maximum(contacts, -offered)


def _chain_order(queues: Sequence[Queue], rows: dict[str, int]) -> list[int]:
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for q, queue in enumerate(queues):
        sorter.add(q)
        for step in queue.forwards:
            sorter.add(_row_of(step.to_queue, rows, queue.queue_id), q)
    try:
        return list(sorter.static_order())
    except CycleError as error:
        circle = " > ".join(queues[q].queue_id for q in error.args[1])
        msg = f"queues forward in a circle: {circle}"
        raise ForwardError(msg) from error


def _row_of(queue_id: str, rows: dict[str, int], source: str) -> int:
    if queue_id not in rows:
        msg = f"{source} forwards to unknown queue {queue_id!r}"
        raise ForwardError(msg)
    return rows[queue_id]


def _delayed(contacts: FloatArray, delay: float) -> tuple[FloatArray, float]:
    """Shift *contacts* by *delay* intervals; also return what passes the end."""
    whole = int(delay)
    part = delay - whole
    longer = np.zeros(len(contacts) + whole + 1)
    longer[whole : whole + len(contacts)] = contacts * (1.0 - part)
    longer[whole + 1 :] += contacts * part
    return longer[: len(contacts)], float(longer[len(contacts) :].sum())


def _handle_time(step: Forward, receiver: Queue, aht_s: FloatArray) -> FloatArray:
    if step.aht_s is not None:
        return np.full_like(aht_s, step.aht_s)
    return np.where(aht_s > 0.0, aht_s, receiver.default_aht_s or 0.0)
