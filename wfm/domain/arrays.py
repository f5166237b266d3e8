"""Owned, shaped, finite, write-protected arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def read_only(
    values: npt.ArrayLike, *, shape: tuple[int, ...], dtype: Any = np.float64
) -> npt.NDArray[Any]:
    """Return an own copy of *values* that can't be written to.

    Raises
    ------
    ValueError
        If the shape differs from *shape* or a value is NaN. (Infinity is an
        answer: the requirement of an unreachable target.)
    """
    array = np.array(values, dtype=dtype)
    if array.shape != shape:
        msg = f"array has shape {array.shape}, expected {shape}"
        raise ValueError(msg)
    if np.issubdtype(array.dtype, np.floating) and np.isnan(array).any():
        msg = "array holds NaN; absence must be said by a mask"
        raise ValueError(msg)
    array.flags.writeable = False
    return array
