"""Who is at work: heads by site and queue, and people to spare."""

from collections.abc import Iterable

import numpy as np

from wfm.domain.arrays import FloatArray
from wfm.domain.roster import RosterInstance, Shift, is_eligible
from wfm.report.inputs import ReportInput


def working_heads(
    instance: RosterInstance, shifts: Iterable[Shift], agent_ids: frozenset[str]
) -> FloatArray:
    """Return how many of *agent_ids* are working in each step ``[t]``."""
    heads = np.zeros(instance.grid.num_intervals)
    for shift in shifts:
        if shift.agent_id in agent_ids:
            for span in shift.working_spans:
                heads[max(span.start_idx, 0) : max(span.end_idx, 0)] += 1
    return heads


def spare_agents(inputs: ReportInput) -> FloatArray:
    """Return working agents who could take the queue and are needed nowhere ``[q, t]``.

    The same person is to spare for every queue that he or she can serve; the rows
    must not be added up.
    """
    instance, allocation = inputs.instance, inputs.allocation
    shifts = (*inputs.roster.shifts, *instance.carry_over)
    spare = np.zeros((len(instance.queues), instance.grid.num_intervals))
    for g, members in enumerate(allocation.group_agents):
        idle = working_heads(instance, shifts, members) - allocation.agents[g].sum(0)
        for q, queue in enumerate(instance.queues):
            if queue.queue_id in allocation.group_queues[g]:
                spare[q] += np.maximum(idle, 0.0)
    return spare


def heads_by_site(inputs: ReportInput) -> FloatArray:
    """Return working heads ``[site, 1 + q, t]``: everybody first, then by queue.

    A queue's row counts the people who may serve it, whatever else they can do.
    """
    instance = inputs.instance
    shifts = (*inputs.roster.shifts, *instance.carry_over)
    shape = (len(instance.sites), 1 + len(instance.queues), instance.grid.num_intervals)
    heads = np.zeros(shape)
    for s, members in enumerate(inputs.agents_by_site().values()):
        everybody = frozenset(agent.agent_id for agent in members)
        heads[s, 0] = working_heads(instance, shifts, everybody)
        for q, queue in enumerate(instance.queues):
            able = frozenset(a.agent_id for a in members if is_eligible(a, queue))
            if able:
                heads[s, 1 + q] = working_heads(instance, shifts, able)
    return heads


def mean_by_interval(values: FloatArray, factor: int) -> FloatArray:
    """Return means over *factor* steps along the last axis (a ragged end is cut)."""
    count = values.shape[-1] // factor
    cut = values[..., : count * factor]
    means: FloatArray = cut.reshape(*values.shape[:-1], count, factor).mean(axis=-1)
    return means
