"""Whole people from fractional requirements, once, at the end."""

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray


def whole_agents(agents: npt.ArrayLike) -> FloatArray:
    """Return the least whole numbers not below *agents*, safe from float noise.

    What exceeds a whole number by less than a billionth of itself is that number:
    ``21 / (1 - 0.3)`` is 30.000000000000004 in floats and takes 30 people, not 31.

    Raises
    ------
    ValueError
        If a number is negative or NaN.
    """
    values = np.asarray(agents, dtype=np.float64)
    if not bool(np.all(values >= 0.0)):
        msg = "agents must be numbers >= 0"
        raise ValueError(msg)
    finite = np.where(np.isinf(values), 0.0, values)
    whole = np.maximum(np.ceil(finite - 1e-9 * (1.0 + finite)), 0.0)
    return np.where(np.isinf(values), values, whole)[()]
