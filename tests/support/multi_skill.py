"""Designs of queues that share agents, and brute force over their headcounts."""

from itertools import product

import numpy as np

from wfm.staffing.multi_skill.problem import (
    Judge,
    Sample,
    SkillDesign,
    SkillGroup,
    SkillQueue,
)


def skill_queue(name, erlangs, aht_s=240.0, **more):
    figures = {
        "service_level_fraction": 0.8,
        "answer_within_s": 20.0,
        "patience_s": 180.0,
        **more,
    }
    return SkillQueue(
        queue_id=name,
        contacts_per_hour=erlangs * 3600.0 / aht_s,
        aht_s=aht_s,
        **figures,
    )


def design(queues, **costs):
    """Groups are named by the letters of their queues."""
    return SkillDesign(
        queues=tuple(queues),
        groups=tuple(
            SkillGroup(group_id=name, queue_ids=frozenset(name), cost=cost)
            for name, cost in costs.items()
        ),
    )


def brute_force(problem: SkillDesign, below_cost: float, sample: Sample) -> float:
    """Return the least cost of all headcounts up to *below_cost* that hold.

    Headcounts below one that failed are left out, and those with too few people to be
    as busy as three quarters of the load asks.
    """
    judge = Judge(design=problem, sample=sample)
    most = [int(below_cost / cost + 1e-9) for cost in problem.costs]
    every = np.array(list(product(*(range(n + 1) for n in most))))
    cost = every @ problem.costs
    load = sum(queue.workload_erlangs for queue in problem.queues)
    every = every[(cost <= below_cost + 1e-9) & (every.sum(axis=1) >= 0.75 * load)]
    failed = np.empty((0, len(most)), dtype=int)
    order = np.lexsort((every.max(axis=1), every @ problem.costs))
    for heads in every[order]:
        if (heads <= failed).all(axis=1).any():
            continue
        if judge.holds(heads):
            return float(problem.costs @ heads)
        failed = np.vstack([failed, heads])
    return np.inf
