"""If any one site fails, each queue still has a floor of people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, Heads
from solver.rule import RULES
from solver.walk import all_shifts, local_date, runs
from wfm.domain.demand import Queue
from wfm.domain.roster import Roster, RosterInstance, Violation, is_eligible


@RULES.add("n_minus_1")
@dataclass(frozen=True, slots=True, kw_only=True)
class NMinus1:
    """At each open step, without any one site, *agents* people at work can serve.

    It holds for each of *queues* by itself (all queues if none is named): whoever can
    serve two counts for both. Only sites with somebody who can serve the queue may
    fail. Judged inside the plan's window, not in a cold start; people still on shift
    from the previous roster count.
    """

    name: ClassVar[str] = "n_minus_1"
    always: ClassVar[bool] = False
    example: ClassVar[str] = "{agents: 1, queues: [phone]}"
    agents: int
    queues: tuple[str, ...] = ()
    agent_ids: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.agents < 0 or self.agents != int(self.agents):
            msg = f"people must be a whole number, got {self.agents}"
            raise ValueError(msg)

    def _judged(self, instance: RosterInstance) -> Iterator[tuple[int, Queue]]:
        """Yield row and queue of those that the rule is about."""
        for q, queue in enumerate(instance.queues):
            if not self.queues or queue.queue_id in self.queues:
                yield q, queue

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per queue, site that may fail, and open span."""
        first = max(instance.window_start_idx, instance.cold_start_end_idx)
        for q, queue in self._judged(instance):
            able = {
                a.agent_id: a.site_id for a in instance.agents if is_eligible(a, queue)
            }
            opened = instance.open_mask[q].tolist()
            steps = {t: 0 for t in range(first, instance.window_end_idx) if opened[t]}
            for site_id in sorted(set(able.values())):
                rest = frozenset(name for name, at in able.items() if at != site_id)
                for start, end, _ in runs(steps):
                    yield Heads(
                        agent_ids=rest,
                        start_idx=start,
                        end_idx=end,
                        low=int(self.agents),
                        label=f"cover of {queue.queue_id} without {site_id}",
                    )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return when a queue would be short of people if a site failed."""
        working: dict[int, set[str]] = {}
        for shift in all_shifts(instance, roster):
            for span in shift.working_spans:
                for t in range(span.start_idx, span.end_idx):
                    working.setdefault(t, set()).add(shift.agent_id)
        found: list[Violation] = []
        for q, queue in self._judged(instance):
            able = [a for a in instance.agents if is_eligible(a, queue)]
            steps = [
                t
                for t in range(instance.window_start_idx, instance.window_end_idx)
                if t >= instance.cold_start_end_idx and instance.open_mask[q, t]
            ]
            for site_id in sorted({agent.site_id for agent in able}):
                rest = {agent.agent_id for agent in able if agent.site_id != site_id}
                left = {t: len(rest & working.get(t, set())) for t in steps}
                short = {t: int(self.agents) - n for t, n in left.items()}
                missing = {t: heads for t, heads in short.items() if heads > 0}
                found += self._told(instance, queue, site_id, missing)
        return found

    def _told(
        self,
        instance: RosterInstance,
        queue: Queue,
        site_id: str,
        missing: dict[int, int],
    ) -> Iterator[Violation]:
        for start, end, heads in runs(missing):
            yield Violation(
                rule=self.name,
                date_local=local_date(instance, start, queue.zone),
                start_idx=start,
                end_idx=end,
                message=f"if {site_id} failed, {heads} of {self.agents} people for "
                f"{queue.queue_id} would be missing",
                missing=heads,
            )
