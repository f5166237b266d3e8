"""From a live roster and what has happened since to the problem of repairing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wfm.domain.people import BlockedTime
from wfm.domain.roster import Roster, RosterInstance, Shift, WorkSpan

PAST = "the past and the notice period"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairCase:
    """What is to be repaired.

    Attributes
    ----------
    instance
        The plan with the new absences, live and locked shifts, and all time before
        *fixed_until* closed to changes.
    live
        The roster that people know.
    lost
        Its shifts that can't be worked as they are: somebody is absent.
    fixed_until
        First step that may still change.
    """

    instance: RosterInstance
    live: Roster
    lost: tuple[Shift, ...]
    fixed_until: int


def repair_case(
    instance: RosterInstance, live: Roster, *, fixed_until: int
) -> RepairCase:
    """Return what is left to decide once *live* meets the absences of *instance*.

    What began before *fixed_until* (now, or the end of the notice period) is locked;
    of somebody who fell ill at work the hours until then are. Nothing new begins
    before it. Live shifts that touch an absence are lost.
    """
    planned = {
        (name, day.date_local)
        for name, days in instance.planned_days.items()
        for day in days
    }
    absent = _absences(instance)
    kept: list[Shift] = []
    locked: list[Shift] = list(instance.locked)
    lost: list[Shift] = []
    for shift in live.shifts:
        if (shift.agent_id, shift.date_local) not in planned:
            continue
        rest = _until_absent(shift, absent.get(shift.agent_id, ()), fixed_until)
        if rest != shift:
            lost.append(shift)
        if rest is not None:
            kept.append(rest)
            if rest.start_idx < fixed_until and rest not in locked:
                locked.append(rest)
    return RepairCase(
        instance=replace(
            instance,
            live=tuple(kept),
            locked=tuple(locked),
            blocked=(*instance.blocked, *_closed(instance, locked, fixed_until)),
        ),
        live=live,
        lost=tuple(lost),
        fixed_until=fixed_until,
    )


def _absences(instance: RosterInstance) -> dict[str, list[BlockedTime]]:
    """Return agent id -> time off (what a planner's roster may not ignore)."""
    found: dict[str, list[BlockedTime]] = {}
    for block in instance.blocked:
        if block.kind == "time_off":
            found.setdefault(block.agent_id, []).append(block)
    return found


def _until_absent(
    shift: Shift, absences: Sequence[BlockedTime], fixed_until: int
) -> Shift | None:
    """Return what can stand of *shift*: all, the hours before an absence, or nothing.

    Of a shift that is still to come nothing stands; another may take its place.
    """
    touching = [
        block.start_idx
        for block in absences
        if shift.start_idx < block.end_idx and block.start_idx < shift.end_idx
    ]
    if not touching:
        return shift
    if shift.start_idx >= fixed_until:
        return None
    return cut(shift, min(touching))


def cut(shift: Shift, end_idx: int) -> Shift | None:
    """Return the part of *shift* before *end_idx*, ``None`` if nothing is."""
    spans = tuple(
        replace(span, end_idx=min(span.end_idx, end_idx))
        for span in shift.spans
        if span.start_idx < end_idx
    )
    return replace(shift, spans=spans) if spans else None


def _closed(
    instance: RosterInstance, locked: Iterable[Shift], fixed_until: int
) -> list[BlockedTime]:
    """Return the time before *fixed_until* that no locked shift takes, by agent."""
    taken: dict[str, list[WorkSpan]] = {}
    for shift in locked:
        taken.setdefault(shift.agent_id, []).extend(shift.spans)
    return [
        BlockedTime(
            agent_id=agent.agent_id,
            start_idx=start,
            end_idx=end,
            kind="unavailable",
            label=PAST,
        )
        for agent in instance.agents
        for start, end in _gaps(taken.get(agent.agent_id, ()), fixed_until)
    ]


def _gaps(spans: Iterable[WorkSpan], end: int) -> list[tuple[int, int]]:
    """Return the parts of ``[0, end)`` that *spans* leave."""
    found, cursor = [], 0
    for span in sorted(spans):
        if cursor < min(span.start_idx, end):
            found.append((cursor, min(span.start_idx, end)))
        cursor = max(cursor, span.end_idx)
    if cursor < end:
        found.append((cursor, end))
    return found
