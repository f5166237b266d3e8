"""The low-rank and the top-down model: exact where they can be, robust elsewhere."""

import numpy as np
import pytest
from support.day_histories import (
    MONDAY,
    WEEK,
    lasting,
    noisy,
    queue_history,
    rates,
    shape_of_day,
)

from forecasting import metrics
from forecasting.model import FORECASTERS, ForecastError, Learned
from forecasting.models.day_total import DayTotal
from forecasting.models.low_rank import LowRank
from forecasting.models.weekday_mean import WeekdayMean

LEARNED = [LowRank, DayTotal]


def ahead(history, num=7):
    return history.days[-1] + 1 + np.arange(num)


def forecast(model, history, num=7):
    return model().fit(history).predict(ahead(history, num))


@pytest.mark.parametrize("model", LEARNED)
@pytest.mark.parametrize("num_days", [14, 25, 60])
def test_a_week_that_repeats_itself_is_repeated(model, num_days):
    history = queue_history(rates(num_days + 7)[:num_days])
    truth = rates(num_days + 7)[num_days:]
    assert forecast(model, history) == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize("num_slots", [24, 96, 1440])
def test_patterns_of_any_rank_up_to_the_models_are_kept(num_slots):
    # Mondays have another shape; 1,440 slots are far more than there are days.
    mean = rates(70, num_slots)
    mean[::7] = 50.0 * shape_of_day(num_slots)[::-1]
    values = forecast(LowRank, queue_history(mean))
    assert values == pytest.approx(mean[:7], rel=1e-6)


@pytest.mark.parametrize("model", LEARNED)
@pytest.mark.parametrize(
    ("volume", "tolerance"), [(0.3, 0.04), (5.0, 0.025), (200.0, 0.025)]
)
def test_the_forecasts_add_up_to_what_comes(model, volume, tolerance):
    rng = np.random.default_rng(4)
    total = expected = 0.0
    for _ in range(12):
        history = noisy(rng, 140, 48, volume, lasting(rng, 140, 0.3, 0.1))
        expected += rates(28, 48, volume).sum()
        total += forecast(model, history, 28).sum()
    # the day factors are log-normal: their mean is exp(0.1**2 / 2)
    assert total / (expected * np.exp(0.005)) == pytest.approx(1.0, abs=tolerance)


def test_a_busy_day_is_followed_by_a_busy_day():
    rng = np.random.default_rng(8)
    factor = lasting(rng, 280, 0.7, 0.1)
    factor[-1] = 1.25
    history = queue_history(rates(280, 24, 1000.0, factor))
    near, far = (forecast(LowRank, history, 42)[d].sum() for d in (0, 41))
    usual = WEEK * 24 * 1000.0
    assert 1.05 < near / usual[0] < 1.25
    assert far / usual[41 % 7] == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("model", LEARNED)
def test_one_bad_day_hardly_moves_the_forecast(model):
    rng = np.random.default_rng(1)
    mean = rng.poisson(rates(140)).astype(float)
    plain = forecast(model, queue_history(mean), 28)
    mean[-3] *= 0.05
    spoilt = forecast(model, queue_history(mean), 28)
    simple = WeekdayMean().fit(queue_history(mean)).predict(ahead(queue_history(mean)))
    assert metrics.wape(plain, spoilt) < 0.01
    # the weekday mean of that day loses a tenth of it
    assert simple[4].sum() < 0.93 * plain[4].sum()


@pytest.mark.parametrize("model", LEARNED)
def test_a_real_change_of_level_gets_through(model):
    rng = np.random.default_rng(2)
    factor = np.where(np.arange(154) < 140, 1.0, 1.5)
    history = noisy(rng, 154, 24, 100.0, factor * lasting(rng, 154, 0.3, 0.05))
    truth = rates(7, 24, 150.0).sum()
    learnt = forecast(model, history).sum() / truth
    simple = WeekdayMean().fit(history).predict(ahead(history)).sum() / truth
    assert simple < 0.75 < learnt < 1.1


@pytest.mark.parametrize("model", LEARNED)
def test_four_times_the_contacts_are_four_times_the_forecast_to_the_bit(model):
    history = noisy(np.random.default_rng(3), 100)
    fourfold = queue_history(4 * history.offered_contacts)
    assert forecast(model, fourfold) == pytest.approx(
        4 * forecast(model, history), rel=1e-12
    )


@pytest.mark.parametrize("model", LEARNED)
def test_gaps_do_not_lower_the_forecast(model):
    rng = np.random.default_rng(5)
    mean = rates(120)
    observed = rng.random(mean.shape) > 0.3
    observed[30:58] = False  # four weeks
    observed[70:75, :12] = False
    history = queue_history(mean, observed=observed)
    assert forecast(model, history) == pytest.approx(mean[1:8], rel=1e-6)


@pytest.mark.parametrize("model", LEARNED)
def test_weekdays_that_never_open_follow_their_kin(model):
    mean = rates(70)
    is_open = np.ones(mean.shape, dtype=bool)
    is_open[1::7] = False
    is_open[5::7] = is_open[6::7] = False
    values = forecast(model, queue_history(mean, is_open=is_open))
    assert values[[0, 2, 3, 4]] == pytest.approx(mean[[0, 2, 3, 4]], rel=1e-6)
    assert (values[1] > 0).all()


