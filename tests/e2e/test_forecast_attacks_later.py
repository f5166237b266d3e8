"""What is made of a forecast later: paths, totals, re-forecasts, the long term."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecast_attacks import (
    ask,
    assert_sound,
    days_before,
    rule,
    steady_history,
    weekly,
)
from support.forecasting import grid_over, local_values, make_history, make_queue

import forecasting
from wfm.calendar.local import local_clock, to_instant, wall_minute

DAY = date(2026, 6, 1)
NUM_DAYS = 84
PATHS = 256


def kinds():
    """Return histories ``[t]`` of ``NUM_DAYS`` days that are hard in one way each."""
    rng = np.random.default_rng(5)
    grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
    mean = local_values(grid, "UTC", rule)
    shocks = rng.gamma(25.0, 0.04, NUM_DAYS).repeat(48)
    spike = np.zeros(mean.size)
    spike[48 * 40 + 20] = 5000.0
    return {
        "busy": rng.poisson(mean * shocks).astype(float),
        "sparse": rng.poisson(0.02, mean.size).astype(float),
        "zero": np.zeros(mean.size),
        "spike": spike,
        "huge": 1e7 * mean,
        "steady": mean,
        "trend": mean * np.linspace(1.0, 3.0, mean.size),
    }


KINDS = pytest.mark.parametrize("kind", kinds())


@pytest.fixture(scope="module")
def asked():
    found = {}

    def answer(kind, num=14):
        if (kind, num) not in found:
            grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
            history = make_history(grid, {"q": kinds()[kind]})
            found[kind, num] = ask(history, make_queue(), DAY, num)
        return found[kind, num]

    return answer


@KINDS
def test_paths_are_whole_reproducible_and_0_when_nothing_comes(asked, kind):
    result = asked(kind)
    paths = result.paths(PATHS, seed=3)
    assert np.isfinite(paths).all()
    assert (paths >= 0).all()
    assert np.array_equal(paths, np.round(paths))
    assert np.array_equal(paths, result.paths(PATHS, seed=3))
    assert not np.array_equal(paths, result.paths(PATHS, seed=4)) or not paths.any()
    assert np.array_equal(paths[60:90], result.paths(30, seed=3, first_path=60))
    if kind == "zero":
        assert not paths.any()


@pytest.mark.parametrize("kind", ["busy", "steady", "huge", "sparse"])
def test_paths_average_to_the_mean_and_fill_the_band(asked, kind):
    result = asked(kind)
    paths = result.paths(PATHS, seed=3)[:, 0]
    total = paths.sum(axis=1)
    error = total.std() / np.sqrt(PATHS)
    assert abs(total.mean() - result.mean.sum()) <= 5 * error + 0.01 * total.mean()
    if kind == "busy":
        low, high = result.quantiles[0, [0, 2]]
        inside = (paths >= np.floor(low)) & (paths <= np.ceil(high))
        assert 0.7 <= inside.mean() <= 0.95


@KINDS
@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_totals_are_sums_and_their_quantiles_are_ordered(asked, kind, by):
    result = asked(kind)
    found = forecasting.totals(result, by=by, num_paths=PATHS)
    assert sum(row.mean for row in found.rows) == pytest.approx(result.mean.sum())
    assert sum(row.num_days for row in found.rows) == 14
    for row in found.rows:
        assert list(row.quantiles) == sorted(row.quantiles)
        assert min(row.quantiles) >= 0
    assert found == forecasting.totals(result, by=by, num_paths=PATHS)


def test_a_day_is_less_uncertain_than_its_intervals_added(asked):
    result = asked("busy")
    row = forecasting.totals(result, by="day").rows[0]
    added = result.quantiles[0, :, :48].sum(axis=1)
    assert row.quantiles[2] - row.quantiles[0] < added[2] - added[0]
    week = forecasting.totals(result, by="week").rows[0]
    days = forecasting.totals(result, by="day").rows[:7]
    width = sum(day.quantiles[2] - day.quantiles[0] for day in days)
    assert week.quantiles[2] - week.quantiles[0] < width


def test_a_group_is_the_sum_of_its_queues_on_local_days():
    queues = [make_queue("y", "America/New_York"), make_queue("t", "Asia/Tokyo")]
    first, day = date(2026, 1, 1), date(2026, 3, 2)
    grid = grid_over(first, 61)
    offered = {q.queue_id: local_values(grid, q.zone, rule) for q in queues}
    result = ask(make_history(grid, offered), queues, day, 14)
    both = forecasting.totals(result, by="day", groups={"all": ("y", "t")})
    apart = forecasting.totals(result, by="day")
    assert [row.num_days for row in both.rows] == [1] * 14
    for row in both.rows:
        parts = [part for part in apart.rows if part.first_day == row.first_day]
        assert row.mean == pytest.approx(sum(part.mean for part in parts))
    # New York's 8 March has 23 hours, and its total says so.
    short = next(r for r in apart.rows if r.first_day == date(2026, 3, 8))
    clock = local_clock(result.grid, "America/New_York")
    on_day = clock.day == wall_minute(date(2026, 3, 8)) // 1440
    assert on_day.sum() == 46
    assert short.mean == pytest.approx(result.mean[0, on_day].sum())


def actuals_of(values, num_days=1):
    return make_history(grid_over(DAY, num_days), {"q": values})


@KINDS
@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0, 3.0, 1000.0])
@pytest.mark.parametrize("slots", [1, 24, 47, 48])
def test_a_re_forecast_is_sound_whatever_came(asked, kind, factor, slots):
    result, queue = asked(kind), make_queue()
    came = np.round(result.mean[0, :48] * factor)
    until = to_instant(wall_minute(DAY, 30 * slots), "UTC")
    again = forecasting.reforecast(result, actuals_of(came), until=until)
    assert_sound(again, queue)
    assert np.array_equal(again.mean[0, :slots], came[:slots])
    assert np.array_equal(again.quantiles[0, 1, :slots], came[:slots])
    rest, before = again.mean[0, slots:], result.mean[0, slots:]
    assert (rest <= 5.0 * before + 1e-9).all()
    assert (rest >= 0.2 * before - 1e-9).all()
    paths = again.paths(16, seed=1)[:, 0]
    assert (paths[:, :slots] == came[:slots]).all()


def test_what_came_as_expected_moves_nothing(asked):
    result = asked("huge")
    again = forecasting.reforecast(
        result,
        actuals_of(result.mean[0, :48]),
        until=to_instant(wall_minute(DAY, 720), "UTC"),
    )
    assert again.mean == pytest.approx(result.mean, rel=1e-6)


def test_twice_as_many_calls_by_noon_move_the_afternoon_up(asked):
    result = asked("busy")
    came = actuals_of(2.0 * result.mean[0, :48])
    at = [to_instant(wall_minute(DAY, 30 * slot), "UTC") for slot in (2, 16, 24)]
    moved = [
        forecasting.reforecast(result, came, until=until).mean[0, 24:48].sum()
        / result.mean[0, 24:48].sum()
        for until in at
    ]
    assert 1.0 <= moved[0] < moved[2] <= 2.1
    assert moved[1] <= moved[2] + 0.15
    assert moved[2] > 1.3


def test_hours_not_reported_yet_are_not_silence(asked):
    result = asked("busy")
    values = np.zeros(48)
    values[:12] = result.mean[0, :12]
    gone = [("q", t) for t in range(12, 48)]
    history = make_history(grid_over(DAY, 1), {"q": values}, missing=gone)
    again = forecasting.reforecast(result, history)
    assert again.mean[0, 12:48].sum() == pytest.approx(
        result.mean[0, 12:48].sum(), rel=0.05
    )


def test_a_queue_that_nobody_counted_stays_to_the_bit():
    grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
    busy = kinds()["busy"]
    history = make_history(grid, {"a": busy, "b": busy[::-1]})
    result = ask(history, [make_queue("a"), make_queue("b")], DAY, 7)
    seen = make_history(grid_over(DAY, 1), {"a": 2.0 * result.mean[0, :48]})
    until = to_instant(wall_minute(DAY, 600), "UTC")
    again = forecasting.reforecast(result, seen, until=until)
    assert np.array_equal(again.mean[1], result.mean[1])
    assert np.array_equal(again.quantiles[1], result.quantiles[1])
    assert not np.array_equal(again.mean[0], result.mean[0])


@pytest.mark.parametrize(
    ("zone", "day", "slots"),
    [
        ("America/New_York", date(2026, 3, 8), 46),
        ("America/New_York", date(2026, 11, 1), 50),
    ],
)
def test_a_day_of_a_clock_change_is_re_forecast_whole(zone, day, slots):
    queue = make_queue(zone=zone)
    result = ask(steady_history(queue, days_before(day, 56), 56), queue, day, 7)
    grid = grid_over(day, 1, zone)
    came = make_history(grid, {"q": result.mean[0, :slots]})
    assert grid.num_intervals == slots
    again = forecasting.reforecast(result, came)
    assert np.array_equal(again.mean[0, :slots], result.mean[0, :slots])
    assert_sound(again, queue)


def test_a_closed_day_behind_changes_no_open_day_ahead():
    queue = make_queue(opening=weekly(1, 2, 3, 4))  # Monday, the first day, is closed
    grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
    is_open = np.isin(local_clock(grid, "UTC").weekday, [1, 2, 3, 4])
    history = make_history(grid, {"q": kinds()["busy"] * is_open})
    result = ask(history, queue, DAY, 7)
    again = forecasting.reforecast(result, actuals_of(np.zeros(48)))
    assert_sound(again, queue)
    assert again.mean[0, 48:] == pytest.approx(result.mean[0, 48:])


@KINDS
@pytest.mark.parametrize("period", ["week", "month"])
def test_the_long_term_is_sound_for_any_history(kind, period):
    grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
    history = make_history(grid, {"q": kinds()[kind]})
    found = forecasting.long_term(
        history, [make_queue()], first_day=DAY, months=36, period=period
    )
    rows = found.rows
    assert [row.start for row in rows[1:]] == [row.end for row in rows[:-1]]
    assert rows[0].start == DAY
    for row in rows:
        assert np.isfinite([row.mean, *row.quantiles, row.workload_hours]).all()
        assert row.mean >= 0
        assert list(row.quantiles) == sorted(row.quantiles)
    values = kinds()[kind]
    usual = 48 * max(values.mean(), values[-48 * 28 :].mean()) + 1.0
    per_day = [row.mean / (row.end - row.start).days for row in rows]
    assert max(per_day) <= 3.0 * usual
    assert {row.basis for row in rows if row.start >= DAY + timedelta(days=549)} == {
        "planner"
    }


@pytest.mark.parametrize("kind", ["busy", "steady", "huge"])
def test_the_long_term_begins_with_the_short_term(asked, kind):
    grid = grid_over(days_before(DAY, NUM_DAYS), NUM_DAYS)
    history = make_history(grid, {"q": kinds()[kind]})
    found = forecasting.long_term(
        history, [make_queue()], first_day=DAY, months=3, period="week"
    )
    short = asked(kind, 42).mean[0].reshape(6, -1).sum(axis=1)
    assert [row.mean for row in found.rows[:6]] == pytest.approx(short.tolist())
