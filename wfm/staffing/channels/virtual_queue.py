"""Telephone that offers a call-back when the wait gets long."""

from typing import ClassVar

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.staffing.callback_line import line_requirement, offer_line
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing


@CHANNELS.add("virtual_queue")
class VirtualQueue:
    """Calls answered while the customer waits, or called back."""

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the real number of agents that meets the targets."""
        return line_requirement(queue, demand)

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share answered in time of those who stay on the line, ``[t]``."""
        line = offer_line(queue, demand)
        found = line.performance(agents, np.arange(len(agents)))
        return found.service_level_fraction
