"""Arrays of records: one row for a contact, an agent, a queue, its fields by name.

Compiled code takes them as they are, and everything about one thing lies together. The
fewer arrays the kernels hand to each other, the sooner they are compiled.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

Records: TypeAlias = np.recarray[Any, Any]
"""What is written to a field of one record, ``r[i].field``, is written to the array."""


def record_type(*, ints: str = "", floats: str = "", keys: str = "") -> np.dtype[Any]:
    """Return the type of records with the fields named, all of eight bytes."""
    return np.dtype(
        [(name, np.int64) for name in ints.split()]
        + [(name, np.float64) for name in floats.split()]
        + [(name, np.uint64) for name in keys.split()]
    )


def empty_records(shape: int | tuple[int, ...], of: np.dtype[Any]) -> Records:
    """Return records whose fields are 0."""
    return np.zeros(shape, dtype=of).view(np.recarray)


def records(rows: Iterable[tuple[Any, ...]], of: np.dtype[Any]) -> Records:
    """Return *rows* as records, their values in the order of the fields."""
    return np.array(list(rows), dtype=of).view(np.recarray)


def columns(of: np.dtype[Any], **values: Any) -> Records:
    """Return records whose fields are *values*, broadcast to one shape."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    found = empty_records(shape, of)
    for name, value in values.items():
        found[name] = value
    return found
