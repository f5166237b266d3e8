"""Three years ahead, on histories whose trend and season are known."""

import inspect
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from support.forecasting import grid_over, make_history, make_queue

import forecasting
from forecasting.days import day_number
from forecasting.level_path import LevelPath, fit_level_path
from forecasting.model import QueueHistory
from wfm.calendar.holidays import Holiday
from wfm.domain.demand import DemandEvent, OpeningHours
from wfm.domain.drivers import DemandDrivers, Growth
from wfm.domain.grid import IntervalGrid

FIRST = date(2026, 1, 5)
MODEL = "weekday_mean"
long_term = partial(forecasting.long_term, model=MODEL)
AHT_S = 300.0


def level(day, slope=0.0, height=0.0):
    years = (day - FIRST).days / 365.25
    return np.exp(slope * years + height * np.cos(2 * np.pi * years))


def history_of(num_days, *, slope=0.0, height=0.0, rate=60.0, seed=1, queues=("q",)):
    """Return hourly Poisson counts of a known level, two fifths of it at weekends."""
    first = FIRST - timedelta(days=num_days)
    grid = grid_over(first, num_days, "UTC", 60)
    days = [first + timedelta(days=k) for k in range(num_days)]
    means = [
        rate * level(d, slope, height) * (1 if d.weekday() < 5 else 0.4) for d in days
    ]
    rng = np.random.default_rng(seed)
    return make_history(
        grid,
        {q: rng.poisson(np.repeat(means, 24)).astype(float) for q in queues},
        aht_s=AHT_S,
    )


@pytest.fixture(scope="module")
def three_years():
    return history_of(1096, slope=0.1, height=0.2)


@pytest.fixture(scope="module")
def rows(three_years):
    return long_term(three_years, [make_queue()], first_day=FIRST).rows


def truth(row, slope, height, rate=60.0):
    days = [row.start + timedelta(days=k) for k in range((row.end - row.start).days)]
    levels = [
        rate * level(d, slope, height) * (1 if d.weekday() < 5 else 0.4) for d in days
    ]
    return 24 * sum(levels)


def test_there_are_36_months_without_gap(rows):
    assert len(rows) == 36
    assert (rows[0].start, rows[-1].end) == (FIRST, date(2029, 1, 1))
    assert all(a.end == b.start for a, b in pairwise(rows))
    assert all(row.start.day == 1 for row in rows[1:])


def test_weeks_are_seven_dates(three_years):
    result = long_term(
        three_years, [make_queue()], first_day=FIRST, months=2, period="week"
    )
    assert [row.start for row in result.rows] == [
        FIRST + timedelta(weeks=k) for k in range(8)
    ]
    assert all(row.end - row.start == timedelta(weeks=1) for row in result.rows)


def test_trend_and_season_of_the_history_are_continued(rows):
    # The six weeks at first are the short-term model's, which knows neither.
    for row in rows[3:18]:
        assert row.mean == pytest.approx(truth(row, 0.1, 0.2), rel=0.07)


def test_the_band_reaches_to_the_undamped_trend(rows):
    inside = [r.quantiles[0] < truth(r, 0.1, 0.2) < r.quantiles[2] for r in rows[6:]]
    assert np.mean(inside) > 0.8


def test_a_level_history_stays_level_and_its_band_widens():
    result = long_term(history_of(1096), [make_queue()], first_day=FIRST)
    months = result.rows[1:]
    for row in months:
        assert row.mean == pytest.approx(truth(row, 0.0, 0.0), rel=0.02)
    width = np.array([(r.quantiles[2] - r.quantiles[0]) / r.mean for r in months])
    # months of unlike length differ a little, so halves of a year are compared
    halves = width[:30].reshape(-1, 6).mean(axis=1)
    assert (np.diff(halves) > 0).all()


def test_quantiles_ascend_around_the_mean(rows):
    for row in rows:
        low, middle, high = row.quantiles
        assert 0 < low < middle < row.mean < high


def test_it_agrees_with_the_short_term_forecast_week_by_week(three_years):
    queue = make_queue()
    short = forecasting.forecast(
        three_years, [queue], first_day={"q": FIRST}, num_days=42, model=MODEL
    )
    weeks = long_term(
        three_years, [queue], first_day=FIRST, months=3, period="week"
    ).rows[:6]
    expected = short.mean[0].reshape(6, -1).sum(axis=1)
    assert [row.mean for row in weeks] == pytest.approx(expected.tolist())


def test_weeks_and_months_tell_the_same_days(three_years):
    queue = [make_queue()]
    january, february = long_term(three_years, queue, first_day=FIRST, months=2).rows
    weeks = long_term(three_years, queue, first_day=FIRST, months=2, period="week").rows
    # 5 January to 1 March are 55 days, so the eighth week ends one day later
    assert weeks[-1].end == february.end + timedelta(days=1)
    longer = sum(row.mean for row in weeks) - january.mean - february.mean
    assert 0 < longer < weeks[-1].mean / 4


