"""What no model may depend on, and what every answer obeys, for drawn histories."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forecast_attacks import ask, assert_sound, days_before
from support.forecasting import grid_over, make_history, make_queue

from forecasting.model import FORECASTERS
from wfm.domain.demand import OpeningHours

DAY = date(2026, 6, 1)
MODELS = st.sampled_from(FORECASTERS.names())
OFFICE = OpeningHours(spans=(((480, 1080),),) * 5 + ((), ()))
FEW = settings(max_examples=20, deadline=None)


@st.composite
def histories(draw, min_days=1, max_days=100):
    """Draw ``[q, t]`` of one to three queues: any volume, with shocks and silences."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    num_days = draw(st.integers(min_days, max_days))
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        level = draw(st.sampled_from([0.0, 0.02, 0.4, 6.0, 250.0]))
        shape = 1.0 + np.sin(np.arange(48) / 48 * 2 * np.pi) * draw(st.floats(0, 1))
        shocks = rng.gamma(
            *draw(st.sampled_from([(100.0, 0.01), (2.0, 0.5)])), num_days
        )
        if draw(st.booleans()):
            shocks[rng.random(num_days) < 0.1] = 0.0
        mean = level * shape * shocks[:, None]
        rows.append(rng.poisson(mean).astype(float).ravel())
    return np.array(rows), num_days


def build(rows, num_days, names=None):
    names = names or [f"q{q}" for q in range(len(rows))]
    grid = grid_over(days_before(DAY, num_days), num_days)
    offered = dict(zip(names, rows, strict=True))
    queues = [
        make_queue(name, opening=OFFICE) if q % 2 else make_queue(name)
        for q, name in enumerate(names)
    ]
    return make_history(grid, offered), queues


@FEW
@given(histories(), MODELS, st.integers(1, 50))
def test_every_answer_is_sound(case, model, num):
    history, queues = build(*case)
    result = ask(history, queues, DAY, num, model=model, levels=(0.05, 0.5, 0.8, 0.95))
    assert_sound(result, queues)
    assert result.quantiles.shape[1] == 4


@FEW
@given(histories(), MODELS)
def test_twice_the_same_question_is_answered_to_the_bit(case, model):
    one, two = (ask(*build(*case), DAY, 15, model=model) for _ in range(2))
    for name in ("mean", "quantiles", "aht_s"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert one.failures == two.failures
    assert one.notes == two.notes


@FEW
@given(histories(), MODELS)
def test_an_extra_queue_of_zeros_changes_nothing(case, model):
    rows, num_days = case
    history, queues = build(rows, num_days)
    names = [*history.queue_ids, "silent"]
    more, _ = build(np.vstack([rows, np.zeros(rows.shape[1])]), num_days, names)
    one = ask(history, queues, DAY, 15, model=model)
    two = ask(more, [*queues, make_queue("silent")], DAY, 15, model=model)
    num = len(queues)
    assert np.array_equal(one.mean, two.mean[:num])
    assert np.array_equal(one.quantiles, two.quantiles[:num])
    assert not two.mean[num].any()


@FEW
@given(histories(), MODELS, st.randoms(use_true_random=False))
def test_the_order_of_queues_is_no_matter(case, model, rng):
    history, queues = build(*case)
    order = list(range(len(queues)))
    rng.shuffle(order)
    one = ask(history, queues, DAY, 15, model=model)
    two = ask(history, [queues[k] for k in order], DAY, 15, model=model)
    assert np.array_equal(one.mean[order], two.mean)
    assert np.array_equal(one.quantiles[order], two.quantiles)
    assert np.array_equal(one.aht_s[order], two.aht_s)


@FEW
@given(histories(min_days=28), MODELS, st.sampled_from([2.0, 10.0, 64.0]))
def test_a_planned_scale_scales_the_mean(case, model, factor):
    # volume_scale promises that everything is learnt on the planned scale; volumes
    # high enough that neither scale counts as sparse.
    rows, num_days = case
    rows = 40.0 + rows
    history, queues = build(rows, num_days)
    scaled, _ = build(factor * rows, num_days)
    one = ask(history, queues, DAY, 15, model=model)
    two = ask(scaled, queues, DAY, 15, model=model)
    assert two.mean == pytest.approx(factor * one.mean, rel=1e-6)


@FEW
@given(
    histories(min_days=14),
    MODELS,
    st.integers(1, 4),
)
def test_weeks_that_were_not_reported_change_nothing(case, model, weeks):
    rows, num_days = case
    history, queues = build(rows, num_days)
    pad = 7 * weeks * 48
    padded = np.hstack([np.zeros((len(rows), pad)), rows])
    missing = [(q, t) for q in history.queue_ids for t in range(pad)]
    grid = grid_over(days_before(DAY, num_days + 7 * weeks), num_days + 7 * weeks)
    offered = dict(zip(history.queue_ids, padded, strict=True))
    longer = make_history(grid, offered, missing=missing)
    one = ask(history, queues, DAY, 15, model=model)
    two = ask(longer, queues, DAY, 15, model=model)
    assert two.mean == pytest.approx(one.mean, rel=1e-6, abs=1e-9)


@FEW
@given(histories(min_days=14), MODELS, st.integers(8, 40))
def test_a_longer_horizon_leaves_its_beginning_alone(case, model, num):
    history, queues = build(*case)
    one = ask(history, queues, DAY, 7, model=model)
    two = ask(history, queues, DAY, num, model=model)
    assert np.array_equal(one.mean, two.mean[:, : 7 * 48])
    assert np.array_equal(one.quantiles, two.quantiles[:, :, : 7 * 48])


@FEW
@given(histories(min_days=14), MODELS)
def test_levels_asked_apart_are_the_levels_asked_together(case, model):
    history, queues = build(*case)
    many = ask(history, queues, DAY, 15, model=model, levels=(0.1, 0.5, 0.75, 0.9))
    one = ask(history, queues, DAY, 15, model=model, levels=(0.75,))
    assert one.quantiles[:, 0] == pytest.approx(many.quantiles[:, 2], abs=1e-9)
    assert np.array_equal(one.mean, many.mean)
