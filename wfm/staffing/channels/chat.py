"""Live chat: agents hold several conversations, each slower the more there are."""

from typing import ClassVar

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.conversations import (
    conversation_requirement,
    conversation_service_level,
)


@CHANNELS.add("chat")
class Chat:
    """Conversations in parallel, answered while the customer waits."""

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the agents at which the targets are met."""
        return conversation_requirement(queue, demand)

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share of offered conversations answered in time, ``[t]``."""
        return conversation_service_level(queue, demand, agents)
