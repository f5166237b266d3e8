"""Totals: sums by local date, and quantiles of sums instead of sums of quantiles."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, make_history, make_queue

import forecasting

FIRST = date(2026, 10, 12)
ZONES = {"pl": "Europe/Warsaw", "jp": "Asia/Tokyo"}
SPANS = (((540, 1260),),) * 5 + ((), ())


@pytest.fixture(scope="module")
def result():
    grid = grid_over(FIRST - timedelta(days=70), 71)
    rng = np.random.default_rng(3)
    days = 1 + 0.2 * rng.standard_normal(100)
    level = 20 * np.repeat(days, 48)[: grid.num_intervals]
    history = make_history(grid, {q: rng.poisson(level) for q in ZONES})
    queues = [make_queue(q, zone) for q, zone in ZONES.items()]
    return forecasting.forecast(
        history, queues, first_day=dict.fromkeys(ZONES, FIRST), num_days=28
    )


def by_hand(result, queue_id, start, num):
    """Sum the queue's mean over local dates, by its intervals' own wall clock."""
    from wfm.calendar.local import local_clock

    q = result.queue_ids.index(queue_id)
    day = local_clock(result.grid, ZONES[queue_id]).day
    first = (start - date(1970, 1, 1)).days
    inside = (day >= first) & (day < first + num)
    return result.mean[q, inside].sum()


def test_days_are_local_dates_and_add_up_to_the_mean(result):
    table = forecasting.totals(result, by="day", num_paths=64)
    assert len(table.rows) == 2 * 28
    for row in table.rows:
        assert row.num_days == 1
        assert row.mean == pytest.approx(by_hand(result, row.name, row.first_day, 1))
    # 25 hours: Warsaw's clocks go back on 25 October
    means = {row.first_day: row.mean for row in table.rows if row.name == "pl"}
    week_before = means[date(2026, 10, 18)]
    assert means[date(2026, 10, 25)] == pytest.approx(week_before * 50 / 48, rel=0.02)


@pytest.mark.parametrize(
    ("by", "lengths"), [("week", [7, 7, 7, 7]), ("month", [20, 8])]
)
def test_weeks_count_from_the_first_day_and_months_are_the_calendar_s(
    result, by, lengths
):
    table = forecasting.totals(result, by=by, num_paths=64, groups={"pl": ["pl"]})
    assert [row.num_days for row in table.rows] == lengths
    for row in table.rows:
        expected = by_hand(result, "pl", row.first_day, row.num_days)
        assert row.mean == pytest.approx(expected)
    assert table.period == by


def test_quantiles_are_those_of_summed_paths(result):
    table = forecasting.totals(
        result, by="week", groups={"both": list(ZONES)}, num_paths=300, seed=9
    )
    drawn = result.paths(300, seed=9)
    starts = [q.day_starts for q in result.noise.queues]
    for week, row in enumerate(table.rows):
        sums = sum(
            drawn[:, q, s[7 * week] : s[7 * week + 7]].sum(axis=1)
            for q, s in enumerate(starts)
        )
        assert row.quantiles == pytest.approx(np.quantile(sums, result.levels))


def test_a_week_s_band_is_narrower_than_its_intervals_added(result):
    table = forecasting.totals(result, by="week", num_paths=512)
    low, high = result.quantiles[0, [0, -1]].sum(axis=1)
    rows = [row for row in table.rows if row.name == "pl"]
    total = sum(row.quantiles[-1] - row.quantiles[0] for row in rows)
    assert total < 0.6 * (high - low)
    assert all(np.diff(row.quantiles).min() > 0 for row in rows)


def test_tables_name_their_levels(result):
    table = forecasting.totals(result, levels=(0.05, 0.5), num_paths=64)
    first = table.to_rows()[0]
    assert list(first) == ["name", "first_day", "num_days", "mean", "p5", "p50"]
    assert first["p5"] < first["p50"]


def test_the_totals_are_the_same_every_time(result):
    one, two = (forecasting.totals(result, num_paths=64, seed=1) for _ in range(2))
    assert one == two


def test_a_forecast_from_a_file_has_no_totals(result):
    with pytest.raises(ValueError, match="make it anew"):
        forecasting.totals(replace(result, noise=None))


def test_closed_days_are_exactly_nothing():
    grid = grid_over(FIRST - timedelta(days=28), 28)
    queue = make_queue("pl", ZONES["pl"])
    queue = replace(queue, opening=type(queue.opening)(spans=SPANS))
    history = make_history(grid, {"pl": np.full(grid.num_intervals, 9.0)})
    made = forecasting.forecast(history, [queue], first_day={"pl": FIRST}, num_days=7)
    rows = forecasting.totals(made, num_paths=64).rows
    assert [row.quantiles for row in rows[5:]] == [(0.0, 0.0, 0.0)] * 2
    assert rows[0].quantiles[0] > 0


def test_totals_of_days_cover_what_comes():
    # Gamma days of 20 %, Poisson counts: 80 % bands of days and of weeks.
    rng = np.random.default_rng(7)
    hits = {"day": [], "week": []}
    for _ in range(24):
        factor = rng.gamma(25, 1 / 25, 119)
        counts = rng.poisson(np.repeat(6.0 * factor, 48))
        grid = grid_over(FIRST - timedelta(days=105), 105)
        history = make_history(grid, {"q": counts[: grid.num_intervals]})
        made = forecasting.forecast(
            history, [make_queue()], first_day={"q": FIRST}, num_days=14
        )
        future = counts[grid.num_intervals :].reshape(14, 48).sum(axis=1)
        for by, actual in (("day", future), ("week", future.reshape(2, 7).sum(axis=1))):
            rows = forecasting.totals(made, by=by, num_paths=192).rows
            hits[by] += [
                row.quantiles[0] <= x <= row.quantiles[-1]
                for row, x in zip(rows, actual, strict=True)
            ]
    assert np.mean(hits["day"]) == pytest.approx(0.8, abs=0.08)
    assert np.mean(hits["week"]) == pytest.approx(0.8, abs=0.17)
