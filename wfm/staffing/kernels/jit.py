"""How staffing's kernels are compiled, and the nodes that they integrate with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from wfm.stale import discard_stale

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
# Sums over nodes may be taken in any order, so that they use the vector unit.
_ANY_ORDER = {"fastmath": {"reassoc", "contract", "nsz"}}

discard_stale([Path(__file__).parent])


def kernel(function: F) -> F:
    """Compile *function* to machine code on its first call, cached beside its file."""
    return cast("F", _njit(**_OPTIONS)(function))


def sum_kernel(function: F) -> F:
    """Compile *function* likewise, with its sums in any order."""
    return cast("F", _njit(**_OPTIONS, **_ANY_ORDER)(function))


def _unit_nodes(count: int) -> tuple[Any, Any]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


NODES, WEIGHTS = _unit_nodes(32)
