"""Opening hours and shift options on the grid, over clock changes."""

from datetime import date, timedelta

import numpy as np
import pytest
from support.forecasting import ALWAYS, grid_over, make_queue, utc

from wfm.calendar.catalogue import (
    BreakWindow,
    ShiftOption,
    build_shift,
    dates_of,
    shift_options,
)
from wfm.calendar.holidays import calendar_key, public_holidays
from wfm.calendar.local import to_instant, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.demand import OpeningHours
from wfm.domain.people import BreakRule, ShiftTemplate
from wfm.domain.plan import CalendarChange

DAYTIME = OpeningHours(spans=(((540, 1260),),) * 7)
NIGHT = OpeningHours(spans=(((0, 240), (1320, 1440)),) * 7)


@pytest.mark.parametrize(
    ("zone_name", "day"),
    [
        ("America/Denver", date(2026, 3, 8)),
        ("America/Denver", date(2026, 11, 1)),
        ("Europe/Warsaw", date(2026, 10, 25)),
        ("America/Santiago", date(2026, 9, 6)),
        ("Asia/Kolkata", date(2026, 3, 29)),
        ("Pacific/Honolulu", date(2026, 11, 1)),
    ],
)
def test_daytime_hours_are_not_touched_by_the_change(zone_name, day):
    mask = open_mask(
        make_queue(zone=zone_name, opening=DAYTIME), grid_over(day, 1, zone_name)
    )
    assert mask.sum() == 24
    first = grid_over(day, 1, zone_name).instant(int(np.argmax(mask)))
    assert first == to_instant(wall_minute(day, 540), zone_name)


@pytest.mark.parametrize(
    ("zone_name", "day", "intervals"),
    [
        ("America/Denver", date(2026, 3, 8), 10),
        ("America/Denver", date(2026, 3, 7), 12),
        ("America/Denver", date(2026, 11, 1), 14),
        ("America/Santiago", date(2026, 4, 4), 14),
        ("America/Santiago", date(2026, 9, 6), 10),
    ],
)
def test_night_hours_lose_or_gain_the_hour(zone_name, day, intervals):
    queue = make_queue(zone=zone_name, opening=NIGHT)
    assert open_mask(queue, grid_over(day, 1, zone_name)).sum() == intervals


def test_open_around_the_clock_over_a_change():
    grid = grid_over(date(2026, 10, 24), 3, "Europe/Warsaw", 15)
    assert open_mask(make_queue(zone="Europe/Warsaw"), grid).sum() == 96 + 100 + 96


def test_weekdays_turn_at_local_midnight():
    sunday = OpeningHours(spans=((),) * 6 + (((0, 1440),),))
    grid = grid_over(date(2026, 10, 24), 4, "UTC")
    mask = open_mask(make_queue(zone="Asia/Tokyo", opening=sunday), grid)
    assert grid.instant(int(np.argmax(mask))) == utc(2026, 10, 24, 15)
    assert mask.sum() == 48


def test_holidays_close_only_queues_that_say_so():
    day, grid = date(2026, 11, 3), grid_over(date(2026, 11, 2), 3, "Asia/Tokyo")
    for closes, expected in ((True, 96), (False, 144)):
        queue = make_queue(zone="Asia/Tokyo", closed_on_holidays=closes)
        assert open_mask(queue, grid, {day}).sum() == expected
    queue = make_queue(zone="Asia/Tokyo", closed_on_holidays=True)
    closed = ~open_mask(queue, grid, {day})
    assert grid.instant(int(np.argmax(closed))) == utc(2026, 11, 2, 15)


@pytest.mark.parametrize(
    ("spans", "match"),
    [
        ((((540, 1260),),) * 6, "7 weekdays"),
        ((((540, 500),),) * 7, "ascending"),
        ((((540, 1500),),) * 7, "ascending"),
        ((((540, 700), (700, 800)),) * 7, "ascending"),
    ],
)
def test_broken_opening_hours_are_refused(spans, match):
    with pytest.raises(ValueError, match=match):
        OpeningHours(spans=spans)


