"""A requirement's demand as the simulator's queues."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import Queue, VolumeForecast
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import RosterInstance
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.simulation.model import SimulatedQueue

_SECONDS_PER_HOUR = 3600.0
_SECONDS_PER_DAY = 86_400.0
_P10_TO_P90 = 2.5631031310892007
"""Standard deviations of a normal distribution between its P10 and P90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSide:
    """The requirement's demand inside the plan's window, as the simulator's queues.

    Attributes
    ----------
    first, size
        The window in intervals of the requirement.
    present
        Queue id -> share of paid time that is not lost unplanned.
    busyness_cv
        Queue id -> variation of a day's level; absent ones have none.
    """

    instance: RosterInstance
    requirement: StaffingRequirement
    first: int
    size: int
    present: Mapping[str, float]
    busyness_cv: Mapping[str, float]
    urgent_before_due_s: float

    @property
    def grid(self) -> IntervalGrid:
        """The window's grid."""
        return IntervalGrid(
            start_utc=self.requirement.grid.instant(self.first),
            interval_minutes=self.requirement.grid.interval_minutes,
            num_intervals=self.size,
        )

    @property
    def days(self) -> IntArray:
        """Return the number of the day of each interval, from the window's start."""
        per_day = int(_SECONDS_PER_DAY) // self.requirement.grid.interval_s
        return np.arange(self.size) // per_day

    def queues(self) -> tuple[SimulatedQueue, ...]:
        """Return the queues in the instance's order."""
        works = {work.queue_id: work for work in self.requirement.deferred}
        return tuple(
            self._deferred(queue, works[queue.queue_id])
            if queue.queue_id in works
            else self._live(queue, row)
            for row, queue in enumerate(self.instance.queues)
        )

    def _row(self, values: FloatArray, queue: Queue) -> FloatArray:
        q = self.requirement.queue_ids.index(queue.queue_id)
        found: FloatArray = values[q, self.first : self.first + self.size]
        return found

    def _live(self, queue: Queue, row: int) -> SimulatedQueue:
        within_s, start = queue.target.answer_within_s, self.instance.window_start_idx
        step = self.requirement.grid.interval_minutes // self.instance.step_minutes
        opened = self.instance.open_mask[row, start : start + self.size * step : step]
        return SimulatedQueue(
            queue_id=queue.queue_id,
            arrivals=self._row(self.requirement.offered_contacts, queue),
            handle_s=self._row(self.requirement.aht_s, queue),
            patience_s=queue.patience_s or np.inf,
            answer_within_s=20.0 if within_s is None else within_s,
            pace=queue.chat.aht_factor if queue.chat else (1.0,),
            open_mask=opened,
            busyness_cv=self.busyness_cv.get(queue.queue_id, 0.0),
        )

    def _deferred(self, queue: Queue, work: DeferredWork) -> SimulatedQueue:
        """Return due work as contacts; those of one interval are due together."""
        handle_s = _filled(self._row(self.requirement.aht_s, queue), queue)
        at = work.arrival_idx - self.first
        due_s = (work.due_idx - self.first) * float(self.requirement.grid.interval_s)
        seconds = work.work_hours * _SECONDS_PER_HOUR * self.present[queue.queue_id]
        inside = (at >= 0) & (at < self.size)
        number, earliest = np.zeros(self.size), np.full(self.size, np.inf)
        np.add.at(number, at[inside], seconds[inside] / handle_s[at[inside]])
        np.minimum.at(earliest, at[inside], due_s[inside])
        waiting = np.rint(seconds[at < 0] / handle_s.mean()).astype(np.int64)
        return SimulatedQueue(
            queue_id=queue.queue_id,
            arrivals=number,
            handle_s=handle_s,
            due_s=earliest,
            backlog_due_s=tuple(np.repeat(due_s[at < 0], waiting).tolist()),
            promote_before_due_s=self.urgent_before_due_s,
            busyness_cv=self.busyness_cv.get(queue.queue_id, 0.0),
        )


def _filled(aht_s: FloatArray, queue: Queue) -> FloatArray:
    """Return handle times with the mean where none is known."""
    known = aht_s[aht_s > 0.0]
    mean_s = float(known.mean()) if known.size else queue.default_aht_s or 1.0
    return np.where(aht_s > 0.0, aht_s, mean_s)


def day_variation(forecast: VolumeForecast) -> dict[str, float]:
    r"""Return queue id -> CV of a day's level, from the spread of the quantiles.

    :math:`c^2 = \sum_t (\sigma_t^2 - m_t) / \sum_t m_t^2`: what P10 to P90 spread
    beyond Poisson noise, as if all of it were common to the day. It is on the safe
    side, for some of it is local.
    """
    low, high = (_level(forecast, level) for level in (0.1, 0.9))
    sigma = (forecast.quantiles[:, high] - forecast.quantiles[:, low]) / _P10_TO_P90
    excess = np.maximum((sigma**2 - forecast.mean).sum(axis=1), 0.0)
    square = (forecast.mean**2).sum(axis=1)
    cv = np.sqrt(np.divide(excess, square, out=np.zeros_like(square), where=square > 0))
    return dict(zip(forecast.queue_ids, cv.tolist(), strict=True))


def _level(forecast: VolumeForecast, wanted: float) -> int:
    distance = [abs(level - wanted) for level in forecast.levels]
    return distance.index(min(distance))
