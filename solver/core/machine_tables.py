"""The tables of agents' machines; agents whose machines agree share them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from solver.constraints import DayPattern
from solver.core.options import AgentDay
from solver.machines import FREE, NOWHERE, Traits, Unrolled, narrowed, traits, unroll
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.arrays import IntArray


@dataclass(frozen=True, slots=True)
class DateReader:
    """What a machine makes of one date: its table, and the letter of each shift."""

    row: int = 0
    columns: Mapping[Traits, int] = field(default_factory=dict)

    def letter(self, option: ShiftOption) -> int:
        """Return the column of *option* in the date's table."""
        return self.columns.get(traits(option), FREE) if self.columns else FREE


NO_READER = DateReader()
"""Of everybody without a machine."""


class MachineTables:
    """The tables of all agents, those of a group unrolled together.

    Parameters
    ----------
    machines
        Agent row -> machines that read the agent's dates; agents without are absent.
    days
        Agent row -> the agent's dates in order.
    """

    def __init__(
        self,
        machines: Mapping[int, Sequence[DayPattern]],
        days: Mapping[int, Sequence[AgentDay]],
    ) -> None:
        self._days = days
        self._rows: list[IntArray] = []
        self._known: dict[tuple[tuple[int, ...], bytes], int] = {}
        self._readers: dict[int, list[DateReader]] = {}
        self._states: dict[int, tuple[int, int]] = {}
        groups: dict[Hashable, dict[int, Sequence[DayPattern]]] = {}
        for a, own in machines.items():
            if own and days.get(a):
                groups.setdefault(_key(own, days[a]), {})[a] = own
        for members in groups.values():
            self._add(members)

    def _add(self, members: Mapping[int, Sequence[DayPattern]]) -> None:
        """Unroll the machines of a group, over all shifts that its members may work."""
        shifts: dict[date, dict[Traits, ShiftOption]] = {}
        for day, options in self._offered(members):
            shifts.setdefault(day, {}).update({traits(o): o for o in options})
        unrolled = unroll(
            next(iter(members.values())),
            {day: found.values() for day, found in shifts.items()},
            [tuple(machine.start for machine in own) for own in members.values()],
        )
        alike: dict[Hashable, int] = {}
        for a, start in zip(members, unrolled.starts, strict=True):
            offered = tuple(id(item.options) for item in self._days[a])
            like = alike.setdefault((start, offered), a)
            if like == a:
                self._narrow(a, unrolled, start)
            else:
                self._states[a] = self._states[like]
                self._readers[a] = self._readers[like]

    def _offered(
        self, members: Iterable[int]
    ) -> Iterable[tuple[date, tuple[ShiftOption, ...]]]:
        """Return the dates of *members* and what is offered on them, each once."""
        items = (item for a in members for item in self._days[a])
        found = {(item.day.date_local, id(item.options)): item for item in items}
        return [(item.day.date_local, item.options) for item in found.values()]

    def _narrow(self, a: int, unrolled: Unrolled, start: int) -> None:
        """Keep what the agent's own shifts can reach."""
        letters = [
            {traits(o): unrolled.column(n, o) for o in item.options}
            for n, item in enumerate(self._days[a])
        ]
        kept = [sorted({FREE, *found.values()}) for found in letters]
        moves, first = narrowed(unrolled, start, kept)
        self._states[a] = max(map(len, moves)), first
        self._readers[a] = [
            DateReader(self._row(table), {k: own.index(c) for k, c in found.items()})
            for table, found, own in zip(moves, letters, kept, strict=True)
        ]

    def _row(self, table: IntArray) -> int:
        key = table.shape, table.tobytes()
        if key not in self._known:
            self._known[key] = len(self._rows)
            self._rows.append(table)
        return self._known[key]

    def readers(self, a: int) -> list[DateReader]:
        """Return a reader for each of the agent's dates, in order."""
        nothing = [NO_READER] * len(self._days.get(a, ()))
        return self._readers.get(a, nothing)

    def states(self, a: int) -> tuple[int, int]:
        """Return how many states the agent's machine has, and the first (0: none)."""
        return self._states.get(a, (0, 0))

    def table(self) -> IntArray:
        """Return ``[row, state, letter]`` of all tables."""
        states = max((len(moves) for moves in self._rows), default=1)
        letters = max((moves.shape[1] for moves in self._rows), default=1)
        shape = max(1, len(self._rows)), states, letters
        table = np.full(shape, NOWHERE, dtype=np.int64)
        for row, moves in enumerate(self._rows):
            table[row, : len(moves), : moves.shape[1]] = moves
        return table


def _key(machines: Sequence[DayPattern], days: Sequence[AgentDay]) -> Hashable:
    """Return what agents of one group have in common."""
    alike = tuple(id(m) if m.alike is None else m.alike for m in machines)
    return alike, tuple(item.day.date_local for item in days)