def template(**changes):
    settings = {
        "template_id": "night",
        "start_from_minute": 1320,
        "start_to_minute": 1320,
        "start_step_minutes": 30,
        "elapsed_minutes": (540,),
    }
    return ShiftTemplate(**(settings | changes))


@pytest.mark.parametrize(
    ("zone_name", "day", "local_end_minute"),
    [
        ("America/Denver", date(2026, 3, 7), 1320 + 540 + 60),
        ("America/Denver", date(2026, 10, 31), 1320 + 540 - 60),
        ("Europe/Warsaw", date(2026, 3, 28), 1320 + 540 + 60),
        ("Europe/Warsaw", date(2026, 10, 24), 1320 + 540 - 60),
        ("America/Santiago", date(2026, 9, 5), 1320 + 540 + 60),
        ("Asia/Manila", date(2026, 10, 24), 1320 + 540),
    ],
)
def test_night_shifts_keep_their_elapsed_length(zone_name, day, local_end_minute):
    grid = grid_over(day, 2, zone_name, 15)
    (option,) = shift_options([template()], day, zone_name, grid)
    assert option.end_idx - option.start_idx == 36
    assert grid.instant(option.start_idx) == to_instant(
        wall_minute(day, 1320), zone_name
    )
    assert grid.instant(option.end_idx) == to_instant(
        wall_minute(day, local_end_minute), zone_name
    )


def test_shifts_start_on_the_wall_clock_all_year():
    grid = grid_over(date(2026, 1, 1), 366, "America/Denver", 15)
    day_shift = template(start_from_minute=480, start_to_minute=480)
    starts = [
        grid.instant(
            shift_options([day_shift], day, "America/Denver", grid)[0].start_idx
        ).hour
        for day in (date(2026, 3, 7), date(2026, 3, 8), date(2026, 11, 1))
    ]
    assert starts == [15, 14, 15]


def test_starts_in_the_skipped_hour_fall_together():
    grid = grid_over(date(2026, 3, 8), 2, "America/Denver", 15)
    early = template(start_from_minute=90, start_to_minute=210)
    options = shift_options([early], date(2026, 3, 8), "America/Denver", grid)
    # 01:30; 02:00 and 02:30 become 03:00; 03:30
    assert [option.start_idx for option in options] == [6, 8, 10]


def test_starts_in_the_double_hour_mean_the_first():
    grid = grid_over(date(2026, 11, 1), 2, "America/Denver", 15)
    early = template(start_from_minute=60, start_to_minute=120)
    options = shift_options([early], date(2026, 11, 1), "America/Denver", grid)
    assert [option.start_idx for option in options] == [4, 6, 12]


def test_only_the_template_s_weekdays_have_shifts():
    grid = grid_over(date(2026, 10, 26), 7, "UTC", 15)
    monday_only = template(weekdays=frozenset({0}))
    days = dates_of(date(2026, 10, 26), 7)
    found = [day for day in days if shift_options([monday_only], day, "UTC", grid)]
    assert found == [date(2026, 10, 26)]
    assert days[-1] == date(2026, 11, 1)


def test_the_last_shift_of_the_week_runs_into_the_next():
    sunday = date(2026, 11, 1)
    grid = grid_over(date(2026, 10, 26), 7, "UTC", 15)
    (option,) = shift_options([template()], sunday, "UTC", grid)
    assert option.start_idx < grid.num_intervals < option.end_idx
    shift = build_shift("a", sunday, option, ())
    assert (shift.date_local, shift.end_idx) == (sunday, option.end_idx)


def test_a_start_off_the_grid_is_refused():
    grid = grid_over(date(2026, 10, 26), 1, "UTC", 30)
    with pytest.raises(ValueError, match="not on the 30-minute grid"):
        shift_options(
            [template(start_from_minute=1335, start_to_minute=1335)],
            date(2026, 10, 26),
            "UTC",
            grid,
        )


