"""The series of the forecasting benchmark, as local day-by-slot matrices and histories.

The data are not shipped: they are looked for under ``WFM_SHARED`` or ``../shared``
beside the project. Every stamp is the local wall clock, as published.
"""

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from wfm.calendar.local import local_clock, to_instant, wall_minute
from wfm.domain.demand import (
    ContactHistory,
    OpeningHours,
    Queue,
    ServiceTarget,
)
from wfm.domain.grid import IntervalGrid

DAY = timedelta(days=1)
THIN_SEED, THIN_MEAN = 19990101, 0.3
BANK = "bank_calls_5min.csv.gz"
TECHNION = "technion_bank_1999_6min_total.csv.gz"
TYPES = "technion_bank_1999_jan_oct_15min_by_type_aht.csv.gz"
TAXI = "nyc_taxi_30min.csv.gz"
ALWAYS = (((0, 1440),),) * 7
OFFICE = (((420, 1260),),) * 5 + ((), ())


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Queues of one clock: *offered*, *handled*, *handle_s* are ``[q, d, s]``.

    Values are contacts per interval (an hour that the clock shows twice holds the
    mean of both). *observed* ``[d]`` are the days that the file has, *scored* ``[d]``
    those that count. *weeks* is how far ahead each of *origins* is forecast.
    """

    key: str
    title: str
    zone: str
    country: str
    subdivision: str | None
    first: date
    slot_minutes: int
    queue_ids: tuple[str, ...]
    offered: np.ndarray
    observed: np.ndarray
    scored: np.ndarray
    origins: tuple[date, ...]
    weeks: int
    spans: tuple = ALWAYS
    handled: np.ndarray | None = None
    handle_s: np.ndarray | None = None

    def row(self, day: date) -> int:
        """Return the row of a date."""
        return (day - self.first).days

    @property
    def days(self) -> list[date]:
        return [self.first + n * DAY for n in range(len(self.observed))]

    @property
    def is_open(self) -> np.ndarray:
        """``[d, s]`` by opening hours."""
        minutes = np.arange(self.offered.shape[2]) * self.slot_minutes
        week = np.array(
            [
                np.any([(a <= minutes) & (minutes < b) for a, b in day], axis=0)
                if day
                else np.zeros(len(minutes), dtype=bool)
                for day in self.spans
            ]
        )
        return week[[day.weekday() for day in self.days]]

    @property
    def weights(self) -> np.ndarray:
        """``[d, s]`` 1 where a forecast is scored, else 0."""
        return self.is_open & self.scored[:, None]

    def queues(self) -> list[Queue]:
        return [
            Queue(
                queue_id=queue_id,
                channel="phone",
                zone=self.zone,
                requires=(),
                opening=OpeningHours(spans=self.spans),
                target=ServiceTarget(),
                country=self.country,
                subdivision=self.subdivision,
                default_aht_s=180.0,
            )
            for queue_id in self.queue_ids
        ]

    def history(self, until: date, since: date | None = None) -> ContactHistory:
        """Return what was known at local midnight of *until*."""
        low = self.row(since) if since else 0
        first, num_days = self.first + low * DAY, self.row(until) - low
        grid = grid_over(first, num_days, self.zone, self.slot_minutes)
        clock = local_clock(grid, self.zone)
        cells = (
            clock.day - wall_minute(self.first) // 1440,
            clock.minute_of_day // self.slot_minutes,
        )
        observed = np.tile(self.observed[cells[0]], (len(self.queue_ids), 1))
        offered = np.where(observed, self.offered[:, *cells], 0.0)
        handled = offered if self.handled is None else self.handled[:, *cells]
        seconds = 180.0 * handled if self.handle_s is None else self.handle_s[:, *cells]
        with_time = (handled > 0) & (seconds > 0)
        return ContactHistory(
            grid=grid,
            queue_ids=self.queue_ids,
            offered_contacts=offered,
            handled_contacts=handled,
            abandoned_contacts=offered - handled,
            aht_s=np.divide(
                seconds, handled, out=np.zeros_like(handled), where=with_time
            ),
            observed=observed,
            aht_weight=np.where(with_time, handled, 0.0),
        )

    def filled(self, q: int, until: date) -> tuple[np.ndarray, np.ndarray]:
        """Return ``[day, slot]`` before *until* without gaps, and the dates kept.

        Only open weekdays and slots are kept; a day that is not in the file holds
        the mean of up to four earlier days of its weekday (later ones if none).
        """
        num = self.row(until)
        weekday = np.array([day.weekday() for day in self.days[:num]])
        kept = np.flatnonzero(self.is_open[:num].any(axis=1))
        values = self.offered[q, :num].copy()
        for day in kept[~self.observed[kept]]:
            kin = np.flatnonzero((weekday == weekday[day]) & self.observed[:num])
            before = kin[kin < day][-4:]
            values[day] = values[before if len(before) else kin[:4]].mean(axis=0)
        return values[np.ix_(kept, self.open_slots)], kept + self.first_number

    @property
    def open_slots(self) -> np.ndarray:
        return np.flatnonzero(self.is_open.any(axis=0))

    @property
    def first_number(self) -> int:
        return wall_minute(self.first) // 1440

    def open_days(self, first: date, num_days: int) -> np.ndarray:
        """Return the open dates of the horizon, as days from 1970-01-01."""
        low = self.row(first)
        kept = np.flatnonzero(self.is_open[low : low + num_days].any(axis=1))
        return kept + low + self.first_number


def grid_over(first: date, num_days: int, zone: str, minutes: int) -> IntervalGrid:
    start = to_instant(wall_minute(first), zone)
    end = to_instant(wall_minute(first + num_days * DAY), zone)
    return IntervalGrid(
        start_utc=start,
        interval_minutes=minutes,
        num_intervals=int((end - start).total_seconds()) // 60 // minutes,
    )


def folder() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("WFM_SHARED", beside)) / "data"


def rows(name: str) -> Iterator[tuple[datetime, dict[str, str]]]:
    with gzip.open(folder() / name, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield datetime.fromisoformat(row["ts_local"]), row


def matrix(name: str, first: date, num_days: int, minutes: int) -> np.ndarray:
    """Return ``[1, d, s]`` the sum of the file's volumes per local slot."""
    values = np.zeros((1, num_days, 1440 // minutes))
    for stamp, row in rows(name):
        slot = (stamp.hour * 60 + stamp.minute) // minutes
        values[0, (stamp.date() - first).days, slot] += float(row["volume"])
    return values


def every(first: date, step: int, number: int) -> tuple[date, ...]:
    return tuple(first + n * step * DAY for n in range(number))


@cache
def bank(minutes: int = 30) -> DataSet:
    """Monday to Friday 07:00 to 21:00; at 5 minutes the slot of 21:00 too.

    At 30 minutes that last slot would hold five minutes' calls, so it is dropped.
    Weekdays that the file lacks were closed: neither learnt from nor scored.
    """
    first, last = date(2003, 3, 3), date(2003, 10, 24)
    num_days = (last - first).days + 1
    values = matrix(BANK, first, num_days, minutes)
    observed = values[0].any(axis=1)
    closes = 1265 if minutes == 5 else 1260
    values[:, :, closes // minutes :] = 0.0
    business = [first + n * DAY for n in np.flatnonzero(observed)]
    # Every sixth business day, so that the weekday rotates; six weeks fit behind it.
    end = business.index(date(2003, 9, 12))
    return DataSet(
        key=f"bank{minutes}",
        title="US bank, 30 min",
        zone="America/New_York",
        country="US",
        subdivision=None,
        first=first,
        slot_minutes=minutes,
        queue_ids=("bank",),
        offered=values,
        observed=observed,
        scored=observed,
        origins=tuple(business[end - 6 * n] for n in reversed(range(14))),
        weeks=6,
        spans=(((420, closes),),) * 5 + ((), ()),
    )


@cache
def bank_late() -> DataSet:
    """The bank's last weeks, a week ahead only: no constant was tuned on them."""
    origins = every(date(2003, 9, 15), 1, 33)
    weekdays = bank().observed
    kept = [day for day in origins if weekdays[bank().row(day)]]
    return replace(
        bank(),
        key="bank30late",
        title="US bank, Sep-Oct",
        origins=tuple(kept[:24]),
        weeks=1,
    )


@cache
def technion() -> DataSet:
    """The whole year, around the clock; 1999-05-23 is imputed and not scored.

    The hour that came twice on 1999-09-03 is halved, as in :func:`taxi`.
    """
    first = date(1999, 1, 1)
    values = matrix(TECHNION, first, 365, 30)
    values[0, (date(1999, 9, 3) - first).days, 2:4] /= 2.0
    scored = np.ones(365, dtype=bool)
    scored[(date(1999, 5, 23) - first).days] = False
    return DataSet(
        key="tech30",
        title="Technion bank, 30 min",
        zone="Asia/Jerusalem",
        country="IL",
        subdivision=None,
        first=first,
        slot_minutes=30,
        queue_ids=("technion",),
        offered=values,
        observed=np.ones(365, dtype=bool),
        scored=scored,
        origins=every(date(1999, 5, 9), 13, 16),
        weeks=6,
    )


@cache
def thinned() -> DataSet:
    """Each call of the Technion bank kept with one probability: 0.3 calls a slot."""
    full = technion()
    keep = THIN_MEAN / full.offered.mean()
    rng = np.random.default_rng(THIN_SEED)
    values = rng.binomial(full.offered.astype(np.int64), keep).astype(float)
    return replace(full, key="tech_thin", title="Technion thinned", offered=values)


@cache
def taxi() -> DataSet:
    """New York taxi; the hour that came twice on 2014-11-02 is halved."""
    first = date(2014, 7, 1)
    values = matrix(TAXI, first, 215, 30)
    values[0, (date(2014, 11, 2) - first).days, 2:4] /= 2.0
    return DataSet(
        key="taxi30",
        title="NYC taxi, 30 min",
        zone="America/New_York",
        country="US",
        subdivision="NY",
        first=first,
        slot_minutes=30,
        queue_ids=("taxi",),
        offered=values,
        observed=np.ones(215, dtype=bool),
        scored=np.ones(215, dtype=bool),
        origins=every(date(2014, 9, 8), 8, 14),
        weeks=6,
    )


@cache
def types(month: int) -> DataSet:
    """Six types of call of the Technion bank in January or October 1999."""
    first = date(1999, month, 1)
    names = ("IN", "NE", "NW", "PE", "PS", "TT")
    columns = ("volume", "handled", "handle_s")
    sums = np.zeros((3, len(names), 31, 48))
    for stamp, row in rows(TYPES):
        if stamp.month == month:
            slot = (stamp.hour * 60 + stamp.minute) // 30
            cell = names.index(row["queue"]), stamp.day - 1, slot
            for kind, column in enumerate(columns):
                sums[kind][cell] += float(row[column])
    return DataSet(
        key=f"types{month}",
        title=f"Technion types, {first:%b}",
        zone="Asia/Jerusalem",
        country="IL",
        subdivision=None,
        first=first,
        slot_minutes=30,
        queue_ids=names,
        offered=sums[0],
        observed=np.ones(31, dtype=bool),
        scored=np.ones(31, dtype=bool),
        origins=every(date(1999, month, 15), 1, 11),
        weeks=1,
        handled=sums[1],
        handle_s=sums[2],
    )


SETS = {
    "bank30": bank,
    "tech30": technion,
    "taxi30": taxi,
    "tech_thin": thinned,
    "bank30late": bank_late,
    "types1": lambda: types(1),
    "types10": lambda: types(10),
}
