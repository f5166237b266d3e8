"""Histories of many kinds, and what is remembered of their forecasts."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

import forecasting
from wfm.domain.demand import ContactHistory, OpeningHours, Queue, ServiceTarget
from wfm.domain.grid import IntervalGrid

ALWAYS, OFFICE = (((0, 1440),),) * 7, (((480, 1080),),) * 5 + ((), ())
FIRST = date(2025, 1, 6)
LEVELS = (0.1, 0.5, 0.9)


def history(seed, num_days, slots, volume, *, gaps=False):
    """Return gamma-Poisson contacts of one queue, the days moving together."""
    rng, num = np.random.default_rng(seed), num_days * slots
    slot, day = np.arange(num) % slots, np.arange(num) // slots
    shape = 1.2 + np.sin(2 * np.pi * (slot / slots - 0.3))
    week = np.array([1.2, 1.1, 1.0, 1.0, 1.05, 0.7, 0.6])[day % 7]
    moved = rng.gamma(50.0, 0.02, num_days)[day]
    offered = rng.poisson(volume * shape * week * moved).astype(float)[None]
    observed = np.full(offered.shape, True)
    if gaps:
        observed[0, 3 * slots : 4 * slots + 2] = False
        observed[0, -9 * slots : -8 * slots] = False
    offered = offered * observed
    return ContactHistory(
        grid=IntervalGrid(
            start_utc=datetime(2025, 1, 6, tzinfo=UTC),
            interval_minutes=1440 // slots,
            num_intervals=num,
        ),
        queue_ids=("q",),
        offered_contacts=offered,
        handled_contacts=offered,
        abandoned_contacts=0.0 * offered,
        aht_s=np.where(offered > 0, 180.0 + 40.0 * np.sin(slot), 0.0),
        observed=observed,
        aht_weight=offered,
    )


CASES = {
    "a year, round the clock": (1, 365, 48, 40.0, ALWAYS, {}),
    "office hours, gaps": (2, 170, 24, 60.0, OFFICE, {"gaps": True}),
    "few contacts": (3, 100, 48, 0.5, OFFICE, {}),
    "short slots": (4, 60, 96, 9.0, ALWAYS, {"gaps": True}),
    "three weeks": (5, 24, 24, 12.0, OFFICE, {}),
    "nine days": (6, 9, 24, 12.0, ALWAYS, {}),
}


def remembered(name, model):
    """Return sums and squares of mean, quantiles and handle time of one forecast."""
    seed, num_days, slots, volume, opening, options = CASES[name]
    queue = Queue(
        queue_id="q",
        channel="phone",
        zone="UTC",
        requires=(),
        opening=OpeningHours(spans=opening),
        target=ServiceTarget(),
    )
    found = forecasting.forecast(
        history(seed, num_days, slots, volume, **options),
        [queue],
        first_day={"q": FIRST + timedelta(days=num_days)},
        num_days=42,
        model=model,
        levels=LEVELS,
    )
    place = np.arange(found.mean.shape[1]) + 1.0
    numbers = [found.mean[0], *found.quantiles[0], found.aht_s[0]]
    return [float(f(x)) for x in numbers for f in (np.sum, place.dot)]
