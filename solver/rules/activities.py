"""Meetings, training and other duties off the queues, placed inside shifts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, Custom, ShapedShifts, ShiftCount, ShiftSet
from solver.duties import at_one_time, placed
from solver.rule import RULES
from solver.walk import (
    about_shift,
    agents_of,
    clock_text,
    local_date,
    local_minute,
    plan_shifts,
    planned_dates,
)
from wfm.domain.people import Activity, Agent
from wfm.domain.roster import Roster, RosterInstance, Violation, WorkSpan


@RULES.add("activities")
@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """Everybody has each of their activities once, within its window, inside a shift.

    Nobody has another. It starts on a multiple of *every_minutes* after midnight on
    the agent's clock, where its window leaves a choice; people who meet have it at one
    time. It touches no break, is paid, and is no work on queues.
    """

    name: ClassVar[str] = "activities"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "{every_minutes: 15}"
    every_minutes: int = 30
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.every_minutes < 1 or self.every_minutes != int(self.every_minutes):
            msg = f"activities that start every {self.every_minutes} min"
            raise ValueError(msg)

    # ---------------------------------------------------------------- encoder

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield shifts with and without each activity, and that one has it."""
        for item in instance.activities:
            people = [
                agent
                for agent in agents_of(instance, self.agent_ids)
                if agent.agent_id in item.agent_ids
            ]
            at = _meeting_start(instance, item) if item.together else None
            for agent in people:
                starts = (
                    (at,) if at is not None else self._starts(instance, agent, item)
                )
                place = partial(placed, item.activity, starts, _steps(instance, item))
                yield ShapedShifts(agent_id=agent.agent_id, narrow=place)
                yield ShiftCount(
                    agent_id=agent.agent_id,
                    dates=planned_dates(instance, agent.agent_id),
                    shifts=ShiftSet(marks=frozenset({item.activity})),
                    min_shifts=int(item.due),
                    max_shifts=1,
                )
            if item.together and at is None:
                yield Custom(enforce=partial(at_one_time, item))

    def _starts(
        self, instance: RosterInstance, agent: Agent, item: Activity
    ) -> tuple[int, ...]:
        steps = _steps(instance, item)
        starts = [range(low, high - steps + 1) for low, high in item.windows]
        return tuple(
            t
            for window in starts
            for t in window
            if len(window) == 1
            or local_minute(instance, t, agent.zone) % self.every_minutes == 0
        )

    # ---------------------------------------------------------------- checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return activities that are missing, twice there, misplaced or not asked."""
        found: list[Violation] = []
        held: dict[str, dict[str, WorkSpan]] = {}
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            own = {
                item.activity: item
                for item in instance.activities
                if agent.agent_id in item.agent_ids
            }
            taken: dict[str, WorkSpan] = {}
            for shift in shifts:
                for span in shift.spans:
                    message = self._judge(instance, agent, own, span, taken)
                    if message:
                        found.append(about_shift(self.name, shift, message))
            for name, item in own.items():
                if name in taken:
                    held.setdefault(name, {})[agent.agent_id] = taken[name]
                elif item.due:
                    found.append(self._missing(instance, agent, item))
        return [*found, *self._apart(instance, held)]

    def _judge(
        self,
        instance: RosterInstance,
        agent: Agent,
        own: Mapping[str, Activity],
        span: WorkSpan,
        taken: dict[str, WorkSpan],
    ) -> str:
        """Return what is wrong with a span, and note what it is in *taken*."""
        if not span.duty:
            return ""
        item = own.get(span.activity)
        if item is None:
            return f"{span.activity} is not planned for the agent"
        if span.activity in taken:
            return f"{span.activity} for the second time"
        taken[span.activity] = span
        minutes = (span.end_idx - span.start_idx) * instance.step_minutes
        if minutes != item.minutes or not span.paid:
            return f"{span.activity} lasts {minutes} min, {item.minutes} paid are due"
        return self._misplaced(instance, agent, item, span)

    def _misplaced(
        self, instance: RosterInstance, agent: Agent, item: Activity, span: WorkSpan
    ) -> str:
        around = [
            high - low
            for low, high in item.windows
            if low <= span.start_idx and span.end_idx <= high
        ]
        if not around:
            return f"{span.activity} lies outside its window"
        is_free = all(room > span.end_idx - span.start_idx for room in around)
        minute = local_minute(instance, span.start_idx, agent.zone)
        if is_free and minute % self.every_minutes:
            return f"{span.activity} starts every {self.every_minutes} min of the day"
        return ""

    def _apart(
        self, instance: RosterInstance, held: Mapping[str, Mapping[str, WorkSpan]]
    ) -> Iterator[Violation]:
        """Yield who has a meeting at another time than most."""
        zones = {agent.agent_id: agent.zone for agent in instance.agents}
        for item in instance.activities:
            spans = held.get(item.activity, {}) if item.together else {}
            spans = {name: spans[name] for name in spans if name in item.agent_ids}
            times = Counter(span.start_idx for span in spans.values())
            usual = max(times, key=lambda t: (times[t], -t), default=0)
            for name, span in spans.items():
                if span.start_idx != usual:
                    at = clock_text(instance, usual, zones[name])
                    yield Violation(
                        rule=self.name,
                        agent_id=name,
                        date_local=local_date(instance, span.start_idx, zones[name]),
                        start_idx=span.start_idx,
                        end_idx=span.end_idx,
                        message=f"{item.activity} starts {at} for the others",
                    )

    def _missing(
        self, instance: RosterInstance, agent: Agent, item: Activity
    ) -> Violation:
        begin, end = item.windows[0][0], item.windows[-1][1]
        first, last = (clock_text(instance, t, agent.zone) for t in (begin, end))
        return Violation(
            rule=self.name,
            agent_id=agent.agent_id,
            start_idx=begin,
            end_idx=end,
            message=f"{item.activity} is missing between {first} and {last}",
        )


def _steps(instance: RosterInstance, item: Activity) -> int:
    return item.minutes // instance.step_minutes


def _meeting_start(instance: RosterInstance, item: Activity) -> int | None:
    """Return when people meet: as they have been told, or else as is proposed."""
    told = Counter(
        span.start_idx
        for shift in instance.live or ()
        if shift.agent_id in item.agent_ids
        for span in shift.spans
        if span.duty and span.activity == item.activity
    )
    return max(told, key=lambda t: (told[t], -t)) if told else item.start_idx
