"""The course of the month: found where there is one, left alone where there is none."""

from datetime import date

import numpy as np
import pytest

from forecasting.days import day_number
from forecasting.month_days import FLAT, MIN_MONTHS, learn_month_course

FIRST = day_number(date(2025, 1, 1))


def days_of(num):
    return FIRST + np.arange(num)


def date_of(day):
    return date.fromordinal(day + date(1970, 1, 1).toordinal())


def payday(days, height=0.2):
    """Return log ratios: the first three and the last day are busier."""
    found = []
    for day in days.tolist():
        last = date_of(day + 1).month != date_of(day).month
        found.append(height if last or date_of(day).day <= 3 else 0.0)
    return np.array(found)


def learn(days, deviation, mask=None):
    everywhere = np.ones(len(days), dtype=bool)
    return learn_month_course(days, deviation, everywhere if mask is None else mask)


def test_a_payday_is_found_and_continued():
    days = days_of(365)
    course = learn(
        days, payday(days) + 0.02 * np.random.default_rng(1).normal(size=365)
    )
    ahead = FIRST + 365 + np.arange(59)
    factors = course.factors(ahead)
    busy = payday(ahead) > 0
    assert course.explained > 0.7
    assert factors[busy].mean() / factors[~busy].mean() == pytest.approx(1.17, abs=0.04)


def test_the_last_day_of_every_month_is_one_place():
    days = days_of(730)
    last = np.array([date_of(d + 1).month != date_of(d).month for d in days.tolist()])
    course = learn(days, 0.5 * last)
    factors = course.factors(days)
    assert np.unique(factors[last]).size == 1
    assert factors[last][0] == factors.max()


def test_the_average_day_of_a_month_of_31_days_stays_average():
    days = days_of(365)
    assert learn(days, payday(days)).ratios.mean() == pytest.approx(1.0)


@pytest.mark.parametrize("persistence", [0.0, 0.7])
def test_noise_is_seldom_taken_for_a_course(persistence):
    rng = np.random.default_rng(2)
    days, found = days_of(365), 0
    for _ in range(60):
        shocks = rng.normal(size=400)
        noise = np.zeros(400)
        for k in range(1, 400):
            noise[k] = persistence * noise[k - 1] + shocks[k]
        found += not learn(days, 0.05 * noise[35:]).is_flat
    assert found <= 3


def test_two_months_do_not_prove_a_course():
    days = days_of(59)
    assert learn(days, payday(days)) is FLAT
    more = days_of(31 * MIN_MONTHS)
    assert not learn(more, payday(more)).is_flat


@pytest.mark.parametrize("deviation", [np.zeros(200), np.full(200, np.nan)])
def test_nothing_to_learn_is_flat(deviation):
    course = learn(days_of(200), deviation)
    assert course.is_flat
    assert course.factors(days_of(40)).tolist() == [1.0] * 40


def test_masked_days_have_no_say():
    days = days_of(200)
    wild = payday(days)
    odd = np.zeros(200, dtype=bool)
    odd[::50] = True
    wild[odd] = -5.0
    clean = np.where(odd, np.nan, payday(days))
    assert np.array_equal(learn(days, wild, ~odd).ratios, learn(days, clean).ratios)


def test_no_history_is_flat():
    assert learn(days_of(0), np.zeros(0)) is FLAT
