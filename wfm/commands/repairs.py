"""The command that mends a standing roster."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wfm.commands.findings import ALARM, lack_text, lacks_of, say, say_violations
from wfm.commands.run import DONE, FINDING, Run
from wfm.domain.roster import Shift
from wfm.domain.roster_edits import FileChange, change_between
from wfm.io.edit_log import read_edits
from wfm.io.output import result_path
from wfm.io.roster_state import state_lock
from wfm.rosters.drafts import Draft, Proposal, Signature
from wfm.rosters.repairs import CHANGES_HEADER, RepairRequest, RepairResult, repair_plan
from wfm.rosters.taking import take

MOST_SHOWN = 60
NOTED = ("time_off.csv", "locked_roster.csv")
"""Input files to which a repair adds."""


def repair(
    run: Run, request: RepairRequest, signature: Signature, *, dry_run: bool
) -> int:
    """Mend the roster, say what changes for whom and why, and take it over.

    With ``dry_run``, or for a roster that is not the draft in ``out/``, nothing but
    ``out/changes.csv`` and ``out/repaired_roster.csv`` is written.
    """
    clock = time.perf_counter()
    with state_lock(run.plan.directory):
        result = repair_plan(run.plan, request)
        _say(run, result, time.perf_counter() - clock)
        is_draft = request.roster is None and not dry_run
        if is_draft:
            _take(run, result, signature)
        else:
            _write_aside(run, result)
    _write_changes(run, result, keep=is_draft)
    return FINDING if result.after.certificate.violations else DONE


def _say(run: Run, result: RepairResult, spent_s: float) -> None:
    from wfm.pipeline.roster_diff import in_words
    from wfm.report.terminal_edits import cost_line, cover_table

    instance = result.desk.instance
    for change in result.changes[:MOST_SHOWN]:
        say(run.console, f"  {in_words(change.difference, instance)}: {change.reason}")
    more = len(result.changes) - MOST_SHOWN
    if more > 0:
        say(run.console, f"  and {more} more; all are in out/changes.csv")
    effect = result.effect
    table = cover_table(effect)
    if table is not None:
        run.console.print(table)
    say(run.console, cost_line(effect, result.desk.folder.plan.currency))
    lost, people = len(result.case.lost), len({s.agent_id for s in result.case.lost})
    touched = len({c.difference.agent_id for c in result.changes})
    text = f"{lost} shifts of {people} people lost; {len(result.changes)} shifts of "
    say(run.console, f"{text}{touched} people changed ({spent_s:.1f} s)")
    _say_open(run, result)


def _say_open(run: Run, result: RepairResult) -> None:
    """Say what is still broken, and why it can't be mended."""
    instance = result.desk.instance
    violations = result.after.certificate.violations
    if result.repaired.over_budget:
        say(run.console, "the change budget was too small to keep every rule", ALARM)
    if not violations:
        return
    found = result.diagnosis
    if found is not None and found.is_proven:
        say(run.console, "no roster within reach keeps every guarantee:", ALARM)
        for lack in lacks_of(found.shortfalls, instance):
            say(run.console, f"  {lack_text(lack, instance)}")
        for cure in found.cures:
            say(run.console, f"  cured by relaxing {' and '.join(cure.relaxed)}")
    say_violations(run.console, violations, instance)


def _take(run: Run, result: RepairResult, signature: Signature) -> None:
    """Make the mended roster the draft; note the absences in the plan folder."""
    directory, desk = run.plan.directory, result.desk
    hashes = dict(desk.folder.hashes)
    files = _note_absences(directory, result)
    for file in files:
        hashes[file.name] = file.after
        say(run.console, f"added to {directory / file.name}")
    folder = replace(desk.folder, hashes=hashes)
    desk = replace(desk, folder=folder)
    judged = desk.judged(result.case.live)
    draft = Draft(
        plan=run.plan,
        desk=desk,
        judged=judged,
        log=read_edits(directory, desk.instance, folder.plan.first_date),
    )
    after = replace(
        result.after, certificate=replace(result.after.certificate, hashes=hashes)
    )
    proposal = Proposal(
        change=change_between(result.case.live, after.roster),
        after=after,
        effect=result.effect,
        differences=tuple(change.difference for change in result.changes),
    )
    if not (proposal.change or files):
        say(run.console, "nothing changes")
        return
    edit = take(draft, proposal, _what(result), signature, files=files)
    say(run.console, f"edit {edit.number} taken over: {draft.out / 'roster.csv'}")


def _note_absences(directory: Path, result: RepairResult) -> tuple[FileChange, ...]:
    """Add absences, and shifts they cut short, to the inputs; return what changed."""
    from wfm.io.absences import add_absences, lock_shifts
    from wfm.io.kept_inputs import content_of_input, file_change

    before = {name: content_of_input(directory, name) for name in NOTED}
    written = []
    if result.absences.rows:
        written.append(add_absences(directory, result.absences))
    cut = _cut_shifts(result)
    if cut:
        written.append(lock_shifts(directory, result.desk.instance, cut))
    return tuple(
        file_change(directory, path.name, before[path.name]) for path in written
    )


def _what(result: RepairResult) -> str:
    count = len(result.absences.rows)
    return f"repair after {count} absence{'s' * (count != 1)}"


def _cut_shifts(result: RepairResult) -> Sequence[Shift]:
    """Return the shifts that ended early since somebody fell ill at work."""
    known = set(result.case.live.shifts)
    return [shift for shift in result.case.instance.live or () if shift not in known]


def _write_aside(run: Run, result: RepairResult) -> None:
    from wfm.io.tables import write_roster

    target = result_path(run.out, "repaired_roster.csv")
    write_roster(target, result.desk.instance, result.after.roster)
    say(run.console, f"mended roster: {target}")


def _write_changes(run: Run, result: RepairResult, *, keep: bool) -> None:
    """Write the change list; *keep* it for the report of the mended roster."""
    from wfm.io.finding_files import CHANGES, keep_findings
    from wfm.io.tables import write_table

    target = result_path(run.out, "changes.csv")
    write_table(target, CHANGES_HEADER, result.to_rows())
    if keep:
        roster_hash = result.after.certificate.roster_hash
        notes = result.to_notes()
        keep_findings(run.out, CHANGES, roster_hash, notes, said=_what(result))
    say(run.console, f"changes: {target}")


def grant(
    run: Run, requests: Path, request: RepairRequest, roster_file: Path | None
) -> int:
    """Say which leave can be granted and what it costs; write ``out/grants.csv``."""
    from wfm.io.tables import write_table
    from wfm.report.text import money
    from wfm.rosters.leave import HEADER, answer_rows, leave_answers

    answers = leave_answers(run.plan, requests, roster=roster_file, request=request)
    currency = run.plan.read(frozenset()).plan.currency
    for answer in answers:
        word = "can be granted" if answer.is_granted else "can't be granted"
        queue, fall = answer.worst
        say(
            run.console,
            f"{answer.row.agent_id} {answer.row.kind}: {word}; "
            f"{answer.missing_hours:+.1f} h missing, {queue} {100 * fall:+.1f} points, "
            f"wages {money(answer.effect.paid_cost, currency)}, "
            f"{answer.changed_shifts} shifts change",
        )
        for line in answer.against:
            say(run.console, f"  {line}")
    target = result_path(run.out, "grants.csv")
    write_table(target, HEADER, answer_rows(answers))
    say(run.console, f"answers: {target}")
    return DONE if all(answer.is_granted for answer in answers) else FINDING
