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
from support.spreadsheet import needs_calc, recalculated, values_of, with_inputs

from scenarios.clauses import KpiClause, KpiPoint
from scenarios.contract import Minimum
from scenarios.cost_model import COST_MODELS
from scenarios.wages import Premium, WageScale, WageStep
from wfm.report.scenario_break_even import BreakEvens
from wfm.report.scenario_model import cost_sheets
from wfm.report.scenario_prices import WRITERS
from wfm.report.scenario_workbook import write_scenario_workbook

D = Decimal


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


@needs_calc
def test_a_spreadsheet_finds_the_same_figure_in_every_cell(written, tmp_path):
    again = recalculated(written, tmp_path)
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


CHANGES = {
    "wages, raise, burden and a premium": (
        {
            "own_jpy.wage.agent.step2": 280001,
            "own_jpy.raise.agent": 0.0375,
            "own_jpy.burden": 0.1825,
            "own_jpy.premium.sunday": 312.5,
        },
        lambda: made_report(priced_at(own_jpy=changed_jpy())),
    ),
    "tiers, minimum and malus of a vendor": (
        {
            "hourly.price.tier2.from": 3500,
            "hourly.price.tier2.price": 8.75,
            "hourly.minimum.quantity": 4100,
            "hourly.service_level.value1": 0.72,
        },
        lambda: made_report(priced_at(hourly=changed_hourly())),
    ),
    "price by the contact and a share of the forecast": (
        {"contact.price.tier3.price": 1.325, "contact.minimum.forecast_share": 1},
        lambda: made_report(
            priced_at(
                contact=replace(
                    PER_CONTACT,
                    price=replace(
                        PER_CONTACT.price,
                        prices=tiers(
                            (0, 2.05), (20000, 1.70), (40000, 1.325), kind="all_units"
                        ),
                    ),
                    minimum=Minimum(forecast_share=D(1)),
                )
            )
        ),
    ),
    "exchange rates, one listed the other way round": (
        {"fx_factor.EUR.USD": 0.925, "fx_factor.USD.PHP": 1.0625},
        lambda: made_report(
            rate_of(rate_of(book(), "EUR", "USD", "0.925"), "USD", "PHP", "1.0625")
        ),
    ),
    "work of all, and of one lane": (
        {"volume_factor": 1.25, "volume_factor.manila": 0.5},
        lambda: made_report(
            factors={lane: 1.25 for lanes in LANES.values() for lane in lanes}
            | {"manila": 0.625}
        ),
    ),
    "a bot and a logged hour": (
        {"bot.per_resolution": 0.5, "logged": 15.125},
        lambda: made_report(
            priced_at(
                bot=replace(PRICES["bot"], per_resolution=flat("0.5")),
                logged=replace(PRICES["logged"], prices=flat("15.125")),
            )
        ),
    ),
}


@needs_calc
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_input_moves_the_sheet_as_it_moves_python(change, written, tmp_path):
    inputs, expected = CHANGES[change]
    edited = with_inputs(written, tmp_path / "edited.xlsx", inputs)
    after = recalculated(edited, tmp_path)
    rows, summary = values_of(after, "lines"), values_of(after, "summary")
    costs = {row[0]: row[1] for row in summary if row[0] in LANES}
    moved = False
    for before, result in zip(
        made_report().comparison.results, expected().comparison.results, strict=True
    ):
        assert sheet_lines(rows, result.scenario_id) == python_lines(result)
        assert Decimal(str(round(costs[result.scenario_id], 6))) == result.cost.amount
        moved |= before.cost != result.cost
    assert moved


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
