"""Telephone: Erlang A where the queue's patience is known, else Erlang C."""

from typing import ClassVar

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.staffing import erlang
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.live import safe_aht_s, warnings_for


@CHANNELS.add("phone")
class Phone:
    """One contact at a time, answered while the customer waits."""

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the real number of agents that meets the targets exactly."""
        load, aht_s = demand.workload_erlangs, safe_aht_s(demand)
        target, level = queue.target, queue.target.service_level_fraction
        patience_s = queue.patience_s or np.inf
        needed = erlang.required_agents(
            load,
            aht_s,
            answer_within_s=None if level is None else target.answer_within_s,
            service_level_fraction=level,
            asa_s=target.asa_s,
            max_occupancy_fraction=target.max_occupancy_fraction,
            patience_s=patience_s,
            integer=False,
        )
        busy = erlang.occupancy(load, needed.agents, aht_s, patience_s=patience_s)
        return QueueStaffing(
            base_agents=needed.agents,
            binding=needed.binding,
            warnings=warnings_for(queue, demand, busy),
        )

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share of offered calls answered in time, ``[t]``.

        The threshold is the target's, 20 s where it has none.
        """
        within_s = queue.target.answer_within_s
        return erlang.service_level(
            demand.workload_erlangs,
            agents,
            safe_aht_s(demand),
            20.0 if within_s is None else within_s,
            patience_s=queue.patience_s or np.inf,
        )