@pytest.mark.parametrize(("model", "tolerance"), [(LowRank, 1e-6), (DayTotal, 0.05)])
def test_hours_before_a_short_saturday_are_not_counted_as_none(model, tolerance):
    # Saturdays open in the evening: their level is known, the rest has no influence.
    mean = rates(70)
    is_open = np.ones(mean.shape, dtype=bool)
    is_open[5::7, :18] = False
    values = forecast(model, queue_history(mean, is_open=is_open))
    assert values[5, 18:] == pytest.approx(mean[5, 18:], rel=tolerance)


@pytest.mark.parametrize("name", FORECASTERS.names())
@pytest.mark.parametrize("num_slots", [1, 24, 1440])
@pytest.mark.parametrize("kind", ["zero", "spike", "day", "sparse"])
def test_adversarial_histories(name, num_slots, kind):
    offered = np.zeros((40, num_slots))
    if kind == "spike":
        offered[17, num_slots // 2] = 1e7
    elif kind == "day":
        offered = np.ones((1, num_slots))
    elif kind == "sparse":
        offered[::9, ::5] = 1.0
    history = queue_history(offered)
    fitted = FORECASTERS[name]().fit(history)
    values = fitted.predict(ahead(history, 42))
    assert values.shape == (42, num_slots)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    if kind in {"day", "sparse"} and name != "median_of_weeks":
        assert values.any()
    if kind == "zero":
        assert not values.any()
    for lead_days in (1, 7, 29):
        hindcast = fitted.hindcast(lead_days)
        assert hindcast.expected.shape == hindcast.support.shape == offered.shape
        assert np.isfinite(hindcast.expected).all()
        assert (hindcast.expected >= 0).all()
        assert not hindcast.expected[hindcast.support == 0].any()


@pytest.mark.parametrize("name", FORECASTERS.names())
def test_nothing_ordinary_is_an_error_that_says_so(name):
    offered = np.ones((14, 4))
    history = queue_history(offered, observed=np.zeros((14, 4), dtype=bool))
    with pytest.raises(ForecastError, match="no ordinary open interval"):
        FORECASTERS[name]().fit(history)


@pytest.mark.parametrize("name", FORECASTERS.names())
def test_a_hindcast_sees_nothing_after_its_origin(name):
    # Uniform noise has no outliers, so every day keeps its full weight.
    rng = np.random.default_rng(6)
    offered = rates(140) * rng.uniform(0.9, 1.1, (140, 1))
    changed = offered.copy()
    changed[-4:] *= 1.02
    one, two = (FORECASTERS[name]().fit(queue_history(x)) for x in (offered, changed))
    for lead_days in (1, 3, 7, 8, 28):
        rows = slice(0, 136 + lead_days)
        if isinstance(one, Learned) and isinstance(two, Learned):
            a, b = (f.learnt_before(MONDAY + 100) for f in (one, two))
            seen = a.hindcast(lead_days).expected[rows]
            assert seen == pytest.approx(b.hindcast(lead_days).expected[rows], rel=1e-9)
        elif name not in {"best", "ensemble"}:
            seen = one.hindcast(lead_days).expected[rows]
            assert np.array_equal(seen, two.hindcast(lead_days).expected[rows])


@pytest.mark.parametrize("name", FORECASTERS.names())
@pytest.mark.parametrize("lead_days", [1, 5, 9, 20])
def test_a_hindcast_is_what_would_have_been_forecast(name, lead_days):
    # Without noise there is nothing to learn but what every part of it shows.
    history = queue_history(rates(84))
    hindcast = FORECASTERS[name]().fit(history).hindcast(lead_days)
    known = hindcast.support > 0
    assert known[28:].all()
    assert hindcast.expected[known] == pytest.approx(rates(84)[known], rel=1e-6)


@pytest.mark.parametrize("model", LEARNED)
def test_learning_early_differs_from_learning_all(model):
    rng = np.random.default_rng(7)
    history = noisy(rng, 120, 24, 50.0, lasting(rng, 120, 0.6, 0.15))
    fitted = model().fit(history)
    early = fitted.learnt_before(int(history.days[60]))
    assert isinstance(fitted, Learned)
    assert not np.allclose(
        early.hindcast(1).expected[60:], fitted.hindcast(1).expected[60:]
    )
    everything = fitted.learnt_before(int(history.days[-1]) + 1)
    assert np.array_equal(everything.hindcast(1).expected, fitted.hindcast(1).expected)


def test_rare_contacts_are_forecast_better_from_the_top_down():
    rng = np.random.default_rng(9)
    errors = {DayTotal: 0.0, WeekdayMean: 0.0}
    for _ in range(10):
        history = noisy(rng, 112, 48, 0.3)
        for model in errors:
            error = forecast(model, history) - rates(7, 48, 0.3)
            errors[model] += float((error**2).sum())
    assert errors[DayTotal] < 0.6 * errors[WeekdayMean]
