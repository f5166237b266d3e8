"""What channels with waiting customers share: targets, and when to be wary."""

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue, ServiceTarget
from wfm.staffing.channel import QueueDemand

_HIGH_OCCUPANCY = 0.95
_FEW_CONTACTS = 1.0


def goals_of(target: ServiceTarget) -> dict[str, float]:
    """Return the targets that are set, by the names of :class:`Targets`' goals."""
    given = {
        "service_level": target.service_level_fraction,
        "asa": target.asa_s,
        "occupancy": target.max_occupancy_fraction,
    }
    return {name: value for name, value in given.items() if value is not None}


def warnings_for(
    queue: Queue, demand: QueueDemand, occupancy: FloatArray
) -> tuple[str, ...]:
    """Return remarks on where the stationary model is stretched.

    Parameters
    ----------
    occupancy
        ``[t]`` at the requirement.
    """
    busy = demand.offered_contacts > 0.0
    if not busy.any():
        return ()
    remarks = []
    long = busy & (demand.aht_s > demand.grid.interval_s)
    if long.any():
        remarks.append(
            f"handle time exceeds the interval in {long.sum()} of {busy.sum()} "
            "intervals; peaks are met late (each interval is planned by itself)"
        )
    tight = busy & (occupancy > _HIGH_OCCUPANCY)
    if tight.any():
        remarks.append(
            f"agents are busy more than {_HIGH_OCCUPANCY:.0%} of the time in "
            f"{tight.sum()} of {busy.sum()} intervals; set max_occupancy"
        )
    mean = float(demand.offered_contacts[busy].mean())
    if mean < _FEW_CONTACTS:
        remarks.append(
            f"only {mean:.2f} contacts per open interval: the service level of single "
            "intervals says little"
        )
    if (busy & (demand.aht_s <= 0.0)).any():
        remarks.append("contacts without a handle time count as no work; set aht_s")
    if queue.target.answer_within_s is None and queue.target.asa_s is None:
        remarks.append("no wait is targeted; staffed only to keep the queue stable")
    return tuple(remarks)


def safe_aht_s(demand: QueueDemand) -> FloatArray:
    """Return handle times ``[t]`` with a harmless 1 where there is no work."""
    return np.where(demand.aht_s > 0.0, demand.aht_s, 1.0)
