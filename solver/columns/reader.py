"""From one agent's dates and records to the parts of its stretch programme."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import gcd

import numpy as np

from solver.columns.members import Members
from solver.columns.parts import Parts, Range, greatest
from solver.columns.states import Day, Runs, Succession, build_machine
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
    members
        Which sets hold which shifts, shared by the agents of a problem.
    """

    def __init__(
        self,
        days: Sequence[AgentDay],
        records: Iterable[Constraint],
        carried: Iterable[Shift],
        members: Members | None = None,
    ) -> None:
        self.records = tuple(records)
        self.carried = tuple(sorted(carried, key=lambda shift: shift.start_idx))
        self.members = members or Members()
        self.succession = Succession(members=self.members)
        self.runs = Runs()
        self._read_sequence()
        known = {item.day.date_local: item for item in days}
        first, last = (min(known), max(known)) if known else (date.max, date.max)
        span = (last - first).days + 1 if known else 0
        self.dates = [first + timedelta(days=i) for i in range(span)]
        self.weeks = {item.day.date_local: item.day.week for item in days}
        self._read_carried(first)
        counts = [item for item in self.records if isinstance(item, ShiftCount)]
        self.members.bits(item.shifts for item in counts)
        self._never = [item for item in counts if item.max_shifts == 0]
        self.days = [self._day(known.get(day), day) for day in self.dates]
        self.options = [
            (day.date, option)
            for day in self.days
            for option in day.shifts
            if isinstance(option, ShiftOption)
        ]
        self._paid = [option.paid_steps for _, option in self.options]
        held = [self.members.of(option) for _, option in self.options]
        self._held = sorted(set(held))
        place = {bits: n for n, bits in enumerate(self._held)}
        self._held_at = np.array([place[bits] for bits in held], dtype=np.int64)
        sizes = [len(day.shifts) for day in self.days]
        self._day_at = np.repeat(np.arange(len(sizes)), sizes)
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
        never = self.members.bits(n.shifts for n in self._never if day in n.dates)
        return Day(
            date=day,
            shifts=tuple(
                option
                for option in options
                if not (never and self.members.of(option) & never)
                and not (self.carried and self._is_carried_over(day, option))
            ),
            forced=item is not None and item.locked is not None,
        )

    def _is_carried_over(self, day: date, option: ShiftOption) -> bool:
        """Return whether the previous roster forbids a shift."""
        for before in self.carried:
            if option.start_idx < before.end_idx + self.succession.rest:
                return True
            if day - before.date_local == timedelta(days=1) and any(
                item.first.holds(before) and item.then.holds(option)
                for item in self.succession.forbidden
            ):
                return True
        return False

    def is_local(self) -> bool:
        """Return whether shifts bind those of the next date alone."""
        ends = (max((s.end_idx for s in day.shifts), default=0) for day in self.days)
        return not any(
            end + self.succession.rest > shift.start_idx
            for end, after in zip(ends, self.days[2:], strict=False)
            for shift in after.shifts
        )

    def parts(self) -> Parts:
        """Return what the tables are made of."""
        groups, most_groups = self._groups()
        machine = build_machine(self.days, self.runs, self.succession, groups)
        ranges = sorted(
            (item for item in self._hours().items() if self._can_bind(*item)),
            key=lambda item: (len(item[0]), sorted(item[0])),
        )
        hours, low, high = self._core_hours(ranges.pop() if ranges else None)
        by_shift = int(hours.min(initial=1)) > 0
        return Parts(
            num_states=machine.num_states,
            moves=machine.moves,
            hits=machine.hits,
            first_choice=self.first_choice,
            column=np.concatenate([*machine.column, np.zeros(0, dtype=np.int64)]),
            hours=hours,
            least_hours=low,
            most_hours=high,
            most_groups=tuple(most_groups),
            ranges=(
                *(self._paid_range(*item) for item in ranges),
                *self._counts(by_shift=by_shift),
            ),
        )

    def _paid_range(self, dates: frozenset[date], bounds: tuple[int, int]) -> Range:
        steps = self._paid_on(dates)
        unit = gcd(*steps.tolist()) or 1
        return Range(
            uses=steps // unit,
            least=-(-bounds[0] // unit),
            most=bounds[1] // unit,
            by_shift=False,
        )

    def _counts(self, *, by_shift: bool) -> Iterator[Range]:
        for item in self.records:
            if isinstance(item, ShiftCount) and item.max_shifts:
                yield Range(
                    uses=self._counted(item),
                    least=item.min_shifts,
                    most=item.max_shifts,
                    by_shift=by_shift,
                )

    def _groups(self) -> tuple[list[tuple[frozenset[date], ...]], list[int]]:
        """Return the records on groups that can bind, and their limits."""
        open_dates = {day for day, _ in self.options}
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
        return high < self._room(paid) or low > max(counted)

    def _counted(self, item: ShiftCount) -> IntArray:
        """Return ``[c]`` 1 for the choices that a count is about."""
        bit = self.members.bit(item.shifts)
        held = np.array([own & bit != 0 for own in self._held], dtype=bool)
        there = np.array([day in item.dates for day in self.dates], dtype=bool)
        return np.asarray(held[self._held_at] & there[self._day_at], dtype=np.int64)

    def _core_hours(
        self, item: tuple[frozenset[date], tuple[int, int]] | None
    ) -> tuple[IntArray, int, int]:
        """Return hours of the choices, and their range, in the largest unit."""
        if item is None:
            return np.zeros(len(self.options), dtype=np.int64), 0, 0
        dates, (low, high) = item
        steps = self._paid_on(dates)
        unit = gcd(*steps.tolist()) or 1
        hours = steps // unit
        most = self._room(hours)
        return hours, -(-low // unit), min(high // unit, most)

    def _paid_on(self, dates: frozenset[date]) -> IntArray:
        paid = [
            steps if day in dates else 0
            for steps, (day, _) in zip(self._paid, self.options, strict=True)
        ]
        return np.array(paid, dtype=np.int64)

    def _room(self, uses: IntArray) -> int:
        """Return the most that all dates can add."""
        return int(greatest(uses, self.first_choice).sum())
