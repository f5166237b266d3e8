"""Promised call-back: made within a promised number of open hours."""

from typing import ClassVar

from wfm.domain.demand import Queue
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.deferred import deferred_requirement


@CHANNELS.add("callback")
class Callback:
    """Promised call-back as deferred work."""

    deferred: ClassVar[bool] = True

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the due work and its flattest profile over open hours."""
        return deferred_requirement(queue, demand)
