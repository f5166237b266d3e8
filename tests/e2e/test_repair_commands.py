"""wfm repair, explain and verify on a small plan folder."""

import csv
import json
from pathlib import Path

import pytest
from support.tiny_folders import run_wfm, write_tiny

CREW = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 5))
MORNING = "2026-10-26T06:00+01:00"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people for a queue that is guaranteed one of them, with a roster."""
    from wfm import api
    from wfm.cli.options import limits_of
    from wfm.commands.planning import roster
    from wfm.commands.run import Run

    directory = write_tiny(
        tmp_path_factory.mktemp("plans") / "tiny", agents=CREW, guaranteed=1
    )
    from rich.console import Console

    run = Run(plan=api.load(directory), console=Console(quiet=True), command="roster")
    assert roster(run, limits_of(8.0, 0.0, 1, 8, None), full=False) == 0
    return directory


@pytest.fixture
def folder(planned: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(planned, tmp_path / "plan"))


def shifts(path: Path) -> set[tuple[str, str]]:
    with path.open(encoding="utf-8") as file:
        return {(row["agent_id"], row["date_local"]) for row in csv.DictReader(file)}


def absent(folder: Path, *rows: str) -> Path:
    path = folder / "absent.csv"
    text = "\n".join(["agent_id,from_local,to_local,kind,paid", *rows])
    path.write_text(text + "\n", encoding="utf-8")
    return path


def test_a_repair_is_taken_over_and_said_with_its_reasons(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shifts(folder / "out" / "roster.csv")
    sick = sorted(name for name, day in before if day == "2026-10-27")
    file = absent(folder, *(f"{name},2026-10-27,2026-10-27,sick,yes" for name in sick))
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "repair",
        folder,
        "--absent",
        file,
        "--now",
        MORNING,
        "--seconds",
        2,
    )
    assert code == 0, said
    after = shifts(folder / "out" / "roster.csv")
    assert not {(name, "2026-10-27") for name in sick} & after
    assert {day for _, day in after} >= {"2026-10-27"}
    assert "edit 1 taken over" in said
    with (folder / "out" / "changes.csv").open(encoding="utf-8") as table:
        changes = list(csv.DictReader(table))
    assert {(c["agent_id"], c["date_local"]) for c in changes if c["kind"] == "added"}
    assert all(change["reason"] for change in changes)
    # The absences are in the plan now: the checker knows of them.
    assert sick[0] in (folder / "time_off.csv").read_text(encoding="utf-8")
    code, said = run_wfm(capsys, monkeypatch, "verify", folder)
    assert code == 0, said


def test_a_dry_run_leaves_the_roster_and_the_plan_alone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "out" / "roster.csv").read_bytes()
    name, day = min(shifts(folder / "out" / "roster.csv"))
    file = absent(folder, f"{name},{day},{day},sick,yes")
    run_wfm(
        capsys,
        monkeypatch,
        "repair",
        folder,
        "--absent",
        file,
        "--now",
        MORNING,
        "--seconds",
        1,
        "--dry-run",
    )
    assert (folder / "out" / "roster.csv").read_bytes() == before
    assert (name, day) not in shifts(folder / "out" / "repaired_roster.csv")
    assert not (folder / "time_off.csv").exists()


def test_faults_of_the_absence_table_are_told_by_row(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = absent(folder, "A9,2026-10-27,2026-10-27,sick,yes", "A1,tomorrow,,sick,no")
    code, said = run_wfm(capsys, monkeypatch, "repair", folder, "--absent", file)
    assert code == 1
    assert "absent.csv:2:agent_id" in said
    assert "absent.csv:3:from_local" in said


def test_explain_says_who_could_come_and_what_it_costs(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "explain",
        folder,
        "--queue",
        "phone",
        "--at",
        "2026-10-27T10:10+01:00",
    )
    assert code == 0
    assert "phone, Tue 2026-10-27 10:00 to 10:30" in said
    assert "what binds:" in said
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "explain",
        folder,
        "--queue",
        "fone",
        "--at",
        "2026-10-27T10:10+01:00",
    )
    assert code == 2
    assert "did you mean 'phone'" in said
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "explain",
        folder,
        "--queue",
        "phone",
        "--at",
        "2026-12-27T10:10+01:00",
    )
    assert code == 2
    assert "not in the plan's window" in said


def test_the_worst_gaps_are_listed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (folder / "out" / "roster.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if "2026-10-28" not in row]
    (folder / "out" / "roster.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    code, said = run_wfm(capsys, monkeypatch, "explain", folder, "--worst", 1)
    assert code == 0
    assert "Wed 2026-10-28" in said
    assert "fix 1: within the rules, saves" in said
    with (folder / "out" / "gaps.csv").open(encoding="utf-8") as table:
        (gap,) = csv.DictReader(table)
    assert gap["binding"] == "unfinished"
    assert float(gap["fix_cost_minor"]) < 0


def test_certificates_are_checked_and_forgeries_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "out" / "certificate.json"

    def checked() -> tuple[int, str]:
        return run_wfm(capsys, monkeypatch, "verify", folder, "--certificate", path)

    run_wfm(capsys, monkeypatch, "verify", folder)
    code, said = checked()
    assert (code, "everything it says holds" in said) == (0, True)
    whole = path.read_text(encoding="utf-8")
    data = json.loads(whole)
    data["guarantees"][0]["present"] += 1
    path.write_text(json.dumps(data), encoding="utf-8")
    code, said = checked()
    assert code == 1
    assert "guarantees: not what the checkers find" in said
    path.write_text(whole, encoding="utf-8")
    detail = path.with_name("certificate_detail.json")
    told = detail.read_text(encoding="utf-8")
    other = json.loads(told)
    other["duties"]["phone"]["A9"] = other["duties"]["phone"].popitem()[1]
    detail.write_text(json.dumps(other), encoding="utf-8")
    assert "A9 is not at work for phone" in checked()[1]
    detail.write_text("{", encoding="utf-8")
    assert "it is not JSON" in checked()[1]
    detail.write_text('{"roster": 1}', encoding="utf-8")
    assert "no detail of a certificate" in checked()[1]
    detail.unlink()
    assert "is missing: nobody is named" in checked()[1]
    detail.write_text(told, encoding="utf-8")
    agents = folder / "agents.csv"
    agents.write_text(agents.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "agents.csv has changed since" in checked()[1]


def test_an_edited_roster_is_not_the_certified_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_wfm(capsys, monkeypatch, "verify", folder)
    path = folder / "out" / "roster.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    certificate = folder / "out" / "certificate.json"
    code, said = run_wfm(
        capsys, monkeypatch, "verify", folder, "--certificate", certificate
    )
    assert code == 1
    assert "it was made for another roster" in said


def test_who_falls_ill_at_work_keeps_the_hours_until_then(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shifts(folder / "out" / "roster.csv")
    name = min(name for name, day in before if day == "2026-10-27")
    file = absent(folder, f"{name},2026-10-27 12:00,2026-10-27 23:00,sick,no")
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "repair",
        folder,
        "--absent",
        file,
        "--now",
        "2026-10-27T12:05+01:00",
        "--seconds",
        1,
        "--who",
        "planner",
        "--why",
        "fell ill",
    )
    assert code == 0, said
    locked = (folder / "locked_roster.csv").read_text(encoding="utf-8")
    assert f"{name},s0,2026-10-27,2026-10-27T08:00Z,2026-10-27T11:00Z" in locked
    rows = (folder / "out" / "roster.csv").read_text(encoding="utf-8").splitlines()
    mine = [row for row in rows if row.startswith(f"{name},") and ",2026-10-27," in row]
    assert len(mine) == 1
    code, said = run_wfm(capsys, monkeypatch, "verify", folder)
    assert code == 0, said
    # A second repair begins from what stands now.
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "repair",
        folder,
        "--now",
        "2026-10-27T12:05+01:00",
        "--seconds",
        1,
    )
    assert code == 0
    assert "0 shifts of 0 people lost" in said


def test_a_day_without_anybody_is_said_to_be_beyond_repair(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{name},2026-10-28,2026-10-28,sick,yes" for name, _ in CREW]
    code, said = run_wfm(
        capsys,
        monkeypatch,
        "repair",
        folder,
        "--absent",
        absent(folder, *rows),
        "--now",
        MORNING,
        "--seconds",
        4,
        "--dry-run",
    )
    assert code == 1
    assert "min_cover, queue phone, Wed 2026-10-28" in said
    assert "1 of 1 guaranteed agents are missing" in said
