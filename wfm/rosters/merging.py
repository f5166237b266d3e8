"""An edited roster file set against the draft that may have changed meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from wfm.domain.errors import InputError, Problem
from wfm.domain.roster import Roster, Shift
from wfm.domain.roster_edits import RosterChange, change_between, changed
from wfm.io.roster_state import versions
from wfm.io.roster_workbook import read_edited, workbook_base
from wfm.rosters.drafts import ROSTER, Draft

AgentDay: TypeAlias = tuple[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What an edited file changes in the draft, and what to say about it."""

    change: RosterChange
    remarks: tuple[str, ...] = ()


def merged(draft: Draft, file: Path) -> Merged:
    """Return what *file* changes in the draft.

    A workbook names the roster that it was made from. If that is not the draft, only
    what was changed in the file counts, person by person and date by date; where the
    draft has changed the same, the file has the last word, and it is said.

    Raises
    ------
    InputError
        With every cell that can't be read, or if both sheets that show the roster were
        edited, in different ways.
    """
    base_hash = workbook_base(file)
    base = None if not base_hash else roster_of_hash(draft, base_hash)
    start = draft.roster if base is None else base
    edited = read_edited(file, draft.desk.folder, draft.desk.instance, start)
    theirs = change_between(start, _edited_one(edited, start, file))
    if base is None:
        told = (
            f"{file.name} is of a roster that is not kept; the draft is the measure",
        )
        return Merged(change=theirs, remarks=told if base_hash else ())
    return _onto(draft, base, theirs)


def _edited_one(rosters: "dict[str, Roster]", start: Roster, file: Path) -> Roster:
    """Return the roster of the sheet that was edited."""
    distinct: list[Roster] = []
    for roster in rosters.values():
        if roster != start and roster not in distinct:
            distinct.append(roster)
    if len(distinct) > 1:
        fault = Problem(
            file=file.name,
            message=f"the sheets {' and '.join(sorted(rosters))} were both edited, in "
            "different ways",
            expected="edits in one of them; take the other sheet out of the file",
        )
        raise InputError((fault,))
    return distinct[0] if distinct else start


def roster_of_hash(draft: Draft, roster_hash: str) -> Roster | None:
    """Return the roster with this hash: the draft, a state before, or a version."""
    roster = draft.roster
    if roster_hash == draft.roster_hash:
        return roster
    for edit in reversed(draft.history):
        roster = changed(roster, edit.change.inverse)
        if edit.before == roster_hash:
            return roster
    for version in versions(draft.directory, draft.week):
        if version.roster_hash == roster_hash:
            path = version.path(draft.directory, ROSTER)
            desk = draft.desk
            return draft.plan.read_roster(desk.folder, desk.instance, path)
    return None


def _onto(draft: Draft, base: Roster, theirs: RosterChange) -> Merged:
    """Return what *theirs*, a change of *base*, changes in the draft."""
    ours = change_between(base, draft.roster)
    wanted = _days((*theirs.removed, *theirs.added))
    both = wanted & _days((*ours.removed, *ours.added))
    mine = [s for s in draft.roster.shifts if _day(s) in wanted]
    kept = [s for s in base.shifts if _day(s) in wanted and s not in theirs.removed]
    change = RosterChange(removed=tuple(mine), added=(*kept, *theirs.added))
    now = {_day(s): s for s in mine}
    then = {_day(s): s for s in change.added}
    remarks = [
        f"{agent} {day:%a %Y-%m-%d} has changed since the file was made; the file's "
        "word is taken"
        for agent, day in sorted(both)
        if now.get((agent, day)) != then.get((agent, day))
    ]
    return Merged(change=change, remarks=tuple(remarks))


def _day(shift: Shift) -> AgentDay:
    return shift.agent_id, shift.date_local


def _days(shifts: Iterable[Shift]) -> set[AgentDay]:
    return {_day(shift) for shift in shifts}
