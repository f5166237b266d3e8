"""The forecast of several queues on one UTC grid."""

from dataclasses import astuple, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pytest
from support.forecasting import grid_over, local_values, make_history, make_queue, utc

import forecasting.models.weekday_mean as weekday_mean_module
from forecasting import single
from forecasting.days import Horizon, MarketCalendar, queue_record
from forecasting.run import forecast
from wfm.calendar.holidays import Holiday, public_holidays
from wfm.calendar.local import local_clock, to_instant, wall_minute
from wfm.domain.demand import DemandEvent, Forward, OpeningHours
from wfm.domain.errors import UsageError

MONDAY = date(2026, 10, 26)
CHANGES = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 9, 6),
    date(2026, 10, 25),
    date(2026, 11, 1),
]
ZONES = [
    "America/Denver",
    "Europe/Warsaw",
    "Asia/Manila",
    "Asia/Kolkata",
    "Pacific/Honolulu",
    "America/Santiago",
]
DAYTIME = OpeningHours(spans=(((540, 1260),),) * 7)


def weekly(day, minute):
    """Return a rate that differs by weekday and by slot."""
    return 10.0 * (day.weekday() + 1) + minute / 30


def history_of(zones, *, num_days=70, end=MONDAY, rate=weekly, missing=()):
    """Return a history of *rate* in each queue's zone, ending at midnight UTC."""
    grid = grid_over(end - timedelta(days=num_days), num_days + 1)
    offered = {q: local_values(grid, zone, rate) for q, zone in zones.items()}
    return make_history(grid, offered, missing=missing)


def run(history, queues, first=MONDAY, num_days=7, **settings):
    settings = {"model": "weekday_mean"} | settings
    return forecast(
        history,
        queues,
        first_day={queue.queue_id: first for queue in queues},
        num_days=num_days,
        **settings,
    )


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days_later", [-3, 2])
def test_a_pattern_of_the_wall_clock_is_forecast_exactly(zone, change, days_later):
    # The clocks change in the horizon or just before it; 09:00 stays 09:00.
    first = change + timedelta(days=days_later)
    history = history_of({"q": zone}, num_days=28, end=first)
    result = run(history, [make_queue(zone=zone)], first)
    truth = local_values(result.grid, zone, weekly)
    assert result.mean[0] == pytest.approx(truth)
    assert result.failures == {}


@pytest.mark.parametrize("interval_minutes", [15, 60])
@pytest.mark.parametrize("zone", ["America/Denver", "Europe/Warsaw"])
def test_last_week_and_other_intervals_keep_the_wall_clock_too(zone, interval_minutes):
    grid = grid_over(MONDAY - timedelta(days=14), 15, "UTC", interval_minutes)
    history = make_history(grid, {"q": local_values(grid, zone, weekly)})
    result = run(history, [make_queue(zone=zone)], model="last_week")
    assert result.grid.interval_minutes == interval_minutes
    truth = local_values(result.grid, zone, weekly)
    assert result.mean[0] == pytest.approx(truth)


def test_both_occurrences_of_a_double_hour_have_the_plain_rate():
    history = history_of({"q": "America/Denver"}, rate=lambda d, m: 12.0)
    result = run(history, [make_queue(zone="America/Denver")])
    assert result.grid.num_intervals == 7 * 48 + 2
    assert result.mean[0] == pytest.approx(np.full(338, 12.0))


def test_a_double_hour_in_the_history_does_not_double_the_profile():
    # Sunday 25 October has two hours from 02:00 to 03:00 in Warsaw.
    history = history_of({"q": "Europe/Warsaw"}, rate=lambda d, m: 12.0)
    result = run(history, [make_queue(zone="Europe/Warsaw")], model="last_week")
    assert result.mean[0] == pytest.approx(np.full(336, 12.0))


