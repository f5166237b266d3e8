"""A roster of long stretches, and problems that are parts of it.

A part is some dates of some agents, all else as it is: the same kind of problem as a
whole one, small enough for exact programmes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from solver.columns.compile import AgentStretches, Stretches
from solver.columns.incumbent import Incumbent
from solver.columns.parts import Parts
from solver.columns.pricer import Column, Pricer
from solver.columns.window import (
    FREE,
    Budget,
    Spans,
    Window,
    alive,
    spent,
    states_of,
    window,
)
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.roster import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some agents' windows as a problem; agent n of it is ``agents[n]``.

    Attributes
    ----------
    rows
        Its rows, by their numbers in the whole.
    now
        What is planned in it, with the shifts of all others.
    """

    agents: tuple[int, ...]
    windows: tuple[Window, ...]
    rows: IntArray
    now: Incumbent


class LongRoster:
    """One path per agent, ``[d]`` the choice of each date or FREE."""

    def __init__(self, stretches: Stretches) -> None:
        self.stretches = stretches
        self.paths = [
            np.full(agent.parts.num_days, FREE, dtype=np.int64)
            for agent in stretches.agents
        ]
        self.count = np.zeros(len(stretches.wanted), dtype=np.int64)
        self.base = sum(agent.base for agent in stretches.agents)
        dates = [agent.first_date for agent in stretches.agents if agent.parts.num_days]
        self.first_date = min(dates, default=date.max)
        self.shift_by = [
            (agent.first_date - self.first_date).days if agent.parts.num_days else 0
            for agent in stretches.agents
        ]
        self.num_days = max(
            (
                shift + agent.parts.num_days
                for shift, agent in zip(self.shift_by, stretches.agents, strict=True)
            ),
            default=0,
        )
        self.alive = [alive(agent.parts) for agent in stretches.agents]
        self.date_of = np.zeros(len(stretches.wanted), dtype=np.int64)
        for shift, agent in zip(self.shift_by, stretches.agents, strict=True):
            sizes = np.diff(agent.parts.first_choice)
            day = shift + np.repeat(np.arange(len(sizes)), sizes)
            self.date_of[agent.row_of] = np.repeat(day, np.diff(agent.first_row))

    def date_costs(self) -> FloatArray:
        """Return ``[d]`` what missing and surplus shifts of each date cost."""
        cost = self.stretches.row_costs(self.count)
        total = np.bincount(self.date_of, weights=cost, minlength=self.num_days)
        return np.asarray(total, dtype=np.float64)

    @property
    def objective(self) -> int:
        """What the roster costs."""
        own = sum(
            int(agent.cost[path[path != FREE]].sum())
            for agent, path in zip(self.stretches.agents, self.paths, strict=True)
        )
        return self.base + own + self.stretches.row_cost(self.count)

    def short_of_hours(self) -> list[int]:
        """Return the agents who have less than their least hours."""
        return [
            a
            for a, (agent, path) in enumerate(
                zip(self.stretches.agents, self.paths, strict=True)
            )
            if agent.parts.hours[path[path != FREE]].sum() < agent.parts.least_hours
        ]

    def broken(self) -> list[int]:
        """Return the agents whose path is not allowed."""
        return [
            a
            for a, (agent, path) in enumerate(
                zip(self.stretches.agents, self.paths, strict=True)
            )
            if states_of(agent.parts, path)[-1] < 0
        ]

    def is_legal(self, a: int, path: IntArray) -> bool:
        """Return whether agent *a* may have *path*."""
        parts = self.stretches.agents[a].parts
        if states_of(parts, path)[-1] < 0:
            return False
        left = spent(parts, path, [])
        return (
            left.least_hours <= 0
            and min(left.most_hours, *left.most_groups, *left.most, 0) == 0
        )

    def merge(self, before: Sequence[IntArray], after: Sequence[IntArray]) -> None:
        """Plan what has changed from *before* to *after*, where that is legal here.

        Nothing is changed where it would cost more.
        """
        paths, count, cost = list(self.paths), self.count.copy(), self.objective
        for a, agent in enumerate(self.stretches.agents):
            path = np.where(after[a] != before[a], after[a], self.paths[a])
            if self.is_legal(a, path):
                self._count(agent, self.paths[a], -1)
                self.paths[a] = path
                self._count(agent, path, 1)
        if self.objective > cost:
            self.paths, self.count = paths, count

    def load(self, paths: Sequence[IntArray]) -> None:
        """Plan *paths*."""
        self.paths = [path.copy() for path in paths]
        self.count[:] = 0
        for agent, path in zip(self.stretches.agents, self.paths, strict=True):
            self._count(agent, path, 1)

    def clear(self, a: int) -> None:
        """Take everything away that is planned for agent *a*."""
        self._count(self.stretches.agents[a], self.paths[a], -1)
        self.paths[a][:] = FREE

    def own_spans(self, a: int, spans: Spans) -> list[tuple[int, int]]:
        """Return *spans* in the dates of agent *a*, as far as it has them."""
        shift, most = self.shift_by[a], self.stretches.agents[a].parts.num_days
        found = [(max(0, low - shift), min(most, high - shift)) for low, high in spans]
        return [(low, high) for low, high in found if low < high]

    def part(self, agents: Sequence[int], spans: Spans) -> Part | None:
        """Return some agents' *spans* as a problem, nothing if nobody has dates."""
        windows, taken = [], []
        for a in agents:
            own = self.own_spans(a, spans)
            parts, path = self.stretches.agents[a].parts, self.paths[a]
            if own:
                budget = spent(parts, path, own)
                windows.append(window(parts, path, own, budget, None))
                taken.append(a)
        return self.part_of(taken, windows) if taken else None

    def open_part(self, agents: Sequence[int], span: tuple[int, int]) -> Part | None:
        """Return a span after which nothing is planned yet as a problem.

        By its end, agents may have used what they have in proportion to their dates.
        """
        windows, taken = [], []
        for a in agents:
            own = self.own_spans(a, [span])
            parts, path = self.stretches.agents[a].parts, self.paths[a]
            if own:
                ends: BoolArray = self.alive[a][own[0][1]]
                budget = _first_share(parts, path, own)
                windows.append(window(parts, path, own, budget, ends))
                taken.append(a)
        return self.part_of(taken, windows, is_begun=False) if taken else None

    def part_of(
        self, agents: Sequence[int], windows: Sequence[Window], *, is_begun: bool = True
    ) -> Part:
        """Return the problem of *windows*, begun with what is planned there."""
        whole = [self.stretches.agents[a] for a in agents]
        uses = [_uses(agent, own) for agent, own in zip(whole, windows, strict=True)]
        rows = np.unique(np.concatenate([rows for _, rows in uses]))
        stretches = Stretches(
            agents=tuple(
                replace(
                    agent,
                    parts=own.parts,
                    tables=own.parts.tables(),
                    options=(),
                    cost=agent.cost[own.choices],
                    first_row=first,
                    row_of=np.searchsorted(rows, row_of),
                    base=0,
                )
                for agent, own, (first, row_of) in zip(
                    whole, windows, uses, strict=True
                )
            ),
            wanted=self.stretches.wanted[rows],
            short=self.stretches.short[rows],
            over=self.stretches.over[rows],
        )
        now = Incumbent(stretches, Pricer(stretches))
        now.count[:] = self.count[rows]
        begun = zip(agents, windows, strict=True) if is_begun else ()
        for n, (a, own) in enumerate(begun):
            there = np.isin(own.choices, self.paths[a][self.paths[a] != FREE])
            column = now.pricer.column(n, np.flatnonzero(there))
            np.add.at(now.count, column.rows, -1)
            now.put(n, column)
        return Part(agents=tuple(agents), windows=tuple(windows), rows=rows, now=now)

    def adopt(self, part: Part) -> None:
        """Take over what is planned in *part* now."""
        for n, a in enumerate(part.agents):
            column = part.now.columns[n]
            if column is not None:
                self._put(a, part.windows[n], column)

    def _put(self, a: int, own: Window, column: Column) -> None:
        agent, path = self.stretches.agents[a], self.paths[a]
        self._count(agent, path, -1)
        path[np.isin(path, own.choices)] = FREE
        self._write(a, own.choices[column.choices])
        self._count(agent, path, 1)

    def _write(self, a: int, choices: IntArray) -> None:
        first = self.stretches.agents[a].parts.first_choice
        self.paths[a][np.searchsorted(first, choices, side="right") - 1] = choices

    def _count(self, agent: AgentStretches, path: IntArray, sign: int) -> None:
        taken = path[path != FREE]
        low, high = agent.first_row[taken], agent.first_row[taken + 1]
        np.add.at(self.count, agent.row_of[_ranges(low, high)], sign)

    def roster(self) -> Roster:
        """Return the roster."""
        return Roster(
            shifts=tuple(
                agent.shift(c)
                for agent, path in zip(self.stretches.agents, self.paths, strict=True)
                for c in path[path != FREE].tolist()
            )
        )


