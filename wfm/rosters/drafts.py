"""The draft in ``out/``: what led to it, what a change would do, and taking it over."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from wfm.evaluation.describe import describe_violation
from wfm.io import tradeoff_files
from wfm.io.edit_log import appended, history_of, last_number, read_edits, standing
from wfm.io.finding_files import FINDINGS, read_findings
from wfm.io.manifest import read_manifest, write_manifest
from wfm.io.output import OutputFolder
from wfm.io.requirement_store import STORE, kept_requirement
from wfm.io.roster_state import Version, keep_version, versions
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

    from wfm.report.inputs import ReportInput

ROSTER, REQUIREMENT = "roster.csv", "requirement.csv"
MANIFEST = "manifest.json"
STAGES = ("forecast.csv", REQUIREMENT, STORE, "history_log.csv", "override_log.csv")
"""Files of ``out/`` that an edited roster leaves as they are."""
PUBLISHED = ("report.html", "pages", "simulation.csv", "calendars")
"""What people read of ``out/``, beside the workbook."""
VERSION_FILES = (ROSTER, MANIFEST, REQUIREMENT, STORE)
"""Files of ``out/`` that a version keeps, as far as they are there."""


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


def take(
    draft: Draft,
    proposal: Proposal,
    what: str,
    signature: Signature,
    undoes: int | None = None,
) -> LoggedEdit:
    """Make the proposal the draft and log it; return the edit.

    The roster that a run made is kept before its first edit, so that every earlier
    state can be had again. The caller holds the state's lock since it opened the
    draft. ``out/`` then holds the edited roster with its certificate, allocation and
    workbook; exports that still showed the roster before are gone from it.
    """
    if not draft.history:
        keep_draft(draft, replace(signature, why="before the first edit"))
    instance = draft.desk.instance
    edit = LoggedEdit(
        number=last_number(draft.directory) + 1,
        week=draft.week,
        what=what,
        change=proposal.change,
        before=draft.roster_hash,
        after=proposal.after.certificate.roster_hash,
        who=signature.who,
        when_utc=signature.when_utc,
        why=signature.why,
        breaks=tuple(describe_violation(v, instance) for v in proposal.effect.broken),
        undoes=undoes,
    )
    numbers = [e.number for e in standing((*draft.history, edit))]
    inputs = report_input(draft, proposal.after, {"edits": numbers})
    with (
        appended(draft.directory, instance, edit),
        write_out(draft, proposal.after, inputs) as folder,
    ):
        from wfm.report.workbook import write_workbook

        write_workbook(folder / "roster.xlsx", inputs)
    return edit


def report_input(
    draft: Draft, judged: JudgedRoster, record: Mapping[str, object]
) -> "ReportInput":
    """Return *judged* as exports take it; *record* is added to the manifest."""
    from wfm.io.stage_files import read_forecast
    from wfm.report.inputs import ReportInput

    forecast = draft.out / "forecast.csv"
    plan = draft.desk.folder.plan
    short = any(span.missing for span in judged.certificate.spans)
    status = "without_guarantee" if short else "ok"
    manifest = {
        **{key: value for key, value in draft.manifest.items() if key != "version"},
        "status": status,
        "objective": judged.objective,
        "violations": len(judged.certificate.violations),
        "roster_sha256": judged.certificate.roster_hash,
        **record,
    }
    return ReportInput(
        folder=draft.desk.folder,
        forecast=read_forecast(forecast, plan) if forecast.exists() else None,
        requirement=draft.desk.requirement,
        instance=draft.desk.instance,
        roster=judged.roster,
        allocation=judged.allocation,
        certificate=judged.certificate,
        manifest=manifest,
        status=status,
        findings=read_findings(draft.out, judged.certificate.roster_hash),
        tradeoffs=tradeoff_files.read_tradeoffs(draft.out),
    )


@contextmanager
def write_out(
    draft: Draft, judged: JudgedRoster, inputs: "ReportInput"
) -> Iterator[Path]:
    """Replace ``out/`` by a roster of the draft's plan; the body may add exports.

    The stages before the roster stay as they are.

    Raises
    ------
    UsageError
        If a run has put another roster there since the draft was opened.
    """
    from wfm.io.certificate_files import write_certificate
    from wfm.io.tables import write_allocation, write_roster

    with OutputFolder(draft.out) as folder:
        for name in (*STAGES, FINDINGS):
            if (draft.out / name).exists():
                shutil.copy2(draft.out / name, folder / name)
        if (sets := draft.out / tradeoff_files.FOLDER).is_dir():
            shutil.copytree(sets, folder / sets.name)
        instance = draft.desk.instance
        write_roster(folder / ROSTER, instance, judged.roster)
        write_allocation(folder / "allocation.csv", instance, judged.allocation)
        write_certificate(folder, judged.certificate, instance, judged.roster)
        write_manifest(folder / MANIFEST, inputs.manifest)
        yield folder
        if draft.file_hash and file_sha256(draft.out / ROSTER) != draft.file_hash:
            msg = f"{draft.out / ROSTER} was replaced meanwhile; nothing was taken over"
            raise UsageError(msg)


def exports_gone(draft: Draft) -> tuple[str, ...]:
    """Return the exports in ``out/`` that an edit takes away and publishing renews."""
    return tuple(name for name in PUBLISHED if (draft.out / name).exists())


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


def keep_draft(draft: Draft, signature: Signature) -> Version:
    """Keep the draft as a version, unless the same roster is kept already."""
    for version in versions(draft.directory, draft.week):
        if version.roster_hash == draft.roster_hash:
            return version
    return keep_version(
        draft.directory,
        version_of(draft, signature),
        version_contents(draft),
    )


def version_of(draft: Draft, signature: Signature) -> Version:
    """Return the record of the draft as a version, not yet numbered."""
    table = (draft.out / REQUIREMENT).read_bytes()
    return Version(
        week=draft.week,
        weeks=draft.desk.folder.plan.weeks,
        number=0,
        state="draft",
        who=signature.who,
        when_utc=signature.when_utc,
        why=signature.why,
        roster_hash=draft.roster_hash,
        requirement_hash=hashlib.sha256(table).hexdigest(),
        based_on=_base_of(draft),
    )


def _base_of(draft: Draft) -> str:
    """Return the version that the draft's edits began from."""
    hashes = {edit.before for edit in draft.history}
    found = [
        v.name for v in versions(draft.directory, draft.week) if v.roster_hash in hashes
    ]
    return found[-1] if found else ""


def version_contents(draft: Draft) -> dict[str, bytes]:
    """Return what a version keeps: files of ``out/``, and the draft's certificate."""
    from wfm.io.certificate_files import write_certificate

    judged = draft.judged
    paths = [draft.out / name for name in VERSION_FILES]
    with tempfile.TemporaryDirectory() as name:
        proof = Path(name)
        instance = draft.desk.instance
        write_certificate(proof, judged.certificate, instance, judged.roster)
        paths += sorted(proof.iterdir())
        return {path.name: path.read_bytes() for path in paths if path.exists()}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, blank if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
