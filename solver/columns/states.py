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

from solver.constraints import FAR_DAYS, ForbidNext, Spanned
from wfm.domain.arrays import BoolArray, IntArray

Groups: TypeAlias = Sequence[Sequence[frozenset[date]]]
"""Groups of dates, record by record."""
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

    def may_follow(
        self, before: Sequence[Spanned], after: Sequence[Spanned]
    ) -> BoolArray:
        """Return ``[i, j]`` whether *after* j may come the date after *before* i."""
        ends = np.array([s.end_idx for s in before], dtype=np.int64)
        starts = np.array([s.start_idx for s in after], dtype=np.int64)
        allowed = ends[:, None] + self.rest <= starts[None, :]
        for item in self.forbidden:
            first = np.array([item.first.holds(s) for s in before], dtype=bool)
            then = np.array([item.then.holds(s) for s in after], dtype=bool)
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
    builder = _Builder(days, runs, succession, groups)
    return builder.machine(list(builder.layers()))


class _Builder:
    def __init__(
        self, days: Sequence[Day], runs: Runs, succession: Succession, groups: Groups
    ) -> None:
        self.days, self.runs, self.num_groups = days, runs, max(1, len(groups))
        self.members, self.closing = _group_days(days, groups)
        following = [
            succession.may_follow(now.shifts, then.shifts)
            for now, then in pairwise(days)
        ]
        self.column: list[IntArray] = []
        samples: list[IntArray] = []
        for d, day in enumerate(days):
            # Shifts that follow the same ones and let the same ones follow are alike.
            parts = [np.zeros((len(day.shifts), 1), dtype=bool)]
            parts += [following[d]] if d < len(following) else []
            parts += [following[d - 1].T] if d else []
            _, sample, column = np.unique(
                np.hstack(parts), axis=0, return_index=True, return_inverse=True
            )
            self.column.append(np.asarray(column.reshape(-1) + 1, dtype=np.int64))
            samples.append(sample)
        # [d][last column, column of d less one]; after a free date anything may come
        self.allowed = [np.ones((1, len(samples[0])), dtype=bool)]
        for table, before, after in zip(
            following, samples[:-1], samples[1:], strict=True
        ):
            free = np.ones((1, len(after)), dtype=bool)
            self.allowed.append(np.vstack([free, table[np.ix_(before, after)]]))

    def layers(self) -> Iterator[dict[State, dict[int, State]]]:
        """Yield date by date: state -> column -> state after it."""
        states = [BEGIN]
        for d, day in enumerate(self.days):
            layer = {}
            for state in states:
                layer[state] = dict(self._work(d, state))
                rested = None if day.forced else self._rest(d, state)
                if rested is not None:
                    layer[state][FREE] = rested
            yield layer
            states = list({s: 0 for moves in layer.values() for s in moves.values()})

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

    def machine(self, layers: Sequence[dict[State, dict[int, State]]]) -> Machine:
        """Return the states of *layers* by number."""
        last = {to: 0 for moves in layers[-1].values() for to in moves.values()}
        names = [list(layer) for layer in layers] + [list(last)]
        place = [{state: n for n, state in enumerate(layer)} for layer in names]
        num_states = np.array([len(layer) for layer in names], dtype=np.int64)
        columns = 1 + max(table.shape[1] for table in self.allowed)
        shape = (len(layers), int(num_states.max()))
        moves = np.full((*shape, columns), -1, dtype=np.int64)
        hits = np.zeros((self.num_groups, *shape), dtype=np.int64)
        for d, layer in enumerate(layers):
            for state, to_of in layer.items():
                n = place[d][state]
                for column, to in to_of.items():
                    moves[d, n, column] = place[d + 1][to]
                hits[sorted(self.members[d] - state.touched), d, n] = 1
        return Machine(
            num_states=num_states, moves=moves, hits=hits, column=tuple(self.column)
        )


def _group_days(
    days: Sequence[Day], groups: Groups
) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """Return per date which records have it in a group, and whose group ends there."""
    members = [
        frozenset(
            g for g, dates in enumerate(groups) if any(day.date in s for s in dates)
        )
        for day in days
    ]
    closing = [
        frozenset(
            g
            for g, dates in enumerate(groups)
            if any(day.date == max(s) for s in dates)
        )
        for day in days
    ]
    return members, closing
