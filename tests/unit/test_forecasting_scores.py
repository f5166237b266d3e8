"""Scores of days: weekday means, what persists, and how far it is believed."""

import numpy as np
import pytest
from support.day_histories import MONDAY, lasting, queue_history

from forecasting.scores import PRIOR_DAYS, PRIOR_DAYS_PER_LEAD, fit_scores
from forecasting.weeks import fading, fading_sums, keep_of, ratio
from forecasting.whole_days import ordinariness, root_days, spread_of


def model_of(scores, weights=None, num_learnt=None, first=MONDAY):
    scores = np.asarray(scores, dtype=float).reshape(len(scores), -1)
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, float)
    calendar = queue_history(np.ones((len(scores), 1)), first=first)
    return fit_scores(calendar, scores, weights, num_learnt)


def test_weights_fade_by_the_age_of_what_lies_before():
    assert fading(3, 0.5).tolist() == [
        [0, 0, 0],
        [1, 0, 0],
        [0.5, 1, 0],
        [0.25, 0.5, 1],
    ]
    sums = fading_sums(np.array([[1.0], [10.0], [100.0]]), 0.5)
    assert sums[:, 0].tolist() == [0.0, 1.0, 10.5, 105.25]
    assert keep_of(20.0) ** 20 == pytest.approx(0.5)
    assert ratio(np.array([3.0, 3.0]), np.array([2.0, 0.0])).tolist() == [1.5, 0.0]


def test_the_mean_of_a_weekday_is_a_fading_one():
    scores = np.zeros(28)
    scores[::7] = [1.0, 2.0, 4.0, 8.0]
    model = model_of(scores)
    keep = keep_of(20.0)
    expected = (keep**2 + 2 * keep + 4) / (keep**2 + keep + 1)
    assert model.mean[21, 0] == pytest.approx(expected)
    assert model.support[[0, 7, 21, 27]].tolist() == [0, 1, 3, 3]
    # mean and tilt are after the history, Monday first
    assert model.next_mean[0, 0] == pytest.approx(
        (keep * (keep**2 + 2 * keep + 4) + 8) / (keep**3 + keep**2 + keep + 1)
    )
    assert model.next_tilt[0, 0] > 0
    assert not model.next_mean[1:].any()


@pytest.mark.parametrize("first", range(7))
def test_weekdays_are_those_of_the_calendar(first):
    days = np.arange(first, first + 35)
    model = model_of((days % 7).astype(float), first=MONDAY + first)
    assert model.next_mean[:, 0] == pytest.approx(np.arange(7))
    ahead = np.arange(1, 8)
    values = model.predict(ahead, (days[-1] + ahead) % 7)
    assert values[:, 0] == pytest.approx((days[-1] + ahead) % 7)


def test_what_is_nothing_but_rounding_has_no_share():
    # Only the last week is out of line: before it there is nothing to learn from but
    # rounding, which here points the way.
    scores = np.zeros(28)
    scores[15:22] = 1e-10
    scores[22:] = [0.3, -0.2, 0.0, 0.0, 0.1, 0.2]
    model = model_of(scores)
    rounded = model_of(np.where(np.abs(scores) < 1e-6, 0.0, scores))
    assert model.coefficients == pytest.approx(rounded.coefficients, abs=1e-4)


@pytest.mark.parametrize("carry", [0.0, 0.4, 0.8])
def test_persistence_is_learnt_and_drawn_towards_none(carry):
    rng = np.random.default_rng(3)
    scores = 10.0 + np.log(lasting(rng, 4000, carry, 1.0))
    shares = model_of(scores).coefficients[:, :, 0]
    n = 4000
    prior = PRIOR_DAYS + PRIOR_DAYS_PER_LEAD
    assert shares[0, 0] + shares[0, 1] == pytest.approx(
        carry * n / (n + prior), abs=0.08
    )
    assert shares[-1].max() < 0.12  # a month ahead nothing is left
    assert ((shares >= 0) & (shares <= 1)).all()


def test_little_history_is_believed_little():
    rng = np.random.default_rng(5)
    scores = 10.0 + np.log(lasting(rng, 2000, 0.8, 1.0))
    long, short = (model_of(scores[:n]).coefficients[0, 0, 0] for n in (2000, 21))
    assert short < 0.7 * long
    assert not model_of(scores[:7]).coefficients.any()


def test_a_deviation_is_carried_forward_by_its_share():
    rng = np.random.default_rng(6)
    model = model_of(10.0 + np.log(lasting(rng, 400, 0.7, 1.0)))
    share = model.coefficients[:, :, 0]
    for lead_days, group in (
        (1, 0),
        (3, 1),
        (7, 2),
        (14, 3),
        (15, 4),
        (28, 4),
        (99, 5),
    ):
        value = model.predict(np.array([lead_days]), np.array([2]))[0, 0]
        assert value == pytest.approx(
            model.next_mean[2, 0]
            + share[group, 0] * model.last[-1, 0]
            + share[group, 1] * model.level[-1, 0]
            + share[group, 2] * model.next_tilt[2, 0]
        )


