"""Growth: contacts that rise or fall by a yearly rate from a date on."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from wfm.calendar.local import local_clock, wall_minute
from wfm.staffing.demand_change import DEMAND_CHANGES, Demand

_MINUTES_PER_YEAR = 365.25 * 1440


@DEMAND_CHANGES.add("growth")
class GrowingDemand:
    """Compound growth since a local date; before it nothing changes."""

    stage: ClassVar[int] = 10

    def apply(self, demand: Demand) -> Demand:
        """Return the demand grown."""
        offered = demand.offered_contacts.copy()
        for q, queue in enumerate(demand.queues):
            growth = queue.drivers.growth
            if growth is not None:
                clock = local_clock(demand.grid, queue.zone).wall_minute
                passed = clock - wall_minute(growth.since)
                years = np.maximum(passed, 0) / _MINUTES_PER_YEAR
                offered[q] *= (1.0 + growth.per_year) ** years
        return replace(demand, offered_contacts=offered)
