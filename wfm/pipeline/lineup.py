"""Who takes which queue when: an allocation of groups, told person by person.

The allocation says how much of a group's time each queue gets; people of a group are
alike to it. Here each of them gets one queue at a time, kept as long as possible, so
that a picture or a floor manager can say "Mina: Japanese phones until ten, then chat".
Over time each queue gets its share; at one moment it is off by less than one person.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.roster import Roster, RosterInstance

if TYPE_CHECKING:
    from solver.outcome import Allocation

FREE = -1
"""At work and needed by no queue, or not at work."""


def line_up(
    instance: RosterInstance,
    roster: Roster,
    allocation: "Allocation",
    block_steps: int = 2,
) -> IntArray:
    """Return the row of the queue that each agent takes ``[a, t]``, or ``FREE``.

    Parameters
    ----------
    instance, roster, allocation
        A roster and the shares of its groups' time.
    block_steps
        People change queues only where a block of so many grid steps begins.
    """
    lines = np.full((len(instance.agents), instance.grid.num_intervals), FREE)
    at_work, pinned = _presence(instance, roster)
    names = [queue.queue_id for queue in instance.queues]
    rows = instance.agent_index()
    for g, queues in enumerate(allocation.group_queues):
        members = sorted(rows[agent_id] for agent_id in allocation.group_agents[g])
        able = [q for q, name in enumerate(names) if name in queues]
        if able and members:
            there = at_work[members] & (pinned[members] == FREE)
            lines[members] = np.maximum(
                lines[members],
                _shared(there, allocation.agents[g][able], able, block_steps),
            )
    return np.where(at_work & (pinned != FREE), pinned, lines)


def _presence(instance: RosterInstance, roster: Roster) -> tuple[BoolArray, IntArray]:
    """Return who is working ``[a, t]`` and the queue that a span is pinned to."""
    shape = (len(instance.agents), instance.grid.num_intervals)
    at_work, pinned = np.zeros(shape, dtype=bool), np.full(shape, FREE)
    rows = instance.agent_index()
    queue_rows = {queue.queue_id: q for q, queue in enumerate(instance.queues)}
    for shift in (*instance.carry_over, *roster.shifts):
        for span in shift.working_spans if shift.agent_id in rows else ():
            steps = slice(max(span.start_idx, 0), max(span.end_idx, 0))
            at_work[rows[shift.agent_id], steps] = True
            pinned[rows[shift.agent_id], steps] = queue_rows.get(span.queue, FREE)
    return at_work, pinned


def _shared(
    there: BoolArray, shares: FloatArray, able: Sequence[int], block: int
) -> IntArray:
    """Return the queue of each of one group's people ``[member, t]``.

    *shares* are ``[queue of the group, t]`` people; what a block leaves over or under
    is owed to the next one.
    """
    lines = np.full(there.shape, FREE)
    before = np.full(len(there), FREE)
    owed = np.zeros(len(able))
    for start in range(0, there.shape[1], block):
        steps = slice(start, start + block)
        weights = there[:, steps].sum(axis=1)
        owed = np.clip(owed, -block, block) + shares[:, steps].sum(axis=1)
        chosen = _chosen(weights, owed, before)
        for member in np.flatnonzero(chosen != FREE):
            lines[member, steps] = np.where(
                there[member, steps], able[chosen[member]], FREE
            )
        before = np.where(weights > 0, chosen, before)
    return lines


def _chosen(weights: IntArray, owed: FloatArray, before: IntArray) -> IntArray:
    """Return the queue of each member in one block; *owed* is paid off in place."""
    chosen = np.full(len(weights), FREE)
    present = np.flatnonzero(weights)
    for member in present:
        queue = before[member]
        if queue != FREE and owed[queue] >= weights[member] / 2:
            chosen[member] = queue
            owed[queue] -= weights[member]
    for member in present:
        if chosen[member] == FREE:
            queue = int(np.argmax(owed))
            if owed[queue] >= weights[member] / 2:
                chosen[member] = queue
                owed[queue] -= weights[member]
    return chosen
