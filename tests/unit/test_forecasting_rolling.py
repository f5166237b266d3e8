"""Backtest and measures, on forecasts that can be checked by hand."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, local_values, make_history, make_queue

from forecasting import metrics
from forecasting.rolling import backtest
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent, OpeningHours

FIRST = date(2026, 8, 31)


def doubling(day, minute):
    """Return volumes that double every week."""
    return 2.0 ** ((day - FIRST).days // 7)


def history_of(rate=doubling, num_days=28, missing=()):
    grid = grid_over(FIRST, num_days)
    return make_history(grid, {"q": local_values(grid, "UTC", rate)}, missing=missing)


def by_model(result):
    return {row.model: row for row in result.rows}


def test_the_rows_of_a_series_that_doubles():
    result = backtest(
        history_of(), [make_queue()], origins=[FIRST + timedelta(days=14)]
    )
    rows = by_model(result)
    # the third week holds 4 a slot; last week held 2; the mean is (0.9 + 2) / 1.9
    mean = 2.9 / 1.9
    naive, model = rows["last_week"], rows["weekday_mean"]
    assert naive.wape == naive.daily_wape == pytest.approx(0.5)
    assert naive.bias == pytest.approx(-0.5)
    assert model.wape == pytest.approx((4 - mean) / 4)
    assert model.offered_contacts == 4 * 336
    assert model.intervals == 336
    assert model.absolute_error == pytest.approx((4 - mean) * 336)
    assert result.pooled_wape("last_week") == pytest.approx(0.5)
    assert result.pooled_wape("last_week", "q") == pytest.approx(0.5)
    assert math.isnan(result.pooled_wape("last_week", "other"))


def test_rows_pool_by_contacts_over_origins():
    origins = [FIRST + timedelta(days=7), FIRST + timedelta(days=21)]
    flat_then_jump = history_of(lambda d, m: 1.0 if d < origins[1] else 9.0)
    result = backtest(flat_then_jump, [make_queue()], origins=origins)
    assert [row.origin for row in result.rows if row.model == "last_week"] == origins
    assert result.pooled_wape("last_week") == pytest.approx(8 / 10)


def test_nothing_from_the_origin_on_is_seen():
    origin = FIRST + timedelta(days=14)
    changed = history_of(lambda d, m: doubling(d, m) if d < origin else 1000.0)
    plain, other = (
        by_model(backtest(h, [make_queue()], origins=[origin]))["weekday_mean"]
        for h in (history_of(), changed)
    )
    forecast_total = plain.offered_contacts * (1 + plain.bias)
    assert other.offered_contacts * (1 + other.bias) == pytest.approx(forecast_total)


def test_missing_and_closed_intervals_are_not_scored():
    origin = FIRST + timedelta(days=14)
    hours = OpeningHours(spans=(((540, 1260),),) * 7)
    missing = [("q", 14 * 48 + 20)]
    result = backtest(
        history_of(missing=missing), [make_queue(opening=hours)], origins=[origin]
    )
    assert {row.intervals for row in result.rows} == {7 * 24 - 1}
    assert by_model(result)["last_week"].wape == pytest.approx(0.5)


def test_the_last_horizon_may_be_cut_and_empty_ones_are_left_out():
    origins = [FIRST + timedelta(days=d) for d in (-3, 0, 25, 28, 60)]
    result = backtest(history_of(), [make_queue()], origins=origins)
    naive = [row for row in result.rows if row.model == "last_week"]
    assert [(row.origin, row.intervals) for row in naive] == [
        (FIRST, 336),
        (FIRST + timedelta(days=25), 144),
    ]
    assert "zeros in its place" in naive[0].failure
    assert naive[0].wape == 1.0


def test_queues_without_history_have_no_row():
    queues = [make_queue("unknown"), make_queue()]
    result = backtest(history_of(), queues, origins=[FIRST + timedelta(days=14)])
    assert {row.queue_id for row in result.rows} == {"q"}
    assert backtest(history_of(), queues[:1], origins=[FIRST]).rows == ()


def test_planned_events_are_known_to_the_models():
    origin = FIRST + timedelta(days=14)
    event = DemandEvent(
        event="launch",
        kind="launch",
        queue_ids=("q",),
        from_local_minute=wall_minute(origin),
        to_local_minute=wall_minute(origin + timedelta(days=7)),
        effect=2.0,
    )
    result = backtest(history_of(), [make_queue()], origins=[origin], events=[event])
    assert by_model(result)["last_week"].wape == pytest.approx(0.0)


def test_coverage_of_a_noisy_series_is_near_80_percent():
    rng = np.random.default_rng(9)
    noisy = history_of(lambda d, m: float(rng.poisson(30)), num_days=84)
    origins = [FIRST + timedelta(days=d) for d in (56, 63, 70, 77)]
    result = backtest(noisy, [make_queue()], origins=origins, models=["weekday_mean"])
    assert np.mean([row.coverage for row in result.rows]) == pytest.approx(
        0.8, abs=0.06
    )


def test_to_rows_is_a_table():
    result = backtest(
        history_of(), [make_queue()], origins=[FIRST + timedelta(days=14)]
    )
    table = result.to_rows()
    assert [row["model"] for row in table] == ["weekday_mean", "last_week"]
    assert table[1]["wape"] == pytest.approx(0.5)
    assert table[0]["queue_id"] == "q"


def test_metrics_by_hand():
    actual, forecast = np.array([10.0, 0.0, 30.0]), np.array([12.0, 3.0, 20.0])
    assert metrics.wape(actual, forecast) == pytest.approx(15 / 40)
    assert metrics.bias(actual, forecast) == pytest.approx(-5 / 40)
    assert metrics.coverage(actual, forecast - 2, forecast + 2) == pytest.approx(1 / 3)
    # 0.9 * 10 where the quantile is too low, 0.1 * 2 and 0.1 * 3 where it is too high
    assert metrics.pinball(actual, forecast, 0.9) == pytest.approx((9 + 0.5) / 3)


def test_metrics_of_nothing_are_not_a_number():
    nothing = np.zeros(3)
    assert math.isnan(metrics.wape(nothing, nothing + 1))
    assert math.isnan(metrics.bias(nothing, nothing))
    assert math.isnan(metrics.coverage(nothing[:0], nothing[:0], nothing[:0]))
