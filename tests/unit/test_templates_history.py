"""The history generator: pattern on the customers' clock, and what is planted."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo  # an oracle independent of wfm.calendar

import numpy as np
import pytest

from wfm.templates import global_demand
from wfm.templates.generator import (
    HistorySpan,
    Outage,
    QueueProfile,
    Sale,
    expected_contacts,
    generate_history,
    plant_faults,
    same_hours,
)

BASE = QueueProfile(
    queue_id="calls",
    zone="America/Denver",
    country="US",
    opening=same_hours([(9, 21)], range(7)),
    weekly_contacts=7000,
    weekday_weights=(2, 1, 1, 1, 1, 0.5, 0.5),
    peaks=((10.0, 1.5, 1.0),),
    base=0.5,
    aht_s=300,
)
SPAN = HistorySpan(first=date(2026, 8, 31), weeks=8, seed=7, missing_fraction=0.0)


def local_means(profile, first, num_days):
    """Return (local date, local time) -> mean of the open slots."""
    grid, mean = expected_contacts(profile, first, num_days)
    zone = ZoneInfo(profile.zone)
    stamps = [grid.instant(t).astimezone(zone) for t in range(grid.num_intervals)]
    return {
        (at.date(), at.time()): value
        for at, value in zip(stamps, mean.tolist(), strict=True)
        if value
    }


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("America/Denver", date(2026, 10, 26)),  # back on Sunday 1 November
        ("America/Denver", date(2026, 3, 2)),  # forward on Sunday 8 March
        ("Europe/Warsaw", date(2026, 10, 19)),
        ("Asia/Tokyo", date(2026, 10, 26)),
    ],
)
def test_pattern_stays_on_the_customers_clock(zone, monday):
    means = local_means(replace(BASE, zone=zone), monday, 14)
    week, next_week = (
        {
            (day.weekday(), at): value
            for (day, at), value in means.items()
            if (day >= monday + timedelta(days=7)) == later
        }
        for later in (False, True)
    )
    assert week == pytest.approx(next_week)
    assert len(week) == 7 * 24
    busiest = max(week, key=week.__getitem__)
    assert (busiest[0], str(busiest[1])) in {(0, "09:30:00"), (0, "10:00:00")}


def test_an_ordinary_week_has_the_stated_contacts():
    _, mean = expected_contacts(BASE, date(2026, 10, 19), 7)
    assert mean.sum() == pytest.approx(7000)
    assert mean.max() < 7000 / 20


def test_overnight_mail_is_reported_in_the_first_slot():
    mail = replace(BASE, overnight_share=0.4)
    means = local_means(mail, date(2026, 10, 19), 7)
    monday = [v for (day, _), v in sorted(means.items()) if day.day == 19]
    assert monday[0] > 0.4 * sum(monday)
    assert max(monday[1:]) < 0.1 * sum(monday)


def rows_of(profile, span=SPAN):
    return generate_history([profile], span)


def by_day(rows):
    total = Counter()
    for row in rows:
        total[row[1][:10]] += int(row[2])
    return total


def test_rows_carry_the_local_offset_and_open_hours_only():
    rows = rows_of(BASE)
    stamps = [datetime.fromisoformat(row[1]) for row in rows]
    zone = ZoneInfo("America/Denver")
    assert all(at == at.astimezone(zone) for at in stamps)
    assert {at.utcoffset() for at in stamps} == {timedelta(hours=-6)}
    assert {at.hour for at in stamps} == set(range(9, 21))
    assert len(rows) == 8 * 7 * 24
    assert stamps == sorted(stamps)
    assert stamps[-1].date() == SPAN.last


def test_around_the_clock_the_night_of_the_change_has_its_extra_hour():
    always = replace(
        BASE, zone="Europe/Warsaw", opening=same_hours([(0, 24)], range(7))
    )
    rows = rows_of(always)
    night = [row[1][11:] for row in rows if row[1].startswith("2026-10-25T02")]
    assert night == [
        "02:00:00+02:00",
        "02:30:00+02:00",
        "02:00:00+01:00",
        "02:30:00+01:00",
    ]


def test_counts_add_up_and_handle_times_are_whole_seconds():
    rows = rows_of(replace(BASE, abandoned_fraction=0.05))
    for _, _, offered, handled, abandoned, aht_s in rows:
        assert int(offered) == int(handled) + int(abandoned)
        assert (int(handled) == 0) == (aht_s == "")
    lost = sum(int(row[4]) for row in rows) / sum(int(row[2]) for row in rows)
    assert 0.03 < lost < 0.07
    aht = np.mean([int(row[5]) for row in rows if row[5]])
    assert aht == pytest.approx(300, rel=0.05)


def test_counts_are_more_scattered_than_chance_alone():
    flat = replace(BASE, peaks=(), weekday_weights=(1,) * 7, growth=0.0)
    rough = rows_of(replace(flat, day_cv=0.1, slot_cv=0.2))
    smooth = rows_of(replace(flat, day_cv=0.001, slot_cv=0.001))

    def dispersion(rows):
        counts = np.array([int(row[2]) for row in rows[-24 * 28 :]])
        return counts.var() / counts.mean()

    assert dispersion(smooth) < 1.4 < 2.0 < dispersion(rough)


def test_missing_rows_are_about_as_many_as_asked_for():
    rows = rows_of(BASE, replace(SPAN, missing_fraction=0.05))
    assert 0.03 < 1 - len(rows) / (8 * 7 * 24) < 0.07


def test_a_sale_lifts_its_days_and_fades():
    sale = Sale(first=date(2026, 9, 7), last=date(2026, 9, 13), ratio=3.0)
    lifted, usual = by_day(rows_of(replace(BASE, sale=sale))), by_day(rows_of(BASE))
    ratios = [lifted[f"2026-09-{d:02d}"] / usual[f"2026-09-{d:02d}"] for d in (7, 13)]
    assert ratios == pytest.approx([3.0, 2.0], rel=0.1)
    assert lifted["2026-09-14"] == pytest.approx(usual["2026-09-14"], rel=0.15)


def test_holidays_are_quieter_or_closed():
    labor_day = "2026-09-07"
    quiet = by_day(rows_of(replace(BASE, holiday_ratio=0.5)))
    usual = by_day(rows_of(BASE))
    assert quiet[labor_day] == pytest.approx(0.5 * usual[labor_day], rel=0.1)
    assert labor_day not in by_day(rows_of(replace(BASE, closed_on_holidays=True)))


def test_an_outage_reports_zeros_then_nothing_then_a_rush():
    down = Outage(day=date(2026, 9, 16), from_hour=12, to_hour=14, rush=3.0)
    day = "2026-09-16T"
    dead = {r[1][11:16]: r for r in rows_of(replace(BASE, outage=down)) if day in r[1]}
    usual = {r[1][11:16]: r for r in rows_of(BASE) if day in r[1]}
    assert [dead[at][2] for at in ("12:00", "12:30")] == ["0", "0"]
    assert not {"13:00", "13:30"} & set(dead)
    rush = ("14:00", "14:30", "15:00", "15:30")
    many, few = (sum(int(rows[at][2]) for at in rush) for rows in (dead, usual))
    assert many == pytest.approx(3 * few, rel=0.2)


def test_each_queue_has_a_stream_of_its_own():
    other = replace(BASE, queue_id="other")
    both = generate_history([other, BASE], SPAN)
    assert [row for row in both if row[0] == "calls"] == rows_of(BASE)
    assert [r[2] for r in both if r[0] == "other"] != [r[2] for r in rows_of(BASE)]
    assert rows_of(BASE, replace(SPAN, seed=8)) != rows_of(BASE)


def test_planted_faults():
    rows = [("q", f"2026-09-0{1 + i // 6}T1{i % 6}:00", str(9), "9", "0", "300")
            for i in range(12)]  # fmt: skip
    planted = plant_faults(rows, date(2026, 9, 2))
    assert len(planted) == len(rows) + 2
    seen = Counter(row[1] for row in planted)
    twice = [at for at, n in seen.items() if n == 2]
    assert twice == ["2026-09-02T12:00", "2026-09-02T13:00"]
    same, corrected = ([r for r in planted if r[1] == at] for at in twice)
    assert same[0] == same[1]
    assert [row[2] for row in corrected] == ["9", "11"]
    assert [row[1] for row in planted if row[2] == "-1"] == ["2026-09-02T14:00"]
    assert [row[1] for row in planted if row[5] == "#N/A"] == ["2026-09-02T15:00"]
    assert plant_faults(rows, None) == rows


@pytest.fixture(scope="module")
def demo():
    return generate_history(global_demand.profiles(), global_demand.SPAN)


def test_the_demo_spans_26_weeks_of_each_queues_own_clock(demo):
    zones = {p.queue_id: p.zone for p in global_demand.profiles()}
    assert len(zones) == 13
    for queue_id, zone in zones.items():
        stamps = [datetime.fromisoformat(r[1]) for r in demo if r[0] == queue_id]
        days = {at.date() for at in stamps}
        assert all(at == at.astimezone(ZoneInfo(zone)) for at in stamps[::97])
        assert min(days) == date(2026, 4, 27)
        assert date(2026, 10, 23) <= max(days) <= date(2026, 10, 25)
        assert len(days) >= 26 * 5 - 10


def test_the_demo_has_its_faults_sale_and_outage(demo):
    starts = Counter((row[0], row[1]) for row in demo)
    assert sum(n == 2 for n in starts.values()) == 4
    assert sum(row[2] == "-1" for row in demo) == 2
    assert sum(row[5] == "#N/A" for row in demo) == 2
    assert not {
        row[1] for row in demo if row[0] == "phone_ja" and "2026-08-18T15" in row[1]
    }
    tuesday = [
        sum(int(r[2]) for r in demo if r[0] == "phone_en_pacific" and day in r[1])
        for day in ("2026-09-01", "2026-09-08")
    ]
    assert tuesday[1] > 1.2 * tuesday[0]


def test_the_demo_misses_few_slots(demo):
    per_day = Counter(
        (row[0], row[1][:10]) for row in demo if row[0] == "phone_en_hawaii"
    )
    missing = 1 - sum(per_day.values()) / (26 * 7 * 24)
    assert 0.0005 < missing < 0.01
