"""Channels whose agents hold several conversations: requirement and service level."""

from typing import ClassVar

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import ChatConcurrency, Queue
from wfm.staffing.channel import QueueDemand, QueueStaffing
from wfm.staffing.concurrency import ConcurrentServers
from wfm.staffing.live import goals_of, safe_aht_s, warnings_for
from wfm.staffing.targets import Targets

_ONE_AT_A_TIME = ChatConcurrency(max_chats=1, aht_factor=(1.0,))
_USUAL_THRESHOLD_S = 20.0


class Conversations:
    """What channels with several conversations an agent have in common."""

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the agents at which the targets are met, linear between whole ones.

        Occupancy is the share of conversation places taken.
        """
        servers = _servers(queue, demand)
        endless = np.isinf(servers.patience_s)
        lone_agents = servers.load / servers.throughput
        targets = Targets(
            performance=servers.performance,
            load=lone_agents,
            stable_load=lone_agents * float(endless),
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
        """Return the share of offered conversations answered in time, ``[t]``."""
        servers = _servers(queue, demand)
        found, _ = servers.performance(agents, np.arange(len(agents)))
        return np.where(servers.load > 0.0, found.served_in_time, 1.0)


def _servers(queue: Queue, demand: QueueDemand) -> ConcurrentServers:
    within_s = queue.target.answer_within_s
    return ConcurrentServers(
        load=demand.workload_erlangs,
        aht_s=safe_aht_s(demand),
        within_s=_USUAL_THRESHOLD_S if within_s is None else within_s,
        concurrency=queue.chat or _ONE_AT_A_TIME,
        patience_s=queue.patience_s or np.inf,
    )
