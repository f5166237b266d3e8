"""What channels with waiting customers share: targets, and when to be wary."""

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue, ServiceTarget
from wfm.staffing.channel import QueueDemand
from wfm.staffing.validity import ModelUse, validity_warnings


def goals_of(target: ServiceTarget) -> dict[str, float]:
    """Return the targets that are set, by the names of :class:`Targets`' goals."""
    given = {
        "service_level": target.service_level_fraction,
        "asa": target.asa_s,
        "occupancy": target.max_occupancy_fraction,
    }
    return {name: value for name, value in given.items() if value is not None}


def warnings_for(
    queue: Queue,
    demand: QueueDemand,
    occupancy: FloatArray,
    *,
    agents: FloatArray | None = None,
    singly: bool = True,
) -> tuple[str, ...]:
    """Return remarks on where the waiting model is stretched.

    Parameters
    ----------
    occupancy, agents
        ``[t]`` at the requirement; agents follow from occupancy if left out.
    singly
        Whether each interval was staffed by itself, whatever its contacts' length.
    """
    busy = demand.offered_contacts > 0.0
    target = queue.target
    if agents is None:
        load = demand.workload_erlangs
        agents = np.divide(load, occupancy, out=load.copy(), where=occupancy > 0.0)
    use = ModelUse(
        offered_contacts=demand.offered_contacts,
        aht_s=demand.aht_s,
        agents=agents,
        occupancy_fraction=occupancy,
        interval_s=demand.grid.interval_s,
        answer_within_s=target.answer_within_s,
        patience_s=queue.patience_s or np.inf,
        singly=singly,
    )
    remarks = {
        "contacts without a handle time count as no work; set aht_s": (
            busy & (demand.aht_s <= 0.0)
        ).any(),
        "no wait is targeted; staffed only to keep the queue stable": (
            busy.any()
            and target.service_level_fraction is None
            and target.asa_s is None
        ),
    }
    said = tuple(remark for remark, holds in remarks.items() if holds)
    return (*validity_warnings(use), *said)


def safe_aht_s(demand: QueueDemand) -> FloatArray:
    """Return handle times ``[t]`` with a harmless 1 where there is no work."""
    return np.where(demand.aht_s > 0.0, demand.aht_s, 1.0)
