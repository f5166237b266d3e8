"""wfm roster --pareto and --pick, wfm explain and outages into wfm report."""

import csv
import json
import shutil
from itertools import permutations
from pathlib import Path

import pytest
from support.tiny_folders import write_tiny

CREW = tuple((f"A{i}", "Europe/Warsaw") for i in range(1, 5))
SIGNATURE = b"\x89PNG"
LESS_IS_BETTER = ("paid_cost", "missing_hours")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small plan with its roster and a set of rosters that trade cost for service."""
    from rich.console import Console

    from wfm import api
    from wfm.cli.options import limits_of
    from wfm.commands.planning import roster
    from wfm.commands.run import Run
    from wfm.commands.trading import TradeOffRequest

    directory = write_tiny(
        tmp_path_factory.mktemp("plans") / "tiny",
        agents=CREW,
        offered="6",
        hours='{daily: "09:00-17:00"}',
    )
    run = Run(plan=api.load(directory), console=Console(quiet=True), command="roster")
    asked = TradeOffRequest(asked=("cost", "service"), seconds=30.0, rounds=1, points=3)
    limits = limits_of(6.0, 0.0, 1, 8, None)
    assert roster(run, limits, full=False, trading=asked) == 0
    return directory


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "plan"))


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "out" / "pareto" / "pareto.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_set_is_written_whole_and_none_is_better_than_another(
    made: Path,
) -> None:
    rows = rows_of(made)
    assert len(rows) >= 2
    for one, other in permutations(rows, 2):
        pairs = [(float(one[name]), float(other[name])) for name in LESS_IS_BETTER]
        assert any(a > b for a, b in pairs)
    assert [row["violations"] for row in rows] == ["0"] * len(rows)
    assert sum(row["balanced"] == "yes" for row in rows) == 1
    (picked,) = (row for row in rows if row["picked"])
    assert picked["balanced"] == "yes"
    place = made / "out" / "pareto"
    assert (place / "pareto.png").read_bytes().startswith(SIGNATURE)
    for row in rows:
        proof = json.loads((place / row["roster"] / "certificate.json").read_text())
        assert proof["ok"]
    own = (place / picked["roster"] / "roster.csv").read_bytes()
    assert (made / "out" / "roster.csv").read_bytes() == own


def test_another_roster_is_picked_as_an_edit_and_undone(run, folder: Path) -> None:
    before = (folder / "out" / "roster.csv").read_bytes()
    other = next(row["roster"] for row in rows_of(folder) if not row["picked"])
    code, said = run("roster", folder, "--pick", other)
    assert code == 0, said
    assert f"roster {other} taken" in said
    there = (folder / "out" / "pareto" / other / "roster.csv").read_bytes()
    assert (folder / "out" / "roster.csv").read_bytes() == there
    (picked,) = (row["roster"] for row in rows_of(folder) if row["picked"])
    assert picked == other
    assert "already" in run("roster", folder, "--pick", other)[1]
    assert run("undo", folder)[0] == 0
    assert (folder / "out" / "roster.csv").read_bytes() == before
    assert "is not there" in run("roster", folder, "--pick", 9)[1]


def test_the_report_shows_set_reasons_and_outages(run, folder: Path) -> None:
    code, said = run("explain", folder, "--worst", 1)
    assert code == 0, said
    assert run("outages", folder)[0] in {0, 1}
    code, said = run("report", folder)
    assert code == 0, said
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    for text in (
        "Rosters to choose from",
        "data:image/png;base64,",
        "What binds",
        "Who works weekends and nights",
        "If a site fails",
        "wfm verify DIR --certificate out/certificate.json",
        "Distance to the bound",
    ):
        assert text in page
    assert "Nobody has asked yet" not in page
    # Findings are those of one roster: after an edit they are of another.
    first = (folder / "out" / "roster.csv").read_text(encoding="utf-8").splitlines()[1]
    name, _, day, *_ = first.split(",")
    run("edit", folder, "drop", name, day)
    run("report", folder)
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("Nobody has asked yet") == 2
    assert "is none of them" in page
    assert "Distance to the bound" not in page


def test_what_a_repair_changed_is_in_the_report(run, folder: Path) -> None:
    first = (folder / "out" / "roster.csv").read_text(encoding="utf-8").splitlines()[1]
    name, _, day, *_ = first.split(",")
    absent = folder / "absent.csv"
    text = f"agent_id,from_local,to_local,kind,paid\n{name},{day},{day},sick,yes\n"
    absent.write_text(text, encoding="utf-8")
    now = "2026-10-25T06:00+01:00"
    run("repair", folder, "--absent", absent, "--now", now, "--seconds", 1)
    run("report", folder)
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "What the repair changed, person by person" in page
    assert "repair after 1 absence:" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--pareto", "cost,speed"), "unknown measure 'speed'; known: cost, service"),
        (("--pareto", "cost"), "two to four different measures, got cost"),
        (("--pareto", "cost,changes"), "changes need a published roster"),
        (("--pareto", "cost,service", "--pick", "8", "--points", "5"), "no roster 8"),
        (("--points", "5"), "--points and --pick go with --pareto"),
    ],
)
def test_a_set_that_cannot_be_made_is_refused_before_the_search(
    run, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = (folder / "out" / "roster.csv").read_bytes()
    code, said = run("roster", folder, *arguments)
    assert code == 2, said
    assert words in said
    assert (folder / "out" / "roster.csv").read_bytes() == before
    assert (folder / "out" / "pareto" / "pareto.csv").exists()


def test_a_damaged_record_of_the_set_is_named(run, folder: Path) -> None:
    (folder / "out" / "pareto" / "pareto.json").write_text("{", encoding="utf-8")
    code, said = run("roster", folder, "--pick", 1)
    assert code == 1
    assert "out/pareto/pareto.json: can't be read" in said
