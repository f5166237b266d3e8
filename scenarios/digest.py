"""A name for a value: equal values have equal digests, in any process."""

import hashlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass

import numpy as np


def digest(*values: object) -> str:
    """Return 16 hexadecimal digits of SHA-256 over *values*, sets and keys in order."""
    state = hashlib.sha256()
    for value in values:
        for part in _parts(value):
            state.update(part)
            state.update(b"\x00")
    return state.hexdigest()[:16]


def _parts(value: object) -> Iterator[bytes]:
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Mapping | Set):
        yield from _unordered(value)
    elif isinstance(value, list | tuple):
        yield f"[{len(value)}".encode()
        for item in value:
            yield from _parts(item)
    else:
        yield repr(value).encode()


def _unordered(value: Mapping[object, object] | Set[object]) -> Iterator[bytes]:
    items = value.items() if isinstance(value, Mapping) else value
    yield f"{{{len(value)}".encode()
    yield from sorted(b"\x01".join(_parts(item)) for item in items)
