"""Roster problems in which everybody has twins."""

from dataclasses import replace
from typing import Any

import numpy as np

from wfm.domain.roster import RosterInstance


def with_twins(instance: RosterInstance, number: int) -> RosterInstance:
    """*number* of everybody, and as much more to do."""
    names = [
        f"{agent.agent_id}/{n}" for n in range(number) for agent in instance.agents
    ]
    agents = [
        replace(agent, agent_id=f"{agent.agent_id}/{n}")
        for n in range(number)
        for agent in instance.agents
    ]
    return replace(
        instance,
        agents=tuple(agents),
        planned_days={
            name: instance.planned_days[name.partition("/")[0]] for name in names
        },
        pay=np.tile(instance.pay, (number, 1)),
        night=np.tile(instance.night, (number, 1)),
        scheduled_agents=instance.scheduled_agents * number,
        guaranteed_agents=instance.guaranteed_agents,
        blocked=_copied(instance.blocked, number),
        carry_over=_copied(instance.carry_over, number),
        preferences=_copied(instance.preferences, number),
    )


def _copied(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return tuple(
        replace(item, agent_id=f"{item.agent_id}/{n}")
        for n in range(number)
        for item in items
    )
