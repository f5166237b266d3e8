"""Meetings, training and other duties off the queues, placed inside shifts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar

from solver.constraints import Constraint, ShapedShifts, ShiftCount, ShiftSet
from solver.rule import RULES
from solver.walk import (
    about_shift,
    agents_of,
    clock_text,
    local_minute,
    plan_shifts,
    planned_dates,
)
from wfm.calendar.catalogue import BreakWindow, ShiftOption
from wfm.domain.people import Activity, Agent
from wfm.domain.roster import Roster, RosterInstance, Violation, WorkSpan


@RULES.add("activities")
@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """Everybody has each of their activities once, within its window, inside a shift.

    Nobody has another. One without a fixed start starts on a multiple of
    *every_minutes* after midnight on the agent's clock. It touches no break, is paid,
    and is no work on queues.
    """

    name: ClassVar[str] = "activities"
    always: ClassVar[bool] = True
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
            for agent in agents_of(instance, self.agent_ids):
                if agent.agent_id in item.agent_ids:
                    starts = self._starts(instance, agent.zone, item)
                    place = partial(
                        _placed, item.activity, starts, _steps(instance, item)
                    )
                    yield ShapedShifts(agent_id=agent.agent_id, narrow=place)
                    yield ShiftCount(
                        agent_id=agent.agent_id,
                        dates=planned_dates(instance, agent.agent_id),
                        shifts=ShiftSet(marks=frozenset({item.activity})),
                        min_shifts=int(item.due),
                        max_shifts=1,
                    )

    def _starts(
        self, instance: RosterInstance, zone: str, item: Activity
    ) -> tuple[int, ...]:
        last = item.latest_idx - _steps(instance, item)
        window = range(item.earliest_idx, last + 1)
        if item.start_idx is not None:
            return (item.start_idx,) if item.start_idx in window else ()
        return tuple(
            t
            for t in window
            if local_minute(instance, t, zone) % self.every_minutes == 0
        )

    # ---------------------------------------------------------------- checker

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return activities that are missing, twice there, misplaced or not asked."""
        found: list[Violation] = []
        for agent, shifts in plan_shifts(instance, roster, self.agent_ids):
            own = {
                item.activity: item
                for item in instance.activities
                if agent.agent_id in item.agent_ids
            }
            taken: set[str] = set()
            for shift in shifts:
                for span in shift.spans:
                    message = self._judge(instance, agent, own, span, taken)
                    if message:
                        found.append(about_shift(self.name, shift, message))
            found += [
                self._missing(instance, agent, item)
                for name, item in own.items()
                if item.due and name not in taken
            ]
        return found

    def _judge(
        self,
        instance: RosterInstance,
        agent: Agent,
        own: Mapping[str, Activity],
        span: WorkSpan,
        taken: set[str],
    ) -> str:
        """Return what is wrong with a span, and note what it is in *taken*."""
        if not span.duty:
            return ""
        item = own.get(span.activity)
        if item is None:
            return f"{span.activity} is not planned for the agent"
        if span.activity in taken:
            return f"{span.activity} for the second time"
        taken.add(span.activity)
        minutes = (span.end_idx - span.start_idx) * instance.step_minutes
        if minutes != item.minutes or not span.paid:
            return f"{span.activity} lasts {minutes} min, {item.minutes} paid are due"
        return self._misplaced(instance, agent, item, span)

    def _misplaced(
        self, instance: RosterInstance, agent: Agent, item: Activity, span: WorkSpan
    ) -> str:
        if item.start_idx is not None and span.start_idx != item.start_idx:
            due = clock_text(instance, item.start_idx, agent.zone)
            return f"{span.activity} starts {due} for everybody"
        if span.start_idx < item.earliest_idx or span.end_idx > item.latest_idx:
            return f"{span.activity} lies outside its window"
        minute = local_minute(instance, span.start_idx, agent.zone)
        if item.start_idx is None and minute % self.every_minutes:
            return f"{span.activity} starts every {self.every_minutes} min of the day"
        return ""

    def _missing(
        self, instance: RosterInstance, agent: Agent, item: Activity
    ) -> Violation:
        first, last = (
            clock_text(instance, idx, agent.zone)
            for idx in (item.earliest_idx, item.latest_idx)
        )
        return Violation(
            rule=self.name,
            agent_id=agent.agent_id,
            start_idx=item.earliest_idx,
            end_idx=item.latest_idx,
            message=f"{item.activity} is missing between {first} and {last}",
        )


def _steps(instance: RosterInstance, item: Activity) -> int:
    return item.minutes // instance.step_minutes


def _placed(
    activity: str,
    starts: tuple[int, ...],
    steps: int,
    _day: date,
    option: ShiftOption,
) -> Iterable[ShiftOption]:
    """Yield the shift without the activity, and with it at each start.

    Breaks lie before it or after it; each such order is a variant, in which no windows
    overlap.
    """
    yield option
    if any(window.kind == activity for window in option.breaks):
        return  # a given shift, which has it
    for start in starts:
        if option.start_idx <= start and start + steps <= option.end_idx:
            for breaks in _orders(option.breaks, start, start + steps):
                duty = BreakWindow(
                    first_idx=start,
                    last_idx=start,
                    length_steps=steps,
                    kind=activity,
                    paid=True,
                    duty=True,
                )
                yield replace(option, breaks=tuple(sorted((*breaks, duty), key=_first)))


def _first(window: BreakWindow) -> int:
    return window.first_idx


def _orders(
    breaks: tuple[BreakWindow, ...], start: int, end: int
) -> Iterator[tuple[BreakWindow, ...]]:
    """Yield the windows cut so that none touches ``[start, end)``, order by order."""
    for split in range(len(breaks) + 1):
        before = (
            replace(w, last_idx=min(w.last_idx, start - w.length_steps))
            for w in breaks[:split]
        )
        after = (replace(w, first_idx=max(w.first_idx, end)) for w in breaks[split:])
        cut = (*before, *after)
        if all(w.first_idx <= w.last_idx for w in cut):
            yield cut
