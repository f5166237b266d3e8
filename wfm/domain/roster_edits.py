"""Edits of a roster by hand: what was asked, what it changes, what undoes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal, TypeAlias

from wfm.domain.errors import WfmError
from wfm.domain.roster import Roster, Shift, WorkSpan


class EditError(WfmError):
    """An edit names what is not there, or would put one agent in two places."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ShiftName:
    """The *nth* shift of an agent on a local date, in time order, from 1."""

    agent_id: str
    date_local: date
    nth: int = 1

    def __str__(self) -> str:
        """Render as ``A1 2026-10-27``, a second shift with ``#2``."""
        which = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.agent_id} {self.date_local}{which}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BreakName:
    """The *nth* break of a kind in a shift, in time order, from 1."""

    shift: ShiftName
    kind: str
    nth: int = 1

    def __str__(self) -> str:
        """Render as ``A1 2026-10-27 meal``."""
        which = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.shift} {self.kind}{which}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShift:
    """Start a shift at another step, as it is, breaks and all."""

    shift: ShiftName
    start_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizeShift:
    """End a shift earlier or later; breaks beyond the new end fall away."""

    shift: ShiftName
    end_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapShifts:
    """Two agents take each other's shift, at the same instants."""

    first: ShiftName
    second: ShiftName


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceAgent:
    """Another agent takes the shift, at the same instants."""

    shift: ShiftName
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddShift:
    """A new shift, in half-open steps.

    Its breaks are those that the contract asks for, in the middle of their windows; a
    shift that no template allows has none.
    """

    agent_id: str
    start_idx: int
    end_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DropShift:
    """The shift is taken out."""

    shift: ShiftName


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBreak:
    """A break begins at another step of its shift."""

    name: BreakName
    start_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBreak:
    """A new break in a shift, in half-open steps."""

    shift: ShiftName
    kind: str
    start_idx: int
    end_idx: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DropBreak:
    """A break becomes work again."""

    name: BreakName


@dataclass(frozen=True, slots=True, kw_only=True)
class PinQueue:
    """The work of a shift, or of some steps of it, is for one queue; blank: for any."""

    shift: ShiftName
    queue_id: str = ""
    steps: tuple[int, int] | None = None


EditRequest: TypeAlias = (
    MoveShift
    | ResizeShift
    | SwapShifts
    | ReplaceAgent
    | AddShift
    | DropShift
    | MoveBreak
    | AddBreak
    | DropBreak
    | PinQueue
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What a roster loses and what it gains; the inverse undoes it exactly."""

    removed: tuple[Shift, ...] = ()
    added: tuple[Shift, ...] = ()

    @property
    def inverse(self) -> "RosterChange":
        """The change back."""
        return RosterChange(removed=self.added, added=self.removed)

    @property
    def agent_ids(self) -> frozenset[str]:
        """Everybody whose shifts differ."""
        return frozenset(s.agent_id for s in (*self.removed, *self.added))

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.removed or self.added)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One input file that an edit has changed as well: SHA-256 before and after.

    Blank where there was, or is, no such file.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEdit:
    """One line of ``state/edits.jsonl``.

    Attributes
    ----------
    number
        Counts from 1 in the plan folder, over all weeks.
    week
        First date of the plan that was edited.
    what
        The edit in the words of the command line, or what came from where.
    before, after
        Hashes of the roster (:func:`wfm.evaluation.certificate.roster_hash`).
    breaks
        The rules that the edit newly broke, in words.
    undoes
        Number of the edit that this one takes back.
    files
        Input files that it changed beside the roster.
    """

    number: int
    week: date
    what: str
    change: RosterChange
    before: str
    after: str
    who: str
    when_utc: datetime
    why: str = ""
    breaks: tuple[str, ...] = ()
    undoes: int | None = None
    files: tuple[FileChange, ...] = ()


RosterState = Literal["draft", "published", "superseded"]


def regular(shifts: Iterable[Shift]) -> Roster:
    """Return the roster in the form in which a file of its spans is read.

    Shifts of one agent and date that touch are one, where the first of them is.

    Raises
    ------
    EditError
        If spans of one agent overlap.
    """
    by_day: dict[tuple[str, date], list[WorkSpan]] = {}
    places: dict[tuple[str, int], str] = {}
    for shift in shifts:
        by_day.setdefault((shift.agent_id, shift.date_local), []).extend(shift.spans)
        places[shift.agent_id, shift.start_idx] = shift.where
    whole: list[Shift] = []
    for (agent_id, day), spans in by_day.items():
        spans.sort()
        if any(a.end_idx > b.start_idx for a, b in pairwise(spans)):
            msg = f"spans of {agent_id} overlap on {day}"
            raise EditError(msg)
        cuts = [0, *_gaps(spans), len(spans)]
        whole += [
            Shift(
                agent_id=agent_id,
                date_local=day,
                spans=tuple(spans[low:high]),
                where=places[agent_id, spans[low].start_idx],
            )
            for low, high in pairwise(cuts)
        ]
    roster = Roster(shifts=tuple(whole))
    refuse_overlaps(roster.shifts)
    return roster


def _gaps(spans: Sequence[WorkSpan]) -> list[int]:
    return [n for n, (a, b) in enumerate(pairwise(spans), 1) if a.end_idx < b.start_idx]


def refuse_overlaps(shifts: Iterable[Shift]) -> None:
    """Refuse shifts that put one agent in two places.

    Raises
    ------
    EditError
        Naming the agent and both dates.
    """
    latest: dict[str, Shift] = {}
    for shift in sorted(shifts, key=lambda s: (s.agent_id, s.start_idx)):
        before = latest.get(shift.agent_id)
        if before is not None and shift.start_idx < before.end_idx:
            msg = (
                f"spans of {shift.agent_id} overlap: the shift of {shift.date_local} "
                f"begins before that of {before.date_local} ends"
            )
            raise EditError(msg)
        latest[shift.agent_id] = shift


def changed(
    roster: Roster, change: RosterChange, fixed: Iterable[Shift] = ()
) -> Roster:
    """Return *roster*, in its regular form, after *change*.

    Parameters
    ----------
    fixed
        Shifts beside the roster (those carried over) that nothing may overlap.

    Raises
    ------
    EditError
        If a shift to be removed is not there as it was, or spans of one agent overlap.
    """
    gone, touched = set(change.removed), change.agent_ids
    others = [shift for shift in roster.shifts if shift.agent_id not in touched]
    mine = [shift for shift in roster.shifts if shift.agent_id in touched]
    kept = [shift for shift in mine if shift not in gone]
    if len(kept) + len(gone) != len(mine):
        lost = min(gone - set(mine), key=lambda s: (s.agent_id, s.start_idx))
        msg = (
            f"the shift of {lost.agent_id} on {lost.date_local} is no longer as this "
            "edit left or found it"
        )
        raise EditError(msg)
    edited = regular([*kept, *change.added]).shifts
    refuse_overlaps([*edited, *(s for s in fixed if s.agent_id in touched)])
    return Roster(shifts=(*others, *edited))


def change_between(
    before: Roster, after: Roster, agent_ids: frozenset[str] | None = None
) -> RosterChange:
    """Return the change that makes *after* of *before*.

    *agent_ids* are those who may differ, if known.
    """
    old, new = (
        dict.fromkeys(
            shift
            for shift in roster.shifts
            if agent_ids is None or shift.agent_id in agent_ids
        )
        for roster in (before, after)
    )
    return RosterChange(
        removed=tuple(shift for shift in old if shift not in new),
        added=tuple(shift for shift in new if shift not in old),
    )
