"""The sheets that only tell: service, risk, break-even, assumptions, record."""

import math
from collections.abc import Mapping, Sequence

from scenarios.money import decimal
from scenarios.repriced import LeverScan
from scenarios.result import ScenarioResult
from scenarios.risk import RiskReport
from wfm.pipeline.money import minor_digits
from wfm.report.background import flat
from wfm.report.scenario_break_even import BreakEvens, lever_label, top_levers
from wfm.report.scenario_charts import break_even_charts, range_chart, tornado_chart
from wfm.report.scenario_inputs import ScenarioReport, bridged
from wfm.report.scenario_looks import Folder
from wfm.report.scenario_words import Say
from wfm.report.sheets import Column, Formula, Sheet


def write_service(folder: Folder, shown: Sequence[ScenarioResult], say: Say) -> None:
    """Write the service of every option by month."""
    columns = (
        Column(head=say("option"), width=20),
        Column(head=say("month"), width=10),
        Column(head=say("offered contacts"), width=13, style="whole"),
        Column(head=say("resolved contacts"), width=13, style="whole"),
        Column(head=say("answered in time"), width=11, style="percent"),
        Column(head=say("worst queue"), width=22),
        Column(head=say("there in time"), width=11, style="percent"),
        Column(head=say("hours needed"), width=12, style="whole"),
        Column(head=say("hours missing"), width=12, style="whole"),
        Column(head=say("hours paid"), width=12, style="whole"),
        Column(head=say("people"), width=9, style="hours"),
        Column(head=say("floors missed"), width=60),
    )
    rows = (
        (
            option.scenario_id, str(m.month), m.offered_contacts, m.resolved_contacts,
            m.service_level, m.worst_queue, m.worst_level, m.required_hours,
            m.missing_hours, m.paid_hours, m.heads, "; ".join(m.breaches),
        )
        for option in shown
        for m in option.months
    )  # fmt: skip
    sheet = folder.sheet("service")
    sheet.table(columns, rows, freeze_columns=2)
    sheet.printed(0)


def write_risk(folder: Folder, report: ScenarioReport, say: Say) -> None:
    """Write what costs may be, and how sure each difference is."""
    sheet, risk = folder.sheet("risk"), report.risk
    sheet.put(0, 0, say("Risk"), "title")
    if risk is None:
        sheet.put(1, 0, say("No futures were drawn in this run."), "note")
        return
    note = say(
        "{num} futures, the same for every option (seed {seed}); these figures are "
        "wfm's and do not move with the inputs.",
        num=risk.num_draws,
        seed=risk.seed,
    )
    sheet.put(1, 0, note, "note")
    unit = 10 ** minor_digits(risk.currency)
    columns, rows = _risk_table(risk, unit, say)
    after = sheet.table(columns, rows, top=3)
    _differences(sheet, risk, after + 2, say)
    below = after + len(risk.differences) + 5
    title = say("Cost over all months")
    low = 0.8 * min((option.p10 for option in risk.options), default=0.0) / unit
    range_chart(folder, sheet, (4, after - 1), below, title, low=low)
    sheet.printed(3)


def _risk_table(
    risk: RiskReport, unit: int, say: Say
) -> tuple[list[Column], list[tuple[object, ...]]]:
    heads = ("option", "P10", "P50", "P90", "mean", "standard deviation")
    columns = [Column(head=say(heads[0]), width=20)]
    columns += [Column(head=say(head), width=16, style="money") for head in heads[1:]]
    columns.append(
        Column(
            head=say("chance that a month keeps its target"), width=16, style="percent"
        )
    )
    rows: list[tuple[object, ...]] = [
        (
            o.name, o.p10 / unit, o.p50 / unit, o.p90 / unit, o.mean / unit,
            o.sd / unit,
            _finite(o.service_probability),
        )
        for o in risk.options
    ]  # fmt: skip
    return columns, rows


def _differences(sheet: Sheet, risk: RiskReport, top: int, say: Say) -> None:
    unit = 10 ** minor_digits(risk.currency)
    heads = (
        "option", "less", "mean difference", "95 % from", "95 % to", "P10", "P90",
        "chance to be cheaper",
    )  # fmt: skip
    for c, head in enumerate(heads):
        sheet.put(top, c, say(head), "head")
    for n, pair in enumerate(risk.differences, start=top + 1):
        sheet.put(n, 0, pair.one)
        sheet.put(n, 1, pair.other)
        values = (pair.mean, pair.low, pair.high, pair.p10, pair.p90)
        for c, value in enumerate(values, start=2):
            sheet.put(n, c, value / unit, "signed")
        sheet.put(n, 7, pair.one_cheaper_probability, "percent")


def write_tornado(folder: Folder, report: ScenarioReport, say: Say) -> None:
    """Write what each uncertainty alone does to the cost of each option."""
    sheet = folder.sheet("tornado")
    sheet.put(0, 0, say("Tornado"), "title")
    if not report.tornado:
        sheet.put(1, 0, say("No uncertainties were stated for this run."), "note")
        return
    unit = 10 ** minor_digits(report.currency)
    columns = _tornado_columns(say)
    measured = (
        (say("cost"), report.tornado),
        (say("less the reference"), report.apart),
    )
    rows = [
        (
            option, what, bar.name, bar.input_p10, bar.input_p90, bar.at_p10 / unit,
            bar.at_p90 / unit, (bar.at_p10 - found.base) / unit,
            (bar.at_p90 - found.base) / unit,
        )
        for what, by_option in measured
        for option, found in by_option.items()
        for bar in found.bars
    ]  # fmt: skip
    after = sheet.table(columns, rows, top=2, freeze_columns=2)
    chosen = bridged(report).scenario_id
    own = [n for n, row in enumerate(rows, 3) if row[:2] == (chosen, measured[1][0])]
    if own:
        title = say("What moves the difference: {option}", option=chosen)
        tornado_chart(folder, sheet, (own[0], own[-1]), after + 2, title)
    sheet.printed(2)