def test_the_grid_is_the_union_and_each_queue_has_its_range():
    zones = {"tokyo": "Asia/Tokyo", "hawaii": "Pacific/Honolulu"}
    queues = [make_queue(q, zone) for q, zone in zones.items()]
    result = forecast(
        history_of(zones),
        queues,
        first_day={"tokyo": MONDAY, "hawaii": MONDAY},
        num_days={"tokyo": 7, "hawaii": 8},
    )
    assert result.grid.start_utc == utc(2026, 10, 25, 15)
    assert result.grid.end_utc == utc(2026, 11, 3, 10)
    assert result.first_idx == (0, 19 * 2)
    assert result.end_idx == (336, 19 * 2 + 8 * 48)
    for q in (0, 1):
        inside = np.zeros(result.grid.num_intervals, dtype=bool)
        inside[result.first_idx[q] : result.end_idx[q]] = True
        assert (result.mean[q, inside] > 0).all()
        assert not result.mean[q, ~inside].any()
        assert not result.quantiles[q][:, ~inside].any()
        assert not result.aht_s[q, ~inside].any()


def test_a_zone_off_the_grid_starts_at_its_first_whole_interval():
    result = run(
        history_of({"q": "Asia/Kathmandu"}), [make_queue(zone="Asia/Kathmandu")]
    )
    midnight = to_instant(wall_minute(MONDAY), "Asia/Kathmandu")
    assert timedelta(0) < result.grid.start_utc - midnight < timedelta(minutes=30)
    assert result.end_idx == (336,)


def test_nothing_after_local_midnight_of_the_first_day_is_used():
    history = history_of({"q": "Asia/Tokyo"}, num_days=80, end=MONDAY)
    later = local_values(history.grid, "Asia/Tokyo", weekly)
    clock = local_clock(history.grid, "Asia/Tokyo")
    first = date(2026, 10, 20)
    later[clock.wall_minute >= wall_minute(first)] = 9999.0
    leaked = make_history(history.grid, {"q": later})
    plain, tested = (
        run(h, [make_queue(zone="Asia/Tokyo")], first) for h in (history, leaked)
    )
    assert np.array_equal(plain.mean, tested.mean)
    assert np.array_equal(plain.quantiles, tested.quantiles)
    assert np.array_equal(plain.aht_s, tested.aht_s)


def test_closed_intervals_are_exactly_0():
    rng = np.random.default_rng(4)
    history = history_of(
        {"q": "America/Denver"}, rate=lambda d, m: float(rng.poisson(20))
    )
    queue = make_queue(zone="America/Denver", opening=DAYTIME)
    result = run(history, [queue])
    clock = local_clock(result.grid, "America/Denver")
    is_open = (clock.minute_of_day >= 540) & (clock.minute_of_day < 1260)
    assert (result.mean[0, is_open] > 0).all()
    assert not result.mean[0, ~is_open].any()
    assert not result.quantiles[0][:, ~is_open].any()
    assert is_open.sum() == 7 * 24


def holiday_calendar(*days):
    return {"q": {day: Holiday(day=day, name=f"holiday {day}") for day in days}}


def test_a_closing_holiday_is_0_and_leaves_the_other_days_alone():
    day = MONDAY + timedelta(days=2)
    queue = make_queue(closed_on_holidays=True)
    plain = run(history_of({"q": "UTC"}), [queue])
    closed = run(history_of({"q": "UTC"}), [queue], holidays=holiday_calendar(day))
    assert not closed.mean[0, 96:144].any()
    assert not closed.quantiles[0][:, 96:144].any()
    rest = np.r_[0:96, 144:336]
    assert np.array_equal(closed.mean[0, rest], plain.mean[0, rest])


def test_holidays_are_kept_out_of_the_profile_and_their_ratio_re_applied():
    past = [date(2026, 9, 2), date(2026, 9, 15), date(2026, 10, 8), date(2026, 10, 15)]
    coming = date(2026, 10, 28)

    def rate(day, minute):
        return 200.0 * (0.4 if day in past else 1.0)

    result = run(
        history_of({"q": "UTC"}, rate=rate),
        [make_queue()],
        holidays=holiday_calendar(*past, coming),
    )
    # The market's Sunday is an ordinary day here, so only the level tells.
    ratio = result.mean[0, 96] / 200
    assert result.mean[0, :96] == pytest.approx(np.full(96, 200.0), rel=1e-3)
    assert result.mean[0, 96:144] == pytest.approx(np.full(48, 200 * ratio))
    assert 0.4 < ratio < 0.47  # four unlike names may differ from a fifth


