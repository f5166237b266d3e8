"""From a plan folder to the roster problem: grid, spans, pay, guarantees."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from support.small_plan import ALL_DAY, agent, folder, plan, queue, site

from wfm.calendar.local import wall_minute
from wfm.domain.demand import OpeningHours
from wfm.domain.errors import InputError
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import (
    AvailabilityRow,
    ExchangeRate,
    QueueFloor,
    RosterRow,
    TimeOffRow,
)
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.pipeline.instance import roster_grid, roster_instance

MONDAY = date(2026, 10, 26)


def at(instance, text):
    return instance.grid.index_of(datetime.fromisoformat(text).astimezone(UTC))


def blocked(instance, kind):
    return [
        (instance.grid.instant(b.start_idx), instance.grid.instant(b.end_idx))
        for b in instance.blocked
        if b.kind == kind
    ]


def test_grid_spans_every_agents_local_days_and_a_tail():
    people = (
        agent("T", zone="Asia/Tokyo"),
        agent("D", zone="America/Denver"),
    )
    grid = roster_grid(folder(agents=people))
    assert grid.start_utc == datetime(2026, 10, 25, 15, tzinfo=UTC)  # Tokyo's Monday
    # Denver's Sunday ends at 07:00 UTC (standard time again), and a day's tail.
    assert grid.end_utc == datetime(2026, 11, 3, 7, tzinfo=UTC)


def test_window_is_the_planners_week():
    instance = roster_instance(folder())
    start, end = instance.window_start_idx, instance.window_end_idx
    assert instance.grid.instant(start) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert instance.grid.instant(end) == datetime(2026, 11, 1, 23, tzinfo=UTC)


def test_local_days_have_100_quarter_hours_where_clocks_fall_back():
    denver = folder(agents=(agent("D", zone="America/Denver"),))
    days = roster_instance(denver).planned_days["D"]
    lengths = [day.end_idx - day.start_idx for day in days]
    assert lengths == [96] * 6 + [100]  # Sunday 2026-11-01


def test_guarantee_stands_in_open_hours_inside_the_window_only():
    instance = roster_instance(folder())
    guaranteed = instance.guaranteed_agents[0]
    assert guaranteed.sum() == 7 * 9 * 4
    assert guaranteed[at(instance, "2026-10-26T09:00+01:00")] == 1
    assert guaranteed[at(instance, "2026-10-26T08:45+01:00")] == 0
    assert guaranteed[at(instance, "2026-11-02T09:00+01:00")] == 0


def test_queue_floor_raises_the_guarantee_in_its_hours():
    floor = QueueFloor(
        queue_id="phone_en",
        agents=3,
        spans=(((600, 660),), (), (), (), (), (), ()),
    )
    instance = roster_instance(folder(plan(queue_floors=(floor,))))
    guaranteed = instance.guaranteed_agents[0]
    assert guaranteed[at(instance, "2026-10-26T10:00+01:00")] == 3
    assert guaranteed[at(instance, "2026-10-27T10:00+01:00")] == 1
    assert guaranteed.sum() == 7 * 9 * 4 + 2 * 4


def test_requirement_expands_piecewise_constant_inside_the_window():
    the_folder = folder(plan(queues=(queue(opening=OpeningHours(spans=ALL_DAY)),)))
    grid = IntervalGrid(
        start_utc=datetime(2026, 10, 25, 22, tzinfo=UTC),
        interval_minutes=30,
        num_intervals=6,
    )
    need = np.array([[9.0, 9.0, 1.5, 2.5, 0.0, 4.0]])
    requirement = StaffingRequirement(
        grid=grid,
        queue_ids=("phone_en",),
        offered_contacts=need,
        aht_s=need,
        workload_erlangs=need,
        base_agents=need,
        scheduled_agents=need,
        binding=np.full((1, 6), "service_level"),
    )
    instance = roster_instance(the_folder, requirement)
    start = instance.window_start_idx
    first = instance.scheduled_agents[0, start : start + 8]
    assert first.tolist() == [1.5, 1.5, 2.5, 2.5, 0.0, 0.0, 4.0, 4.0]
    assert instance.scheduled_agents[0, :start].sum() == 0


def test_deferred_work_moves_to_the_roster_grid():
    mail = queue("mail", channel="email")
    grid = IntervalGrid(
        start_utc=datetime(2026, 10, 25, 23, tzinfo=UTC),
        interval_minutes=30,
        num_intervals=2,
    )
    zeros = np.zeros((1, 2))
    requirement = StaffingRequirement(
        grid=grid,
        queue_ids=("mail",),
        offered_contacts=zeros,
        aht_s=zeros,
        workload_erlangs=zeros,
        base_agents=zeros,
        scheduled_agents=zeros + 5,
        binding=np.full((1, 2), "due"),
        deferred=(
            DeferredWork(
                queue_id="mail",
                arrival_idx=np.array([0]),
                due_idx=np.array([2]),
                work_hours=np.array([1.25]),
            ),
        ),
    )
    instance = roster_instance(folder(plan(queues=(mail,))), requirement)
    start = instance.window_start_idx
    assert instance.deferred[0].arrival_idx.tolist() == [start]
    assert instance.deferred[0].due_idx.tolist() == [start + 4]
    assert instance.deferred[0].work_hours.sum() == pytest.approx(1.25)
    assert instance.scheduled_agents.sum() == 0


def test_pay_converts_currency_and_adds_night_and_holiday_premia():
    place = site(
        night_premium_fraction=0.25,
        holiday_premium_fraction=1.0,
        holidays="premium",
        country="PL",
    )
    rate = ExchangeRate(
        month="2026-10",
        source_currency="EUR",
        target_currency="JPY",
        rate=160.0,
        source="test",
    )
    people = (
        agent("E"),
        agent("J", hourly_cost_minor=1600, currency="JPY"),
    )
    the_plan = plan(sites={"krakow": place})
    instance = roster_instance(folder(the_plan, agents=people, exchange_rates=(rate,)))
    noon = at(instance, "2026-10-26T12:00+01:00")
    night = at(instance, "2026-10-26T23:00+01:00")
    all_saints = at(instance, "2026-11-01T12:00+01:00")
    quarter = 4000 * 1000 // 4  # 40.00 EUR an hour, thousandths of a cent
    assert instance.pay[0, noon] == quarter
    assert instance.pay[0, night] == quarter * 5 // 4
    assert instance.pay[0, all_saints] == 2 * quarter
    assert instance.pay[1, noon] == 1000 * 1000 // 4  # 1,600 JPY are 10.00 EUR
    assert instance.night[0, night]
    assert not instance.night[0, noon]


def test_missing_exchange_rate_is_an_input_problem():
    people = (agent("J", currency="JPY"),)
    with pytest.raises(InputError, match="no rate from JPY to EUR for 2026-10"):
        roster_instance(folder(agents=people))


def test_paid_leave_is_credited_a_fifth_of_the_week():
    leave = TimeOffRow(
        agent_id="A1",
        from_wall_minute=wall_minute(date(2026, 10, 28)),
        to_wall_minute=wall_minute(date(2026, 10, 29), 120),
        kind="vacation",
        paid=True,
        row=2,
    )
    instance = roster_instance(folder(time_off=(leave,)))
    (block,) = [b for b in instance.blocked if b.kind == "time_off"]
    assert dict(block.credited_minutes) == {
        date(2026, 10, 28): 480,
        date(2026, 10, 29): 120,
    }
    assert block.label == "time_off.csv row 2 (vacation)"


def test_unavailable_night_crosses_midnight():
    row = AvailabilityRow(
        agent_id="A1",
        weekday=0,
        day=None,
        from_minute=22 * 60,
        to_minute=30 * 60,
        kind="unavailable",
        weight=1.0,
        row=2,
    )
    instance = roster_instance(folder(availability=(row,)))
    spans = blocked(instance, "unavailable")
    # The Monday after the plan counts too: a Sunday night shift could reach it.
    assert len(spans) == 2
    assert spans[0] == (
        datetime(2026, 10, 26, 21, tzinfo=UTC),
        datetime(2026, 10, 27, 5, tzinfo=UTC),
    )


def test_weekly_available_rows_block_everything_else():
    row = AvailabilityRow(
        agent_id="A1",
        weekday=2,
        day=None,
        from_minute=8 * 60,
        to_minute=14 * 60,
        kind="available",
        weight=1.0,
        row=2,
    )
    instance = roster_instance(folder(availability=(row,)))
    free = np.ones(instance.grid.num_intervals, dtype=bool)
    for block in instance.blocked:
        free[max(block.start_idx, 0) : block.end_idx] = False
    start = at(instance, "2026-10-28T08:00+01:00")
    week = slice(instance.window_start_idx, instance.window_end_idx)
    assert free[week].sum() == 24
    assert free[start : start + 24].all()


def test_dated_available_row_restricts_that_date_only():
    row = AvailabilityRow(
        agent_id="A1",
        weekday=None,
        day=date(2026, 10, 28),
        from_minute=8 * 60,
        to_minute=14 * 60,
        kind="available",
        weight=1.0,
        row=2,
    )
    instance = roster_instance(folder(availability=(row,)))
    steps = sum(b.end_idx - b.start_idx for b in instance.blocked)
    assert steps == 96 - 24


def test_closed_site_holiday_and_employment_dates_block():
    place = site(holidays="closed", country="PL")
    people = (
        agent("A1", valid_from=date(2026, 10, 28)),
        agent("A2", valid_to=date(2026, 10, 30)),
    )
    instance = roster_instance(folder(plan(sites={"krakow": place}), agents=people))
    holidays = [b for b in instance.blocked if b.kind == "holiday"]
    assert {b.agent_id for b in holidays} == {"A1", "A2"}
    assert all(date(2026, 11, 1) in b.credited_minutes for b in holidays)
    before, after = [b for b in instance.blocked if b.kind == "not_employed"]
    assert before.end_idx == at(instance, "2026-10-28T00:00+01:00")
    assert after.start_idx == at(instance, "2026-10-31T00:00+01:00")


def test_previous_roster_becomes_carry_over_with_paid_kinds():
    def row(start, end, activity):
        return RosterRow(
            agent_id="A1",
            site_id="krakow",
            date_local=date(2026, 10, 25),
            start_utc=datetime.fromisoformat(start),
            end_utc=datetime.fromisoformat(end),
            activity=activity,
            queue_id="",
            row=2,
        )

    rows = (
        row("2026-10-25T10:00+00:00", "2026-10-25T10:30+00:00", "meal"),
        row("2026-10-25T07:00+00:00", "2026-10-25T10:00+00:00", "work"),
        row("2026-10-25T10:30+00:00", "2026-10-25T15:30+00:00", "work"),
    )
    instance = roster_instance(folder(previous_roster=rows))
    (shift,) = instance.carry_over
    assert shift.end_idx - shift.start_idx == 34
    assert shift.paid_steps == 32
    assert shift.end_idx == at(instance, "2026-10-25T15:30+00:00")


def test_cold_start_without_previous_roster_and_none_with_one():
    always = plan(queues=(queue(opening=OpeningHours(spans=ALL_DAY)),))
    cold = roster_instance(folder(always, previous_roster=None))
    assert cold.grid.instant(cold.cold_start_end_idx) == datetime(
        2026, 10, 26, 6, tzinfo=UTC
    )  # the first day shift starts at 07:00 in Warsaw
    warm = roster_instance(folder(always))
    assert warm.cold_start_end_idx == warm.window_start_idx


def test_two_week_plan_numbers_its_weeks():
    instance = roster_instance(folder(plan(weeks=2)))
    weeks = [day.week for day in instance.planned_days["A1"]]
    assert weeks == [0] * 7 + [1] * 7
    length = timedelta(
        minutes=15 * (instance.window_end_idx - instance.window_start_idx)
    )
    assert length == timedelta(days=14)


def test_preferences_are_spans_of_the_plans_dates():
    row = AvailabilityRow(
        agent_id="A1",
        weekday=6,
        day=None,
        from_minute=0,
        to_minute=1440,
        kind="avoid",
        weight=2.0,
        row=3,
    )
    instance = roster_instance(folder(availability=(row,)))
    (wish,) = instance.preferences
    assert (wish.kind, wish.weight) == ("avoid", 2.0)
    assert wish.start_idx == at(instance, "2026-11-01T00:00+01:00")
    assert replace(wish, weight=1.0).end_idx == at(instance, "2026-11-02T00:00+01:00")


def test_sundays_and_skills_are_paid_on_top():
    # Monday 26 October to Sunday 1 November; the wage is 20.00 an hour.
    place = site(
        "krakow",
        zone="Europe/Warsaw",
        sunday_premium_fraction=0.5,
        skill_premia=(("ja", 3, 0.10), ("en", 0, 0.05)),
    )
    people = (
        agent("A1", skills={"en": 0, "ja": 3}, hourly_cost_minor=2000, currency="EUR"),
        agent("A2", skills={"ja": 2}, hourly_cost_minor=2000, currency="EUR"),
    )
    the_plan = plan(sites={"krakow": place})
    instance = roster_instance(folder(the_plan, agents=people))
    step = 2000 * 1000 // 4
    saturday = at(instance, "2026-10-31T23:45+01:00")
    sunday = at(instance, "2026-11-01T00:00+01:00")
    assert instance.pay[0, saturday] == round(1.15 * step)
    assert instance.pay[0, sunday] == round(1.65 * step)
    assert instance.pay[1, saturday] == step
    assert instance.pay[1, sunday] == round(1.5 * step)
