"""The commands on a small plan, as a planner runs them: init to verify."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from support.tiny_folders import write_tiny

WFM = [sys.executable, "-m", "wfm.cli"]


def wfm(*args, cwd=None, env=None):
    return subprocess.run(
        [*WFM, *map(str, args)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **(env or {})},
    )


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A single-site plan after `wfm plan`, and what the command printed."""
    directory = tmp_path_factory.mktemp("plan") / "site"
    assert wfm("init", directory, "--template", "single-site").returncode == 0
    done = wfm("plan", directory, "--seconds", 5, "--ics")
    assert done.returncode == 0, done.stdout + done.stderr
    return directory, done.stdout


@pytest.fixture
def plan(planned, tmp_path):
    """A private copy of the planned folder."""
    target = tmp_path / "plan"
    shutil.copytree(planned[0], target)
    return target


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_plan_writes_every_export(planned):
    out = planned[0] / "out"
    names = {path.name for path in out.iterdir()}
    assert names >= {
        "forecast.csv",
        "requirement.csv",
        "history_log.csv",
        "roster.csv",
        "roster.xlsx",
        "allocation.csv",
        "certificate.json",
        "manifest.json",
        "report.html",
        "pages",
        "calendars",
    }
    assert "report.html" in planned[1]


def test_columns_are_those_of_the_contract(planned):
    out = planned[0] / "out"
    columns = {
        "forecast.csv": "queue,start_utc,start_local,mean,p10,p50,p90,aht_s",
        "requirement.csv": "queue,start_utc,offered_contacts,aht_s,"
        "workload_erlangs,base_agents,scheduled_agents,binding",
        "roster.csv": "agent_id,site,date_local,start_utc,end_utc,activity,queue",
        "allocation.csv": "queue,start_utc,group,agents",
    }
    for name, expected in columns.items():
        assert (out / name).read_text(encoding="utf-8").splitlines()[0] == expected


def test_manifest_tells_bound_gap_and_inputs(planned):
    manifest = json.loads((planned[0] / "out" / "manifest.json").read_text())
    search = manifest["search"]
    assert search["bound"] <= search["objective"]
    assert search["gap"] == pytest.approx(
        1 - search["bound"] / search["objective"], abs=1e-6
    )
    assert manifest["violations"] == 0
    assert "plan.yaml" in manifest["inputs_sha256"]
    assert manifest["versions"]["ortools"].startswith("9.")
    assert sum(search["terms"].values()) == search["objective"]


