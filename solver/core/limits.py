"""What binds an agent's dates together: hours, rest, runs of days, free stretches."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from solver.constraints import (
    ConsecutiveDays,
    Constraint,
    FreeStretch,
    PaidStepsOnDates,
    PaidStepsPerWeek,
    RestBetweenShifts,
)
from solver.core.options import AgentDay
from solver.core.tables import BY_MACHINE, FAR
from solver.order import machines_of
from wfm.domain.errors import ModelError
from wfm.domain.roster import RosterInstance, Shift

AGENT_LIMITS, WEEK_LIMITS = 6, 5
"""Columns of :meth:`Limits.of_agent` and :meth:`Limits.of_weeks`."""


class Limits:
    """The tightest of each limit per agent, in steps and days.

    Parameters
    ----------
    instance, days
        The problem and what its agents may do on each date.
    constraints
        Records of any kind; those about an agent's hours, rest and days are read.
    """

    def __init__(
        self,
        instance: RosterInstance,
        days: Sequence[AgentDay],
        constraints: Iterable[Constraint],
    ) -> None:
        self._rows = instance.agent_index()
        num_a = len(instance.agents)
        self.num_weeks = 1 + max((d.day.week for d in days), default=0)
        self.rest = [0] * num_a
        self.max_days = [FAR] * num_a
        self.num_days = [0] * num_a
        self.low = [[0] * self.num_weeks for _ in range(num_a)]
        # Without a limit on hours, all that the days allow.
        self.high = [[0] * self.num_weeks for _ in range(num_a)]
        for item, longest in zip(days, longest_paid(days), strict=True):
            self.high[item.agent][item.day.week] += longest
            self.num_days[item.agent] += 1
        self.stretches: dict[tuple[int, int], FreeStretch] = {}
        self._carried = _carried(instance)
        self._weeks = _dates_of_weeks(days)
        listed = tuple(constraints)
        self.machines = machines_of(instance, listed)
        for record in listed:
            self._note(record)

    def _note(self, item: Constraint) -> None:
        if isinstance(item, PaidStepsPerWeek) and item.week < self.num_weeks:
            self._note_hours(item, item.week)
        elif isinstance(item, PaidStepsOnDates):
            self._note_period(item)
        elif isinstance(item, RestBetweenShifts):
            a = self._rows[item.agent_id]
            self.rest[a] = max(self.rest[a], item.min_steps)
        elif isinstance(item, ConsecutiveDays):
            a = self._rows[item.agent_id]
            self.max_days[a] = min(self.max_days[a], item.max_days)
        elif isinstance(item, FreeStretch) and item.week < self.num_weeks:
            key = (self._rows[item.agent_id], item.week)
            if self.stretches.setdefault(key, item) != item:
                msg = f"{item.agent_id} has two kinds of weekly rest in one week"
                raise ModelError(msg)

    def _note_period(self, item: PaidStepsOnDates) -> None:
        """Read the hours of a week; no week of a longer period holds more than it."""
        a = self._rows[item.agent_id]
        weeks = self._weeks.get(a, {})
        if item.dates in weeks:
            self._note_hours(item, weeks[item.dates])
            return
        for dates, week in weeks.items():
            if dates <= item.dates:
                self.high[a][week] = min(self.high[a][week], item.max_steps)

    def _note_hours(self, item: PaidStepsPerWeek | PaidStepsOnDates, week: int) -> None:
        low, high = (x[self._rows[item.agent_id]] for x in (self.low, self.high))
        low[week] = max(low[week], item.min_steps)
        high[week] = min(high[week], item.max_steps)

    def of_agent(self, a: int, num_states: int = 0, start: int = 0) -> list[int]:
        """Return rest, cap on runs of days, end, date and run before the plan, runs.

        The cap is 0 where it can't bind; *runs* is the number of run lengths that a
        search has to tell apart: the *num_states* of the agent's machine, if it has
        one, which then counts runs of days too and begins in state *start*.
        """
        end, ordinal, run = self._carried.get(a, (-FAR, -FAR, 0))
        if num_states:
            return [self.rest[a], BY_MACHINE, end, ordinal, start, num_states]
        most = max(1, self.max_days[a])
        cap = most if most < self.num_days[a] + run else 0
        return [self.rest[a], cap, end, ordinal, run, max(1, cap)]

    def stretches_of(self, a: int) -> list[FreeStretch]:
        """Return the free stretches of the agent's weeks."""
        found = (self.stretches.get((a, w)) for w in range(self.num_weeks))
        return [stretch for stretch in found if stretch is not None]

    def of_weeks(self, a: int, sums: Sequence[int]) -> list[list[int]]:
        """Return per week the range of allowed places in *sums*, and its free stretch.

        The stretch is start, end and least steps; without one, any gap will do.
        """
        return [
            [
                bisect_left(sums, self.low[a][w]),
                bisect_right(sums, self.high[a][w]),
                *_stretch(self.stretches.get((a, w))),
            ]
            for w in range(self.num_weeks)
        ]


def _stretch(item: FreeStretch | None) -> tuple[int, int, int]:
    if item is None:
        return -FAR, FAR, -4 * FAR
    return item.start_idx, item.end_idx, item.min_steps


def longest_paid(days: Iterable[AgentDay]) -> Iterator[int]:
    """Yield the most paid steps of a shift of each of *days*, 0 if there is none."""
    known: dict[int, int] = {}
    for item in days:
        key = id(item.options)  # people alike are offered the same tuple
        if key not in known:
            known[key] = max((o.paid_steps for o in item.options), default=0)
        yield known[key]


def _dates_of_weeks(
    days: Iterable[AgentDay],
) -> dict[int, dict[frozenset[date], int]]:
    """Return agent row -> dates of a plan week -> week."""
    dates: dict[int, dict[int, set[date]]] = {}
    for item in days:
        own = dates.setdefault(item.agent, {})
        own.setdefault(item.day.week, set()).add(item.day.date_local)
    return {
        a: {frozenset(found): week for week, found in own.items()}
        for a, own in dates.items()
    }


def _carried(instance: RosterInstance) -> dict[int, tuple[int, int, int]]:
    """Return agent row -> last end, last date, length of the run of days up to it."""
    rows = instance.agent_index()
    worked: dict[int, list[Shift]] = {}
    for shift in instance.carry_over:
        if shift.agent_id in rows:
            worked.setdefault(rows[shift.agent_id], []).append(shift)
    found = {}
    for a, shifts in worked.items():
        dates = {shift.date_local.toordinal() for shift in shifts}
        run = 1
        while max(dates) - run in dates:
            run += 1
        found[a] = (max(shift.end_idx for shift in shifts), max(dates), run)
    return found
