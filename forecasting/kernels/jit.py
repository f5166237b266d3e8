"""How the forecast's kernels are compiled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from wfm.stale import discard_stale

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])

discard_stale([Path(__file__).parent])


def kernel(function: F) -> F:
    """Compile *function* to machine code on its first call, cached beside its file."""
    return cast("F", _njit(cache=True, nogil=True, error_model="numpy")(function))
