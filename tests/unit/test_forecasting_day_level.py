"""The day level as a whole: taken out of the history, put back into the forecast."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import grid_over, local_values, make_history, make_queue

from forecasting.day_level import learn_special_days, plain_history, widened
from forecasting.days import MarketCalendar, day_number, queue_record
from forecasting.model import FORECASTERS
from forecasting.run import forecast
from forecasting.special import ORDINARY
from wfm.calendar.holidays import Holiday
from wfm.calendar.local import wall_minute
from wfm.domain.demand import DemandEvent, OpeningHours

MONDAY = date(2026, 10, 26)
STORM = MONDAY - timedelta(days=12)


def noisy(day, minute):
    """Return a rate with a little day-to-day noise, the same at every call."""
    noise = 0.02 * np.random.default_rng(day.toordinal()).normal()
    return 200.0 * (1.0 + noise) * (0.5 if day.weekday() > 4 else 1)


def history_of(rate, num_days=140):
    grid = grid_over(MONDAY - timedelta(days=num_days), num_days)
    return make_history(grid, {"q": local_values(grid, "UTC", rate)})


def run(history, queue=None, **settings):
    return forecast(
        history,
        [queue or make_queue()],
        first_day={"q": MONDAY},
        num_days=settings.pop("num_days", 7),
        model="weekday_mean",
        **settings,
    )


def stormy(day, minute):
    return noisy(day, minute) * (0.3 if day == STORM else 1.0)


def ordinary_event(day):
    return DemandEvent(
        event="check",
        kind=ORDINARY,
        queue_ids=("q",),
        from_local_minute=wall_minute(day),
        to_local_minute=wall_minute(day, 1440),
    )


def test_a_day_of_outage_is_left_out_and_named():
    plain, storm = run(history_of(noisy)), run(history_of(stormy))
    assert np.allclose(plain.mean, storm.mean, rtol=1e-2)
    (note,) = storm.notes["q"]
    assert note.startswith("days unlike their weekday are left out of learning: ")
    assert note.endswith((f"{STORM} (29%)", f"{STORM} (30%)", f"{STORM} (31%)"))
    assert "q" not in plain.notes


def test_the_planner_can_call_it_ordinary():
    trusted = run(history_of(stormy), events=[ordinary_event(STORM)])
    wednesday = slice(2 * 48, 3 * 48)
    assert trusted.mean[0, wednesday].sum() < 0.95 * 200 * 48
    assert "q" not in trusted.notes


def test_many_odd_days_are_counted():
    days = [MONDAY - timedelta(days=9 * k + 3) for k in range(8)]
    result = run(history_of(lambda d, m: noisy(d, m) * (0.2 if d in days else 1.0)))
    (note,) = result.notes["q"]
    assert note.endswith("and 3 earlier")
    assert note.count("%") == 5


def test_the_course_of_the_month_is_taken_out_and_put_back():
    def rate(day, minute):
        return noisy(day, minute) * (1.3 if day.day <= 3 else 1.0)

    result = run(history_of(rate), num_days=14)
    assert any("days of the month matter" in note for note in result.notes["q"])
    by_day = result.mean[0].reshape(14, 48).sum(axis=1)
    # Monday 2 November against Monday 26 October
    # five months of evidence, and neighbours that differ, are not wholly believed
    assert 1.18 < by_day[7] / by_day[0] < 1.32
    assert result.quantiles[0].reshape(3, 14, 48).sum(axis=2)[:, 7] == pytest.approx(
        result.quantiles[0].reshape(3, 14, 48).sum(axis=2)[:, 0]
        * by_day[7]
        / by_day[0],
        rel=0.02,
    )


def test_a_holiday_like_a_sunday_takes_the_sunday_s_hours():
    # On Sundays and holidays people call in the evening only.
    holidays = [MONDAY - timedelta(weeks=k, days=-2) for k in (3, 6, 9, 12)]
    coming = MONDAY + timedelta(days=3)

    def rate(day, minute):
        rest = day.weekday() == 6 or day in holidays
        late = minute >= 1080
        return 20.0 + (180.0 if late == rest else 0.0)

    calendar = {"q": {d: Holiday(day=d, name="H") for d in (*holidays, coming)}}
    result = run(history_of(rate), holidays=calendar)
    day = result.mean[0, 3 * 48 : 4 * 48]
    assert day[:36] == pytest.approx(np.full(36, 20.0), rel=0.25)
    assert day[36:] == pytest.approx(np.full(12, 200.0), rel=0.05)


def test_a_market_closed_on_sundays_has_no_sunday_to_resemble():
    queue = make_queue(opening=OpeningHours(spans=(((0, 1440),),) * 6 + ((),)))
    calendar = {"q": {MONDAY: Holiday(day=MONDAY, name="H")}}
    result = run(history_of(noisy), queue, holidays=calendar)
    assert result.mean[0, :48] == pytest.approx(np.full(48, 200.0), rel=0.03)
    assert result.notes["q"][-1] == (
        "no earlier holiday in the history: taken to change no volumes"
    )


def test_the_weekend_of_the_market_is_its_country_s():
    record = queue_record(history_of(noisy), make_queue(country="SA"), MarketCalendar())
    assert record.history.weekend == frozenset({4, 5})
    record = queue_record(history_of(noisy), make_queue(), MarketCalendar())
    assert record.history.weekend == frozenset({5, 6})


def test_an_unannounced_holiday_ahead_is_provisional():
    day = MONDAY + timedelta(days=2)
    calendar = {"q": {day: Holiday(day=day, name="Mid-Autumn", provisional=True)}}
    notes = run(history_of(noisy), holidays=calendar).notes["q"]
    assert "the date of Mid-Autumn is provisional" in notes


@pytest.mark.parametrize("model", FORECASTERS.names())
def test_every_model_can_be_asked_for_special_days(model):
    past = MONDAY - timedelta(days=40)
    calendar = MarketCalendar(
        holidays={"q": {past: Holiday(day=past, name="H")}},
    )
    record = queue_record(history_of(noisy), make_queue(), calendar)
    plain = plain_history(record.history, record.trusted)
    fitted = FORECASTERS[model]().fit(plain.history)
    special = learn_special_days(plain.history, record.tags, fitted)
    days = day_number(MONDAY) + np.arange(3)
    mean = np.full((3, 48), 10.0)
    same, variance = special.applied(mean, days, ())
    assert np.array_equal(same, mean)
    assert not variance.any()
    assert special.effects.by_kind["holiday"].occurrences == 1


def test_bands_are_wider_on_special_days():
    past = [MONDAY - timedelta(days=14 * k + 4) for k in range(1, 5)]
    coming = MONDAY + timedelta(days=3)
    calendar = {"q": {d: Holiday(day=d, name=str(d)) for d in (*past, coming)}}
    result = run(history_of(noisy), holidays=calendar)
    low, _, high = result.quantiles[0].reshape(3, 7, 48).sum(axis=2)
    width = (high - low) / result.mean[0].reshape(7, 48).sum(axis=1)
    assert width[3] > 2 * width[1]
    # simulated paths stray as far
    paths = result.paths(400, seed=1)[:, 0].reshape(400, 7, 48).sum(axis=2)
    assert paths.std(axis=0)[3] > 2 * paths.std(axis=0)[1]


def test_widening_adds_roots_of_squares_and_keeps_order():
    levels = (0.1, 0.5, 0.9)
    mean = np.full((1, 2), 100.0)
    quantiles = np.array([[[90.0, 101.0]], [[99.0, 102.0]], [[115.0, 103.0]]])
    variance = np.full((1, 2), 400.0)
    found = widened(quantiles, mean, variance, levels)
    away = (1.2815515655446004 * 20) ** 2
    assert found[0, 0, 0] == pytest.approx(100 - np.sqrt(10**2 + away))
    assert found[1, 0, 0] == 99.0
    assert found[2, 0, 0] == pytest.approx(100 + np.sqrt(15**2 + away))
    assert (np.diff(found, axis=0) >= 0).all()
    assert widened(quantiles, mean, 0 * variance, levels) is quantiles
    far = widened(quantiles, mean, np.full((1, 2), 1e6), levels)
    assert far.min() == 0.0


def test_the_forecast_tells_what_special_days_were_taken_to_be():
    past = [MONDAY - timedelta(days=14 * k + 4) for k in range(1, 5)]
    coming = MONDAY + timedelta(days=3)
    calendar = {"q": {d: Holiday(day=d, name="Feast") for d in (*past, coming)}}
    launch = DemandEvent(
        event="launch",
        kind="launch",
        queue_ids=("q",),
        from_local_minute=wall_minute(MONDAY, 600),
        to_local_minute=wall_minute(MONDAY, 2040),
        effect=1.5,
    )
    result = run(history_of(noisy), holidays=calendar, events=[launch])
    found = {(one.day, one.kind): one for one in result.special_days["q"]}
    assert [day.day for day, _ in sorted(found)] == [26, 27, 28, 29, 30, 31, 1]
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        stated = found[day, "launch"]
        assert stated.ratio == pytest.approx(1.5)
        assert (stated.ratio_sd, stated.is_stated) == (0.0, True)
    feast = found[coming, "holiday"]
    assert (feast.name, feast.occurrences, feast.is_stated) == ("Feast", 4, False)
    assert feast.ratio == pytest.approx(1.0, abs=0.05)
    assert 0.0 < feast.ratio_sd < 0.2
    # The mean is what the ratio says of it, and the day without history is less known.
    by_day = result.mean[0].reshape(7, 48).sum(axis=1)
    assert by_day[3] == pytest.approx(200 * 48 * feast.ratio, rel=0.02)
    assert not run(history_of(noisy)).special_days


def test_closed_days_are_not_described():
    calendar = {"q": {MONDAY: Holiday(day=MONDAY, name="Feast")}}
    queue = make_queue(
        closed_on_holidays=True,
        opening=OpeningHours(spans=(((0, 1440),), (), *(((0, 1440),),) * 5)),
    )
    # neither the holiday nor the day after, which is a Tuesday
    assert "q" not in run(history_of(noisy), queue, holidays=calendar).special_days