def test_beyond_18_months_the_level_is_the_planner_s(rows):
    basis = [row.basis for row in rows]
    assert basis == ["history"] * 19 + ["planner"] * 17
    assert rows[19].start == date(2027, 8, 1)
    # The trend stands still: the same month a year later, day for day.
    per_day = {r.start: r.mean / (r.end - r.start).days for r in rows}
    for month in (3, 6, 11):
        before, after = per_day[date(2027, month, 1)], per_day[date(2028, month, 1)]
        if month > 7:
            assert after == pytest.approx(before, rel=0.03)
        else:
            assert after > before


def test_growth_is_a_lever(three_years):
    growth = Growth(per_year=0.2, since=date(2026, 7, 1))
    plain, grown, stated = (
        long_term(
            three_years,
            [make_queue(drivers=drivers)],
            first_day=FIRST,
            growth=levers,
        ).rows
        for drivers, levers in (
            (DemandDrivers(), None),
            (DemandDrivers(), {"q": growth}),
            (DemandDrivers(growth=growth), None),
        )
    )
    assert grown == stated
    for before, after in zip(plain, grown, strict=True):
        assert after.mean == pytest.approx(before.mean * after.growth)
        assert after.workload_hours == pytest.approx(
            before.workload_hours * after.growth
        )
    assert {row.growth for row in grown[:6]} == {1.0}
    july_2027 = next(row for row in grown if row.start == date(2027, 7, 1))
    assert july_2027.growth == pytest.approx(1.2 ** (1 + 15 / 365.25), rel=1e-3)


def test_workload_is_contacts_times_handle_time(rows):
    for row in rows:
        assert row.aht_s == pytest.approx(AHT_S, rel=1e-3)
        assert row.workload_hours == pytest.approx(row.mean * row.aht_s / 3600)


def test_a_short_history_has_no_season_and_says_so():
    result = long_term(history_of(200), [make_queue()], first_day=FIRST)
    assert any("no annual index" in note for note in result.notes["q"])
    june = result.rows[5]
    # nobody knows the season, so the band allows for one
    assert june.quantiles[0] < 0.85 * june.mean < 1.15 * june.mean < june.quantiles[2]


def test_closed_months_and_holidays_count_by_day():
    queue = make_queue(
        opening=OpeningHours(spans=(((540, 1020),),) * 5 + ((),) * 2),
        closed_on_holidays=True,
    )
    holidays = {day: Holiday(day=day, name="H") for day in (date(2026, 4, 1),)}
    calendars = ({"q": holidays}, {})
    closed, whole = (
        long_term(
            history_of(400), [queue], first_day=FIRST, months=5, holidays=calendar
        )
        for calendar in calendars
    )
    april, plain = closed.rows[3], whole.rows[3]
    # one of 22 working days
    assert april.mean == pytest.approx(plain.mean * 21 / 22, rel=0.02)
    assert not any("holidays" in note for note in closed.notes["q"])


def test_holidays_that_end_early_are_named():
    holidays = {"q": {date(2026, 1, 1): Holiday(day=date(2026, 1, 1), name="New Year")}}
    result = long_term(
        history_of(60), [make_queue()], first_day=FIRST, holidays=holidays
    )
    assert "public holidays are known until 2026 only" in result.notes["q"]


def test_an_event_of_stated_effect_moves_its_month():
    event = DemandEvent(
        event="launch",
        kind="launch",
        queue_ids=("q",),
        from_local_minute=(day_number(date(2026, 9, 1))) * 1440,
        to_local_minute=(day_number(date(2026, 10, 1))) * 1440,
        effect=1.5,
    )
    with_event, without = (
        long_term(
            history_of(100), [make_queue()], first_day=FIRST, months=10, events=events
        ).rows
        for events in ((event,), ())
    )
    ratios = [a.mean / b.mean for a, b in zip(with_event, without, strict=True)]
    assert ratios == pytest.approx([1.0] * 8 + [1.5, 1.0])


def test_one_queue_s_failure_leaves_the_others_alone():
    history = history_of(60, queues=("q", "silent"))
    object.__setattr__(history, "observed", history.observed.copy())
    history.observed[1] = False
    result = long_term(
        history,
        [make_queue(q) for q in ("q", "silent", "new")],
        first_day=FIRST,
        months=2,
    )
    assert {row.queue_id for row in result.rows} == {"q"}
    assert result.failures == {"silent": "no history", "new": "no history"}


