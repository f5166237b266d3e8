"""Prices agents' stretches: the best one of each, at given prices of the rows."""

from dataclasses import dataclass

import numpy as np

from solver.columns.compile import AgentStretches, Stretches
from solver.columns.programme import (
    fill_bounds,
    find_labels,
    new_labels,
    read_path,
)
from solver.columns.reach import find_reach
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
        self._bounds: dict[tuple[int, ...], FloatArray] = {}
        self._labels: dict[tuple[int, ...], Labels] = {}
        self.windows = [self._window(agent) for agent in stretches.agents]
        self._row_of_use = [
            np.repeat(np.arange(len(own.shifts)), np.diff(own.first_row))
            for own in stretches.agents
        ]

    def _window(self, agent: AgentStretches) -> IntArray:
        tables = agent.tables
        shape = tables.shape
        window = np.zeros((*shape[:2], 2), dtype=np.int64)
        find_reach(tables, np.zeros(shape, dtype=np.int64), window)
        if shape not in self._bounds:
            self._bounds[shape] = np.zeros(shape)
        key = (*shape, len(tables.limits))
        if key not in self._labels:
            self._labels[key] = new_labels(tables, MOST_LABELS)
        return window

    def is_possible(self, a: int) -> bool:
        """Return whether agent *a* has a legal stretch."""
        return self.best(a, np.zeros(len(self.stretches.agents[a].shifts))).most > NEVER

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
            minlength=len(agent.shifts),
        )
        return np.asarray(total - agent.cost)

    def price(self, a: int, prices: FloatArray) -> Priced:
        """Return agent *a*'s best stretch at *prices* of the rows."""
        return self.best(a, self.worth(a, prices))

    def best(self, a: int, worth: FloatArray) -> Priced:
        """Return agent *a*'s best stretch where choices are worth so much."""
        tables = self.stretches.agents[a].tables
        bound = self._bounds[tables.shape]
        scratch = np.empty(len(tables.block_column))
        top = fill_bounds(tables, self.windows[a], worth, scratch, bound)
        if top < 0.5 * NEVER:
            return Priced(most=NEVER, column=None)
        labels = self._labels[*tables.shape, len(tables.limits)]
        cutoff, step = top - SLACK, FIRST_STEP
        while (count := find_labels(tables, worth, bound, cutoff, labels, True)) == 0:
            beyond = float(labels.beyond[0])
            if beyond < 0.5 * NEVER:
                return Priced(most=NEVER, column=None)
            cutoff = min(beyond - SLACK, cutoff - step)
            step *= GROWTH
        if count > 0:
            return self._read(a, labels, count)
        count = find_labels(tables, worth, bound, 0.5 * NEVER, labels, False)
        found = self._read(a, labels, count).column if count > 0 else None
        return Priced(most=top, column=found)

    def _read(self, a: int, labels: Labels, count: int) -> Priced:
        """Return the best of the stretches that the labels are."""
        num_days = self.stretches.agents[a].tables.num_days
        first = int(labels.first[num_days])
        at = first + int(np.argmax(labels.value[first:count]))
        path = np.empty(num_days, dtype=np.int64)
        read_path(labels, at, num_days, path)
        column = self.column(a, path[path >= 0])
        return Priced(most=float(labels.value[at]), column=column)