def sale(first, start, end, **changes):
    settings = {
        "event": "sale",
        "kind": "sale",
        "queue_ids": ("q",),
        "from_local_minute": wall_minute(first, start),
        "to_local_minute": wall_minute(first, end),
    }
    return DemandEvent(**(settings | changes))


def test_a_stated_effect_and_handle_time_apply_on_the_queue_s_clock():
    queue = make_queue(zone="Asia/Tokyo")
    history = history_of({"q": "Asia/Tokyo"})
    event = sale(MONDAY, 600, 660, effect=2.0, aht_factor=1.5)
    plain = run(history, [queue])
    result = run(history, [queue], events=[event])
    ratio = result.mean[0] / plain.mean[0]
    assert np.flatnonzero(ratio != 1).tolist() == [20, 21]
    assert ratio[20] == 2.0
    assert result.quantiles[0][:, 20] == pytest.approx(2 * plain.quantiles[0][:, 20])
    assert result.aht_s[0, 20] == pytest.approx(1.5 * plain.aht_s[0, 20])
    assert np.array_equal(result.aht_s[0, 22:], plain.aht_s[0, 22:])


def test_an_effect_is_learnt_from_earlier_events_of_its_kind():
    days = [date(2026, 9, 5), date(2026, 9, 26), date(2026, 10, 10)]

    def rate(day, minute):
        return 100.0 * (3.0 if day in days else 1.0)

    events = [sale(day, 0, 1440) for day in (*days, MONDAY)]
    result = run(history_of({"q": "UTC"}, rate=rate), [make_queue()], events=events)
    assert result.mean[0, 48:] == pytest.approx(np.full(288, 100.0))
    assert 2.6 < result.mean[0, 0] / 100 < 3.0


