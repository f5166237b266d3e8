"""How the simulator's kernels are compiled: three decorators."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

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


def discard_stale(folder: Path) -> None:
    """Remove cached code in *folder* that is older than any source beside it.

    Numba looks at a kernel's own file only, and would go on using what it compiled of
    the kernels that this one calls.
    """
    newest = max(path.stat().st_mtime for path in folder.glob("*.py"))
    for index in folder.glob("__pycache__/*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


discard_stale(Path(__file__).parent)


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
