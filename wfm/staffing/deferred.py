"""Work that may wait until a promised time: e-mail, social media, call-backs.

The promise runs on the queue's own clock: *answer_within_open_hours* of its opening
hours, from the arrival or, in closed time, from the next opening. Work is done in the
order of its due times. Work due after the plan's end is done to its even share: the
part of its open time that lies inside the plan. Work that is already late when the
plan begins is given the promise afresh, and a warning counts it. A contact promised for
a time of its own is due then, and may be made within the queue's usual promise before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from wfm.calendar.opening import open_mask
from wfm.domain.arrays import FloatArray, IntArray
from wfm.domain.demand import Queue
from wfm.domain.grid import IntervalGrid
from wfm.domain.staffing import DeferredWork
from wfm.staffing.channel import QueueDemand, QueueStaffing

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Contacts with one arrival and one promise."""

    arrival_idx: int
    due_idx: int
    contacts: float
    aht_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenClock:
    """The queue's open intervals inside the plan, and its promise counted in them."""

    open_idx: IntArray
    end_idx: int
    promise: int

    def due(self, arrival_idx: int, remaining: int) -> tuple[int, float]:
        """Return when *remaining* open intervals have passed, and the share inside."""
        first = int(np.searchsorted(self.open_idx, arrival_idx))
        inside = len(self.open_idx) - first
        if inside >= remaining:
            return int(self.open_idx[first + remaining - 1]) + 1, 1.0
        return self.end_idx, inside / remaining

    def before(self, due_idx: int) -> int:
        """Return the interval in which a promise that ends at *due_idx* begins."""
        last = int(np.searchsorted(self.open_idx, due_idx))
        return int(self.open_idx[max(0, last - self.promise)])

    def later(self, arrival_idx: int, passed: int) -> int:
        """Return the interval *passed* open ones after an arrival, or the end."""
        place = int(np.searchsorted(self.open_idx, arrival_idx)) + passed
        if not passed:
            return arrival_idx
        return int(self.open_idx[place]) if place < len(self.open_idx) else self.end_idx


def deferred_requirement(queue: Queue, demand: QueueDemand) -> QueueStaffing:
    """Return the due work of *queue* and its flattest profile over open hours.

    ``max_occupancy`` stretches the work: an agent of 0.9 occupancy does 0.9 hours of
    it an hour.

    Raises
    ------
    ValueError
        If the queue's target does not say within how many open hours to answer.
    """
    clock = open_clock(queue, demand)
    return as_due_work(queue, demand, clock, arrivals(demand, clock))


def as_due_work(
    queue: Queue, demand: QueueDemand, clock: OpenClock, parcels: Iterable[Parcel]
) -> QueueStaffing:
    """Return *parcels*, the backlog and promised contacts as due work, levelled."""
    backlog, late = _backlog(queue, demand, clock)
    promised = _promised(queue, demand, clock)
    work = _as_work(queue, [*backlog, *promised, *parcels])
    base = levelled(work, clock.open_idx, demand.grid)
    remark = f"{late:.0f} contacts are late already when the plan begins"
    return QueueStaffing(
        base_agents=base,
        binding=np.where(base > 0.0, "due", ""),
        deferred=work,
        warnings=(remark,) if late > 0.0 else (),
    )


def open_clock(queue: Queue, demand: QueueDemand) -> OpenClock:
    """Return the clock on which the promises of *queue* run.

    Raises
    ------
    ValueError
        If the queue's target does not say within how many open hours to answer.
    """
    hours = queue.target.answer_within_open_hours
    if hours is None:
        msg = f"queue {queue.queue_id!r} needs a target answer_within_open_hours"
        raise ValueError(msg)
    return OpenClock(
        open_idx=demand.open_idx,
        end_idx=demand.window[1],
        promise=max(1, int(hours / demand.grid.interval_hours + 1e-9)),
    )


def arrivals(demand: QueueDemand, clock: OpenClock) -> list[Parcel]:
    """Return what arrives in each interval of the plan, with its promise."""
    start, end = demand.window
    parcels = []
    for t in range(start, end):
        due, share = clock.due(t, clock.promise)
        parcels.append(
            Parcel(
                arrival_idx=t,
                due_idx=due,
                contacts=float(demand.offered_contacts[t]) * share,
                aht_s=float(demand.aht_s[t]),
            )
        )
    return parcels


def _backlog(
    queue: Queue, demand: QueueDemand, clock: OpenClock
) -> tuple[list[Parcel], float]:
    start, _ = demand.window
    aht_s = _mean_aht_s(queue, demand)
    parcels, late = [], 0.0
    for arrival, contacts in demand.backlog:
        remaining = clock.promise - _open_between(queue, demand, arrival, start)
        if remaining <= 0:
            late += contacts
            remaining = clock.promise
        due, share = clock.due(start, remaining)
        parcels.append(
            Parcel(
                arrival_idx=start, due_idx=due, contacts=contacts * share, aht_s=aht_s
            )
        )
    return parcels, late


def _promised(queue: Queue, demand: QueueDemand, clock: OpenClock) -> list[Parcel]:
    """Return contacts promised for a time of their own inside the plan.

    What should have been done before the plan begins is due in its first interval.
    """
    start, end = demand.window
    aht_s = _mean_aht_s(queue, demand)
    first, _ = clock.due(start, 1)
    return [
        Parcel(
            arrival_idx=max(start, clock.before(max(due, first))),
            due_idx=max(due, first),
            contacts=contacts,
            aht_s=aht_s,
        )
        for due, contacts in demand.promised
        if due <= end and len(clock.open_idx)
    ]


