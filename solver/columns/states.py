"""States between dates: what the past of a stretch means for the dates to come.

A state says how long the last run of dates with or without a shift was (as far as that
matters), which shift ended it (as far as later ones may not follow it), and which
groups of dates that are not over have been worked in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from solver.columns.members import Members
from solver.constraints import FAR_DAYS, ForbidNext, Spanned
from wfm.domain.arrays import BoolArray, IntArray

Groups: TypeAlias = Sequence[Sequence[frozenset[date]]]
"""Groups of dates, record by record."""
Names: TypeAlias = tuple[tuple[int, int, int], ...]
"""Start, end and sets of the shifts of a date."""
FREE = 0


@dataclass(slots=True, kw_only=True)
class Runs:
    """Limits on runs of dates, tightest of each, and what the past has."""

    most_work: int = FAR_DAYS
    least_work: int = 1
    least_free: int = 1
    worked_before: int = 0
    work_before: int = FAR_DAYS
    free_before: int = FAR_DAYS


@dataclass(slots=True, kw_only=True)
class Succession:
    """What may follow what on the next date: rest, and kinds of shifts."""

    rest: int = 0
    forbidden: list[ForbidNext] = field(default_factory=list)
    members: Members = field(default_factory=Members)

    def relevant(self) -> int:
        """Return the bits of the sets that say what may follow what."""
        return self.members.bits(s for f in self.forbidden for s in (f.first, f.then))

    def names(self, day: Sequence[Spanned], base: int, relevant: int) -> Names:
        """Return what tells shifts apart, the same for dates that are alike.

        *base* is the step that times are counted from; *relevant* are bits of sets.
        """
        return tuple(
            (s.start_idx - base, s.end_idx - base, self.members.of(s) & relevant)
            for s in day
        )

    def may_follow(self, before: Names, after: Names) -> BoolArray:
        """Return ``[i, j]`` whether *after* j may come the date after *before* i."""
        ends = np.array([end for _, end, _ in before], dtype=np.int64)
        starts = np.array([start for start, _, _ in after], dtype=np.int64)
        allowed = ends[:, None] + self.rest <= starts[None, :]
        for item in self.forbidden:
            bits = self.members.bit(item.first), self.members.bit(item.then)
            first = np.array([held & bits[0] for _, _, held in before], dtype=bool)
            then = np.array([held & bits[1] for _, _, held in after], dtype=bool)
            allowed &= ~(first[:, None] & then[None, :])
        return np.asarray(allowed)


class State(NamedTuple):
    """Length of the run: for the most, for the least; its kind; last shift; groups."""

    is_work: bool
    most: int
    least: int
    last: int
    touched: frozenset[int]


BEGIN = State(False, -1, -1, FREE, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One date: its shifts, and whether one of them must be worked."""

    date: date
    shifts: tuple[Spanned, ...]
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """States date by date: see :class:`solver.columns.tables.StretchTables`."""

    num_states: IntArray
    moves: IntArray
    hits: IntArray
    column: tuple[IntArray, ...]


def build_machine(
    days: Sequence[Day], runs: Runs, succession: Succession, groups: Groups
) -> Machine:
    """Return the states of one agent over consecutive *days*."""
    return _Builder(days, runs, succession, groups).machine()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """Moves and hits from the states before a date, and the states after it."""

    moves: IntArray
    hits: IntArray
    after: tuple[State, ...]


