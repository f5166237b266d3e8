"""Histories that a forecast was not made for: each model answers, and soundly."""

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
from support.forecasting import (
    ALWAYS,
    grid_over,
    local_values,
    make_history,
    make_queue,
)

from forecasting.model import FORECASTERS
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent

DAY = date(2026, 6, 1)
WEEKS = 8
# The median of rare events is none: it says so, and `best` does not take it there.
MEDIAN = "median_of_weeks"
MODELS = pytest.mark.parametrize("model", FORECASTERS.names())


def noisy(
    num_days: int, level: float = 20.0, minutes: int = 30, seed: int = 1
) -> np.ndarray:
    """Return gamma-Poisson contacts ``[t]`` of the days before ``DAY``, in UTC."""
    rng = np.random.default_rng(seed)
    grid = grid_over(days_before(DAY, num_days), num_days, "UTC", minutes)
    mean = level / 30.0 * local_values(grid, "UTC", rule)
    slots = 1440 // minutes
    shocks = rng.gamma(100.0, 0.01, num_days).repeat(slots)
    return rng.poisson(mean * shocks).astype(float)


def history_of(values: np.ndarray, num_days: int, minutes: int = 30, **more):
    grid = grid_over(days_before(DAY, num_days), num_days, "UTC", minutes)
    return make_history(grid, {"q": values}, **more)


def answer(values, model, *, queue=None, minutes=30, num=42, **more):
    num_days = len(values) * minutes // 1440
    queue = queue or make_queue()
    history = history_of(values, num_days, minutes, **more)
    result = ask(history, queue, DAY, num, model=model)
    assert_sound(result, queue)
    return result


@MODELS
@pytest.mark.parametrize("num_days", [1, 7, 14, 70])
def test_all_zero_is_forecast_as_zero(model, num_days):
    result = answer(np.zeros(48 * num_days), model)
    assert not result.mean.any()
    assert result.failures == {}


@MODELS
def test_one_spike_in_silence_is_no_regular_thing(model):
    values = np.zeros(48 * 7 * WEEKS)
    values[48 * 31 + 20] = 10_000.0
    result = answer(values, model)
    # A mean of eight weeks would say 1,250 on each of its weekdays to come.
    assert result.mean.max() <= 10_000.0 / 4


