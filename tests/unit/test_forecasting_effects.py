"""Effects of special days against posteriors worked out by hand."""

from datetime import date

import numpy as np
import pytest

from forecasting.day_kinds import BEFORE, HOLIDAY
from forecasting.days import day_number
from forecasting.effects import (
    EVENT,
    PRIORS,
    Effect,
    Effects,
    apply_effects,
    effect_notes,
    learn_effects,
)
from forecasting.model import QueueHistory
from forecasting.special import Tag, tagged_cells

MONDAY = day_number(date(2026, 1, 5))
NUM_DAYS, SLOTS = 84, 4
NOISE = 0.03**2 + 1 / 100  # the least day-to-day spread, and Poisson at 100 contacts


def tag(row, kind="sale", *, num_days=1, **changes):
    cells = np.ones((num_days, SLOTS), dtype=bool)
    return Tag(kind=kind, cells=cells, first_row=row, **changes)


def learn(tags, totals, *, resembled=None, expected=100.0, usable=None):
    """Return the effects where days of *totals* held other than *expected*."""
    offered = np.full((NUM_DAYS, SLOTS), expected / SLOTS)
    for row, total in totals.items():
        offered[row] = np.asarray(total) / SLOTS
    seen = np.ones(offered.shape, dtype=bool) if usable is None else usable
    history = QueueHistory(
        days=MONDAY + np.arange(NUM_DAYS),
        slot_minutes=360,
        offered_contacts=offered,
        observed=seen,
        is_open=np.ones(offered.shape, dtype=bool),
        special=tagged_cells(tags, offered.shape),
    )
    others = resembled or [None] * len(tags)
    return learn_effects(
        history, tags, np.full(offered.shape, expected / SLOTS), others
    )


def drawn(observed, prior, noise, num=1, sd=EVENT.level_sd):
    """Return the normal posterior mean of *num* equal observations."""
    weight = num / noise
    return (observed * weight + prior / sd**2) / (weight + 1 / sd**2)


@pytest.mark.parametrize("num", [1, 2, 8])
def test_events_are_believed_the_more_the_more_there_are(num):
    rows = [10 + 7 * k for k in range(num)]
    effects = learn([tag(row) for row in rows], dict.fromkeys(rows, 300))
    unlike = NOISE + EVENT.name_level_sd**2  # one sale is not like the next
    expected = drawn(3.0, 1.0, unlike, num)
    assert effects.of(tag(0)).ordinary == pytest.approx(expected, rel=1e-3)
    assert effects.by_kind["sale"].occurrences == num


def test_tiny_volumes_are_hardly_believed():
    effects = learn([tag(10)], {10: 0.0}, expected=1.0)
    unlike = 0.03**2 + 1 / 1 + EVENT.name_level_sd**2
    assert effects.of(tag(0)).ordinary == pytest.approx(
        drawn(0.0, 1.0, unlike), rel=1e-2
    )


def test_a_name_is_drawn_towards_its_kind():
    prior = PRIORS["day after a holiday"]
    tags = [tag(10, "day after a holiday", name=n) for n in ("May",)]
    tags += [tag(24, "day after a holiday", name="Christmas")]
    effects = learn(tags, {10: 80, 24: 160})
    kind = drawn(1.2, 1.0, NOISE + prior.name_level_sd**2, num=2, sd=prior.level_sd)
    assert effects.by_kind["day after a holiday"].ordinary == pytest.approx(
        kind, rel=1e-3
    )
    may = effects.of(tag(0, "day after a holiday", name="May")).ordinary
    assert may == pytest.approx(
        drawn(0.8, kind, NOISE, sd=prior.name_level_sd), rel=1e-3
    )
    other = effects.of(tag(0, "day after a holiday", name="Easter")).ordinary
    assert other == pytest.approx(kind, rel=1e-3)


def test_a_holiday_that_is_a_sunday_is_recognised():
    sunday = np.array([[40.0, 0.0, 0.0, 0.0]])
    rows = (9, 23, 37, 51, 65)
    effects = learn(
        [tag(row, HOLIDAY, like_weekday=6) for row in rows],
        {row: [160.0, 0.0, 0.0, 0.0] for row in rows},
        resembled=[sunday] * 5,
    )
    effect = effects.by_kind[HOLIDAY]
    assert effect.ordinary == pytest.approx(0.0, abs=0.06)
    assert effect.resembled == pytest.approx(1.0, abs=0.08)


def test_days_under_two_learnt_tags_teach_nothing():
    tags = [tag(10), tag(10, "outage"), tag(20)]
    effects = learn(tags, {10: 900, 20: 100})
    assert effects.of(tag(0)).ordinary == pytest.approx(1.0, abs=1e-6)
    assert "outage" not in effects.by_kind


def test_a_stated_effect_is_divided_out_of_what_it_overlaps():
    tags = [tag(10), tag(8, "launch", num_days=6, effect=1.5)]
    both = learn(tags, dict.fromkeys(range(8, 14), 150) | {10: 450})
    # 300 % of 150 expected; the launch itself is not learnt
    assert both.by_kind.keys() == {"sale"}
    assert 2.5 < both.of(tag(0)).ordinary < 3.0
    assert both.of(tag(0, "launch", effect=1.2)) == Effect(ordinary=1.2)