def test_verify_agrees_and_works_without_ortools(plan, tmp_path):
    blocker = tmp_path / "block"
    (blocker / "ortools").mkdir(parents=True)
    (blocker / "ortools" / "__init__.py").write_text(
        'raise ImportError("ortools is blocked")'
    )
    done = wfm("verify", plan, env={"PYTHONPATH": str(blocker)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 violations" in done.stdout
    certificate = json.loads((plan / "out" / "certificate.json").read_text())
    assert certificate["ok"] is True


def test_verify_finds_a_hand_made_breach(plan):
    path = plan / "out" / "roster.csv"
    table = rows(path)
    victim = table[0]["agent_id"]
    day = table[0]["date_local"]
    kept = [
        row
        for row in table
        if not (
            row["agent_id"] == victim
            and row["date_local"] == day
            and row["activity"] == "meal"
        )
    ]
    assert len(kept) < len(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    done = wfm("verify", plan)
    assert done.returncode == 1
    assert victim in done.stdout
    assert day in done.stdout


def test_stages_take_the_planners_own_files(plan):
    assert wfm("staff", plan).returncode == 0
    own = plan / "my_requirement.csv"
    shutil.copy(plan / "out" / "requirement.csv", own)
    done = wfm("roster", plan, "--requirement", own, "--seconds", 3)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((plan / "out" / "manifest.json").read_text())
    assert manifest["external"] == {"requirement": "my_requirement.csv"}


def test_a_stale_stage_file_is_refused(plan):
    forecast = plan / "out" / "forecast.csv"
    history = next(plan.glob("history*"))
    with history.open("ab") as file:
        file.write(b"")
    os.utime(history)
    assert wfm("staff", plan, "--forecast", forecast).returncode == 0
    assert wfm("forecast", plan).returncode == 0
    text = (plan / "plan.yaml").read_text(encoding="utf-8")
    (plan / "plan.yaml").write_text(text + "\n# changed\n", encoding="utf-8")
    done = wfm("staff", plan, "--forecast", forecast)
    assert done.returncode == 1
    assert "wfm forecast" in done.stderr + done.stdout


def test_bad_input_computes_nothing(plan):
    before = (plan / "out" / "roster.csv").read_bytes()
    with (plan / "agents.csv").open("a", encoding="utf-8") as file:
        file.write("X-1,nowhere,none,en\n")
    done = wfm("plan", plan, "--seconds", 3)
    assert done.returncode == 1
    assert "agents.csv" in done.stderr + done.stdout
    assert (plan / "out" / "roster.csv").read_bytes() == before


def test_usage_errors_are_exit_code_two(tmp_path):
    assert wfm("plan", tmp_path / "absent").returncode == 2
    assert wfm("forecast", tmp_path, "--as-of", "soon").returncode == 2
    assert wfm("init", tmp_path / "x", "--template", "glob").returncode == 2
    assert wfm("nonsense").returncode == 2


def test_forecast_as_of_writes_whole_local_days(plan, tmp_path):
    out = tmp_path / "forecast.csv"
    done = wfm("forecast", plan, "--as-of", "2026-10-12", "--weeks", 2, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    table = rows(out)
    for queue in {row["queue"] for row in table}:
        starts = [row["start_local"] for row in table if row["queue"] == queue]
        assert starts[0].startswith("2026-10-12T00:00")
        assert starts[-1].startswith("2026-10-25T23:30")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_keeps_the_best_roster(plan):
    shutil.rmtree(plan / "out")
    process = subprocess.Popen(
        [*WFM, "plan", str(plan), "--seconds", "120"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    seen = ""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and "best " not in seen:
        seen += process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=90)
    assert process.returncode == 0, seen + output + errors
    manifest = json.loads((plan / "out" / "manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert wfm("verify", plan).returncode == 0


def test_ctrl_c_before_any_roster_writes_nothing(plan):
    shutil.rmtree(plan / "out")
    slow_start = (
        "import sys, time, wfm.cli.app, wfm.commands.planning\n"
        "def wait(run): print('ready', flush=True); time.sleep(60)\n"
        "wfm.commands.planning.check_fresh = wait\n"
        "wfm.cli.app.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", slow_start, "plan", str(plan)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    assert "Traceback" not in errors
    assert not (plan / "out").exists()


def test_help_is_light():
    code = (
        "import sys, wfm.cli.app; heavy = {'pandas', 'ortools', 'numba', 'scipy',"
        " 'matplotlib', 'pydantic'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "plan" in wfm("--help").stdout


def test_one_seed_and_rounds_give_one_roster(tmp_path):
    people = [(f"A{i}", "Europe/Warsaw") for i in range(9)]  # too many to solve whole
    plan = write_tiny(tmp_path / "plan", agents=people, offered="20")
    rosters = []
    for _ in range(2):
        done = wfm("roster", plan, "--rounds", 1, "--seed", 7, "--seconds", 600)
        assert done.returncode == 0, done.stdout + done.stderr
        rosters.append((plan / "out" / "roster.csv").read_bytes())
        manifest = json.loads((plan / "out" / "manifest.json").read_text())
        assert manifest["search"]["reproducible"] is True
        assert manifest["search"]["stop_reason"] == "deterministic"
    assert rosters[0] == rosters[1]


def test_three_lines_of_python(planned):
    import wfm.api

    plan = wfm.api.load(planned[0])
    base = plan.staff().to_frame()["scheduled_agents"].sum()
    queue = next(iter(plan.read(frozenset()).plan.queues)).queue_id
    longer = plan.with_({f"queues.{queue}.volume_scale": 1.5}).staff()
    assert longer.to_frame()["scheduled_agents"].sum() > base
    assert longer.plot(queue).axes
