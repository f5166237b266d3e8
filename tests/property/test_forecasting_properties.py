"""What must hold for every history, model and clock."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.forecasting import grid_over, make_history, make_queue

from forecasting.model import FORECASTERS
from forecasting.run import forecast
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.demand import DemandEvent, OpeningHours

ZONES = ["America/Denver", "Europe/Warsaw", "Asia/Kolkata", "America/Santiago"]
HOURS = [
    OpeningHours(spans=(((0, 1440),),) * 7),
    OpeningHours(spans=(((540, 1260),),) * 7),
    OpeningHours(spans=(((480, 1080),),) * 5 + ((), ())),
    OpeningHours(spans=(((0, 120), (1320, 1440)),) * 7),
]
# Each is a day or two after a clock change, or before one.
FIRST_DAYS = [date(2026, 10, 26), date(2026, 3, 30), date(2026, 9, 5), date(2026, 4, 6)]


@st.composite
def cases(draw, min_weeks=0, gaps=True):
    """Draw (history, queues, first day): noise of any volume, gaps, odd hours."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    first = draw(st.sampled_from(FIRST_DAYS))
    num_days = draw(st.integers(1 + 7 * min_weeks, 40))
    queues = [
        make_queue(f"q{i}", zone, opening=draw(st.sampled_from(HOURS)))
        for i, zone in enumerate(draw(st.permutations(ZONES))[:2])
    ]
    grid = grid_over(first - timedelta(days=num_days), num_days + 1)
    volume = draw(st.sampled_from([0.0, 0.05, 3.0, 400.0]))
    offered = {
        queue.queue_id: rng.negative_binomial(2, 2 / (2 + volume), grid.num_intervals)
        for queue in queues
    }
    share = draw(st.sampled_from([0.0, 0.3, 0.95])) if gaps else 0.0
    gone = rng.random((2, grid.num_intervals)) < share
    missing = [(f"q{q}", int(t)) for q, t in np.argwhere(gone)]
    return make_history(grid, offered, missing=missing), queues, first


def run(case, *, model="weekday_mean", **changes):
    history, queues, first = case
    return forecast(
        history,
        queues,
        first_day={queue.queue_id: first for queue in queues},
        num_days=8,
        model=model,
        **changes,
    )


def specials(first):
    days = [first + timedelta(days=d) for d in (-12, -3, 2)]
    holidays = {day: Holiday(day=day, name="h") for day in days}
    events = [
        DemandEvent(
            event="e",
            kind="sale",
            queue_ids=("q0",),
            from_local_minute=wall_minute(first, 1440 * offset + 500),
            to_local_minute=wall_minute(first, 1440 * offset + 2100),
            effect=effect,
        )
        for offset, effect in ((-9, None), (-3, None), (1, None), (4, 3.0))
    ]
    return {"holidays": {"q0": holidays, "q1": holidays}, "events": events}


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from(FORECASTERS.names()), st.booleans())
def test_ordered_never_negative_and_0_when_closed(case, model, with_specials):
    _, queues, first = case
    changes = specials(first) if with_specials else {}
    result = run(case, model=model, **changes)
    assert (result.mean >= 0).all()
    assert (result.quantiles >= 0).all()
    assert (np.diff(result.quantiles, axis=1) >= 0).all()
    assert np.isfinite(result.quantiles).all()
    for q, queue in enumerate(queues):
        is_open = open_mask(queue, result.grid)
        is_open[: result.first_idx[q]] = is_open[result.end_idx[q] :] = False
        assert not result.mean[q, ~is_open].any()
        assert not result.quantiles[q][:, ~is_open].any()


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from(FORECASTERS.names()))
def test_the_same_input_gives_the_same_forecast(case, model):
    one, two = run(case, model=model), run(case, model=model)
    assert np.array_equal(one.mean, two.mean)
    assert np.array_equal(one.quantiles, two.quantiles)
    assert np.array_equal(one.aht_s, two.aht_s)


@settings(max_examples=25, deadline=None)
@given(cases(), st.sampled_from(FORECASTERS.names()))
def test_the_order_of_queues_does_not_matter(case, model):
    history, queues, first = case
    one = run(case, model=model, **specials(first))
    two = run((history, queues[::-1], first), model=model, **specials(first))
    assert np.array_equal(one.mean, two.mean[::-1])
    assert np.array_equal(one.quantiles, two.quantiles[::-1])
    assert np.array_equal(one.aht_s, two.aht_s[::-1])
    assert one.failures == two.failures


@settings(max_examples=25, deadline=None)
@given(cases(min_weeks=3, gaps=False), st.sampled_from(FORECASTERS.names()))
def test_four_times_the_volume_is_four_times_the_forecast(case, model):
    # Four, not ten: its square root is exact too, so no tie is broken by rounding.
    history, queues, first = case
    contacts = {
        queue_id: 4 * row
        for queue_id, row in zip(
            history.queue_ids, history.offered_contacts, strict=True
        )
    }
    fourfold = make_history(history.grid, contacts)
    one, four = run(case, model=model), run((fourfold, queues, first), model=model)
    assert four.mean == pytest.approx(4 * one.mean)
    assert four.quantiles == pytest.approx(4 * one.quantiles, rel=1e-6, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(cases(gaps=False), st.sampled_from(FORECASTERS.names()), st.data())
def test_what_is_missing_has_no_influence(case, model, data):
    history, queues, first = case
    hidden = data.draw(st.integers(0, history.grid.num_intervals - 1))
    assume(history.grid.num_intervals > 96)
    rows = dict(zip(history.queue_ids, history.offered_contacts, strict=True))
    results = []
    for value in (0.0, 7777.0):
        changed = {queue_id: row.copy() for queue_id, row in rows.items()}
        changed["q0"][hidden] = value
        gone = make_history(history.grid, changed)
        observed = gone.observed.copy()
        observed[history.queue_ids.index("q0"), hidden] = False
        object.__setattr__(gone, "observed", observed)
        weight = gone.aht_weight.copy()
        weight[:, hidden] = 0.0
        object.__setattr__(gone, "aht_weight", weight)
        results.append(run((gone, queues, first), model=model))
    assert np.array_equal(results[0].mean, results[1].mean)
    assert np.array_equal(results[0].quantiles, results[1].quantiles)
