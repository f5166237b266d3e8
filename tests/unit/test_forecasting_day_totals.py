"""Day totals against the same weekday nearby, and days that look odd."""

from datetime import date

import numpy as np
import pytest

from forecasting.day_totals import day_totals, odd_days
from forecasting.days import day_number
from forecasting.model import QueueHistory

NUM_DAYS, SLOTS = 98, 6
MONDAY = day_number(date(2026, 1, 5))


def history(factors=None, *, seed=1, rate=100.0, missing=(), special=()):
    """Return Poisson counts, half at weekends; *factors* by row move whole days."""
    rng = np.random.default_rng(seed)
    mean = np.full((NUM_DAYS, SLOTS), rate)
    mean[np.arange(NUM_DAYS) % 7 >= 5] /= 2
    for row, factor in (factors or {}).items():
        mean[row] *= factor
    observed = np.ones(mean.shape, dtype=bool)
    for row, slots in missing:
        observed[row, slots] = False
    marked = np.zeros(mean.shape, dtype=bool)
    marked[list(special)] = True
    return QueueHistory(
        days=MONDAY + np.arange(NUM_DAYS),
        slot_minutes=240,
        offered_contacts=np.where(observed, rng.poisson(mean), 0.0),
        observed=observed,
        is_open=np.ones(mean.shape, dtype=bool),
        special=marked,
    )


def odd_rows(*args, **settings):
    return np.flatnonzero(odd_days(day_totals(history(*args, **settings)))).tolist()


def test_ratios_are_to_the_same_weekday_around():
    ratio = day_totals(history({40: 0.5}, rate=1e6)).ratio
    assert ratio[40] == pytest.approx(0.5, rel=1e-2)
    assert ratio[38:52][[0, 1, *range(3, 14)]] == pytest.approx(np.ones(13), rel=1e-2)
    # the first and last days have three neighbours on one side
    assert np.isfinite(ratio).all()


def test_missing_slots_do_not_make_a_day_small():
    totals = day_totals(history(missing=[(40, slice(0, 4))], rate=1e6))
    assert totals.ratio[40] == pytest.approx(1.0, rel=1e-2)


def test_special_days_are_not_judged_and_judge_nobody():
    totals = day_totals(history({40: 0.1, 33: 0.1}, special=(40, 33), rate=1e6))
    assert np.isnan(totals.ratio[[33, 40]]).all()
    assert totals.ratio[47] == pytest.approx(1.0, rel=1e-2)


def test_three_neighbours_are_needed():
    short = history().before(MONDAY + 21)
    assert np.isnan(day_totals(short).ratio).all()
    assert not odd_days(day_totals(short)).any()


@pytest.mark.parametrize("factor", [0.0, 0.4, 2.5])
@pytest.mark.parametrize("row", [0, 30, 48, 97])
def test_a_closure_an_outage_or_a_rush_is_odd(factor, row):
    assert odd_rows({row: factor}) == [row]


@pytest.mark.parametrize("seed", range(10))
def test_ordinary_noise_is_not_odd(seed):
    assert odd_rows(seed=seed) == []
    assert odd_rows(seed=seed, rate=0.5) == []


def test_a_small_dent_is_not_odd_however_regular_the_rest():
    assert odd_rows({30: 0.8}, rate=1e6) == []


def test_a_level_shift_is_no_oddity():
    assert odd_rows(dict.fromkeys(range(60, NUM_DAYS), 2.0)) == []
    assert odd_rows(dict.fromkeys(range(94, NUM_DAYS), 0.3)) == []  # four days so far


def test_three_days_of_storm_are_odd_and_four_are_a_change():
    assert odd_rows(dict.fromkeys(range(35, 38), 0.3)) == [35, 36, 37]
    assert odd_rows(dict.fromkeys(range(35, 39), 0.3)) == []


@pytest.mark.parametrize("scale", [3.0, 10.0, 1000.0])
def test_the_unit_of_volume_does_not_matter(scale):
    plain = history({30: 0.5, 50: 1.6}, rate=3.0)
    scaled = QueueHistory(
        days=plain.days,
        slot_minutes=plain.slot_minutes,
        offered_contacts=scale * plain.offered_contacts,
        observed=plain.observed,
        is_open=plain.is_open,
        special=plain.special,
    )
    one, many = day_totals(plain), day_totals(scaled)
    assert np.array_equal(odd_days(one), odd_days(many))
    assert many.ratio == pytest.approx(one.ratio, nan_ok=True)


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_days_that_are_all_alike_are_not_odd(value):
    flat = history()
    same = QueueHistory(
        days=flat.days,
        slot_minutes=flat.slot_minutes,
        offered_contacts=np.full(flat.offered_contacts.shape, value),
        observed=flat.observed,
        is_open=flat.is_open,
        special=flat.special,
    )
    assert not odd_days(day_totals(same)).any()
