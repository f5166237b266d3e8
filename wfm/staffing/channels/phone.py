"""Telephone: Erlang A where the queue's patience is known, else Erlang C."""

from typing import ClassVar

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue
from wfm.staffing import erlang
from wfm.staffing.carry_over import carried
from wfm.staffing.channel import CHANNELS, QueueDemand, QueueStaffing
from wfm.staffing.live import safe_aht_s, warnings_for
from wfm.staffing.phone_plan import phone_plan


@CHANNELS.add("phone")
class Phone:
    """One contact at a time, answered while the customer waits."""

    deferred: ClassVar[bool] = False

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the real number of agents that meets the targets exactly.

        By which method, and over what time, :func:`wfm.staffing.phone_plan.phone_plan`
        tells.
        """
        plan = phone_plan(queue, demand)
        busy = erlang.occupancy(
            plan.load_erlangs,
            plan.agents,
            safe_aht_s(demand),
            patience_s=queue.patience_s or np.inf,
        )
        stretched = warnings_for(
            queue, demand, busy, agents=plan.agents, singly=plan.method == "sipp"
        )
        return QueueStaffing(
            base_agents=plan.agents,
            binding=plan.binding,
            warnings=(*plan.remarks, *stretched),
            method=plan.method,
        )

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share of offered calls answered in time, ``[t]``.

        Each interval takes over the line that the one before leaves
        (:mod:`wfm.staffing.carry_over`), or is judged by itself where that can't be
        followed. The threshold is the target's, 20 s where it has none.
        """
        named_s = queue.target.answer_within_s
        within_s = 20.0 if named_s is None else named_s
        patience_s = queue.patience_s or np.inf
        found = carried(demand, agents, answer_within_s=within_s, patience_s=patience_s)
        load = demand.workload_erlangs
        if found is None:
            return erlang.service_level(
                load, agents, safe_aht_s(demand), within_s, patience_s=patience_s
            )
        return np.where(load > 0.0, found.service_level_fraction, 1.0)
