"""How the search's kernels are compiled: two decorators."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from wfm.stale import discard_stale

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])

# Kernels only read and write arrays that others own: without counting references to
# them (`_nrt`), they compile a fifth faster and run a third faster.
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
}


_SOLVER = Path(__file__).parents[1]
# Kernels of all three call each other.
discard_stale([_SOLVER / name for name in ("core", "columns", "tours")])


def kernel(function: F) -> F:
    """Compile *function* to machine code; the result is cached beside its file.

    The function must not make arrays.
    """
    return cast("F", _njit(**_OPTIONS)(function))


def inner_kernel(function: F) -> F:
    """Compile *function* for calls by other kernels only, into each of them.

    A call would hand over every array of its named tuples: small moves of the
    annealing took four times as long, most of it for that.
    """
    options = _OPTIONS | {
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
        "forceinline": True,
    }
    return cast("F", _njit(**options)(function))
