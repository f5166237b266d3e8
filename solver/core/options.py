"""From templates and constraints to the shifts that agents may work on each date."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress
from operator import itemgetter

from solver.constraints import (
    Constraint,
    ForbidTime,
    LockedShifts,
    PaidStepsPerShift,
    ShapedShifts,
)
from solver.core.shapes import times_of
from wfm.calendar.catalogue import BreakWindow, ShiftOption, shift_options
from wfm.domain.arrays import BoolArray, IntArray
from wfm.domain.roster import WORK, PlannedDay, RosterInstance, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent on one planned date: the shifts allowed, *locked* if it is given.

    *known* is the shift that changes are counted from; if it is allowed, it is an
    option of its own that leaves no choice of breaks.
    """

    agent: int
    day: PlannedDay
    options: tuple[ShiftOption, ...]
    locked: Shift | None = None
    known: Shift | None = None


@dataclass(frozen=True, slots=True)
class _Offered:
    """The shifts of an employment contract on a date, with their times as arrays."""

    options: tuple[ShiftOption, ...]
    times: IntArray


class _Allowed:
    """Which shifts a date allows by itself; what binds several dates comes later.

    People to whom the same is left of the same shifts share one tuple of them.
    """

    def __init__(
        self,
        instance: RosterInstance,
        constraints: Iterable[Constraint],
        known: Mapping[tuple[str, date], Shift],
    ) -> None:
        self.instance, self.known = instance, known
        self.forbidden: dict[str, list[tuple[int, int]]] = {}
        self.longest: dict[str, int] = {}
        self.locked: dict[tuple[str, date], list[Shift]] = {}
        self.shaped: dict[str, list[ShapedShifts]] = {}
        self.catalogue: dict[tuple[str, date, str], _Offered] = {}
        self._left: dict[Hashable, tuple[ShiftOption, ...]] = {}
        for item in constraints:
            self._note(item)
        self.forbidden = {who: _apart(own) for who, own in self.forbidden.items()}

    def _note(self, item: Constraint) -> None:
        if isinstance(item, ForbidTime):
            span = (item.start_idx, item.end_idx)
            self.forbidden.setdefault(item.agent_id, []).append(span)
        elif isinstance(item, PaidStepsPerShift):
            most = self.longest.get(item.agent_id, item.max_steps)
            self.longest[item.agent_id] = min(most, item.max_steps)
        elif isinstance(item, ShapedShifts):
            self.shaped.setdefault(item.agent_id, []).append(item)
        elif isinstance(item, LockedShifts):
            for shift in item.shifts:
                key = (item.agent_id, shift.date_local)
                if shift not in self.locked.setdefault(key, []):
                    self.locked[key].append(shift)

    def on(self, a: int, day: PlannedDay) -> AgentDay:
        """Return what agent row *a* may do on *day*."""
        agent = self.instance.agents[a]
        key = agent.agent_id, day.date_local
        known, fixed = self.known.get(key), self.locked.get(key, [])
        if fixed:
            options = self._given(agent.agent_id, day.date_local, fixed)
        else:
            offered = self._templates(agent.contract_id, day.date_local, agent.zone)
            left = self._shared(agent.agent_id, day.date_local, offered)
            options = _with_known(left, known)
        return AgentDay(
            agent=a,
            day=day,
            options=options,
            locked=fixed[0] if fixed else None,
            known=known,
        )

    def _templates(self, contract_id: str, day: date, zone: str) -> _Offered:
        key = (contract_id, day, zone)
        if key not in self.catalogue:
            templates = self.instance.contracts[contract_id].templates
            found = shift_options(templates, day, zone, self.instance.grid)
            options = tuple(
                _within(o) for o in found if all(_has_room(o, b) for b in o.breaks)
            )
            self.catalogue[key] = _Offered(options, times_of(options))
        return self.catalogue[key]

    def _given(
        self, agent_id: str, day: date, fixed: Sequence[Shift]
    ) -> tuple[ShiftOption, ...]:
        """Return the shift that is *fixed*, if it is one and allowed."""
        given = (option_of(fixed[0]),) if len(fixed) == 1 else ()
        fits = self._fits(agent_id, times_of(given))
        left = shaped(self.shaped.get(agent_id, ()), day, compress(given, fits))
        return tuple(o for o in left if o in given)

    def _shared(
        self, agent_id: str, day: date, offered: _Offered
    ) -> tuple[ShiftOption, ...]:
        """Return what the agent's own limits leave of the shifts *offered*."""
        fits = self._fits(agent_id, offered.times)
        demands = self.shaped.get(agent_id, ())
        narrow = tuple(id(demand.narrow) for demand in demands)
        key = id(offered), fits.tobytes(), narrow
        if key not in self._left:
            chosen = compress(offered.options, fits)
            self._left[key] = shaped(demands, day, chosen)
        return self._left[key]

    def _fits(self, agent_id: str, times: IntArray) -> BoolArray:
        start, end, paid = times
        fits: BoolArray = (start >= 0) & (end <= self.instance.grid.num_intervals)
        if agent_id in self.longest:
            fits &= paid <= self.longest[agent_id]
        for first, last in self._near(agent_id, times):
            fits &= (start >= last) | (end <= first)
        return fits

    def _near(self, agent_id: str, times: IntArray) -> Sequence[tuple[int, int]]:
        """Return the forbidden spans that some of the shifts may meet."""
        spans = self.forbidden.get(agent_id, ())
        if not spans or not times.size:
            return ()
        low = bisect_right(spans, int(times[0].min()), key=itemgetter(1))
        high = bisect_left(spans, int(times[1].max()), key=itemgetter(0))
        return spans[low:high]


