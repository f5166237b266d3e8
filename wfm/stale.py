"""Where the compiled code that numba keeps on disk would go wrong."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4


def discard_stale(folders: Sequence[Path]) -> None:
    """Remove numba's cached code in *folders* that is older than any source there.

    Numba looks at a kernel's own file only, and would go on using what it compiled of
    the kernels that this one calls. What is compiled from now on is named apart from
    what other processes compile.
    """
    name_apart()
    sources = [path for folder in folders for path in folder.glob("*.py")]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    for folder in folders:
        for index in folder.glob("__pycache__/*.nbi"):
            with suppress(FileNotFoundError):  # another process was quicker
                if index.stat().st_mtime < newest:
                    index.unlink()


def name_apart() -> None:
    """Have numba number the functions it compiles as no other process does.

    It counts from 1 in each process, and that number alone tells code of the same name
    apart, such as the inner loops of ``np.sort`` and ``np.argsort``. Where two
    processes have kept code of one number, whoever loads both runs the first in place
    of the second: wrong results without an error
    (https://github.com/numba/numba/issues/10486, open as of numba 0.68).
    """
    from numba.core.bytecode import FunctionIdentity

    numbered: Any = FunctionIdentity
    # The counter is private, and there is no setting for it.
    numbered._unique_ids = iter(_number, None)  # noqa: SLF001


def _number() -> int:
    return uuid4().int >> 64
