import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from support.report_cases import report_case, with_violation

from wfm.domain.plan import CleaningEntry
from wfm.report.background import flat, target_words
from wfm.report.html import policy, render_html, write_html
from wfm.report.inputs import ReportInput
from wfm.report.payload import payload, to_script
from wfm.report.proof import rule_setting, setting_words
from wfm.report.sections import banners, verdict


@pytest.fixture(scope="module")
def case() -> ReportInput:
    return report_case()


@pytest.fixture(scope="module")
def page(case: ReportInput) -> str:
    return render_html(case)


class Outline(HTMLParser):
    """Ids, links within the page, and unclosed elements."""

    VOID = frozenset({"meta", "link", "br", "input", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        self.loads += [str(found[key]) for key in ("src", "data") if key in found]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_well_formed_and_its_links_have_targets(page: str) -> None:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.ids)
    assert outline.loads == []


def test_page_loads_nothing_and_runs_only_its_own_script(page: str) -> None:
    import base64
    import hashlib

    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert "default-src 'none'" in page.replace("&#39;", "'")
    assert policy().count("'none'") == 4


def test_charts_data_is_json_that_cannot_end_its_element(case: ReportInput) -> None:
    text = to_script({"x": "</script><!--", "y": payload(case)})
    assert "<" not in text
    assert json.loads(text)["x"] == "</script><!--"


def test_payload_agrees_with_the_instance(case: ReportInput) -> None:
    data = payload(case)
    assert data["start"] == int(case.instance.grid.start_utc.timestamp()) // 60
    first = data["queues"][0]
    assert first["id"] == "phone_ja"
    assert len(first["need"]) == len(first["staffed"]) == 336
    assert len(data["heads"]) == 5
    assert len(data["heads"][0]) == 1 + 3
    assert data["activities"] == ["work", "break", "meal"]
    shifts = [s for site in data["sites"] for a in site["agents"] for s in a["shifts"]]
    assert len(shifts) == len(case.roster.shifts)
    assert sum(span[0] - 0 for s in shifts for span in s[2:]) > 0


def test_payload_says_who_takes_which_queue(case: ReportInput) -> None:
    people = [a for site in payload(case)["sites"] for a in site["agents"]]
    shared = case.allocation.agents.sum(axis=(0, 2))
    told = np.zeros(len(case.instance.queues))
    for agent in people:
        for low, high, queue in agent["takes"]:
            told[queue] += high - low
            assert any(s[1] <= low and high <= s[-1][0] for s in agent["shifts"])
    assert told == pytest.approx(shared, rel=0.05, abs=6)


def test_payload_knows_every_clock_change_in_sight(case: ReportInput) -> None:
    zones = payload(case)["zones"]

    def minute(*when: int) -> int:
        return int(datetime(*when, tzinfo=UTC).timestamp()) // 60

    assert [row[1] for row in zones["Asia/Tokyo"]] == [540]
    assert zones["Europe/Warsaw"][1:] == [[minute(2026, 10, 25, 1), 60]]
    assert zones["America/Denver"][1:] == [[minute(2026, 11, 1, 8), -420]]
    assert zones["UTC"][0][1] == 0


def test_history_gaps_are_null_and_five_weeks_are_sent(case: ReportInput) -> None:
    history = payload(case)["queues"][0]["history"]
    assert len(history["offered"]) == 5 * 336
    # Ten intervals from Tuesday 07:00 in Tokyo are absent, six of them in open hours.
    assert history["offered"].count(None) == 6
    first = case.forecast.grid.instant(case.forecast.first_idx[0])  # type: ignore[union-attr]
    end = history["start"] + 5 * 336 * 30
    assert end == int(first.timestamp()) // 60


def test_texts_from_files_are_escaped(case: ReportInput) -> None:
    page = render_html(case)
    assert "&lt;b&gt;negative&lt;/b&gt; value" in page
    assert "<b>negative" not in page
    plan = replace(case.folder.plan, name="<script>alert(1)</script>")
    page = render_html(replace(case, folder=replace(case.folder, plan=plan)))
    assert "<script>alert" not in page


def test_key_figures_stand_in_the_page(case: ReportInput, page: str) -> None:
    text = re.sub(r"<[^>]*>", " ", page)
    assert "€212,307.69" in text  # 21,230,769,231 thousandths of a cent
    assert "6.50 %" in text  # (21,230,769,231 - 19,850,000,000) / 21,230,769,231
    assert "11.29 %" in text  # net of 9,000,000,000
    assert "no: stopped by the clock" in text
    assert "✓ 2 kept" in text
    assert "all 672 guaranteed agent-hours kept" in text  # 2 queues x 2 x 168 h
    assert "plan.yaml" in text


def test_an_unproven_roster_says_so_first(case: ReportInput) -> None:
    bad = with_violation(case)
    heads = [head for head, _ in banners(bad)]
    assert heads == ["A guarantee can’t be met.", "1 breach of a rule in this roster."]
    assert "not proven" in verdict(bad)
    page = render_html(bad)
    assert page.index("A guarantee can’t be met.") < page.index("Contacts expected")
    assert "9.0 h of rest, 11 h are due" in page
    assert "✗ 2 not kept" in page
    assert "✗ short for 2.50 h" in page  # ten quarter hours
    # The grid begins Sunday 12:00 UTC, so step 300 is Wednesday 15:00 UTC, and New
    # York is four hours behind.
    assert "Wed 28 Oct 11:00–13:30 <small>New York</small>" in page
    assert "Wed 28 Oct 15:00–17:30</td>" in page


def test_cures_are_named_where_the_search_found_some(case: ReportInput) -> None:
    manifest = {"search": {"cures": [["min_rest", "time off of FUK001"]]}}
    bad = replace(with_violation(case), manifest=manifest)
    assert (
        "What would cure it:",
        "relaxing min_rest and time off of FUK001.",
    ) in banners(bad)
    assert not [
        head for head, _ in banners(replace(bad, status="ok")) if "cure" in head
    ]


def test_no_cure_is_said_only_where_it_was_sought(case: ReportInput) -> None:
    nothing: dict[str, object] = {"search": {"status": "infeasible", "cures": []}}
    bad = replace(with_violation(case), manifest=nothing)
    assert "no single rule" in str(banners(bad))
    unknown: dict[str, object] = {"search": {"status": "not found"}}
    assert "no single rule" not in str(banners(replace(bad, manifest=unknown)))


def test_interrupted_run_is_marked(case: ReportInput) -> None:
    page = render_html(replace(case, status="interrupted"))
    assert "stopped by hand" in page


def test_report_of_a_hand_made_roster(case: ReportInput) -> None:
    page = render_html(replace(case, solved=None, forecast=None, manifest={}))
    assert "Objective" not in re.sub(r"<script.*", "", page, flags=re.DOTALL)
    assert "the planner’s own requirement" in page
    assert "No manifest was given." in page
    assert "made 2026-10-25 23:00 UTC" in page  # the plan's first instant, in Warsaw


def test_same_run_same_bytes(tmp_path: Path, case: ReportInput) -> None:
    for name in ("a.html", "b.html"):
        write_html(tmp_path / name, case)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_demo_report_is_small(tmp_path: Path) -> None:
    write_html(tmp_path / "report.html", report_case(demo=True))
    assert (tmp_path / "report.html").stat().st_size < 6_000_000


def test_cleaning_is_counted_by_kind(case: ReportInput, page: str) -> None:
    assert "13 findings" in page
    again = [
        CleaningEntry(
            file="h.csv", row=row, queue_id="q", start="2026-05-01T10:00",
            finding=f"duplicate of row {row}", action="left out",
        )
        for row in (7, 8)
    ]  # fmt: skip
    folder = replace(case.folder, history_log=tuple(again))
    text = render_html(replace(case, folder=folder))
    assert "duplicate of row …</th><td>left out</td>" in text
    assert "h.csv:7 <small>2026-05-01 10:00</small>" in text
    entry = CleaningEntry(
        file="h.csv", row=2, queue_id="", start="", finding="f", action="a"
    )
    folder = replace(case.folder, history_log=(entry,))
    assert "1 finding;" in render_html(replace(case, folder=folder))
    folder = replace(case.folder, history_log=())
    assert "Nothing to report." in render_html(replace(case, folder=folder))


def test_manifest_is_flattened_in_order() -> None:
    nested = {"a": 1, "b": {"c": [1, 2], "d": {"e": None}}}
    assert list(flat(nested)) == [("a", "1"), ("b.c", "1, 2"), ("b.d.e", "–")]


def test_targets_in_words(case: ReportInput) -> None:
    from wfm.domain.demand import ServiceTarget

    queue = case.instance.queues[0]
    target = ServiceTarget(
        service_level_fraction=0.8, answer_within_s=20, asa_s=30,
        max_occupancy_fraction=0.9,
    )  # fmt: skip
    assert target_words(replace(queue, target=target)) == (
        "80 % within 20 s, mean wait 30 s, occupancy up to 90 %"
    )
    due = ServiceTarget(answer_within_open_hours=8)
    assert target_words(replace(queue, target=due)) == "answered within 8 open hours"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"hours": 11.0}, "11 h"),
        ({"hours": 7.75}, "7.75 h"),
        ({"days": 5}, "5 days"),
        ({"min_hours": 32.0, "max_hours": 40.0}, "32 to 40 h"),
        ({"hours": 8, "days": 2}, "hours 8, days 2"),
        (
            {"floors": ({"site": "denver", "agents": 2, "spans": ()},)},
            "site denver: at least 2",
        ),
        ({}, ""),
    ],
)
def test_rule_settings_in_words(parameters: dict[str, object], text: str) -> None:
    assert setting_words(parameters) == text