def agent_days(
    instance: RosterInstance,
    constraints: Iterable[Constraint],
    known: Mapping[tuple[str, date], Shift] | None = None,
) -> tuple[AgentDay, ...]:
    """Return every agent's planned dates with the shifts that fit them by themselves.

    Forbidden time, the longest shift and locked dates are applied; shifts that leave
    the grid are dropped. *known* are the shifts that changes are counted from.
    """
    allowed = _Allowed(instance, constraints, known or {})
    return tuple(
        allowed.on(a, day)
        for a, agent in enumerate(instance.agents)
        for day in sorted(
            instance.planned_days.get(agent.agent_id, ()), key=lambda d: d.date_local
        )
    )


def shaped(
    demands: Iterable[ShapedShifts], day: date, options: Iterable[ShiftOption]
) -> tuple[ShiftOption, ...]:
    """Return what *demands* leave of *options*."""
    left = tuple(options)
    for demand in demands:
        left = tuple(n for option in left for n in demand.narrow(day, option))
    return left


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return *spans* rising, those that meet as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _has_room(option: ShiftOption, item: BreakWindow) -> bool:
    """Return whether the break can be taken inside the shift at all."""
    first = max(item.first_idx, option.start_idx)
    return first <= min(item.last_idx, option.end_idx - item.length_steps)


def _within(option: ShiftOption) -> ShiftOption:
    """Return *option* with windows cut so that no break leaves the shift."""
    cut = tuple(_cut(item, option) for item in option.breaks)
    return option if cut == option.breaks else replace(option, breaks=cut)


def _cut(item: BreakWindow, option: ShiftOption) -> BreakWindow:
    first = max(item.first_idx, option.start_idx)
    last = min(item.last_idx, option.end_idx - item.length_steps)
    if (first, last) == (item.first_idx, item.last_idx):
        return item
    return replace(item, first_idx=first, last_idx=last)


def _with_known(
    offered: tuple[ShiftOption, ...], known: Shift | None
) -> tuple[ShiftOption, ...]:
    """Return *offered* with *known* itself, if it is one of them, before its likes."""
    for i, option in enumerate(offered):
        if known is not None and is_of_shape(known, option):
            return (*offered[:i], option_of(known), *offered[i:])
    return offered


def is_of_shape(shift: Shift, option: ShiftOption) -> bool:
    """Return whether *shift* is *option*, its breaks somewhere in their windows."""
    breaks = [s for s in shift.spans if s.activity != WORK]
    return (
        (option.start_idx, option.end_idx, option.where)
        == (shift.start_idx, shift.end_idx, shift.where)
        and len(option.breaks) == len(breaks)
        and all(
            window.first_idx <= span.start_idx <= window.last_idx
            and span.end_idx - span.start_idx == window.length_steps
            and span.activity == window.kind
            and (span.paid, span.duty) == (window.paid, window.duty)
            for window, span in zip(option.breaks, breaks, strict=True)
        )
    )


def option_of(shift: Shift) -> ShiftOption:
    """Return *shift* as an option whose breaks leave no choice."""
    return ShiftOption(
        start_idx=shift.start_idx,
        end_idx=shift.end_idx,
        breaks=tuple(
            BreakWindow(
                first_idx=span.start_idx,
                last_idx=span.start_idx,
                length_steps=span.end_idx - span.start_idx,
                kind=span.activity,
                paid=span.paid,
                duty=span.duty,
            )
            for span in shift.spans
            if span.activity != WORK
        ),
        where=shift.where,
    )