def test_the_table_has_a_column_per_quantile(rows, three_years):
    result = long_term(
        three_years, [make_queue()], first_day=FIRST, months=1, levels=(0.05, 0.975)
    )
    (row,) = result.to_rows()
    assert list(row) == [
        "queue", "start", "end", "mean", "p5", "p97.5", "aht_s", "workload_hours",
        "growth", "basis",
    ]  # fmt: skip
    assert row["mean"] == pytest.approx(rows[0].mean)


def test_it_is_reproducible_to_the_bit(rows, three_years):
    again = long_term(three_years, [make_queue()], first_day=FIRST).rows
    assert again == rows


def test_the_model_is_the_short_term_forecast_s():
    one, other = (
        inspect.signature(function).parameters["model"].default
        for function in (forecasting.long_term, forecasting.forecast)
    )
    assert one == other


def test_months_must_be_positive(three_years):
    with pytest.raises(ValueError, match="at least one month"):
        long_term(three_years, [make_queue()], first_day=FIRST, months=0)


@pytest.mark.parametrize("zone", ["America/Denver", "Asia/Kathmandu", "Asia/Tokyo"])
def test_months_are_those_of_the_queue_s_clock(zone):
    queue = make_queue(zone=zone)
    grid = grid_over(FIRST - timedelta(days=60), 62, "UTC", 60)
    flat = make_history(grid, {"q": np.full(grid.num_intervals, 10.0)})
    result = long_term(flat, [queue], first_day=FIRST, months=12)
    # by the calendar, clock changes included
    for row in result.rows:
        start, end = (day for day in (row.start, row.end))
        hours = (end - start).days * 24
        assert row.mean == pytest.approx(10.0 * hours, rel=2e-3)


def weekly(levels, contacts=1e6):
    """Return a history of one slot a day whose weeks have the given log levels."""
    num_days = 7 * len(levels)
    offered = np.repeat(np.exp(levels), 7)[:, None] * contacts
    whole = np.ones((num_days, 1), dtype=bool)
    return QueueHistory(
        days=day_number(FIRST) - num_days + np.arange(num_days),
        slot_minutes=1440,
        offered_contacts=offered,
        observed=whole,
        is_open=whole,
        special=~whole,
    )


def test_the_path_finds_trend_and_season():
    years = np.arange(-208, 0) / 52.1786
    levels = 0.15 * years + 0.1 * np.cos(2 * np.pi * years)
    path = fit_level_path(weekly(levels))
    assert path.slope == pytest.approx(0.15, abs=0.01)
    days = path.end_day + np.arange(0, 365, 30)
    expected = 0.1 * np.cos(2 * np.pi * np.arange(0, 365, 30) / 365.25)
    found = path.annual(days) - path.annual(days).mean()
    assert found == pytest.approx(expected - expected.mean(), abs=0.01)


def test_a_season_that_is_not_there_is_not_found():
    rng = np.random.default_rng(5)
    path = fit_level_path(weekly(0.05 * rng.normal(size=208)))
    days = path.end_day + np.arange(365)
    assert np.abs(path.annual(days)).max() < 0.04
    assert abs(path.slope) < 0.04


def test_the_trend_ahead_is_damped_and_can_be_held():
    path = fit_level_path(weekly(np.arange(208) * 0.002))
    days = path.end_day + 7 * np.arange(0, 200)
    trend = path.trend(days)
    steps = np.diff(trend)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    held = path.trend(days, path.end_day + 700)
    assert held[101:] == pytest.approx(np.full(99, held[100]))


def test_uncertainty_grows_with_distance():
    rng = np.random.default_rng(6)
    path = fit_level_path(weekly(np.cumsum(0.02 * rng.normal(size=208))))
    days = path.end_day + 7 * np.arange(150)
    variance = np.diag(path.covariance(days, path.end_day + 548))
    assert (variance > 0).all()
    assert (np.diff(variance) > 0).mean() > 0.9
    # a random walk of 2 % a week
    assert np.sqrt(variance[100]) == pytest.approx(0.2, rel=0.4)


def test_a_history_of_a_day_has_a_path():
    history = weekly(np.zeros(1)).before(day_number(FIRST) - 6)
    path = fit_level_path(history)
    assert isinstance(path, LevelPath)
    assert path.slope == 0.0
    days = path.end_day + 7 * np.arange(5)
    assert np.isfinite(path.covariance(days, path.end_day + 548)).all()


def test_a_grid_of_any_interval():
    grid = IntervalGrid(
        start_utc=grid_over(FIRST, 1).start_utc - timedelta(days=30),
        interval_minutes=15,
        num_intervals=30 * 96,
    )
    flat = make_history(grid, {"q": np.full(grid.num_intervals, 2.0)})
    result = long_term(flat, [make_queue()], first_day=FIRST, months=1)
    (row,) = result.rows
    assert row.mean == pytest.approx(2.0 * 96 * 27)
