"""The tables of agents' machines; agents whose machines agree share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.constraints import DayPattern
from solver.core.options import AgentDay
from solver.machines import NOWHERE, Unrolled, unroll
from wfm.calendar.catalogue import ShiftOption
from wfm.domain.arrays import IntArray


@dataclass(frozen=True, slots=True)
class DateReader:
    """What a machine makes of one date: its table, and the letter of each shift."""

    row: int = 0
    unrolled: Unrolled | None = None
    place: int = 0

    def letter(self, option: ShiftOption) -> int:
        """Return the column of *option* in the date's table."""
        if self.unrolled is None:
            return 0
        return self.unrolled.column(self.place, option)


class MachineTables:
    """Collects the tables of all agents.

    Parameters
    ----------
    machines
        Agent row -> machines that read the agent's dates; agents without are absent.
    """

    def __init__(self, machines: Mapping[int, Sequence[DayPattern]]) -> None:
        self._machines = machines
        self._states: dict[int, int] = {}
        self._rows: dict[tuple[tuple[int, ...], ...], int] = {}

    def readers(self, a: int, days: Sequence[AgentDay]) -> list[DateReader]:
        """Return a reader for each of the agent's *days*, which are in order."""
        machines = self._machines.get(a, ())
        if not machines or not days:
            return [DateReader()] * len(days)
        unrolled = unroll(
            machines, {item.day.date_local: item.options for item in days}
        )
        self._states[a] = unrolled.num_states
        return [
            DateReader(self._rows.setdefault(moves, len(self._rows)), unrolled, place)
            for place, moves in enumerate(unrolled.moves)
        ]

    def num_states(self, a: int) -> int:
        """Return how many states the agent's machine has, 0 without one."""
        return self._states.get(a, 0)

    def table(self) -> IntArray:
        """Return ``[row, state, letter]`` of all tables."""
        states = max((len(moves) for moves in self._rows), default=1)
        letters = max((len(moves[0]) for moves in self._rows), default=1)
        table = np.full((max(1, len(self._rows)), states, letters), NOWHERE)
        for moves, row in self._rows.items():
            table[row, : len(moves), : len(moves[0])] = moves
        return table.astype(np.int64)