def _tornado_columns(say: Say) -> tuple[Column, ...]:
    return (
        Column(head=say("option"), width=20),
        Column(head=say("figure"), width=18),
        Column(head=say("uncertainty"), width=24),
        Column(head=say("at P10"), width=12, style="factor"),
        Column(head=say("at P90"), width=12, style="factor"),
        Column(head=say("cost at P10"), width=16, style="money"),
        Column(head=say("cost at P90"), width=16, style="money"),
        Column(head=say("change at P10"), width=16, style="signed"),
        Column(head=say("change at P90"), width=16, style="signed"),
    )


def write_break_even(folder: Folder, evens: BreakEvens, say: Say) -> None:
    """Write every point at which two options change places, and the lines scanned."""
    sheet = folder.sheet("break_even")
    sheet.put(0, 0, say("Break-even"), "title")
    note = say("Each lever alone, as a factor on today; people and service stay.")
    sheet.put(1, 0, note, "note")
    columns = (
        Column(head=say("lever"), width=36),
        Column(head=say("option"), width=20),
        Column(head=say("against"), width=20),
        Column(head=say("change places at"), width=13, style="factor"),
        Column(head=say("that is"), width=16, style="change"),
    )
    sheet.target.set_column(5, 6, 16)
    rows = [
        (lever_label(x.lever, say), x.one, x.other, c.x, c.x - 1.0)
        for x in evens.scans
        for c in x.crossings
    ]
    after = sheet.table(columns, rows, top=3)
    _scans(folder, sheet, evens, after + 1, say)
    sheet.printed(3)


def _scans(folder: Folder, sheet: Sheet, evens: BreakEvens, top: int, say: Say) -> None:
    """Write the points of every scan from row *top* on, and draw them."""
    unit = 10 ** minor_digits(evens.report.currency)
    heads = (
        "lever", "option", "against", "factor", "cost", "cost of the other", "saved",
    )  # fmt: skip
    for c, head in enumerate(heads):
        sheet.put(top, c, say(head), "head")
    n = top + 1
    drawn: dict[str, list[tuple[str, int, int]]] = {}
    for x in evens.scans:
        last = _scan_rows(sheet, x, n, unit, say)
        lever = lever_label(x.lever, say)
        drawn.setdefault(lever, []).append((x.other, n, last - 1))
        n = last
    chosen = {lever_label(group[0].lever, say) for group in top_levers(evens)}
    kept = {lever: lines for lever, lines in drawn.items() if lever in chosen}
    break_even_charts(folder, sheet, kept, 3)


def _scan_rows(sheet: Sheet, scan: LeverScan, n: int, unit: int, say: Say) -> int:
    """Write a scan's points from row *n* on; return the row after them."""
    points = zip(scan.factors, scan.one_minor, scan.other_minor, strict=True)
    for factor, one, other in points:
        sheet.put(n, 0, lever_label(scan.lever, say))
        sheet.put(n, 1, scan.one)
        sheet.put(n, 2, scan.other)
        sheet.put(n, 3, factor, "factor")
        costs = [float(decimal(cost) / unit) for cost in (one, other)]
        sheet.put(n, 4, costs[0], "money")
        sheet.put(n, 5, costs[1], "money")
        saved = Formula(text=f"=E{n + 1}-F{n + 1}", value=round(costs[0] - costs[1], 9))
        sheet.put(n, 6, saved, "signed")
        n += 1
    return n


def write_assumptions(folder: Folder, report: ScenarioReport, say: Say) -> None:
    """Write what each scenario changes, who says so, since when and on what grounds."""
    sheet = folder.sheet("assumptions")
    heads = (
        ("scenario", 20), ("path", 44), ("months", 20), ("base", 16), ("value", 16),
        ("operation", 11), ("origin", 18), ("owner", 16), ("date", 12), ("source", 44),
    )  # fmt: skip
    columns = [Column(head=say(head), width=width) for head, width in heads]
    rows = [
        tuple(_plain(row.get(head)) for head, _ in heads)
        for row in report.comparison.assumption_rows()
    ]
    sheet.table(columns, rows, freeze_columns=2)
    sheet.printed(0)
    _differing(folder, report, say)


def _differing(folder: Folder, report: ScenarioReport, say: Say) -> None:
    sheet, rows = folder.sheet("differences"), report.comparison.difference()
    names = [result.scenario_id for result in report.comparison.results]
    columns = [
        Column(head=say("path"), width=44),
        Column(head=say("months"), width=20),
        Column(head=say("base"), width=16),
        *(Column(head=name, width=16) for name in names),
    ]
    keys = ("path", "months", "base", *names)
    sheet.table(columns, [tuple(_plain(row.get(k)) for k in keys) for row in rows])
    sheet.printed(0)


def write_record(folder: Folder, manifest: Mapping[str, object], say: Say) -> None:
    """Write the run's record, one line per entry."""
    columns = (
        Column(head=say("entry"), width=34),
        Column(head=say("value"), width=90),
    )
    sheet = folder.sheet("record")
    sheet.table(columns, flat(manifest))
    sheet.printed(0)


def _plain(value: object) -> object:
    """Return what a cell can hold: numbers as they are, all else as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return "" if value is None else str(value)


def _finite(value: float) -> float | None:
    return None if math.isnan(value) else value
