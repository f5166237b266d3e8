"""Compiled code that may no longer fit the sources."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def discard_stale(folders: Sequence[Path]) -> None:
    """Remove numba's cached code in *folders* that is older than any source there.

    Numba looks at a kernel's own file only, and would go on using what it compiled of
    the kernels that this one calls.
    """
    sources = [path for folder in folders for path in folder.glob("*.py")]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    for folder in folders:
        for index in folder.glob("__pycache__/*.nbi"):
            with suppress(FileNotFoundError):  # another process was quicker
                if index.stat().st_mtime < newest:
                    index.unlink()