def test_sites_and_contracts_share_a_setting(case: ReportInput) -> None:
    assert rule_setting(case, "min_rest") == "11 h; krakow: 12 h"
    assert rule_setting(case, "seats") == "part: off"
    assert rule_setting(case, "locked") == ""


def test_verdict_without_guarantees(case: ReportInput) -> None:
    spans = case.certificate.spans
    bare = replace(case.certificate, spans=())
    assert verdict(replace(case, certificate=bare)) == (
        "The checker found every rule kept."
    )
    short = replace(case.certificate, spans=(replace(spans[0], present=1), *spans[1:]))
    assert "12.0 guaranteed agent-hours are short" in verdict(
        replace(case, certificate=short)
    )


def test_a_queue_fed_by_others_has_no_forecast(case: ReportInput) -> None:
    assert case.forecast is not None
    names = case.forecast.queue_ids
    fewer = replace(
        case.forecast, queue_ids=names[:2], mean=case.forecast.mean[:2],
        quantiles=case.forecast.quantiles[:2], aht_s=case.forecast.aht_s[:2],
        first_idx=case.forecast.first_idx[:2], end_idx=case.forecast.end_idx[:2],
        failures={},
    )  # fmt: skip
    fed = replace(case, forecast=fewer)
    assert payload(fed)["queues"][2]["forecast"] is None
    assert "fed by other queues" in render_html(fed)
    empty = replace(fed, forecast=replace(fewer, end_idx=fewer.first_idx))
    assert payload(empty)["queues"][0]["forecast"] is None


