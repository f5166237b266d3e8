"""Agents for a line with call-back offers, and the call-backs that it leaves."""

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.staffing.callback_offers import OfferLine
from wfm.staffing.channel import QueueDemand, QueueStaffing
from wfm.staffing.live import goals_of, safe_aht_s, warnings_for
from wfm.staffing.targets import Targets

_USUAL_THRESHOLD_S = 20.0


def line_requirement(queue: Queue, demand: QueueDemand) -> QueueStaffing:
    """Return the agents that meet the targets of callers who stay on the line."""
    line = offer_line(queue, demand)
    agents, binding = _targets(queue, line).solve(integer=False)
    found = line.performance(agents, np.arange(len(agents)))
    calls = float((demand.offered_contacts * found.accepted_fraction).sum())
    return QueueStaffing(
        base_agents=agents,
        binding=binding,
        warnings=(
            *warnings_for(queue, demand, found.occupancy_fraction),
            *((f"{calls:.0f} callers take a call-back",) if calls > 0.0 else ()),
        ),
    )


def accepted_contacts(queue: Queue, demand: QueueDemand) -> FloatArray:
    """Return the callers ``[t]`` who take a call-back at the agents required."""
    line = offer_line(queue, demand)
    agents, _ = _targets(queue, line).solve(integer=False)
    found = line.performance(agents, np.arange(len(agents)))
    return demand.offered_contacts * found.accepted_fraction


def offer_line(queue: Queue, demand: QueueDemand) -> OfferLine:
    """Return *queue* as flat lines, one per interval.

    Raises
    ------
    ValueError
        If the queue offers no call-back.
    """
    offer = queue.callback_offer
    if offer is None:
        msg = f"queue {queue.queue_id!r} needs a callback_offer"
        raise ValueError(msg)
    within_s = queue.target.answer_within_s
    load = demand.workload_erlangs
    return OfferLine(
        load=load,
        aht_s=safe_aht_s(demand),
        within_s=np.full_like(
            load, _USUAL_THRESHOLD_S if within_s is None else within_s
        ),
        patience_s=np.full_like(load, queue.patience_s or np.inf),
        offer_after_s=np.full_like(load, offer.after_s),
        accepted=np.full_like(load, offer.accepted),
        keeps_place=offer.to_queue is None,
    )


def _targets(queue: Queue, line: OfferLine) -> Targets:
    return Targets(
        performance=line.waits,
        load=line.load,
        stable_load=line.least_stable(),
        goals={
            name: np.full_like(line.load, value)
            for name, value in goals_of(queue.target).items()
        },
    )
