"""Published forecasts against actuals: leads, pooling, what is left out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from support.small_plan import queue

from forecasting import metrics
from forecasting.track_record import PublishedForecast, accuracy
from wfm.domain.demand import ContactHistory, VolumeForecast
from wfm.domain.grid import IntervalGrid

AS_OF = date(2026, 10, 26)  # Monday, Warsaw is UTC+1 from the day before
START = datetime(2026, 10, 25, 23, tzinfo=UTC)
DAYS = 16


def grid(days=DAYS, start=START):
    return IntervalGrid(start_utc=start, interval_minutes=30, num_intervals=48 * days)


def history(offered, observed=None):
    offered = np.asarray([offered], dtype=float)
    return ContactHistory(
        grid=grid(),
        queue_ids=("phone_en",),
        offered_contacts=offered,
        handled_contacts=offered,
        abandoned_contacts=0 * offered,
        aht_s=300 + 0 * offered,
        observed=offered >= 0 if observed is None else observed[None, :],
        aht_weight=offered,
    )


def published(mean, as_of=AS_OF, spread=2.0):
    mean = np.asarray([mean], dtype=float)
    bands = np.stack([mean - spread, mean, mean + spread], axis=1)
    forecast = VolumeForecast(
        grid=grid(),
        queue_ids=("phone_en",),
        levels=(0.1, 0.5, 0.9),
        mean=mean,
        quantiles=bands,
        aht_s=300 + 0 * mean,
        first_idx=(0,),
        end_idx=(48 * DAYS,),
    )
    return PublishedForecast(as_of=as_of, forecast=forecast)


def by_lead(rows):
    return {row.lead: row for row in rows}


def all_day():
    return replace(
        queue("phone_en", zone="Europe/Warsaw"),
        opening=replace(queue().opening, spans=(((0, 1440),),) * 7),
    )


def test_each_lead_counts_its_own_days_and_week_one_holds_day_one():
    actual = np.full(48 * DAYS, 10.0)
    actual[48 * 7 : 48 * 14] = 8.0  # the second week came in lower
    rows = by_lead(
        accuracy(history(actual), (all_day(),), (published(actual * 0 + 10),))
    )
    assert list(rows) == ["day 1", "week 1", "week 2", "week 3"]
    assert [rows[k].intervals for k in rows] == [48, 336, 336, 96]
    assert rows["week 1"].wape == 0.0
    assert rows["week 2"].wape == pytest.approx(0.25)
    assert rows["week 2"].bias == pytest.approx(0.25)
    assert rows["week 2"].coverage == 1.0
    assert rows["week 1"].floor_wape == pytest.approx(
        metrics.poisson_floor(np.array([10.0]))
    )


def test_errors_that_cancel_within_a_day_count_for_intervals_only():
    actual = np.tile([12.0, 8.0], 24 * DAYS)
    row = by_lead(
        accuracy(history(actual), (all_day(),), (published(0 * actual + 10),))
    )["week 1"]
    assert row.wape == pytest.approx(0.2)
    assert row.daily_wape == pytest.approx(0.0)


def test_unreported_and_closed_intervals_and_days_before_are_not_scored():
    actual = np.full(48 * DAYS, 10.0)
    observed = np.arange(48 * DAYS) < 48 * 3
    nine_to_five = replace(
        all_day(), opening=replace(queue().opening, spans=(((540, 1020),),) * 7)
    )
    snapshot = published(actual, as_of=date(2026, 10, 27))
    rows = accuracy(history(actual, observed), (nine_to_five,), (snapshot,))
    assert by_lead(rows)["week 1"].intervals == 2 * 16


def test_queues_and_forecasts_without_common_intervals_have_no_row():
    actual = np.full(48 * DAYS, 10.0)
    other = replace(all_day(), queue_id="unknown")
    assert accuracy(history(actual), (other,), (published(actual),)) == ()
    nothing = history(actual, np.zeros(48 * DAYS, dtype=bool))
    assert accuracy(nothing, (all_day(),), (published(actual),)) == ()


def test_a_grid_out_of_step_is_an_error():
    actual = np.full(48 * DAYS, 10.0)
    snapshot = published(actual)
    shifted = IntervalGrid(
        start_utc=START.replace(minute=15), interval_minutes=30, num_intervals=48 * DAYS
    )
    bad = replace(snapshot, forecast=replace(snapshot.forecast, grid=shifted))
    with pytest.raises(ValueError, match="not those of the history"):
        accuracy(history(actual), (all_day(),), (bad,))


@pytest.mark.parametrize("rate", [0.3, 1.0, 4.0, 25.4, 1157.0])
def test_poisson_floor_is_the_mean_absolute_deviation(rate):
    from scipy.stats import poisson

    counts = np.arange(int(rate + 40 * np.sqrt(rate) + 40))
    exact = (np.abs(counts - rate) * poisson.pmf(counts, rate)).sum() / rate
    assert metrics.poisson_floor(np.array([rate, 0.0])) == pytest.approx(
        exact, rel=1e-9
    )