def test_no_history_and_history_that_ends_before(case: ReportInput) -> None:
    without = replace(case, folder=replace(case.folder, history=None))
    assert payload(without)["queues"][0]["history"] is None
    late = replace(case.folder.plan, first_date=date(2026, 8, 3))
    before = replace(case, folder=replace(case.folder, plan=late))
    assert payload(before)["queues"][0]["history"] is None


def test_remarks_on_models_are_shown(case: ReportInput) -> None:
    assert case.forecast is not None
    noted = replace(case.forecast, notes={"chat_en": ("four weeks of history only",)})
    page = render_html(replace(case, forecast=noted))
    assert "four weeks of history only" in page
    assert "occupancy above 95 % in 3 intervals" in page
    assert "forecast: history too short" in page


def test_the_measure_of_fairness_and_what_it_did_are_told(case: ReportInput) -> None:
    from solver.outcome import Evenness
    from wfm.report.fairness_section import evenness_words

    assert evenness_words(case) == ""
    assert case.solved is not None
    prices = replace(
        case.instance.prices, fairness_measure="lexicographic", fairness_within=0.002
    )
    asked = replace(case, instance=replace(case.instance, prices=prices))
    assert "none were exchanged" in evenness_words(asked)
    evenness = Evenness(
        before=(5.0, 2.5, 1.0),
        after=(3.25, 3.0, 2.25),
        exchanged=2,
        cost=1_250_000,
        is_proven=True,
    )
    told = evenness_words(
        replace(asked, solved=replace(case.solved, evenness=evenness))
    )
    assert "2 of 3 people who could take weeks" in told
    assert "of the most burdened: 5.00 before, 3.25 now" in told
    assert "between the most and the least: 4.00 before, 1.00 now" in told
    assert "No exchange within 0.20 % of the objective" in told
    loose = replace(evenness, is_proven=False)
    told = evenness_words(replace(asked, solved=replace(case.solved, evenness=loose)))
    assert "No exchange that was found within" in told
