"""The scenario workbook: formulas find Python's figures, before and after a change."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from openpyxl import load_workbook
from support.scenario_reports import (
    HOURLY,
    LANES,
    MONTHS,
    OWN_JPY,
    PER_CONTACT,
    PRICES,
    book,
    flat,
    made_report,
    tiers,
)
from support.spreadsheet import (
    all_recalculated,
    needs_calc,
    values_of,
    with_inputs,
)

from scenarios.clauses import KpiClause, KpiPoint
from scenarios.contract import Minimum
from scenarios.cost_model import COST_MODELS
from scenarios.wages import Premium, WageScale, WageStep
from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_model import cost_sheets
from wfm.report.scenario_prices import WRITERS
from wfm.report.scenario_workbook import write_scenario_workbook

D = Decimal
patiently = pytest.mark.timeout(1000)  # a spreadsheet programme starts slowly


@pytest.fixture(scope="module")
def report():
    return made_report()


@pytest.fixture(scope="module")
def written(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "scenarios.xlsx"
    write_scenario_workbook(path, report, BreakEvens(report))
    return path


def python_lines(result):
    found = defaultdict(Decimal)
    for item in result.lines:
        found[str(item.line.month), item.line.lane_id, item.line.code] += (
            item.amount.amount
        )
    return {key: value for key, value in found.items() if value}


def sheet_lines(rows, option):
    found = defaultdict(Decimal)
    for row in rows[1:]:
        if row[0] == option and row[13] is not None:
            found[row[1], row[2], row[4]] += Decimal(str(round(row[13], 6)))
    return {key: value for key, value in found.items() if value}


def test_every_price_model_has_formulas():
    for name in COST_MODELS.names():
        assert any(issubclass(COST_MODELS[name], kind) for kind in WRITERS), name


def test_each_line_comes_to_what_python_prices(report):
    model = cost_sheets(report, report.comparison.results)
    for result in report.comparison.results:
        found = defaultdict(Fraction)
        for row in model.ledger.rows:
            if row.option == result.scenario_id and row.reported is not None:
                key = (str(row.month), row.lane, row.code)
                found[key] += row.reported.value
        assert {k: v for k, v in found.items() if v} == python_lines(result)


def test_what_is_cached_reads_without_calculating(report, written):
    rows = values_of(written, "lines")
    for result in report.comparison.results:
        assert sheet_lines(rows, result.scenario_id) == python_lines(result)
    summary = values_of(written, "summary")
    costs = {row[0]: row[1] for row in summary if row[0] in LANES}
    assert costs == {
        r.scenario_id: float(r.cost.amount) for r in report.comparison.results
    }


@pytest.fixture(scope="module")
def calculated(written, ties, tmp_path_factory):
    """Return the workbook as written, and after each change, calculated anew.

    With them, as the spreadsheet programme starts slowly, the sheet of ties.
    """
    folder = tmp_path_factory.mktemp("calculated")
    edited = {
        name: with_inputs(written, folder / f"changed{n}.xlsx", inputs)
        for n, (name, (inputs, _)) in enumerate(CHANGES.items())
    }
    sources = {"as written": written, "ties": ties[0], **edited}
    found = all_recalculated(list(sources.values()), folder)
    return dict(zip(sources, found, strict=True))


@needs_calc
@patiently
def test_a_spreadsheet_finds_the_same_figure_in_every_cell(written, calculated):
    again = calculated["as written"]
    compared = 0
    for sheet in ("summary", "inputs", "bridge", "cash", "local", "activity", "lines"):
        before, after = values_of(written, sheet), values_of(again, sheet)
        for one, other in zip(before, after, strict=True):
            for cached, found in zip(one, other, strict=True):
                if isinstance(cached, int | float):
                    assert found == pytest.approx(cached, abs=1e-7, rel=1e-12), sheet
                    compared += 1
    assert compared > 9_000


def hourly(**changes):
    return replace(HOURLY, **changes)


def rate_of(price_book, source, target, factor):
    fx = price_book.context.fx
    rates = {
        key: rate * (Fraction(factor) if key[1:] == (source, target) else 1)
        for key, rate in fx.rates.items()
    }
    return replace(
        price_book,
        context=replace(price_book.context, fx=replace(fx, rates=rates)),
    )


def priced_at(**changes):
    return replace(book(), prices={**PRICES, **changes})


def changed_jpy():
    grades = {
        "agent": WageScale(
            steps=(WageStep(wage=D(251000)), WageStep(wage=D(280001), month=MONTHS[4])),
            yearly_raise=D("0.0375"),
            raise_month=4,
        ),
        "senior": OWN_JPY.grades["senior"],
    }
    return replace(
        OWN_JPY,
        grades=grades,
        burden=D("0.1825"),
        premia={**OWN_JPY.premia, "sunday": Premium(per_hour=D("312.5"))},
    )


def changed_hourly():
    price = replace(HOURLY.price, prices=tiers((0, 9.405), (3500, 8.75), (6000, 8.995)))
    first, *rest = HOURLY.kpis[0].points
    kpi = KpiClause(
        kpi="service_level",
        points=(KpiPoint(value=D("0.72"), rate=first.rate), *rest),
    )
    return replace(
        HOURLY,
        price=price,
        minimum=replace(HOURLY.minimum, quantity=D(4100)),
        kpis=(kpi, HOURLY.kpis[1]),
    )


def changed_contact():
    prices = tiers((0, 2.05), (20000, 1.70), (40000, 1.325), kind="all_units")
    return replace(
        PER_CONTACT,
        price=replace(PER_CONTACT.price, prices=prices),
        minimum=Minimum(forecast_share=D(1)),
    )


CHANGES = {
    "prices: own wages, a vendor's, by the contact, a bot's, by the hour": (
        {
            "own_jpy.wage.agent.step2": 280001,
            "own_jpy.raise.agent": 0.0375,
            "own_jpy.burden": 0.1825,
            "own_jpy.premium.sunday": 312.5,
            "hourly.price.tier2.from": 3500,
            "hourly.price.tier2.price": 8.75,
            "hourly.minimum.quantity": 4100,
            "hourly.service_level.value1": 0.72,
            "contact.price.tier3.price": 1.325,
            "contact.minimum.forecast_share": 1,
            "bot.per_resolution": 0.5,
            "logged": 15.125,
        },
        lambda: made_report(
            priced_at(
                own_jpy=changed_jpy(),
                hourly=changed_hourly(),
                contact=changed_contact(),
                bot=replace(PRICES["bot"], per_resolution=flat("0.5")),
                logged=replace(PRICES["logged"], prices=flat("15.125")),
            )
        ),
    ),
    "exchange rates, one listed the other way round; work of all, and of one lane": (
        {
            "fx_factor.EUR.USD": 0.925,
            "fx_factor.USD.PHP": 1.0625,
            "volume_factor": 1.25,
            "volume_factor.manila": 0.5,
        },
        lambda: made_report(
            rate_of(rate_of(book(), "EUR", "USD", "0.925"), "USD", "PHP", "1.0625"),
            factors={lane: 1.25 for lanes in LANES.values() for lane in lanes}
            | {"manila": 0.625},
        ),
    ),
}


@needs_calc
@patiently
@pytest.mark.parametrize("change", CHANGES)
def test_changed_inputs_move_the_sheet_as_they_move_python(change, report, calculated):
    _, expected = CHANGES[change]
    after = calculated[change]
    rows, summary = values_of(after, "lines"), values_of(after, "summary")
    costs = {row[0]: row[1] for row in summary if row[0] in LANES}
    for before, result in zip(
        report.comparison.results, expected().comparison.results, strict=True
    ):
        assert sheet_lines(rows, result.scenario_id) == python_lines(result)
        assert Decimal(str(round(costs[result.scenario_id], 6))) == result.cost.amount
        assert before.cost != result.cost


def test_inputs_are_blue_and_named(written):
    sheets = load_workbook(written)
    names = {name: next(x.destinations) for name, x in sheets.defined_names.items()}
    assert len(names) > 120
    for sheet, cell in names.values():
        font = sheets[sheet][cell.replace("$", "")].font
        assert font.color.rgb == "FF0000FF", cell
    formulas = sheets["lines"]["J2"]
    assert formulas.data_type == "f"
    assert formulas.font.color is None or formulas.font.color.rgb != "FF0000FF"


@pytest.mark.parametrize("digits", [0, 2, 3])
def test_half_even_is_pythons_to_the_last_tie(digits):
    from wfm.report.scenario_numbers import half_even, num

    for minor in range(-7, 8):
        tie = Fraction(2 * minor + 1, 2 * 10**digits)
        for value in (tie, tie + Fraction(1, 10**6), tie - Fraction(1, 10**6)):
            found = half_even(num(value), digits).value
            assert found == Fraction(round(value * 10**digits), 10**digits)


@pytest.fixture(scope="module")
def ties(tmp_path_factory):
    """Return a sheet that rounds products, many of them ties, and what is expected."""
    import numpy as np
    import xlsxwriter

    from wfm.report.scenario_numbers import half_even, num

    rng = np.random.default_rng(5)
    hours = [D(int(h)) / 100 for h in rng.integers(-10_000_000, 10_000_000, 1500)]
    prices = [D(int(p)) / 10_000 for p in rng.integers(0, 1000, 1500) * 625]
    pairs = zip(hours, prices, strict=True)
    assert sum((h * p * 1000) % 10 == 5 for h, p in pairs) > 30
    path = tmp_path_factory.mktemp("ties") / "ties.xlsx"
    expected = []
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("ties")
        for row, (quantity, price) in enumerate(zip(hours, prices, strict=True)):
            exact = num(quantity) * num(price)
            sheet.write_number(row, 0, float(quantity))
            sheet.write_number(row, 1, float(price))
            cells = replace(exact, text=f"A{row + 1}*B{row + 1}")
            sheet.write_formula(row, 2, f"={half_even(cells, 2).text}", None, 0)
            expected.append(float(round(exact.value * 100)) / 100)
    return path, expected


@needs_calc
@patiently
def test_half_even_in_a_spreadsheet_is_pythons(ties, calculated):
    found = [row[2] for row in values_of(calculated["ties"], "ties")]
    assert found == pytest.approx(ties[1], abs=1e-9)


def test_names_are_such_as_spreadsheets_take():
    from wfm.report.scenario_names import InputList, input_name

    assert input_name("vendor_a.price") == "vendor_a.price"
    assert input_name("own.knowledge transfer") == "own.knowledge_transfer"
    for strange in ("A1", "xfd1048576", "R1C1", "r", "C", "2026.fee", ".x"):
        assert input_name(strange) == f"_{strange}"
    names = InputList()
    first = names.ask("own.a b", 1)
    second = names.ask("own.A_b", 2)
    assert first.text.casefold() != second.text.casefold()
    assert names.ask("own.a b", 1).text == first.text
    assert [item.path for item in names] == ["own.a b", "own.A_b"]


def test_more_scenarios_than_open_quickly_are_left_to_the_tables(report, monkeypatch):
    from wfm.report import scenario_workbook

    monkeypatch.setattr(scenario_workbook, "MOST_CALCULATED", 2)
    shown = scenario_workbook.calculated(report)
    assert [result.scenario_id for result in shown] == ["own", "vendors"]


def assert_lines_match(report):
    model = cost_sheets(report, report.comparison.results)
    for result in report.comparison.results:
        found = defaultdict(Fraction)
        for row in model.ledger.rows:
            if row.option == result.scenario_id and row.reported is not None:
                found[str(row.month), row.lane, row.code] += row.reported.value
        assert {k: v for k, v in found.items() if v} == python_lines(result)


def test_results_of_lanes_under_one_contract_are_means_by_contacts(monkeypatch):
    pays = (
        KpiPoint(value=D("0.6"), rate=D("-0.1")),
        KpiPoint(value=D("0.9"), rate=D("0.1")),
    )
    paid = replace(PER_CONTACT, kpis=(KpiClause(kpi="service_level", points=pays),))
    better = {"kpis": {"service_level": 0.8875}, "contacts": 5000.25}
    monkeypatch.setitem(LANES["vendors"], "davao", ("contact", better))
    report = made_report(priced_at(contact=paid))
    codes = {x.line.code for x in report.comparison["vendors"].lines}
    assert "kpi.service_level" in codes
    assert_lines_match(report)


def test_a_minimum_by_a_measures_own_forecast_and_without_one(monkeypatch):
    shared = replace(
        HOURLY,
        minimum=Minimum(forecast_share=D("0.95")),
        capacity=None,
        kpis=(),
    )
    for own in ({"forecast": {"productive_hours": 4000.5}}, {}):
        monkeypatch.setitem(LANES["vendors"], "manila", ("hourly", own))
        report = made_report(priced_at(hourly=shared))
        codes = {x.line.code for x in report.comparison["vendors"].lines}
        assert "minimum" in codes
        assert_lines_match(report)


def test_a_price_without_formulas_is_refused_by_name(report):
    class Barter:
        currency = "EUR"

    odd = replace(report, book=priced_at(logged=Barter()))
    with pytest.raises(NotImplementedError, match="Barter"):
        cost_sheets(odd, odd.comparison.results)


def test_a_formula_too_long_for_a_spreadsheet_is_refused(report):
    from wfm.report.scenario_numbers import added, num
    from wfm.report.scenario_sheets import formula

    longest = max(
        len(number.text)
        for row in cost_sheets(report, report.comparison.results).ledger.rows
        for number in (row.amount, row.reported, row.quantity, row.price, row.rate)
        if number is not None
    )
    assert longest < 3000
    with pytest.raises(ValueError, match="a formula of"):
        formula(added([num(1)] * 5000))
