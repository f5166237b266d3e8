"""`wfm simulate`: a small roster, its tables and files, and the report's section."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from support.report_cases import report_case
from support.tiny_folders import run_wfm, write_tiny

from wfm import api
from wfm.domain.demand import VolumeForecast
from wfm.domain.errors import UsageError
from wfm.evaluation.simulated import SimulationSettings, simulate_roster
from wfm.evaluation.simulated_demand import day_variation
from wfm.report.html import render_html
from wfm.report.simulated import wait
from wfm.report.simulated_section import simulated_context

HEADER = "agent_id,site,date_local,start_utc,end_utc,activity,queue"


def plan_with_roster(directory):
    """Two people in one office, Monday 09:00 to 17:00 with a break, Warsaw time."""
    zone = "Europe/Warsaw"
    write_tiny(directory, agents=(("A1", zone), ("A2", zone)), offered="6")
    rows = [HEADER]
    for agent in ("A1", "A2"):
        for start, end in (("08:00", "11:00"), ("11:30", "16:00")):
            day = "2026-10-26"
            rows.append(f"{agent},s0,{day},{day}T{start}Z,{day}T{end}Z,work,")
    roster = directory / "by_hand.csv"
    roster.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return roster


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    directory = tmp_path_factory.mktemp("simulate") / "plan"
    return directory, plan_with_roster(directory)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_simulate_writes_its_files_and_leaves_the_others(plan, capsys, monkeypatch):
    directory, roster = plan
    out = directory / "out"
    out.mkdir()
    (out / ".wfm-output").touch()
    (out / "forecast.csv").write_text("mine\n", encoding="utf-8")
    arguments = ("simulate", directory, "--roster", roster, "--replications", 30)
    code, said = run_wfm(capsys, monkeypatch, *arguments)
    assert code == 0, said
    assert "30 simulated runs, seed 1" in said
    assert (out / "forecast.csv").read_text(encoding="utf-8") == "mine\n"
    first = (out / "simulation.csv").read_bytes()
    run_wfm(capsys, monkeypatch, *arguments)
    assert (out / "simulation.csv").read_bytes() == first
    record = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    assert record["simulation"]["replications"] == 30
    assert record["roster"] == "by_hand.csv"
    assert "history.csv" in record["inputs_sha256"]


def test_simulation_csv_tells_every_interval(plan, capsys, monkeypatch):
    directory, roster = plan
    run_wfm(capsys, monkeypatch, "simulate", directory, "--roster", roster)
    rows = rows_of(directory / "out" / "simulation.csv")
    assert len(rows) == 7 * 48
    monday = [row for row in rows if row["start_utc"].startswith("2026-10-26")]
    at = {row["start_utc"][11:16]: row for row in monday}
    # Nobody comes before opening; both are there at nine (08:00 UTC), none at the meal.
    assert at["06:00"]["offered_contacts"] == "0"
    assert at["06:00"]["service_level"] == ""
    assert float(at["09:00"]["offered_contacts"]) == pytest.approx(6.0, abs=1.0)
    assert float(at["09:00"]["service_level"]) > 0.6
    assert float(at["11:00"]["service_level"]) < 0.3
    low, value, high = (
        float(at["09:00"][f"service_level{end}"]) for end in ("_low", "", "_high")
    )
    assert low < value < high
    assert 0.2 < float(at["09:00"]["occupancy"]) < 0.9
    # On Tuesday nobody works: no one is answered.
    tuesday = [row for row in rows if row["start_utc"] == "2026-10-27T09:00Z"]
    assert float(tuesday[0]["service_level"]) == 0.0


def test_the_python_twin_gives_frames_and_figures(plan):
    directory, roster = plan
    few = SimulationSettings(replications=20, seed=3)
    result = api.load(directory).simulate(roster, settings=few)
    frame = result.to_frame()
    assert list(frame["queue"].unique()) == ["phone"]
    assert str(frame["start_utc"].dtype).endswith("UTC]")
    assert frame["offered_contacts"].sum() == pytest.approx(5 * 16 * 6, rel=0.1)
    assert result.plot().axes
    absent = api.load(directory).simulate(
        roster, settings=replace(few, absence="none", busyness=True)
    )
    assert absent.service.result.replications == 20


def test_a_missing_roster_is_told(plan, capsys, monkeypatch):
    directory, _ = plan
    code, said = run_wfm(
        capsys, monkeypatch, "simulate", directory, "--roster", directory / "none.csv"
    )
    assert code == 1
    assert "none.csv" in said


def test_the_report_shows_the_simulation_beside_the_formula():
    case = report_case()
    without = simulated_context(case)
    assert without["simulated"] == []
    service = simulate_roster(
        case.instance,
        case.roster,
        case.requirement,
        settings=SimulationSettings(replications=20),
    )
    found = simulated_context(replace(case, simulation=service))
    assert [row["id"] for row in found["simulated"]] == [
        queue.queue_id for queue in case.instance.queues
    ]
    for row in found["simulated"]:
        assert row["erlang"].endswith("%")
        assert 0.0 <= float(row["at"]) <= 100.0
    deferred = [row for row in found["simulated"] if row["deferred"]]
    assert deferred
    assert all(row["lost"] == "" for row in deferred)
    assert "20 runs of the plan" in found["simulated_words"]
    late = [float(row["late"].replace(",", "")) for row in found["worst_hours"]]
    assert late == sorted(late, reverse=True)
    page = render_html(replace(case, simulation=service))
    assert "Service, simulated contact by contact" in page
    assert "Service, simulated" not in render_html(case)


def test_pooled_people_are_not_counted_twice():
    # Whoever is at work serves one contact at a time (a chat has its own places).
    case = report_case()
    service = simulate_roster(
        case.instance,
        case.roster,
        case.requirement,
        settings=SimulationSettings(replications=5, absence="none"),
    )
    rostered = sum(
        span.end_idx - span.start_idx
        for shift in case.roster.shifts
        for span in shift.working_spans
    )
    seconds = service.result.present_s.sum(axis=(1, 2))
    upper = rostered * case.instance.grid.interval_s
    assert (service.result.busy_s.sum(axis=(1, 2)) <= seconds + 1e-6).all()
    # Finishing the last contact after a span's end adds a little.
    assert (seconds < 1.1 * upper).all()


def test_the_variation_of_days_is_found_in_the_quantiles():
    case = report_case()
    grid = case.requirement.grid
    mean = np.full((1, grid.num_intervals), 100.0)
    sigma = np.sqrt(mean + (0.2 * mean) ** 2)
    quantiles = np.stack([mean + z * sigma for z in (-1.2815515655, 0.0, 1.2815515655)])
    forecast = VolumeForecast(
        grid=grid,
        queue_ids=("q",),
        levels=(0.1, 0.5, 0.9),
        mean=mean,
        quantiles=quantiles.transpose(1, 0, 2),
        aht_s=mean,
        first_idx=(0,),
        end_idx=(grid.num_intervals,),
    )
    assert day_variation(forecast)["q"] == pytest.approx(0.2, rel=1e-6)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3.25, "3.2 s"), (300.0, "5 min"), (9000.0, "2.5 h"), (np.nan, "")],
)
def test_waits_are_said_in_people_s_units(seconds, words):
    assert wait(seconds) == words


def test_nobody_at_work_answers_nobody(plan, capsys, monkeypatch, tmp_path):
    directory, _ = plan
    empty = tmp_path / "empty.csv"
    empty.write_text(HEADER + "\n", encoding="utf-8")
    code, said = run_wfm(capsys, monkeypatch, "simulate", directory, "--roster", empty)
    assert code == 0, said
    assert "0.0 %" in said


def test_a_figure_of_an_unknown_queue_is_refused(plan):
    directory, roster = plan
    few = SimulationSettings(replications=2)
    result = api.load(directory).simulate(roster, settings=few)
    with pytest.raises(UsageError, match="phone"):
        result.plot("nothing")
