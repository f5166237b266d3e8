"""Owned, shaped, finite, write-protected arrays."""

from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def read_only(
    values: npt.ArrayLike, *, shape: tuple[int, ...], dtype: Any = np.float64
) -> npt.NDArray[Any]:
    """Return *values* as an array that can't be written to.

    It is a copy, unless *values* is such an array already, and not a view of another:
    then nobody can change it any more, and it may be shared.

    Raises
    ------
    ValueError
        If the shape differs from *shape* or a value is NaN. (Infinity is an
        answer: the requirement of an unreachable target.)
    """
    array = values if _is_frozen(values, dtype) else np.array(values, dtype=dtype)
    if array.shape != shape:
        msg = f"array has shape {array.shape}, expected {shape}"
        raise ValueError(msg)
    if array.dtype.kind == "f" and np.isnan(array).any():
        msg = "array holds NaN; absence must be said by a mask"
        raise ValueError(msg)
    array.flags.writeable = False
    return array


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return *array*, from now on unwritable: its owner gives it up to be shared."""
    array.flags.writeable = False
    return array


def _is_frozen(values: npt.ArrayLike, dtype: Any) -> TypeGuard[npt.NDArray[Any]]:
    return (
        type(values) is np.ndarray
        and values.dtype == dtype
        and values.base is None
        and not values.flags.writeable
    )
