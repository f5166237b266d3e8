"""Noise: what is measured is what a simulator of the test's own put in."""

from dataclasses import replace

import numpy as np
import pytest
from support.noisy import MONDAY, KnownRate, counts, flat_history

from forecasting.covariance import shrunk_correlation
from forecasting.day_parts import part_covariance, prior_covariance, slot_covariance
from forecasting.errors import WINDOW_DAYS, errors_at
from forecasting.noise import LEADS, QueueNoise, day_scores, fit_noise

SHAPE = np.concatenate([np.full(14, 0.0), 40 + 60 * np.sin(np.linspace(0, 3, 28))])
MEAN = np.tile(np.concatenate([SHAPE, np.zeros(6)]), (182, 1))


def noise_of(offered, mean):
    history = flat_history(offered)
    model = KnownRate(mean)
    return fit_noise(history, {k: errors_at(history, model, k) for k in LEADS})


def averaged(name, num=20, **law):
    rng = np.random.default_rng(17)
    values = [
        getattr(noise_of(counts(rng, MEAN, **law), MEAN), name) for _ in range(num)
    ]
    return np.mean(values, axis=0)


def test_plain_poisson_counts_show_no_more_than_that():
    law = {"num": 10}
    assert averaged("dispersion", **law) == pytest.approx(1.0, abs=0.05)
    assert averaged("day_variance", **law).max() < 5e-4
    assert averaged("slot_variance", **law) < 2e-3


@pytest.mark.parametrize("day_sd", [0.1, 0.25])
def test_the_day_variance_is_found(day_sd):
    found = averaged("day_variance", day_sd=day_sd)
    assert found == pytest.approx(np.full(3, day_sd**2), rel=0.15)


def test_the_slot_noise_is_found_beside_the_day_s():
    law = {"day_sd": 0.1, "slot_sd": 0.15, "slot_decay": 0.7}
    assert averaged("slot_variance", **law) == pytest.approx(0.15**2, rel=0.35)
    assert averaged("decay_per_slot", **law) == pytest.approx(0.7, abs=0.15)


def test_days_that_hang_together_are_told_from_days_that_do_not():
    loose = averaged("passing_share", day_sd=0.2)
    tight = averaged("passing_share", day_sd=0.2, day_decay=0.8)
    assert loose < 0.35
    assert tight > 0.6
    assert averaged("decay_per_day", day_sd=0.2, day_decay=0.8) == pytest.approx(
        0.75, abs=0.15
    )


def test_a_tenfold_unit_is_a_tenfold_dispersion():
    rng = np.random.default_rng(2)
    offered = counts(rng, MEAN)
    noise = noise_of(10 * offered, 10 * MEAN)
    assert noise.dispersion == pytest.approx(
        10 * noise_of(offered, MEAN).dispersion, rel=0.1
    )


def test_a_week_of_history_is_too_little():
    noise = noise_of(np.full((10, 48), 5.0), np.full((10, 48), 5.0))
    assert noise.is_assumed
    assert noise.day_variance_at(np.array([1.0, 60.0]))[1] > 0.04
    assert noise.memory_days > 1


def test_one_storm_does_not_decide():
    rng = np.random.default_rng(5)
    offered = counts(rng, MEAN, day_sd=0.1)
    calm = noise_of(offered, MEAN)
    offered[90] *= 8
    stormy = noise_of(offered, MEAN)
    assert stormy.day_variance[1] < 1.2 * calm.day_variance[1]
    assert stormy.dispersion < 1.5 * calm.dispersion


def test_rare_storms_are_not_forgotten_either():
    offered = counts(np.random.default_rng(5), MEAN, day_sd=0.1)
    calm = noise_of(offered, MEAN)
    offered[30:180:20] *= 2
    stormy = noise_of(offered, MEAN)
    assert stormy.day_shape[-1] > calm.day_shape[-1] + 0.5


def test_the_day_variance_grows_with_the_lead_and_is_interpolated():
    noise = noise_of(counts(np.random.default_rng(1), MEAN, day_sd=0.2), MEAN)
    at = noise.day_variance_at(np.array([1.0, 2.0, 7.0, 28.0, 49.0]))
    assert at[[0, 2, 3]] == pytest.approx(noise.day_variance)
    assert (np.diff(at) >= 0).all()
    assert at[4] - at[3] == pytest.approx(at[3] - at[2])


def test_one_slot_a_day():
    rng = np.random.default_rng(3)
    mean = np.full((182, 1), 400.0)
    found = [noise_of(counts(rng, mean, day_sd=0.2), mean) for _ in range(10)]
    assert np.mean([n.day_variance[1] for n in found]) == pytest.approx(0.04, rel=0.3)
    assert all(n.slot_variance == 0 for n in found)


