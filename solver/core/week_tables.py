"""From the shifts allowed on each date to the flat tables of the week programme."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from solver.core.limits import AGENT_LIMITS, WEEK_LIMITS, Limits
from solver.core.machine_tables import DateReader, MachineTables
from solver.core.options import AgentDay
from solver.core.shapes import Shape, Shapes
from solver.core.tables import (
    END_ROW,
    FIRST_BREAK,
    FIRST_OPTION,
    LIKE,
    WeekTables,
)
from solver.term import WeekHoursPrice
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.roster import RosterInstance

NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """The rows of one agent-day, counted from its own first row of each table."""

    starts: IntArray
    options: IntArray
    breaks: IntArray
    windows: IntArray
    ends: IntArray
    moves: int


def _piece(
    shape: Shape, limits: IntArray, jump: IntArray, reader: DateReader
) -> _Piece:
    """Return the rows of a date.

    Ends between the same two *limits* bind later shifts alike, and the last of them
    stands for all. *jump* ``[option]`` are the jump rows of the shifts; *reader* says
    what the agent's machine makes of the date.
    """
    between = np.searchsorted(limits, shape.ends)
    is_last = np.append(between[1:] != between[:-1], True)[: len(between)]
    end_row = (np.cumsum(is_last) - is_last)[shape.end_place]
    letter = np.array([reader.letter(o) for o in shape.options], dtype=np.int64)
    firsts = np.flatnonzero(shape.is_first)
    return _Piece(
        starts=np.column_stack([shape.start[firsts], firsts]),
        options=np.column_stack(
            [
                shape.start,
                shape.end,
                end_row,
                jump,
                shape.first_break,
                letter,
                shape.home,
                _first_like(shape.start, end_row, jump, letter),
            ]
        ),
        breaks=shape.breaks,
        windows=shape.windows,
        ends=shape.ends[is_last],
        moves=reader.row,
    )


def _first_like(*columns: IntArray) -> IntArray:
    """Return for each row the first one with the same values in all *columns*."""
    _, first, which = np.unique(
        np.column_stack(columns), axis=0, return_index=True, return_inverse=True
    )
    return np.asarray(first[which.reshape(-1)])


class _Jumps:
    """Totals of paid time and what shifts add to them; people alike share rows."""

    def __init__(self) -> None:
        self._rows: list[list[int]] = []
        self._known: dict[tuple[tuple[int, ...], int], tuple[list[int], int]] = {}

    def of(self, lengths: IntArray, most: int) -> tuple[list[int], int]:
        """Return the totals up to *most*, and the row of the first of *lengths*."""
        own = tuple(lengths.tolist())
        if (own, most) not in self._known:
            sums = paid_sums(own, most)
            self._known[own, most] = sums, len(self._rows)
            self._rows += [_jumps(sums, length) for length in own]
        return self._known[own, most]

    def table(self) -> IntArray:
        """Return ``[row, total]`` the place of the total after a shift, or -1."""
        width = max((len(row) for row in self._rows), default=1)
        table = np.full((len(self._rows), width), -1, dtype=np.int64)
        for n, row in enumerate(self._rows):
            table[n, : len(row)] = row
        return table


def paid_sums(lengths: Collection[int], most: int) -> list[int]:
    """Return every total up to *most* of shifts with these paid *lengths*, rising."""
    sums = {0}
    new = {0}
    while new:
        new = {a + b for a in new for b in lengths if a + b <= most} - sums
        sums |= new
    return sorted(sums)


def _jumps(sums: list[int], length: int) -> list[int]:
    """Return for each total the place of the total with *length* more, or -1."""
    place = {total: i for i, total in enumerate(sums)}
    return [place.get(total + length, -1) for total in sums]


def end_limits(later: Sequence[Shape], limits: Limits, a: int) -> IntArray:
    """Return the steps up to which a shift has to end if *later* ones are to follow.

    One for the rest before each later start, and one for each free stretch that a gap
    up to a later start, or to the end of the plan, may be.
    """
    starts = np.concatenate([NOTHING, *(shape.start for shape in later)])
    found = [starts - limits.rest[a]]
    for stretch in limits.stretches_of(a):
        until = np.minimum(np.append(starts, stretch.end_idx), stretch.end_idx)
        found.append(until - stretch.min_steps)
    return np.unique(np.concatenate(found))


class _Pieces:
    """The pieces of everybody's dates; people alike share theirs."""

    def __init__(self, limits: Limits, machines: MachineTables) -> None:
        self._limits, self._machines = limits, machines
        self._shapes, self._jumps = Shapes(), _Jumps()
        self._known: dict[Hashable, tuple[_Piece, ...]] = {}

    def of(self, a: int, own: Sequence[AgentDay]) -> tuple[list[int], Sequence[_Piece]]:
        """Return the agent's totals of paid time and a piece for each date."""
        shapes = [self._shapes.of(item.options) for item in own]
        lengths = _distinct([shape.paid for shape in shapes])
        sums, jump = self._jumps.of(lengths, max(0, *self._limits.high[a]))
        readers = self._machines.readers(a)
        key = (
            tuple(map(id, shapes)),
            tuple(map(id, readers)),
            jump,
            self._limits.rest[a],
            tuple(
                (s.start_idx, s.end_idx, s.min_steps)
                for s in self._limits.stretches_of(a)
            ),
        )
        if key not in self._known:
            self._known[key] = tuple(
                _piece(
                    shape,
                    end_limits(shapes[n + 1 :], self._limits, a),
                    jump + np.searchsorted(lengths, shape.paid),
                    readers[n],
                )
                for n, shape in enumerate(shapes)
            )
        return sums, self._known[key]

    def jumps(self) -> IntArray:
        """Return the table of jumps."""
        return self._jumps.table()


