"""``state/inputs/``: input files that edits have changed, kept by their hash.

A repair notes absences in the plan folder. Both texts are kept, so that undoing the
repair puts the file back as it was, byte for byte; where the file was added to since,
only what the repair had added goes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wfm.domain.roster_edits import FileChange
from wfm.io.output import write_atomic

INPUTS = Path("state") / "inputs"


def content_of_input(directory: Path, name: str) -> bytes | None:
    """Return an input file of the plan folder, ``None`` if it is not there."""
    path = directory / name
    return path.read_bytes() if path.exists() else None


def keep_input(directory: Path, content: bytes | None) -> str:
    """Keep a text and return its SHA-256; blank for a file that is not there."""
    if content is None:
        return ""
    digest = hashlib.sha256(content).hexdigest()
    path = directory / INPUTS / digest
    if not path.exists():
        write_atomic(path, content)
    return digest


def file_change(directory: Path, name: str, before: bytes | None) -> FileChange:
    """Return how the input file differs from *before*; both texts are kept."""
    return FileChange(
        name=name,
        before=keep_input(directory, before),
        after=keep_input(directory, content_of_input(directory, name)),
    )


def put_input(directory: Path, name: str, content: bytes | None) -> None:
    """Make *content* the input file; ``None`` takes it away."""
    if content is None:
        (directory / name).unlink(missing_ok=True)
    else:
        write_atomic(directory / name, content)


def restored(directory: Path, change: FileChange) -> tuple[bool, bytes | None]:
    """Return whether *change* can be taken back, and the file's text then.

    It can where the file is as the edit left it, or still holds what was added as one
    piece, or lost a piece at its end that can be added again.
    """
    now = content_of_input(directory, change.name)
    before, after = _kept(directory, change.before), _kept(directory, change.after)
    if now == after:
        return before is not None or not change.before, before
    if now is None or after is None:
        return False, None
    added = after.removeprefix(before or b"") if before is not None else b""
    if before is not None and after.startswith(before) and now.count(added) == 1:
        return True, now.replace(added, b"")
    if before is not None and before.startswith(after):
        return True, now + before.removeprefix(after)
    return False, None


@contextmanager
def taken_back(
    directory: Path, changes: Sequence[FileChange]
) -> Iterator[tuple[tuple[FileChange, ...], tuple[str, ...]]]:
    """Take changes of input files back; if the body fails, nothing has changed.

    Yields what was done to files, and the names of those that had to stay as they are.
    """
    now = {change.name: content_of_input(directory, change.name) for change in changes}
    done: list[FileChange] = []
    stay: list[str] = []
    try:
        for change in changes:
            can, content = restored(directory, change)
            if can:
                put_input(directory, change.name, content)
                done.append(file_change(directory, change.name, now[change.name]))
            else:
                stay.append(change.name)
        yield tuple(done), tuple(stay)
    except BaseException:
        for name, content in now.items():
            put_input(directory, name, content)
        raise


def _kept(directory: Path, digest: str) -> bytes | None:
    path = directory / INPUTS / digest
    return path.read_bytes() if digest and path.is_file() else None
