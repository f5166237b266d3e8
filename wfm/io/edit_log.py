"""``state/edits.jsonl``: every edit of a roster, one line each, in the order made.

A line holds what was asked, by whom, when and why, the spans lost and gained, and the
hashes of the roster before and after. The hashes chain the edits: those that led to a
roster are found by walking back from its own hash, so that a line whose roster was
never put in place, or was replaced by a new run, is no part of anybody's history.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import RosterRow
from wfm.domain.roster import RosterInstance, Shift
from wfm.domain.roster_edits import FileChange, LoggedEdit, RosterChange
from wfm.io.tables import utc_text
from wfm.pipeline.spans import shifts_of

EDITS = Path("state") / "edits.jsonl"


def read_edits(
    directory: Path, instance: RosterInstance, week: date
) -> tuple[LoggedEdit, ...]:
    """Return the edits of the plan that begins on *week*, the first one first.

    Raises
    ------
    InputError
        Naming the line that can't be read, and the cure.
    """
    return tuple(
        _decoded(record, number, instance)
        for number, record in _records(directory)
        if record.get("week") == week.isoformat()
    )


def last_number(directory: Path) -> int:
    """Return the number of the last edit of any week; 0 if there is none.

    Raises
    ------
    InputError
        Naming a line that can't be read.
    """
    return max((int(record["edit"]) for _, record in _records(directory)), default=0)


def history_of(edits: Sequence[LoggedEdit], roster_hash: str) -> tuple[LoggedEdit, ...]:
    """Return the edits that led to the roster with this hash, the first one first."""
    found: list[LoggedEdit] = []
    for edit in reversed(edits):
        if edit.after == roster_hash:
            found.append(edit)
            roster_hash = edit.before
    return tuple(reversed(found))


def in_force(history: Sequence[LoggedEdit]) -> tuple[LoggedEdit, ...]:
    """Return the edits of a history that were not undone, undoings among them."""
    undone: set[int] = set()
    found: list[LoggedEdit] = []
    for edit in reversed(history):
        if edit.number in undone:
            continue
        found.append(edit)
        if edit.undoes is not None:
            undone.add(edit.undoes)
    return tuple(reversed(found))


def standing(history: Sequence[LoggedEdit]) -> tuple[LoggedEdit, ...]:
    """Return the edits of a history that stand: neither undone nor an undoing.

    An undone undoing brings its edit back.
    """
    return tuple(edit for edit in in_force(history) if edit.undoes is None)


@contextmanager
def appended(
    directory: Path, instance: RosterInstance, edit: LoggedEdit
) -> Iterator[None]:
    """Append *edit* to the log; take the line back if the body fails.

    The caller holds the lock of the state (:func:`wfm.io.roster_state.state_lock`).
    """
    path = directory / EDITS
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(_encoded(edit, instance), ensure_ascii=False) + "\n"
    with path.open("ab") as stream:
        size = stream.seek(0, os.SEEK_END)
        try:
            stream.write(line.encode())
            stream.flush()
            os.fsync(stream.fileno())
            yield
        except BaseException:
            os.ftruncate(stream.fileno(), size)
            raise


def _records(directory: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each line and what it holds."""
    path = directory / EDITS
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                if not line.endswith(b"\n"):
                    raise _refused(number, "the line breaks off")
                record = json.loads(line)
                int(record["edit"])
            except (ValueError, KeyError, TypeError) as error:
                raise _refused(number, "the line is no edit") from error
            yield number, record


def _refused(number: int, message: str) -> InputError:
    return InputError(
        (
            Problem(
                file=EDITS.as_posix(),
                row=number,
                message=message,
                expected="one whole JSON object; take the line out, the rosters "
                "themselves are in state/rosters",
            ),
        )
    )


def _encoded(edit: LoggedEdit, instance: RosterInstance) -> dict[str, object]:
    return {
        "edit": edit.number,
        "week": edit.week.isoformat(),
        "what": edit.what,
        "who": edit.who,
        "when_utc": edit.when_utc.isoformat(timespec="seconds"),
        "why": edit.why,
        "undoes": edit.undoes,
        "before": edit.before,
        "after": edit.after,
        "removed": _rows(edit.change.removed, instance),
        "added": _rows(edit.change.added, instance),
        "breaks": list(edit.breaks),
        "files": [[file.name, file.before, file.after] for file in edit.files],
    }


def _rows(shifts: Sequence[Shift], instance: RosterInstance) -> list[list[str]]:
    grid = instance.grid
    return [
        [
            shift.agent_id,
            shift.date_local.isoformat(),
            utc_text(grid.instant(span.start_idx)),
            utc_text(grid.instant(span.end_idx)),
            span.activity,
            span.queue,
            *([shift.where] if shift.where else []),
        ]
        for shift in shifts
        for span in shift.spans
    ]


def _decoded(
    record: Mapping[str, Any], number: int, instance: RosterInstance
) -> LoggedEdit:
    try:
        return LoggedEdit(
            number=int(record["edit"]),
            week=date.fromisoformat(record["week"]),
            what=str(record["what"]),
            change=RosterChange(
                removed=_shifts(record["removed"], instance),
                added=_shifts(record["added"], instance),
            ),
            before=str(record["before"]),
            after=str(record["after"]),
            who=str(record["who"]),
            when_utc=datetime.fromisoformat(record["when_utc"]),
            why=str(record["why"]),
            breaks=tuple(map(str, record["breaks"])),
            undoes=None if record["undoes"] is None else int(record["undoes"]),
            files=tuple(
                FileChange(name=str(name), before=str(before), after=str(after))
                for name, before, after in record.get("files", ())
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _refused(number, "the line is no edit") from error


def _shifts(
    rows: Sequence[Sequence[str]], instance: RosterInstance
) -> tuple[Shift, ...]:
    entries = [
        RosterRow(
            agent_id=agent_id,
            site_id="",
            date_local=date.fromisoformat(day),
            start_utc=datetime.fromisoformat(start),
            end_utc=datetime.fromisoformat(end),
            activity=activity,
            queue_id=queue,
            row=0,
            where=place[0] if place else "",
        )
        for agent_id, day, start, end, activity, queue, *place in rows
    ]
    return shifts_of(entries, instance.grid, instance.agents, instance.contracts)
