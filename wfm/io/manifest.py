"""The run manifest: what was run on what, and how it ended."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from wfm.io.output import write_atomic

_PLAIN_FORMS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (Path, str),
    (Mapping, dict),
    ((set, frozenset), sorted),
    ((np.ndarray, np.generic), lambda value: value.tolist()),
)


def write_manifest(path: Path, mapping: Mapping[str, object]) -> None:
    """Write *mapping* as JSON with sorted keys; dates become ISO texts.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it.
    """
    text = json.dumps(
        mapping,
        default=_plain,
        sort_keys=True,
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
    )
    write_atomic(path, text + "\n")


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    for kind, plain in _PLAIN_FORMS:
        if isinstance(value, kind):
            return plain(value)
    msg = f"{type(value).__name__} can't stand in a manifest"
    raise TypeError(msg)


def read_manifest(path: Path) -> Mapping[str, object]:
    """Return the manifest in *path*; empty if there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
