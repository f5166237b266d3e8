"""A whole roster as one stretch per agent, and single agents moved to their best."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.pricer import Column, Pricer
from wfm.domain.arrays import FloatArray
from wfm.domain.roster import Roster


class Incumbent:
    """One stretch per agent (or none yet), and what they cost together."""

    def __init__(self, stretches: Stretches, pricer: Pricer) -> None:
        self.stretches, self.pricer = stretches, pricer
        self.columns: list[Column | None] = [None] * len(stretches.agents)
        self.count = np.zeros(len(stretches.wanted), dtype=np.int64)
        self.base = sum(agent.base for agent in stretches.agents)

    @property
    def is_whole(self) -> bool:
        """Whether every agent has a stretch."""
        return all(column is not None for column in self.columns)

    @property
    def objective(self) -> int:
        """What the roster costs."""
        own = sum(column.cost for column in self.columns if column is not None)
        return self.base + own + self.stretches.row_cost(self.count)

    def row_costs(self) -> FloatArray:
        """Return ``[row]`` what missing and surplus shifts cost."""
        return self.stretches.row_costs(self.count)

    def put(self, a: int, column: Column | None) -> None:
        """Give agent *a* a stretch, or take it away."""
        old = self.columns[a]
        if old is not None:
            np.add.at(self.count, old.rows, -1)
        if column is not None:
            np.add.at(self.count, column.rows, 1)
        self.columns[a] = column

    def take(self, agents: Iterable[int]) -> list[Column]:
        """Take the stretches of some agents away and return them."""
        found = []
        for a in agents:
            column = self.columns[a]
            if column is not None:
                found.append(column)
                self.put(a, None)
        return found

    def respond(self, a: int, noise: FloatArray | None = None) -> None:
        """Give agent *a* the best stretch against all others', exactly.

        *noise* ``[row]`` is added to what a shift is worth; a good stretch will then
        do.
        """
        old = self.columns[a]
        self.put(a, None)
        stretches = self.stretches
        prices = np.where(
            self.count < stretches.wanted, stretches.short, -stretches.over
        ).astype(float)
        if noise is None:
            found = self.pricer.price(a, prices)
        else:
            found = self.pricer.price(a, prices + noise, exact=False)
        self.put(a, found.column or old)

    def sweep(self, order: Sequence[int], stop: Callable[[], bool]) -> None:
        """Let agents respond one after the other while that helps."""
        before = self.objective + 1
        while self.is_whole and self.objective < before:
            before = self.objective
            for a in order:
                if stop():
                    return
                self.respond(a)

    def roster(self) -> Roster:
        """Return the roster."""
        return Roster(
            shifts=tuple(
                self.stretches.agents[column.agent].shift(c)
                for column in self.columns
                if column is not None
                for c in column.choices.tolist()
            )
        )

    def load(self, roster: Roster) -> None:
        """Take over a roster whose shifts are all among the agents' choices."""
        own = roster.by_agent()
        for a, agent in enumerate(self.stretches.agents):
            choices = agent.choices_of(own.get(agent.agent_id, ()))
            self.put(a, self.pricer.column(a, choices))
