"""Special days: what is learnt, what is stated, what is shrunk."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import make_queue

from forecasting.days import day_number
from forecasting.special import Ratios, Tag, factors, learn_ratios, tags_on
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent

SHAPE = (10, 4)


def tag(*days, kind="sale", **changes):
    cells = np.zeros(SHAPE, dtype=bool)
    cells[list(days)] = True
    return Tag(kind=kind, cells=cells, **changes)


def learn(tags, offered, expected=25.0, usable=None):
    """Return ratios where a day of *expected* (25 x 4 = 100) held *offered*."""
    matrix = np.full(SHAPE, expected)
    for day, total in offered.items():
        matrix[day] = total / 4
    mask = np.ones(SHAPE, dtype=bool) if usable is None else usable
    return learn_ratios(tags, matrix, np.full(SHAPE, expected), mask)


def test_one_event_is_drawn_half_an_occurrence_and_20_contacts_towards_1():
    ratios = learn([tag(2)], {2: 300})
    assert ratios.of(tag(0)) == pytest.approx((300 + 70) / (100 + 70))


def test_more_events_are_believed_more():
    tags = [tag(day) for day in range(8)]
    ratios = learn(tags, dict.fromkeys(range(8), 300))
    assert ratios.of(tag(0)) == pytest.approx((2400 + 70) / (800 + 70))


def test_tiny_volumes_are_not_believed():
    ratios = learn([tag(2)], {2: 0.0}, expected=0.25)  # 1 expected, 0 came
    assert ratios.of(tag(0)) == pytest.approx(20.5 / 21.5)


def test_an_unseen_kind_and_an_unseen_event_change_nothing():
    assert Ratios().of(tag(0)) == 1.0
    assert learn([tag(2)], {2: 300}).of(tag(0, kind="outage")) == 1.0


def test_a_stated_effect_wins_over_what_was_learnt():
    assert learn([tag(2)], {2: 300}).of(tag(0, effect=1.2)) == 1.2


def test_holidays_have_a_kind_and_a_name():
    tags = [
        tag(1, kind="holiday", name="Christmas"),
        tag(5, kind="holiday", name="May"),
    ]
    ratios = learn(tags, {1: 20, 5: 80})
    kind = (100 + 70) / (200 + 70)
    assert ratios.of(tag(0, kind="holiday", name="New")) == pytest.approx(kind)
    christmas = (20 + 70 * kind) / (100 + 70)
    assert ratios.of(tag(0, kind="holiday", name="Christmas")) == pytest.approx(
        christmas
    )


def test_days_under_two_tags_teach_nothing():
    ratios = learn([tag(2), tag(2, kind="outage"), tag(4)], {2: 900, 4: 100})
    assert ratios.of(tag(0)) == pytest.approx(1.0)
    assert ratios.of(tag(0, kind="outage")) == 1.0


def test_missing_days_teach_nothing():
    usable = np.ones(SHAPE, dtype=bool)
    usable[2] = False
    assert learn([tag(2)], {2: 0}, usable=usable).of(tag(0)) == 1.0


def test_factors_multiply_where_tags_meet():
    volume, aht = factors(
        [tag(1, effect=2.0, aht_factor=1.5), tag(1, 2, kind="b", effect=0.5)],
        Ratios(),
        SHAPE,
    )
    assert volume[:4, 0].tolist() == [1.0, 1.0, 0.5, 1.0]
    assert aht[:4, 0].tolist() == [1.0, 1.5, 1.0, 1.0]


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
    tags = tags_on(make_queue(), days, 30, {}, [the_event])
    return [np.argwhere(t.cells).tolist() for t in tags]


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


@pytest.mark.parametrize(("offset", "seen"), [(-1, 0), (0, 1), (1, 1), (2, 0)])
def test_holidays_inside_the_days_are_tags(offset, seen):
    first = date(2026, 10, 26)
    day = first + timedelta(days=offset)
    holidays = {day: Holiday(day=day, name="H")}
    days = day_number(first) + np.arange(2)
    tags = tags_on(make_queue(), days, 30, holidays, [])
    assert len(tags) == seen
    for found in tags:
        assert found.cells.sum(axis=1).tolist() == [48 * (i == offset) for i in (0, 1)]


def test_a_closing_holiday_is_no_tag():
    first = date(2026, 10, 26)
    days = day_number(first) + np.arange(2)
    queue = make_queue(closed_on_holidays=True)
    assert tags_on(queue, days, 30, {first: Holiday(day=first, name="H")}, []) == ()
