"""A name for a value: equal values have equal digests, in any process."""

import hashlib
from collections.abc import Callable, Mapping, Set
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

Parts: TypeAlias = list[bytes]
Writer: TypeAlias = Callable[[Any, Parts], None]


def digest(*values: object) -> str:
    """Return 16 hexadecimal digits of SHA-256 over *values*, sets and keys in order."""
    parts: Parts = []
    for value in values:
        _write(value, parts)
    parts.append(b"")
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()[:16]


def _write(value: object, parts: Parts) -> None:
    """Add the parts of *value*; how its type is written is looked up once."""
    kind: type = type(value)
    write = _KNOWN.get(kind)
    if write is None:
        write = _KNOWN[kind] = _writer(kind)
    write(value, parts)


def _writer(kind: type) -> Writer:
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return partial(_write_fields, (kind.__name__.encode(), names))
    for base, write in _WRITERS:
        if issubclass(kind, base):
            return write
    return _write_plain


def _write_fields(of: tuple[bytes, tuple[str, ...]], value: Any, parts: Parts) -> None:
    head, names = of
    parts.append(head)
    for name in names:
        item = getattr(value, name)
        _write(item, parts)


def _write_plain(value: object, parts: Parts) -> None:
    parts.append(repr(value).encode())


def _write_array(value: "np.ndarray[Any, Any]", parts: Parts) -> None:
    parts.append(f"{value.dtype}{value.shape}".encode())
    parts.append(np.ascontiguousarray(value).tobytes())


def _write_listed(value: list[object] | tuple[object, ...], parts: Parts) -> None:
    parts.append(f"[{len(value)}".encode())
    for item in value:
        _write(item, parts)


def _write_mapping(value: Mapping[object, object], parts: Parts) -> None:
    _write_unordered([_joined(item) for item in value.items()], parts)


def _write_set(value: Set[object], parts: Parts) -> None:
    _write_unordered([_joined(item) for item in value], parts)


def _write_unordered(items: Parts, parts: Parts) -> None:
    parts.append(f"{{{len(items)}".encode())
    parts += sorted(items)


def _joined(item: object) -> bytes:
    own: Parts = []
    _write(item, own)
    return b"\x01".join(own)


_WRITERS: tuple[tuple[type, Writer], ...] = (
    (np.ndarray, _write_array),
    (Mapping, _write_mapping),
    (Set, _write_set),
    (list, _write_listed),
    (tuple, _write_listed),
)
_KNOWN: dict[type, Writer] = {}
