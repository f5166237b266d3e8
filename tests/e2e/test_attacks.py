"""Hostile plans, people and figures: one clear message, the right exit code."""

import csv
import json
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from support.attacks import CREW, QUICK, edit, manifest_of, names_in
from support.tiny_folders import write_tiny

import wfm.api
from solver.outcome import SolveLimits
from wfm.calendar.local import zone


def test_wrong_zone_names_the_place_and_the_right_one(run, tiny):
    edit(tiny / "plan.yaml", "zone: Europe/Warsaw", "zone: Europe/Warsow")
    for command in ("check", "forecast", "plan", "verify"):
        code, said = run(command, tiny)
        assert code == 1
        assert "plan.yaml:3:7" in said
        assert "did you mean 'Europe/Warsaw'" in said
    assert not (tiny / "out").exists()


def test_wrong_zone_of_an_agent(run, tiny):
    edit(tiny / "agents.csv", "hourly_cost", "zone,hourly_cost")
    edit(tiny / "agents.csv", ",20", ",Mars/Base,20")
    code, said = run("check", tiny)
    assert code == 1
    assert "agents.csv:2:zone" in said
    assert "Mars/Base" in said


@pytest.mark.parametrize("place", ["plan.yaml", "agents.csv"])
def test_unknown_currency(run, tiny, place):
    if place == "plan.yaml":
        edit(tiny / place, "currency: EUR", "currency: EURO")
    else:
        edit(tiny / place, "hourly_cost", "currency,hourly_cost")
        edit(tiny / place, ",20", ",EURO,20")
    code, said = run("check", tiny)
    assert code == 1
    assert f"{place}:" in said
    assert "unknown currency 'EURO'" in said


@pytest.mark.parametrize(
    ("week", "window_hours"),
    [
        # Warsaw springs forward on Sunday the 29th, falls back on Sunday the 25th;
        # Denver falls back on Sunday the 1st, which Warsaw's week does not feel
        (date(2026, 3, 23), 167),
        (date(2026, 10, 19), 169),
        (date(2026, 10, 26), 168),
    ],
)
def test_weeks_with_clock_changes(tmp_path, week, window_hours):
    directory = write_tiny(
        tmp_path / "plan",
        week=week,
        agents=CREW,
        hours="{daily: 24h}",
        start="06:00-22:00",
        offered="6",
    )
    plan = wfm.api.load(directory)
    result = plan.roster(limits=SolveLimits(max_time_s=3))
    assert result.status == "ok"
    assert result.certificate.violations == ()
    sized = result.requirement.offered_contacts[0] > 0
    assert sized.sum() == window_hours * 2
    clocks = dict(CREW)
    shifts = result.solved.roster.shifts
    assert {shift.agent_id for shift in shifts} == set(clocks)
    for shift in shifts:
        start, end = (
            result.instance.grid.instant(idx)
            for idx in (shift.start_idx, shift.end_idx)
        )
        assert end - start == timedelta(hours=8)
        local = start.astimezone(zone(clocks[shift.agent_id]))
        assert local.date() == shift.date_local
        assert week <= shift.date_local < week + timedelta(days=7)
        assert (6, 0) <= (local.hour, local.minute) <= (22, 0)
        assert local.minute in (0, 30)


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        ("", "the file is empty"),
        ("queue,start,offered\n", "there is no row"),
        ("queue,start\nphone,2026-10-12T09:00Z\n", "'offered' is missing"),
        ("\x00\x01\x02", "history.csv"),
    ],
)
def test_history_without_content(run, tiny, content, said_of_it):
    (tiny / "history.csv").write_text(content, encoding="utf-8")
    for command in ("check", "forecast"):
        code, said = run(command, tiny)
        assert code == 1
        assert "history.csv:" in said
        assert said_of_it in said
    assert not (tiny / "out").exists()


def test_no_agent(run, tiny):
    header = (tiny / "agents.csv").read_text(encoding="utf-8").splitlines()[0]
    (tiny / "agents.csv").write_text(header + "\n", encoding="utf-8")
    code, said = run("roster", tiny, *QUICK)
    assert code == 1
    assert "agents.csv:2: there is no agent" in said
    assert run("forecast", tiny)[0] == 0  # which asks for nobody


