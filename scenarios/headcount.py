"""Headcount as a lever: people of a site's mix, cloned or dropped by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scenarios.digest import digest
from wfm.domain.people import Agent
from wfm.domain.plan import PlanFolder


def with_headcounts(
    folder: PlanFolder, headcounts: Mapping[str, int], seed: int
) -> PlanFolder:
    """Return *folder* with as many people at each site as *headcounts* says.

    The mix of contracts and skills stays as near as whole people allow (largest
    remainders). Who goes, and who is cloned, is drawn by *seed* and the site's id, so
    one site's number does not move another's people. Clones keep the availability of
    whom they are cloned from; a site without people stays empty.
    """
    agents: list[Agent] = []
    origin: dict[str, str] = {}
    for site in folder.plan.sites:
        own = [agent for agent in folder.agents if agent.site_id == site]
        wanted = headcounts.get(site, len(own))
        for agent, like in _sized(own, wanted, seed):
            agents.append(agent)
            origin[agent.agent_id] = like
    rows = tuple(
        replace(row, agent_id=agent.agent_id)
        for agent in agents
        for row in folder.availability
        if row.agent_id == origin[agent.agent_id]
    )
    return replace(folder, agents=tuple(agents), availability=rows)


def _sized(own: Sequence[Agent], wanted: int, seed: int) -> list[tuple[Agent, str]]:
    """Return *wanted* people of the mix of *own*, each with whom it comes from."""
    if not own or wanted == len(own):
        return [(agent, agent.agent_id) for agent in own]
    kinds: dict[str, list[Agent]] = {}
    for agent in own:
        key = digest(agent.contract_id, agent.skills, agent.zone, agent.remote)
        kinds.setdefault(key, []).append(agent)
    shares = [len(people) * wanted / len(own) for people in kinds.values()]
    counts = [int(share) for share in shares]
    order = sorted(range(len(shares)), key=lambda i: counts[i] - shares[i])
    for i in order[: wanted - sum(counts)]:
        counts[i] += 1
    site = int(digest(own[0].site_id), 16)
    rng = np.random.default_rng([seed, site & 0xFFFFFFFF])
    chosen: list[tuple[Agent, str]] = []
    for people, count in zip(kinds.values(), counts, strict=True):
        chosen += _drawn(people, count, rng)
    return chosen


def _drawn(
    people: Sequence[Agent], count: int, rng: np.random.Generator
) -> list[tuple[Agent, str]]:
    order = rng.permutation(len(people)).tolist()
    drawn = []
    for k in range(count):
        agent, copy = people[order[k % len(people)]], k // len(people)
        name = agent.agent_id if copy == 0 else f"{agent.agent_id}+{copy}"
        drawn.append((replace(agent, agent_id=name), agent.agent_id))
    return sorted(drawn, key=lambda pair: pair[0].agent_id)
