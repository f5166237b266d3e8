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
    queue: Queue, demand: QueueDemand, occupancy: FloatArray, *, singly: bool = True
) -> tuple[str, ...]:
    """Return remarks on where the stationary model is stretched.

    Parameters
    ----------
    occupancy
        ``[t]`` at the requirement.
    singly
        Whether each interval was staffed by itself, whatever its contacts' length.
    """
    busy = demand.offered_contacts > 0.0
    if not busy.any():
        return ()
    target = queue.target
    long = busy & singly & (demand.aht_s > demand.grid.interval_s)
    tight = busy & (occupancy > _HIGH_OCCUPANCY)
    mean = float(demand.offered_contacts[busy].mean())
    remarks = {
        f"handle time exceeds the interval in {long.sum()} of {busy.sum()} "
        "intervals; peaks are met late (each is planned by itself)": long.any(),
        f"agents are busy more than {_HIGH_OCCUPANCY:.0%} of the time in "
        f"{tight.sum()} of {busy.sum()} intervals; set max_occupancy": tight.any(),
        f"only {mean:.2f} contacts per open interval: the service level of single "
        "intervals says little": mean < _FEW_CONTACTS,
        "contacts without a handle time count as no work; set aht_s": (
            busy & (demand.aht_s <= 0.0)
        ).any(),
        "no wait is targeted; staffed only to keep the queue stable": (
            target.service_level_fraction is None and target.asa_s is None
        ),
    }
    return tuple(remark for remark, holds in remarks.items() if holds)


def safe_aht_s(demand: QueueDemand) -> FloatArray:
    """Return handle times ``[t]`` with a harmless 1 where there is no work."""
    return np.where(demand.aht_s > 0.0, demand.aht_s, 1.0)
