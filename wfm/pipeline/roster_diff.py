"""Two rosters of one plan told apart in a planner's words: who, when, what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from wfm.calendar.local import zone
from wfm.domain.roster import WORK, Roster, RosterInstance, Shift, Violation, WorkSpan
from wfm.domain.roster_edits import RosterChange, change_between
from wfm.evaluation.describe import describe_violation

Kind = Literal[
    "added",
    "dropped",
    "moved",
    "other day",
    "longer",
    "shorter",
    "breaks",
    "queue",
    "place",
    "given to",
    "swapped with",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDifference:
    """One shift that differs, told once.

    *before* is ``None`` for an added shift, *after* for a dropped one. *kind* says what
    happened: ``"given to"`` and ``"swapped with"`` keep the hours and change the agent.
    *breaks* are the breaches that only the later roster has and that concern it.
    """

    kind: Kind
    before: Shift | None
    after: Shift | None
    breaks: tuple[str, ...] = ()

    @property
    def agent_id(self) -> str:
        """Who had the shift; of an added one, who has it."""
        return self._first.agent_id

    @property
    def date_local(self) -> date:
        """The date on which it was; of an added one, on which it is."""
        return self._first.date_local

    @property
    def _first(self) -> Shift:
        found = self.before or self.after
        if found is None:
            msg = "a difference has at least one shift"
            raise ValueError(msg)
        return found


def differences(
    before: Roster,
    after: Roster,
    instance: RosterInstance,
    broken: Iterable[Violation] = (),
) -> tuple[ShiftDifference, ...]:
    """Return what differs, by agent and date.

    Shifts are paired in this order: two agents who took each other's hours; same agent
    and date; same hours of another agent; same agent on another date. What is left was
    dropped or added.

    Parameters
    ----------
    broken
        Breaches of the later roster that the earlier one does not have.
    """
    pairs = list(_pairs(change_between(before, after)))
    exchanged = {
        (old.agent_id, new.agent_id)
        for old, new in pairs
        if old is not None and new is not None and old.agent_id != new.agent_id
    }
    found = []
    for old, new in pairs:
        mine = [v for v in broken if _concerns(v, old, new)]
        found.append(
            ShiftDifference(
                kind=_kind(old, new, exchanged),
                before=old,
                after=new,
                breaks=tuple(describe_violation(v, instance) for v in mine),
            )
        )
    return tuple(sorted(found, key=lambda d: (d.agent_id, d.date_local, d.kind)))


Pair = tuple[Shift | None, Shift | None]


def _pairs(change: RosterChange) -> Iterator[Pair]:
    old, new = dict.fromkeys(change.removed), dict.fromkeys(change.added)
    for before, after in _exchanges(change):
        if before in old and after in new:
            del old[before], new[after]
            yield before, after
    for key in (_same_day, _same_hours, _same_agent):
        waiting: dict[object, list[Shift]] = {}
        for after in reversed(new):
            waiting.setdefault(key(after), []).append(after)
        for before in tuple(old):
            if waiting.get(key(before)):
                after = waiting[key(before)].pop()
                del old[before], new[after]
                yield before, after
    yield from ((before, None) for before in old)
    yield from ((None, after) for after in new)


def _exchanges(change: RosterChange) -> Iterator[tuple[Shift, Shift]]:
    """Yield each shift whose hours another agent has, and gave its own for."""
    takers: dict[object, list[Shift]] = {}
    mine_now: dict[tuple[str, object], Shift] = {}
    given: dict[str, list[Shift]] = {}
    for shift in change.added:
        takers.setdefault(_same_hours(shift), []).append(shift)
        mine_now[shift.agent_id, _same_hours(shift)] = shift
    for shift in change.removed:
        given.setdefault(shift.agent_id, []).append(shift)
    for mine in change.removed:
        for there in takers.get(_same_hours(mine), ()):
            for theirs in given.get(there.agent_id, ()):
                back = mine_now.get((mine.agent_id, _same_hours(theirs)))
                if back is not None and mine.agent_id < there.agent_id:
                    yield mine, there
                    yield theirs, back


def _same_day(shift: Shift) -> object:
    return shift.agent_id, shift.date_local


def _same_hours(shift: Shift) -> object:
    return shift.start_idx, shift.end_idx


def _same_agent(shift: Shift) -> object:
    return shift.agent_id


def _kind(
    old: Shift | None, new: Shift | None, exchanged: set[tuple[str, str]]
) -> Kind:
    if old is None or new is None:
        return "added" if old is None else "dropped"
    if old.agent_id != new.agent_id:
        back = (new.agent_id, old.agent_id) in exchanged
        return "swapped with" if back else "given to"
    if old.date_local != new.date_local:
        return "other day"
    return _same_shift_kind(old, new)


def _same_shift_kind(old: Shift, new: Shift) -> Kind:
    lengths = [s.end_idx - s.start_idx for s in (old, new)]
    if lengths[0] != lengths[1]:
        return "longer" if lengths[1] > lengths[0] else "shorter"
    if old.start_idx != new.start_idx:
        return "moved"
    if breaks_of(old) != breaks_of(new):
        return "breaks"
    return "place" if old.where != new.where else "queue"


def breaks_of(shift: Shift) -> tuple[WorkSpan, ...]:
    """Return the breaks of *shift*."""
    return tuple(span for span in shift.spans if span.activity != WORK)


def _concerns(violation: Violation, old: Shift | None, new: Shift | None) -> bool:
    """Return whether the breach is about one of these shifts.

    A breach of an agent's rule is about the agent's shifts that its time touches (rest
    lies between two), or on its date if it names no time; one of cover about shifts
    that run in its time.
    """
    shifts: Sequence[Shift] = [s for s in (old, new) if s is not None]
    if not violation.agent_id:
        return any(
            s.start_idx < violation.end_idx and violation.start_idx < s.end_idx
            for s in shifts
        )
    mine = [s for s in shifts if s.agent_id == violation.agent_id]
    if violation.start_idx == violation.end_idx:
        return any(violation.date_local in (None, s.date_local) for s in mine)
    return any(
        s.start_idx <= violation.end_idx and violation.start_idx <= s.end_idx
        for s in mine
    )


def in_words(difference: ShiftDifference, instance: RosterInstance) -> str:
    """Return one line on the agents' own clocks.

    ``A1 Tue 2026-10-27: moved from 09:00-17:00 to 10:00-18:00``
    """
    old, new = difference.before, difference.after
    who = f"{difference.agent_id} {difference.date_local:%a %Y-%m-%d}"
    if old is None or new is None:
        shift = old or new
        hours = "" if shift is None else shift_words(shift, instance)
        return f"{who}: {difference.kind} {hours}"
    if old.agent_id != new.agent_id:
        return f"{who}: {shift_words(old, instance)} {difference.kind} {new.agent_id}"
    if difference.kind == "breaks":
        return f"{who}: {_break_words(old, instance)} now {_break_words(new, instance)}"
    if difference.kind == "queue":
        return f"{who}: works for {_queue_words(old)} now {_queue_words(new)}"
    day = "" if old.date_local == new.date_local else f"{new.date_local:%a %Y-%m-%d} "
    return (
        f"{who}: {difference.kind}, from {shift_words(old, instance)} "
        f"to {day}{shift_words(new, instance)}"
    )


def shift_words(shift: Shift, instance: RosterInstance) -> str:
    """Return ``09:00-17:00`` on the agent's clock."""
    return clock_words(instance, shift.agent_id, shift.start_idx, shift.end_idx)


def clock_words(
    instance: RosterInstance, agent_id: str, start_idx: int, end_idx: int
) -> str:
    """Return a span as ``09:00-17:00`` on the agent's clock."""
    names = {agent.agent_id: agent.zone for agent in instance.agents}
    clock = zone(names.get(agent_id, instance.zone))
    start, end = (
        instance.grid.instant(idx).astimezone(clock) for idx in (start_idx, end_idx)
    )
    return f"{start:%H:%M}-{end:%H:%M}"


def _break_words(shift: Shift, instance: RosterInstance) -> str:
    words = [
        f"{span.activity} "
        f"{clock_words(instance, shift.agent_id, span.start_idx, span.end_idx)}"
        for span in breaks_of(shift)
    ]
    return ", ".join(words) or "no break"


def _queue_words(shift: Shift) -> str:
    named = dict.fromkeys(span.queue or "any queue" for span in shift.working_spans)
    return ", ".join(named)
