"""What was found out about a roster: kept by its hash, shown in the report."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.report_cases import report_case

from wfm.domain.fairness import FairnessRow
from wfm.domain.findings import ChangeNote, Findings, GapNote, OutageNote
from wfm.domain.tradeoffs import TradeOff, TradeOffs
from wfm.io.finding_files import (
    CHANGES,
    FINDINGS,
    GAPS,
    OUTAGES,
    keep_findings,
    read_findings,
)
from wfm.report.fairness_section import ledger_context, shares_of
from wfm.report.html import render_html
from wfm.report.inputs import ReportInput
from wfm.report.tradeoff_plots import tradeoff_plot

GAP = GapNote(
    queue_id="phone_ja",
    start_utc="2026-10-27T01:00:00+00:00",
    minutes=30,
    required=9.0,
    missing=2.5,
    why="headcount: all 7 people who know the queue are at work",
    worth=3_549_000,
    fix="one person more like 田中 <b>, saves €143.92",
    fix_cost=-14_392_000,
    with_whom_is_there="within the rules, costs €16.26",
)
CHANGE = ChangeNote(
    agent_id="FUK002",
    date_local="Tue 2026-10-27",
    kind="moved",
    what="moved, from 09:00-17:30 to 10:00-18:30",
    reason="phone_ja was short",
    queue="phone_ja",
    agent_hours=1.0,
)
OUTAGE = OutageNote(
    site_id="krakow",
    at_once=3,
    lacks=("phone_de: 2 missing",),
    conflict="the guarantee of phone_de",
    cures=("possible with 2 more: €315.25",),
)


@pytest.fixture(scope="module")
def case() -> ReportInput:
    return report_case()


def trade_off(number: int, **values: object) -> TradeOff:
    base = TradeOff(
        number=number,
        roster_hash=f"hash {number}",
        paid_cost=6_000_000_000,
        paid_hours=5000.0,
        missing_hours=100.0,
        service_level=0.8,
        unfair_shifts=10.0,
        changed_shifts=0,
        changed_people=0,
        violations=0,
        service_weight=1.0,
        fairness_weight=0.0,
        changes_weight=0.0,
        weighted=6_500_000_000,
        bound=6_000_000_000,
    )
    return replace(base, **values)  # type: ignore[arg-type]


def some(asked: tuple[str, ...], **more: object) -> TradeOffs:
    rows = (
        trade_off(1, paid_cost=5_500_000_000, missing_hours=460.0, bound=None),
        trade_off(2),
        trade_off(3, paid_cost=6_400_000_000, missing_hours=90.0, changed_shifts=40),
    )
    return TradeOffs(asked=asked, currency="EUR", rows=rows, balanced=2, **more)  # type: ignore[arg-type]


def test_findings_are_read_back_for_their_own_roster_alone(tmp_path: Path) -> None:
    keep_findings(tmp_path, GAPS, "one", [GAP])
    keep_findings(tmp_path, CHANGES, "one", [CHANGE], said="repair after 1 absence")
    keep_findings(tmp_path, OUTAGES, "two", [OUTAGE])
    assert read_findings(tmp_path, "one") == Findings(
        gaps=(GAP,), changes=(CHANGE,), changed_by="repair after 1 absence"
    )
    assert read_findings(tmp_path, "two") == Findings(outages=(OUTAGE,))
    assert read_findings(tmp_path, "three") == Findings()
    assert read_findings(tmp_path / "nowhere", "one") == Findings()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"gaps": {"roster": "one", "rows": [{"x": 1}]}}']
)
def test_what_cannot_be_read_is_not_known(tmp_path: Path, text: str) -> None:
    (tmp_path / FINDINGS).write_text(text, encoding="utf-8")
    assert read_findings(tmp_path, "one") == Findings()


def test_an_outage_is_called_impossible_only_where_that_was_proven() -> None:
    assert OUTAGE.verdict == "not all can be kept"
    assert "is open" in replace(OUTAGE, conflict="").verdict
    assert replace(OUTAGE, lacks=()).verdict == "every guarantee can be kept"


def test_the_page_shows_reasons_changes_and_outages(case: ReportInput) -> None:
    found = Findings(
        gaps=(GAP,), changes=(CHANGE,), changed_by="repair", outages=(OUTAGE,)
    )
    page = render_html(replace(case, findings=found))
    for text in (
        "headcount: all 7 people who know the queue are at work",
        "one person more like 田中 &lt;b&gt;, saves €143.92",
        "with the people and skills of today: within the rules, costs €16.26",
        "€35.49",
        "Tue 27 Oct 10:00–10:30",
        "Łukasz O’Neil",
        "phone_ja was short",
        "✗ not all can be kept",
        "possible with 2 more: €315.25",
    ):
        assert text in page
    assert "Nobody has asked yet" not in page
    plain = render_html(case)
    assert plain.count("Nobody has asked yet") == 2
    assert "What the repair changed" not in plain
    assert "Rosters to choose from" not in plain


def test_the_page_shows_the_set_and_which_roster_this_is(case: ReportInput) -> None:
    proof = replace(case.certificate, roster_hash="hash 3")
    here = replace(case, certificate=proof, tradeoffs=some(("cost", "service")))
    page = render_html(here)
    assert "This report shows roster 3." in page
    assert "<small>balanced</small>" in page
    assert "data:image/png;base64," in page
    assert "€64,000" in page
    assert "Shifts changed" not in page
    told = some(("cost", "changes"), published="2026-10-26/v1")
    assert "Shifts changed" in render_html(replace(here, tradeoffs=told))


@pytest.mark.parametrize(
    "asked",
    [
        ("cost", "service"),
        ("service", "fairness", "changes"),
        ("cost", "service", "fairness", "changes"),
    ],
)
def test_the_chart_has_a_panel_for_each_measure_after_the_first(
    asked: tuple[str, ...],
) -> None:
    figure = tradeoff_plot(some(asked), picked=2)
    assert len(figure.axes) == len(asked) - 1
    for axes in figure.axes:
        assert {text.get_text() for text in axes.texts} == {"1", "2", "3"}
    assert tradeoff_plot(some(asked)).axes[0].get_xlabel() == (
        "wages, EUR" if asked[0] == "cost" else "agent-hours missing"
    )


def test_the_ledger_counts_this_plan_and_the_weeks_before(case: ReportInput) -> None:
    agent = case.instance.agents[0].agent_id
    row = FairnessRow(
        week=case.folder.plan.first_date.replace(day=19),
        version="2026-10-19/v1",
        agent_id=agent,
        shifts=5,
        paid_hours=40.0,
        weekends=1,
        weekend_shifts=2,
        night_shifts=4,
        night_hours=20.0,
        undesired_shifts=0,
    )
    told = replace(case, instance=replace(case.instance, ledger=(row,)))
    share = next(s for s in shares_of(told) if s.agent.agent_id == agent)
    assert (share.past_weekends, share.past_nights, share.past_weeks) == (2, 4, 1)
    now = share.weekends + share.nights
    assert share.burden == pytest.approx((now + 6) / 2)
    found = ledger_context(told)
    assert found["ledger_weeks"] == 1
    listed = [*found["ledger"], *found["ledger_rest"]]
    assert len(listed) == len(case.instance.agents)
    beyond = [row["beyond_value"] for row in listed]
    assert beyond == sorted(beyond, reverse=True)
    assert sum(beyond) == pytest.approx(0.0, abs=1e-9)
    assert "Weekend, mean before" in render_html(told)
