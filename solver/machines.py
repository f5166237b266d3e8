"""Rules about an agent's dates in their order, as small machines.

A :class:`~solver.constraints.DayPattern` reads date after date and moves from state to
state. Several of them together are unrolled over the planned dates into one table per
date (*state, letter -> next state*) whose states are only those that can be reached
and can still end well, states that no future tells apart being one. Every search reads
that table: the week programme as a part of its states, CP-SAT as a flow.

:mod:`solver.order` puts other records that speak about dates in the same words.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from solver.constraints import DayPattern, Spanned

Letter: TypeAlias = tuple[Hashable, ...]
Moves: TypeAlias = tuple[tuple[int, ...], ...]
FREE = 0
"""Column of a date without a shift."""
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Unrolled:
    """Machines over the planned dates.

    Attributes
    ----------
    machines
        What is unrolled.
    dates
        The planned dates, rising.
    columns
        Per date: letter -> column of its table; column 0 is a date without a shift.
    moves
        Per date ``[state][column]``: the state after it, -1 where that is not allowed.
        The plan begins in state 0 of the first date.
    """

    machines: tuple[DayPattern, ...]
    dates: tuple[date, ...]
    columns: tuple[Mapping[Letter, int], ...]
    moves: tuple[Moves, ...]

    @property
    def num_states(self) -> int:
        """Return the greatest number of states of any date."""
        return max((len(table) for table in self.moves), default=1)

    @property
    def num_columns(self) -> int:
        """Return the greatest number of letters of any date."""
        return max((len(found) for found in self.columns), default=1)

    def column(self, place: int, shift: Spanned | None) -> int:
        """Return the column of *shift* on the date at *place*."""
        return self.columns[place][_letter(self.machines, self.dates[place], shift)]


def _letter(machines: Sequence[DayPattern], day: date, shift: Spanned | None) -> Letter:
    return tuple(machine.letter(day, shift) for machine in machines)


def unroll(
    machines: Iterable[DayPattern],
    days: Mapping[date, Sequence[Spanned]],
) -> Unrolled:
    """Return *machines* over *days*: date -> the shifts that may be worked on it."""
    known, dates = tuple(machines), tuple(sorted(days))
    columns: list[dict[Letter, int]] = []
    for day in dates:
        found = {_letter(known, day, None): FREE}
        for shift in days[day]:
            found.setdefault(_letter(known, day, shift), len(found))
        columns.append(found)
    layers = _forward(known, dates, columns)
    return Unrolled(
        known,
        dates,
        tuple(columns),
        _smallest(layers, [len(found) for found in columns]),
    )


_Layer: TypeAlias = list[list[int]]


def _forward(
    machines: tuple[DayPattern, ...],
    dates: tuple[date, ...],
    columns: Sequence[Mapping[Letter, int]],
) -> list[_Layer]:
    """Return the moves between the states that can be reached, date by date."""
    states: list[Letter] = [tuple(machine.start for machine in machines)]
    layers: list[_Layer] = []
    for place, day in enumerate(dates):
        following: dict[Letter, int] = {}
        is_last = place + 1 == len(dates)
        until = day + timedelta(days=1) if is_last else dates[place + 1]
        layer = []
        for state in states:
            row = []
            for letter in columns[place]:
                after = _over(machines, _step(machines, state, day, letter), day, until)
                if after is None or (is_last and not _may_end(machines, after)):
                    row.append(NOWHERE)
                else:
                    row.append(following.setdefault(after, len(following)))
            layer.append(row)
        layers.append(layer)
        states = list(following)
    return layers


def _step(
    machines: tuple[DayPattern, ...], state: Letter, day: date, letter: Letter
) -> Letter | None:
    after = []
    for machine, now, read in zip(machines, state, letter, strict=True):
        following = machine.step(now, day, read)
        if following is None:
            return None
        after.append(following)
    return tuple(after)


def _over(
    machines: tuple[DayPattern, ...], state: Letter | None, day: date, until: date
) -> Letter | None:
    """Return the state after the dates between *day* and *until*, which are free."""
    day += timedelta(days=1)
    while state is not None and day < until:
        state = _step(machines, state, day, _letter(machines, day, None))
        day += timedelta(days=1)
    return state


def _may_end(machines: tuple[DayPattern, ...], state: Letter) -> bool:
    return all(m.may_end(now) for m, now in zip(machines, state, strict=True))


def _smallest(layers: Sequence[_Layer], widths: Sequence[int]) -> tuple[Moves, ...]:
    """Drop states without a future and join states of the same future, from the end."""
    found: list[Moves] = []
    ends = {to for layer in layers[-1:] for row in layer for to in row}
    renamed = {to: NOWHERE if to == NOWHERE else 0 for to in ends}
    for layer, width in zip(reversed(layers), reversed(widths), strict=True):
        known: dict[tuple[int, ...], int] = {}
        futures = [tuple(renamed[to] for to in row) for row in layer]
        renamed = {NOWHERE: NOWHERE}
        for state, future in enumerate(futures):
            is_dead = all(to == NOWHERE for to in future)
            place = NOWHERE if is_dead else known.setdefault(future, len(known))
            renamed[state] = place
        found.append(tuple(known) or ((NOWHERE,) * width,))
    return tuple(reversed(found))
