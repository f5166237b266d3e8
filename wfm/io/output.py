"""Output files that appear whole or not at all."""

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from wfm.domain.errors import UsageError

MARKER = ".wfm-output"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a disk, or somebody's share of it, says when nothing more fits."""
_MOST_SWAPS = 20
_OWN_NAMES = frozenset({"certificate.json", "manifest.json"})


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write *data* to *path* so that readers see the old file or the whole new one.

    Texts are written as UTF-8 with line ends as they are.
    """
    content = data.encode() if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_file_mode())
        temporary.replace(path)
    except BaseException as error:
        name_if_full(error, path)
        temporary.unlink(missing_ok=True)
        raise


def name_if_full(error: BaseException | None, place: Path) -> None:
    """Let an error that says a disk is full name *place*, not a file on the way."""
    if isinstance(error, OSError) and error.errno in FULL:
        error.filename = str(place)


def result_path(directory: Path, name: str) -> Path:
    """Return where a single result goes in the folder *directory* of a run.

    The other files stay; a folder made here may be replaced by a later run.
    """
    if not directory.exists():
        directory.mkdir(parents=True)
        (directory / MARKER).touch()
    return directory / name


class OutputFolder:
    """A folder that is replaced by a run, at once, if the run succeeds.

    Use it as a context manager: the path that it yields is a hidden folder beside
    *directory*; leaving without an error puts it in the place of *directory*. After
    an error or an interruption the old folder is as it was.

    Parameters
    ----------
    directory
        The folder to replace. It must be absent, empty, or written by this class.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve() if directory.is_symlink() else directory
        self._temporary: Path | None = None

    def __enter__(self) -> Path:
        """Return the hidden folder to write into.

        Raises
        ------
        UsageError
            If *directory* holds files that no run of this programme wrote.
        """
        self.check()
        parent = self.directory.parent
        parent.mkdir(parents=True, exist_ok=True)
        name = tempfile.mkdtemp(prefix=f".{self.directory.name}.", dir=parent)
        self._temporary = Path(name)
        self._temporary.chmod(0o777 & ~_umask())
        (self._temporary / MARKER).touch()
        return self._temporary

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Swap the folders, or remove the new one if there was an error."""
        new = self._temporary
        if new is None:
            return
        self._temporary = None
        name_if_full(error, self.directory)
        try:
            if kind is None:
                self._swap(new)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def check(self) -> None:
        """Refuse what could not be replaced; worth asking before long work.

        Raises
        ------
        UsageError
            If *directory* is a file or holds files that no run of this programme wrote.
        PermissionError
            If nothing can be written beside *directory*.
        """
        parent = self.directory.parent
        if parent.is_dir() and not os.access(parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(parent))
        try:
            names = {path.name for path in self.directory.iterdir()}
        except FileNotFoundError:
            return
        except NotADirectoryError:
            msg = f"{self.directory} is a file, not a folder for results"
            raise UsageError(msg) from None
        if MARKER not in names and not names <= _OWN_NAMES:
            msg = (
                f"{self.directory} holds files that wfm did not write, and its results "
                "replace the whole folder; name another one"
            )
            raise UsageError(msg)

    def _swap(self, new: Path) -> None:
        """Put *new* in place; of two runs that end together the later one stays."""
        for _ in range(_MOST_SWAPS):
            if self._exchange(new, new.with_name(f"{new.name}.old")):
                return
        msg = f"{self.directory} is being replaced by other runs again and again"
        raise UsageError(msg)

    def _exchange(self, new: Path, old: Path) -> bool:
        """Return whether *new* is in place; another run's folder may have come first.

        After an error the old folder is back in its place.
        """
        try:
            with suppress(FileNotFoundError):
                self.directory.rename(old)
            new.rename(self.directory)
        except BaseException as error:
            if not _is_taken(error):
                if old.exists() and not self.directory.exists():
                    old.rename(self.directory)
                raise
        shutil.rmtree(old, ignore_errors=True)
        return not new.exists()


def moved_if_free(new: Path, place: Path) -> bool:
    """Rename the folder *new* to *place*; return false if one came first."""
    try:
        new.rename(place)
    except OSError as error:
        if _is_taken(error):
            return False
        raise
    return True


def _is_taken(error: BaseException) -> bool:
    """Return whether a folder was put in place between the two renames."""
    taken = {errno.ENOTEMPTY, errno.EEXIST}
    return isinstance(error, OSError) and error.errno in taken


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _file_mode() -> int:
    return 0o666 & ~_umask()
