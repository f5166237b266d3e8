"""Tables of out/: their columns and texts, and the planner's own in their place."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from support.io_cases import GRID, agents, instance, plan, write
from support.plan_folders import workbook

from solver.outcome import Allocation
from wfm.domain.demand import VolumeForecast
from wfm.domain.errors import InputError
from wfm.domain.plan import CleaningEntry
from wfm.domain.roster import Roster, Shift, WorkSpan
from wfm.domain.staffing import StaffingRequirement
from wfm.io.rosters import read_roster_rows
from wfm.io.tables import (
    ROSTER_HEADER,
    forecast_frame,
    number_text,
    read_forecast,
    read_requirement,
    requirement_frame,
    roster_frame,
    write_allocation,
    write_forecast,
    write_history_log,
    write_requirement,
    write_roster,
)

QUEUES = tuple(queue.queue_id for queue in plan().queues)


def forecast() -> VolumeForecast:
    shape = (3, GRID.num_intervals)
    mean = np.zeros(shape)
    mean[0, :4] = [0.0, 1.25, 2.0, 1e-9]
    mean[1, 100:102] = 3.0
    levels = np.array([0.5, 1.0, 1.5])
    return VolumeForecast(
        grid=GRID,
        queue_ids=QUEUES,
        levels=(0.1, 0.5, 0.9),
        mean=mean,
        quantiles=mean[:, None, :] * levels[None, :, None],
        aht_s=np.where(mean > 0, 300.0, 0.0),
        first_idx=(0, 100, 0),
        end_idx=(4, 102, 0),
    )


def requirement() -> StaffingRequirement:
    shape = (3, GRID.num_intervals)
    base = np.zeros(shape)
    base[0, 20] = 2.5
    base[1, 21] = np.inf
    base[2, 22] = 4.0
    binding = np.full(shape, "", dtype="<U13")
    binding[0, 20] = "service_level"
    return StaffingRequirement(
        grid=GRID,
        queue_ids=QUEUES,
        offered_contacts=np.ones(shape),
        aht_s=np.full(shape, 300.0),
        workload_erlangs=np.full(shape, 1 / 6),
        base_agents=base,
        scheduled_agents=base / 0.96,
        binding=binding,
    )


def test_forecast_rows_are_each_queues_own_range(tmp_path):
    path = tmp_path / "forecast.csv"
    write_forecast(path, plan(), forecast())
    assert path.read_text().splitlines() == [
        "queue,start_utc,start_local,mean,p10,p50,p90,aht_s",
        "phone_ja,2026-10-25T15:00Z,2026-10-26T00:00+09:00,0,0,0,0,0",
        "phone_ja,2026-10-25T15:30Z,2026-10-26T00:30+09:00,1.25,0.625,1.25,1.875,300",
        "phone_ja,2026-10-25T16:00Z,2026-10-26T01:00+09:00,2,1,2,3,300",
        "phone_ja,2026-10-25T16:30Z,2026-10-26T01:30+09:00,0,0,0,0,300",
        "chat_en,2026-10-27T17:00Z,2026-10-27T13:00-04:00,3,1.5,3,4.5,300",
        "chat_en,2026-10-27T17:30Z,2026-10-27T13:30-04:00,3,1.5,3,4.5,300",
    ]


def test_forecast_reads_back_as_it_was(tmp_path):
    path = tmp_path / "forecast.csv"
    before = forecast()
    write_forecast(path, plan(), before)
    after = read_forecast(path, plan(), GRID)
    for name in ("mean", "quantiles", "aht_s"):
        assert np.allclose(getattr(after, name), getattr(before, name), atol=1e-6)
    assert after.first_idx == before.first_idx
    assert after.end_idx == before.end_idx
    own = read_forecast(path, plan())
    assert own.grid.start_utc == GRID.start_utc
    assert own.grid.num_intervals == 102


def test_a_forecast_needs_its_quantiles(tmp_path):
    without = VolumeForecast(
        grid=GRID,
        queue_ids=QUEUES,
        levels=(0.5,),
        mean=forecast().mean,
        quantiles=forecast().mean[:, None, :],
        aht_s=forecast().aht_s,
        first_idx=(0, 0, 0),
        end_idx=(0, 0, 0),
    )
    with pytest.raises(ValueError, match=r"no quantile 0\.1"):
        write_forecast(tmp_path / "f.csv", plan(), without)


def test_requirement_covers_the_plans_dates_in_its_zone(tmp_path):
    path = tmp_path / "requirement.csv"
    write_requirement(path, plan(), requirement())
    lines = path.read_text().splitlines()
    # Warsaw is an hour ahead of UTC after the change: from Sunday 23:00Z, 7 days
    assert len(lines) == 1 + 3 * 7 * 48
    assert lines[1].startswith("phone_ja,2026-10-25T23:00Z,1,300,0.166667,0,0,")
    assert lines[336].startswith("phone_ja,2026-11-01T22:30Z,")
    assert "phone_ja,2026-10-26T01:00Z,1,300,0.166667,2.5,2.604167,service_level" in (
        lines
    )
    assert "chat_en,2026-10-26T01:30Z,1,300,0.166667,inf,inf," in lines


def test_requirement_reads_back_with_deferred_work(tmp_path):
    path = tmp_path / "requirement.csv"
    write_requirement(path, plan(), requirement())
    after = read_requirement(path, plan())
    assert after.grid.start_utc == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert after.base_agents[0, 4] == 2.5
    assert np.isinf(after.scheduled_agents[1, 5])
    assert after.binding[0, 4] == "service_level"
    (work,) = after.deferred  # 'second' is a callback queue: due by midnight in Tokyo
    assert work.queue_id == "second"
    assert work.work_hours.tolist() == [pytest.approx(4 / 0.96 * 0.5)]
    due = after.grid.instant(int(work.due_idx[0]))
    assert due == datetime(2026, 10, 26, 15, tzinfo=UTC)


def test_a_requirement_of_three_columns_will_do(tmp_path):
    text = "queue,start_utc,scheduled_agents\nphone_ja,2026-10-26T01:00Z,3.5\n"
    found = read_requirement(write(tmp_path / "r.csv", text), plan())
    assert found.base_agents[0].tolist() == [3.5]


HEAD = "queue,start_utc,mean,aht_s\n"
ROW = "phone_ja,2026-10-25T15:00Z,1,300\n"


@pytest.mark.parametrize(
    ("rows", "row", "column", "message"),
    [
        ("phone_jq,2026-10-25T15:00Z,1,300\n", 2, "queue", "did you mean 'phone_ja'?"),
        ("phone_ja,2026-10-25T15:10Z,1,300\n", 2, "start_utc", "not on the grid"),
        ("phone_ja,2027-10-25T15:00Z,1,300\n", 2, "start_utc", "outside the plan"),
        ("phone_ja,2026-10-25T15:00Z,-1,300\n", 2, "mean", "too small"),
        ("phone_ja,2026-10-25T15:00Z,inf,300\n", 2, "mean", "can't be read"),
        ("phone_ja,2026-10-25T15:00Z,1,\n", 2, "aht_s", "blank"),
        (ROW + ROW, 3, "start_utc", "the interval stands in row 2 too"),
        (ROW + ROW.replace("15:00", "16:00"), 0, "", "1 intervals of phone_ja are"),
        (ROW, 0, "", "queue 'chat_en' has no row"),
        ("", 2, "", "there is no row"),
    ],
)
def test_faults_of_an_own_forecast(tmp_path, rows, row, column, message):
    path = write(tmp_path / "mine.csv", HEAD + rows)
    with pytest.raises(InputError) as caught:
        read_forecast(path, plan(), GRID)
    found = [p for p in caught.value.problems if message in p.message]
    assert [(p.file, p.row, p.column) for p in found] == [("mine.csv", row, column)]


def test_own_files_that_are_not_there(tmp_path):
    for read in (read_forecast, read_requirement):
        with pytest.raises(InputError, match=r"none\.csv: can't be read"):
            read(tmp_path / "none.csv", plan())
    with pytest.raises(InputError, match="can't be read"):
        read_roster_rows(tmp_path / "none.csv", plan(), agents())


def roster() -> Roster:
    work = WorkSpan(start_idx=40, end_idx=52, queue="phone_ja")
    meal = WorkSpan(start_idx=52, end_idx=56, activity="meal", paid=False)
    rest = WorkSpan(start_idx=56, end_idx=72)
    day = plan().first_date
    return Roster(
        shifts=(Shift(agent_id="F1", date_local=day, spans=(work, meal, rest)),)
    )


def test_roster_rows(tmp_path):
    path = tmp_path / "roster.csv"
    write_roster(path, instance(), roster())
    assert path.read_text() == (
        "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
        "F1,fukuoka,2026-10-26,2026-10-26T01:00Z,2026-10-26T04:00Z,work,phone_ja\n"
        "F1,fukuoka,2026-10-26,2026-10-26T04:00Z,2026-10-26T05:00Z,meal,\n"
        "F1,fukuoka,2026-10-26,2026-10-26T05:00Z,2026-10-26T09:00Z,work,\n"
    )


def test_work_at_home_adds_a_column(tmp_path):
    path = tmp_path / "roster.csv"
    shifts = tuple(replace(shift, where="home") for shift in roster().shifts)
    write_roster(path, instance(), Roster(shifts=shifts))
    header, *rows = path.read_text().splitlines()
    assert header.endswith(",queue,where")
    assert all(row.endswith(",home") for row in rows)


def test_an_edited_workbook_is_read_from_its_roster_sheet(tmp_path):
    header = list(ROSTER_HEADER)
    row = ["F1", "fukuoka", plan().first_date]
    times = [datetime(2026, 10, 26, hour) for hour in (1, 4)]  # noqa: DTZ001 - Excel
    path = tmp_path / "roster.xlsx"
    path.write_bytes(workbook([header, [*row, *times, "work", None]], sheet="roster"))
    (found,) = read_roster_rows(path, plan(), agents())
    assert found.start_utc == datetime(2026, 10, 26, 1, tzinfo=UTC)
    assert found.date_local == plan().first_date
    path.write_bytes(workbook([header], sheet="Roster 2"))
    with pytest.raises(InputError, match="no sheet 'roster', expected one of Roster 2"):
        read_roster_rows(path, plan(), agents())


def test_allocation_leaves_out_zeros(tmp_path):
    shares = np.zeros((2, 3, instance().grid.num_intervals))
    shares[1, 0, 4] = 0.5
    shares[0, 0, 3] = 2.0
    shares[0, 2, 3] = 1e-9
    allocation = Allocation(
        group_queues=(frozenset({"second", "phone_ja"}), frozenset({"phone_ja"})),
        group_agents=(frozenset({"F1"}), frozenset()),
        agents=shares,
    )
    path = tmp_path / "allocation.csv"
    write_allocation(path, instance(), allocation)
    assert path.read_text() == (
        "queue,start_utc,group,agents\n"
        "phone_ja,2026-10-25T15:45Z,phone_ja+second,2\n"
        "phone_ja,2026-10-25T16:00Z,phone_ja,0.5\n"
    )


def test_history_log(tmp_path):
    entry = CleaningEntry(
        file="history.csv", row=0, queue_id="q", start="", finding="a, b", action="c"
    )
    path = tmp_path / "history_log.csv"
    write_history_log(path, [entry])
    assert path.read_text() == (
        'file,row,queue,start,finding,action\nhistory.csv,,q,,"a, b",c\n'
    )


def test_frames_hold_the_same_with_real_times():
    frame = forecast_frame(plan(), forecast())
    assert frame["start_utc"].iloc[0] == GRID.start_utc
    assert frame["mean"].iloc[3] == 1e-9  # frames are not rounded
    assert requirement_frame(plan(), requirement()).shape == (3 * 7 * 48, 8)
    assert roster_frame(instance(), roster())["end_utc"].dt.hour.tolist() == [4, 5, 9]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (100.0, "100"), (0.1 + 0.2, "0.3"), (1e-9, "0"), (2.5e7, "25000000")],
)
def test_number_texts(value, text):
    assert number_text(value) == text
