"""What holidays and the course of the month are worth on real series, a week ahead."""

import numpy as np
import pytest
from support.real_series import bank, origins, taxi, technion

import forecasting
from forecasting.rolling import backtest

MODEL = "weekday_mean"


def week_ahead(series, *, holidays=True):
    """Return the pooled WAPE and the absolute errors by origin, all days in."""
    queue = series.queue
    known = {queue.queue_id: series.holidays} if holidays else {}
    result = backtest(
        series.history,
        [queue],
        origins=origins(series),
        models=(MODEL,),
        holidays=known,
    )
    assert len(result.rows) == 14
    errors = np.array([row.absolute_error for row in result.rows])
    return result.pooled_wape(MODEL), errors


def notes(series):
    result = forecasting.forecast(
        series.history,
        [series.queue],
        first_day={series.queue.queue_id: origins(series)[-1]},
        num_days=7,
        holidays={series.queue.queue_id: series.holidays},
    )
    return result.notes.get(series.queue.queue_id, ())


def test_the_taxi_s_holidays_are_foreseen():
    plain, before = week_ahead(taxi(), holidays=False)
    with_holidays, after = week_ahead(taxi())
    # measured: 0.0853 without, 0.0717 with
    assert with_holidays <= 0.075
    assert with_holidays < 0.88 * plain
    # Weeks without a holiday are hardly touched.
    assert (after < 1.15 * before).all()


def test_the_technion_bank_s_holidays_are_foreseen():
    plain, _ = week_ahead(technion(), holidays=False)
    with_holidays, _ = week_ahead(technion())
    # measured: 0.239 without, 0.229 with
    assert with_holidays < 0.97 * plain


def test_the_banks_have_paydays_and_the_taxi_has_none():
    for series in (bank(), technion()):
        assert any("days of the month matter" in note for note in notes(series))
    assert not any("days of the month matter" in note for note in notes(taxi()))


def test_the_bank_knows_its_holidays_and_its_month():
    plain, _ = week_ahead(bank(), holidays=False)
    wape, _ = week_ahead(bank())
    # measured: 0.0589 without holidays, 0.0578 with
    assert wape < min(plain, 0.060)


@pytest.mark.parametrize("load", [bank, taxi, technion])
def test_the_loaders_keep_every_contact(load):
    series = load()
    totals = {"bank": 5_312_000, "taxi": 156_220_000, "technion": 444_500}
    expected = totals[series.queue.queue_id]
    assert series.history.offered_contacts.sum() == pytest.approx(expected, rel=0.01)
