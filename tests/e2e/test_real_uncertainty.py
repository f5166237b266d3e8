"""Two real banks: bands that hold, and mornings that tell of afternoons."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import make_queue, technion_history
from support.real_series import bank, origins, technion

import forecasting
from wfm.calendar.local import local_clock

EPOCH = date(1970, 1, 1)


@pytest.fixture(scope="module", params=[bank, technion], ids=["bank", "technion"])
def series(request):
    return request.param()


def forecast(series, first, num_days=7, **changes):
    return forecasting.forecast(
        series.history,
        [series.queue],
        first_day={series.queue.queue_id: first},
        num_days=num_days,
        **changes,
    )


def actual(history, grid):
    """Return what came on *grid* and whether it was reported, both ``[q, t]``."""
    shift = history.grid.floor_index(grid.start_utc)
    span = slice(shift, shift + grid.num_intervals)
    return history.offered_contacts[:, span], history.observed[:, span]


def test_80_percent_bands_hold_80_percent_of_the_week_ahead(series):
    hits = []
    for first in origins(series):
        made = forecast(series, first, model="low_rank")
        came, known = actual(series.history, made.grid)
        known = known & (made.mean > 0)
        low, high = made.quantiles[0, 0], made.quantiles[0, -1]
        inside = (came[0] >= low) & (came[0] <= high)
        hits.append(inside[known[0]])
    # measured: 0.82 (bank), 0.83 (Technion)
    assert 0.70 < np.concatenate(hits).mean() < 0.88


def test_bands_of_week_totals_hold(series):
    hits = []
    for first in origins(series):
        made = forecast(series, first, model="low_rank")
        came, known = actual(series.history, made.grid)
        (row,) = forecasting.totals(made, by="week", num_paths=256).rows
        if known[0][made.mean[0] > 0].all():
            hits.append(row.quantiles[0] <= came[0].sum() <= row.quantiles[-1])
    assert len(hits) >= 7
    assert np.mean(hits) >= 0.5  # fourteen weeks can't say it closer


def rest_of_day(history, queue, days, model):
    """Return (sum of errors at midnight, at half-day) of the second half of *days*."""
    errors = np.zeros(2)
    q = history.queue_ids.index(queue.queue_id)
    for day in days:
        made = forecasting.forecast(
            history, [queue], first_day={queue.queue_id: day}, num_days=1, model=model
        )
        came, known = actual(history, made.grid)
        open_slots = np.flatnonzero(known[q] & (made.mean[0] > 0))
        if not open_slots.size:
            continue
        half = made.grid.instant(int(open_slots[len(open_slots) // 2]))
        again = forecasting.reforecast(made, history, until=half)
        rest = open_slots[len(open_slots) // 2 :]
        errors += [np.abs(f.mean[0] - came[q])[rest].sum() for f in (made, again)]
    return errors


def last_days(history, zone, num):
    day = local_clock(history.grid, zone).day
    seen = np.unique(day[history.observed[0]])[-num:]
    return [EPOCH + timedelta(days=int(d)) for d in seen]


def test_half_a_day_is_worth_a_tenth_of_the_bank_s_error():
    series = bank()
    days = last_days(series.history, series.queue.zone, 30)
    before, after = rest_of_day(series.history, series.queue, days, "low_rank")
    assert after < 0.90 * before  # measured: 0.83


@pytest.mark.parametrize("queue_id", ["NW", "PE"])
@pytest.mark.parametrize("month", [1, 10])
def test_small_queues_are_not_led_astray(queue_id, month):
    history = technion_history(month)
    queue = make_queue(queue_id, "Asia/Jerusalem")
    days = [date(1999, month, d) for d in range(15, 32)]
    before, after = rest_of_day(history, queue, days, "weekday_mean")
    assert after <= 1.01 * before


def test_one_call_in_three_slots_teaches_no_nonsense():
    series = technion()
    history = series.history
    rng = np.random.default_rng(7)
    share = 0.3 / history.offered_contacts.mean()
    counts = rng.binomial(history.offered_contacts.astype(int), share)
    object.__setattr__(history, "offered_contacts", counts.astype(float))
    days = last_days(history, series.queue.zone, 60)
    before, after = rest_of_day(history, series.queue, days, "weekday_mean")
    assert after <= 1.01 * before
