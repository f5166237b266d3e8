"""What binds an agent's dates together: hours, rest, runs of days, free stretches."""

from collections.abc import Iterable, Sequence

import numpy as np

from solver.constraints import (
    ConsecutiveDays,
    Constraint,
    FreeStretch,
    PaidStepsPerWeek,
    RestBetweenShifts,
)
from solver.core.options import AgentDay
from solver.core.tables import FAR, WeekLimits
from wfm.domain.arrays import IntArray
from wfm.domain.roster import RosterInstance, Shift


def week_limits(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    days: Sequence[AgentDay],
    units: IntArray,
) -> WeekLimits:
    """Return the limits of every agent, boundary state from the carry-over included."""
    limits = _Limits(instance, days)
    for item in constraints:
        limits.note(item)
    return limits.tables(units)


class _Limits:
    """Collects the tightest of each limit per agent."""

    def __init__(self, instance: RosterInstance, days: Sequence[AgentDay]) -> None:
        self.instance = instance
        self.rows = instance.agent_index()
        num_a = len(instance.agents)
        self.num_weeks = 1 + max((d.day.week for d in days), default=0)
        self.rest = np.zeros(num_a, dtype=np.int64)
        self.max_days = np.full(num_a, FAR)
        self.low = np.zeros((num_a, self.num_weeks), dtype=np.int64)
        # Without a limit on hours, all that the days allow.
        self.high = np.zeros((num_a, self.num_weeks), dtype=np.int64)
        self.num_days = np.zeros(num_a, dtype=np.int64)
        for item in days:
            longest = max((o.paid_steps for o in item.options), default=0)
            self.high[item.agent, item.day.week] += longest
            self.num_days[item.agent] += 1
        self.stretches: dict[tuple[int, int], list[FreeStretch]] = {}

    def note(self, item: Constraint) -> None:
        """Tighten what *item* limits."""
        if isinstance(item, PaidStepsPerWeek) and item.week < self.num_weeks:
            key = (self.rows[item.agent_id], item.week)
            self.low[key] = max(self.low[key], item.min_steps)
            self.high[key] = min(self.high[key], item.max_steps)
        elif isinstance(item, RestBetweenShifts):
            a = self.rows[item.agent_id]
            self.rest[a] = max(self.rest[a], item.min_steps)
        elif isinstance(item, ConsecutiveDays):
            a = self.rows[item.agent_id]
            self.max_days[a] = min(self.max_days[a], item.max_days)
        elif isinstance(item, FreeStretch) and item.week < self.num_weeks:
            a = self.rows[item.agent_id]
            self.stretches.setdefault((a, item.week), []).append(item)

    def tables(self, units: IntArray) -> WeekLimits:
        """Return what was collected; hours are rounded inwards to paid units."""
        end, ordinal, run = self._carry()
        cap = np.where(self.max_days < self.num_days + run, self.max_days, 0)
        # A run that is already too long allows no date next to it: cap stays >= 1.
        cap = np.where(self.max_days <= 0, 1, cap)
        ordered = [
            self.stretches.get((a, w), [])
            for a in range(len(self.rows))
            for w in range(self.num_weeks)
        ]
        flat = [item for group in ordered for item in group]
        week_min = -(-self.low // units[:, None])
        week_max = self.high // units[:, None]
        bits = np.array([len(group) for group in ordered], dtype=np.int64)
        most_bits = bits.reshape(len(self.rows), -1).max(axis=1, initial=0)
        return WeekLimits(
            rest=self.rest,
            run_cap=cap,
            carry_end=end,
            carry_ordinal=ordinal,
            carry_run=run,
            week_min=week_min,
            week_max=week_max,
            stretch_of_week=_ranges(bits, len(self.rows), self.num_weeks),
            stretch_start=np.array([s.start_idx for s in flat], dtype=np.int64),
            stretch_end=np.array([s.end_idx for s in flat], dtype=np.int64),
            stretch_steps=np.array([s.min_steps for s in flat], dtype=np.int64),
            sizes=np.stack(
                [
                    np.maximum(cap, 1),
                    1 << most_bits,
                    1 + np.maximum(week_max.max(axis=1, initial=0), 0),
                ],
                axis=1,
            ).astype(np.int64),
        )

    def _carry(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return last end, last date and length of the run of days before the plan."""
        num_a = len(self.rows)
        end = np.full(num_a, -FAR)
        ordinal = np.full(num_a, -FAR)
        run = np.zeros(num_a, dtype=np.int64)
        worked: dict[int, list[Shift]] = {}
        for shift in self.instance.carry_over:
            if shift.agent_id in self.rows:
                worked.setdefault(self.rows[shift.agent_id], []).append(shift)
        for a, shifts in worked.items():
            dates = {shift.date_local.toordinal() for shift in shifts}
            end[a] = max(shift.end_idx for shift in shifts)
            ordinal[a] = max(dates)
            while ordinal[a] - run[a] in dates:
                run[a] += 1
        return end, ordinal, run


def _ranges(counts: IntArray, num_agents: int, num_weeks: int) -> IntArray:
    """Return ``[a, w]`` range starts; column ``num_weeks`` ends the last range."""
    ends = np.cumsum(counts).reshape(num_agents, num_weeks)
    starts = np.zeros((num_agents, num_weeks + 1), dtype=np.int64)
    starts[:, 1:] = ends
    starts[1:, 0] = ends[:-1, -1]
    return starts
