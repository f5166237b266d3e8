"""Taking over: a proposal becomes the draft, a draft becomes a version that is kept."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.domain.errors import UsageError
from wfm.domain.roster_edits import FileChange, LoggedEdit
from wfm.evaluation.describe import describe_violation
from wfm.io import tradeoff_files
from wfm.io.edit_log import appended, last_number, standing
from wfm.io.finding_files import FINDINGS, read_findings
from wfm.io.manifest import write_manifest
from wfm.io.output import OutputFolder
from wfm.io.requirement_store import STORE
from wfm.io.roster_state import Version, keep_version, versions
from wfm.pipeline.edit_effect import JudgedRoster
from wfm.rosters.drafts import (
    MANIFEST,
    REQUIREMENT,
    ROSTER,
    Draft,
    Proposal,
    Signature,
    file_sha256,
)

if TYPE_CHECKING:
    from wfm.report.inputs import ReportInput

STAGES = ("forecast.csv", REQUIREMENT, STORE, "history_log.csv", "override_log.csv")
"""Files of ``out/`` that an edited roster leaves as they are."""
PUBLISHED = ("report.html", "pages", "simulation.csv", "calendars")
"""What people read of ``out/``, beside the workbook."""
VERSION_FILES = (ROSTER, MANIFEST, REQUIREMENT, STORE)
"""Files of ``out/`` that a version keeps, as far as they are there."""


def take(
    draft: Draft,
    proposal: Proposal,
    what: str,
    signature: Signature,
    undoes: int | None = None,
    files: tuple[FileChange, ...] = (),
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
        files=files,
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
