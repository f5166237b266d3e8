"""Duties off the queues inside shifts: where one can lie, and at one time for many."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from wfm.calendar.catalogue import BreakWindow, ShiftOption
from wfm.domain.people import Activity
from wfm.domain.roster import Shift


def placed(
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


def at_one_time(item: Activity, model: Any, context: Any) -> None:
    """Demand in CP-SAT that all who have the activity have it at one time."""
    times: dict[int, Any] = {}
    for start, literal in _held(item, context):
        if start not in times:
            times[start] = model.new_bool_var("")
        model.add_implication(literal, times[start])
    model.add_at_most_one(times.values())


def _held(item: Activity, context: Any) -> Iterator[tuple[int, Any]]:
    """Yield when somebody may have the activity, and the literal that says so."""
    for (name, _), shifts in context.literals.items():
        for option, literal in shifts if name in item.agent_ids else ():
            for window in option.breaks:
                if window.kind == item.activity:
                    yield window.first_idx, literal
    for name in item.agent_ids:
        own: Iterable[Shift] = context.fixed.get(name, ())
        for span in (s for shift in own for s in shift.spans):
            if span.activity == item.activity and span.start_idx >= item.windows[0][0]:
                yield span.start_idx, context.true