def test_errors_are_of_the_last_half_year_and_of_ordinary_cells():
    mean = np.full((300, 4), 10.0)
    history = flat_history(mean + 1.0)
    errors = errors_at(history, KnownRate(mean), 7)
    assert len(errors.days) == WINDOW_DAYS
    assert errors.days[-1] == MONDAY + 299
    assert errors.error == pytest.approx(np.ones((182, 4)))
    assert errors.day_ratio == pytest.approx(np.full(182, 0.1))


def test_a_day_with_hardly_any_contacts_has_no_ratio():
    mean = np.full((60, 4), 10.0)
    mean[30] = 0.5
    errors = errors_at(flat_history(mean + 1.0), KnownRate(mean), 1)
    assert np.isnan(errors.day_ratio[30])
    assert np.isfinite(errors.day_ratio[29])


def test_parts_of_a_day_that_move_apart_are_seen_to():
    rng = np.random.default_rng(4)
    mean = np.full((182, 48), 50.0)
    morning, evening = (1 + 0.2 * rng.standard_normal((182, 1)) for _ in range(2))
    rate = mean * np.hstack([np.repeat(morning, 24, 1), np.repeat(evening, 24, 1)])
    noise = noise_of(rng.poisson(np.maximum(rate, 0)).astype(float), mean)
    parts = noise.part_covariance
    assert parts[:4, :4].mean() == pytest.approx(0.04, rel=0.4)
    assert abs(parts[:4, 4:].mean()) < 0.012
    assert np.linalg.eigvalsh(parts).min() > -1e-12


def test_without_days_the_parts_are_the_prior_s():
    history = flat_history(np.zeros((30, 48)))
    errors = errors_at(history, KnownRate(np.zeros((30, 48))), 1)
    prior = prior_covariance(48, 0.04, 0.02, 0.5)
    assert part_covariance(errors, prior, 1.0) == pytest.approx(prior)


def test_slots_move_with_their_part_and_about_it():
    parts = np.diag(np.arange(1.0, 9.0))
    covariance = slot_covariance(parts, 48, 0.0, 0.0)
    assert covariance[0, 5] == 1.0
    assert covariance[0, 6] == 0.0
    assert covariance[47, 42] == 8.0
    within = slot_covariance(parts, 48, 0.5, 0.6) - covariance
    assert within[:6, :6].sum() == pytest.approx(0.0, abs=1e-12)
    assert within[0, 0] > within[0, 1]


def test_scores_of_queues_with_other_dates_are_aligned():
    one = noise_of(counts(np.random.default_rng(1), MEAN), MEAN)
    nothing = QueueNoise.assumed(MONDAY)
    scores = day_scores([one, nothing])
    assert scores.shape[1] == 2
    assert not scores[:, 1].any()
    assert day_scores([nothing]).shape == (0, 1)


def test_correlations_of_independent_series_shrink_away():
    rng = np.random.default_rng(6)
    loose, amount = shrunk_correlation(rng.standard_normal((100, 20)))
    assert amount > 0.8
    assert np.abs(loose - np.eye(20)).max() < 0.1
    common = rng.standard_normal((100, 1))
    tight, amount = shrunk_correlation(common + 0.2 * rng.standard_normal((100, 20)))
    assert amount < 0.05
    assert tight.min() > 0.85


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 1)])
def test_correlations_of_next_to_nothing(shape):
    correlation, amount = shrunk_correlation(np.ones(shape))
    assert np.array_equal(correlation, np.eye(shape[1]))
    assert amount == 1.0


def test_the_shrinkage_is_schaefer_and_strimmer_s():
    # Var(r_ij) written out, term by term, from eq. (8) and the text below it.
    rng = np.random.default_rng(8)
    x = rng.standard_normal((12, 3)) + rng.standard_normal((12, 1))
    n = len(x)
    z = x / np.sqrt((x**2).mean(axis=0))
    top = bottom = 0.0
    for i in range(3):
        for j in range(3):
            if i != j:
                w = z[:, i] * z[:, j]
                top += n / (n - 1) ** 3 * ((w - w.mean()) ** 2).sum()
                bottom += w.mean() ** 2
    correlation, amount = shrunk_correlation(x)
    assert amount == pytest.approx(top / bottom)
    r01 = (z[:, 0] * z[:, 1]).mean()
    assert correlation[0, 1] == pytest.approx((1 - amount) * r01)


@pytest.mark.parametrize("closed_on_weekends", [True, False])
def test_a_closed_weekend_puts_monday_no_further_away(closed_on_weekends):
    mean = np.tile(MEAN[0], (70, 1))  # the last day is a Sunday
    history = flat_history(counts(np.random.default_rng(1), mean))
    reported = (np.arange(70) % 7 < 5)[:, None] & np.ones((1, 48), dtype=bool)
    is_open = reported if closed_on_weekends else history.is_open
    partly = replace(history, is_open=is_open, observed=reported)
    errors = {k: errors_at(history, KnownRate(mean), k) for k in LEADS}
    known_until = fit_noise(partly, errors).known_until
    assert known_until == MONDAY + (70 if closed_on_weekends else 68)
