"""Shift templates on a local date, as grid spans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.calendar.local import to_instant, wall_minute
from wfm.domain.grid import IntervalGrid
from wfm.domain.people import BreakRule, ShiftTemplate
from wfm.domain.roster import Shift, WorkSpan


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BreakWindow:
    """One break of an option: it starts at a step in ``first_idx..last_idx``.

    A *duty* off the queues, as training, is placed like a paid break, but is none.
    """

    first_idx: int
    last_idx: int
    length_steps: int
    kind: str
    paid: bool
    duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ShiftOption:
    """One shift that a template allows on one date, breaks still to be placed."""

    start_idx: int
    end_idx: int
    breaks: tuple[BreakWindow, ...] = ()
    where: str = ""

    @property
    def marks(self) -> frozenset[str]:
        """What tells it from shifts of the same times: place, breaks and duties."""
        return frozenset({*(b.kind for b in self.breaks), self.where} - {""})

    @property
    def paid_steps(self) -> int:
        """Paid grid steps; where a break is taken does not change them."""
        unpaid = sum(b.length_steps for b in self.breaks if not b.paid)
        return self.end_idx - self.start_idx - unpaid


def shift_options(
    templates: Iterable[ShiftTemplate], day: date, zone_name: str, grid: IntervalGrid
) -> tuple[ShiftOption, ...]:
    """Return every shift that *templates* allow to start on the local date *day*.

    Start times are read off the wall clock of *zone_name*; lengths are elapsed time,
    so a night shift keeps its length when the clocks change.

    Raises
    ------
    ValueError
        If a start does not fall on a step of *grid*.
    """
    options: set[ShiftOption] = set()
    for template in templates:
        if day.weekday() not in template.weekdays:
            continue
        for minute in range(
            template.start_from_minute,
            template.start_to_minute + 1,
            template.start_step_minutes,
        ):
            start = grid.index_of(to_instant(wall_minute(day, minute), zone_name))
            for elapsed in template.elapsed_minutes:
                end = start + elapsed // grid.interval_minutes
                rules = template.breaks_of(elapsed)
                windows = tuple(_window(rule, start, end, grid) for rule in rules)
                options.add(ShiftOption(start_idx=start, end_idx=end, breaks=windows))
    return tuple(sorted(options))


def _window(rule: BreakRule, start: int, end: int, grid: IntervalGrid) -> BreakWindow:
    step = grid.interval_minutes
    early, late = rule.earliest_minutes // step, rule.latest_minutes // step
    first, last = (
        (start + early, start + late)
        if rule.anchor == "start"
        else (end - early, end - late)
    )
    return BreakWindow(
        first_idx=first,
        last_idx=last,
        length_steps=rule.minutes // step,
        kind=rule.kind,
        paid=rule.paid,
    )


def build_shift(
    agent_id: str, day: date, option: ShiftOption, break_starts: Iterable[int]
) -> Shift:
    """Return the shift of *option* with its breaks starting at *break_starts*."""
    spans: list[WorkSpan] = []
    cursor = option.start_idx
    for window, start in zip(option.breaks, break_starts, strict=True):
        if start > cursor:
            spans.append(WorkSpan(start_idx=cursor, end_idx=start))
        cursor = start + window.length_steps
        spans.append(
            WorkSpan(
                start_idx=start,
                end_idx=cursor,
                activity=window.kind,
                paid=window.paid,
                duty=window.duty,
            )
        )
    if cursor < option.end_idx:
        spans.append(WorkSpan(start_idx=cursor, end_idx=option.end_idx))
    return Shift(
        agent_id=agent_id, date_local=day, spans=tuple(spans), where=option.where
    )


def dates_of(first: date, num_days: int) -> tuple[date, ...]:
    """Return *num_days* consecutive dates from *first* on."""
    return tuple(first + timedelta(days=i) for i in range(num_days))
