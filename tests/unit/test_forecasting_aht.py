"""Handle time against sums done by hand."""

import numpy as np
import pytest

from forecasting.aht import aht_profile


def test_weighted_by_contacts_never_by_intervals():
    # 900 short and 100 long contacts in one slot over ten days of one week's level.
    handled = np.array([[900.0], [100.0]])
    handle_s = np.array([[900.0 * 100], [100.0 * 300]])
    # weighted 120; the mean of interval AHTs would be 200
    assert aht_profile(handle_s, handled) == pytest.approx([120.0])


def test_slots_are_shrunk_with_100_contacts():
    handled = np.array([[100.0, 300.0]])
    handle_s = handled * [[200.0, 400.0]]
    level = (100 * 200 + 300 * 400) / 400
    slot_0 = (100 * 200 + 100 * level) / 200
    slot_1 = (300 * 400 + 100 * level) / 400
    assert aht_profile(handle_s, handled) == pytest.approx([slot_0, slot_1])


def test_a_slot_without_contacts_has_the_level():
    handled = np.array([[50.0, 0.0]])
    assert aht_profile(handled * 240.0, handled) == pytest.approx([240.0, 240.0])


def test_recent_weeks_weigh_more():
    handled = np.ones((14, 1)) * 1e6  # the prior is nothing
    aht = np.repeat([[200.0], [100.0]], 7, axis=0)
    level_1 = (0.9 * 200 + 100) / 1.9
    ratio = (200 + 100) / (200 + level_1)
    assert aht_profile(handled * aht, handled) == pytest.approx(
        [level_1 * ratio], rel=1e-4
    )
    assert level_1 * ratio < 150


def test_a_steady_queue_keeps_its_handle_time_however_volumes_move():
    handled = np.random.default_rng(3).poisson(4.0, (60, 48)).astype(float)
    assert aht_profile(handled * 321.0, handled) == pytest.approx(np.full(48, 321.0))


def test_weeks_without_contacts_at_the_start_do_no_harm():
    handled = np.zeros((20, 2))
    handled[14:] = 5.0
    assert aht_profile(handled * 180.0, handled) == pytest.approx([180.0, 180.0])


def test_no_contacts_no_handle_time():
    assert aht_profile(np.zeros((7, 2)), np.zeros((7, 2))) is None
    assert aht_profile(np.zeros((0, 2)), np.zeros((0, 2))) is None
