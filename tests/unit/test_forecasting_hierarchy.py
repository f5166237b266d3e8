"""Hierarchy: sums agree, nothing is negative, and the weights are MinT's."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.optimize import minimize
from support.forecasting import grid_over, make_history, make_queue

import forecasting
from forecasting.hierarchy import Hierarchy, error_covariance, reconcile
from wfm.calendar.holidays import Holiday

FIRST = date(2026, 10, 12)


def queues():
    return [
        make_queue("de-phone", "Europe/Berlin", country="DE"),
        make_queue("de-chat", "Europe/Berlin", country="DE", channel="chat"),
        make_queue("jp-phone", "Asia/Tokyo", country="JP"),
        make_queue("jp-second", "Asia/Tokyo", country="JP"),
    ]


def random_covariance(rng, size):
    root = rng.standard_normal((size, 2 * size))
    return root @ root.T


def test_nodes_are_queues_channels_markets_all_each_once():
    hierarchy = Hierarchy.of(queues())
    assert hierarchy.names == (
        "de-phone",
        "de-chat",
        "jp-phone",
        "jp-second",
        "JP/phone",
        "DE",
        "all",
    )
    assert hierarchy.summing[4:].tolist() == [[0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1]]
    assert hierarchy.groups["DE"] == ("de-phone", "de-chat")
    assert hierarchy.groups["jp-phone"] == ("jp-phone",)
    alone = Hierarchy.of(queues()[:1])
    assert alone.names == ("de-phone",)


@pytest.mark.parametrize("seed", range(5))
def test_without_the_bound_it_is_the_textbook_s_mint(seed):
    rng = np.random.default_rng(seed)
    hierarchy = Hierarchy.of(queues())
    s, w = hierarchy.summing, random_covariance(rng, 7)
    base = s @ np.full(4, 1000.0) + rng.normal(0, 20, 7)
    inverse = np.linalg.inv(w)
    expected = np.linalg.inv(s.T @ inverse @ s) @ s.T @ inverse @ base
    assert reconcile(hierarchy, base, w) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_with_the_bound_it_is_the_constrained_minimum(seed):
    rng = np.random.default_rng(seed)
    hierarchy = Hierarchy.of(queues())
    s, w = hierarchy.summing, random_covariance(rng, 7)
    base = np.array([1.0, 1.0, 50.0, 30.0, 60.0, 3.0, 20.0])
    agreed = reconcile(hierarchy, base, w)
    inverse = np.linalg.inv(w)

    def loss(b):
        return (base - s @ b) @ inverse @ (base - s @ b)

    best = minimize(
        loss, np.full(4, 5.0), bounds=[(0, None)] * 4, method="L-BFGS-B", tol=1e-14
    )
    assert (agreed >= 0).all()
    assert loss(agreed) <= best.fun * (1 + 1e-6) + 1e-9


def test_forecasts_that_agree_are_left_alone():
    hierarchy = Hierarchy.of(queues())
    bottom = np.array([5.0, 0.0, 7.0, 11.0])
    covariance = error_covariance(np.arange(1.0, 8.0), np.eye(7))
    agreed = reconcile(hierarchy, hierarchy.summing @ bottom, covariance)
    assert agreed == pytest.approx(bottom)


def test_a_silent_queue_stays_silent():
    hierarchy = Hierarchy.of(queues())
    base = np.array([5.0, 0.0, 7.0, 11.0, 20.0, 9.0, 40.0])
    agreed = reconcile(hierarchy, base, np.eye(7))
    assert agreed[1] == 0.0
    assert agreed[0] > 5.0
    assert not reconcile(hierarchy, np.zeros(7), np.eye(7)).any()


def test_who_errs_little_moves_little():
    hierarchy = Hierarchy.of(queues()[2:])
    base = np.array([50.0, 50.0, 130.0])
    covariance = np.diag([1.0, 100.0, 10.0])
    one, two = reconcile(hierarchy, base, covariance)
    assert 0 < one - 50 < 0.02 * (two - 50)
    assert 100 < one + two < 130


def history_of(rng, num_days=70):
    grid = grid_over(FIRST - timedelta(days=num_days), num_days + 15)
    common = np.exp(0.2 * rng.standard_normal(num_days + 16))
    week = np.tile([1.4, 1.2, 1.0, 1.0, 0.9, 0.6, 0.5], 20)[: len(common)]
    level = np.repeat(common * week, 48)[: grid.num_intervals]
    volumes = {
        queue.queue_id: rng.poisson(rate * level)
        for queue, rate in zip(queues(), (9.0, 3.0, 5.0, 0.0), strict=True)
    }
    return make_history(grid, volumes)


def run(history, model="median_of_weeks", **changes):
    made = forecasting.forecast(
        history,
        queues(),
        first_day={queue.queue_id: FIRST for queue in queues()},
        num_days=7,
        model=model,
        **changes,
    )
    return made, forecasting.reconciled(made, history, queues(), model=model, **changes)


@pytest.mark.parametrize("seed", range(3))
def test_reconciled_days_agree_keep_their_shape_and_are_never_negative(seed):
    made, result = run(history_of(np.random.default_rng(seed)))
    new = result.forecast
    assert (new.mean >= 0).all()
    assert (np.diff(new.quantiles, axis=1) >= 0).all()
    assert result.agreed == pytest.approx(result.hierarchy.summing @ result.agreed[:4])
    for q, path in enumerate(new.noise.queues):
        days = np.add.reduceat(new.mean[q], path.day_starts[:-1])
        assert days == pytest.approx(result.agreed[q])
        for first, end in zip(path.day_starts, path.day_starts[1:], strict=False):
            before, after = made.mean[q, first:end], new.mean[q, first:end]
            assert after * before.sum() == pytest.approx(before * after.sum())
    assert not new.mean[3].any()


def test_models_that_add_up_have_nothing_to_reconcile():
    made, result = run(
        history_of(np.random.default_rng(1)), model="weekday_mean", holidays={}
    )
    assert result.forecast.mean == pytest.approx(made.mean)
    assert result.base == pytest.approx(result.agreed, rel=0.01)


def test_marked_dates_stay_as_they_are():
    history = history_of(np.random.default_rng(0))
    day = FIRST + timedelta(days=2)
    holidays = {q: {day: Holiday(day=day, name="h")} for q in ("de-phone", "de-chat")}
    _, result = run(history, holidays=holidays)
    row = (day - FIRST).days
    bottom = result.base[:4, row]
    assert result.agreed[:4, row] == pytest.approx(bottom)


def test_queues_unknown_to_the_history_stay():
    history = history_of(np.random.default_rng(0))
    known = make_history(
        history.grid,
        dict(zip(history.queue_ids[:3], history.offered_contacts[:3], strict=True)),
    )
    made, result = run(known)
    assert "jp-second" not in result.hierarchy.names
    assert np.array_equal(result.forecast.mean[3], made.mean[3])


def test_queues_without_a_common_date_or_a_history_are_refused():
    history = history_of(np.random.default_rng(0))
    made, _ = run(history)
    with pytest.raises(ValueError, match="share no local date"):
        forecasting.reconciled(made, history, [])
    with pytest.raises(ValueError, match="read from a file"):
        forecasting.reconciled(replace(made, noise=None), history, queues())