def test_missing_days_teach_nothing():
    usable = np.ones((NUM_DAYS, SLOTS), dtype=bool)
    usable[10] = False
    assert learn([tag(10)], {10: 0}, usable=usable).by_kind == {}


def test_the_level_of_the_days_around_counts_not_that_of_the_forecast():
    # Everything ran a fifth above the forecast for weeks, the event did so too.
    totals = dict.fromkeys(range(30, 80), 120.0)
    effects = learn([tag(50)], totals)
    assert effects.of(tag(0)).ordinary == pytest.approx(1.0, abs=0.02)


def test_no_history_at_all_learns_nothing():
    nothing = np.zeros((NUM_DAYS, SLOTS), dtype=bool)
    assert learn([tag(10)], {}, usable=nothing) == Effects()


def test_an_unseen_holiday_lies_halfway_to_the_day_of_rest():
    unseen = Effects().of(tag(0, HOLIDAY, like_weekday=6))
    assert (unseen.ordinary, unseen.resembled) == (0.5, 0.5)
    # ... a Sunday stays one, an eve and an event are ordinary
    assert Effects().of(tag(0, HOLIDAY)).ordinary == 1.0
    for other in (tag(0, BEFORE, like_weekday=5), tag(0, "launch")):
        effect = Effects().of(other)
        assert (effect.ordinary, effect.resembled) == (1.0, 0.0)


def test_effects_are_applied_in_turn_and_never_below_0():
    mean = np.full((3, SLOTS), 10.0)
    tags = [
        tag(0, effect=2.0),
        Tag(kind="half", cells=np.array([[True, False, False, False]]), effect=0.5),
        tag(1, HOLIDAY, like_weekday=6),
        tag(2, HOLIDAY),
    ]
    effects = Effects(by_kind={HOLIDAY: Effect(ordinary=-0.5, resembled=1.0)})
    rest = np.array([2.0, 4.0, 8.0, 20.0])
    result, variance = apply_effects(mean, tags, effects, [None, None, rest, None])
    assert not variance.any()  # nothing is said of how sure these are
    assert result[0].tolist() == [10.0, 20.0, 20.0, 20.0]
    assert result[1].tolist() == [0.0, 0.0, 3.0, 15.0]
    assert result[2].tolist() == [5.0] * 4
    assert mean.max() == 10.0


def test_notes_name_what_is_assumed_and_what_is_not_announced():
    def has_like(tag):
        return tag.like_weekday is not None

    is_open = np.ones((3, SLOTS), dtype=bool)
    tags = [
        tag(0, HOLIDAY, name="New Year", like_weekday=6, provisional=True),
        tag(1, "sale"),
        tag(2, "launch", effect=1.4),
    ]
    assert list(effect_notes(tags, Effects(), is_open, has_like)) == [
        "no earlier holiday in the history: taken to lie halfway between an ordinary "
        "day and the market's day of rest",
        "no earlier sale in the history: taken to change no volumes",
        "the date of New Year is provisional",
    ]
    known = Effects(by_kind={HOLIDAY: Effect(ordinary=0.5)})
    closed = np.zeros((3, SLOTS), dtype=bool)
    assert list(effect_notes(tags[1:], known, closed, has_like)) == []


def test_what_is_not_known_of_an_effect_is_its_variance():
    effects = learn([tag(10)], {10: 300.0})
    mean = np.full((1, SLOTS), 50.0)
    _, variance = apply_effects(mean, [tag(0)], effects, [None])
    unlike = NOISE + EVENT.name_level_sd**2
    posterior = 1 / (1 / unlike + 1 / EVENT.level_sd**2)
    expected = (posterior + EVENT.name_level_sd**2) * 50.0**2
    assert variance == pytest.approx(np.full((1, SLOTS), expected), rel=1e-3)
    _, stated = apply_effects(mean, [tag(0, effect=2.0)], effects, [None])
    assert not stated.any()


def test_more_occurrences_leave_less_doubt():
    def doubt(num):
        rows = [10 + 7 * k for k in range(num)]
        tags = [tag(row, "day after a holiday", name="May") for row in rows]
        effects = learn(tags, dict.fromkeys(rows, 130.0))
        mean = np.ones((1, SLOTS))
        coming = tag(0, "day after a holiday", name="May")
        return apply_effects(mean, [coming], effects, [None])[1][0, 0]

    doubts = [doubt(num) for num in (1, 2, 4, 8)]
    assert (np.diff(doubts) < 0).all()


def test_an_unseen_holiday_is_the_least_known():
    coming = tag(0, HOLIDAY, like_weekday=6)
    mean, rest = np.full((1, SLOTS), 10.0), np.full(SLOTS, 2.0)
    seen = learn(
        [tag(10, HOLIDAY, like_weekday=6)],
        {10: 60.0},
        resembled=[np.full((1, SLOTS), 5.0)],
    )
    unseen, learnt = (
        apply_effects(mean, [coming], effects, [rest])[1][0, 0]
        for effects in (Effects(), seen)
    )
    # level 0.3 and 0.2 about 6 contacts, share 0.4 and 0.3 of the 8 between them
    level, share = (0.3**2 + 0.2**2) * 6**2, (0.4**2 + 0.3**2) * 8**2
    assert unseen == pytest.approx(level + share)
    assert learnt < unseen