@pytest.mark.parametrize("weeks_ago", [10, 6])
def test_an_effect_is_judged_against_what_was_expected_at_the_time(weeks_ago):
    # Volumes rise by a tenth every week, so today's profile would be far too high a
    # yardstick for an old event; the first week has no other.
    day = MONDAY - timedelta(weeks=weeks_ago)
    start = MONDAY - timedelta(days=70)

    def rate(that, minute):
        ordinary = 100.0 * 1.1 ** ((that - start).days // 7)
        return ordinary * (2.0 if that == day else 1.0)

    history = history_of({"q": "UTC"}, rate=rate)
    plain = run(history, [make_queue()], events=[sale(day, 0, 1440)])
    result = run(
        history, [make_queue()], events=[sale(day, 0, 1440), sale(MONDAY, 0, 1440)]
    )
    # Twice what the days around promised, though not half of what is expected today.
    # The model cannot follow the growth, so a single day is not wholly believed.
    assert 1.7 < result.mean[0, 0] / plain.mean[0, 0] < 2.05


def test_handle_time_comes_from_the_history_else_from_the_plan():
    history = history_of({"q": "UTC", "silent": "UTC"})
    silent = make_history(
        history.grid, {"silent": history.offered_contacts[0]}, aht_s=0.0
    )
    seen = run(history, [make_queue()]).aht_s[0]
    assert seen == pytest.approx(np.full(336, 300.0), rel=1e-4)
    nothing_known = make_history(history.grid, {"q": history.offered_contacts[0]})
    object.__setattr__(nothing_known, "aht_weight", np.zeros_like(silent.aht_s))
    result = run(nothing_known, [make_queue()])
    assert result.aht_s[0] == pytest.approx(np.full(336, 240.0))
    assert result.failures == {}
    result = run(nothing_known, [make_queue(default_aht_s=None)])
    assert not result.aht_s.any()
    assert "no handle time" in result.failures["q"]
    assert result.mean[0, 0] > 0


def test_a_queue_fed_by_forwards_alone_is_0_and_no_failure():
    first_line = make_queue(forwards=(Forward(to_queue="second", share=0.1),))
    result = run(history_of({"q": "UTC"}), [first_line, make_queue("second")])
    assert not result.mean[1].any()
    assert set(result.aht_s[1]) == {240.0}
    assert result.failures == {}
    assert result.first_idx == (0, 0)


def test_a_fed_queue_whose_history_is_empty_is_0_and_no_failure():
    history = history_of({"q": "UTC", "second": "UTC"})
    empty = make_history(
        history.grid,
        {"q": history.offered_contacts[0], "second": history.offered_contacts[1]},
        missing=[("second", i) for i in range(history.grid.num_intervals)],
    )
    first_line = make_queue(forwards=(Forward(to_queue="second", share=0.1),))
    result = run(empty, [first_line, make_queue("second")])
    assert result.failures == {}
    assert not result.mean[1].any()


def test_queues_without_history_are_named_and_do_not_stop_the_rest():
    history = history_of({"q": "UTC", "late": "UTC"})
    late = make_history(
        history.grid,
        {"q": history.offered_contacts[0], "late": history.offered_contacts[1]},
        missing=[("late", i) for i in range(history.grid.num_intervals - 48)],
    )
    queues = [make_queue(), make_queue("late"), make_queue("unheard_of")]
    result = run(late, queues)
    assert result.mean[0] == pytest.approx(local_values(result.grid, "UTC", weekly))
    assert not result.mean[1:].any()
    assert set(result.failures) == {"late", "unheard_of"}
    assert "zeros in its place" in result.failures["late"]
    assert "no history" in result.failures["unheard_of"]


@pytest.mark.parametrize("fault", [ValueError("singular"), ZeroDivisionError(), "nan"])
def test_a_failing_model_is_named_and_last_week_stands_in(monkeypatch, fault):
    class Broken:
        def hindcast(self, lead_days, first_row=0):
            raise AssertionError

        def predict(self, days):
            return np.full((len(days), 48), np.nan)

    def fit(self, history):
        if isinstance(fault, Exception):
            raise fault
        return Broken()

    monkeypatch.setattr(weekday_mean_module.WeekdayMean, "fit", fit)
    history = history_of({"q": "UTC", "r": "UTC"})
    result = run(
        history, [make_queue(), make_queue("r")], queue_models={"r": "last_week"}
    )
    assert set(result.failures) == {"q"}
    assert "last week's volumes in its place" in result.failures["q"]
    assert "'weekday_mean'" in result.failures["q"]
    assert np.array_equal(result.mean[0], result.mean[1])


def test_a_history_that_is_all_tagged_falls_back_openly():
    first = MONDAY - timedelta(days=7)
    history = history_of({"q": "UTC"}, num_days=7)
    event = sale(first, 0, 7 * 1440, effect=1.0)
    result = run(history, [make_queue()], events=[event])
    assert "last week" in result.failures["q"]
    assert result.mean[0] == pytest.approx(local_values(result.grid, "UTC", weekly))


def test_all_zero_history_forecasts_zero_without_failure():
    result = run(history_of({"q": "UTC"}, rate=lambda d, m: 0.0), [make_queue()])
    assert not result.mean.any()
    assert not result.quantiles.any()
    assert "no handle time" not in str(result.failures)


def test_volume_scale_scales_everything_but_handle_time():
    history = history_of({"q": "UTC"})
    plain = run(history, [make_queue()])
    scaled = run(history, [make_queue(volume_scale=0.25)])
    assert scaled.mean == pytest.approx(0.25 * plain.mean)
    assert scaled.quantiles == pytest.approx(0.25 * plain.quantiles)
    assert np.array_equal(scaled.aht_s, plain.aht_s)


def test_the_history_may_end_weeks_before_the_first_day():
    result = run(history_of({"q": "UTC"}), [make_queue()], MONDAY + timedelta(days=35))
    assert result.mean[0] == pytest.approx(local_values(result.grid, "UTC", weekly))


def test_history_may_begin_and_end_in_the_middle_of_a_day():
    grid = grid_over(date(2026, 9, 1), 50, "America/Denver")
    history = make_history(grid, {"q": local_values(grid, "Asia/Kolkata", weekly)})
    result = run(history, [make_queue(zone="Asia/Kolkata")], date(2026, 10, 20))
    truth = local_values(result.grid, "Asia/Kolkata", weekly)
    assert result.mean[0] == pytest.approx(truth)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"model": "weekday_means"}, UsageError),
        ({"queue_models": {"q": "prophet"}}, UsageError),
        ({"levels": (0.9, 0.1)}, ValueError),
        ({"levels": (0.0, 0.5)}, ValueError),
        ({"num_days": 0}, ValueError),
    ],
)
def test_what_the_caller_gets_wrong_is_an_error(settings, error):
    with pytest.raises(error):
        run(history_of({"q": "UTC"}), [make_queue()], **settings)