class _Builder:
    """Dates that are alike share what was found out about the first of them."""

    def __init__(
        self, days: Sequence[Day], runs: Runs, succession: Succession, groups: Groups
    ) -> None:
        self.days, self.runs, self.num_groups = days, runs, max(1, len(groups))
        self.members, self.closing = _group_days(days, groups)
        self.succession, self._relevant = succession, succession.relevant()
        self._tables: dict[tuple[Names, Names], BoolArray] = {}
        self._samples: dict[tuple[int, int, int], tuple[IntArray, IntArray]] = {}
        self._allowed: dict[tuple[int, ...], BoolArray] = {}
        following = [self._following(now, then) for now, then in pairwise(days)]
        found = [self._columns(d, following) for d in range(len(days))]
        self.column = [column for column, _ in found]
        # [d][last column, column of d less one]; after a free date anything may come
        self.allowed = [np.ones((1, len(found[0][1])), dtype=bool)]
        for table, (_, before), (_, after) in zip(
            following, found[:-1], found[1:], strict=True
        ):
            key = id(table), id(before), id(after)
            if key not in self._allowed:
                free = np.ones((1, len(after)), dtype=bool)
                self._allowed[key] = np.vstack([free, table[np.ix_(before, after)]])
            self.allowed.append(self._allowed[key])

    def _following(self, now: Day, then: Day) -> BoolArray:
        base = now.shifts[0].start_idx if now.shifts else 0
        base = base if now.shifts or not then.shifts else then.shifts[0].start_idx
        names = self.succession.names
        before = names(now.shifts, base, self._relevant)
        key = before, names(then.shifts, base, self._relevant)
        if key not in self._tables:
            self._tables[key] = self.succession.may_follow(*key)
        return self._tables[key]

    def _columns(
        self, d: int, following: Sequence[BoolArray]
    ) -> tuple[IntArray, IntArray]:
        """Return the column of each shift of a date, and a shift of each column.

        Shifts that follow the same ones and let the same ones follow are alike.
        """
        size = len(self.days[d].shifts)
        after = following[d] if d < len(following) else np.zeros((size, 0), dtype=bool)
        before = following[d - 1].T if d else np.zeros((size, 0), dtype=bool)
        key = (
            size,
            id(after) if d < len(following) else 0,
            id(following[d - 1]) if d else 0,
        )
        if key not in self._samples:
            table = np.hstack([np.zeros((size, 1), dtype=bool), after, before])
            _, sample, column = np.unique(
                table, axis=0, return_index=True, return_inverse=True
            )
            self._samples[key] = (
                np.asarray(column.reshape(-1) + 1, dtype=np.int64),
                sample,
            )
        return self._samples[key]

    def machine(self) -> Machine:
        """Return the states by number, date by date."""
        kinds: dict[tuple[object, ...], _Layer] = {}
        layers: list[_Layer] = []
        states: tuple[State, ...] = (BEGIN,)
        width = 1 + max(table.shape[1] for table in self.allowed)
        for d, day in enumerate(self.days):
            key = (
                states,
                id(self.allowed[d]),
                day.forced,
                self.members[d],
                self.closing[d],
            )
            if key not in kinds:
                kinds[key] = self._layer(d, states, width)
            layers.append(kinds[key])
            states = kinds[key].after
        sizes = [*(len(layer.moves) for layer in layers), len(states)]
        shape = (len(layers), max(sizes))
        moves = np.full((*shape, width), -1, dtype=np.int64)
        hits = np.zeros((self.num_groups, *shape), dtype=np.int64)
        for d, layer in enumerate(layers):
            moves[d, : sizes[d]] = layer.moves
            hits[:, d, : sizes[d]] = layer.hits
        return Machine(
            num_states=np.array(sizes, dtype=np.int64),
            moves=moves,
            hits=hits,
            column=tuple(self.column),
        )

    def _layer(self, d: int, states: Sequence[State], width: int) -> _Layer:
        """Return where the shifts of date *d* lead from *states*."""
        place: dict[State, int] = {}
        moves = np.full((len(states), width), -1, dtype=np.int64)
        hits = np.zeros((self.num_groups, len(states)), dtype=np.int64)
        for n, state in enumerate(states):
            hits[sorted(self.members[d] - state.touched), n] = 1
            for column, to in self._work(d, state):
                moves[n, column] = place.setdefault(to, len(place))
            rested = None if self.days[d].forced else self._rest(d, state)
            if rested is not None:
                moves[n, FREE] = place.setdefault(rested, len(place))
        return _Layer(moves=moves, hits=hits, after=tuple(place))

    def _rest(self, d: int, state: State) -> State | None:
        """Return the state after a free date, if one is allowed."""
        runs = self.runs
        if state == BEGIN:
            length = runs.free_before + 1
            may_rest = runs.work_before == 0 or runs.work_before >= runs.least_work
        elif state.is_work:
            length, may_rest = 1, state.least >= runs.least_work
        else:
            length, may_rest = state.least + 1, True
        touched = state.touched - self.closing[d]
        least = min(length, runs.least_free)
        return State(False, 0, least, FREE, touched) if may_rest else None

    def _work(self, d: int, state: State) -> Iterator[tuple[int, State]]:
        """Yield column and state after each kind of shift that is allowed."""
        runs = self.runs
        if state == BEGIN:
            most, least = runs.worked_before + 1, runs.work_before + 1
            may_work = runs.free_before == 0 or runs.free_before >= runs.least_free
        elif state.is_work:
            most, least, may_work = state.most + 1, state.least + 1, True
        else:
            most, least, may_work = 1, 1, state.least >= runs.least_free
        if not may_work or most > runs.most_work:
            return
        most = most if runs.most_work < FAR_DAYS else 1
        least = min(least, runs.least_work)
        touched = (state.touched | self.members[d]) - self.closing[d]
        for j in np.flatnonzero(self.allowed[d][state.last]).tolist():
            yield j + 1, State(True, most, least, j + 1, touched)


def _group_days(
    days: Sequence[Day], groups: Groups
) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """Return per date which records have it in a group, and whose group ends there."""
    inside = [frozenset[date]().union(*record) for record in groups]
    ends = [frozenset(max(own) for own in record) for record in groups]
    members, closing = (
        [
            frozenset(g for g, dates in enumerate(found) if day.date in dates)
            for day in days
        ]
        for found in (inside, ends)
    )
    return members, closing
