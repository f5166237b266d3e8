"""Special days: where holidays, the days around them and events lie."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import make_queue

from forecasting.day_kinds import AFTER, BEFORE, HOLIDAY
from forecasting.days import day_number
from forecasting.special import (
    ORDINARY,
    Market,
    Tag,
    stated_factors,
    tagged_cells,
    tags_on,
    trusted_days,
)
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent

SHAPE = (10, 4)


def tag(*slots, kind="sale", **changes):
    """Return a tag on two days, on all slots or only on some."""
    cells = np.zeros((2, 4), dtype=bool)
    cells[:, list(slots) or slice(None)] = True
    return Tag(kind=kind, cells=cells, **({"first_row": 3} | changes))


def test_factors_multiply_where_tags_meet():
    volume, aht = stated_factors(
        [
            tag(effect=2.0, aht_factor=1.5),
            tag(1, kind="b", effect=0.5, first_row=4),
            tag(kind="learnt", first_row=5),
        ],
        SHAPE,
    )
    assert volume[:6, 0].tolist() == [1, 1, 1, 2, 2, 1]
    assert volume[:6, 1].tolist() == [1, 1, 1, 2, 1, 0.5]
    assert aht[:6, 1].tolist() == [1, 1, 1, 1.5, 1.5, 1]


def test_cells_are_counted_and_joined():
    tags = [tag(0), tag(0, 1, first_row=4)]
    cells = tagged_cells(tags, SHAPE)
    assert cells[2:6, :2].tolist() == [[0, 0], [1, 0], [1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("first", "end", "rows"),
    [(0, 10, (3, 5)), (3, 5, (0, 2)), (4, 9, (0, 1)), (0, 4, (3, 4)), (6, 9, (0, 0))],
)
def test_a_tag_can_be_cut_to_some_days(first, end, rows):
    cut = tag().between(first, end)
    assert (cut.rows.start, cut.rows.stop) == rows
    assert cut.cells.shape == (rows[1] - rows[0], 4)


def test_a_tag_before_a_day_is_cut_there():
    assert tag().before(4).rows == tag().between(0, 4).rows == slice(3, 4)
    assert len(tag().before(2).cells) == 0


def event(first, start, end, queues=("q",)):
    return DemandEvent(
        event="e",
        kind="sale",
        queue_ids=queues,
        from_local_minute=wall_minute(first, start),
        to_local_minute=wall_minute(first, end),
    )


def cells_of(the_event, first=date(2026, 10, 26), num_days=2):
    days = day_number(first) + np.arange(num_days)
    tags = tags_on(make_queue(), days, 30, Market(), [the_event])
    shape = (num_days, 48)
    return [np.argwhere(tagged_cells([t], shape)).tolist() for t in tags]


@pytest.mark.parametrize(
    ("span", "cells"),
    [
        ((600, 660), [[0, 20], [0, 21]]),
        ((601, 630), [[0, 20]]),
        ((599, 600), [[0, 19]]),
        ((1410, 1470), [[0, 47], [1, 0]]),
        ((-60, 30), [[0, 0]]),
    ],
)
def test_events_touch_the_slots_they_overlap(span, cells):
    assert cells_of(event(date(2026, 10, 26), *span)) == [cells]


def test_events_of_other_queues_and_other_times_leave_no_tag():
    assert cells_of(event(date(2026, 10, 26), 0, 60, queues=("other",))) == []
    assert cells_of(event(date(2026, 10, 20), 0, 60)) == []
    assert cells_of(event(date(2026, 10, 26), 600, 600)) == []


@pytest.mark.parametrize(
    ("offset", "kinds"),
    [
        (-2, []),
        (-1, [(0, AFTER)]),
        (0, [(0, HOLIDAY), (1, AFTER)]),
        (1, [(0, BEFORE), (1, HOLIDAY)]),
        (2, [(1, BEFORE)]),
        (3, []),
    ],
)
def test_holidays_and_the_days_beside_them_are_tags(offset, kinds):
    first = date(2026, 10, 27)
    day = first + timedelta(days=offset)
    holidays = {day: Holiday(day=day, name="H (observed)")}
    days = day_number(first) + np.arange(2)
    tags = tags_on(make_queue(), days, 30, Market(holidays=holidays))
    assert [(t.first_row, t.kind) for t in tags] == kinds
    assert all(t.cells.shape == (1, 48) and t.name == "H" for t in tags)


def test_a_holiday_resembles_sunday_and_its_eve_saturday():
    day = date(2026, 10, 28)
    days = day_number(day) + np.arange(-1, 2)
    holidays = {day: Holiday(day=day, name="H")}
    tags = tags_on(make_queue(), days, 30, Market(holidays=holidays))
    assert [t.like_weekday for t in tags] == [5, 6, None]
    market = Market(holidays=holidays, weekend=frozenset({4, 5}))
    tags = tags_on(make_queue(), days, 30, market)
    # there, the Thursday after is a bridge to the weekend
    assert [t.like_weekday for t in tags] == [4, 5, 4]


def test_a_holiday_on_a_sunday_resembles_nothing_else():
    day = date(2026, 11, 1)
    holidays = {day: Holiday(day=day, name="H")}
    days = day_number(day) + np.arange(1)
    (found,) = tags_on(make_queue(), days, 30, Market(holidays=holidays))
    assert found.like_weekday is None


def test_a_closing_holiday_is_no_tag_but_its_neighbours_are():
    first = date(2026, 10, 27)
    days = day_number(first) + np.arange(3)
    queue = make_queue(closed_on_holidays=True)
    day = first + timedelta(days=1)
    market = Market(holidays={day: Holiday(day=day, name="H")})
    tags = tags_on(queue, days, 30, market)
    assert [t.kind for t in tags] == [BEFORE, AFTER]


def test_days_that_the_planner_calls_ordinary():
    first = date(2026, 10, 26)
    days = day_number(first) + np.arange(3)
    calm = DemandEvent(
        event="e",
        kind=ORDINARY,
        queue_ids=("q",),
        from_local_minute=wall_minute(first, 1500),
        to_local_minute=wall_minute(first, 1560),
    )
    assert tags_on(make_queue(), days, 30, Market(), [calm]) == ()
    trusted = trusted_days(make_queue(), days, 30, [calm])
    assert trusted.tolist() == [False, True, False]
    assert not trusted_days(make_queue("other"), days, 30, [calm]).any()


def test_no_days_no_tags():
    day = date(2026, 10, 26)
    holidays = {day: Holiday(day=day, name="H")}
    assert tags_on(make_queue(), np.arange(0), 30, Market(holidays=holidays)) == ()


def test_a_market_that_always_rests_has_no_weekend_to_resemble():
    day = date(2026, 10, 28)
    holidays = {day: Holiday(day=day, name="H")}
    days = day_number(day) + np.arange(1)
    market = Market(holidays=holidays, weekend=frozenset(range(7)))
    (found,) = tags_on(make_queue(), days, 30, market)
    assert found.like_weekday is None
