"""Agents work only on queues whose skills they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, Serves
from solver.rule import RULES
from solver.walk import agents_of, plan_shifts
from wfm.domain.people import Agent
from wfm.domain.roster import Roster, RosterInstance, Violation, WorkSpan, is_eligible


@RULES.add("skills")
@dataclass(frozen=True, slots=True, kw_only=True)
class Skills:
    """An agent counts only for queues of which it holds every required skill."""

    name: ClassVar[str] = "skills"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield the queues of each agent."""
        for agent in agents_of(instance, self.agent_ids):
            queues = (q for q in instance.queues if is_eligible(agent, q))
            yield Serves(
                agent_id=agent.agent_id,
                queue_ids=frozenset(queue.queue_id for queue in queues),
            )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return the spans pinned to a queue that the agent can't serve."""
        return [
            Violation(
                rule=self.name,
                agent_id=agent.agent_id,
                date_local=shift.date_local,
                queue_id=span.queue,
                start_idx=span.start_idx,
                end_idx=span.end_idx,
                message=message,
            )
            for agent, shifts in plan_shifts(instance, roster, self.agent_ids)
            for shift in shifts
            for span in shift.working_spans
            if (message := _lack(instance, agent, span))
        ]


def _lack(instance: RosterInstance, agent: Agent, span: WorkSpan) -> str:
    """Return what keeps the agent from the span's queue, or an empty text."""
    if not span.queue:
        return ""
    queue = next((q for q in instance.queues if q.queue_id == span.queue), None)
    if queue is None:
        return f"there is no queue {span.queue}"
    lacking = [
        f"{need.skill}:{need.min_level}" if need.min_level else need.skill
        for need in queue.requires
        if need.skill not in agent.skills or agent.skills[need.skill] < need.min_level
    ]
    return f"the agent lacks {', '.join(lacking)}" if lacking else ""
