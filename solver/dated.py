"""A rule that holds on some dates of the plan only.

What a rule says of single shifts, or of moments, holds on the dates themselves; what it
says of a plan week holds in weeks whose first date is one of them; and what goes over
weeks (rest, runs of days, order) holds if the plan's first date is one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal, TypeAlias

from solver.constraints import (
    Constraint,
    FreeStretch,
    Guarantee,
    Heads,
    PaidStepsOnDates,
    PaidStepsPerShift,
    PaidStepsPerWeek,
    ShapedShifts,
    ShiftCount,
    WeighedHeads,
)
from solver.rule import Rule
from wfm.calendar.catalogue import ShiftOption
from wfm.calendar.local import day_range
from wfm.domain.roster import Roster, RosterInstance, Violation

Reach: TypeAlias = Literal["dates", "weeks", "plan"]
MOMENTS = (Heads, WeighedHeads, Guarantee)
"""Records that speak of moments, and can be cut."""
ON_DATES = (PaidStepsPerShift, ShapedShifts)
"""Records that speak of single shifts."""
IN_WEEKS = (PaidStepsPerWeek, FreeStretch)
"""Records that speak of one plan week."""


@dataclass(frozen=True, slots=True)
class Dated:
    """*rule*, from *first* to *last*, about *agent_ids* if they are given."""

    rule: Rule
    first: date
    last: date
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        own: frozenset[str] | None = getattr(self.rule, "agent_ids", None)
        if self.agent_ids is None:
            object.__setattr__(self, "agent_ids", own)
        elif self.agent_ids != own:
            bound: Any = self.rule
            bound = replace(bound, agent_ids=self.agent_ids)
            object.__setattr__(self, "rule", bound)

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name

    @property
    def always(self) -> bool:
        """Whether the rule holds though no plan mentions it."""
        return self.rule.always

    @property
    def example(self) -> str:
        """What plan.yaml may write after the rule's name."""
        return self.rule.example

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield what of the rule's records holds."""
        records = list(self.rule.constraints(instance))
        reach = _reach(instance, records)
        if reach == "plan":
            if self._holds(_first_date(instance)):
                yield from records
            return
        held = self._held(instance, reach)
        for record in records:
            if isinstance(record, Heads | WeighedHeads | Guarantee):
                yield from self._cut(instance, record)
            else:
                yield from _on_dates(instance, record, held)

    def violations(
        self, instance: RosterInstance, roster: Roster
    ) -> Sequence[Violation]:
        """Return the breaches on dates on which the rule holds."""
        found = self.rule.violations(instance, roster)
        reach = _reach(instance, self.rule.constraints(instance))
        if reach == "plan":
            return found if self._holds(_first_date(instance)) else ()
        held, (low, high) = self._held(instance, reach), self._steps(instance)
        return [
            v
            for v in found
            if (
                v.date_local in held
                if v.agent_id
                else v.start_idx < high and low < v.end_idx
            )
        ]

    def _holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _held(self, instance: RosterInstance, reach: Reach) -> frozenset[date]:
        """Return the planned dates on which the rule holds."""
        if reach == "dates":
            return frozenset(day for day, _ in _dates(instance) if self._holds(day))
        begins: dict[int, date] = {}
        for day, week in _dates(instance):
            begins[week] = min(day, begins.get(week, day))
        return frozenset(d for d, week in _dates(instance) if self._holds(begins[week]))

    def _steps(self, instance: RosterInstance) -> tuple[int, int]:
        """Return the steps of the dates on the planner's clock."""
        begin = _first_date(instance)
        end = max((day for day, _ in _dates(instance)), default=begin)
        if self.first > end or self.last < begin:
            return 0, 0
        low, high = 0, instance.grid.num_intervals
        if self.first > begin:
            low = day_range(instance.grid, self.first, instance.zone)[0]
        if self.last < end:
            high = day_range(instance.grid, self.last, instance.zone)[1]
        return low, high

    def _cut(
        self, instance: RosterInstance, record: Heads | WeighedHeads | Guarantee
    ) -> Iterator[Constraint]:
        low, high = self._steps(instance)
        start, end = max(record.start_idx, low), min(record.end_idx, high)
        if start < end:
            yield replace(record, start_idx=start, end_idx=end)


def _on_dates(
    instance: RosterInstance, record: Constraint, held: frozenset[date]
) -> Iterator[Constraint]:
    """Yield what of a record about one agent holds on the dates *held*."""
    match record:
        case PaidStepsPerShift(agent_id=name, max_steps=most):
            shorter = partial(_no_longer, most)
            yield ShapedShifts(agent_id=name, narrow=partial(_narrowed, held, shorter))
        case ShapedShifts(agent_id=name, narrow=narrow):
            yield ShapedShifts(agent_id=name, narrow=partial(_narrowed, held, narrow))
        case (
            PaidStepsPerWeek(agent_id=name, week=w) | FreeStretch(agent_id=name, week=w)
        ):
            days = instance.planned_days.get(name, ())
            if any(day.week == w and day.date_local in held for day in days):
                yield record
        case ShiftCount(dates=dates) | PaidStepsOnDates(dates=dates):
            if dates & held:
                yield record
        case _:
            pass  # of the whole plan, or cut by time


def _narrowed(
    held: frozenset[date],
    narrow: Callable[[date, ShiftOption], Iterable[ShiftOption]],
    day: date,
    option: ShiftOption,
) -> Iterable[ShiftOption]:
    return narrow(day, option) if day in held else (option,)


def _no_longer(most: int, _day: date, option: ShiftOption) -> Iterable[ShiftOption]:
    return (option,) if option.paid_steps <= most else ()


def _reach(instance: RosterInstance, records: Iterable[Constraint]) -> Reach:
    """Return how far the records go that a rule yields."""
    found = set()
    for record in records:
        if isinstance(record, MOMENTS):
            found.add("moments")
        elif isinstance(record, IN_WEEKS) or _is_of_a_week(instance, record):
            found.add("weeks")
        elif not isinstance(record, ON_DATES):
            return "plan"
    if found <= {"moments"} or not found:
        return "dates"
    return "plan" if found == {"moments", "weeks"} else "weeks"


def _is_of_a_week(instance: RosterInstance, record: Constraint) -> bool:
    """Return whether a count or hours are of dates of one plan week."""
    if not isinstance(record, ShiftCount | PaidStepsOnDates) or not record.dates:
        return False
    days = instance.planned_days.get(record.agent_id, ())
    return len({day.week for day in days if day.date_local in record.dates}) == 1


def _dates(instance: RosterInstance) -> list[tuple[date, int]]:
    return [
        (day.date_local, day.week)
        for days in instance.planned_days.values()
        for day in days
    ]


def _first_date(instance: RosterInstance) -> date:
    return min((day for day, _ in _dates(instance)), default=date.min)
