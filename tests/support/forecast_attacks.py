"""What the attacks on forecasts share: one call, and what must hold of any answer."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from support.forecasting import ALWAYS, Rate, grid_over, local_values, make_history

import forecasting
from wfm.calendar.local import local_clock, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.demand import OpeningHours, Queue, VolumeForecast

MIDDAY = 12 * 60


def rule(day: date, minute: int) -> float:
    """Return contacts that tell every slot of every weekday from every other."""
    hump = 60.0 * np.exp(-(((minute - MIDDAY) / 200.0) ** 2))
    return float((1.0 + 0.1 * day.weekday()) * (5.0 + hump + minute / 1440.0))


def steady_history(
    queue: Queue, first: date, num_days: int, minutes: int = 30, rate: Rate = rule
) -> Any:
    """Return a history in which every week is the same on the wall clock."""
    grid = grid_over(first, num_days, queue.zone, minutes)
    return make_history(grid, {queue.queue_id: local_values(grid, queue.zone, rate)})


def ask(
    history: Any, queues: Queue | Sequence[Queue], day: date, num: int = 7, **more: Any
) -> VolumeForecast:
    """Return the forecast of *queues* from *day* on."""
    queues = [queues] if isinstance(queues, Queue) else queues
    first_day = {queue.queue_id: day for queue in queues}
    return forecasting.forecast(
        history, queues, first_day=first_day, num_days=num, **more
    )


def assert_sound(result: VolumeForecast, queues: Queue | Sequence[Queue]) -> None:
    """Assert what holds of any forecast, whatever the history."""
    queues = [queues] if isinstance(queues, Queue) else queues
    for values in (result.mean, result.quantiles, result.aht_s):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (np.diff(result.quantiles, axis=1) >= 0).all()
    for q, queue in enumerate(queues):
        outside = ~open_mask(queue, result.grid)
        outside[: result.first_idx[q]] = outside[result.end_idx[q] :] = True
        assert not result.mean[q, outside].any()
        assert not result.quantiles[q][:, outside].any()


def whole_days(result: VolumeForecast, queue: Queue, day: date, num: int) -> np.ndarray:
    """Return how many intervals each local day has, after a check of the ends."""
    clock = local_clock(result.grid, queue.zone)
    days = clock.day - wall_minute(day) // 1440
    inside = slice(result.first_idx[0], result.end_idx[0])
    assert set(days[inside]) == set(range(num))
    return np.bincount(days[inside], minlength=num)


def weekly(*open_days: int) -> OpeningHours:
    """Return hours around the clock on *open_days* (0 is Monday) only."""
    return OpeningHours(
        spans=tuple(ALWAYS.spans[0] if day in open_days else () for day in range(7))
    )


def days_before(day: date, num: int) -> date:
    return day - timedelta(days=num)