def _first_share(parts: Parts, path: IntArray, own: Spans) -> Budget:
    """Return what may be used up by the end of *own*, in proportion to the dates."""
    left, room = spent(parts, path, own), parts.room(parts.hours)
    rest = float(room[own[-1][1]]) / max(1, int(room[0]))
    some = int(parts.hours.max(initial=0)) // 2 if rest else 0
    most_hours = left.most_hours - round(rest * parts.most_hours) + some
    return Budget(
        least_hours=left.least_hours - round(rest * parts.least_hours) - some,
        most_hours=min(left.most_hours, most_hours),
        most_groups=tuple(
            most - int(rest * whole)
            for most, whole in zip(left.most_groups, parts.most_groups, strict=True)
        ),
        most=tuple(
            most - int(rest * item.most)
            for most, item in zip(left.most, parts.ranges, strict=True)
        ),
    )


def _uses(agent: AgentStretches, own: Window) -> tuple[IntArray, IntArray]:
    """Return where the rows of each choice of a window begin, and the rows."""
    low, high = agent.first_row[own.choices], agent.first_row[own.choices + 1]
    first = np.append(0, np.cumsum(high - low))
    return first, agent.row_of[_ranges(low, high)]


def _ranges(low: IntArray, high: IntArray) -> IntArray:
    """Return the numbers of all half-open ranges, one after the other."""
    size = high - low
    skipped = np.cumsum(size) - size
    return np.repeat(low - skipped, size) + np.arange(int(size.sum()))


def whole_spans(num_days: int, length: int) -> Iterable[tuple[int, int]]:
    """Yield spans of *length* dates that make up all of them, the last one longer."""
    number = max(1, num_days // length)
    for n in range(number):
        yield n * length, num_days if n == number - 1 else (n + 1) * length
