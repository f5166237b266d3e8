"""The models on histories small enough to work out by hand."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import forecasting.models
import forecasting.run
from forecasting.days import day_number
from forecasting.model import FORECASTERS, ForecastError, QueueHistory
from wfm.domain.errors import UsageError

MONDAY = day_number(date(2026, 8, 31))
DAYS = np.arange(MONDAY + 700, MONDAY + 707)  # any week: Monday to Sunday


def history(offered, *, missing=(), closed=(), special=()):
    """Return a history of two slots a day; the masks name (day, slot) or day."""
    offered = np.array(offered, dtype=float)
    if offered.ndim == 1:
        offered = np.repeat(offered[:, None], 2, axis=1)

    def mask(cells):
        array = np.zeros(offered.shape, dtype=bool)
        for cell in cells:
            array[cell] = True
        return array

    return QueueHistory(
        days=MONDAY + np.arange(len(offered)),
        slot_minutes=720,
        offered_contacts=np.where(mask(missing), 0.0, offered),
        observed=~mask(missing),
        is_open=~mask(closed),
        special=mask(special),
    )


def mondays(*values):
    """Return weeks that have *values* on Mondays and 1 on the other days."""
    return [v for value in values for v in (value, 1, 1, 1, 1, 1, 1)]


def fit(name, h):
    return FORECASTERS[name]().fit(h)


def test_weekday_mean_weighs_by_0_9_a_week():
    fitted = fit("weekday_mean", history(mondays(10, 20, 40)))
    expected = (0.81 * 10 + 0.9 * 20 + 40) / (0.81 + 0.9 + 1)
    assert fitted.predict(DAYS)[0] == pytest.approx([expected] * 2)
    assert fitted.predict(DAYS)[1:] == pytest.approx(np.ones((6, 2)))


def test_weekday_mean_s_alpha_is_a_parameter():
    model = FORECASTERS["weekday_mean"](alpha_per_week=0.5)
    value = model.fit(history(mondays(10, 20))).predict(DAYS)[0, 0]
    assert value == pytest.approx((0.5 * 10 + 20) / 1.5)


def test_a_missing_week_ages_what_came_before_and_is_no_zero():
    fitted = fit("weekday_mean", history(mondays(10, 99, 40), missing=[7]))
    expected = (0.81 * 10 + 40) / 1.81
    assert fitted.predict(DAYS)[0, 0] == pytest.approx(expected)


def test_weeks_of_gap_do_not_lower_the_mean():
    h = history(mondays(8, 0, 0, 0, 0, 0, 8), missing=range(7, 42))
    assert fit("weekday_mean", h).predict(DAYS)[0, 0] == pytest.approx(8.0)


@pytest.mark.parametrize("mask", ["special", "closed", "missing"])
def test_cells_that_are_not_ordinary_teach_nothing(mask):
    h = history(mondays(10, 500, 10), **{mask: [7]})
    assert fit("weekday_mean", h).predict(DAYS)[0, 0] == pytest.approx(10.0)
    assert fit("last_week", history(mondays(10, 500), **{mask: [7]})).predict(DAYS)[
        0, 0
    ] == pytest.approx(10.0)


def test_last_week_repeats_the_last_ordinary_same_weekday():
    fitted = fit("last_week", history(mondays(10, 20, 40)))
    assert fitted.predict(DAYS)[0].tolist() == [40.0, 40.0]


def test_last_week_of_a_history_that_is_all_tagged():
    h = history(mondays(10, 20), special=range(14))
    assert fit("last_week", h).predict(DAYS)[0].tolist() == [20.0, 20.0]
    with pytest.raises(ForecastError, match="no ordinary open interval"):
        fit("weekday_mean", h)


@pytest.mark.parametrize("name", FORECASTERS.names())
def test_one_day_of_history_stands_in_for_all(name):
    fitted = fit(name, history([[6.0, 2.0]]))
    assert fitted.predict(DAYS) == pytest.approx(np.tile([6.0, 2.0], (7, 1)))


@pytest.mark.parametrize("name", FORECASTERS.names())
def test_unseen_days_come_from_their_own_class_first(name):
    # Monday 10, Tuesday missing; Saturday 2, Sunday missing.
    h = history([10, 0, 10, 10, 10, 2, 0], missing=[1, 6])
    values = fit(name, h).predict(DAYS)[:, 0]
    assert values == pytest.approx([10, 10, 10, 10, 10, 2, 2])


@pytest.mark.parametrize("name", FORECASTERS.names())
def test_a_slot_never_seen_comes_from_its_neighbours(name):
    offered = np.tile([1.0, 2.0, 0.0, 4.0], (14, 1))
    unseen = np.zeros_like(offered, dtype=bool)
    unseen[:, 2] = True
    h = QueueHistory(
        days=MONDAY + np.arange(14),
        slot_minutes=360,
        offered_contacts=offered,
        observed=~unseen,
        is_open=np.ones_like(unseen),
        special=np.zeros_like(unseen),
    )
    assert fit(name, h).predict(DAYS)[3] == pytest.approx([1, 2, 3, 4])


def test_expected_and_support_look_back_only():
    fitted = fit("weekday_mean", history(mondays(10, 20, 40), missing=[8]))
    week_ahead, later = fitted.hindcast(7), fitted.hindcast(8)
    assert week_ahead.support[:, 0].tolist() == [0] * 7 + [1] * 7 + [2, 1] + [2] * 5
    assert week_ahead.expected[7, 0] == pytest.approx(10.0)
    assert week_ahead.expected[14, 0] == pytest.approx((0.9 * 10 + 20) / 1.9)
    assert np.array_equal(fitted.hindcast(1).expected, week_ahead.expected)
    assert later.support[:, 0].tolist() == [0] * 14 + [1] * 7
    assert later.expected[14, 0] == pytest.approx(10.0)
    assert not fitted.hindcast(70).support.any()


@pytest.mark.parametrize("start", range(7))
@pytest.mark.parametrize("name", FORECASTERS.names())
def test_histories_may_start_on_any_weekday(name, start):
    values = np.array([10, 11, 12, 13, 14, 15, 16], dtype=float)
    num = 25
    days = MONDAY + start + np.arange(num)
    h = QueueHistory(
        days=days,
        slot_minutes=720,
        offered_contacts=np.repeat(values[(days - MONDAY) % 7][:, None], 2, axis=1),
        observed=np.ones((num, 2), dtype=bool),
        is_open=np.ones((num, 2), dtype=bool),
        special=np.zeros((num, 2), dtype=bool),
    )
    assert fit(name, h).predict(DAYS)[:, 1] == pytest.approx(values)


def test_one_spike_fades_as_stated():
    quiet = fit("weekday_mean", history(mondays(*[10] * 20)))
    spike = fit("weekday_mean", history(mondays(*[10] * 19, 110)))
    weights = sum(0.9**k for k in range(20))
    difference = spike.predict(DAYS) - quiet.predict(DAYS)
    assert difference[0, 0] == pytest.approx(100 / weights)
    assert difference[1:] == pytest.approx(np.zeros((6, 2)))


def test_every_module_registers_one_model_under_its_own_name():
    folder = Path(forecasting.models.__path__[0])
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert set(FORECASTERS.names()) == files


def test_an_unknown_model_is_named_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'weekday_mean'"):
        FORECASTERS["weekday_means"]


def test_the_package_is_light():
    code = (
        "import sys, forecasting; f, b = forecasting.forecast, forecasting.backtest;"
        "print([m for m in ('pandas', 'scipy', 'ortools', 'holidays')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert forecasting.forecast is forecasting.run.forecast
    with pytest.raises(AttributeError, match="nothing_here"):
        forecasting.nothing_here  # noqa: B018
