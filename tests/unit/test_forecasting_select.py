"""The choice among models: honest, steady, told."""

from dataclasses import replace

import numpy as np
import pytest
from support.day_histories import lasting, noisy, queue_history, rates

from forecasting.model import FORECASTERS, Chosen, ForecastError, Hindcast
from forecasting.models.best import Best, best_weights
from forecasting.models.ensemble import Ensemble
from forecasting.models.last_week import LastWeek
from forecasting.models.weekday_mean import WeekdayMean
from forecasting.select import (
    LEADS_TESTED,
    UNTESTED,
    Mixture,
    Rehearsal,
    candidates,
    rehearse,
)


def rehearsal(*errors, offered=100.0, favourite="a"):
    """Return a rehearsal of models a, b, ... with the same *errors* at each lead."""
    names = tuple("abcdefg"[: len(errors)])
    return Rehearsal(
        names=names,
        fits=tuple(Constant(value=1.0 + i) for i in range(len(errors))),
        errors=np.array([errors] * len(LEADS_TESTED), dtype=float),
        offered_contacts=np.full(len(LEADS_TESTED), offered),
        favourite=favourite,
        next_day=100,
    )


class Constant:
    """A model that expects *value* everywhere."""

    def __init__(self, value, support=5):
        self.value, self.support = value, support

    def hindcast(self, lead_days, first_row=0):
        shape = (10 - first_row, 2)
        return Hindcast(
            expected=np.full(shape, self.value * lead_days),
            support=np.full(shape, self.support),
        )

    def predict(self, days):
        return np.full((len(days), 2), self.value)


def test_measures_are_those_of_the_errors():
    both = rehearsal([3, -1, -2], [4, 4, 0])
    assert both.wape[0] == pytest.approx([0.06, 0.08])
    assert both.bias[2] == pytest.approx([0.0, 0.08])
    half = np.full((3, 2), 0.5)
    assert both.mixed_wape(half) == pytest.approx([(3.5 + 1.5 + 1.0) / 100] * 3)


def test_weights_go_with_the_sixteenth_power_and_the_favourite_four_fold():
    weights = rehearsal([5, -5], [5.5, -5.5], favourite="b").weights()
    ratio = 4 * 1.1**-16
    assert weights[0, 1] / weights[0, 0] == pytest.approx(ratio)
    assert weights.sum(axis=1) == pytest.approx(np.ones(3))


def test_what_hardly_counts_does_not_count():
    weights = rehearsal([5, -5], [8, -8]).weights()
    assert weights.tolist() == [[1.0, 0.0]] * 3


def test_a_model_that_forecasts_too_little_is_out_however_small_its_wape():
    # Half of sparse contacts is zeros: the zero forecast has the smaller WAPE.
    weights = rehearsal([6, -6, 6, -6], [-1, -1, -3, -3]).weights()
    assert weights[:, 1].tolist() == [0.0] * 3
    # too much is no reason: WAPE sees to that
    assert rehearsal([6, -6, 6, -6], [1, 1, 3, 3]).weights()[0, 1] > 0.5


def test_a_perfect_model_takes_it_all():
    assert rehearsal([1, -1], [0, 0]).weights().tolist() == [[0.0, 1.0]] * 3


def test_mixtures_weigh_by_lead():
    weights = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    mixture = rehearsal([1, -1], [1, -1]).mixture(weights)
    values = mixture.predict(np.array([100, 101, 102, 113, 114, 300]))
    assert values[:, 0] == pytest.approx([1.0, 1.0, 1.5, 1.5, 2.0, 2.0])
    for lead_days, value in ((1, 1.0), (2, 2.0), (3, 4.5), (14, 21.0), (15, 30.0)):
        assert mixture.hindcast(lead_days).expected == pytest.approx(
            np.full((10, 2), value)
        )


def test_a_mixture_s_hindcast_needs_all_members():
    mixture = Mixture(
        fits=(Constant(1.0, support=3), Constant(2.0, support=0)),
        weights=np.array([[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]]),
        next_day=0,
        tests=(),
    )
    assert not mixture.hindcast(1).expected.any()
    assert not mixture.hindcast(1).support.any()
    assert (mixture.hindcast(7).support == 3).all()


def test_the_table_says_who_was_tested_and_who_counts():
    tests = rehearsal([3, -1], [4, 4]).mixture(np.full((3, 2), 0.5)).tests
    assert [(t.model, t.lead_days) for t in tests] == [
        (name, lead) for name in "ab" for lead in LEADS_TESTED
    ]
    assert (tests[3].wape, tests[3].bias, tests[3].weight) == (0.08, 0.08, 0.5)


def weights_of(history, lead_days=7):
    fitted = Ensemble().fit(history)
    return {t.model: t.weight for t in fitted.tests if t.lead_days == lead_days}


def test_patterns_win_where_the_days_hang_together():
    rng = np.random.default_rng(1)
    history = noisy(rng, 200, 24, 300.0, lasting(rng, 200, 0.6, 0.15))
    weights = weights_of(history, lead_days=1)
    assert weights["low_rank"] > 0.8
    assert isinstance(Ensemble().fit(history), Chosen)


