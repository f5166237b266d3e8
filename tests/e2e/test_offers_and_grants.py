"""wfm offers and wfm grant on a small plan folder."""

import csv
from pathlib import Path

import pytest
from support.tiny_folders import run_wfm, write_tiny

CREW = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 4))
BEFORE = "2026-10-26T00:00+01:00"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rich.console import Console

    from wfm import api
    from wfm.cli.options import limits_of
    from wfm.commands.planning import roster
    from wfm.commands.run import Run

    directory = write_tiny(
        tmp_path_factory.mktemp("plans") / "tiny",
        agents=CREW,
        guaranteed=1,
        offered="8",
    )
    run = Run(plan=api.load(directory), console=Console(quiet=True), command="roster")
    assert roster(run, limits_of(8.0, 0.0, 1, 8, None), full=False) == 0
    return directory


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_leave_is_granted_until_the_guarantee_would_break(
    planned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = planned / "requests.csv"
    rows = [f"A{i},2026-10-28,2026-10-28,vacation,yes" for i in (1, 2, 3)]
    text = "\n".join(["agent_id,from_local,to_local,kind,paid", *rows])
    path.write_text(text + "\n", encoding="utf-8")
    code, said = run_wfm(
        capsys, monkeypatch, "grant", planned, "--request", path, "--now", BEFORE
    )
    assert code == 1
    answers = table(planned / "out" / "grants.csv")
    assert [answer["granted"] for answer in answers] == ["yes", "yes", "no"]
    assert "min_cover" in answers[2]["against"]
    assert float(answers[1]["missing_hours"]) > 0
    assert said.count("can be granted") == 2
    assert answers[0]["from_local"] == "2026-10-28 00:00"
    assert answers[0]["to_local"] == "2026-10-29 00:00"


def test_offers_are_ranked_and_each_comes_true(
    planned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (planned / "out" / "roster.csv").read_text(encoding="utf-8").splitlines()
    day = [row for row in rows if ",2026-10-28," in row]
    lone = planned / "thin.csv"
    kept = [row for row in rows if row not in day or row.startswith(day[0][:3])]
    lone.write_text("\n".join(kept) + "\n", encoding="utf-8")
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "offers",
        planned,
        "--at",
        "2026-10-28T06:00+01:00",
        "--roster",
        lone,
        "--vendor",
        25,
    )
    assert code == 0, said
    offers = table(planned / "out" / "offers.csv")
    nets = [float(o["gain_minor"]) - float(o["cost_minor"]) for o in offers]
    assert nets == sorted(nets, reverse=True)
    assert min(nets) > 0
    kinds = {offer["kind"] for offer in offers}
    assert {"call-in", "vendor"} <= kinds
    called = next(offer for offer in offers if offer["kind"] == "call-in")
    assert float(called["missing_hours"]) < 0
    assert float(called["service_points"]) > 0


def test_a_time_outside_the_plan_is_refused(
    planned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = run_wfm(
        capsys, monkeypatch, "offers", planned, "--at", "2027-01-28T06:00+01:00"
    )
    assert code == 2
    assert "not in the plan's week" in said


def test_a_site_whose_failure_nobody_can_make_up_for_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    from wfm import api
    from wfm.cli.options import limits_of
    from wfm.commands.planning import roster
    from wfm.commands.run import Run

    # Two people in Warsaw and one in Lisbon, an hour later: two are guaranteed.
    crew = (
        ("A1", "Europe/Warsaw"),
        ("A2", "Europe/Warsaw"),
        ("B1", "Europe/Lisbon"),
        ("B2", "Europe/Lisbon"),
    )
    directory = write_tiny(
        tmp_path / "plan",
        agents=crew,
        guaranteed=1,
        hours='{weekdays: "11:00-16:00"}',
    )
    run = Run(plan=api.load(directory), console=Console(quiet=True), command="roster")
    assert roster(run, limits_of(6.0, 0.0, 1, 8, None), full=False) == 0
    code, said = run_wfm(capsys, monkeypatch, "outages", directory)
    assert code == 0
    assert said.count("rostered anew every guarantee can be kept") == 2
    plan = directory / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(
        text.replace("guaranteed_agents: 1", "guaranteed_agents: 3"), encoding="utf-8"
    )
    code, said = run_wfm(capsys, monkeypatch, "outages", directory, "--site", "s1")
    assert code == 1
    assert "without s1" in said
    assert "the guarantee of phone on" in said
    assert "can't hold together" in said
    code, said = run_wfm(capsys, monkeypatch, "outages", directory, "--site", "s9")
    assert code == 2
