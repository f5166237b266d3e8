"""The scenario page and the memo: what they say, that pictures add up, languages."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from support.browser import CHROMIUM, measure, needs_browser
from support.scenario_reports import LANES, MONTHS, PRICES, book, flat, made_report

from scenarios.assumptions import Assumption
from scenarios.comparison import Comparison
from scenarios.distributions import LogNormal, Normal
from scenarios.draws import Uncertainties, draw
from scenarios.money import Money
from scenarios.patch import Provenance
from scenarios.repriced import Lever, PricedWork, levers, scan
from scenarios.risk import OptionOutcome, compare_risk
from scenarios.sensitivity import tornado
from wfm.domain.errors import UsageError
from wfm.report.scenario_blocks import BLOCKS, block_of, bridge
from wfm.report.scenario_break_even import BreakEvens, priced_work
from wfm.report.scenario_canvas import NARROW, Canvas, drawn_for, svg
from wfm.report.scenario_decision import decision_record, nearest_changes
from wfm.report.scenario_figures import bridge_figure, mix_figure, saving_figure
from wfm.report.scenario_html import render_scenarios
from wfm.report.scenario_inputs import Decision, bridged
from wfm.report.scenario_memo import render_memo
from wfm.report.scenario_pictures import PICTURES, Pictures
from wfm.report.scenario_workbook import write_scenario_workbook

UNCERTAIN = Uncertainties(
    distributions={
        "volume": LogNormal(mean=1.0, cv=0.08),
        "wages": Normal(mean=1.0, sd=0.03),
    }
)


class Priced:
    """An option whose cost follows volume and wages by known weights."""

    def __init__(self, name, cost_minor, volume):
        self.name, self._cost, self._volume = name, cost_minor, volume

    def outcome(self, draws):
        moved = draws["volume"] ** self._volume * draws["wages"]
        months = np.rint(moved[:, None] * np.full(len(MONTHS), self._cost / 14))
        return OptionOutcome(
            cost_minor=months.astype(np.int64), service_met=months > 0.0
        )


def priced_options(report):
    return [
        Priced(option.scenario_id, option.cost.amount_minor, 0.5 + k / 2)
        for k, option in enumerate(report.options())
    ]


def with_risk(report):
    draws = draw(UNCERTAIN, 400, seed=3)
    options = priced_options(report)
    found = {}
    for option in options:

        def cost(at, option=option):
            return option.outcome(at).cost_minor.sum(axis=1).astype(float)

        found[option.name] = tornado(UNCERTAIN, cost)
    return replace(
        report,
        risk=compare_risk(options, draws, currency="EUR"),
        tornado=found,
        apart=found,
        risk_error=0.0012,
    )


def assumed(report):
    """Return the report with an assumption that two options share."""
    item = Assumption(
        path="lanes.manila.price",
        operation="set",
        before="own",
        after="hourly & <b>",
        origin="vendors",
        provenance=Provenance(owner="procurement", source="offer of May"),
    )
    results = tuple(
        replace(result, assumptions=(item,)) if k else result
        for k, result in enumerate(report.comparison.results)
    )
    return replace(report, comparison=replace(report.comparison, results=results))


@pytest.fixture(scope="module")
def made():
    return made_report()


@pytest.fixture(scope="module")
def report(made):
    decided = Decision(question="Who should do it?", not_included=("Redundancies",))
    return assumed(with_risk(replace(made, decision=decided)))


@pytest.fixture(scope="module")
def evens(report):
    return BreakEvens(report)


@pytest.fixture(scope="module")
def page(report, evens):
    return render_scenarios(report, evens, recorded(report, evens))


def recorded(report, evens):
    """Return the decision as it comes back from the manifest's JSON."""
    return json.loads(json.dumps(decision_record(report, evens), allow_nan=False))


def test_the_bridge_adds_up_to_the_cent(report):
    for option in report.options()[1:]:
        way = bridge(report.reference, option)
        steps = sum(step.amount_minor for _, step in way.steps)
        assert report.reference.cost.amount_minor + steps == option.cost.amount_minor
        assert way.levels()[-1] == option.cost
        assert len(way.steps) <= 8


