"""Rules that bind several agents: rows on heads, and hand-overs between regions."""

from collections.abc import Iterable, Sequence

import numpy as np

from solver.constraints import Constraint, HandOver, Heads
from solver.core.cover import ranges
from solver.core.tables import HandTables, RowTables
from wfm.domain.arrays import IntArray
from wfm.domain.roster import WORK, RosterInstance


def row_tables(
    instance: RosterInstance, constraints: Iterable[Constraint]
) -> RowTables:
    """Return the rows of all :class:`Heads`."""
    rows = [c for c in constraints if isinstance(c, Heads)]
    num_t = instance.grid.num_intervals
    of_agent, member = _members(instance, [row.agent_ids for row in rows])
    fixed = np.zeros((len(rows), num_t), dtype=np.int64)
    carried = _Carried(instance)
    for row, item in enumerate(rows):
        breaks = item.counting == "on_shift"
        fixed[row] = carried.heads(item.agent_ids, breaks=breaks)
    table = [
        [
            max(0, row.start_idx),
            min(num_t, row.end_idx),
            row.low,
            row.high,
            int(row.counting == "on_shift"),
        ]
        for row in rows
    ]
    return RowTables(
        rows=np.array(table, dtype=np.int64).reshape(len(rows), 5),
        of_agent=of_agent,
        agent_row=member,
        fixed=fixed,
    )


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
        on_shift[row] = carried.heads(ids, breaks=True)
        working[row] = carried.heads(ids, breaks=False)
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
                span.activity,
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
        self.working = np.array([span[3] == WORK for span in spans], dtype=bool)

    def heads(self, ids: frozenset[str], *, breaks: bool) -> IntArray:
        """Return how many of *ids* are on shift ``[t]``, at work without *breaks*."""
        counted = np.zeros(len(self._rows), dtype=bool)
        counted[[self._rows[name] for name in ids if name in self._rows]] = True
        chosen = counted[self.agents]
        if not breaks:
            chosen &= self.working
        change = np.zeros(self.num_t + 1, dtype=np.int64)
        starts = np.minimum(self.starts[chosen], self.num_t)
        np.add.at(change, starts, 1)
        np.add.at(change, np.maximum(self.ends[chosen], starts), -1)
        return np.asarray(change.cumsum()[:-1], dtype=np.int64)
