"""Edits by hand: judge, show, take over, undo, replay. Nothing is refused for a rule.

Every command returns its exit code: 0 done, 1 a finding (a rule is newly broken).
"""

import shlex
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from pathlib import Path

from wfm.api import DEMAND_FILES
from wfm.commands.findings import say
from wfm.commands.run import DONE, FINDING, Run
from wfm.domain.errors import InputError, Problem, UsageError
from wfm.domain.roster import Roster
from wfm.domain.roster_edits import (
    EditError,
    FileChange,
    LoggedEdit,
    RosterChange,
    change_between,
    changed,
)
from wfm.io.edit_log import history_of, in_force, standing
from wfm.io.roster_state import state_lock
from wfm.pipeline.edit_requests import change_of
from wfm.pipeline.edit_words import VERBS, request_of, split_words
from wfm.report.terminal_edits import (
    cost_line,
    cover_table,
    difference_lines,
    log_lines,
    rule_lines,
)
from wfm.rosters.drafts import (
    Draft,
    Proposal,
    Signature,
    file_sha256,
    open_draft,
    propose,
    propose_words,
)
from wfm.rosters.merging import merged
from wfm.rosters.taking import exports_gone, take

SEPARATOR = ";"


def edit(run: Run, words: Sequence[str], signature: Signature, *, dry_run: bool) -> int:
    """Make one edit, or only show what it would do."""
    with _locked(run, dry_run=dry_run):
        draft = open_draft(run.plan)
        clock = time.perf_counter()
        proposal = propose_words(draft, shlex.join(words))
        spent = time.perf_counter() - clock
        if dry_run or not proposal.change:
            return _show(run, draft, proposal, spent, "not taken over")
        return _taken(run, draft, proposal, shlex.join(words), signature, spent)


def _locked(run: Run, *, dry_run: bool) -> AbstractContextManager[None]:
    """Hold the state, unless nothing will be written."""
    return nullcontext() if dry_run else state_lock(run.plan.directory)


def _taken(
    run: Run,
    draft: Draft,
    proposal: Proposal,
    what: str,
    signature: Signature,
    spent_s: float,
    undoes: int | None = None,
    files: tuple[FileChange, ...] = (),
) -> int:
    gone = ", ".join(exports_gone(draft))
    made = take(draft, proposal, what, signature, undoes, files)
    text = f"edit {made.number} taken over: {draft.out / 'roster.csv'}"
    code = _show(run, draft, proposal, spent_s, text)
    if gone:
        text = f"gone, as they showed the roster before: {gone}; anew: wfm publish"
        say(run.console, text)
    return code


def _show(
    run: Run, draft: Draft, proposal: Proposal, spent_s: float, outcome: str
) -> int:
    instance, effect = draft.desk.instance, proposal.effect
    if not proposal.change:
        say(run.console, "nothing changes")
        return DONE
    for line in difference_lines(proposal.differences, instance):
        say(run.console, line)
    for line in rule_lines(effect, instance):
        say(run.console, line, "red" if line.startswith("  broken") else None)
    table = cover_table(effect)
    if table is not None:
        run.console.print(table)
    say(run.console, cost_line(effect, draft.desk.folder.plan.currency))
    say_stale(run, draft)
    say(run.console, f"{outcome} (judged in {spent_s:.2f} s)")
    return FINDING if effect.broken else DONE


def say_stale(run: Run, draft: Draft) -> None:
    """Say which inputs of the requirement have changed since it was made."""
    names = ", ".join(stale_inputs(draft))
    if names:
        text = f"  the requirement is older than {names}; anew: wfm plan"
        say(run.console, text, "yellow")


def stale_inputs(draft: Draft) -> tuple[str, ...]:
    """Return the demand files that have changed since the requirement was made."""
    recorded = draft.manifest.get("inputs_sha256")
    if not isinstance(recorded, dict):
        return ()
    return tuple(
        name
        for name, digest in sorted(recorded.items())
        if name.split(".")[0] in DEMAND_FILES | {"backlog", "plan"}
        and file_sha256(draft.directory / name) != digest
    )


def batch(run: Run, file: Path, signature: Signature, *, dry_run: bool) -> int:
    """Make the edits of a text file, one a line, as one edit: all or none.

    Raises
    ------
    UsageError
        Naming the line that can't be made.
    """
    lines = _lines(file)
    with _locked(run, dry_run=dry_run):
        draft = open_draft(run.plan)
        clock = time.perf_counter()
        proposal = propose(draft, _change_by(draft, file.name, lines))
        spent = time.perf_counter() - clock
        if dry_run or not proposal.change:
            return _show(run, draft, proposal, spent, "not taken over")
        what = _one_line(line for _, line in lines)
        return _taken(run, draft, proposal, what, signature, spent)


def _lines(file: Path) -> list[tuple[int, str]]:
    text = file.read_text(encoding="utf-8-sig")
    lines = ((n, line.strip()) for n, line in enumerate(text.splitlines(), 1))
    return [(n, line) for n, line in lines if line and not line.startswith("#")]


