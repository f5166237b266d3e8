"""The compiled functions over flat arrays that the rest of the package calls."""

import numpy as np
from numba.core.errors import NumbaError

from wfm.staffing.kernels.agents import fill_least_agents
from wfm.staffing.kernels.queues import fill_figures, fill_levels
from wfm.staffing.kernels.weights import fill_log_free_weight

__all__ = [
    "fill_figures",
    "fill_least_agents",
    "fill_levels",
    "fill_log_free_weight",
    "usable",
]


def usable() -> bool:
    """Return whether this machine compiles and runs the smallest of them."""
    result = np.empty(1)
    try:
        fill_log_free_weight(np.ones(1), np.ones(1), result)
    except NumbaError:
        return False
    return bool(abs(result[0]) < 1e-9)
