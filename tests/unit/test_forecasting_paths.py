"""Paths: counts of a known law, the same every time, hanging together as told."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm, poisson
from support.forecasting import grid_over, make_history, make_queue
from support.noisy import MONDAY

import forecasting
from forecasting.noise import NORMAL_KNOTS, QueueNoise
from forecasting.paths import (
    BLOCK,
    ForecastNoise,
    QueuePaths,
    common_factors,
    forecast_noise,
    poisson_quantile,
)


def noise(**changes):
    base = QueueNoise.assumed(MONDAY)
    return replace(base, **({"day_variance": (0.0, 0.0, 0.0)} | changes))


def one_queue(law, num_days=14, slots=24, queue_id="q", first=MONDAY):
    return QueuePaths(
        queue_id=queue_id,
        noise=law,
        days=first + np.arange(num_days),
        day_starts=slots * np.arange(num_days + 1),
    )


def draw(law, mean, n=2048, **changes):
    paths = forecast_noise([one_queue(law, len(mean), mean.shape[1])])
    drawn = paths.paths(mean.reshape(1, -1), n, seed=5, **changes)
    return drawn[:, 0].reshape(n, *mean.shape)


@pytest.mark.parametrize("rate", [0.001, 0.3, 4.0, 11.9, 12.1, 40.0, 900.0])
def test_quantiles_of_counts_are_scipy_s(rate):
    levels = (np.arange(4000) + 0.5) / 4000
    mine = poisson_quantile(np.full(4000, rate), norm.ppf(levels))
    exact = poisson.ppf(levels, rate)
    assert np.abs(mine - exact).max() <= (0 if rate < 12 else 1)
    assert (mine != exact).mean() < 0.02
    assert (np.diff(mine) >= 0).all()


def test_what_the_level_drifts_by_moves_all_later_days_alike():
    variance = {"day_variance": (0.01, 0.01, 0.03)}
    law = noise(**variance, lasting_share=0.0, passing_share=0.0, common_drift=0.75)
    rates = draw(law, np.full((42, 1), 1e6), rates=True)[:, :, 0]
    seen = np.corrcoef(rates.T)
    assert abs(seen[0, 1]) < 0.08
    # At 28 days two thirds of the variance has come since a week ahead.
    share = law.drift_share_at(np.array([7.0, 28.0, 42.0]))
    assert share[:2].tolist() == pytest.approx([0.0, 0.5])
    assert seen[27, 28] == pytest.approx(0.5, abs=0.06)
    assert seen[27, 41] == pytest.approx(np.sqrt(0.5 * share[2]), abs=0.06)
    assert rates[:, 27].std() / 1e6 == pytest.approx(np.sqrt(0.03), rel=0.08)


def test_the_far_tail_ends():
    counts = poisson_quantile(np.array([0.5, 11.0, 1e5]), np.array([9.5, 40.0, -40.0]))
    assert np.isfinite(counts).all()
    assert (counts >= 0).all()


def test_without_other_noise_paths_are_poisson_counts():
    mean = np.tile([0.0, 0.2, 3.0, 60.0], (14, 6))
    drawn = draw(noise(), mean)
    assert (drawn == np.round(drawn)).all()
    assert (drawn[:, mean == 0] == 0).all()
    for rate in (0.2, 3.0, 60.0):
        sample = drawn[:, mean == rate]
        assert sample.mean() == pytest.approx(rate, rel=0.01)
        assert sample.var() == pytest.approx(rate, rel=0.02)


def test_days_and_slots_vary_as_told():
    law = noise(
        day_variance=(0.04, 0.04, 0.04),
        slot_variance=0.09,
        decay_per_slot=0.5,
        dispersion=3.0,
        passing_share=0.5,
        lasting_share=0.3,
        decay_per_day=0.6,
    )
    mean = np.full((14, 24), 200.0)
    drawn = draw(law, mean)
    assert drawn.mean() == pytest.approx(200.0, rel=0.01)
    relative = drawn / 200.0 - 1.0
    # Var(x) = (1 + V_day)(1 + V_slot) - 1 + dispersion / mean, to the first order
    assert relative.var() == pytest.approx(0.04 + 0.09 + 3 / 200, rel=0.12)
    one_apart = (relative[:, :, :-1] * relative[:, :, 1:]).mean()
    assert one_apart == pytest.approx(0.04 + 0.045, rel=0.15)
    days = relative.mean(axis=2)
    corr = np.corrcoef(days.T)
    noise_share = 0.04 / days.var()
    for k in (1, 4):
        expected = noise_share * (0.3 + 0.5 * 0.6**k)
        assert np.diag(corr, k).mean() == pytest.approx(expected, abs=0.06)


def test_rates_are_what_the_counts_are_drawn_from():
    law = noise(day_variance=(0.04, 0.04, 0.04))
    mean = np.full((3, 24), 50.0)
    rates, counts = draw(law, mean, rates=True), draw(law, mean)
    assert rates.mean(axis=2).std() == pytest.approx(10.0, rel=0.1)
    assert (counts - rates).var() == pytest.approx(50.0, rel=0.05)
    assert np.ptp(rates, axis=2).max() == pytest.approx(0.0, abs=1e-9)


def test_factors_take_the_shape_of_the_history_s_days():
    shape = np.where(NORMAL_KNOTS > 1.5, 3.0, -0.1)
    law = noise(day_variance=(0.04,) * 3, day_shape=shape)
    rates = draw(law, np.full((14, 1), 100.0), rates=True)
    assert np.quantile(rates, 0.5) == pytest.approx(98.0)
    # linear between the knots at 1.465 and 1.981, 0.5 is reached at 1.565
    assert (rates > 110).mean() == pytest.approx(1 - norm.cdf(1.565), abs=0.01)


def test_a_path_is_the_same_in_any_chunk_and_any_company():
    law = noise(day_variance=(0.04, 0.05, 0.06), slot_variance=0.1, decay_per_slot=0.4)
    mean = np.full((1, 14 * 24), 7.0)
    alone = forecast_noise([one_queue(law)])
    whole = alone.paths(mean, 200, seed=3)
    part = alone.paths(mean, 90, seed=3, first_path=70)
    assert np.array_equal(part, whole[70:160])
    assert not np.array_equal(whole, alone.paths(mean, 200, seed=4))
    beside = forecast_noise([one_queue(noise(), queue_id="other"), one_queue(law)])
    both = beside.paths(np.vstack([mean, mean]), 200, seed=3)
    assert np.array_equal(both[:, 1:], whole)
    assert not np.array_equal(both[:, 0], both[:, 1])


def test_a_longer_horizon_begins_alike():
    law = noise(day_variance=(0.04, 0.05, 0.06), slot_variance=0.1, decay_per_slot=0.4)
    short, long = (
        forecast_noise([one_queue(law, num_days=d)]).paths(
            np.full((1, 24 * d), 7.0), 10, seed=3
        )
        for d in (7, 14)
    )
    assert np.array_equal(short, long[:, :, : 24 * 7])


def test_more_contacts_meet_the_same_luck():
    law = noise(day_variance=(0.04,) * 3)
    mean = np.full((7, 24), 20.0)
    low, high = draw(law, mean), draw(law, 1.1 * mean)
    assert (high >= low).all()
    assert np.corrcoef(low.ravel(), high.ravel())[0, 1] > 0.98


def measured(factors, queue_id="q", **changes):
    law = noise(
        is_assumed=False,
        day_variance=(0.04,) * 3,
        factor_days=MONDAY - len(factors) + np.arange(len(factors)),
        day_factors=factors,
        **changes,
    )
    return one_queue(law, queue_id=queue_id, slots=1)


def test_queues_that_moved_together_move_together():
    rng = np.random.default_rng(1)
    common, own = rng.standard_normal((2, 150)) * 0.2
    pair = [measured(common, "a"), measured(0.9 * common + 0.43 * own, "b")]
    apart = measured(rng.standard_normal(150) * 0.2, "c")
    drawn = forecast_noise([*pair, apart]).paths(np.full((3, 14), 500.0), 512, seed=1)
    correlation = np.corrcoef(drawn.sum(axis=2).T)
    assert correlation[0, 1] == pytest.approx(0.85, abs=0.1)
    assert abs(correlation[0, 2]) < 0.2


def test_the_order_of_queues_and_an_empty_one_change_nothing():
    rng = np.random.default_rng(1)
    queues = [measured(rng.standard_normal(90) * 0.2, name) for name in "abc"]
    mean = np.full((3, 14), 50.0)
    one = forecast_noise(queues).paths(mean, 64, seed=1)
    two = forecast_noise(queues[::-1]).paths(mean, 64, seed=1)
    assert np.array_equal(one, two[:, ::-1])
    empty = one_queue(noise(), queue_id="zero", slots=1)
    more = np.vstack([mean, np.zeros((1, 14))])
    three = forecast_noise([*queues, empty]).paths(more, 64, seed=1)
    assert np.array_equal(three[:, :3], one)
    assert not three[:, 3].any()


def test_many_queues_share_few_factors():
    rng = np.random.default_rng(1)
    common = rng.standard_normal(150)
    laws = [
        measured(0.2 * common + 0.1 * rng.standard_normal(150)).noise for _ in range(12)
    ]
    loadings = common_factors(laws, [f"q{i:02d}" for i in range(12)])
    assert loadings.shape == (12, 8)
    between = loadings @ loadings.T
    assert (np.diag(between) <= 1 + 1e-9).all()
    assert np.median(between) == pytest.approx(0.8, abs=0.12)


def test_a_queue_that_begins_later_meets_the_others_days():
    factors = np.random.default_rng(1).standard_normal(150) * 0.2
    early, late = measured(factors, "a"), measured(factors, "b")
    late = replace(late, days=late.days[:10] + 4, day_starts=np.arange(4, 15))
    drawn = forecast_noise([early, late]).paths(np.full((2, 14), 5000.0), 512, seed=1)
    assert not drawn[:, 1, :4].any()
    for t in range(4, 14):
        assert np.corrcoef(drawn[:, 0, t], drawn[:, 1, t])[0, 1] > 0.75


def test_settled_intervals_are_what_came():
    law = noise(day_variance=(0.04,) * 3)
    queue = one_queue(law)
    settled = np.arange(14 * 24) < 30
    queue = replace(queue, settled=settled, day_spread=np.full(14, 0.0))
    drawn = ForecastNoise(queues=(queue,), loadings=np.zeros((1, 0))).paths(
        np.full((1, 14 * 24), 7.5), BLOCK, seed=1, rates=True
    )
    assert (drawn == 7.5).all()


def test_a_forecast_draws_paths_on_its_own_clock():
    # The week of the change to winter time: 25 hours on the Sunday.
    first, zone = date(2026, 10, 19), "Europe/Warsaw"
    grid = grid_over(date(2026, 8, 24), 56, zone)
    rng = np.random.default_rng(3)
    queue = make_queue("q", zone)
    history = make_history(grid, {"q": rng.poisson(20.0, grid.num_intervals)})
    result = forecasting.forecast(history, [queue], first_day={"q": first}, num_days=7)
    drawn = result.paths(256, seed=2)
    assert drawn.shape == (256, 1, 7 * 48 + 2)
    assert result.noise.queues[0].day_starts.tolist() == [
        *range(0, 289, 48),
        338,
    ]
    assert drawn.mean(axis=(0, 1)) == pytest.approx(result.mean[0], rel=0.2)
    twice = replace(result, mean=2 * result.mean, quantiles=2 * result.quantiles)
    assert twice.paths(64, seed=2).mean() == pytest.approx(
        2 * result.mean.mean(), rel=0.03
    )


def test_a_forecast_without_noise_says_so():
    grid = grid_over(date(2026, 8, 24), 14)
    history = make_history(grid, {"q": np.ones(grid.num_intervals)})
    result = forecasting.forecast(
        history, [make_queue()], first_day={"q": date(2026, 9, 7)}, num_days=1
    )
    with pytest.raises(ValueError, match="read from a file"):
        replace(result, noise=None).paths(3, seed=1)