def test_every_line_has_a_block(report):
    for result in report.comparison.results:
        for item in result.lines:
            assert block_of(item.line.code) in BLOCKS
    assert block_of("charge.anything") == "vendor charges"
    assert block_of("unheard.of") == "other"


def test_the_bridge_is_drawn_bar_by_bar_where_the_levels_are(report):
    way = bridge(report.reference, report.options()[1])
    with drawn_for("en"):
        axes = bridge_figure(Canvas(), way).axes[0]
    bars = [
        (patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches
    ]
    levels = [float(level.amount) / 1e6 for level in way.levels()]
    assert bars[0][1] == pytest.approx(levels[0])
    assert bars[1][1] == pytest.approx(levels[-1])
    for (start, end), before, after in zip(bars[2:], levels, levels[1:], strict=False):
        assert (start, end) == pytest.approx((before, after))


def test_savings_end_at_the_difference_of_cost(report):
    shown = report.options()[1:]
    with drawn_for("en"):
        axes = saving_figure(Canvas(), report, shown).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    for option in shown:
        saved = float((report.reference.cost - option.cost).amount)
        drawn = lines[option.scenario_id].get_ydata()
        assert len(drawn) == len(MONTHS) + 1
        assert drawn[0] == 0.0
        unit = 1e6 if axes.get_ylabel().startswith("million") else 1e3
        assert drawn[-1] * unit == pytest.approx(saved)


def test_the_areas_of_the_mix_are_all_contacts(report):
    shown = report.options()
    with drawn_for("en"):
        axes = mix_figure(Canvas(), report, shown).axes
    tallest = 0.0
    for panel, option in zip(axes, shown, strict=False):
        tops = [area.get_paths()[0].vertices[:, 1].max() for area in panel.collections]
        done = [
            sum(a.contacts for a in option.activities if a.month == month)
            for month in MONTHS
        ]
        assert max(tops) == pytest.approx(max(done) / 1e3)
        tallest = max(tallest, *tops)
    assert axes[0].get_ylim()[1] >= tallest


@pytest.fixture(scope="module")
def close():
    """Return levers over options that cost nearly the same."""
    more = dict.fromkeys(("manila", "cebu", "davao"), 1.65)
    less = dict.fromkeys(LANES["everything"], 0.63)
    return BreakEvens(made_report(factors=more | less))


def priced_at(works, lever, factor):
    """Return what works cost, each priced from nothing where the lever stands so."""
    return sum(lever.applied(work, factor).cost_minor() for work in works)


def test_what_is_reused_in_a_scan_costs_as_priced_from_nothing(close):
    report = close.report
    works = {o.scenario_id: priced_work(report, o) for o in report.options()}
    kinds = {found.lever.name: found for found in close.scans if found.one == "own"}
    assert len(kinds) == 7
    for found in kinds.values():
        for k in (1, 6, 12):
            at = found.factors[k]
            assert priced_at(works[found.one], found.lever, at) == found.one_minor[k]
            assert (
                priced_at(works[found.other], found.lever, at) == found.other_minor[k]
            )


def test_a_break_even_is_where_python_prices_both_alike(close):
    report, checked = close.report, 0
    works = {o.scenario_id: priced_work(report, o) for o in report.options()}
    for found in close.scans:
        for crossing in found.crossings:
            if crossing.is_jump:
                continue
            costs = [
                priced_at(works[name], found.lever, crossing.x)
                for name in (found.one, found.other)
            ]
            assert costs[0] == pytest.approx(costs[1], rel=1e-3)
            checked += 1
    assert checked >= 3


def test_a_lever_prices_what_the_contract_says(report):
    work = PricedWork(
        price="solved",
        done=report.comparison["everything"].activities,
        book=report.book,
    )
    only = replace(work, done=[a for a in work.done if a.lane_id == "solved"])
    plain = only.cost_minor()
    more = Lever(kind="work").applied(only, 1.5).cost_minor()
    assert more == pytest.approx(1.5 * plain, rel=1e-5)
    # per_resolution stands as a cost model, no contract: a vendor's lever leaves it
    assert not Lever(kind="vendor_prices").moves(only)
    dearer = Lever(kind="exchange_rate", currency="JPY")
    assert not dearer.moves(only)


def test_vendor_prices_scale_lists_fees_and_least_amounts(report):
    vendors = {o.scenario_id: priced_work(report, o) for o in report.options()}
    half = Lever(kind="vendor_prices", low=0.5)
    contact = next(w for w in vendors["vendors"] if w.price == "contact")
    hybrid = next(w for w in vendors["everything"] if w.price == "hybrid")
    for work in (contact, hybrid):
        halved = half.applied(work, 0.5).cost_minor()
        assert halved == pytest.approx(work.cost_minor() / 2, rel=2e-5)


def test_currencies_move_only_what_is_paid_in_them(report):
    works = {o.scenario_id: priced_work(report, o) for o in report.options()}
    names = {lever.name for lever in levers(works, "EUR")}
    assert {"work", "own_wages", "vendor_prices", "exchange_rate.JPY"} <= names
    assert "exchange_rate.EUR" not in names
    dollars = Lever(kind="exchange_rate", currency="USD")
    bot = next(w for w in works["everything"] if w.price == "bot")
    up = dollars.applied(bot, 1.1).cost_minor()  # listed as USD per EUR
    assert up == pytest.approx(1.1 * bot.cost_minor(), rel=1e-5)


def test_scans_leave_out_what_a_lever_does_not_move(report):
    works = {o.scenario_id: priced_work(report, o) for o in report.options()}
    same = {"one": works["own"], "other": works["own"]}
    assert scan(same, Lever(kind="own_wages")) == ()


@pytest.fixture(scope="module")
def poor():
    """Return a report in which no option serves and a price list ends, its levers."""
    prices = {**PRICES, "bot": replace(PRICES["bot"], per_attempt=flat(0.1))}
    short = replace(
        PRICES["bot"].per_attempt.tiers[1],
        to_quantity=Decimal(40000),
    )
    listed = replace(
        PRICES["bot"].per_attempt, tiers=(PRICES["bot"].per_attempt.tiers[0], short)
    )
    prices["bot"] = replace(PRICES["bot"], per_attempt=listed)
    ending = made_report(replace(book(), prices=prices))
    for name in LANES:
        ending = below_floor(ending, name)
    return BreakEvens(ending)


@pytest.fixture(scope="module")
def poor_page(poor):
    return render_scenarios(poor.report, poor, recorded(poor.report, poor))


def test_a_price_list_that_ends_is_named_not_hidden(poor, poor_page):
    scans, refused = poor.found
    assert any("work" in text and "no tier" in text for text in refused)
    assert scans
    assert "Not scanned: work" in poor_page


def test_the_page_is_whole_and_asks_for_nothing(page):
    assert "script-src &#39;none&#39;" in page or "script-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"https?:", page)
    assert "<script" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = set(re.findall(r"url\(#([^)]+)\)", page))
    assert referred <= set(ids)
    for section in ("bridge", "savings", "risk", "levers", "contracts", "mix"):
        assert f'<section id="{section}"' in page
    assert page.count("<figcaption") == page.count("<figure")
    assert "hourly &amp; &lt;b&gt;" in page
    assert "var(--c1)" in page


def test_service_stands_beside_cost(page, report):
    for option in report.options():
        row = page[page.index(f'<th scope="row">{option.scenario_id}<br>') :][:900]
        assert f"{option.cost.amount:,.0f}" in row
        assert "80.0 %" in row


def test_what_is_missing_is_said_in_a_line(made):
    only = replace(
        made,
        comparison=Comparison(results=(made.comparison["own"],), reference="own"),
    )
    evens = BreakEvens(only)
    text = render_scenarios(only, evens, decision_record(only, evens))
    for line in (
        "There is one option only, so there is nothing to bridge.",
        "No futures were drawn in this run",
        "No lever scanned moves the options apart.",
        "No option has a contract with a price by volume.",
        "The scenarios assume the same.",
    ):
        assert line in text
    assert text.count("<figure") == 1  # who does the work


def test_the_memo_is_made_from_the_manifest_alone(report, evens):
    manifest = {
        "seed": 7,
        "started_utc": "2026-11-22T10:00:00",
        "inputs_sha256": {"plan.yaml": "0123456789abcdef"},
        "versions": {"wfm": "1"},
        "decision": decision_record(report, evens),
    }
    memo = render_memo(json.loads(json.dumps(manifest)))
    best = report.recommended()
    assert "Who should do it?" in memo
    assert f"Choose {best.scenario_id}" in memo
    assert f"{best.cost.amount:,.0f}" in memo
    assert "Redundancies" in memo
    assert "procurement" in memo
    assert "plan.yaml 01234567" in memo
    risk = report.risk.difference("vendors", "own")
    assert f"In {100 * risk.one_cheaper_probability:.1f} % of 400 futures" in memo
    assert "vendors keeps its service in 100.0 % of months over all futures." in memo


def below_floor(report, name):
    """Return the report in which one option misses a floor in its second month."""
    results = []
    for result in report.comparison.results:
        if result.scenario_id == name:
            first, second, *rest = result.months
            second = replace(second, breaches=("phone: 61.0% in time, floor 75%",))
            result = replace(result, months=(first, second, *rest))
        results.append(result)
    return replace(
        report, comparison=replace(report.comparison, results=tuple(results))
    )


def test_an_option_below_a_floor_is_not_recommended_but_named(made):
    lower = below_floor(made, "vendors")
    evens = BreakEvens(lower)
    record = recorded(lower, evens)
    assert record["recommended"] == "own"
    memo = render_memo({"decision": record})
    assert "Stay with own" in memo
    assert (
        "vendors would cost EUR 1,340,673 but misses a floor of service in 1 of 14 "
        "months, first 2026-12 phone: 61.0% in time, floor 75%" in memo
    )


def test_no_option_that_serves_is_no_recommendation(poor, poor_page):
    record = recorded(poor.report, poor)
    assert record["recommended"] is None
    assert record["break_evens"] == []
    assert "none is recommended" in render_memo({"decision": record})
    assert "none is recommended" in poor_page


def test_options_are_those_stated_or_those_of_equal_contacts(made):
    report = made
    assert [o.scenario_id for o in report.options()] == ["own", "vendors", "everything"]
    first, *others = report.comparison.results
    busier = replace(
        others[1],
        months=tuple(replace(m, offered_contacts=60000.0) for m in others[1].months),
    )
    asked = replace(
        report,
        comparison=replace(report.comparison, results=(first, others[0], busier)),
    )
    assert [o.scenario_id for o in asked.options()] == ["own", "vendors"]
    assert [q.scenario_id for q in asked.questions()] == ["everything"]
    stated = replace(asked, decision=Decision(options=("everything",)))
    assert [o.scenario_id for o in stated.options()] == ["own", "everything"]
    assert bridged(stated).scenario_id == "everything"


def test_the_nearest_turning_point_each_way_counts(close):
    scans = close.scans
    assert any(nearest_changes(found) for found in scans)
    for found in scans:
        changes = nearest_changes(found)
        assert len([c for c in changes if c < 0]) <= 1
        assert len([c for c in changes if c >= 0]) <= 1
        crossings = [c.x - 1 for c in found.crossings]
        for change in changes:
            between = [
                c for c in crossings if 0 < abs(c) < abs(change) and c * change > 0
            ]
            assert not between


def test_japanese_labels_on_every_page(report, evens, tmp_path):
    japanese = replace(report, language="ja")
    own = BreakEvens(japanese)
    record = recorded(japanese, own)
    page = render_scenarios(japanese, own, record)
    assert '<html lang="ja">' in page
    assert "自社賃金" in page
    assert "何が結論を変えるか" in page
    memo = render_memo({"decision": record})
    assert "意思決定メモ" in memo
    write_scenario_workbook(tmp_path / "ja.xlsx", japanese, own)
    from support.spreadsheet import values_of

    heads = values_of(tmp_path / "ja.xlsx", "lines")[0]
    assert heads[:3] == ("選択肢", "月", "担当")
    bridge_steps = {row[0] for row in values_of(tmp_path / "ja.xlsx", "bridge")}
    assert "自社賃金" in bridge_steps


def test_figures_have_a_narrow_twin_in_the_colours_of_the_page(report):
    way = bridge(report.reference, report.options()[1])
    wide = svg(lambda canvas: bridge_figure(canvas, way), Canvas(), "a")
    narrow = svg(lambda canvas: bridge_figure(canvas, way), Canvas(width=NARROW), "b")
    boxes = [re.search(r'viewBox="0 0 ([\d.]+)', text) for text in (wide, narrow)]
    assert [float(box[1]) for box in boxes] == [676.8, pytest.approx(280.8)]
    for text in (wide, narrow):
        assert not re.search(r"#[0-9a-f]{6}", text), "a colour that no theme knows"


def test_money_of_the_reference_is_exact(made):
    assert made.reference.cost == Money(217913771, "EUR")


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_of_a_phone_or_a_screen(page, width, tmp_path):
    source = tmp_path / "page.html"
    source.write_text(page, encoding="utf-8")
    script = (
        "{wide: document.documentElement.scrollWidth, have: innerWidth,"
        "shown: [...document.querySelectorAll('figure svg')]"
        ".filter(s => s.getBoundingClientRect().width > 0).length,"
        "small: Math.min(...[...document.querySelectorAll('figure svg text')]"
        ".map(t => t.getBoundingClientRect().height).filter(h => h > 0)),"
        "figures: [...document.querySelectorAll('figure')]"
        ".filter(f => f.getBoundingClientRect().height > 0).length}"
    )
    found = measure(source, script, width, tmp_path / "probe.html")
    assert found["wide"] <= found["have"]
    assert found["shown"] == found["figures"] > 5
    assert found["small"] >= 9


@needs_browser
def test_the_memo_prints_on_one_page(report, evens, tmp_path):
    import subprocess

    record = recorded(report, evens)
    source, target = tmp_path / "memo.html", tmp_path / "memo.pdf"
    source.write_text(render_memo({"seed": 1, "decision": record}), encoding="utf-8")
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu",
         f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer",
         f"--print-to-pdf={target}", source.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    pages = re.findall(rb"/Type\s*/Page\b", target.read_bytes())
    assert len(pages) == 1


def test_of_many_options_page_and_memo_show_the_leading_ones(made):
    first, *_ = made.comparison.results
    copies = [
        replace(
            first,
            scenario_id=f"copy{k}",
            months=tuple(
                replace(m, cost=Money(m.cost.amount_minor + 100 * k, "EUR"))
                for m in first.months
            ),
        )
        for k in range(12, 0, -1)
    ]
    cheap = below_floor(made, "vendors").comparison["vendors"]
    results = (first, *copies, cheap)
    many = replace(
        made,
        comparison=replace(made.comparison, results=results),
        cases=(
            made.case("own"),
            *(replace(made.case("own"), scenario_id=c.scenario_id) for c in copies),
            made.case("vendors"),
        ),
    )
    leading = [option.scenario_id for option in many.leading(4)]
    assert leading == ["own", "copy2", "copy1", "vendors"]
    record = recorded(many, BreakEvens(many))
    memo = render_memo({"decision": record})
    assert "6 more options in scenarios.html." in memo
    assert ">copy7 " not in memo
    assert ">copy6 " in memo


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_can_be_had_by_itself(report, name):
    option = report.options()[1]
    figure = PICTURES[name](Pictures(report=report, option=option))
    assert figure.axes[0].has_data()
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_a_picture_of_risk_needs_futures(made):
    pictures = Pictures(report=made, option=made.options()[1])
    with pytest.raises(UsageError, match="draws=10_000"):
        pictures.fan()
