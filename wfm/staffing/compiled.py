"""The compiled twins of the waiting formulas, where this machine can compile.

Plain numpy answers everything too, to the same twelve digits and more; it serves where
numba is absent or can't compile. Importing numba costs a quarter of a second, so it
happens on the first question, not on import.
"""

from functools import cache
from types import ModuleType


@cache
def kernels() -> ModuleType | None:
    """Return the compiled array functions, ``None`` where they can't be had."""
    try:
        from wfm.staffing.kernels import arrays
    except (ImportError, OSError, RuntimeError):
        # numba is absent, or finds no place for its cache.
        return None
    return arrays if arrays.usable() else None
