"""Meetings and training of a plan: when they may be, who can take part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np

from wfm.calendar.catalogue import ShiftOption, shift_options
from wfm.calendar.local import local_clock, to_instant
from wfm.domain.arrays import FloatArray
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import Activity, Agent, BlockedTime
from wfm.domain.plan import ActivityRow, PlanFolder
from wfm.domain.roster import PlannedDay, Shift, is_eligible

START_EVERY_MINUTES = 30
"""Times of day that are tried for a meeting whose time is not given."""


Windows: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """People with the dates and shifts that an activity could lie in."""

    folder: PlanFolder
    grid: IntervalGrid
    planned_days: Mapping[str, tuple[PlannedDay, ...]]
    blocked: Sequence[BlockedTime]
    carry_over: Sequence[Shift]
    targets: FloatArray


def placed_activities(staff: Staff) -> tuple[Activity, ...]:
    """Return the activities of the plan's dates on its grid.

    Those that the previous roster shows as held are left out. A meeting without a
    time is given the one at which most can take part and, of these times, at which
    their queues need least per person who can serve them.
    """
    by_name: dict[str, list[ActivityRow]] = {}
    for row in staff.folder.activities:
        by_name.setdefault(row.activity, []).append(row)
    planner = _Planner(staff)
    return tuple(
        item
        for rows in by_name.values()
        for item in (planner.meeting(rows) if rows[0].together else planner.alone(rows))
    )


class _Planner:
    """Puts rows of activities.csv on the grid."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.grid = staff, staff.grid
        self.agents = {agent.agent_id: agent for agent in staff.folder.agents}
        self._options: dict[tuple[str, str], list[ShiftOption]] = {}

    def alone(self, rows: Iterable[ActivityRow]) -> Iterator[Activity]:
        """Yield what people have each by themselves; those of one zone as one."""
        for row in rows:
            by_zone: dict[str, list[Agent]] = {}
            for name in row.agent_ids:
                agent = self.agents[name]
                by_zone.setdefault(agent.zone, []).append(agent)
            for zone, people in by_zone.items():
                yield from self._activity(row, people, self._windows(row, zone))

    def meeting(self, rows: Sequence[ActivityRow]) -> Iterator[Activity]:
        """Yield what all people of *rows* have at one time."""
        people = [self.agents[name] for row in rows for name in row.agent_ids]
        zones = {agent.zone for agent in people}
        zone = zones.pop() if len(zones) == 1 else self.staff.folder.plan.zone
        windows = self._windows(rows[0], zone)
        start = self._best_start(rows[0], people, windows, zone)
        yield from self._activity(rows[0], people, windows, start)

    def _windows(self, row: ActivityRow, zone: str) -> Windows:
        """Return the steps that lie wholly within a row's windows."""
        steps = row.minutes // self.grid.interval_minutes
        almost = timedelta(minutes=self.grid.interval_minutes - 1)
        found = []
        for low, high in row.windows:
            first = self.grid.floor_index(to_instant(low, zone) + almost)
            last = self.grid.floor_index(to_instant(high, zone))
            found.append((first, first + steps if row.pinned else last))
        return tuple(found)

    def _activity(
        self,
        row: ActivityRow,
        people: Iterable[Agent],
        windows: Windows,
        start: int | None = None,
    ) -> Iterator[Activity]:
        """Yield the activity of those who have not had it, if it is in this plan."""
        steps = row.minutes // self.grid.interval_minutes
        due = [agent for agent in people if not self._was_held(row, agent, windows)]
        due = [agent for agent in due if self._may_lie_in_plan(agent, windows)]
        starts = [t for low, high in windows for t in range(low, high - steps + 1)]
        if start is not None:
            starts = [start]
        able = {
            agent.agent_id
            for agent in due
            if any(self._can_hold(agent, t, t + steps) for t in starts)
        }
        if due:
            yield Activity(
                activity=row.activity,
                agent_ids=frozenset(able),
                minutes=row.minutes,
                windows=windows,
                together=row.together,
                start_idx=start,
                due=all(self._ends_in_plan(agent, windows) for agent in due),
                excused=frozenset(agent.agent_id for agent in due) - able,
            )

    def _was_held(self, row: ActivityRow, agent: Agent, windows: Windows) -> bool:
        return any(
            span.activity == row.activity
            and windows[0][0] <= span.start_idx
            and span.end_idx <= windows[-1][1]
            for shift in self.staff.carry_over
            if shift.agent_id == agent.agent_id
            for span in shift.spans
        )

    def _may_lie_in_plan(self, agent: Agent, windows: Windows) -> bool:
        days = self.staff.planned_days[agent.agent_id]
        return bool(days) and windows[0][0] < days[-1].end_idx and windows[-1][1] > 0

    def _ends_in_plan(self, agent: Agent, windows: Windows) -> bool:
        return windows[-1][1] <= self.staff.planned_days[agent.agent_id][-1].end_idx

    def _can_hold(self, agent: Agent, start: int, end: int) -> bool:
        """Return whether a shift that the agent may work could hold the activity."""
        free = not any(
            block.start_idx < end and start < block.end_idx
            for block in self.staff.blocked
            if block.agent_id == agent.agent_id
        )
        return free and any(
            option.start_idx <= start
            and end <= option.end_idx
            and _leaves_room(option, start, end)
            and not self._is_blocked(agent, option)
            for option in self._options_of(agent)
        )

    def _is_blocked(self, agent: Agent, option: ShiftOption) -> bool:
        return any(
            block.start_idx < option.end_idx and option.start_idx < block.end_idx
            for block in self.staff.blocked
            if block.agent_id == agent.agent_id
        )

    def _options_of(self, agent: Agent) -> list[ShiftOption]:
        """Return the shifts of the agent's contract on all planned dates."""
        key = agent.contract_id, agent.zone
        if key not in self._options:
            templates = self.staff.folder.plan.contracts[agent.contract_id].templates
            self._options[key] = [
                option
                for day in self.staff.planned_days[agent.agent_id]
                for option in shift_options(
                    templates, day.date_local, agent.zone, self.grid
                )
            ]
        return self._options[key]

    def _best_start(
        self,
        row: ActivityRow,
        people: Sequence[Agent],
        windows: Windows,
        zone: str,
    ) -> int:
        """Return when most can meet, their queues needing least then."""
        steps = row.minutes // self.grid.interval_minutes
        minute = local_clock(self.grid, zone).minute_of_day
        starts = [
            t
            for low, high in windows
            for t in range(low, high - steps + 1)
            if 0 <= t <= self.grid.num_intervals - steps
            and (minute[t] % START_EVERY_MINUTES == 0 or high - low == steps)
        ]
        need = self._need(people)

        def worth(start: int) -> tuple[int, float, int]:
            end = start + steps
            able = sum(self._can_hold(agent, start, end) for agent in people)
            return -able, float(need[start:end].sum()), start

        return min(starts, key=worth, default=windows[0][0])

    def _need(self, people: Iterable[Agent]) -> FloatArray:
        """Return what the queues of *people* need per person who can serve them."""
        need = np.zeros(self.grid.num_intervals)
        for q, queue in enumerate(self.staff.folder.plan.queues):
            able = [a for a in self.agents.values() if is_eligible(a, queue)]
            concerned = sum(is_eligible(agent, queue) for agent in people)
            need += self.staff.targets[q] * concerned / max(1, len(able))
        return need


def _leaves_room(option: ShiftOption, start: int, end: int) -> bool:
    """Return whether every break of the shift can be taken beside ``[start, end)``."""
    return all(
        window.first_idx + window.length_steps <= start or window.last_idx >= end
        for window in option.breaks
    )
