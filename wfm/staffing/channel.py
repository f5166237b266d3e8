"""What a channel model is: contacts of one queue in, agents out; one file each."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import Queue
from wfm.domain.grid import IntervalGrid
from wfm.domain.registry import Registry
from wfm.domain.staffing import DeferredWork


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDemand:
    """What reaches one queue, on the demand grid.

    Attributes
    ----------
    offered_contacts, aht_s
        ``[t]``; contacts are 0 outside *window*.
    open_mask
        ``[t]`` whether the queue is open.
    window
        Half-open index range of the plan.
    backlog
        ``(arrival_idx, contacts)`` that wait when the plan begins.
    promised
        ``(due_idx, contacts)`` promised for a time of their own: done before it.
    rate_cv
        Coefficient of variation of the rate behind the contacts, where it matters.
    """

    grid: IntervalGrid
    offered_contacts: FloatArray
    aht_s: FloatArray
    open_mask: BoolArray
    window: tuple[int, int]
    backlog: tuple[tuple[int, float], ...] = ()
    promised: tuple[tuple[int, float], ...] = ()
    rate_cv: float = 0.0

    @property
    def workload_erlangs(self) -> FloatArray:
        """Offered contacts times handle time per second of interval, ``[t]``."""
        erlangs: FloatArray = self.offered_contacts * self.aht_s / self.grid.interval_s
        return erlangs

    @property
    def open_idx(self) -> IntArray:
        """Open intervals of the plan, ascending."""
        start, end = self.window
        inside = np.flatnonzero(self.open_mask)
        return inside[(inside >= start) & (inside < end)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStaffing:
    """Agents that one queue takes.

    Attributes
    ----------
    base_agents
        ``[t]`` agents at work, fractional; a levelled hint where *deferred* is set.
    binding
        ``[t]`` which target set the number, ``""`` where nothing is needed.
    deferred
        The real requirement of a queue whose work may wait, before shrinkage.
    warnings
        Remarks on the model's validity.
    method
        How changing load was met (:mod:`wfm.staffing.time_varying`).
    pool
        The queues that it was sized together with, itself included; empty if alone.
    pooled_worth
        ``[t]`` agents needed alone for each one in the pool.
    """

    base_agents: FloatArray
    binding: npt.NDArray[np.str_]
    deferred: DeferredWork | None = None
    warnings: tuple[str, ...] = ()
    method: str = "sipp"
    pool: frozenset[str] = frozenset()
    pooled_worth: FloatArray | None = None


class ChannelModel(Protocol):
    """How many agents a queue of one channel takes."""

    deferred: ClassVar[bool]

    def requirement(self, queue: Queue, demand: QueueDemand) -> QueueStaffing:
        """Return the agents that meet the queue's target."""
        ...


@runtime_checkable
class LiveChannel(ChannelModel, Protocol):
    """A channel whose customers wait for the answer."""

    def service_level(
        self, queue: Queue, demand: QueueDemand, agents: FloatArray
    ) -> FloatArray:
        """Return the share answered in time with *agents* ``[t]`` at work."""
        ...


CHANNELS: Registry[type[ChannelModel]] = Registry("channel", "wfm.staffing.channels")
