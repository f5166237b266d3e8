"""Rules about an agent's dates in their order, as small machines.

A :class:`~solver.constraints.DayPattern` reads date after date and moves from state to
state. Several of them together are unrolled over the planned dates into one table per
date (*state, letter -> next state*) whose states are only those that can be reached
and can still end well, states that no future tells apart being one. Each machine is
unrolled by itself first, then they are multiplied one after the other, so that no
product is larger than it must be. Every search reads the result: the week programme
as a part of its states, CP-SAT as a flow.

:mod:`solver.order` puts other records that speak about dates in the same words.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from solver.constraints import DayPattern, Spanned
from wfm.domain.arrays import IntArray

Letter: TypeAlias = tuple[Hashable, ...]
Traits: TypeAlias = tuple[int, int, frozenset[str]]
FREE = 0
"""Column of a date without a shift."""
NOWHERE = -1


def traits(shift: Spanned) -> Traits:
    """Return all that a machine may read of *shift* on a date."""
    return shift.start_idx, shift.end_idx, shift.marks


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
        Per date ``[state, column]``: the state after it, -1 where that is not allowed.
    starts
        The state of the first date in which each of the given starts begins.
    """

    machines: tuple[DayPattern, ...]
    dates: tuple[date, ...]
    columns: tuple[Mapping[Letter, int], ...]
    moves: tuple[IntArray, ...]
    starts: tuple[int, ...]
    _known: dict[tuple[int, Traits], int] = field(default_factory=dict)

    @property
    def num_states(self) -> int:
        """Return the greatest number of states of any date."""
        return max((len(table) for table in self.moves), default=1)

    def column(self, place: int, shift: Spanned) -> int:
        """Return the column of *shift* on the date at *place*."""
        key = place, traits(shift)
        if key not in self._known:
            letter = _letter(self.machines, self.dates[place], shift)
            self._known[key] = self.columns[place][letter]
        return self._known[key]


def _letter(machines: Sequence[DayPattern], day: date, shift: Spanned | None) -> Letter:
    return tuple(machine.letter(day, shift) for machine in machines)


def unroll(
    machines: Sequence[DayPattern],
    days: Mapping[date, Iterable[Spanned]],
    starts: Sequence[Letter] | None = None,
) -> Unrolled:
    """Return *machines* over *days*: date -> the shifts that may be worked on it.

    *starts* are the states in which they may begin, one of each machine; by default
    the machines' own.
    """
    begin = [tuple(m.start for m in machines)] if starts is None else list(starts)
    dates = tuple(sorted(days))
    columns: list[dict[Letter, int]] = []
    for day in dates:
        found = {_letter(machines, day, None): FREE}
        for shift in days[day]:
            found.setdefault(_letter(machines, day, shift), len(found))
        columns.append(found)
    tables = [
        _single(machine, n, dates, columns, [start[n] for start in begin])
        for n, machine in enumerate(machines)
    ]
    joint = tables[0]
    for table in tables[1:]:
        joint = _product(joint, table)
    return Unrolled(
        tuple(machines), dates, tuple(columns), tuple(joint.moves), tuple(joint.starts)
    )


def narrowed(
    unrolled: Unrolled, start: int, columns: Sequence[Sequence[int]]
) -> tuple[list[IntArray], int]:
    """Return moves and first state for somebody who has only some letters.

    *columns* are the columns of *unrolled* that are kept, per date and in their order.
    """
    now, moves = np.array([start]), []
    for rows, kept in zip(unrolled.moves, columns, strict=True):
        after = rows[np.ix_(now, np.asarray(kept))]
        now = np.unique(after[after != NOWHERE])
        place = np.searchsorted(now, after)
        moves.append(np.where(after == NOWHERE, NOWHERE, place))
    table = _smallest(_Table(moves, [0]))
    return table.moves, table.starts[0]


@dataclass(frozen=True, slots=True)
class _Table:
    """Moves per date, and the state of the first date of each start."""

    moves: list[IntArray]
    starts: list[int]


def _single(
    machine: DayPattern,
    n: int,
    dates: tuple[date, ...],
    columns: Sequence[Mapping[Letter, int]],
    starts: Sequence[Hashable],
) -> _Table:
    """Return the table of the *n*-th machine, with the columns of all machines."""
    states = list(dict.fromkeys(starts))
    place = {state: i for i, state in enumerate(states)}
    moves: list[IntArray] = []
    for d, day in enumerate(dates):
        is_last = d + 1 == len(dates)
        until = day + timedelta(days=1) if is_last else dates[d + 1]
        own = list(dict.fromkeys(letter[n] for letter in columns[d]))
        following: dict[Hashable, int] = {}
        rows = []
        for state in states:
            row = {}
            for read in own:
                after = _over(machine, machine.step(state, day, read), day, until)
                if after is None or (is_last and not machine.may_end(after)):
                    row[read] = NOWHERE
                else:
                    row[read] = following.setdefault(after, len(following))
            rows.append([row[letter[n]] for letter in columns[d]])
        moves.append(np.array(rows, dtype=np.int64).reshape(-1, len(columns[d])))
        states = list(following)
    return _smallest(_Table(moves, [place[start] for start in starts]))


def _over(
    machine: DayPattern, state: Hashable | None, day: date, until: date
) -> Hashable | None:
    """Return the state after the dates between *day* and *until*, which are free."""
    day += timedelta(days=1)
    while state is not None and day < until:
        state = machine.step(state, day, machine.letter(day, None))
        day += timedelta(days=1)
    return state


def _product(one: _Table, two: _Table) -> _Table:
    """Return two machines as one."""
    width = max((len(table) for table in two.moves), default=1) + 1
    codes = np.array(one.starts) * width + np.array(two.starts)
    now, starts = np.unique(codes, return_inverse=True)
    moves: list[IntArray] = []
    for first, second in zip(one.moves, two.moves, strict=True):
        left, right = first[now // width], second[now % width]
        allowed = (left != NOWHERE) & (right != NOWHERE)
        after = np.where(allowed, left * width + right, NOWHERE)
        now = np.unique(after[allowed])
        moves.append(np.where(allowed, np.searchsorted(now, after), NOWHERE))
    return _smallest(_Table(moves, starts.tolist()))


def _smallest(table: _Table) -> _Table:
    """Drop states without a future and join states of the same future, from the end.

    The first state of each date leads nowhere; it stands for all that do.
    """
    moves: list[IntArray] = []
    renamed: IntArray | None = None
    for rows in reversed(table.moves):
        after = 0 if renamed is None else renamed[rows]
        future = np.where(rows == NOWHERE, NOWHERE, after)
        alive = (future != NOWHERE).any(axis=1)
        kept, place = np.unique(future[alive], axis=0, return_inverse=True)
        renamed = np.full(len(rows) + 1, NOWHERE)
        renamed[np.flatnonzero(alive)] = place.reshape(-1) + 1
        dead = np.full((1, rows.shape[1]), NOWHERE)
        moves.append(np.vstack([dead, kept]).astype(np.int64))
    moves.reverse()
    first = table.starts if renamed is None else renamed[table.starts]
    return _Table(moves, [max(0, int(state)) for state in first])
