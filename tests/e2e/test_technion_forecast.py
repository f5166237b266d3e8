"""A real call centre: the model against last week's volumes, a week ahead."""

from datetime import date

import numpy as np
import pytest
from support.forecasting import make_queue, technion_history

from forecasting.rolling import backtest
from forecasting.run import forecast

LAST_WEEK = {1: date(1999, 1, 25), 10: date(1999, 10, 25)}


@pytest.fixture(scope="module", params=sorted(LAST_WEEK))
def month(request):
    return request.param


@pytest.fixture(scope="module")
def history(month):
    return technion_history(month)


def queues_of(history):
    return [make_queue(q, "Asia/Jerusalem") for q in history.queue_ids]


def test_the_loader_reads_all_calls(history, month):
    # summed with awk over the column of the file itself
    assert len(history.queue_ids) == 6
    assert history.offered_contacts.sum() == {1: 31357, 10: 34476}[month]


def test_week_ahead_wape_is_no_worse_than_last_week_s_volumes(history, month):
    result = backtest(history, queues_of(history), origins=[LAST_WEEK[month]])
    model, naive = (result.pooled_wape(m) for m in ("weekday_mean", "last_week"))
    # Neither month holds a clock change, so last week is 336 half hours back.
    actual, before = (history.offered_contacts[:, t : t + 336] for t in (1152, 816))
    assert naive == pytest.approx(np.abs(actual - before).sum() / actual.sum())
    assert len(result.rows) == 12
    assert not any(row.failure for row in result.rows)
    # measured: 0.433 against 0.456 in January, 0.377 against 0.462 in October
    assert model <= naive


def test_the_forecast_of_the_last_week_is_complete(history, month):
    queues = queues_of(history)
    result = forecast(
        history,
        queues,
        first_day={queue.queue_id: LAST_WEEK[month] for queue in queues},
        num_days=7,
    )
    assert result.failures == {}
    assert result.grid.num_intervals == 7 * 48
    assert (result.aht_s > 0).all()
    busiest = result.queue_ids.index("PS")
    assert 100 < np.average(result.aht_s[busiest], weights=result.mean[busiest]) < 250