class _Beyond:
    """Collects what totals of weeks cost beyond what is normal; like rows are one."""

    def __init__(
        self, instance: RosterInstance, prices: Iterable[WeekHoursPrice]
    ) -> None:
        rows = instance.agent_index()
        self._prices: dict[tuple[int, int], list[WeekHoursPrice]] = {}
        for price in prices:
            key = rows[price.agent_id], price.week
            self._prices.setdefault(key, []).append(price)
        self._rows: dict[tuple[float, ...], int] = {}

    def add(self, a: int, week: int, sums: Sequence[int]) -> int:
        """Return the row of an agent's week whose totals are *sums*; -1: no price."""
        found = self._prices.get((a, week))
        if not found:
            return -1
        row = tuple(
            float(sum(p.price * max(0, total - p.after_steps) for p in found))
            for total in sums
        )
        return self._rows.setdefault(row, len(self._rows))

    def table(self) -> FloatArray:
        """Return the rows; what follows a row's last total costs as much as that."""
        width = max((len(row) for row in self._rows), default=1)
        padded = [(*row, *row[-1:] * (width - len(row))) for row in self._rows]
        return np.array(padded, dtype=np.float64).reshape(len(padded), width)


def week_tables(
    instance: RosterInstance,
    days: Sequence[AgentDay],
    limits: Limits,
    prices: Iterable[WeekHoursPrice] = (),
) -> WeekTables:
    """Return the tables of *days*, which are sorted by agent and date."""
    beyond = _Beyond(instance, prices)
    own_days: dict[int, list[AgentDay]] = {}
    for item in days:
        own_days.setdefault(item.agent, []).append(item)
    machines = MachineTables(limits.machines, own_days)
    pieces = _Pieces(limits, machines)
    agents: list[list[int]] = []
    weeks: list[list[list[int]]] = []
    found: list[_Piece] = []
    for a in range(len(instance.agents)):
        sums, own = pieces.of(a, own_days.get(a, []))
        agents.append([len(found), *limits.of_agent(a, *machines.states(a)), len(sums)])
        own_weeks = enumerate(limits.of_weeks(a, sums))
        weeks.append([[*row, beyond.add(a, w, sums)] for w, row in own_weeks])
        found += own
    agents.append([len(found), *[0] * AGENT_LIMITS, 0])
    joined = _Joined(found)
    return WeekTables(
        agents=np.array(agents, dtype=np.int64),
        weeks=np.array(weeks, dtype=np.int64).reshape(
            len(weeks), limits.num_weeks, WEEK_LIMITS + 1
        ),
        days=joined.days(days),
        starts=joined.starts(),
        options=joined.options(),
        breaks=joined.breaks(),
        windows=joined.rows("windows", 4),
        ends=joined.rows("ends"),
        jumps=pieces.jumps(),
        beyond=beyond.table(),
        moves=machines.table(),
    )


class _Joined:
    """The rows of all pieces, one after the other; each counted from the first."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces = pieces
        self._edges = {
            name: np.cumsum([0, *(len(getattr(piece, name)) for piece in pieces)])
            for name in ("starts", "options", "breaks", "windows", "ends")
        }

    def rows(self, name: str, *width: int) -> IntArray:
        """Return the rows of one table, of *width* columns if it has some."""
        parts = (getattr(piece, name) for piece in self._pieces)
        return np.concatenate([np.zeros((0, *width), dtype=np.int64), *parts])

    def _first(self, name: str, of: str) -> IntArray:
        """Return for each row of table *of* the first row of *name* of its date."""
        return np.repeat(self._edges[name][:-1], np.diff(self._edges[of]))

    def _num(self, name: str) -> int:
        return int(self._edges[name][-1])

    def days(self, items: Sequence[AgentDay]) -> IntArray:
        """Return the rows of days, and the one that ends the last ranges."""
        own = [
            [d.day.date_local.toordinal(), d.day.week, int(d.locked is not None)]
            for d in items
        ]
        edges = [self._edges[name] for name in ("starts", "windows", "ends")]
        moves = [*(piece.moves for piece in self._pieces), 0]
        return np.column_stack([np.array([*own, [0, 0, 0]]), *edges, moves])

    def starts(self) -> IntArray:
        """Return the rows of starts, and the one that ends the last range."""
        rows = self.rows("starts", 2)
        rows[:, FIRST_OPTION] += self._first("options", "starts")
        return np.vstack([rows, [[0, self._num("options")]]])

    def options(self) -> IntArray:
        """Return the rows of options, and the one that ends the last range."""
        rows = self.rows("options", 8)
        for column, name in (
            (END_ROW, "ends"),
            (FIRST_BREAK, "breaks"),
            (LIKE, "options"),
        ):
            rows[:, column] += self._first(name, "options")
        return np.vstack([rows, [[0, 0, 0, 0, self._num("breaks"), 0, 0, -1]]])

    def breaks(self) -> IntArray:
        """Return the window row of each break of each option."""
        return self.rows("breaks") + self._first("windows", "breaks")


def _distinct(parts: Sequence[IntArray]) -> IntArray:
    return np.unique(np.concatenate([NOTHING, *parts]))
