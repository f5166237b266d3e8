"""Bands: calibrated on noise whose law is known, honest when little is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from forecasting.bands import fit_bands
from forecasting.model import Hindcast, QueueHistory
from forecasting.models.weekday_mean import WeekdayMean

LEVELS = (0.1, 0.5, 0.9)
MONDAY = 20696  # 2026-08-31


def history(offered, special=None):
    shape = offered.shape
    return QueueHistory(
        days=MONDAY + np.arange(shape[0]),
        slot_minutes=1440 // shape[1],
        offered_contacts=offered,
        observed=np.ones(shape, dtype=bool),
        is_open=np.ones(shape, dtype=bool),
        special=np.zeros(shape, dtype=bool) if special is None else special,
    )


def rates(num_days, low=5.0, high=100.0):
    return np.tile(np.linspace(low, high, 48), (num_days, 1))


@pytest.mark.parametrize("day_cv", [0.0, 0.15])
def test_the_80_percent_band_covers_80_percent_of_the_next_week(day_cv):
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(30):
        shock = 1 + day_cv * rng.standard_normal((105, 1))
        offered = rng.poisson(rates(105) * np.maximum(shock, 0)).astype(float)
        past, future = history(offered[:98]), offered[98:]
        fitted = WeekdayMean().fit(past)
        days = MONDAY + 98 + np.arange(7)
        low, _, high = fit_bands(past, fitted, LEVELS).quantiles(
            fitted.predict(days), days
        )
        covered.append(((future >= low) & (future <= high)).mean())
    assert 0.75 < np.mean(covered) < 0.86


def test_weekends_have_their_own_band():
    rng = np.random.default_rng(5)
    offered = np.full((84, 48), 100.0)
    weekend = np.arange(84) % 7 >= 5
    offered[weekend] += rng.normal(0, 30, (24, 48))
    past = history(np.maximum(offered, 0))
    fitted = WeekdayMean().fit(past)
    days = MONDAY + 84 + np.arange(7)
    low, _, high = fit_bands(past, fitted, LEVELS).quantiles(
        np.full((7, 48), 100.0), days
    )
    width = (high - low).mean(axis=1)
    assert width[:5] == pytest.approx(np.zeros(5), abs=1e-9)
    assert width[5:].min() > 50  # normal noise of 30 has an 80 % band of 77


def test_special_days_do_not_widen_the_band():
    offered = np.full((84, 48), 50.0)
    offered[40] = 500.0
    special = np.zeros((84, 48), dtype=bool)
    special[40] = True
    past = history(offered, special)
    days = MONDAY + 84 + np.arange(7)
    low, _, high = fit_bands(past, WeekdayMean().fit(past), LEVELS).quantiles(
        np.full((7, 48), 50.0), days
    )
    assert (high - low).max() == pytest.approx(0.0, abs=1e-9)


def test_the_unsettled_first_weeks_are_left_out_once_there_are_enough_others():
    offered = np.full((84, 48), 50.0)
    # what a model forecasts after one to three weeks is still far off
    offered[7:28] *= np.random.default_rng(3).uniform(0.2, 3.0, (21, 48))
    past = history(offered)
    support = np.repeat(np.arange(12), 7)[:, None] * np.ones((1, 48), dtype=int)
    expected = np.full((84, 48), 50.0)
    model = Known(expected, support)
    days = MONDAY + 84 + np.arange(7)
    bands = fit_bands(past, model, LEVELS).quantiles(np.full((7, 48), 50.0), days)
    assert bands == pytest.approx(np.full((3, 7, 48), 50.0))


def widths(num_weeks, seed=2):
    rng = np.random.default_rng(seed)
    past = history(rng.poisson(rates(7 * num_weeks)).astype(float))
    days = MONDAY + 7 * num_weeks + np.arange(28)
    bands = fit_bands(past, WeekdayMean().fit(past), LEVELS)
    low, _, high = bands.quantiles(rates(28), days)
    return (high - low).mean(axis=1)


def test_short_histories_have_wider_bands():
    one, two, twenty = (widths(n)[:7].mean() for n in (1, 2, 20))
    assert one > 1.1 * twenty
    assert two > 1.1 * twenty


def drifting(num_days, rng, step=0.02):
    """Return Poisson counts whose level walks at random, *step* a day."""
    level = np.exp(step * np.cumsum(rng.standard_normal(num_days)))
    return rng.poisson(rates(num_days, 20.0, 200.0) * level[:, None]).astype(float)


def test_bands_widen_with_the_drift_that_the_history_shows():
    past = history(drifting(182, np.random.default_rng(4)))
    days = MONDAY + 182 + np.arange(42)
    bands = fit_bands(past, WeekdayMean().fit(past), LEVELS)
    low, _, high = bands.quantiles(rates(42, 20.0, 200.0), days)
    weeks = (high - low).mean(axis=1).reshape(6, 7).mean(axis=1)
    assert (np.diff(weeks) > 0).all()
    assert weeks[5] > 1.1 * weeks[0]


def test_bands_of_a_drifting_level_cover_80_percent_at_any_distance():
    rng = np.random.default_rng(9)
    covered = []
    for _ in range(60):
        offered = drifting(224, rng)
        past, future = history(offered[:182]), offered[182:]
        fitted, days = WeekdayMean().fit(past), MONDAY + 182 + np.arange(42)
        low, _, high = fit_bands(past, fitted, LEVELS).quantiles(
            fitted.predict(days), days
        )
        covered.append(((future >= low) & (future <= high)).mean(axis=1))
    weeks = np.mean(covered, axis=0).reshape(6, 7).mean(axis=1)
    assert weeks == pytest.approx(np.full(6, 0.8), abs=0.08)


def test_without_residuals_poisson_and_day_noise_stand_in():
    # One day: no residual. Width of two Poissons of 100 with a day CV of 20 %:
    # sd = sqrt(2 * (100 + 400)) = 31.6, the 80 % band 2 * 1.2816 * 31.6 = 81.
    past = history(np.full((1, 48), 100.0))
    days = MONDAY + 1 + np.arange(7)
    low, median, high = fit_bands(past, WeekdayMean().fit(past), LEVELS).quantiles(
        np.full((7, 48), 100.0), days
    )
    assert (high - low)[0, 0] == pytest.approx(81.0, rel=0.03)
    assert median[0, 0] == pytest.approx(100.0)


def test_nothing_expected_without_residuals_is_nothing():
    past = history(np.zeros((1, 48)))
    bands = fit_bands(past, WeekdayMean().fit(past), LEVELS)
    assert not bands.quantiles(np.zeros((1, 48)), np.array([MONDAY + 1])).any()


@dataclass(frozen=True)
class Known:
    """A model that expects the same everywhere."""

    expected: np.ndarray
    support: np.ndarray

    def hindcast(self, lead_days, first_row=0):
        return Hindcast(
            expected=self.expected[first_row:], support=self.support[first_row:]
        )

    def predict(self, days):
        return np.full((len(days), self.expected.shape[1]), self.expected[0, 0])


def test_quantiles_are_those_of_the_residuals():
    # Residuals -1, ..., 1 on the sqrt scale around sqrt(25), over 20 weeks.
    residuals = np.linspace(-1, 1, 140 * 4).reshape(140, 4)
    # In any order, so that no day tells of the next.
    residuals = np.random.default_rng(1).permuted(residuals)
    past = history((5.0 + residuals) ** 2)
    model = Known(np.full((140, 4), 25.0), np.full((140, 4), 9))
    bands = fit_bands(past, model, (0.25, 0.75))
    inflation = np.sqrt(1 + 1 / 20)
    weekday = (np.arange(140) % 7 < 5)[:, None] & np.ones((1, 4), dtype=bool)
    expected = inflation * np.quantile(residuals[weekday], [0.25, 0.75])
    result = bands.quantiles(np.full((1, 4), 25.0), np.array([MONDAY + 140]))
    assert result[:, 0, 0] == pytest.approx((5 + expected) ** 2)


def test_quiet_and_busy_slots_have_their_own_band():
    rng = np.random.default_rng(8)
    offered = np.tile([4.0, 400.0], (140, 1))
    offered[:, 1] += rng.normal(0, 100, 140)
    past = history(np.maximum(offered, 0))
    days = MONDAY + 140 + np.arange(5)
    low, _, high = fit_bands(past, WeekdayMean().fit(past), LEVELS).quantiles(
        np.tile([4.0, 400.0], (5, 1)), days
    )
    assert (high - low)[:, 0] == pytest.approx(np.zeros(5), abs=1e-9)
    assert (high - low)[:, 1].min() > 200


@pytest.mark.parametrize("first", range(7))
def test_a_horizon_of_one_day(first):
    past = history(rates(35))
    days = np.array([MONDAY + 35 + first])
    bands = fit_bands(past, WeekdayMean().fit(past), LEVELS)
    assert bands.quantiles(rates(1), days) == pytest.approx(
        np.broadcast_to(rates(1), (3, 1, 48))
    )
