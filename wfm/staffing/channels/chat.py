"""Live chat: agents hold several conversations, each slower the more there are."""

from typing import ClassVar

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import ChatConcurrency, Queue
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.concurrency import ConcurrentServers
from wfm.staffing.live import goals_of, safe_aht_s, warnings_for
from wfm.staffing.targets import Targets

_ONE_AT_A_TIME = ChatConcurrency(max_chats=1, aht_factor=(1.0,))


@CHANNELS.add("chat")
class Chat:
    """Conversations in parallel, answered while the customer waits.

    Occupancy is the share of conversation places taken.
    """

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the agents at which the targets are met, linear between whole ones."""
        servers = _servers(queue, demand)
        endless = np.isinf(servers.patience_s)
        targets = Targets(
            performance=servers.performance,
            load=servers.load,
            stable_load=servers.load / servers.throughput * float(endless),
            goals={
                name: np.full_like(servers.load, value)
                for name, value in goals_of(queue.target).items()
            },
        )
        agents, binding = targets.solve(integer=False)
        _, busy = servers.performance(agents, np.arange(len(agents)))
        return QueueStaffing(
            base_agents=agents,
            binding=binding,
            warnings=warnings_for(queue, demand, busy),
        )

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share of offered chats answered in time, ``[t]``."""
        servers = _servers(queue, demand)
        found, _ = servers.performance(agents, np.arange(len(agents)))
        return np.where(servers.load > 0.0, found.served_in_time, 1.0)


def _servers(queue: Queue, demand: QueueDemand) -> ConcurrentServers:
    within_s = queue.target.answer_within_s
    return ConcurrentServers(
        load=demand.workload_erlangs,
        aht_s=safe_aht_s(demand),
        within_s=20.0 if within_s is None else within_s,
        concurrency=queue.chat or _ONE_AT_A_TIME,
        patience_s=queue.patience_s or np.inf,
    )