def test_no_queues_at_all():
    with pytest.raises(ValueError, match="at least one queue"):
        run(history_of({"q": "UTC"}), [])


def test_levels_are_free():
    result = run(
        history_of({"q": "UTC"}), [make_queue()], levels=(0.25, 0.5, 0.75, 0.9)
    )
    assert result.levels == (0.25, 0.5, 0.75, 0.9)
    assert result.quantiles.shape == (1, 4, 336)


def test_the_history_ends_with_its_last_report():
    weekdays = OpeningHours(spans=(((540, 1260),),) * 5 + ((), ()))
    queues = [make_queue(opening=weekdays)]
    history = history_of({"q": "UTC"}, end=MONDAY - timedelta(days=1))
    # The weekend was closed: nothing is missing until Monday.
    assert run(history, queues, MONDAY + timedelta(days=6)).notes == {}
    late = run(history, queues, MONDAY + timedelta(days=7))
    assert late.notes == {"q": ("the history ends 9 days before the forecast begins",)}


@pytest.mark.parametrize("model", ["best", "ensemble", "low_rank"])
def test_a_queue_that_is_younger_than_the_others_is_as_if_alone(model):
    rng = np.random.default_rng(4)
    offered = rng.poisson(9.0, (40 * 48,)).astype(float)
    alone = make_history(grid_over(MONDAY - timedelta(days=40), 40), {"q": offered})
    beside = make_history(
        grid_over(MONDAY - timedelta(days=96), 96),
        {
            "q": np.append(np.zeros(56 * 48), offered),
            "old": rng.poisson(3.0, 96 * 48).astype(float),
        },
        missing=[("q", t) for t in range(56 * 48)],
    )
    one, two = (run(h, [make_queue()], model=model) for h in (alone, beside))
    assert np.array_equal(one.mean, two.mean)
    assert np.array_equal(one.quantiles, two.quantiles)
    assert one.tests == two.tests


def test_assumptions_are_noted():
    history = history_of({"q": "UTC"})
    assert run(history, [make_queue()]).notes == {}
    late = run(history, [make_queue()], MONDAY + timedelta(days=10))
    assert late.notes == {"q": ("the history ends 9 days before the forecast begins",)}
    assert run(history, [make_queue()], MONDAY + timedelta(days=7)).notes == {}
    weekdays = OpeningHours(spans=(((540, 1260),),) * 5 + ((), ()))
    assert run(history, [make_queue(opening=weekdays)]).notes == {}
    new_kind = sale(MONDAY, 600, 660)
    (note,) = run(history, [make_queue()], events=[new_kind]).notes["q"]
    assert note == "no earlier sale in the history: taken to change no volumes"
    for known in (sale(MONDAY, 600, 660, effect=1.0), sale(MONDAY, 100, 160)):
        queue = make_queue(opening=DAYTIME)
        assert run(history, [queue], events=[known]).notes == {}
    short = run(history_of({"q": "UTC"}, num_days=1), [make_queue()])
    assert "the bands are assumed" in short.notes["q"][0]


def test_a_fallback_without_handle_time_names_both():
    first = MONDAY - timedelta(days=7)
    history = history_of({"q": "UTC"}, num_days=7)
    object.__setattr__(history, "aht_weight", np.zeros_like(history.aht_weight))
    queue = make_queue(default_aht_s=None)
    result = run(history, [queue], events=[sale(first, 0, 7 * 1440, effect=1.0)])
    assert "last week" in result.failures["q"]
    assert "no handle time" in result.failures["q"]


