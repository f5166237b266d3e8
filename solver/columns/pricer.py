"""Prices agents' stretches: the best one of each, at given prices of the rows."""

from dataclasses import dataclass
from math import prod

import numpy as np

from solver.columns.compile import Stretches
from solver.columns.programme import (
    fill_bounds,
    find_labels,
    new_labels,
    read_path,
)
from solver.columns.reach import window_of
from solver.columns.tables import NEVER, Labels
from wfm.domain.arrays import FloatArray, IntArray

MOST_LABELS = 60_000
SLACK = 1e-7
FIRST_STEP, GROWTH = 1.0, 1.5
"""How far the cutoff is lowered at first, and by what factor it is next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One agent's stretch: its choices, own cost, and the rows that count it."""

    agent: int
    choices: IntArray
    cost: int
    rows: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The most an agent's stretch can be worth, and a stretch (the best, if found)."""

    most: float
    column: Column | None


class Pricer:
    """The stretch programmes of all agents, with the memory they need."""

    def __init__(self, stretches: Stretches) -> None:
        self.stretches = stretches
        shapes = [agent.tables.shape for agent in stretches.agents]
        self._memory = np.zeros(max((prod(shape) for shape in shapes), default=0))
        self._labels = self._label_memory()
        self.windows = [window_of(agent.tables) for agent in stretches.agents]
        self._row_of_use = [
            np.repeat(np.arange(len(own.cost)), np.diff(own.first_row))
            for own in stretches.agents
        ]

    def _label_memory(self) -> dict[int, Labels]:
        """Return memory for the labels of agents with so many limits."""
        sizes: dict[int, IntArray] = {}
        for agent in self.stretches.agents:
            key = len(agent.tables.limits)
            shape = np.array(agent.tables.shape)
            sizes[key] = np.maximum(sizes.get(key, shape), shape)
        return {
            key: new_labels(tuple(size.tolist()), key, MOST_LABELS)
            for key, size in sizes.items()
        }

    def is_possible(self, a: int) -> bool:
        """Return whether agent *a* has a legal stretch."""
        worth = np.zeros(len(self.stretches.agents[a].cost))
        any_stretch = self.best(a, worth, exact=False).column
        return any_stretch is not None or self.best(a, worth).most > NEVER

    def column(self, a: int, choices: IntArray) -> Column:
        """Return the column of some choices of agent *a*."""
        agent = self.stretches.agents[a]
        rows = [
            agent.row_of[agent.first_row[c] : agent.first_row[c + 1]]
            for c in choices.tolist()
        ]
        return Column(
            agent=a,
            choices=choices,
            cost=int(agent.cost[choices].sum()),
            rows=np.concatenate([*rows, np.zeros(0, dtype=np.int64)]),
        )

    def worth(self, a: int, prices: FloatArray) -> FloatArray:
        """Return ``[c]`` what choices are worth at *prices* of the rows."""
        agent = self.stretches.agents[a]
        total = np.bincount(
            self._row_of_use[a],
            weights=prices[agent.row_of],
            minlength=len(agent.cost),
        )
        return np.asarray(total - agent.cost)

    def price(self, a: int, prices: FloatArray, *, exact: bool = True) -> Priced:
        """Return agent *a*'s best stretch at *prices* of the rows."""
        return self.best(a, self.worth(a, prices), exact=exact)

    def best(self, a: int, worth: FloatArray, *, exact: bool = True) -> Priced:
        """Return agent *a*'s best stretch where choices are worth so much.

        Unless *exact*, a good one, sooner.
        """
        tables = self.stretches.agents[a].tables
        bound = self._memory[: prod(tables.shape)].reshape(tables.shape)
        scratch = np.empty(len(tables.block_column))
        top = fill_bounds(tables, self.windows[a], worth, scratch, bound)
        if top < 0.5 * NEVER:
            return Priced(most=NEVER, column=None)
        count, most = self._search(a, worth, bound, top, exact)
        if count == 0:
            return Priced(most=NEVER if exact else top, column=None)
        if count > 0:
            found = self._read(a, count)
            return Priced(most=found.most if exact else top, column=found.column)
        if exact:
            count, _ = self._search(a, worth, bound, most, False)
        column = self._read(a, count).column if count > 0 else None
        return Priced(most=most if exact else top, column=column)

    def _search(
        self, a: int, worth: FloatArray, bound: FloatArray, most: float, exact: bool
    ) -> tuple[int, float]:
        """Lower the cutoff from *most* until labels reach an end.

        Returns how many labels there are (0 if none ever reaches an end, FULL if they
        don't fit) and what no stretch can be worth more than.
        """
        tables = self.stretches.agents[a].tables
        labels = self._labels[len(tables.limits)]
        cutoff, step = most - SLACK, FIRST_STEP
        while (count := find_labels(tables, worth, bound, cutoff, labels, exact)) == 0:
            most = float(labels.beyond[0])
            if most < 0.5 * NEVER:
                return 0, NEVER
            cutoff = min(most - SLACK, cutoff - step)
            step *= GROWTH
        return int(count), most

    def _read(self, a: int, count: int) -> Priced:
        """Return the best of the stretches that the labels are."""
        labels = self._labels[len(self.stretches.agents[a].tables.limits)]
        num_days = self.stretches.agents[a].tables.num_days
        first = int(labels.first[num_days])
        at = first + int(np.argmax(labels.value[first:count]))
        path = np.empty(num_days, dtype=np.int64)
        read_path(labels, at, num_days, path)
        column = self.column(a, path[path >= 0])
        return Priced(most=float(labels.value[at]), column=column)