def test_the_level_is_a_fading_mean_of_deviations():
    rng = np.random.default_rng(7)
    scores, weights = rng.normal(size=40), rng.uniform(0.2, 1.0, 40)
    model = model_of(scores, weights)
    deviation = np.where(np.arange(40) >= 7, (scores - model.mean[:, 0]) * weights, 0.0)
    known = np.where(np.arange(40) >= 7, weights, 0.0)
    keep = keep_of(10.0)
    for day in (8, 20, 39):
        fade = keep ** np.arange(day, -1, -1.0)
        expected = (fade @ deviation[: day + 1]) / max(fade @ known[: day + 1], 1.0)
        assert model.level[day, 0] == pytest.approx(expected)


def test_an_old_deviation_is_stale():
    scores = 10.0 + np.arange(40) % 3
    weights = np.ones(40)
    weights[-5:] = 0.0
    assert not model_of(scores, weights).last[-1].any()
    weights[-5] = 1.0
    assert model_of(scores, weights).last[-1].any()


def test_what_is_learnt_early_stays():
    rng = np.random.default_rng(8)
    scores = 10.0 + np.log(lasting(rng, 300, 0.8, 1.0))
    early, later = model_of(scores[:150]), model_of(scores, num_learnt=150)
    assert np.array_equal(early.coefficients, later.coefficients)
    assert later.mean[:150] == pytest.approx(early.mean)
    assert later.last[-1] != early.last[-1]


def test_unseen_weekdays_are_the_mean_of_their_class():
    scores = np.where(np.arange(28) % 7 >= 5, 2.0, 10.0)
    weights = np.isin(np.arange(28) % 7, [0, 1, 5]).astype(float)
    means = model_of(scores, weights).next_mean[:, 0]
    assert means == pytest.approx([10, 10, 10, 10, 10, 2, 2])
    only_work = model_of(scores, (np.arange(28) % 7 < 2).astype(float))
    assert only_work.next_mean[6, 0] == pytest.approx(10.0)


def test_whole_days_fill_what_was_not_seen_at_the_height_of_the_day():
    offered = np.tile([4.0, 16.0, 36.0], (210, 1))
    offered[10] *= 4.0  # a day of double roots
    observed = np.ones(offered.shape, dtype=bool)
    observed[10, 2] = False
    observed[15] = False
    days = root_days(queue_history(offered, observed=observed))
    assert days.values[10] == pytest.approx([4.0, 8.0, 12.0], rel=0.04)
    assert days.weights[15] == 0.0
    assert days.weights[3] == 1.0
    # the last third of the day holds half of its roots
    assert 0 < days.weights[10] <= 0.5
    assert days.seen.all()


def test_slots_that_were_never_seen_are_left_out():
    observed = np.ones((14, 3), dtype=bool)
    observed[:, 1] = False
    days = root_days(queue_history(np.ones((14, 3)), observed=observed))
    assert days.seen.tolist() == [True, False, True]
    assert days.values.shape == (14, 2)


def heights(num=60, seed=4):
    return np.random.default_rng(seed).normal(1.0, 0.05, num)


def test_a_day_far_off_its_neighbours_weighs_little():
    height = heights()
    height[30] = 0.2
    weights = ordinariness(height, np.ones(60, dtype=bool))
    assert weights[30] < 0.06
    assert np.delete(weights, 30).min() > 0.5
    # a flat history but for one day
    flat = np.ones(60)
    flat[30] = 0.2
    weights = ordinariness(flat, np.ones(60, dtype=bool))
    assert weights[30] < 0.002
    assert np.delete(weights, 30).tolist() == [1.0] * 59


def test_days_that_move_together_keep_their_weight():
    height = heights()
    height[30:] += 1.0
    assert ordinariness(height, np.ones(60, dtype=bool)).min() > 0.5
    recent = heights()
    recent[-4:] += 1.0
    assert ordinariness(recent, np.ones(60, dtype=bool))[-4:].min() > 0.5
    recent = heights()
    recent[-1] += 1.0
    assert ordinariness(recent, np.ones(60, dtype=bool))[-1] < 0.1


def test_few_days_all_count():
    assert ordinariness(np.array([1.0, 9.0, 1.0]), np.ones(3, dtype=bool)).all()


def test_the_spread_makes_the_history_add_up():
    rng = np.random.default_rng(2)
    history = queue_history(rng.poisson(3.0, (300, 4)).astype(float))
    days = root_days(history)
    model = fit_scores(history, days.values, days.weights)
    spread = spread_of(days, np.eye(4), model)
    scores, support = model.hindcast(7)
    known = support > 0
    total = (np.maximum(scores, 0) ** 2 + spread)[known].sum()
    assert total / history.offered_contacts[known].sum() == pytest.approx(1, abs=0.02)
    # the root of a Poisson count of mean 3 has a variance of about 0.32
    assert spread == pytest.approx(np.full(4, 0.32), abs=0.1)


def test_no_week_behind_no_spread():
    history = queue_history(np.ones((5, 4)))
    days = root_days(history)
    model = fit_scores(history, days.values, days.weights)
    assert not spread_of(days, np.eye(4), model).any()
