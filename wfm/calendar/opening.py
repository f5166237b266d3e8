"""When a queue is open, on the grid."""

from collections.abc import Collection
from datetime import date

import numpy as np

from wfm.calendar.local import LocalClock, local_clock, wall_minute
from wfm.domain.arrays import BoolArray
from wfm.domain.demand import MINUTES_PER_DAY, Queue
from wfm.domain.grid import IntervalGrid


def open_mask(
    queue: Queue, grid: IntervalGrid, holidays: Collection[date] = ()
) -> BoolArray:
    """Return whether *queue* is open in each interval ``[t]``.

    *holidays* are the market's; they close the queue if it says
    ``closed_on_holidays``.
    """
    clock = local_clock(grid, queue.zone)
    mask = _weekly_mask(queue, clock)
    if queue.closed_on_holidays and holidays:
        days = [wall_minute(day) // MINUTES_PER_DAY for day in holidays]
        mask &= ~np.isin(clock.day, days)
    return mask


def _weekly_mask(queue: Queue, clock: LocalClock) -> BoolArray:
    mask = np.zeros(clock.day.shape, dtype=bool)
    for weekday, spans in enumerate(queue.opening.spans):
        for opens, closes in spans:
            mask |= (
                (clock.weekday == weekday)
                & (clock.minute_of_day >= opens)
                & (clock.minute_of_day < closes)
            )
    return mask
