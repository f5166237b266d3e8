"""Rules that bind several agents: rows on heads, and hand-overs between regions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from solver.constraints import Constraint, Counting, HandOver, Heads, WeighedHeads
from solver.core.cover import ranges
from solver.core.tables import HandTables, RowTables
from wfm.domain.arrays import IntArray
from wfm.domain.roster import HOME, WORK, RosterInstance


def row_tables(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> RowTables:
    """Return the rows of all :class:`Heads` and :class:`WeighedHeads`."""
    rows = [c for c in constraints if isinstance(c, Heads | WeighedHeads)]
    num_t = instance.grid.num_intervals
    weights = [_weights(row) for row in rows]
    known = instance.agent_index()
    members = sorted(
        (known[name], row, *each)
        for row, own in enumerate(weights)
        for name, each in own.items()
        if name in known
    )
    fixed = np.zeros((len(rows), num_t), dtype=np.int64)
    carried = _Carried(instance)
    for row, own in enumerate(weights):
        for counting, ids, weight in _alike(own):
            fixed[row] += weight * carried.heads(ids, counting)
    table = [
        [max(0, row.start_idx), min(num_t, row.end_idx), row.low, row.high]
        for row in rows
    ]
    return RowTables(
        rows=np.array(table, dtype=np.int64).reshape(len(rows), 4),
        of_agent=ranges([member[0] for member in members], len(known)),
        members=np.array([member[1:] for member in members], dtype=np.int64).reshape(
            len(members), 4
        ),
        fixed=fixed,
    )


_Weights: TypeAlias = Mapping[str, tuple[int, int, int]]
COUNTED: tuple[Counting, ...] = ("on_shift", "working", "on_site")
"""How the three weights of a member count people."""


def _weights(row: Heads | WeighedHeads) -> _Weights:
    """Return agent id -> what is added on shift, to that at work, and on site."""
    if isinstance(row, WeighedHeads):
        return {name: (shift, work, 0) for name, shift, work in row.weights}
    shift, work, site = (int(row.counting == counting) for counting in COUNTED)
    return dict.fromkeys(row.agent_ids, (shift, work, site))


def _alike(weights: _Weights) -> Iterator[tuple[Counting, frozenset[str], int]]:
    """Yield how people are counted, who adds equally much, and how much."""
    for place, counting in enumerate(COUNTED):
        for weight in sorted({each[place] for each in weights.values()} - {0}):
            ids = {name for name, each in weights.items() if each[place] == weight}
            yield counting, frozenset(ids), weight


def hand_tables(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> HandTables:
    """Return the tables of all :class:`HandOver`."""
    hands = [c for c in constraints if isinstance(c, HandOver)]
    num_t = instance.grid.num_intervals
    regions = [ids for hand in hands for _, ids in hand.regions]
    of_agent, member = _members(instance, regions)
    on_shift = np.zeros((len(regions), num_t), dtype=np.int64)
    working = np.zeros_like(on_shift)
    carried = _Carried(instance)
    for row, ids in enumerate(regions):
        on_shift[row] = carried.heads(ids, "on_shift")
        working[row] = carried.heads(ids, "working")
    opened = np.zeros((len(hands), num_t), dtype=bool)
    for h, hand in enumerate(hands):
        opened[h, sorted(t for t in hand.open_steps if 0 <= t < num_t)] = True
    owner = [h for h, hand in enumerate(hands) for _ in hand.regions]
    return HandTables(
        region_of_hand=ranges(owner, len(hands)),
        hand_of_region=np.array(owner, dtype=np.int64),
        of_agent=of_agent,
        agent_region=member,
        overlap=np.array([h.overlap_steps for h in hands], dtype=np.int64),
        open_steps=opened,
        fixed_shift=on_shift,
        fixed_work=working,
    )


def _members(
    instance: RosterInstance, sets: Sequence[frozenset[str]]
) -> tuple[IntArray, IntArray]:
    """Return per agent the rows of *sets* that hold it, as ranges and a flat list."""
    own = [
        [row for row, ids in enumerate(sets) if agent.agent_id in ids]
        for agent in instance.agents
    ]
    keys = [a for a, rows in enumerate(own) for _ in rows]
    flat = np.array([row for rows in own for row in rows], dtype=np.int64)
    return ranges(keys, len(own)), flat


class _Carried:
    """The spans of the previous roster as arrays, to be counted for many sets."""

    def __init__(self, instance: RosterInstance) -> None:
        self._rows = instance.agent_index()
        spans = [
            (
                self._rows[shift.agent_id],
                max(0, span.start_idx),
                span.end_idx,
                span.activity == WORK,
                shift.where != HOME,
            )
            for shift in instance.carry_over
            for span in shift.spans
            if span.end_idx > 0 and shift.agent_id in self._rows
        ]
        self.num_t = instance.grid.num_intervals
        self.agents = np.array([span[0] for span in spans], dtype=np.int64)
        self.starts = np.array([span[1] for span in spans], dtype=np.int64)
        ends = np.array([span[2] for span in spans], dtype=np.int64)
        self.ends = np.minimum(ends, self.num_t)
        self.working = np.array([span[3] for span in spans], dtype=bool)
        self.on_site = np.array([span[4] for span in spans], dtype=bool)

    def heads(self, ids: frozenset[str], counting: Counting) -> IntArray:
        """Return how many of *ids* are on shift, at work or on site ``[t]``."""
        counted = np.zeros(len(self._rows), dtype=bool)
        counted[[self._rows[name] for name in ids if name in self._rows]] = True
        chosen = counted[self.agents]
        if counting != "on_shift":
            chosen &= self.working if counting == "working" else self.on_site
        change = np.zeros(self.num_t + 1, dtype=np.int64)
        starts = np.minimum(self.starts[chosen], self.num_t)
        np.add.at(change, starts, 1)
        np.add.at(change, np.maximum(self.ends[chosen], starts), -1)
        return np.asarray(change.cumsum()[:-1], dtype=np.int64)
