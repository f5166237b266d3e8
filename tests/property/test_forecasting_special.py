"""Special days, odd days and the long term, whatever the calendar and the history."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.forecasting import grid_over, make_history, make_queue

import forecasting
from forecasting.day_kinds import HOLIDAY, MINOR, day_kinds
from forecasting.day_totals import day_totals, odd_days
from forecasting.days import day_number
from forecasting.model import QueueHistory
from forecasting.month_days import learn_month_course
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent
from wfm.domain.drivers import Growth

FIRST = date(2026, 6, 1)
COUNTRIES = [None, "US", "IL", "SA"]
days_near = st.integers(-90, 20).map(lambda k: FIRST + timedelta(days=k))


@st.composite
def calendars(draw):
    found = draw(st.lists(days_near, max_size=8, unique=True))
    names = st.sampled_from(["New Year", "Spring", "May", "May (observed)"])
    return {
        day: Holiday(
            day=day,
            name=draw(names),
            provisional=draw(st.booleans()),
            minor=draw(st.booleans()),
        )
        for day in found
    }


@st.composite
def events(draw):
    start = draw(days_near)
    first = wall_minute(start, draw(st.integers(0, 1439)))
    return DemandEvent(
        event="e",
        kind=draw(st.sampled_from(["sale", "outage", "ordinary"])),
        queue_ids=("q",),
        from_local_minute=first,
        to_local_minute=first + draw(st.integers(1, 5000)),
        effect=draw(st.none() | st.floats(0.0, 5.0)),
        aht_factor=draw(st.floats(0.5, 2.0)),
    )


@st.composite
def histories(draw):
    num_days = draw(st.integers(1, 90))
    rate = draw(st.sampled_from([0.05, 2.0, 300.0]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    grid = grid_over(FIRST - timedelta(days=num_days), num_days, "UTC", 120)
    offered = rng.poisson(rate, grid.num_intervals).astype(float)
    for _ in range(draw(st.integers(0, 3))):
        day = draw(st.integers(0, num_days - 1))
        offered[day * 12 : day * 12 + 12] *= draw(st.sampled_from([0.0, 0.2, 4.0]))
    return make_history(grid, {"q": offered})


@settings(max_examples=40, deadline=None)
@given(
    histories(),
    calendars(),
    st.lists(events(), max_size=4),
    st.sampled_from(COUNTRIES),
    st.booleans(),
)
def test_whatever_the_calendar_the_forecast_is_sound(
    history, calendar, tagged, country, closed
):
    queue = make_queue(country=country, closed_on_holidays=closed)
    result = forecasting.forecast(
        history,
        [queue],
        first_day={"q": FIRST},
        num_days=14,
        holidays={"q": calendar},
        events=tagged,
    )
    assert np.isfinite(result.mean).all()
    assert (result.mean >= 0).all()
    assert (result.quantiles >= 0).all()
    assert (np.diff(result.quantiles[0], axis=0) >= 0).all()
    for k in range(14):
        if closed and FIRST + timedelta(days=k) in calendar:
            assert not result.mean[0, 12 * k : 12 * k + 12].any()


@settings(max_examples=25, deadline=None)
@given(histories(), calendars(), st.floats(0.0, 4.0))
def test_a_stated_effect_is_exactly_that_whatever_else_is_special(
    history, calendar, effect
):
    event = DemandEvent(
        event="e",
        kind="sale",
        queue_ids=("q",),
        from_local_minute=wall_minute(FIRST, 0),
        to_local_minute=wall_minute(FIRST, 1440),
        effect=effect,
    )
    plain, hit = (
        forecasting.forecast(
            history,
            [make_queue()],
            first_day={"q": FIRST},
            num_days=3,
            holidays={"q": calendar},
            events=tagged,
        )
        for tagged in ((), (event,))
    )
    assert hit.mean[0, :12] == pytest.approx(effect * plain.mean[0, :12])
    assert np.array_equal(hit.mean[0, 12:], plain.mean[0, 12:])


@given(calendars(), st.frozensets(st.integers(0, 6), max_size=3))
def test_each_day_has_at_most_one_kind_and_holidays_are_holidays(calendar, weekend):
    first, last = FIRST - timedelta(days=100), FIRST + timedelta(days=30)
    found = day_kinds(first, last, calendar, weekend)
    for day, (kind, holiday) in found.items():
        assert (kind in (HOLIDAY, MINOR)) == (day in calendar)
        assert kind == MINOR or not holiday.minor
        assert calendar[holiday.day] == holiday
    assert set(calendar) <= set(found)
    # a shorter span sees the same days
    some = day_kinds(first + timedelta(days=40), last, calendar, weekend)
    late = {d: k for d, k in found.items() if d >= first + timedelta(days=40)}
    assert some == late


@st.composite
def totals(draw):
    num_days = draw(st.integers(1, 70))
    values = st.lists(st.integers(0, 1000), min_size=num_days, max_size=num_days)
    offered = np.array(draw(values), dtype=float)[:, None]
    whole = np.ones(offered.shape, dtype=bool)
    return QueueHistory(
        days=day_number(FIRST) + np.arange(num_days),
        slot_minutes=1440,
        offered_contacts=offered,
        observed=whole,
        is_open=whole,
        special=~whole,
    )


@given(totals())
def test_at_most_three_odd_days_in_any_seven(history):
    odd = odd_days(day_totals(history))
    assert np.convolve(odd, np.ones(7)).max() <= 3


@given(totals())
def test_a_course_of_the_month_is_positive_and_averages_1(history):
    deviation = day_totals(history).deviation
    course = learn_month_course(
        history.days, deviation, np.ones(len(history.days), dtype=bool)
    )
    assert (course.ratios > 0).all()
    assert course.ratios.mean() == pytest.approx(1.0)
    assert 0 <= course.explained <= 1


@settings(max_examples=15, deadline=None)
@given(
    histories(),
    calendars(),
    st.integers(1, 30),
    st.floats(-0.5, 1.0),
    st.sampled_from(["week", "month"]),
)
def test_the_long_term_is_sound(history, calendar, months, per_year, period):
    result = forecasting.long_term(
        history,
        [make_queue()],
        first_day=FIRST,
        months=months,
        period=period,
        holidays={"q": calendar},
        growth={"q": Growth(per_year=per_year, since=FIRST)},
    )
    rows = result.rows
    assert rows[0].start == FIRST
    assert all(row.start < row.end for row in rows)
    for row in rows:
        assert row.mean >= 0
        assert list(row.quantiles) == sorted(row.quantiles)
        assert np.isfinite([row.mean, *row.quantiles, row.aht_s]).all()
        assert row.workload_hours == pytest.approx(row.mean * row.aht_s / 3600)
    growth = [row.growth for row in rows if row.mean]
    rising = np.diff(growth) * (-1.0 if per_year < 0 else 1.0)
    assert (rising >= -1e-12).all()  # but for rounding
