"""Re-forecast: against the conditional normal law, and what a planner may rely on."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, make_history, make_queue, utc
from support.noisy import MONDAY

import forecasting
from forecasting.day_parts import prior_covariance
from forecasting.day_update import MAX_FACTOR, MIN_FACTOR, update_days
from forecasting.noise import QueueNoise

DAYS = MONDAY + np.arange(3)


def noise(**changes):
    law = {
        "day_variance": (0.04, 0.05, 0.06),
        "part_covariance": np.full((8, 8), 0.04),
        "passing_share": 0.5,
        "lasting_share": 0.2,
        "decay_per_day": 0.6,
    }
    return replace(QueueNoise.assumed(MONDAY), **(law | changes))


def cells(rate=30.0, num_slots=16, days=3):
    expected = np.full((days, num_slots), rate)
    return expected, np.zeros_like(expected), np.zeros(expected.shape, dtype=bool)


def test_a_busy_morning_is_worth_what_the_normal_law_says():
    # One factor of variance V over the day, Poisson noise: the textbook shrinkage
    # V / (V + 1 / contacts expected so far) of the ratio seen.
    expected, offered, seen = cells()
    seen[0, :8] = True
    offered[0, :8] = 36.0
    update = update_days(noise(), DAYS, expected, offered, seen)
    gain = 0.04 / (0.04 + 1 / (8 * 30))
    assert update.factor[0] == pytest.approx(np.full(16, 1 + 0.2 * gain))
    left = 0.04 - 0.04 * gain
    assert update.variance_after[0] == pytest.approx(np.full(16, left))
    assert update.day_spread[0] == pytest.approx(np.sqrt(left / 0.04))


def test_later_days_follow_by_what_a_day_tells_of_the_next():
    expected, offered, seen = cells()
    seen[0] = True
    offered[0] = 36.0
    law = noise()
    update = update_days(law, DAYS, expected, offered, seen)
    for day in (1, 2):
        variance = law.day_variance_at(np.array([1.0 + day]))[0]
        between = (0.2 + 0.5 * 0.6**day) * np.sqrt(0.04 * variance)
        gain = between / (0.04 + 1 / (16 * 30))
        assert update.factor[day] == pytest.approx(np.full(16, 1 + 0.2 * gain))
    spread = update.day_spread
    assert spread[0] == 1.0  # nothing of it is to come
    assert spread[1] < spread[2] < 1.0


def test_the_last_hours_count_more_where_slots_decay():
    expected, offered, seen = cells()
    parts = prior_covariance(16, 0.04, 0.09, 0.8)
    law = noise(slot_variance=0.09, decay_per_slot=0.8, part_covariance=parts)
    seen[0, :8] = True
    early, late = offered.copy(), offered.copy()
    early[0, :8] = [45, 45, 30, 30, 30, 30, 30, 30]
    late[0, :8] = early[0, :8][::-1]
    after_early, after_late = (
        update_days(law, DAYS, expected, x, seen).factor[0, 8] for x in (early, late)
    )
    assert after_late > after_early > 1.0


def test_against_a_simulated_conditional_mean():
    # Regress simulated days' afternoons on their mornings: no formula in common.
    rng = np.random.default_rng(2)
    num, rate = 40_000, 10.0
    factor = 1 + 0.2 * rng.standard_normal((num, 1))
    counts = rng.poisson(rate * np.maximum(factor, 0) * np.ones((1, 16)))
    morning, afternoon = counts[:, :6].sum(axis=1), counts[:, 6:].sum(axis=1)
    slope = np.polyfit(morning, afternoon, 1)[0]
    expected, offered, seen = cells(rate)
    seen[0, :6] = True
    offered[0, :6] = 15.0
    update = update_days(noise(), DAYS, expected, offered, seen)
    gained = (update.factor[0, 6:] - 1).sum() * rate
    assert gained == pytest.approx(slope * (15.0 - rate) * 6, rel=0.05)


def test_few_contacts_teach_next_to_nothing():
    expected, offered, seen = cells(rate=0.05)
    seen[0, :8] = True
    offered[0, 3] = 2.0
    update = update_days(noise(), DAYS, expected, offered, seen)
    assert update.factor[0, 8:].max() < 1.08


def test_without_day_variance_nothing_moves():
    expected, offered, seen = cells()
    seen[0, :8] = True
    offered[0, :8] = 60.0
    law = noise(day_variance=(0.0,) * 3, part_covariance=np.zeros((8, 8)))
    update = update_days(law, DAYS, expected, offered, seen)
    assert update.factor == pytest.approx(np.ones((3, 16)))


@pytest.mark.parametrize(("value", "limit"), [(1e6, MAX_FACTOR), (0.0, MIN_FACTOR)])
def test_a_broken_counter_has_limits(value, limit):
    expected, offered, seen = cells(rate=1e4)
    seen[0, :8] = True
    offered[0, :8] = value
    update = update_days(noise(), DAYS, expected, offered, seen)
    assert update.factor[0] == pytest.approx(np.full(16, limit))


def test_nothing_seen_is_nothing_learnt():
    expected, offered, seen = cells()
    update = update_days(noise(), DAYS, expected, offered, seen)
    assert np.array_equal(update.factor, np.ones((3, 16)))
    assert np.array_equal(update.variance_after, update.variance_before)
    # what came where nothing was expected says nothing of the rest
    expected[0, :4] = 0.0
    seen[0, :4] = True
    offered[0, :4] = 99.0
    update = update_days(noise(), DAYS, expected, offered, seen)
    assert np.array_equal(update.factor, np.ones((3, 16)))


FIRST = date(2026, 10, 19)
ZONE = "Europe/Warsaw"


@pytest.fixture(scope="module")
def plan():
    """Return (forecast of the week that ends the summer time, actuals: half more)."""
    grid = grid_over(FIRST - timedelta(days=84), 91, ZONE)
    rng = np.random.default_rng(3)
    level = 20 * np.repeat(1 + 0.2 * rng.standard_normal(100), 48)
    level = level[: grid.num_intervals]
    volumes = {"q": rng.poisson(level), "r": rng.poisson(level / 50)}
    history = make_history(grid, volumes)
    queues = [make_queue("q", ZONE), make_queue("r", ZONE)]
    made = forecasting.forecast(
        history, queues, first_day=dict.fromkeys("qr", FIRST), num_days=7
    )
    more = {"q": rng.poisson(1.5 * made.mean[0])}
    return made, make_history(made.grid, more)


NOON = utc(2026, 10, 20, 10)  # Tuesday


def test_what_came_stands_and_the_rest_follows(plan):
    made, actuals = plan
    new = forecasting.reforecast(made, actuals, until=NOON)
    now = made.grid.index_of(NOON)
    came = actuals.offered_contacts[0, :now]
    assert np.array_equal(new.mean[0, :now], came)
    assert np.array_equal(new.quantiles[0, 1, :now], came)
    rest = slice(now, made.noise.queues[0].day_starts[2])
    ratio = new.mean[0, rest].sum() / made.mean[0, rest].sum()
    assert 1.25 < ratio < 1.55
    assert f"moved by {ratio - 1:+.1%}" in new.notes["q"][-1]
    width, before = (np.ptp(f.quantiles[0, :, rest], axis=0).sum() for f in (new, made))
    assert width < 0.85 * ratio * before
    assert (np.diff(new.quantiles, axis=1) >= 0).all()


def test_queues_without_actuals_stay(plan):
    made, actuals = plan
    new = forecasting.reforecast(made, actuals, until=NOON)
    assert np.array_equal(new.mean[1], made.mean[1])
    assert np.array_equal(new.quantiles[1], made.quantiles[1])
    assert new.notes.get("r") == made.notes.get("r")


def test_paths_go_on_from_what_came(plan):
    made, actuals = plan
    new = forecasting.reforecast(made, actuals, until=NOON)
    now = made.grid.index_of(NOON)
    old_paths, new_paths = made.paths(256, seed=1)[:, 0], new.paths(256, seed=1)[:, 0]
    assert (new_paths[:, :now] == actuals.offered_contacts[0, :now]).all()
    tuesday = slice(*made.noise.queues[0].day_starts[1:3])
    assert (
        new_paths[:, tuesday].sum(axis=1).std()
        < 0.5 * old_paths[:, tuesday].sum(axis=1).std()
    )
    rows = forecasting.totals(new, by="day", num_paths=64, groups={"q": ["q"]}).rows
    assert rows[0].quantiles == pytest.approx([rows[0].mean] * 3)


def test_all_reported_intervals_count_unless_told_otherwise(plan):
    made, actuals = plan
    one = forecasting.reforecast(made, actuals)
    assert np.array_equal(one.mean[0], actuals.offered_contacts[0])
    assert one.notes == made.notes  # nothing is left to move
    none = forecasting.reforecast(made, actuals, until=made.grid.start_utc)
    assert np.array_equal(none.mean, made.mean)


def test_a_part_of_an_interval_is_not_looked_at(plan):
    made, actuals = plan
    half = NOON + timedelta(minutes=17)
    one = forecasting.reforecast(made, actuals, until=NOON)
    two = forecasting.reforecast(made, actuals, until=half)
    assert np.array_equal(one.mean, two.mean)


def test_actuals_may_begin_before_and_end_early(plan):
    made, actuals = plan
    grid = grid_over(FIRST - timedelta(days=2), 4, ZONE)
    now = made.grid.index_of(NOON)
    row = np.full(grid.num_intervals, 99.0)
    row[96:] = actuals.offered_contacts[0, :96]
    other = make_history(
        grid, {"q": row}, missing=[("q", t) for t in range(96 + now, 192)]
    )
    new = forecasting.reforecast(made, other)
    assert new.mean == pytest.approx(
        forecasting.reforecast(made, actuals, until=NOON).mean
    )


def test_handle_time_of_what_came_is_the_actual_one(plan):
    made, actuals = plan
    new = forecasting.reforecast(made, actuals, until=NOON)
    now = made.grid.index_of(NOON)
    came = actuals.offered_contacts[0, :now] > 0
    assert (new.aht_s[0, :now][came] == 300.0).all()
    assert np.array_equal(new.aht_s[0, now:], made.aht_s[0, now:])


@pytest.mark.parametrize(("shift", "minutes"), [(7, 30), (0, 15)])
def test_grids_must_be_in_step(plan, shift, minutes):
    made, _ = plan
    grid = replace(
        made.grid,
        start_utc=made.grid.start_utc + timedelta(minutes=shift),
        interval_minutes=minutes,
    )
    actuals = make_history(grid, {"q": np.ones(grid.num_intervals)})
    with pytest.raises(ValueError, match="not in step"):
        forecasting.reforecast(made, actuals)


def test_a_second_look_begins_at_the_published_forecast(plan):
    made, actuals = plan
    once = forecasting.reforecast(made, actuals, until=NOON)
    with pytest.raises(ValueError, match="published"):
        forecasting.reforecast(once, actuals)


def test_a_special_day_learns_more_from_its_morning():
    expected, offered, seen = cells()
    seen[0, :8] = True
    offered[0, :8] = 36.0
    spread = np.array([3.0, 1.0, 1.0])
    update = update_days(noise(), DAYS, expected, offered, seen, spread)
    gain = 0.36 / (0.36 + 1 / (8 * 30))
    assert update.factor[0] == pytest.approx(np.full(16, 1 + 0.2 * gain))