def _open_between(queue: Queue, demand: QueueDemand, first: int, end: int) -> int:
    """Return the open intervals in ``[first, end)``, before the grid too.

    There the weekly opening hours hold, without holidays.
    """
    on_grid = int(demand.open_mask[max(first, 0) : max(end, 0)].sum())
    if first >= 0:
        return on_grid
    before = IntervalGrid(
        start_utc=demand.grid.instant(first),
        interval_minutes=demand.grid.interval_minutes,
        num_intervals=-first,
    )
    return on_grid + int(open_mask(queue, before).sum())


def _mean_aht_s(queue: Queue, demand: QueueDemand) -> float:
    contacts = float(demand.offered_contacts.sum())
    if contacts > 0.0:
        return float((demand.offered_contacts * demand.aht_s).sum()) / contacts
    return queue.default_aht_s or 0.0


def _as_work(queue: Queue, parcels: Iterable[Parcel]) -> DeferredWork:
    pace = _SECONDS_PER_HOUR * (queue.target.max_occupancy_fraction or 1.0)
    hours: dict[tuple[int, int], float] = {}
    for parcel in parcels:
        work = parcel.contacts * parcel.aht_s / pace
        if work > 0.0:
            key = (parcel.due_idx, parcel.arrival_idx)
            hours[key] = hours.get(key, 0.0) + work
    keys = sorted(hours)
    return DeferredWork(
        queue_id=queue.queue_id,
        arrival_idx=np.array([arrival for _, arrival in keys], dtype=np.int64),
        due_idx=np.array([due for due, _ in keys], dtype=np.int64),
        work_hours=np.array([hours[key] for key in keys]),
    )


def levelled(work: DeferredWork, open_idx: IntArray, grid: IntervalGrid) -> FloatArray:
    """Return the flattest agents ``[t]`` over open intervals that meet every due time.

    Work done so far must stay between what has arrived and what is due; the taut
    string between the two curves has the least peak and the least sum of squares of
    all profiles (it is the shortest path, and unique).
    """
    agents = np.zeros(grid.num_intervals)
    if not len(work.work_hours):
        return agents
    done = taut_string(*due_curves(work, open_idx))
    agents[open_idx] = np.maximum(np.diff(done), 0.0) / grid.interval_hours
    return agents


def due_curves(work: DeferredWork, open_idx: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the hours due and the hours arrived by each open interval's end.

    Both begin with 0, before the first; what has arrived by an interval's start can be
    done in it. Between the two lies every profile that meets all due times.
    """
    arrived = np.concatenate(([0.0], np.cumsum(work.work_hours)))
    by_arrival = np.searchsorted(work.arrival_idx, open_idx, side="right")
    ends = np.append(open_idx[1:], np.iinfo(np.int64).max)
    by_due = np.searchsorted(work.due_idx, ends, side="right")
    lower = np.concatenate(([0.0], arrived[by_due]))
    return lower, np.concatenate(([0.0], arrived[by_arrival]))


def taut_string(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Return the shortest path that stays within ``lower[k] <= s[k] <= upper[k]``.

    Both curves rise, begin at one point and end at one point.
    """
    path = np.zeros_like(lower)
    noise = 1e-12 * max(1.0, float(upper[-1]))
    last = len(lower) - 1
    k = 0
    while k < last:
        run = np.arange(1, last - k + 1)
        need = (lower[k + 1 :] - path[k]) / run
        can = (upper[k + 1 :] - path[k]) / run
        steps, slope = _longest_line(need, can, noise)
        path[k + 1 : k + 1 + steps] = path[k] + slope * run[:steps]
        k += steps
    path[-1] = upper[-1]
    return path


def _longest_line(need: FloatArray, can: FloatArray, noise: float) -> tuple[int, float]:
    """Return how far one straight line goes before the string bends, and its slope."""
    least, most = np.maximum.accumulate(need), np.minimum.accumulate(can)
    crossed = np.flatnonzero(least > most + noise)
    if not len(crossed):
        return len(need), float(need[-1])
    at = max(int(crossed[0]), 1)
    if need[at] > most[at - 1]:
        bend = at - 1 - int(np.argmin(can[:at][::-1]))
        return bend + 1, float(can[bend])
    bend = at - 1 - int(np.argmax(need[:at][::-1]))
    return bend + 1, float(need[bend])


def done_by_due(work: DeferredWork, capacity_hours: FloatArray) -> FloatArray:
    """Return the hours of each piece of *work* done before it is due.

    Work is done first due, first served. What can't be in time any more gives way to
    what still can, so the missing hours are the fewest that this capacity allows; the
    late rest is done from what is left over, and not counted here.

    Parameters
    ----------
    capacity_hours
        ``[t]`` agent-hours that go into the queue.
    """
    left = work.work_hours.copy()
    head = 0
    for t, hours in enumerate(capacity_hours.tolist()):
        while head < len(left) and work.due_idx[head] <= t:
            head += 1
        piece = head
        while hours > 0.0 and piece < len(left) and work.arrival_idx[piece] <= t:
            done = min(hours, float(left[piece]))
            hours -= done
            left[piece] -= done
            piece += 1
    return work.work_hours - left
