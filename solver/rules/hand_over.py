"""No region leaves an open queue before another has taken it over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, HandOver
from solver.rule import RULES
from solver.walk import all_shifts, clock_text, hours_text, local_date
from wfm.domain.demand import Queue
from wfm.domain.roster import Roster, RosterInstance, Violation, is_eligible


@RULES.add("hand_over")
@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRule:
    """A region may leave an open queue only to one that has worked it for a while.

    A region leaves when one of its agents who can serve the queue was on shift in the
    step before and none is now. Then one other region must have had somebody at work
    throughout the queue's ``handover_minutes`` before. Judged inside the plan's
    window, for queues that at least two regions can serve; after a cold start, from
    the first step whose whole hand-over lies behind it.
    """

    name: ClassVar[str] = "hand_over"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per queue with a hand-over."""
        for q, queue in enumerate(instance.queues):
            overlap = queue.handover_minutes // instance.step_minutes
            regions: dict[str, set[str]] = {}
            for agent in instance.agents:
                if is_eligible(agent, queue):
                    region = instance.region_of(agent)
                    regions.setdefault(region, set()).add(agent.agent_id)
            if overlap <= 0 or len(regions) < 2:
                continue
            first = instance.window_start_idx
            if instance.cold_start_end_idx > first:
                first = instance.cold_start_end_idx + overlap
            opened = instance.open_mask[q].tolist()
            yield HandOver(
                queue_id=queue.queue_id,
                regions=tuple((r, frozenset(regions[r])) for r in sorted(regions)),
                overlap_steps=overlap,
                open_steps=frozenset(
                    t for t in range(first, instance.window_end_idx) if opened[t]
                ),
            )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the steps at which a region leaves with nobody to take over."""
        found: list[Violation] = []
        for q, queue in enumerate(instance.queues):
            if queue.handover_minutes <= 0:
                continue
            presence = _presence(instance, roster, queue)
            if len(presence) > 1:
                found += self._check(instance, q, presence)
        return found

    def _check(
        self,
        instance: RosterInstance,
        q: int,
        presence: dict[str, tuple[set[int], set[int]]],
    ) -> Iterator[Violation]:
        queue = instance.queues[q]
        overlap = queue.handover_minutes // instance.step_minutes
        for region, (on_shift, _) in presence.items():
            for t in sorted({last + 1 for last in on_shift} - on_shift):
                takers = (
                    other
                    for other, (_, working) in presence.items()
                    if other != region and working.issuperset(range(t - overlap, t))
                )
                if _is_judged(instance, q, t, overlap) and next(takers, None) is None:
                    yield Violation(
                        rule=self.name,
                        date_local=local_date(instance, t, queue.zone),
                        queue_id=queue.queue_id,
                        start_idx=t,
                        end_idx=t + 1,
                        message=f"region {region} leaves at "
                        f"{clock_text(instance, t, queue.zone)} and no other region "
                        f"has been at work for {hours_text(queue.handover_minutes)}",
                    )


def _is_judged(instance: RosterInstance, q: int, t: int, overlap: int) -> bool:
    if not instance.window_start_idx <= t < instance.window_end_idx:
        return False
    cold_end = instance.cold_start_end_idx
    is_cold = cold_end > instance.window_start_idx and t - overlap < cold_end
    return bool(instance.open_mask[q, t]) and not is_cold


def _presence(
    instance: RosterInstance, roster: Roster, queue: Queue
) -> dict[str, tuple[set[int], set[int]]]:
    """Return region -> steps with somebody on shift, and with somebody at work."""
    region_of = {
        agent.agent_id: instance.sites[agent.site_id].region
        for agent in instance.agents
        if is_eligible(agent, queue)
    }
    presence: dict[str, tuple[set[int], set[int]]] = {
        region: (set(), set()) for region in sorted(set(region_of.values()))
    }
    for shift in all_shifts(instance, roster):
        if shift.agent_id in region_of:
            on_shift, working = presence[region_of[shift.agent_id]]
            on_shift.update(range(shift.start_idx, shift.end_idx))
            for span in shift.working_spans:
                working.update(range(span.start_idx, span.end_idx))
    return presence