@MODELS
def test_one_spike_does_not_spoil_the_other_days(model):
    clean = noisy(7 * WEEKS)
    hit = clean.copy()
    hit[48 * 31 + 20] += 10_000.0
    one, two = (answer(values, model).mean[0] for values in (clean, hit))
    clock = np.arange(one.size)
    elsewhere = (clock % 48 != 20) & (clock // 48 % 7 != 31 % 7)
    assert two[elsewhere].sum() == pytest.approx(one[elsewhere].sum(), rel=0.1)


@MODELS
def test_one_day_of_history_says_what_it_can(model):
    values = noisy(1)
    result = answer(values, model, num=7)
    assert result.mean.sum() == pytest.approx(7 * values.sum(), rel=0.25)
    assert result.notes.get("q") or result.failures.get("q")


@MODELS
@pytest.mark.parametrize("num_days", [2, 6, 8, 13, 15])
def test_a_few_days_of_history_are_of_the_right_size(model, num_days):
    values = noisy(num_days)
    result = answer(values, model, num=7)
    assert result.mean.sum() == pytest.approx(values.mean() * 336, rel=0.35)


@MODELS
def test_gaps_of_weeks_are_no_zeros(model):
    values = noisy(70)
    gone = [("q", t) for t in range(48 * 20, 48 * 41)]
    result = answer(values, model, missing=gone)
    whole = answer(values, model)
    assert result.mean.sum() == pytest.approx(whole.mean.sum(), rel=0.08)


@MODELS
def test_a_history_that_ended_weeks_ago_still_answers(model):
    values = noisy(70)
    gone = [("q", t) for t in range(48 * 42, 48 * 70)]
    result = answer(values, model, missing=gone)
    assert result.mean.sum() == pytest.approx(values.mean() * result.mean.size, rel=0.1)
    assert result.notes["q"]


@MODELS
def test_a_level_that_doubled_is_followed_within_six_weeks(model):
    values = noisy(140)
    values[48 * 98 :] *= 2.0
    result = answer(values, model, num=7)
    now = values[48 * 98 :].mean() * 336
    assert result.mean.sum() >= 0.75 * now
    assert result.mean.sum() <= 1.1 * now


@MODELS
def test_closed_weekdays_stay_closed_and_open_ones_full(model):
    queue = make_queue(opening=weekly(0, 2, 3))
    open_days = np.isin((np.arange(70) + days_before(DAY, 70).weekday()) % 7, [0, 2, 3])
    values = noisy(70) * open_days.repeat(48)
    result = answer(values, model, queue=queue, num=14)
    by_day = result.mean[0].reshape(14, 48).sum(axis=1)
    weekday = (np.arange(14) + DAY.weekday()) % 7
    assert np.array_equal(by_day > 0, np.isin(weekday, [0, 2, 3]))
    usual = values.reshape(70, 48).sum(axis=1)[open_days].mean()
    assert by_day[by_day > 0].mean() == pytest.approx(usual, rel=0.1)


@MODELS
def test_a_weekday_that_opens_anew_is_not_forecast_as_zero(model):
    # Open on Sundays from now on: no Sunday has been seen.
    queue = make_queue()
    weekday = (np.arange(70) + days_before(DAY, 70).weekday()) % 7
    values = noisy(70)
    gone = [("q", int(t)) for t in np.flatnonzero((weekday == 6).repeat(48))]
    result = answer(values, model, queue=queue, num=7, missing=gone)
    by_day = result.mean[0].reshape(7, 48).sum(axis=1)
    assert by_day[6] > 0.3 * by_day[:6].mean()


@MODELS
@pytest.mark.parametrize(("minutes", "num_days"), [(1, 21), (5, 35), (60, 70)])
def test_slots_of_one_minute_to_an_hour(model, minutes, num_days):
    values = noisy(num_days, level=minutes / 2.0, minutes=minutes)
    result = answer(values, model, minutes=minutes, num=7)
    assert result.failures == {}
    allowed = 0.5 if model == MEDIAN and minutes == 1 else 0.1
    weekly_total = values.sum() / num_days * 7
    assert result.mean.sum() == pytest.approx(weekly_total, rel=allowed)


@MODELS
@pytest.mark.parametrize("factor", [1e-6, 1e9])
def test_huge_and_tiny_numbers(model, factor):
    values = noisy(7 * WEEKS) * factor
    result = answer(values, model, num=7)
    assert result.mean.sum() == pytest.approx(values.mean() * 336, rel=0.1)


@MODELS
@pytest.mark.parametrize("level", [0.01, 0.1, 0.3, 1.0])
def test_sparse_queues_are_not_biased(model, level):
    rng = np.random.default_rng(7)
    values = rng.poisson(level, 48 * 140).astype(float)
    result = answer(values, model, num=14)
    recent = values[-48 * 56 :].mean()
    allowed = 0.15 * recent + 3.0 * np.sqrt(recent / (48 * 14))
    if model == MEDIAN:
        allowed = recent
    assert abs(result.mean.mean() - recent) <= allowed


@MODELS
def test_a_queue_without_any_row_is_named_and_stops_nobody(model):
    grid = grid_over(days_before(DAY, 56), 56)
    values = noisy(56)
    gone = [("dead", t) for t in range(grid.num_intervals)]
    history = make_history(grid, {"q": values, "dead": values}, missing=gone)
    queues = [make_queue("dead"), make_queue(), make_queue("unheard")]
    result = ask(history, queues, DAY, model=model)
    assert_sound(result, queues)
    assert set(result.failures) == {"dead", "unheard"}
    assert not result.mean[[0, 2]].any()
    alone = ask(history, queues[1], DAY, model=model)
    assert np.array_equal(result.mean[1], alone.mean[0])


@MODELS
def test_only_special_days_in_the_history(model):
    num_days = 14
    event = DemandEvent(
        event="all",
        kind="outage",
        queue_ids=("q",),
        from_local_minute=wall_minute(days_before(DAY, num_days)),
        to_local_minute=wall_minute(DAY),
    )
    holidays = {DAY - timedelta(days=n): Holiday(day=DAY, name="h") for n in range(14)}
    history, queue = history_of(noisy(num_days), num_days), make_queue()
    for more in ({"events": [event]}, {"holidays": {"q": holidays}}):
        result = ask(history, queue, DAY, 14, model=model, **more)
        assert_sound(result, queue)
        assert result.mean.sum() > 0 or result.failures


@MODELS
def test_a_horizon_of_a_year_stays_of_the_size_of_the_history(model):
    values = noisy(7 * WEEKS)
    result = answer(values, model, num=365)
    assert result.mean.mean() == pytest.approx(values.mean(), rel=0.1)


@MODELS
def test_a_trend_is_not_thrown_to_the_sky(model):
    values = noisy(140, level=100.0) * np.linspace(1.0, 3.0, 48 * 140)
    result = answer(values, model, num=42)
    last = values[-48 * 7 :].mean()
    assert 0.6 * last <= result.mean.mean() <= 1.6 * last


@MODELS
def test_a_first_day_before_the_history_is_a_named_failure(model):
    history, queue = history_of(noisy(28), 28), make_queue()
    result = ask(history, queue, days_before(DAY, 40), 7, model=model)
    assert_sound(result, queue)
    assert set(result.failures) == {"q"}
    assert not result.mean.any()


@MODELS
def test_the_future_in_the_history_is_never_read(model):
    # The origin lies amid the history: what follows must not matter.
    values, queue = noisy(84), make_queue()
    told = values.copy()
    told[48 * 56 :] = 9_999.0
    origin = days_before(DAY, 28)
    one, two = (
        ask(history_of(v, 84), queue, origin, model=model) for v in (values, told)
    )
    assert np.array_equal(one.mean, two.mean)
    assert np.array_equal(one.quantiles, two.quantiles)
    assert np.array_equal(one.aht_s, two.aht_s)


@MODELS
def test_hours_that_changed_leave_no_trace_of_the_old_ones(model):
    # Rows outside today's hours (open 24 h until last month) are no demand of today.
    queue = make_queue(opening=weekly(0, 1, 2, 3, 4))
    result = answer(noisy(70), model, queue=queue, num=7)
    assert not result.mean[0].reshape(7, 48)[5:].any()
    assert queue.opening != ALWAYS


@MODELS
def test_a_steady_history_has_bands_that_hold_it(model):
    queue = make_queue()
    history = steady_history(queue, days_before(DAY, 70), 70)
    result = ask(history, queue, DAY, model=model)
    middle = result.quantiles[0, 1]
    assert middle == pytest.approx(result.mean[0], rel=0.1)
    assert (result.quantiles[0, 2] >= 0.95 * result.mean[0]).all()
    assert (result.quantiles[0, 0] <= 1.05 * result.mean[0]).all()


@pytest.mark.parametrize("model", FORECASTERS.names())
@pytest.mark.parametrize("born", [35, 42])
def test_a_young_queue_beside_an_old_one_is_forecast_as_if_alone(model, born):
    values = noisy(born)
    old = np.concatenate([np.zeros(48 * (140 - born)), values])
    gone = [("q", t) for t in range(48 * (140 - born))]
    young = answer(old, model, num=14, missing=gone)
    alone = answer(values, model, num=14)
    assert young.mean == pytest.approx(alone.mean, rel=1e-6)
