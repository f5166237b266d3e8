"""What ``wfm scenarios`` leaves in out/: everything of one run, or nothing of it."""

import json
from datetime import UTC, datetime
from io import StringIO
from types import SimpleNamespace

import pytest
from rich.console import Console
from support.scenario_reports import made_report

from wfm.commands import scenarios
from wfm.io.output_set import OutputSet
from wfm.io.problems import Problems
from wfm.io.scenario_schema import DecisionTable
from wfm.studies.scenarios import scenario_report

NAMES = {"scenarios.xlsx", "scenarios.html", "decision_memo.html", "scenarios.json"}


def done(language="en"):
    made = made_report(options=("own", "vendors"))
    decision = DecisionTable(question="Who?", options=("vendors",), language=language)
    plan = SimpleNamespace(name="Small")
    file = SimpleNamespace(
        base=SimpleNamespace(plan=plan),
        months=made.months,
        seed=3,
        cases=made.cases,
        book=made.book,
        decision=decision,
    )
    comparison = made.comparison
    return SimpleNamespace(file=file, comparison=comparison)


def run(folder):
    return SimpleNamespace(
        out=folder / "out",
        started=datetime(2026, 11, 22, tzinfo=UTC),
        console=Console(file=StringIO()),
        manifest=lambda base: {"plan": base.plan.name},
    )


def test_everything_of_a_run_appears_and_what_is_stale_goes(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("risk.csv", "roster.csv", "scenario_lines.csv"):
        (out / name).write_text("old")
    scenarios._write(run(tmp_path), done(), None)
    found = {path.name for path in out.iterdir()}
    assert found >= NAMES | {"scenarios.csv", "scenario_lines.csv", "roster.csv"}
    assert "risk.csv" not in found
    assert (out / "scenario_lines.csv").read_text() != "old"
    assert (out / "roster.csv").read_text() == "old"
    record = json.loads((out / "scenarios.json").read_text("utf-8"))
    assert record["decision"]["question"] == "Who?"
    assert [o["id"] for o in record["decision"]["options"]] == ["own", "vendors"]
    assert {"scenarios.csv", "scenario_months.csv"} <= set(record["tables"])
    assert not [path for path in tmp_path.iterdir() if path.name != "out"]


def test_nothing_of_a_run_that_fails_appears(tmp_path, monkeypatch):
    def fails(*_):
        msg = "no paper"
        raise OSError(msg)

    monkeypatch.setattr("wfm.report.scenario_files.render_memo", fails)
    out = tmp_path / "out"
    out.mkdir()
    (out / "scenarios.csv").write_text("old")
    with pytest.raises(OSError, match="no paper"):
        scenarios._write(run(tmp_path), done(), None)
    assert [path.name for path in out.iterdir()] == ["scenarios.csv"]
    assert (out / "scenarios.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_set_makes_its_folder_and_takes_only_files(tmp_path):
    with OutputSet(tmp_path / "new") as folder:
        (folder / "a.txt").write_text("a")
        (folder / "sub").mkdir()
    assert (tmp_path / "new" / "a.txt").read_text() == "a"
    assert not (tmp_path / "new" / "sub").exists()


def test_the_language_is_the_callers_or_the_files():
    when = datetime(2026, 11, 22, tzinfo=UTC)
    assert scenario_report(done("ja"), created_utc=when).language == "ja"
    assert scenario_report(done("ja"), created_utc=when, language="en").language == "en"
    report = scenario_report(done(), created_utc=when)
    assert report.risk is None
    assert report.title == "Small"
    assert report.decision.options == ("vendors",)


def test_an_option_that_is_no_scenario_is_refused_by_row():
    from wfm.io.scenario_file import _check_decision
    from wfm.io.yaml_source import DocumentProblems, load_yaml

    text = "decision:\n  options: [base, vendr]\nscenarios: {base: {}, vendor: {}}\n"
    problems = Problems()
    document = load_yaml(text, "scenarios.yaml", problems)
    table = SimpleNamespace(
        decision=DecisionTable(options=("base", "vendr")),
        scenarios={"base": None, "vendor": None},
    )
    _check_decision(table, DocumentProblems(document, problems))
    assert [str(p) for p in problems.found] == [
        "scenarios.yaml:2:19: decision.options.1: 'vendr' is no scenario; "
        "did you mean 'vendor'?"
    ]
