"""Compile staffing once for this machine: ``python -m wfm.staffing.warm``.

The kernels are compiled on their first call and cached on disk; here that happens
before any clock runs.
"""

import numpy as np

from wfm.staffing import erlang
from wfm.staffing.transient import (
    TransientLoad,
    carried_service,
    settled,
    waits_by_arrival,
)


def warm() -> None:
    """Run every kernel once; quick when they are cached already."""
    for patience_s in (np.inf, 60.0):
        erlang.required_agents(
            [1.0, 30.0],
            60.0,
            answer_within_s=20.0,
            service_level_fraction=0.8,
            patience_s=patience_s,
        )
        erlang.service_level(1.0, 2.0, 60.0, 20.0, patience_s=patience_s)
        erlang.asa_s(1.0, 2.0, 60.0, patience_s=patience_s)
    erlang.erlang_b(1.0, 2.0)
    _warm_transient()


def _warm_transient() -> None:
    load = TransientLoad(
        arrivals_per_s=np.array([0.02, 0.03]),
        aht_s=np.full(2, 120.0),
        agents=np.array([3.5, 5.0]),
        interval_s=900.0,
        patience_s=120.0,
    )
    carried_service(load, 20.0)
    waits_by_arrival(load)
    settled(load)


if __name__ == "__main__":
    warm()
