"""``state/rosters/``: rosters kept whole, as drafts or published, never changed.

A version is a folder ``state/rosters/<first date>/v<number>/`` with the roster, its
allocation and certificate, the requirement and the run's manifest, and a record of who
kept it, when and why, with the hash of each file. Of the published versions of a plan
the latest one is in force and the others are superseded.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from wfm.domain.errors import InputError, Problem, UsageError
from wfm.domain.roster_edits import RosterState
from wfm.io.output import moved_if_free, write_atomic

ROSTERS = Path("state") / "rosters"
RECORD = "record.json"
ROSTER_FILE = "roster.csv"
_LOCK = Path("state") / ".lock"
_NAME = re.compile(r"(?:(\d{4}-\d{2}-\d{2})/)?v(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One roster that was kept.

    Attributes
    ----------
    week, weeks
        First date of the plan, and how many weeks it covers.
    roster_hash, requirement_hash
        SHA-256 of the roster's spans (as in the certificate) and of requirement.csv.
    based_on
        The version of which this one is an edited copy, if known.
    files
        File name -> SHA-256 of its bytes.
    """

    week: date
    number: int
    state: RosterState
    who: str
    when_utc: datetime
    why: str
    roster_hash: str
    requirement_hash: str
    weeks: int = 1
    based_on: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``2026-10-26/v2``."""
        return f"{self.week}/v{self.number}"

    @property
    def last_date(self) -> date:
        """The last date of the plan."""
        return self.week + timedelta(days=7 * self.weeks - 1)

    def path(self, directory: Path, file: str = "") -> Path:
        """Return where the version, or one of its files, lies in a plan folder."""
        return directory / ROSTERS / str(self.week) / f"v{self.number}" / file


@contextmanager
def state_lock(directory: Path) -> Iterator[None]:
    """Hold the state of a plan folder, so that writers come one after the other.

    The lock falls when the process ends, however it ends. Where the system knows no
    such locks, there is none.
    """
    path = directory / _LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        with suppress(ImportError):  # a module of Unix
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        yield


def versions(directory: Path, week: date | None = None) -> tuple[Version, ...]:
    """Return what was kept, by plan and number; *week* alone, if given.

    Raises
    ------
    InputError
        Naming each folder that can't be read, and the cure.
    """
    root = directory / ROSTERS
    folders = sorted(root.glob("*/v*")) if root.is_dir() else []
    found: list[Version] = []
    problems: list[Problem] = []
    for folder in folders:
        if week is not None and folder.parent.name != week.isoformat():
            continue
        try:
            found.append(_read_record(folder))
        except (OSError, KeyError, TypeError, ValueError) as error:
            problems.append(_damaged(folder / RECORD, directory, _reason(error)))
    if problems:
        raise InputError(tuple(problems))
    return _with_states(found)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is missing"
    if isinstance(error, KeyError):
        return f"the entry {error} is missing"
    return f"can't be read: {error}"


def _damaged(path: Path, directory: Path, message: str) -> Problem:
    return Problem(
        file=path.relative_to(directory).as_posix(),
        message=message,
        expected="the version as it was kept; bring it back from a backup, or move "
        "its folder out of state/",
    )


def _read_record(folder: Path) -> Version:
    record: Any = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if record["state"] not in ("draft", "published"):
        msg = f"unknown state {record['state']!r}"
        raise ValueError(msg)
    return Version(
        week=date.fromisoformat(folder.parent.name),
        number=int(folder.name.removeprefix("v")),
        state=record["state"],
        who=str(record["who"]),
        when_utc=datetime.fromisoformat(record["when_utc"]),
        why=str(record["why"]),
        roster_hash=str(record["roster_sha256"]),
        requirement_hash=str(record["requirement_sha256"]),
        weeks=int(record["weeks"]),
        based_on=str(record["based_on"]),
        files=dict(record["files"]),
    )


def _with_states(found: list[Version]) -> tuple[Version, ...]:
    latest: dict[date, int] = {}
    for version in found:
        if version.state == "published":
            latest[version.week] = max(latest.get(version.week, 0), version.number)
    return tuple(
        replace(v, state="superseded")
        if v.state == "published" and v.number < latest[v.week]
        else v
        for v in sorted(found, key=lambda v: (v.week, v.number))
    )


def published(directory: Path, week: date) -> Version | None:
    """Return the published version in force; ``None`` if there is none."""
    found = [v for v in versions(directory, week) if v.state == "published"]
    return found[0] if found else None


def version_named(directory: Path, text: str, week: date) -> Version | None:
    """Return the version called ``published``, ``v2`` or ``2026-10-26/v2``.

    ``None`` if *text* is no name of a version.

    Raises
    ------
    UsageError
        If there is no such version.
    """
    match = _NAME.fullmatch(text)
    if text != "published" and match is None:
        return None
    if match is not None and match[1]:
        with suppress(ValueError):
            week = date.fromisoformat(match[1])
    known = versions(directory, week)
    for version in known:
        wanted = (
            version.state == "published"
            if match is None
            else (version.number == int(match[2]))
        )
        if wanted:
            return version
    names = ", ".join(f"v{v.number} ({v.state})" for v in known) or "none"
    msg = f"no roster {text!r} is kept of {week}; known: {names}"
    raise UsageError(msg)


def keep_version(
    directory: Path, version: Version, contents: Mapping[str, bytes]
) -> Version:
    """Keep *contents* whole as the next version and return it, numbered and hashed.

    The number of *version* and its hashes of files are not used.
    """
    root = directory / ROSTERS / version.week.isoformat()
    root.mkdir(parents=True, exist_ok=True)
    hashes = {n: hashlib.sha256(c).hexdigest() for n, c in sorted(contents.items())}
    kept = replace(version, files=hashes)
    taken = [int(p.name[1:]) for p in root.glob("v*") if p.name[1:].isdigit()]
    number = 1 + max(taken, default=0)
    with tempfile.TemporaryDirectory(prefix=".", dir=root) as hidden:
        new = Path(hidden) / "new"
        new.mkdir()
        for name, content in contents.items():
            write_atomic(new / name, content)
        while True:
            kept = replace(kept, number=number)
            text = json.dumps(_record(kept), indent=2, ensure_ascii=False)
            write_atomic(new / RECORD, text + "\n")
            if moved_if_free(new, root / f"v{number}"):
                return kept
            number += 1


def _record(version: Version) -> dict[str, object]:
    return {
        "version": version.name,
        "state": version.state,
        "weeks": version.weeks,
        "who": version.who,
        "when_utc": version.when_utc.isoformat(timespec="seconds"),
        "why": version.why,
        "roster_sha256": version.roster_hash,
        "requirement_sha256": version.requirement_hash,
        "based_on": version.based_on,
        "files": dict(version.files),
    }


def content_of(directory: Path, version: Version, file: str) -> bytes:
    """Return a file of a version, as it was kept.

    Raises
    ------
    InputError
        If it is missing or not what was kept.
    """
    path = version.path(directory, file)
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = _damaged(path, directory, _reason(error))
        raise InputError((fault,)) from error
    if hashlib.sha256(content).hexdigest() != version.files.get(file):
        fault = _damaged(path, directory, "the file was changed after it was kept")
        raise InputError((fault,))
    return content
