"""Three real series in half hours: two banks and New York's taxis."""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from support.forecasting import grid_over, make_queue, shared_data

from wfm.calendar.holidays import Holiday, public_holidays
from wfm.calendar.local import to_instant, wall_minute, zone
from wfm.domain.demand import ContactHistory, OpeningHours, Queue

BANK_HOURS = OpeningHours(spans=(((420, 1260),),) * 5 + ((),) * 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One queue, its history and the holidays of its market."""

    queue: Queue
    history: ContactHistory
    holidays: Mapping[date, Holiday]


def bank() -> Series:
    """Return the bank of 2003, closed on the holidays that nearly everybody keeps."""
    kept = {
        day: holiday
        for day, holiday in public_holidays("US", None, range(2003, 2005)).items()
        if not holiday.minor
    }
    queue = make_queue(
        "bank",
        "America/New_York",
        country="US",
        opening=BANK_HOURS,
        closed_on_holidays=True,
    )
    volumes = _volumes("bank_calls_5min.csv.gz", 30)
    stub = {stamp for stamp in volumes if stamp.hour == 21}  # five minutes only
    return _series(queue, {t: v for t, v in volumes.items() if t not in stub}, kept)


def technion() -> Series:
    """Return the Technion bank's calls of 1999; 23 May was filled in by its source."""
    queue = make_queue("technion", "Asia/Jerusalem", country="IL")
    volumes = _volumes("technion_bank_1999_6min_total.csv.gz", 30)
    known = {t: v for t, v in volumes.items() if t.date() != date(1999, 5, 23)}
    return _series(queue, known, public_holidays("IL", None, range(1998, 2001)))


def taxi() -> Series:
    """Return the taxi trips; the double hour of 2 November 2014 is split in two."""
    queue = make_queue("taxi", "America/New_York", country="US", subdivision="NY")
    volumes = _volumes("nyc_taxi_30min.csv.gz", 30)
    return _series(queue, volumes, public_holidays("US", "NY", range(2013, 2017)))


def _volumes(name: str, minutes: int) -> Counter[datetime]:
    """Return the volume by local wall clock, floored to *minutes*."""
    volumes: Counter[datetime] = Counter()
    with gzip.open(shared_data(name), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stamp = datetime.fromisoformat(row["ts_local"].removesuffix("Z"))
            slot = stamp.replace(minute=stamp.minute // minutes * minutes)
            volumes[slot] += float(row["volume"])
    return volumes


def _series(
    queue: Queue, volumes: Mapping[datetime, float], holidays: Mapping[date, Holiday]
) -> Series:
    first, last = min(volumes).date(), max(volumes).date()
    grid = grid_over(first, (last - first).days + 1, queue.zone)
    offered = np.zeros((1, grid.num_intervals))
    observed = np.zeros(offered.shape, dtype=bool)
    for stamp, volume in volumes.items():
        wall = wall_minute(stamp.date(), stamp.hour * 60 + stamp.minute)
        places = {grid.floor_index(to_instant(wall, queue.zone))}
        later = grid.floor_index(to_instant(wall + 60, queue.zone))
        if later - min(places) > 2:  # the hour comes twice
            places.add(min(places) + 2)
        for idx in places:
            offered[0, idx] = volume / len(places)
            observed[0, idx] = True
    nothing = np.zeros_like(offered)
    history = ContactHistory(
        grid=grid,
        queue_ids=(queue.queue_id,),
        offered_contacts=offered,
        handled_contacts=offered,
        abandoned_contacts=nothing,
        aht_s=nothing,
        observed=observed,
        aht_weight=nothing,
    )
    return Series(queue=queue, history=history, holidays=holidays)


def origins(series: Series, num: int = 14, step_days: int = 10) -> list[date]:
    """Return *num* local dates, the last one six weeks before the end of history."""
    last = series.history.grid.end_utc.astimezone(zone(series.queue.zone)).date()
    last -= timedelta(days=42)
    return [last - timedelta(days=step_days * k) for k in range(num)][::-1]
