"""Staffing's formulas without compiled code, and its kernels as plain Python."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numba
import pytest

from wfm.staffing import blocking, performance

PACKAGE = "wfm.staffing.kernels"


@contextmanager
def numpy_only() -> Iterator[None]:
    """Let the formulas find no compiled kernels."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (blocking, performance):
            patch.setattr(module, "kernels", lambda: None)
        yield


def uncompiled_kernels() -> ModuleType:
    """Return the kernels as a second copy that numba has not touched."""
    ours = {name: m for name, m in sys.modules.items() if name.startswith(PACKAGE)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba, "njit", lambda **options: lambda function: function)
        for name in ours:
            del sys.modules[name]
        try:
            return importlib.import_module(f"{PACKAGE}.arrays")
        finally:
            for name in [n for n in sys.modules if n.startswith(PACKAGE)]:
                del sys.modules[name]
            sys.modules.update(ours)
            for name, module in ours.items():
                parent, _, child = name.rpartition(".")
                setattr(sys.modules[parent], child, module)
