"""No shift in time in which the agent is not available."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from solver.constraints import Constraint, ForbidTime
from solver.rule import RULES
from solver.walk import agents_of, plan_shifts
from wfm.domain.roster import Roster, RosterInstance, Violation


@RULES.add("availability")
@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """No shift touches time that the agent has marked as unavailable."""

    name: ClassVar[str] = "availability"
    always: ClassVar[bool] = True
    example: ClassVar[str] = "on"
    agent_ids: frozenset[str] | None = None

    def constraints(self, instance: RosterInstance) -> Iterator[Constraint]:
        """Yield one record per unavailable span."""
        agents = {agent.agent_id for agent in agents_of(instance, self.agent_ids)}
        for block in instance.blocked:
            if block.kind == "unavailable" and block.agent_id in agents:
                yield ForbidTime(
                    agent_id=block.agent_id,
                    start_idx=block.start_idx,
                    end_idx=block.end_idx,
                )

    def violations(self, instance: RosterInstance, roster: Roster) -> list[Violation]:
        """Return every shift that touches unavailable time."""
        return [
            Violation(
                rule=self.name,
                agent_id=agent.agent_id,
                date_local=shift.date_local,
                start_idx=max(shift.start_idx, block.start_idx),
                end_idx=min(shift.end_idx, block.end_idx),
                message=f"the agent is not available ({block.label})",
            )
            for agent, shifts in plan_shifts(instance, roster, self.agent_ids)
            for block in instance.blocked_of(agent.agent_id)
            if block.kind == "unavailable"
            for shift in shifts
            if not (
                shift.end_idx <= block.start_idx or block.end_idx <= shift.start_idx
            )
        ]
