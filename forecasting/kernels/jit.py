"""How the forecast's kernels are compiled.

A kernel calls kernels of its own file only: the code kept on disk is renewed when that
file changes.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile *function* to machine code on its first call, cached beside its file."""
    return cast("F", _njit(cache=True, nogil=True, error_model="numpy")(function))
