"""Handle time against sums done by hand."""

from datetime import date

import numpy as np
import pytest

from forecasting.aht import fit_handle_time
from forecasting.days import day_number

MONDAY = day_number(date(2026, 1, 5))
DAY_MINUTES = 1440


def fit(handle_s, handled, *, first=MONDAY, slot_minutes=None, **settings):
    """Return the fitted handle time; slots so long that none smooths another."""
    return fit_handle_time(
        first + np.arange(len(handled)),
        handle_s,
        handled,
        slot_minutes=slot_minutes or DAY_MINUTES // max(handled.shape[1], 1),
        **settings,
    )


def profile(handle_s, handled, **settings):
    """Return ``[s]`` the handle time of the Monday after."""
    return fit(handle_s, handled, **settings).predict(np.array([MONDAY + 700]))[0]


def test_weighted_by_contacts_never_by_intervals():
    # 900 short and 100 long contacts in one slot over ten days of one week's level.
    handled = np.array([[900.0], [100.0]])
    handle_s = np.array([[900.0 * 100], [100.0 * 300]])
    # weighted 120; the mean of interval AHTs would be 200
    assert profile(handle_s, handled) == pytest.approx([120.0])


def test_slots_are_shrunk_with_100_contacts():
    handled = np.array([[100.0, 300.0]])
    handle_s = handled * [[200.0, 400.0]]
    level = (100 * 200 + 300 * 400) / 400
    slot_0 = (100 * 200 + 100 * level) / 200
    slot_1 = (300 * 400 + 100 * level) / 400
    assert profile(handle_s, handled) == pytest.approx([slot_0, slot_1])


def test_neighbouring_slots_lend_their_contacts():
    handled = np.zeros((1, 48))
    handled[0, 20] = 1e6
    handle_s = handled * 300.0
    handled[0, 40] = 1e6
    handle_s[0, 40] = 1e6 * 100.0
    found = profile(handle_s, handled)
    # half an hour away counts exp(-1/2); the prior of 100 is nothing against a million
    assert found[20:23] == pytest.approx([300.0] * 3, rel=1e-2)
    assert found[30] == pytest.approx(200.0, rel=1e-6)


def test_a_slot_without_contacts_has_the_level():
    handled = np.array([[50.0, 0.0]])
    assert profile(handled * 240.0, handled) == pytest.approx([240.0, 240.0])


def test_recent_weeks_weigh_more_once_the_level_has_moved():
    handled = np.ones((14, 1)) * 1e6
    two_weeks = np.repeat([[200.0], [100.0]], 7, axis=0)
    # Nothing says yet which of the two is to be believed.
    assert fit(handled * two_weeks, handled).level_s == pytest.approx(150.0)
    week_s = 200.0 * 1.02 ** np.arange(12)
    aht, weights = np.repeat(week_s, 7)[:, None], 0.9 ** np.arange(12)[::-1]
    handled = np.ones((84, 1)) * 1e6
    fading = float(weights @ week_s / weights.sum())
    assert fit(handled * aht, handled).level_s == pytest.approx(fading, rel=1e-4)


def test_all_weeks_weigh_alike_while_the_level_stands():
    # Few long and short contacts in turn: a fading mean would follow the last ones.
    seconds = np.tile(np.repeat([300.0, 100.0], 7), 5)[:, None]
    assert fit(seconds, np.ones((70, 1))).level_s == pytest.approx(200.0)


@pytest.mark.parametrize("seed", range(3))
def test_the_level_is_that_of_least_squares_drawn_to_all_weeks(seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(20, 60, 9).astype(float)
    seconds = count * 200.0 * np.exp(np.cumsum(rng.normal(0.0, 0.2, 9)))

    def means(num):
        fading = 0.9 ** np.arange(num)[::-1]
        s, n = seconds[:num], count[:num]
        return s.sum() / n.sum(), (fading @ s) / (fading @ n)

    came, said = 0.0, 1.2**2
    for week in range(1, 9):
        slow, fast = means(week)
        gap = fast / slow - 1.0
        came += gap * (seconds[week] / slow - count[week])
        said += gap**2 * count[week]
    slow, fast = means(9)
    share = min(max(came / said, 0.0), 1.0)
    by_day, contacts = (np.repeat(x / 7.0, 7)[:, None] for x in (seconds, count))
    found = fit(by_day, contacts).level_s
    assert found == pytest.approx(slow + share * (fast - slow))


def test_few_contacts_are_drawn_towards_the_plan_s_handle_time():
    handled = np.full((7, 1), 2.0)  # 14 contacts of 400 s; 300 s stated
    found = fit(handled * 400.0, handled, stated_s=300.0).level_s
    assert found == pytest.approx((14 * 400 + 5.76 * 300) / 19.76)
    many = np.full((14, 1), 1e6)
    assert fit(many, many, stated_s=500.0).level_s == pytest.approx(1.0, rel=1e-3)


def test_a_shape_that_changes_from_week_to_week_is_dropped():
    handled = np.full((28, 2), 1000.0)
    longer = np.repeat([0, 1, 0, 1], 7)
    aht = np.where(np.arange(2) == longer[:, None], 300.0, 100.0)
    assert fit(handled * aht, handled).slot.tolist() == [1.0, 1.0]


def test_a_shape_that_holds_from_week_to_week_is_kept():
    handled = np.full((28, 2), 1e5)
    fitted = fit(handled * [[300.0, 100.0]], handled)
    assert fitted.slot == pytest.approx([1.5, 0.5], rel=1e-3)


@pytest.mark.parametrize("first", range(MONDAY, MONDAY + 7))
def test_weekdays_have_their_own_ratio_from_eight_weeks_on(first):
    days = first + np.arange(56)
    is_sunday = (days - MONDAY) % 7 == 6
    handled = np.full((56, 1), 1e6)
    handle_s = handled * np.where(is_sunday, 260.0, 190.0)[:, None]
    ahead = MONDAY + 70 + np.arange(7)
    found = fit(handle_s, handled, first=first).predict(ahead)[:, 0]
    assert found == pytest.approx([190.0] * 6 + [260.0], rel=1e-3)
    fewer = fit(handle_s[:49], handled[:49], first=first).predict(ahead)[:, 0]
    assert fewer == pytest.approx([200.0] * 7, rel=1e-3)


def test_a_steady_queue_keeps_its_handle_time_however_volumes_move():
    handled = np.random.default_rng(3).poisson(4.0, (60, 48)).astype(float)
    assert profile(handled * 321.0, handled) == pytest.approx(np.full(48, 321.0))


@pytest.mark.parametrize("slot_minutes", [1, 5, 15, 60, 720, 1440])
def test_any_length_of_slot(slot_minutes):
    num_slots = DAY_MINUTES // slot_minutes
    handled = np.random.default_rng(5).poisson(2.0, (60, num_slots)).astype(float)
    found = profile(handled * 180.0, handled, slot_minutes=slot_minutes)
    assert found == pytest.approx(np.full(num_slots, 180.0))


def test_weeks_without_contacts_at_the_start_do_no_harm():
    handled = np.zeros((20, 2))
    handled[14:] = 5.0
    assert profile(handled * 180.0, handled) == pytest.approx([180.0, 180.0])


def test_no_contacts_no_handle_time():
    assert fit(np.zeros((7, 2)), np.zeros((7, 2))) is None
    assert fit(np.zeros((0, 2)), np.zeros((0, 2))) is None