def test_breaks_are_placed_from_start_and_end():
    lunch = BreakRule(
        kind="meal", minutes=60, paid=False, earliest_minutes=180, latest_minutes=285
    )
    tea = BreakRule(
        kind="break",
        minutes=15,
        paid=True,
        earliest_minutes=150,
        latest_minutes=75,
        anchor="end",
        min_shift_minutes=360,
    )
    short = BreakRule(
        kind="break",
        minutes=15,
        paid=True,
        earliest_minutes=90,
        latest_minutes=165,
        below_shift_minutes=360,
    )
    grid = grid_over(date(2026, 10, 26), 2, "UTC", 15)
    (option,) = shift_options(
        [template(breaks=(lunch, tea, short))], date(2026, 10, 26), "UTC", grid
    )
    assert option.breaks == (
        BreakWindow(
            first_idx=88 + 12, last_idx=88 + 19, length_steps=4, kind="meal", paid=False
        ),
        BreakWindow(
            first_idx=124 - 10,
            last_idx=124 - 5,
            length_steps=1,
            kind="break",
            paid=True,
        ),
    )
    assert option.paid_steps == 32
    shift = build_shift("a", date(2026, 10, 26), option, (100, 115))
    assert [(s.start_idx, s.end_idx, s.activity) for s in shift.spans] == [
        (88, 100, "work"),
        (100, 104, "meal"),
        (104, 115, "work"),
        (115, 116, "break"),
        (116, 124, "work"),
    ]
    assert shift.paid_steps == option.paid_steps


def test_a_break_at_the_very_start_and_end_leaves_no_empty_span():
    window = {"length_steps": 1, "kind": "break", "paid": True}
    option = ShiftOption(
        start_idx=0,
        end_idx=4,
        breaks=(
            BreakWindow(first_idx=0, last_idx=0, **window),
            BreakWindow(first_idx=3, last_idx=3, **window),
        ),
    )
    shift = build_shift("a", date(2026, 10, 26), option, (0, 3))
    assert [s.activity for s in shift.spans] == ["break", "work", "break"]


def test_holidays_of_countries_and_subdivisions():
    years = range(2026, 2027)
    japan = public_holidays("JP", None, years)
    assert date(2026, 11, 3) in japan
    assert date(2026, 10, 31) not in public_holidays("DE", "BE", years)
    assert date(2026, 10, 31) in public_holidays("DE", "BB", years)
    assert public_holidays(None, None, years) == {}


def test_unannounced_years_are_provisional():
    china = public_holidays("CN", None, range(2026, 2028))
    assert all(h.provisional for day, h in china.items() if day.year == 2027)
    assert not public_holidays("JP", None, range(2026, 2027))[
        date(2026, 11, 3)
    ].provisional


def test_the_planner_s_changes_win():
    added, removed = date(2026, 10, 31), date(2026, 12, 25)
    changes = {
        "DE": CalendarChange(removed=frozenset({removed})),
        "DE-BE": CalendarChange(added={added: "Reformation Day"}),
    }
    found = public_holidays("DE", "BE", range(2026, 2027), changes)
    assert found[added].name == "Reformation Day"
    assert removed not in found
    assert list(found) == sorted(found)
    assert added not in public_holidays("DE", None, range(2026, 2027), changes)
    assert calendar_key("DE", None) == "DE"


def test_always_open_means_every_interval_of_every_zone():
    grid = grid_over(date(2026, 10, 20), 14, "UTC")
    for zone_name in ("Asia/Kathmandu", "Australia/Lord_Howe", "America/Denver"):
        assert open_mask(make_queue(zone=zone_name, opening=ALWAYS), grid).all()
    assert grid.instant(0) + timedelta(days=14) == grid.end_utc
