"""Pro-active notices: customers told of an outage before they call."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.calendar.local import local_clock
from wfm.domain.drivers import Notice
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand


@DEMAND_CHANGES.add("notices")
class Notices:
    """Fewer contacts while a notice stands; two notices at once both count."""

    stage: ClassVar[int] = 20

    def apply(self, demand: Demand) -> Demand:
        """Return the demand without the contacts that notices save."""
        offered = demand.offered_contacts.copy()
        for q, queue in enumerate(demand.queues):
            if queue.drivers.notices:
                clock = local_clock(demand.grid, queue.zone).wall_minute
                for notice in queue.drivers.notices:
                    inside = clock >= notice.from_wall_minute
                    inside &= clock < notice.to_wall_minute
                    offered[q] *= np.where(inside, 1.0 - saved_share(notice), 1.0)
        return replace(demand, offered_contacts=offered)


def saved_share(notice: Notice) -> float:
    """Return the share of all contacts that the notice saves."""
    concerned = 1.0
    if notice.event_effect is not None:
        concerned = max(0.0, 1.0 - 1.0 / notice.event_effect)
    return notice.reach * notice.saves * concerned
