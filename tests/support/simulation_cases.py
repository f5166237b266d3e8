"""Small models whose exact figures are known, and how intervals are judged."""

from dataclasses import dataclass

import numpy as np

from wfm.simulation.model import (
    Headcounts,
    Route,
    Routing,
    SimulatedQueue,
    SimulationModel,
)
from wfm.simulation.run import simulate


def queue(queue_id, per_hour, handle_s, *, hours=1, **more):
    """A queue with the same arrivals in every hour."""
    return SimulatedQueue(
        queue_id=queue_id,
        arrivals=np.full(hours, float(per_hour)),
        handle_s=handle_s,
        **more,
    )


def model(queues, routes, **more):
    """A model in hours; *routes* are (queue, group) or complete."""
    routes = tuple(
        r if isinstance(r, Route) else Route(queue_id=r[0], group_id=r[1])
        for r in routes
    )
    groups = tuple(dict.fromkeys(route.group_id for route in routes))
    choice = more.pop("agent_choice", "longest_idle")
    return SimulationModel(
        interval_s=3600.0,
        queues=tuple(queues),
        group_ids=groups,
        routing=Routing(routes=routes, agent_choice=choice),
        **more,
    )


def heads(model_, *numbers):
    """The same headcounts throughout."""
    agents = np.repeat(np.array(numbers)[:, None], model_.num_intervals, axis=1)
    return Headcounts(agents=agents)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How 95 % intervals of many seeds judge an exact value."""

    coverage: float
    pooled_z: float
    mean: float


def judge(model_, staffing, truths, *, seeds=200, replications=20):
    """Estimate figures under many seeds and compare with the truth.

    *truths* maps (method of the result, row) or a function of the result to a number;
    the verdicts come in the same order.
    """
    found = {key: [] for key in truths}
    for seed in range(1, seeds + 1):
        result = simulate(model_, staffing, replications=replications, seed=seed)
        for key in truths:
            found[key].append(_estimate(result, key))
    return [
        _verdict(np.array(rows), truth)
        for rows, truth in zip(found.values(), truths.values(), strict=True)
    ]


def _estimate(result, key):
    if callable(key):
        estimate, row = key(result), 0
    else:
        estimate, row = getattr(result, key[0])(), key[1]
    return [np.ravel(x)[row] for x in (estimate.value, estimate.low, estimate.high)]


def _verdict(rows, truth):
    values, low, high = rows.T
    error = values.std(ddof=1) / np.sqrt(len(values))
    return Verdict(
        coverage=float(((low <= truth) & (truth <= high)).mean()),
        pooled_z=float((values.mean() - truth) / error),
        mean=float(values.mean()),
    )


def assert_agrees(verdicts):
    """Intervals hold the truth as often as they claim, and there is no bias."""
    for verdict in verdicts:
        assert 0.90 <= verdict.coverage <= 0.98, verdict
        assert abs(verdict.pooled_z) < 3.5, verdict


def birth_death(up, down):
    """Stationary chances of 0, 1, ... with rates *up*[x] to x + 1, *down*[x] from x."""
    weight = np.concatenate(([1.0], np.cumprod(np.asarray(up) / np.asarray(down))))
    return weight / weight.sum()
