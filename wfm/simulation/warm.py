"""Compile the simulator once for this machine: ``python -m wfm.simulation.warm``.

The kernels are compiled on their first call and cached on disk; a few contacts take
care of that before anybody waits.
"""

from functools import cache

import numpy as np

from wfm.simulation.model import (
    Headcounts,
    Route,
    Routing,
    SimulatedQueue,
    SimulationModel,
)
from wfm.simulation.run import simulate


@cache
def warm() -> None:
    """Run the kernels once; quick when they are cached already."""
    model = SimulationModel(
        interval_s=60.0,
        queues=(SimulatedQueue(queue_id="q", arrivals=np.array([3.0]), handle_s=60.0),),
        group_ids=("g",),
        routing=Routing(routes=(Route(queue_id="q", group_id="g"),)),
    )
    simulate(model, Headcounts(agents=np.array([[1]])), replications=2)


if __name__ == "__main__":
    warm()
