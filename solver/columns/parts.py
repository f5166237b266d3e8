"""What one agent's programme is made of, and its tables.

The same parts make the tables of all dates, and of some of them
(:mod:`solver.columns.window`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solver.columns.counters import Core, Limits
from solver.columns.tables import HIGH, LEAST, StretchTables
from wfm.domain.arrays import IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What choices add up to must lie in a range.

    *uses* ``[c]``; *by_shift* says that no shift adds more than one, and that every
    shift has hours.
    """

    uses: IntArray
    least: int
    most: int
    by_shift: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """States, choices and what is counted.

    Attributes
    ----------
    num_states, moves, hits, first_choice, column
        As in :class:`solver.columns.tables.StretchTables`.
    hours
        ``[c]`` hours of a choice in the largest unit; *least_hours* and *most_hours*
        are their range.
    most_groups
        Groups of each record of *hits* that may be worked in.
    ranges
        What else is counted.
    is_soft
        Whether less than the least hours costs, rather than being forbidden.
    """

    num_states: IntArray
    moves: IntArray
    hits: IntArray
    first_choice: IntArray
    column: IntArray
    hours: IntArray
    least_hours: int
    most_hours: int
    most_groups: tuple[int, ...]
    ranges: tuple[Range, ...]
    is_soft: bool = False

    @property
    def num_days(self) -> int:
        """Number of dates."""
        return len(self.first_choice) - 1

    def room(self, uses: IntArray) -> IntArray:
        """Return ``[d]`` the most that dates from d on can add."""
        most = greatest(uses, self.first_choice)
        return np.cumsum(np.append(0, most[::-1]), dtype=np.int64)[::-1].copy()

    def tables(self) -> StretchTables:
        """Return the tables."""
        limits = self._limits()
        scarce = limits.take_scarcest()
        return self._tables(limits, self._core(scarce))

    def loose(self) -> StretchTables:
        """Return tables that count nothing but groups."""
        core = Core(
            hours=np.zeros_like(self.hours),
            hours_range=(0, 0),
            most_groups=self.most_groups[0] if self.most_groups else None,
            scarce=None,
        )
        return self._tables(Limits(), core)

    def num_places(self) -> int:
        """Return how many places the table of bounds has for each date and state."""
        return len(self._core(self._limits().take_scarcest()).final())

    def _core(self, scarce: tuple[IntArray, int] | None) -> Core:
        return Core(
            hours=self.hours,
            hours_range=(self.least_hours, self.most_hours),
            most_groups=self.most_groups[0] if self.most_groups else None,
            scarce=scarce,
            is_soft=self.is_soft,
        )

    def _tables(self, limits: Limits, core: Core) -> StretchTables:
        step = core.step()
        block, first_block, block_column, block_step = _blocks(
            self.first_choice, self.column, step
        )
        return StretchTables(
            num_states=self.num_states,
            moves=self.moves,
            hits=self.hits,
            first_choice=self.first_choice,
            column=self.column,
            step=step,
            uses=_by_column(limits.uses, len(self.column)),
            block=block,
            first_block=first_block,
            block_column=block_column,
            block_step=block_step,
            core=core.sizes(),
            final=core.final(),
            limits=np.array(limits.rows, dtype=np.int64).reshape(-1, 5),
            room=_by_column(limits.room, self.num_days + 1),
        )

    def _limits(self) -> Limits:
        limits = Limits()
        for item in self.ranges:
            self._limit(limits, item)
        for g, most in enumerate(self.most_groups[1:], 1):
            a_day = self.hits[g].max(axis=1, initial=0)
            room = np.append(np.cumsum(a_day[::-1])[::-1], 0)
            if most < room[0]:
                last = int(np.flatnonzero(a_day)[-1])
                limits.rows.append([HIGH, most, last, g, 0])
                limits.uses.append(np.zeros_like(self.column))
                limits.room.append(room)
        return limits

    def _limit(self, limits: Limits, item: Range) -> None:
        room = self.room(item.uses)
        used_on = np.flatnonzero(-np.diff(room))
        last = int(used_on[-1]) if len(used_on) else 0
        for kind, bound in ((LEAST, item.least), (HIGH, item.most)):
            if bound > 0 if kind == LEAST else bound < room[0]:
                limits.rows.append([kind, bound, last, -1, int(item.by_shift)])
                limits.uses.append(item.uses)
                limits.room.append(room)


def greatest(uses: IntArray, first: IntArray) -> IntArray:
    """Return ``[d]`` the greatest of ``uses[first[d]:first[d + 1]]``, at least 0."""
    padded = np.append(np.maximum(uses, 0), 0)
    most = np.maximum.reduceat(padded, first)[:-1]
    return np.where(np.diff(first) > 0, most, 0)


def _by_column(rows: Sequence[IntArray], length: int) -> IntArray:
    """Return *rows* of that length as columns."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), length)
    return np.ascontiguousarray(table.T)


def _blocks(
    first_choice: IntArray, column: IntArray, step: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the block of each choice, where a date's blocks begin, what they are."""
    day = np.repeat(np.arange(len(first_choice) - 1), np.diff(first_choice))
    keys = np.stack([day, column, step], axis=1)
    found, block = np.unique(keys, axis=0, return_inverse=True)
    first = np.searchsorted(found[:, 0], np.arange(len(first_choice)))
    return (
        np.asarray(block.reshape(-1), dtype=np.int64),
        np.asarray(first, dtype=np.int64),
        found[:, 1].copy(),
        found[:, 2].copy(),
    )
