"""Call-backs promised: callers who take one, as contacts of the queue making them."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.domain.demand import Queue
from wfm.staffing.callback_line import accepted_contacts
from wfm.staffing.channel import QueueDemand
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand


@DEMAND_CHANGES.add("callback_offers")
class PromisedCallbacks:
    """Due-time work from lines that offer a call-back, at their own staffing."""

    stage: ClassVar[int] = 70

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with call-backs added where they are made."""
        rows = {queue.queue_id: q for q, queue in enumerate(demand.queues)}
        for q, queue in enumerate(demand.queues):
            offer = queue.callback_offer
            if offer is not None and offer.to_queue in rows:
                demand = _added(demand, q, queue, rows[offer.to_queue])
        return demand


def _added(demand: Demand, q: int, queue: Queue, to: int) -> Demand:
    one = QueueDemand(
        grid=demand.grid,
        offered_contacts=demand.offered_contacts[q],
        aht_s=demand.aht_s[q],
        open_mask=demand.accepts[q],
        window=(0, demand.grid.num_intervals),
    )
    calls = accepted_contacts(queue, one)
    offered, aht_s = demand.offered_contacts.copy(), demand.aht_s.copy()
    work_s = offered[to] * aht_s[to] + calls * demand.aht_s[q]
    offered[to] += calls
    aht_s[to] = np.divide(work_s, offered[to], out=aht_s[to], where=offered[to] > 0.0)
    return replace(demand, offered_contacts=offered, aht_s=aht_s)