def test_one_agent_without_previous_roster(run, tiny):
    code, said = run("plan", tiny, "--seconds", 60)
    assert code == 0, said
    with (tiny / "out" / "roster.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # 2 contacts of 300 s in each half hour of five days: she is always needed
    assert {row["agent_id"] for row in rows} == {"A1"}
    assert {row["date_local"] for row in rows} == {
        f"2026-10-{day}" for day in range(26, 31)
    }
    assert manifest_of(tiny)["search"]["stop_reason"] == "optimal"
    assert run("verify", tiny)[0] == 0


def test_zero_volume_needs_nobody(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", offered="0")
    code, said = run("plan", directory, *QUICK)
    assert code == 0, said
    with (directory / "out" / "requirement.csv").open(encoding="utf-8") as file:
        assert {row["scheduled_agents"] for row in csv.DictReader(file)} == {"0"}
    roster = (directory / "out" / "roster.csv").read_text(encoding="utf-8")
    assert len(roster.splitlines()) == 1


def test_a_guarantee_that_an_absence_breaks(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", guaranteed=1)
    (directory / "time_off.csv").write_text(
        "agent_id,from_local,to_local,kind\nA1,2026-10-27,2026-10-27,leave\n",
        encoding="utf-8",
    )
    code, said = run("plan", directory, "--seconds", 30)
    assert code == 1
    assert "the guarantee can't be met" in said
    # Warsaw is one hour ahead of UTC after the 25th
    assert (
        "phone: 1 missing Tue 2026-10-27 08:00 to Tue 16:00 UTC "
        "(Tue 09:00 to Tue 17:00 Europe/Warsaw)"
    ) in said
    assert said.count(" missing Tue") == 1
    assert " missing Mon" not in said
    cured = next(line for line in said.splitlines() if "cured if any" in line)
    assert "time_off.csv" in cured or "leave" in cured
    assert "%" not in next(line for line in said.splitlines() if "objective" in line)
    assert manifest_of(directory)["status"] == "without_guarantee"
    assert manifest_of(directory)["search"]["gap"] is None
    roster = (directory / "out" / "roster.csv").read_text(encoding="utf-8")
    assert "2026-10-26" in roster
    assert "2026-10-27" not in roster
    certificate = json.loads((directory / "out" / "certificate.json").read_text())
    assert certificate["ok"] is False
    assert run("verify", directory)[0] == 1


def test_a_guarantee_that_nothing_cures(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", guaranteed=3)
    code, said = run("roster", directory, "--seconds", 30)
    assert code == 1
    assert "no single rule or absence cures it" in said
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        lines = [line for line in said.splitlines() if f"missing {day} 2026" in line]
        assert len(lines) == 1
        assert lines[0].startswith("  phone: 2 missing")


def test_an_agent_with_an_impossible_week(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", min_hours=32)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    lines = [f"A1,{day},00:00,24:00,unavailable" for day in days]
    (directory / "availability.csv").write_text(
        "\n".join(["agent_id,weekday,from_local,to_local,kind", *lines]) + "\n",
        encoding="utf-8",
    )
    code, said = run("plan", directory, *QUICK)
    assert code == 1
    line = next(line for line in said.splitlines() if "no legal week" in line)
    assert "A1" in line
    assert "rule weekly_hours" in line
    assert "rule availability" in line
    assert "min_rest" not in line  # it has nothing to do with it
    assert not (directory / "out").exists()


def test_numbers_too_large_are_told_with_their_limit(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", offered="1000000000000")
    code, said = run("plan", directory, *QUICK)
    assert code == 1
    assert "history.csv:2:offered" in said
    assert "from 0 to 10,000,000" in said


def test_the_largest_numbers_are_planned(run, tmp_path):
    directory = write_tiny(tmp_path / "plan", offered="10000000")
    code, said = run("plan", directory, *QUICK)
    assert code == 0, said
    search = manifest_of(directory)["search"]
    assert 0 < search["bound"] <= search["objective"]
    assert sum(search["terms"].values()) == search["objective"]
    assert "too many to simulate" in said


def test_names_of_every_script(run, tmp_path):
    names = ("山田-1", "Zażółć gęślą", "[red]x[/red]", "../../evil", "a/b", "=1+1")
    directory = write_tiny(
        tmp_path / "deep" / "plän [bold]",
        agents=[(name, "Europe/Warsaw") for name in names],
        offered="24",
        queue="téléphone",
    )
    code, said = run("plan", directory, "--ics", *QUICK)
    assert code == 0, said
    assert "plän [bold]" in said
    assert "téléphone" in said
    calendars = list((directory / "out" / "calendars").iterdir())
    assert len(calendars) == len(names)
    assert names_in(tmp_path) == {"deep"}
    assert names_in(tmp_path / "deep") == {directory.name}
    assert run("verify", directory)[0] == 0
    report = (directory / "out" / "report.html").read_text(encoding="utf-8")
    assert json.dumps("山田-1").strip('"') in report
    book = openpyxl.load_workbook(directory / "out" / "roster.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=1+1" in {cell.value for cell in cells if cell.data_type == "s"}
    assert "=1+1" not in {cell.value for cell in cells if cell.data_type == "f"}


def test_weeks_alone_count_from_the_plan_s_first_day(run, tiny, tmp_path):
    out = tmp_path / "two.csv"
    assert run("forecast", tiny, "--weeks", 2, "--out", out)[0] == 0
    with out.open(encoding="utf-8", newline="") as file:
        starts = [row["start_local"] for row in csv.DictReader(file)]
    assert starts[0].startswith("2026-10-26T00:00")
    assert len(starts) == 14 * 48
    assert datetime.fromisoformat(starts[-1]).date() == date(2026, 11, 8)


def test_a_previous_roster_of_the_planned_week_is_refused(run, tiny):
    assert run("roster", tiny, *QUICK)[0] == 0
    (tiny / "out" / "roster.csv").rename(tiny / "previous_roster.csv")
    for command in ("check", "roster"):
        code, said = run(command, tiny)
        assert code == 1
        assert "previous_roster.csv:2:date_local: 5 rows" in said
        assert "locked_roster.csv" in said


def test_locked_shifts_that_break_a_rule_are_told(run, tiny):
    (tiny / "locked_roster.csv").write_text(
        "agent_id,site,date_local,start_utc,end_utc,activity,queue\n"
        "A1,s0,2026-10-26,2026-10-26T08:00Z,2026-10-26T16:00Z,work,\n"
        "A1,s0,2026-10-27,2026-10-26T23:00Z,2026-10-27T07:00Z,work,\n",
        encoding="utf-8",
    )
    code, said = run("roster", tiny, *QUICK)
    assert code == 1
    line = next(line for line in said.splitlines() if "no legal week" in line)
    assert "A1" in line
    assert "rule locked" in line
    assert "rule min_rest" in line


def test_a_queue_that_nobody_can_serve_is_named(run, tiny):
    edit(tiny / "plan.yaml", "requires: [en]", "requires: [fr]")
    code, said = run("check", tiny)
    assert code == 0
    assert "phone: 0 agents with fr" in said


def test_the_planner_s_own_requirement_needs_no_history(run, tiny):
    assert run("staff", tiny)[0] == 0
    own = tiny / "mine.csv"
    (tiny / "out" / "requirement.csv").rename(own)
    (tiny / "history.csv").unlink()
    code, said = run("plan", tiny, "--requirement", own, *QUICK)
    assert code == 0, said
    assert manifest_of(tiny)["external"] == {"requirement": "mine.csv"}


def test_a_cold_start_is_told(run, tmp_path):
    directory = write_tiny(
        tmp_path / "plan",
        agents=[(f"D{i}", "America/Denver") for i in range(8)],
        hours="{daily: 24h}",
        start="00:00-23:30",
        guaranteed=1,
    )
    # Denver's Monday begins at 06:00 UTC, seven hours into Warsaw's
    told = "not judged without a previous roster, Mon 2026-10-26 00:00 to 07:00"
    code, said = run("roster", directory, "--seconds", 6)
    assert code == 0, said
    assert said.count(told) == 1
    code, said = run("verify", directory)
    assert code == 0
    assert f"phone: {told} Europe/Warsaw" in said
