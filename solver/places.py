"""Places of people: sites, queues that they can serve, employment contracts."""

from collections.abc import Collection
from itertools import product

from solver.walk import AgentIds, agents_of
from wfm.domain.people import Agent
from wfm.domain.roster import RosterInstance, is_eligible

BY = ("site", "queue", "contract")
"""What a place may be made of."""


def check_by(by: Collection[str], allowed: Collection[str] = BY) -> None:
    """Check of what places are made.

    Raises
    ------
    ValueError
        If a word is unknown.
    """
    if not set(by) <= set(allowed):
        msg = f"by is a list of {', '.join(allowed)}; got {', '.join(by)}"
        raise ValueError(msg)


def places_of(
    instance: RosterInstance, by: Collection[str], agent_ids: AgentIds
) -> dict[str, tuple[Agent, ...]]:
    """Return name of place -> its people, for places made of *by* (encoder).

    Somebody who can serve several queues is in several places; without any *by* all
    are in one place, whose name is empty.
    """
    found: dict[str, list[Agent]] = {}
    for agent in agents_of(instance, agent_ids):
        own = {
            "site": [agent.site_id],
            "queue": [q.queue_id for q in instance.queues if is_eligible(agent, q)],
            "contract": [agent.contract_id],
        }
        for parts in product(*(own[kind] for kind in BY if kind in by)):
            found.setdefault(", ".join(parts), []).append(agent)
    return {place: tuple(found[place]) for place in sorted(found)}
