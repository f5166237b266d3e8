"""Hand-overs between regions: who leaves a queue, and who has taken it over."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import BoolArray, IntArray
from wfm.domain.roster import Roster, RosterInstance, is_eligible
from wfm.evaluation.coverage import all_shifts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class HandOverRecord:
    """The last agents of a region leave a queue that stays open.

    *at_idx* is the first step without them. *taking_region* is the region that has
    been at work for the queue longest without a pause, if for no less than the
    queue's hand-over time; ``""`` means that nobody has taken over. *overlap_steps*
    are the steps just before in which both were there.
    """

    queue_id: str
    at_idx: int
    leaving_region: str
    taking_region: str
    overlap_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Presence:
    """Steps since when a region is there without a pause, by step from *first*.

    The entry of step t counts the steps just before t: 0 if it was absent at t - 1.
    """

    on_shift: IntArray
    working: IntArray


def handovers(instance: RosterInstance, roster: Roster) -> tuple[HandOverRecord, ...]:
    """Return every hand-over inside the window, by queue and time.

    Queues count that have a hand-over time and that at least two regions can serve.
    A region leaves at step t when one of its agents able to serve the queue was on
    shift at t - 1 and none is at t; it needs nobody to take over where the queue is
    closed at t. After a cold start, steps count whose whole hand-over lies behind it.
    """
    found: list[HandOverRecord] = []
    for q, queue in enumerate(instance.queues):
        overlap = queue.handover_minutes // instance.step_minutes
        presence = _presence(instance, roster, q, overlap) if overlap else {}
        if len(presence) > 1:
            found += _leaving(instance, q, overlap, presence)
    return tuple(sorted(found))


def _leaving(
    instance: RosterInstance, q: int, overlap: int, presence: dict[str, _Presence]
) -> Iterator[HandOverRecord]:
    first = instance.window_start_idx
    if instance.cold_start_end_idx > first:
        first = instance.cold_start_end_idx + overlap
    for region, own in presence.items():
        for t in range(first, instance.window_end_idx):
            # Steps are counted from `overlap` before the grid on.
            at = t + overlap
            left = own.on_shift[at] > 0 and own.on_shift[at + 1] == 0
            if left and instance.open_mask[q, t]:
                stays = {
                    other: int(p.working[at])
                    for other, p in presence.items()
                    if other != region and p.working[at] >= overlap
                }
                taker = max(sorted(stays), key=stays.__getitem__, default="")
                both = min(stays.get(taker, 0), int(own.on_shift[at]))
                yield HandOverRecord(
                    queue_id=instance.queues[q].queue_id,
                    at_idx=t,
                    leaving_region=region,
                    taking_region=taker,
                    overlap_steps=both,
                )


def _presence(
    instance: RosterInstance, roster: Roster, q: int, overlap: int
) -> dict[str, _Presence]:
    """Return the presence of every region with somebody able to serve queue *q*."""
    region_of = {
        agent.agent_id: instance.region_of(agent)
        for agent in instance.agents
        if is_eligible(agent, instance.queues[q])
    }
    size = instance.grid.num_intervals + overlap
    steps = {
        region: (np.zeros(size, dtype=bool), np.zeros(size, dtype=bool))
        for region in sorted(set(region_of.values()))
    }
    for shift in all_shifts(instance, roster):
        if shift.agent_id in region_of:
            on_shift, working = steps[region_of[shift.agent_id]]
            _mark(on_shift, shift.start_idx + overlap, shift.end_idx + overlap)
            for span in shift.working_spans:
                _mark(working, span.start_idx + overlap, span.end_idx + overlap)
    return {
        region: _Presence(on_shift=_steps_before(on_shift), working=_steps_before(work))
        for region, (on_shift, work) in steps.items()
    }


def _mark(steps: BoolArray, start: int, end: int) -> None:
    steps[max(start, 0) : max(end, 0)] = True


def _steps_before(present: BoolArray) -> IntArray:
    """Return for each step how many steps just before it were present in a row."""
    index = np.arange(1, len(present) + 1)
    last_gap = np.maximum.accumulate(np.where(present, 0, index))
    return np.concatenate(([0], index - last_gap))
