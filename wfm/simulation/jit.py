"""How the simulator's kernels are compiled: three decorators."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from wfm.stale import discard_stale

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])

# Kernels only read and write arrays that others own, so references need no counting.
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
}
_INNER = _OPTIONS | {
    "cache": False,  # what the outermost kernel keeps holds them all
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


discard_stale([Path(__file__).parent])


def kernel(function: F) -> F:
    """Compile *function* to machine code; the result is cached beside its file.

    The function must not make arrays.
    """
    return cast("F", _njit(**_OPTIONS)(function))


def rare_kernel(function: F) -> F:
    """Compile *function* for calls by other kernels: a piece of code of its own."""
    return cast("F", _njit(**_INNER)(function))


def inner_kernel(function: F) -> F:
    """Compile *function* into each kernel that calls it.

    A call hands over every array of model and state, which takes longer than what most
    kernels do: what happens to each contact must be inside the loop (eight times faster
    than calls).
    """
    return cast("F", _njit(**_INNER, forceinline=True)(function))