def test_the_holidays_of_the_country_are_looked_up_unless_others_are_given():
    first = date(2026, 12, 21)
    history = history_of({"q": "America/New_York"}, num_days=56, end=first)
    queue = make_queue(zone="America/New_York", country="US", subdivision="NY")
    looked_up = run(history, [queue], first)
    found = public_holidays("US", "NY", range(2025, 2028))
    given = run(history, [queue], first, holidays={"q": found})
    assert np.array_equal(looked_up.mean, given.mean)
    names = {one.name for one in looked_up.special_days["q"]}
    assert "Christmas Day" in names
    none = run(history, [queue], first, holidays={})
    assert not none.special_days
    nowhere = run(history, [make_queue(zone="America/New_York")], first)
    assert not nowhere.special_days
    assert np.array_equal(none.mean, nowhere.mean)


def test_a_country_that_nobody_knows_is_the_caller_s_error():
    history = history_of({"q": "UTC"}, num_days=28)
    with pytest.raises(NotImplementedError):
        run(history, [make_queue(country="Atlantis")])


def noisy_weeks(num_days, mean=9.0, opens=27, seed=4):
    """Return contacts by quarter hour, from slot *opens* of the day on."""
    rng = np.random.default_rng(seed)
    shape = np.maximum(np.sin(np.linspace(-0.9, 3.6, 96)), 0.0)
    shape[:opens] = 0.0
    level = rng.normal(1.0, 0.1, num_days)
    return rng.poisson(mean * np.outer(level, shape)).astype(float)


def test_hours_that_are_always_closed_change_nothing(monkeypatch):
    # Models are given the hours of opening only; the answer is that of whole days.
    first, num_days = MONDAY - timedelta(days=63), 63
    grid = grid_over(first, num_days, interval_minutes=15)
    history = make_history(grid, {"q": noisy_weeks(num_days).ravel()})
    queue = make_queue(opening=OpeningHours(spans=(((405, 1290),),) * 5 + ((), ())))
    event = DemandEvent(
        event="e1",
        queue_ids=("q",),
        kind="sale",
        from_local_minute=wall_minute(MONDAY, 300),
        to_local_minute=wall_minute(MONDAY, 700),
        effect=1.5,
        aht_factor=1.2,
    )
    ask = partial(run, history, [queue], model="best", events=[event])
    narrow = ask()
    monkeypatch.setattr(single, "_hours", lambda *_: (0, 96))
    whole = ask()
    assert narrow.mean == pytest.approx(whole.mean, rel=1e-12)
    assert narrow.quantiles == pytest.approx(whole.quantiles, rel=1e-12)
    assert np.array_equal(narrow.aht_s, whole.aht_s)
    assert narrow.special_days == whole.special_days
    for one, other in zip(narrow.tests["q"], whole.tests["q"], strict=True):
        assert one.model == other.model
        assert astuple(one)[1:] == pytest.approx(astuple(other)[1:], rel=1e-12)
    one, other = (f.noise.queues[0].noise.part_covariance for f in (narrow, whole))
    assert one == pytest.approx(other, rel=1e-12)


def test_the_hours_a_model_sees_begin_with_a_half_hour():
    grid = grid_over(MONDAY, 14, interval_minutes=15)
    history = make_history(grid, {"q": noisy_weeks(14).ravel()})
    opening = OpeningHours(spans=(((405, 1290),),) * 7)
    record = queue_record(history, make_queue(opening=opening), MarketCalendar())
    open_at_night = np.zeros((1, 96), dtype=bool)
    open_at_night[0, 90] = True
    ahead = Horizon(days=record.history.days[:1], is_open=open_at_night, tags=())
    assert single._hours(record, ahead) == (26, 91)
    never = replace(ahead, is_open=np.zeros((1, 96), dtype=bool))
    assert single._hours(record, never) == (26, 86)
    part = record.within(26, 86).history
    assert part.slots == (26, 86)
    assert part.before(int(part.days[3])).slots == (26, 86)
    assert part.offered_contacts.shape == (14, 60)
