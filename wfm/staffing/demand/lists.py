"""Outbound lists: their customers, as contacts of the queue from the plan's start."""

from dataclasses import replace
from typing import ClassVar

from wfm.staffing.demand_change import DEMAND_CHANGES, Demand
from wfm.staffing.outbound_work import record_s


@DEMAND_CHANGES.add("lists")
class Lists:
    """Records of a list beside those forecast, with the list's own handle time."""

    stage: ClassVar[int] = 80

    def apply(self, demand: Demand) -> Demand:
        """Return the demand with every list's customers at the window's start."""
        offered, aht_s = demand.offered_contacts.copy(), demand.aht_s.copy()
        for q, queue in enumerate(demand.queues):
            if queue.outbound is not None:
                aht_s[q] = record_s(queue.outbound)
                offered[q, demand.window[0] : demand.window[0] + 1] += (
                    queue.outbound.records
                )
        return replace(demand, offered_contacts=offered, aht_s=aht_s)