def _change_by(
    draft: Draft, file: str, lines: Sequence[tuple[int, str]]
) -> RosterChange:
    """Return what all *lines* change together, each read on the roster before it."""
    roster, problems = draft.roster, []
    for number, line in lines:
        try:
            roster = _after_words(draft, roster, split_words(line))
        except EditError as error:
            problems.append(Problem(file=file, row=number, message=str(error)))
    if problems:
        raise InputError(tuple(problems))
    return change_between(draft.roster, roster)


def _after_words(draft: Draft, roster: Roster, words: Sequence[str]) -> Roster:
    instance = draft.desk.instance
    change = change_of(request_of(words, roster, instance), roster, instance)
    return changed(roster, change, instance.carry_over)


def undo(run: Run, number: int | None, signature: Signature) -> int:
    """Take back one edit, by default the last one that stands.

    An undoing is an edit as well, so undoing it by its number does the edit again.

    Raises
    ------
    UsageError
        If no edit of that number led to the draft.
    EditError
        If later edits have changed the same shifts since.
    """
    from wfm.io.kept_inputs import taken_back

    directory = run.plan.directory
    with state_lock(directory):
        draft = open_draft(run.plan)
        edit = _to_undo(draft, number)
        with taken_back(directory, edit.files) as (files, stay):
            if files:
                draft = open_draft(run.plan)
            clock = time.perf_counter()
            proposal = propose(draft, edit.change.inverse)
            spent = time.perf_counter() - clock
            what = f"undo {edit.number} ({edit.what})"
            code = _taken(
                run, draft, proposal, what, signature, spent, edit.number, files
            )
    for file in files:
        say(run.console, f"{file.name} is as if the edit had not been")
    for name in stay:
        text = f"{name} was changed since: what edit {edit.number} added to it stays"
        say(run.console, text, "yellow")
    return code


def _to_undo(draft: Draft, number: int | None) -> LoggedEdit:
    if number is None:
        if not draft.standing:
            msg = "no edit led to this roster; there is nothing to undo"
            raise UsageError(msg)
        return draft.standing[-1]
    for edit in in_force(draft.history):
        if edit.number == number:
            return edit
    known = {edit.number for edit in draft.history}
    state = "is undone already" if number in known else "did not lead to this roster"
    msg = f"edit {number} {state}; see: wfm edit DIR --log"
    raise UsageError(msg)


def replay(run: Run, signature: Signature, *, dry_run: bool) -> int:
    """Make the edits of the roster before again, on the one that a new run made.

    They become one edit; those that no longer fit are named and left out.
    """
    with _locked(run, dry_run=dry_run):
        draft = open_draft(run.plan)
        roster, made = draft.roster, []
        for edit in _to_replay(draft):
            try:
                roster = _again(draft, roster, edit)
                made.append(edit)
            except EditError as error:
                say(run.console, f"left out {edit.number} ({edit.what}): {error}")
        clock = time.perf_counter()
        proposal = propose(draft, change_between(draft.roster, roster))
        spent = time.perf_counter() - clock
        if dry_run or not proposal.change:
            return _show(run, draft, proposal, spent, "not taken over")
        what = _one_line(edit.what for edit in made)
        return _taken(run, draft, proposal, what, signature, spent)


def _to_replay(draft: Draft) -> tuple[LoggedEdit, ...]:
    """Return the edits that stood in the roster that was edited last, if another."""
    if not draft.log or draft.log[-1].after == draft.roster_hash:
        return ()
    return standing(history_of(draft.log, draft.log[-1].after))


def _one_line(edits: Iterable[str]) -> str:
    return f" {SEPARATOR} ".join(edits)


def _again(draft: Draft, roster: Roster, edit: LoggedEdit) -> Roster:
    """Return *roster* after the words of *edit*, or, if it has none, its change."""
    parts = [
        list(words)
        for is_edit, words in groupby(split_words(edit.what), lambda w: w != SEPARATOR)
        if is_edit
    ]
    if any(words[0] not in VERBS for words in parts):
        return changed(roster, edit.change, draft.desk.instance.carry_over)
    for words in parts:
        roster = _after_words(draft, roster, words)
    return roster


def log(run: Run) -> int:
    """List the edits that led to the draft, the last one at the end."""
    draft = open_draft(run.plan)
    if not draft.history:
        say(run.console, "no edit led to this roster")
    for line in log_lines(draft.history, draft.standing):
        say(run.console, line)
    return DONE


def from_file(run: Run, file: Path, signature: Signature, *, take_over: bool) -> int:
    """Show how an edited roster file differs from the draft, and take it over if asked.

    A workbook says which roster it was made from; what was changed since then in the
    draft stays, unless the file changes the same shifts.

    Raises
    ------
    InputError
        With every cell that can't be read, by sheet, row and column.
    """
    with _locked(run, dry_run=not take_over):
        draft = open_draft(run.plan)
        found = merged(draft, file)
        clock = time.perf_counter()
        proposal = propose(draft, found.change)
        spent = time.perf_counter() - clock
        for line in found.remarks:
            say(run.console, line, "yellow")
        if not take_over or not proposal.change:
            hint = f"not taken over; to do so: wfm edit DIR --from {file} --take"
            return _show(run, draft, proposal, spent, hint)
        return _taken(run, draft, proposal, f"import {file.name}", signature, spent)
