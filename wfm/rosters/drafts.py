"""The draft in ``out/``: what led to it, what a change would do, and taking it over."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.api import PEOPLE_FILES, LoadedPlan
from wfm.domain.errors import UsageError
from wfm.domain.roster import Roster
from wfm.domain.roster_edits import (
    EditError,
    LoggedEdit,
    RosterChange,
    change_between,
    changed,
)
from wfm.io.edit_log import history_of, read_edits, standing
from wfm.io.manifest import read_manifest
from wfm.io.requirement_store import kept_requirement
from wfm.pipeline.edit_effect import (
    Desk,
    EditEffect,
    JudgedRoster,
    desk_of,
    effect_between,
)
from wfm.pipeline.edit_requests import change_of
from wfm.pipeline.edit_words import request_of, split_words
from wfm.pipeline.roster_diff import ShiftDifference, differences

if TYPE_CHECKING:
    import pandas as pd


ROSTER, REQUIREMENT = "roster.csv", "requirement.csv"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who does something, when, and why."""

    who: str
    when_utc: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """A plan's roster in ``out/``, judged, with all logged edits of the plan's week.

    *file_hash* is that of ``out/roster.csv`` as it was read, blank if nobody looked.
    """

    plan: LoadedPlan
    desk: Desk
    judged: JudgedRoster
    log: tuple[LoggedEdit, ...]
    file_hash: str = ""

    @property
    def directory(self) -> Path:
        """The plan folder."""
        return self.plan.directory

    @property
    def out(self) -> Path:
        """The folder of results."""
        return self.directory / "out"

    @property
    def week(self) -> date:
        """The plan's first date."""
        return self.desk.folder.plan.first_date

    @property
    def roster(self) -> Roster:
        """The roster itself."""
        return self.judged.roster

    @property
    def roster_hash(self) -> str:
        """The hash of its spans, as in the certificate."""
        return self.judged.certificate.roster_hash

    @property
    def history(self) -> tuple[LoggedEdit, ...]:
        """The edits that led here from the roster that a run made."""
        return history_of(self.log, self.roster_hash)

    @property
    def standing(self) -> tuple[LoggedEdit, ...]:
        """Those of them that were not undone."""
        return standing(self.history)

    @property
    def manifest(self) -> Mapping[str, object]:
        """The manifest in ``out/``."""
        return read_manifest(self.out / MANIFEST)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """A change of a draft with all that it does; nothing is written yet."""

    change: RosterChange
    after: JudgedRoster
    effect: EditEffect
    differences: tuple[ShiftDifference, ...]

    def to_frame(self, draft: Draft) -> "pd.DataFrame":
        """Return one row per shift that differs, as ``wfm diff`` writes them."""
        import pandas as pd

        from wfm.io.diff_files import HEADER, diff_row

        instance = draft.desk.instance
        rows = [diff_row(difference, instance) for difference in self.differences]
        return pd.DataFrame(rows, columns=list(HEADER))


def open_draft(plan: LoadedPlan) -> Draft:
    """Return the draft of *plan*.

    Raises
    ------
    UsageError
        If there is none, or it is of another week.
    InputError
        With what is wrong in the files, the log included.
    """
    out = plan.directory / "out"
    for name, command in ((ROSTER, "plan"), (REQUIREMENT, "staff")):
        if not (out / name).exists():
            msg = f"{out / name} is not there; make it by: wfm {command} DIR"
            raise UsageError(msg)
    file_hash = file_sha256(out / ROSTER)
    folder = plan.read(PEOPLE_FILES)
    first = folder.plan.first_date
    made = read_manifest(out / MANIFEST).get("first_date", first.isoformat())
    if made != first.isoformat():
        msg = f"the roster in {out} is of the week of {made}, the plan of {first}"
        raise UsageError(msg)
    desk = desk_of(folder, kept_requirement(out / REQUIREMENT, folder.plan))
    return Draft(
        plan=plan,
        desk=desk,
        judged=desk.judged(plan.read_roster(folder, desk.instance)),
        log=read_edits(plan.directory, desk.instance, first),
        file_hash=file_hash,
    )


def propose_words(draft: Draft, words: str) -> Proposal:
    """Return what an edit in words would do: ``"move A1 2026-10-27 10:00"``.

    A name with blanks stands in quotes, as in a shell.

    Raises
    ------
    EditError
        If the words name what is not there, or spans of one agent would overlap.
    """
    instance = draft.desk.instance
    request = request_of(split_words(words), draft.roster, instance)
    return propose(draft, change_of(request, draft.roster, instance))


def propose(draft: Draft, change: RosterChange) -> Proposal:
    """Return what *change* would do to the draft.

    Raises
    ------
    EditError
        If it does not fit the draft, spans of one agent would overlap, or a shift
        would end beyond what the plan knows.
    """
    instance = draft.desk.instance
    edited = changed(draft.roster, change, instance.carry_over)
    if any(s.end_idx > instance.grid.num_intervals for s in change.added):
        msg = "a shift would end more than a day after the plan"
        raise EditError(msg)
    after = draft.desk.judged(edited, near=draft.judged)
    effect = effect_between(draft.desk, draft.judged, after)
    return Proposal(
        change=change_between(draft.roster, after.roster),
        after=after,
        effect=effect,
        differences=differences(draft.roster, after.roster, instance, effect.broken),
    )


def roster_after(draft: Draft, number: int) -> Roster:
    """Return the roster as it was after the edit *number*; 0 is before them all.

    Raises
    ------
    UsageError
        If no such edit led to the draft.
    """
    numbers = [edit.number for edit in draft.history]
    if number and number not in numbers:
        known = ", ".join(map(str, numbers)) or "none"
        msg = f"edit {number} did not lead to this roster; those that did: {known}"
        raise UsageError(msg)
    roster = draft.roster
    for edit in reversed(draft.history):
        if edit.number <= number:
            break
        roster = changed(roster, edit.change.inverse)
    return roster


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, blank if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
