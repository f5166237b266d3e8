"""Requirement: how many people the forecast takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import FloatArray, IntArray, read_only
from wfm.domain.edits import AppliedEdit
from wfm.domain.grid import IntervalGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredWork:
    """Work of one queue that may wait until it is due.

    Attributes
    ----------
    arrival_idx, due_idx
        ``[n]`` the work arrives at the start of interval *arrival_idx* and must be
        done before the start of interval *due_idx*; both ascending. ``arrival_idx``
        may be negative (opening backlog), ``due_idx`` never passes the window's end.
    work_hours
        ``[n]`` agent-hours, already grossed up for shrinkage that is not rostered.
    """

    queue_id: str
    arrival_idx: IntArray
    due_idx: IntArray
    work_hours: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.work_hours),)
        for name, dtype in (
            ("arrival_idx", np.int64),
            ("due_idx", np.int64),
            ("work_hours", np.float64),
        ):
            array = read_only(getattr(self, name), shape=shape, dtype=dtype)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCut:
    """Agents ``[t]`` who know any of *queue_ids* and are not busy elsewhere."""

    queue_ids: frozenset[str]
    agents: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingRequirement:
    """Agents needed per queue and interval, fractional until heads are counted.

    Attributes
    ----------
    offered_contacts, aht_s, workload_erlangs
        ``[q, t]`` the demand behind the requirement (second-line work included).
    base_agents
        ``[q, t]`` agents needed at work; for deferred queues a levelled profile,
        which is a hint and a chart: their real requirement is *deferred*.
    scheduled_agents
        ``[q, t]`` base agents grossed up by the shrinkage that the roster does not
        place itself.
    binding
        ``[q, t]`` what set the number: ``"service_level"``, ``"asa"``,
        ``"occupancy"``, ``"stability"``, ``"due"`` or ``""`` where nothing is needed.
    warnings
        Queue id -> remarks on the model's validity.
    edits
        What the planner's overrides did to the requirement.
    pools
        Sets of queues that share agents and were sized together: their agents are parts
        of what the pool takes, see :attr:`pool_cuts`.
    pooled_worth
        ``[q, t]`` agents whom the queue would need by itself, for each one in its pool;
        1 without a pool. ``None`` stands for 1 everywhere.
    """

    grid: IntervalGrid
    queue_ids: tuple[str, ...]
    offered_contacts: FloatArray
    aht_s: FloatArray
    workload_erlangs: FloatArray
    base_agents: FloatArray
    scheduled_agents: FloatArray
    binding: npt.NDArray[np.str_]
    deferred: tuple[DeferredWork, ...] = ()
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    edits: tuple[AppliedEdit, ...] = ()
    pools: tuple[frozenset[str], ...] = ()
    pooled_worth: FloatArray | None = None

    def __post_init__(self) -> None:
        shape = (len(self.queue_ids), self.grid.num_intervals)
        if self.pooled_worth is not None:
            worth = read_only(self.pooled_worth, shape=shape)
            object.__setattr__(self, "pooled_worth", worth)
        for name in (
            "offered_contacts",
            "aht_s",
            "workload_erlangs",
            "base_agents",
            "scheduled_agents",
        ):
            object.__setattr__(self, name, read_only(getattr(self, name), shape=shape))
        binding = read_only(self.binding, shape=shape, dtype=np.str_)
        object.__setattr__(self, "binding", binding)

    @property
    def pool_cuts(self) -> tuple[PoolCut, ...]:
        """Return what each pool takes in all, scheduled agents.

        As a pool's agents are split over its queues, the flow of groups to queues that
        prices a roster's cover holds the roster to them.
        """
        rows = {queue_id: q for q, queue_id in enumerate(self.queue_ids)}
        return tuple(
            PoolCut(
                queue_ids=pool,
                agents=self.scheduled_agents[[rows[q] for q in sorted(pool)]].sum(
                    axis=0
                ),
            )
            for pool in self.pools
        )
