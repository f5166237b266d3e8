"""The step of the requirement that sizes together what shares agents."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wfm.domain.demand import Queue
from wfm.staffing.channel import QueueDemand, QueueStaffing
from wfm.staffing.multi_skill.pool import Crew, Pool, pools
from wfm.staffing.multi_skill.week import PooledNeed, PoolSettings, pooled_need


def sized_together(
    queues: Sequence[Queue],
    demands: Sequence[QueueDemand],
    results: Sequence[QueueStaffing],
    crews: Sequence[Crew],
    settings: PoolSettings | None = None,
) -> list[QueueStaffing]:
    """Return *results* with the queues that share agents sized together.

    Their agents are then what they add to the pool, not what they would take alone.
    """
    changed = list(results)
    if not crews:
        return changed
    alone = np.array([result.base_agents for result in results])
    rows = {queue.queue_id: q for q, queue in enumerate(queues)}
    for pool in pools(queues, demands, alone, crews):
        need = pooled_need(pool, settings)
        for k, queue in enumerate(pool.queues):
            row = rows[queue.queue_id]
            changed[row] = _in_pool(changed[row], pool, need, k)
    return changed


def _in_pool(
    result: QueueStaffing, pool: Pool, need: PooledNeed, k: int
) -> QueueStaffing:
    """Return the result of the pool's queue *k*; the first one says what changed."""
    agents, alone = need.agents[k], pool.alone_agents[k]
    worth = np.divide(alone, agents, out=np.ones_like(alone), where=agents > 0.0)
    said = (_remark(pool, need),) if k == 0 else ()
    return replace(
        result,
        base_agents=agents,
        pool=frozenset(queue.queue_id for queue in pool.queues),
        pooled_worth=worth,
        warnings=(*result.warnings, *said),
    )


def _remark(pool: Pool, need: PooledNeed) -> str:
    """Return what sharing agents does to the pool, and to the queue served worst."""
    hours = pool.demands[0].grid.interval_hours
    change = float((need.agents - pool.alone_agents).sum()) * hours
    others = ", ".join(queue.queue_id for queue in pool.queues[1:])
    worst = int(np.argmin(need.verified - pool.targets))
    return (
        f"shares agents with {others}: sized together by simulation, the pool takes "
        f"{abs(change):,.0f} {'fewer' if change <= 0.0 else 'more'} agent-hours than "
        f"queues by themselves; {pool.queues[worst].queue_id} is served worst, "
        f"{need.verified[worst]:.1%} in time at the 95 % lower bound"
    )
