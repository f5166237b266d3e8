"""Scenarios from folder to cents: the chain, the command, the same seed twice."""

import json
from decimal import Decimal

import pandas as pd
import pytest
from support.scenario_folders import scenario_folder
from support.spreadsheet import values_of
from typer.testing import CliRunner

import scenarios
from scenarios.remembered import Remembered
from wfm.cli.app import app
from wfm.domain.errors import UsageError
from wfm.report.scenario_memo import render_memo
from wfm.studies.scenarios import run_scenarios


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return scenario_folder(tmp_path_factory.mktemp("scenarios") / "plan")


@pytest.fixture(scope="module")
def stages():
    return []


@pytest.fixture(scope="module")
def comparison(folder, stages):
    def note(stage, done, count):
        stages.append((stage, done, count))

    return run_scenarios(folder, workers=1, on_progress=note).comparison


def test_every_scenario_has_every_month_and_a_cost(comparison, stages):
    assert [r.scenario_id for r in comparison.results] == [
        "base",
        "vendor",
        "outage",
        "bot",
    ]
    for result in comparison.results:
        assert [str(m.month) for m in result.months] == [
            "2026-11",
            "2026-12",
            "2027-01",
        ]
        assert result.cost.amount_minor > 0
    names = list(dict.fromkeys(stage for stage, _, _ in stages))
    assert names == [
        "forecast",
        "requirement",
        "structure",
        "staffing",
        "service",
        "cost",
    ]
    assert all(("cost", k, 4) in stages for k in (1, 4))


def test_cost_is_the_sum_of_lines_to_the_cent(comparison):
    for result in comparison.results:
        lines = sum(item.amount.amount_minor for item in result.lines)
        months = sum(month.cost.amount_minor for month in result.months)
        lanes = sum(x.amount_minor for x in result.cost_of_lanes().values())
        assert lines == months == lanes == result.cost.amount_minor


def test_equal_work_at_another_price(comparison):
    base, vendor = comparison["base"], comparison["vendor"]
    assert [m.paid_hours for m in base.months] == [m.paid_hours for m in vendor.months]
    own = next(a for a in vendor.activities if a.lane_id == "lisbon")
    billed = [
        item.line
        for item in vendor.lines
        if "productive_hours" in item.line.code and item.line.month == own.month
    ]
    expected = Decimal(str(round(own.productive_hours, 2))) * Decimal("17.20")
    assert billed[0].amount.amount == expected.quantize(Decimal("0.01"))
    fees = [x.line.amount.amount for x in vendor.lines if x.line.kind == "one_off"]
    assert fees == [Decimal(5000)]


def test_half_the_people_miss_the_floor_and_are_marked(comparison):
    outage = comparison["outage"]
    assert [month.is_feasible for month in outage.months] == [True, False, True]
    december = outage.months[1]
    assert december.missing_hours > 0.2 * december.required_hours
    assert "floor 74%" in december.breaches[0]
    assert not outage.is_feasible
    row = next(r for r in comparison.to_rows() if r["scenario"] == "outage")
    assert row["months_below_floor"] == 1
    assert row["first_breach"].startswith("2026-12")


def test_a_bot_takes_contacts_and_is_paid_for_them(comparison):
    base, bot = comparison["base"], comparison["bot"]
    chats = [a.resolved_contacts for a in bot.activities if a.lane_id == "bot"]
    assert base.offered_contacts - bot.offered_contacts == pytest.approx(sum(chats))
    lane = bot.cost_of_lanes()["bot"].amount
    assert float(lane) == pytest.approx(0.75 * sum(chats), abs=0.02)
    assert bot.months[0].required_hours < base.months[0].required_hours


def test_months_add_up_to_the_long_term_forecast(folder, comparison):
    from forecasting import long_term
    from wfm.io.folder import ALL_FILES, read_folder
    from wfm.pipeline.window import queue_holidays

    base = read_folder(folder, ALL_FILES)
    rows = long_term(
        base.history,
        base.plan.queues,
        first_day=base.plan.first_date,
        months=4,
        holidays=queue_holidays(base.plan, range(2024, 2029)),
        events=base.events,
        model=base.plan.forecast_model,
    ).rows
    december = sum(row.mean for row in rows if str(row.start) == "2026-12-01")
    offered = comparison["base"].months[1].offered_contacts
    assert offered == pytest.approx(december, rel=0.002)


def test_the_same_seed_gives_the_same_cents_in_other_company(
    folder, comparison, monkeypatch
):
    """Alone, in two processes, with nothing remembered."""
    monkeypatch.setattr("scenarios.runner._SOLVED", Remembered())
    again = run_scenarios(folder, only=["outage"], workers=2).comparison["outage"]
    first = comparison["outage"]
    assert [m.cost for m in again.months] == [m.cost for m in first.months]
    assert again.activities == first.activities


def test_comparison_in_a_notebook(comparison):
    found = scenarios.compare(comparison.results, reference="vendor")
    frame = found.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["scenario"]) == ["base", "vendor", "outage", "bot"]
    assert found.saving("vendor").amount_minor == 0
    assert found.cheapest().is_feasible
    assert len(found.months_frame()) == 12
    paths = {row["path"] for row in found.difference()}
    assert paths == {
        "lanes.lisbon.price",
        "sites.lisbon.headcount",
        "queues.chat.containment",
    }
    assert {row["owner"] for row in found.assumption_rows()} >= {""}
    figure = found.plot()
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert "outage (below floor)" in labels


def test_what_cannot_be_compared_is_refused(comparison):
    with pytest.raises(UsageError, match="no scenario to compare"):
        scenarios.compare([])
    with pytest.raises(UsageError, match="compared: base"):
        _ = comparison["nobody"]


def test_the_command_writes_tables_and_says_what_is_below_the_floor(folder):
    done = CliRunner().invoke(
        app,
        [
            "scenarios",
            str(folder),
            "--scenario",
            "base",
            "--scenario",
            "outage",
            "--workers",
            "1",
        ],
        env={"COLUMNS": "200"},
    )
    assert done.exit_code == 0, done.output
    assert "outage: 2026-12" in done.output
    assert "below floor in 1 of 3 months" in done.output
    table = pd.read_csv(folder / "out" / "scenarios.csv")
    assert list(table["scenario"]) == ["base", "outage"]
    lines = pd.read_csv(folder / "out" / "scenario_lines.csv")
    totals = lines.groupby("scenario")["reported"].sum().round(2)
    assert totals["base"] == table["cost"][0]
    manifest = json.loads((folder / "out" / "scenarios.json").read_text())
    assert manifest["scenarios"] == ["base", "outage"]
    assert "scenarios.yaml" in manifest["inputs_sha256"]
    assert (folder / "out" / "scenario_differences.csv").exists()
    out = folder / "out"
    assert manifest["decision"]["recommended"] == "base"
    assert (out / "decision_memo.html").read_text("utf-8") == render_memo(manifest)
    assert "Stay with base" in (out / "scenarios.html").read_text("utf-8")
    summary = values_of(out / "scenarios.xlsx", "summary")
    costs = {row[0]: row[1] for row in summary if row[0] in {"base", "outage"}}
    assert costs == dict(zip(table["scenario"], table["cost"], strict=True))


def test_a_report_in_another_currency_keeps_local_amounts(folder):
    result = run_scenarios(folder, only=["base"], currency="JPY", workers=1)
    for item in result.comparison["base"].lines:
        assert item.line.amount.currency == "EUR"
        assert item.amount.currency == "JPY"
        assert item.amount.amount == round(item.line.amount.amount * 160)
