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

    def __post_init__(self) -> None:
        shape = (len(self.queue_ids), self.grid.num_intervals)
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
