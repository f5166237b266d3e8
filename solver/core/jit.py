"""How the search's kernels are compiled: one decorator, one setting."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile *function* to machine code; the result is cached beside its file."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))
