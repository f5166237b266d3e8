"""Records about an agent's dates in their order, all as machines.

The week programme knows runs of days with a shift by itself; whatever else binds dates
to each other reaches it as a :class:`~solver.constraints.DayPattern`.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from solver.constraints import (
    ConsecutiveDays,
    Constraint,
    DayPattern,
    ForbidNext,
    ShiftCount,
    ShortestRun,
    Spanned,
    WorkedGroups,
)
from wfm.domain.roster import RosterInstance

Ordering: TypeAlias = ForbidNext | ShiftCount | ShortestRun | WorkedGroups


def machines_of(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> dict[int, list[DayPattern]]:
    """Return agent row -> machines of those whom records about order bind.

    Runs of days count among them only for agents who have another such record.
    """
    rows = instance.agent_index()
    found: dict[int, list[DayPattern]] = {}
    runs: dict[int, list[DayPattern]] = {}
    for item in constraints:
        if isinstance(item, ConsecutiveDays):
            machine = _longest_run(instance, item)
            runs.setdefault(rows[item.agent_id], []).append(machine)
        elif isinstance(item, DayPattern):
            found.setdefault(rows[item.agent_id], []).append(item)
        elif isinstance(item, Ordering):
            machine = _machine(instance, item)
            found.setdefault(rows[item.agent_id], []).append(machine)
    return {a: [*own, *runs.get(a, ())] for a, own in found.items()}


def _machine(instance: RosterInstance, item: Ordering) -> DayPattern:
    match item:
        case ForbidNext():
            return _forbidden_next(instance, item)
        case ShiftCount():
            return _shift_count(item)
        case ShortestRun():
            return _shortest_run(item)
        case WorkedGroups():
            return _worked_groups(item)


def _works(_day: date, shift: Spanned | None) -> bool:
    return shift is not None


def _longest_run(instance: RosterInstance, item: ConsecutiveDays) -> DayPattern:
    """Count the days in a row with a shift."""
    most = item.max_days

    def step(run: int, _day: date, works: bool) -> int | None:
        if not works:
            return 0
        return run + 1 if run < most else None

    return DayPattern(
        agent_id=item.agent_id,
        start=_run_before(instance, item.agent_id),
        letter=_works,
        step=step,
        alike=("longest run", most),
    )


def _run_before(instance: RosterInstance, agent_id: str) -> int:
    """Return how many dates in a row up to the plan's first have a shift."""
    carried = {s.date_local for s in instance.carried_of(agent_id)}
    before, run = _day_before(instance, agent_id), 0
    while before - timedelta(days=run) in carried:
        run += 1
    return run


def _day_before(instance: RosterInstance, agent_id: str) -> date:
    planned = instance.planned_days.get(agent_id, ())
    first = min((day.date_local for day in planned), default=date.max)
    return first - timedelta(days=1)


def _forbidden_next(instance: RosterInstance, item: ForbidNext) -> DayPattern:
    """Remember whether the date before had a shift of the first set."""
    day = _day_before(instance, item.agent_id)
    before = (
        shift for shift in instance.carried_of(item.agent_id) if shift.date_local == day
    )

    def letter(_day: date, shift: Spanned | None) -> tuple[bool, bool]:
        if shift is None:
            return False, False
        return item.first.holds(shift), item.then.holds(shift)

    def step(was_first: bool, _day: date, read: tuple[bool, bool]) -> bool | None:
        is_first, is_then = read
        return None if was_first and is_then else is_first

    return DayPattern(
        agent_id=item.agent_id,
        start=any(item.first.holds(shift) for shift in before),
        letter=letter,
        step=step,
        alike=("forbidden next", item.first, item.then),
    )


def _shift_count(item: ShiftCount) -> DayPattern:
    """Count shifts of the set on the dates; after the last of them all is forgotten."""
    last = max(item.dates, default=date.min)
    least, most = item.min_shifts, item.max_shifts
    cap = most if most < len(item.dates) else least

    def letter(day: date, shift: Spanned | None) -> bool:
        return shift is not None and day in item.dates and item.shifts.holds(shift)

    def step(count: int, day: date, counts: bool) -> int | None:
        if day > last:
            return 0
        count += counts
        if count > most or (day == last and count < least):
            return None
        return 0 if day == last else min(count, cap)

    return DayPattern(
        agent_id=item.agent_id,
        start=0,
        letter=letter,
        step=step,
        alike=("count", item.dates, item.shifts, least, most),
    )


_Run: TypeAlias = tuple[bool, int]


def _shortest_run(item: ShortestRun) -> DayPattern:
    """Count the present run, of those dates that the record is about."""
    is_work = item.of == "work"

    def step(state: _Run, _day: date, works: bool) -> _Run | None:
        was_on, length = state
        if works == is_work:
            return True, min(item.min_days, length + 1 if was_on else 1)
        return None if was_on and length < item.min_days else (False, 0)

    before = min(item.min_days, item.days_before)
    return DayPattern(
        agent_id=item.agent_id,
        start=(before > 0, before),
        letter=_works,
        step=step,
        alike=("shortest run", item.of, item.min_days),
    )


_Touched: TypeAlias = tuple[int, frozenset[int]]


def _worked_groups(item: WorkedGroups) -> DayPattern:
    """Remember which groups that go on are touched, and how many others were."""
    groups: dict[date, list[int]] = {}
    for n, group in enumerate(item.groups):
        for day in group:
            groups.setdefault(day, []).append(n)
    last = [max(group, default=date.min) for group in item.groups]

    def step(state: _Touched, day: date, works: bool) -> _Touched | None:
        closed, touched = state
        if works:
            touched = touched | frozenset(groups.get(day, ()))
        if closed + len(touched) > item.max_groups:
            return None
        over = {n for n in touched if last[n] <= day}
        return closed + len(over), touched - over

    return DayPattern(
        agent_id=item.agent_id,
        start=(0, frozenset()),
        letter=_works,
        step=step,
        alike=("groups", item.groups, item.max_groups),
    )
