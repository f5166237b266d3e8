"""Small histories for the forecasting tests, built from a local day-by-slot rule."""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfm.calendar.local import local_clock, to_instant, wall_date, wall_minute
from wfm.domain.demand import ContactHistory, OpeningHours, Queue, ServiceTarget
from wfm.domain.grid import IntervalGrid

ALWAYS = OpeningHours(spans=(((0, 1440),),) * 7)
Rate = Callable[[date, int], float]
"""Contacts per interval by local date and minute of the local day."""


def make_queue(queue_id: str = "q", zone: str = "UTC", **changes: Any) -> Queue:
    """Return a queue, open around the clock unless told otherwise."""
    settings: dict[str, Any] = {
        "queue_id": queue_id,
        "channel": "phone",
        "zone": zone,
        "requires": (),
        "opening": ALWAYS,
        "target": ServiceTarget(),
        "default_aht_s": 240.0,
    }
    return Queue(**(settings | changes))


def grid_over(
    first: date, num_days: int, zone: str = "UTC", interval_minutes: int = 30
) -> IntervalGrid:
    """Return the grid over whole local days of *zone*."""
    start = to_instant(wall_minute(first), zone)
    end = to_instant(wall_minute(first + timedelta(days=num_days)), zone)
    minutes = int((end - start).total_seconds()) // 60
    return IntervalGrid(
        start_utc=start,
        interval_minutes=interval_minutes,
        num_intervals=minutes // interval_minutes,
    )


def local_values(grid: IntervalGrid, zone: str, rate: Rate) -> np.ndarray:
    """Return *rate* at the wall clock of every interval ``[t]``."""
    clock = local_clock(grid, zone)
    pairs = zip(clock.wall_minute, clock.minute_of_day, strict=True)
    return np.array([rate(wall_date(int(w)), int(m)) for w, m in pairs])


def make_history(
    grid: IntervalGrid,
    offered: dict[str, np.ndarray],
    *,
    missing: Iterable[tuple[str, int]] = (),
    aht_s: np.ndarray | float = 300.0,
) -> ContactHistory:
    """Return a history of *offered* by queue id; *missing* are (queue id, index)."""
    queue_ids = tuple(offered)
    contacts = np.array([offered[q] for q in queue_ids], dtype=float)
    observed = np.ones(contacts.shape, dtype=bool)
    for queue_id, idx in missing:
        observed[queue_ids.index(queue_id), idx] = False
    contacts = np.where(observed, contacts, 0.0)
    return ContactHistory(
        grid=grid,
        queue_ids=queue_ids,
        offered_contacts=contacts,
        handled_contacts=contacts,
        abandoned_contacts=np.zeros_like(contacts),
        aht_s=np.where(contacts > 0, aht_s, 0.0),
        observed=observed,
        aht_weight=contacts,
    )


def shared_data(name: str) -> Path:
    """Return a file of the shared data, or skip the test where it is absent."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    path = Path(os.environ.get("WFM_SHARED", beside)) / "data" / name
    if not path.exists():
        pytest.skip(f"{name} is not shipped; set WFM_SHARED to where it lies")
    return path


def technion_history(month: int) -> ContactHistory:
    """Return January or October 1999 of the Technion bank, by type, in 30 min."""
    path = shared_data("technion_bank_1999_jan_oct_15min_by_type_aht.csv.gz")
    zone, first = "Asia/Jerusalem", date(1999, month, 1)
    grid = grid_over(first, 31, zone)
    types: dict[str, int] = {}
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros((6, grid.num_intervals)))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stamp = datetime.fromisoformat(row["ts_local"])
            if stamp.month != month:
                continue
            wall = wall_minute(stamp.date(), stamp.hour * 60 + stamp.minute)
            idx = grid.floor_index(to_instant(wall, zone))
            q = types.setdefault(row["queue"], len(types))
            for column in ("volume", "handled", "abandoned", "handle_s"):
                sums[column][q, idx] += float(row[column])
    handled = sums["handled"]
    aht_s = np.divide(
        sums["handle_s"], handled, out=np.zeros_like(handled), where=handled > 0
    )
    return ContactHistory(
        grid=grid,
        queue_ids=tuple(types),
        offered_contacts=sums["volume"],
        handled_contacts=handled,
        abandoned_contacts=sums["abandoned"],
        aht_s=aht_s,
        observed=np.ones(handled.shape, dtype=bool),
        aht_weight=np.where(aht_s > 0, handled, 0.0),
    )


def utc(*parts: int) -> datetime:
    """Return an aware UTC instant."""
    return datetime(*parts, tzinfo=UTC)
