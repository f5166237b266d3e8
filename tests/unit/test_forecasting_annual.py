"""The season of the year: found where two years show it, else left alone."""

import numpy as np
import pytest
from support.day_histories import MONDAY, lasting, queue_history, rates

from forecasting.annual import annual_index
from forecasting.models.low_rank import LowRank


def season(days, size):
    return np.exp(size * np.cos(2 * np.pi * (days / 365.25 - 0.3)))


def history_of(num_days, size, seed=1):
    rng = np.random.default_rng(seed)
    days = MONDAY + np.arange(num_days)
    factor = season(days, size) * lasting(rng, num_days, 0.3, 0.05)
    return queue_history(rng.poisson(rates(num_days, 12, 80.0, factor)).astype(float))


def test_below_a_year_and_a_half_there_is_none():
    history = history_of(545, 0.3)
    index = annual_index(history)
    assert index.factors(history.days).tolist() == [1.0] * 545
    assert index.taken_out(history) is history


def test_two_years_show_it():
    history = history_of(800, 0.25)
    days = history.days[-1] + 1 + np.arange(180)
    found, truth = annual_index(history).factors(days), season(days, 0.25)
    ratio = found / truth
    assert ratio / ratio.mean() == pytest.approx(np.ones(180), abs=0.08)


def test_no_season_no_factors():
    history = history_of(800, 0.0)
    factors = annual_index(history).factors(history.days)
    assert factors == pytest.approx(np.ones(800), abs=0.03)


def test_a_history_without_contacts_has_none():
    history = queue_history(np.zeros((600, 4)), special=np.ones((600, 4), dtype=bool))
    assert annual_index(history).path is None


def test_the_model_forecasts_better_with_it(monkeypatch):
    history = history_of(820, 0.25)
    days = history.days[-1] + 22 + np.arange(21)
    truth = (rates(900, 12, 80.0)[days - MONDAY] * season(days, 0.25)[:, None]).sum()
    with_it = LowRank().fit(history)
    found = with_it.predict(days).sum() / truth
    plain = queue_history(history.offered_contacts[-500:], first=history.days[-500])
    without = LowRank().fit(plain).predict(days).sum() / truth
    assert abs(found - 1) < 0.06
    assert abs(found - 1) < 0.7 * abs(without - 1)
    # what would have been forecast carries the season too
    hindcast = with_it.hindcast(28)
    rows = slice(400, 765)
    seen = hindcast.expected[rows].sum(axis=1) / history.offered_contacts[rows].sum(
        axis=1
    )
    assert seen.std() < 0.12
