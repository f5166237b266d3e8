"""A run through the transient equations' kernels whose results fit in a message."""

from multiprocessing.connection import Connection

import numpy as np

from wfm.staffing.time_varying import exact_agents
from wfm.staffing.transient import (
    TransientLoad,
    carried_service,
    settled,
    waits_by_arrival,
)


def digest(answer: Connection) -> None:
    """Send levels, queues, waits and agents of a few small days."""
    found = []
    for patience_s, within_s in ((np.inf, 15.0), (60.0, 250.0), (90.0, 0.0)):
        load = TransientLoad(
            arrivals_per_s=np.array([0.02, 0.04, 0.0, 0.01]),
            aht_s=np.array([80.0, 90.0, 80.0, 80.0]),
            agents=np.array([3.4, 2.0, 2.0, 0.6]),
            interval_s=200.0,
            patience_s=patience_s,
            fresh=np.array([False, False, False, True]),
        )
        start = settled(load)
        for quick in (False, True):
            served = carried_service(load, within_s, start=start, quick=quick)
            found.append(served.service_level_fraction)
            found.append(served.mean_queue)
            found.append(served.end_queue)
        waits = waits_by_arrival(load, start=start)
        found.append(waits.asa_s[:3])
        found.append(waits.abandonment_fraction)
        found.append(exact_agents(load, 0.8, within_s))
    answer.send([row.tolist() for row in found])