def test_the_top_down_model_is_preferred_where_contacts_are_rare():
    history = noisy(np.random.default_rng(2), 200, 48, 0.4)
    assert rehearse(history).favourite == "day_total"
    assert candidates(history)[0] == "day_total"
    assert candidates(history.before(int(history.days[27]))) == UNTESTED
    assert weights_of(history)["day_total"] > 0.5
    assert (
        rehearse(noisy(np.random.default_rng(2), 60, 24, 4.0)).favourite == "low_rank"
    )


def test_the_median_is_no_choice_where_contacts_are_rare():
    history = noisy(np.random.default_rng(3), 200, 48, 0.4)
    assert weights_of(history)["median_of_weeks"] == 0.0


def test_last_week_wins_where_every_week_is_new():
    # A random walk from week to week: older weeks tell nothing.
    walk = np.exp(np.cumsum(np.random.default_rng(4).normal(0, 0.4, 40)))
    history = queue_history(rates(280, 12, 1000.0, np.repeat(walk, 7)))
    fitted = Best().fit(history)
    naive = LastWeek().fit(history)
    days = history.days[-1] + 1 + np.arange(7)
    error, usual = (
        np.abs(f.predict(days) - naive.predict(days)).sum()
        for f in (fitted, WeekdayMean().fit(history))
    )
    assert error < 0.5 * usual


def test_a_clear_winner_is_taken_alone():
    # The favourite outweighs the better model, whose errors are 6 % smaller.
    clear = rehearsal([5.3, -5.3], [5.0, -5.0])
    assert clear.weights()[0, 0] > 0.6
    assert best_weights(clear).tolist() == [[0.0, 1.0]] * 3
    luck = rehearsal([5.1, -5.1], [5.0, -5.0])
    assert np.array_equal(best_weights(luck), luck.weights())


def test_without_a_clear_winner_best_is_the_mixture():
    history = noisy(np.random.default_rng(6), 150, 12, 30.0)
    best, mixture = Best().fit(history), Ensemble().fit(history)
    assert np.array_equal(best.weights, mixture.weights)


@pytest.mark.parametrize("model", [Best, Ensemble])
@pytest.mark.parametrize("num_days", [1, 6, 13, 27])
def test_short_histories_are_not_tested_but_forecast(model, num_days):
    history = queue_history(rates(num_days))
    fitted = model().fit(history)
    assert fitted.tests == ()
    days = history.days[-1] + 1 + np.arange(14)
    assert (fitted.predict(days) > 0).all()
    assert fitted.weights == pytest.approx(np.full((3, 4), 1 / 4))


@pytest.mark.parametrize("model", [Best, Ensemble])
def test_a_silent_history_is_not_tested_and_forecast_as_nothing(model):
    history = queue_history(np.zeros((100, 24)))
    fitted = model().fit(history)
    assert fitted.tests == ()
    assert not fitted.predict(history.days[-1] + 1 + np.arange(7)).any()


def test_a_silent_last_quarter_is_no_test():
    offered = rates(200)
    offered[100:] = 0.0
    assert Ensemble().fit(queue_history(offered)).tests == ()


def test_candidates_that_cannot_be_fitted_are_left_out(monkeypatch):
    def fails(self, history):
        msg = "no"
        raise ForecastError(msg)

    history = noisy(np.random.default_rng(7), 100)
    monkeypatch.setattr(WeekdayMean, "fit", fails)
    assert "weekday_mean" not in rehearse(history).names
    for name in candidates(history):
        monkeypatch.setattr(FORECASTERS[name], "fit", fails)
    with pytest.raises(ForecastError, match="no ordinary"):
        rehearse(history)


def test_unknown_favourites_leave_the_first_in_charge():
    history = noisy(np.random.default_rng(8), 20)
    alone = rehearse(history, ("last_week", "median_of_weeks"))
    assert alone.favourite == "last_week"
    assert alone.weights().tolist() == [[0.5, 0.5]] * 3


def test_the_test_is_of_the_last_quarter_of_a_year_only():
    rng = np.random.default_rng(9)
    history = noisy(rng, 300, 24, 50.0)
    wild = history.offered_contacts.copy()
    wild[:150] *= rng.uniform(0.2, 3.0, (150, 1))
    other = replace(history, offered_contacts=wild)
    naive = [rehearse(h, ("last_week",)).wape for h in (history, other)]
    assert np.array_equal(naive[0], naive[1])


def test_models_learn_before_the_test_only():
    rng = np.random.default_rng(10)
    history = noisy(rng, 300, 24, 50.0, lasting(rng, 300, 0.7, 0.2))
    honest = rehearse(history, ("low_rank",))
    flattering = FORECASTERS["low_rank"]().fit(history).hindcast(1)
    cells = (slice(300 - 91, None), slice(None))
    error = np.abs(flattering.expected[cells] - history.offered_contacts[cells]).sum()
    assert np.abs(honest.errors[0]).sum() > error


def test_short_slots_are_tested_by_half_hours():
    history = noisy(np.random.default_rng(11), 60, 288, 2.0)
    tested = rehearse(history, ("weekday_mean", "last_week"))
    assert tested.errors[0].shape == (2, 30 * 48)
    assert tested.offered_contacts[0] == history.offered_contacts[30:].sum()
