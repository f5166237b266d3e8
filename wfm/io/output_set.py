"""Several files of one run beside those of others: all of them new, or none."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from wfm.io.output import name_if_full, result_path


class OutputSet:
    """Files that a run puts into a folder together, the folder's others staying.

    Use it as a context manager: it yields a hidden folder to write into. Leaving
    without an error moves every file into *directory*; after an error nothing there
    has changed.

    Parameters
    ----------
    directory
        Where the files go.
    replaces
        Patterns of names that belong to this kind of run: what an earlier one left and
        this one does not write is removed.
    """

    def __init__(self, directory: Path, replaces: Sequence[str] = ()) -> None:
        self.directory, self._replaces = directory, replaces
        self._temporary: Path | None = None

    def __enter__(self) -> Path:
        """Return the hidden folder."""
        parent = self.directory.parent
        parent.mkdir(parents=True, exist_ok=True)
        name = tempfile.mkdtemp(prefix=f".{self.directory.name}.", dir=parent)
        self._temporary = Path(name)
        return self._temporary

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Move the files in, or drop them if there was an error."""
        new, self._temporary = self._temporary, None
        if new is None:
            return
        name_if_full(error, self.directory)
        try:
            if kind is None:
                self._move(new)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _move(self, new: Path) -> None:
        files = sorted(path for path in new.iterdir() if path.is_file())
        for path in files:
            path.replace(result_path(self.directory, path.name))
        written = {path.name for path in files}
        for pattern in self._replaces:
            for old in self.directory.glob(pattern):
                if old.name not in written and old.is_file():
                    old.unlink()
