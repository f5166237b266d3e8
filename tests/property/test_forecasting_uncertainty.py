"""What must hold for the noise, paths, totals and updates of every history."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forecasting import grid_over, make_history, make_queue

import forecasting
from wfm.calendar.opening import open_mask
from wfm.domain.demand import OpeningHours

ZONES = ["America/Denver", "Europe/Warsaw", "Asia/Kolkata", "America/Santiago"]
HOURS = [
    OpeningHours(spans=(((0, 1440),),) * 7),
    OpeningHours(spans=(((540, 1260),),) * 7),
    OpeningHours(spans=(((480, 1080),),) * 5 + ((), ())),
]
FIRST_DAYS = [date(2026, 10, 25), date(2026, 3, 29), date(2026, 9, 6)]  # clock changes


def zeros(rng, num):
    return np.zeros(num)


def spike(rng, num):
    values = np.zeros(num)
    values[int(rng.integers(num))] = 1e6
    return values


def noisy(rng, num):
    return rng.negative_binomial(2, 2 / (2 + rng.choice([0.05, 3.0, 400.0])), num)


def step(rng, num):
    return rng.poisson(np.where(np.arange(num) < num // 2, 5.0, 500.0))


def few(rng, num):
    return (rng.random(num) < 0.002).astype(float)


def constant(rng, num):
    return np.full(num, 7.0)


KINDS = [zeros, spike, noisy, step, few, constant]


@st.composite
def cases(draw, kinds=KINDS, shares=(0.0, 0.3, 0.95)):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    first = draw(st.sampled_from(FIRST_DAYS))
    num_days = draw(st.integers(1, 60))
    minutes = draw(st.sampled_from([15, 30, 60]))
    queues = [
        make_queue(f"q{i}", zone, opening=draw(st.sampled_from(HOURS)))
        for i, zone in enumerate(draw(st.permutations(ZONES))[:2])
    ]
    start = first - timedelta(days=num_days)
    grid = grid_over(start, num_days + 4, interval_minutes=minutes)
    offered = {
        q.queue_id: draw(st.sampled_from(kinds))(rng, grid.num_intervals)
        for q in queues
    }
    share = draw(st.sampled_from(shares))
    gone = rng.random((2, grid.num_intervals)) < share
    missing = [(f"q{q}", int(t)) for q, t in np.argwhere(gone)]
    return make_history(grid, offered, missing=missing), queues, first


def run(case, model="weekday_mean"):
    history, queues, first = case
    days = dict.fromkeys(history.queue_ids, first)
    return forecasting.forecast(
        history, queues, first_day=days, num_days=4, model=model
    )


@settings(max_examples=40, deadline=None)
@given(cases(), st.sampled_from(["weekday_mean", "low_rank"]))
def test_paths_are_whole_never_negative_closed_when_closed_and_the_same_again(
    case, model
):
    made = run(case, model)
    drawn = made.paths(20, seed=4)
    assert np.isfinite(drawn).all()
    assert (drawn >= 0).all()
    assert np.array_equal(drawn, np.round(drawn))
    assert not drawn[:, made.mean == 0].any()
    for q, queue in enumerate(case[1]):
        assert not drawn[:, q, ~open_mask(queue, made.grid)].any()
    assert np.array_equal(drawn, run(case, model).paths(20, seed=4))


@settings(max_examples=25, deadline=None)
@given(cases())
def test_the_order_of_queues_and_an_empty_one_change_no_path(case):
    history, queues, first = case
    one = run(case).paths(8, seed=4)
    two = run((history, queues[::-1], first)).paths(8, seed=4)
    assert np.array_equal(one, two[:, ::-1])
    more = [*queues, make_queue("empty", queues[0].zone)]
    rows = dict(zip(history.queue_ids, history.offered_contacts, strict=True))
    rows["empty"] = np.zeros(history.grid.num_intervals)
    wider = make_history(history.grid, rows)
    observed = np.vstack([history.observed, history.observed[:1]])
    wider = replace(wider, observed=observed, aht_weight=wider.aht_weight * observed)
    three = run((wider, more, first)).paths(8, seed=4)
    assert np.array_equal(one, three[:, :2])
    assert not three[:, 2].any()


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from(["day", "week", "month"]))
def test_totals_are_ordered_and_add_up(case, by):
    made = run(case)
    rows = forecasting.totals(made, by=by, num_paths=64).rows
    for queue_id, row_mean in zip(made.queue_ids, made.mean, strict=True):
        mine = [row for row in rows if row.name == queue_id]
        assert sum(row.mean for row in mine) == pytest.approx(row_mean.sum())
        assert sum(row.num_days for row in mine) == 4
        assert all(np.diff(row.quantiles).min() >= 0 for row in mine)
        assert all(row.quantiles[0] >= 0 for row in mine)


@settings(max_examples=40, deadline=None)
@given(cases(), st.floats(0, 1))
def test_a_look_at_actuals_keeps_what_came_and_never_breaks_the_rest(case, share):
    history, _, _ = case
    made = run(case)
    until = made.grid.instant(int(share * made.grid.num_intervals))
    new = forecasting.reforecast(made, history, until=until)
    assert np.isfinite(new.mean).all()
    assert (new.quantiles >= 0).all()
    assert (np.diff(new.quantiles, axis=1) >= -1e-9).all()
    shift = history.grid.floor_index(made.grid.start_utc)
    seen = np.zeros(made.mean.shape, dtype=bool)
    end = int(share * made.grid.num_intervals)
    length = min(end, history.grid.num_intervals - shift)
    seen[:, :length] = history.observed[:, shift : shift + length]
    for q, span in enumerate(zip(made.first_idx, made.end_idx, strict=True)):
        seen[q, : span[0]] = seen[q, span[1] :] = False
    offered = history.offered_contacts[:, shift : shift + length]
    assert np.array_equal(
        new.mean[:, :length][seen[:, :length]], offered[seen[:, :length]]
    )
    assert not new.mean[~seen & (made.mean == 0)].any()
    assert (new.mean[~seen] <= 5 * made.mean[~seen] + 1e-9).all()
    assert (new.mean[~seen] >= 0.2 * made.mean[~seen] - 1e-9).all()
    assert np.isfinite(new.paths(5, seed=1)).all()


# Counts of next to nothing are measured against Poisson's law, which knows a unit.
@settings(max_examples=20, deadline=None)
@given(cases(kinds=[step, constant], shares=(0.0,)))
def test_ten_times_the_volume_varies_alike(case):
    history, queues, first = case
    tenfold = replace(history, offered_contacts=10 * history.offered_contacts)
    one, ten = run(case), run((tenfold, queues, first))
    for a, b in zip(one.noise.queues, ten.noise.queues, strict=True):
        assert b.noise.day_variance == pytest.approx(a.noise.day_variance, abs=1e-9)
        assert b.noise.slot_variance == pytest.approx(a.noise.slot_variance, abs=1e-9)
        assert b.noise.is_assumed == a.noise.is_assumed
