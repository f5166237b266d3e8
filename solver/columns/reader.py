"""From one agent's dates and records to the tables of its stretch programme."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import gcd

import numpy as np

from solver.columns.counters import Core, Limits
from solver.columns.states import Day, Runs, Succession, build_machine
from solver.columns.tables import (
    HIGH,
    LEAST,
    StretchTables,
)
from solver.constraints import (
    ConsecutiveDays,
    Constraint,
    ForbidNext,
    PaidStepsOnDates,
    PaidStepsPerWeek,
    RestBetweenShifts,
    ShiftCount,
    ShortestRun,
    WorkedGroups,
)
from solver.core.options import AgentDay
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.arrays import IntArray
from wfm.domain.roster import Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One shift that an agent may work on a date."""

    date: date
    option: ShiftOption


class AgentReader:
    """Reads one agent.

    Parameters
    ----------
    days
        Planned dates, rising, with the shifts that they allow by themselves.
    records
        Constraints on the agent.
    carried
        The agent's shifts of the previous roster.
    """

    def __init__(
        self,
        days: Sequence[AgentDay],
        records: Iterable[Constraint],
        carried: Iterable[Shift],
    ) -> None:
        self.records = tuple(records)
        self.carried = tuple(sorted(carried, key=lambda shift: shift.start_idx))
        self.succession = Succession()
        self.runs = Runs()
        self._read_sequence()
        known = {item.day.date_local: item for item in days}
        first, last = (min(known), max(known)) if known else (date.max, date.max)
        span = (last - first).days + 1 if known else 0
        self.dates = [first + timedelta(days=i) for i in range(span)]
        self.weeks = {item.day.date_local: item.day.week for item in days}
        self._read_carried(first)
        self.days = [self._day(known.get(day), day) for day in self.dates]
        self.choices = [
            Choice(date=day.date, option=option)
            for day in self.days
            for option in day.shifts
            if isinstance(option, ShiftOption)
        ]
        sizes = [len(day.shifts) for day in self.days]
        self.first_choice = np.cumsum([0, *sizes], dtype=np.int64)

    def _read_sequence(self) -> None:
        for item in self.records:
            if isinstance(item, RestBetweenShifts):
                self.succession.rest = max(self.succession.rest, item.min_steps)
            elif isinstance(item, ForbidNext):
                self.succession.forbidden.append(item)
            elif isinstance(item, ConsecutiveDays):
                self.runs.most_work = min(self.runs.most_work, item.max_days)
            elif isinstance(item, ShortestRun):
                self._read_run(item)

    def _read_run(self, item: ShortestRun) -> None:
        runs = self.runs
        if item.of == "work":
            runs.least_work = max(runs.least_work, item.min_days)
            runs.work_before = item.days_before
        else:
            runs.least_free = max(runs.least_free, item.min_days)
            runs.free_before = item.days_before

    def _read_carried(self, first: date) -> None:
        dates = {shift.date_local for shift in self.carried}
        while first - timedelta(days=self.runs.worked_before + 1) in dates:
            self.runs.worked_before += 1

    def _day(self, item: AgentDay | None, day: date) -> Day:
        options = () if item is None else item.options
        return Day(
            date=day,
            shifts=tuple(o for o in options if self._is_open(day, o)),
            forced=item is not None and item.locked is not None,
        )

    def _is_open(self, day: date, option: ShiftOption) -> bool:
        """Return whether neither the previous roster nor a count forbids a shift."""
        for before in self.carried:
            if option.start_idx < before.end_idx + self.succession.rest:
                return False
            if day - before.date_local == timedelta(days=1) and any(
                item.first.holds(before) and item.then.holds(option)
                for item in self.succession.forbidden
            ):
                return False
        return not any(
            isinstance(item, ShiftCount)
            and item.max_shifts == 0
            and day in item.dates
            and item.shifts.holds(option)
            for item in self.records
        )

    def is_local(self) -> bool:
        """Return whether shifts bind those of the next date alone."""
        return all(
            a.end_idx + self.succession.rest <= b.start_idx
            for before, after in zip(self.days, self.days[2:], strict=False)
            for a in before.shifts
            for b in after.shifts
        )

    def tables(self) -> StretchTables:
        """Return the tables."""
        groups, most_groups = self._groups()
        machine = build_machine(self.days, self.runs, self.succession, groups)
        core, limits = self._counters(groups, most_groups)
        column = np.concatenate([*machine.column, np.zeros(0, dtype=np.int64)])
        step = core.step()
        block, first_block, block_column, block_step = _blocks(
            self.first_choice, column, step
        )
        num_days, num_c = len(self.days), len(self.choices)
        return StretchTables(
            num_states=machine.num_states,
            moves=machine.moves,
            hits=machine.hits,
            first_choice=self.first_choice,
            column=column,
            step=step,
            uses=_by_column(limits.uses, num_c),
            block=block,
            first_block=first_block,
            block_column=block_column,
            block_step=block_step,
            core=core.sizes(),
            final=core.final(),
            limits=np.array(limits.rows, dtype=np.int64).reshape(-1, 5),
            room=_by_column(limits.room, num_days + 1),
        )

    def _groups(self) -> tuple[list[tuple[frozenset[date], ...]], list[int]]:
        """Return the records on groups that can bind, and their limits."""
        open_dates = {choice.date for choice in self.choices}
        found: list[tuple[frozenset[date], ...]] = []
        most: list[int] = []
        for item in self.records:
            if isinstance(item, WorkedGroups):
                reached = tuple(g for g in item.groups if g & open_dates)
                if len(reached) > item.max_groups:
                    found.append(reached)
                    most.append(item.max_groups)
        return found, most

    def _hours(self) -> dict[frozenset[date], tuple[int, int]]:
        """Return dates -> range of their paid steps, the tightest."""
        found: dict[frozenset[date], tuple[int, int]] = {}
        for item in self.records:
            if isinstance(item, PaidStepsPerWeek):
                dates = frozenset(d for d, w in self.weeks.items() if w == item.week)
            elif isinstance(item, PaidStepsOnDates):
                dates = item.dates
            else:
                continue
            low, high = found.get(dates, (0, item.max_steps))
            found[dates] = max(low, item.min_steps), min(high, item.max_steps)
        return found

    def _can_bind(self, dates: frozenset[date], steps: tuple[int, int]) -> bool:
        """Return whether a range of paid steps on *dates* demands anything.

        Shifts that are demanded by number have paid steps too.
        """
        paid, (low, high) = self._paid_on(dates), steps
        counted = [0]
        for item in self.records:
            if isinstance(item, ShiftCount) and item.dates <= dates:
                those = paid[self._counted(item) > 0]
                counted.append(item.min_shifts * int(those.min(initial=10**9)))
        return high < int(self._room(paid)[0]) or low > max(counted)

    def _counters(
        self, groups: Sequence[tuple[frozenset[date], ...]], most_groups: Sequence[int]
    ) -> tuple[Core, Limits]:
        """Return what the table counts, and all other limits."""
        limits = Limits()
        ranges = sorted(
            (item for item in self._hours().items() if self._can_bind(*item)),
            key=lambda item: (len(item[0]), sorted(item[0])),
        )
        hours, low, high = self._core_hours(ranges.pop() if ranges else None)
        by_shift = int(hours.min(initial=1)) > 0
        for dates, (least_steps, most_steps) in ranges:
            steps = self._paid_on(dates)
            unit = gcd(*steps.tolist()) or 1
            bounds = (-(-least_steps // unit), most_steps // unit)
            self._limit(limits, steps // unit, bounds, by_shift=False)
        for item in self.records:
            if isinstance(item, ShiftCount) and item.max_shifts:
                bounds = (item.min_shifts, item.max_shifts)
                self._limit(limits, self._counted(item), bounds, by_shift=by_shift)
        for g in range(1, len(groups)):
            self._limit_groups(limits, g, groups[g], most_groups[g])
        scarce = limits.take_scarcest()
        core = Core(
            hours=hours,
            hours_range=(low, high),
            most_groups=most_groups[0] if groups else None,
            scarce=scarce,
        )
        return core, limits

    def _counted(self, item: ShiftCount) -> IntArray:
        """Return ``[c]`` 1 for the choices that a count is about."""
        return np.array(
            [
                c.date in item.dates and item.shifts.holds(c.option)
                for c in self.choices
            ],
            dtype=np.int64,
        )

    def _core_hours(
        self, item: tuple[frozenset[date], tuple[int, int]] | None
    ) -> tuple[IntArray, int, int]:
        """Return hours of the choices, and their range, in the largest unit."""
        if item is None:
            return np.zeros(len(self.choices), dtype=np.int64), 0, 0
        dates, (low, high) = item
        steps = self._paid_on(dates)
        unit = gcd(*steps.tolist()) or 1
        hours = steps // unit
        most = int(self._room(hours)[0])
        return hours, -(-low // unit), min(high // unit, most)

    def _paid_on(self, dates: frozenset[date]) -> IntArray:
        return np.array(
            [c.option.paid_steps if c.date in dates else 0 for c in self.choices],
            dtype=np.int64,
        )

    def _room(self, uses: IntArray) -> IntArray:
        """Return ``[d]`` the most that dates from d on can add."""
        most = [
            int(uses[low:high].max(initial=0))
            for low, high in pairwise(self.first_choice.tolist())
        ]
        return np.cumsum([0, *most[::-1]], dtype=np.int64)[::-1].copy()

    def _limit(
        self,
        limits: Limits,
        uses: IntArray,
        bounds: tuple[int, int],
        *,
        by_shift: bool,
    ) -> None:
        room = self._room(uses)
        used_on = [int(x) for x in np.flatnonzero(-np.diff(room))]
        last = max(used_on, default=0)
        for kind, bound in zip((LEAST, HIGH), bounds, strict=True):
            if bound > 0 if kind == LEAST else bound < room[0]:
                limits.rows.append([kind, bound, last, -1, int(by_shift)])
                limits.uses.append(uses)
                limits.room.append(room)

    def _limit_groups(
        self, limits: Limits, g: int, groups: Sequence[frozenset[date]], most: int
    ) -> None:
        room = [sum(max(group) >= day for group in groups) for day in self.dates]
        last = self.dates.index(max(max(group) for group in groups))
        limits.rows.append([HIGH, most, last, g, 0])
        limits.uses.append(np.zeros(len(self.choices), dtype=np.int64))
        limits.room.append(np.array([*room, 0], dtype=np.int64))


def _by_column(rows: Sequence[IntArray], length: int) -> IntArray:
    """Return *rows* of that length as columns."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), length)
    return np.ascontiguousarray(table.T)


def _blocks(
    first_choice: IntArray, column: IntArray, step: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the block of each choice, where a date's blocks begin, what they are."""
    block = np.zeros(len(column), dtype=np.int64)
    first, keys = [0], []
    for low, high in pairwise(first_choice.tolist()):
        pairs = np.stack([column[low:high], step[low:high]], axis=1)
        found, place = np.unique(pairs, axis=0, return_inverse=True)
        block[low:high] = place.reshape(-1) + first[-1]
        keys += found.tolist()
        first.append(first[-1] + len(found))
    table = np.array(keys, dtype=np.int64).reshape(-1, 2)
    return (
        block,
        np.array(first, dtype=np.int64),
        table[:, 0].copy(),
        table[:, 1].copy(),
    )
