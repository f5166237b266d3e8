"""Queues, demands and forecasts for the staffing tests."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from wfm.domain.demand import OpeningHours, Queue, ServiceTarget, VolumeForecast
from wfm.domain.grid import IntervalGrid
from wfm.staffing.channel import QueueDemand

ALWAYS = OpeningHours(spans=(((0, 1440),),) * 7)
OFFICE = OpeningHours(spans=(((540, 1020),),) * 5 + ((), ()))  # 09-17 Mon-Fri
MONDAY = datetime(2026, 10, 26, tzinfo=UTC)


def hours_grid(num_intervals: int, minutes: int = 60) -> IntervalGrid:
    """Return a grid from Monday 2026-10-26 00:00 UTC."""
    return IntervalGrid(
        start_utc=MONDAY, interval_minutes=minutes, num_intervals=num_intervals
    )


def a_queue(queue_id: str = "q", channel: str = "phone", **changes: Any) -> Queue:
    """Return a queue of 80/20, or of eight open hours if its work may wait."""
    deferred = channel in ("email", "social", "callback", "outbound")
    target = (
        ServiceTarget(answer_within_open_hours=8)
        if deferred
        else ServiceTarget(service_level_fraction=0.8, answer_within_s=20)
    )
    values: dict[str, Any] = {
        "queue_id": queue_id,
        "channel": channel,
        "zone": "UTC",
        "requires": (),
        "opening": ALWAYS,
        "target": target,
    }
    return Queue(**(values | changes))


def a_demand(
    offered: Any,
    aht_s: float = 300.0,
    *,
    minutes: int = 60,
    open_mask: Any = None,
    window: tuple[int, int] | None = None,
    backlog: tuple[tuple[int, float], ...] = (),
    promised: tuple[tuple[int, float], ...] = (),
) -> QueueDemand:
    """Return the demand of one queue; open throughout unless told otherwise."""
    contacts = np.asarray(offered, dtype=float)
    size = len(contacts)
    always = np.ones(size, dtype=bool)
    return QueueDemand(
        grid=hours_grid(size, minutes),
        offered_contacts=contacts,
        aht_s=np.full(size, aht_s),
        open_mask=always if open_mask is None else np.asarray(open_mask, dtype=bool),
        window=window or (0, size),
        backlog=backlog,
        promised=promised,
    )


def a_forecast(
    rows: dict[str, Any], aht_s: float = 300.0, minutes: int = 30
) -> VolumeForecast:
    """Return a forecast of the mean contacts *rows* by queue id."""
    mean = np.array(list(rows.values()), dtype=float)
    num_q, num_t = mean.shape
    return VolumeForecast(
        grid=hours_grid(num_t, minutes),
        queue_ids=tuple(rows),
        levels=(0.5,),
        mean=mean,
        quantiles=mean[:, None, :],
        aht_s=np.full((num_q, num_t), aht_s),
        first_idx=(0,) * num_q,
        end_idx=(num_t,) * num_q,
    )
