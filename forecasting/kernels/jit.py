"""How the forecast's kernels are compiled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from wfm.stale import discard_stale

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
# Sums may be taken in any order, so that they use the vector unit.
_ANY_ORDER = {"fastmath": {"reassoc", "contract", "nsz"}}

discard_stale([Path(__file__).parent])


def kernel(function: F) -> F:
    """Compile *function* to machine code on its first call, cached beside its file."""
    return cast("F", _njit(**_OPTIONS)(function))


def sum_kernel(function: F) -> F:
    """Compile *function* likewise, with its sums in any order."""
    return cast("F", _njit(**_OPTIONS, **_ANY_ORDER)(function))
