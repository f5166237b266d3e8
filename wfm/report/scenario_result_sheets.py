"""The sheets that compare: summary, cash, bridge, local amounts; all by formulas."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from xlsxwriter.utility import xl_col_to_name

from scenarios.result import ScenarioResult
from wfm.report.scenario_blocks import BLOCKS, block_of
from wfm.report.scenario_inputs import ScenarioReport
from wfm.report.scenario_ledger import AMOUNT, ASIDE, REPORTED, Ledger
from wfm.report.scenario_looks import Folder
from wfm.report.scenario_words import Say
from wfm.report.sheets import Column, Formula, Sheet

SUMMARY_TOP = 5
BRIDGE_TOP = 6
CASH_TOP = 3


_KEYS = ("B", "D", "G", "L")
"""Columns of the sheet ``lines`` that conditions may name, beside the option's."""
_OPTION = "A"


class Sums:
    """Conditional sums over the sheet ``lines``, each with what it comes to."""

    def __init__(self, ledger: Ledger, say: Say) -> None:
        self.say = say
        self._last = ledger.next_row() - 1
        self._groups: dict[str, dict[tuple[str, ...], list[Fraction]]] = {}
        for row in ledger.rows:
            if row.reported is None or row.amount is None:
                continue
            block = say(block_of(row.code))
            key = (str(row.month), block, row.kind, row.currency)
            own = self._groups.setdefault(row.option, {})
            group = own.setdefault(key, [Fraction(0), Fraction(0)])
            group[0] += row.amount.value
            group[1] += row.reported.value

    def of(
        self, conditions: Mapping[str, tuple[str, str]], column: str = REPORTED
    ) -> Formula:
        """Return the sum of a column where other columns are as stated.

        *conditions*: column letter -> (the cell or text compared with, its value),
        that of the option among them.
        Lines that only serve others are no part of any sum.
        """
        parts = "".join(
            f",lines!${letter}$2:${letter}${self._last},{cell}"
            for letter, (cell, _) in conditions.items()
        )
        if column == AMOUNT:  # the reported column is empty there
            parts += f',lines!$G$2:$G${self._last},"<>{ASIDE}"'
        text = f"=SUMIFS(lines!${column}$2:${column}${self._last}{parts})"
        option = conditions[_OPTION][1]
        wanted = {
            _KEYS.index(letter): value
            for letter, (_, value) in conditions.items()
            if letter != _OPTION
        }
        which = 0 if column == AMOUNT else 1
        found = sum(
            amounts[which]
            for key, amounts in self._groups.get(option, {}).items()
            if all(key[i] == value for i, value in wanted.items())
        )
        return Formula(text=text, value=float(found))


def write_summary(
    folder: Folder,
    report: ScenarioReport,
    shown: Sequence[ScenarioResult],
    sums: Sums,
) -> None:
    """Write cost beside service for every option and question."""
    sheet, say = folder.sheet("summary"), sums.say
    sheet.put(0, 0, report.title or say("Scenarios"), "title")
    sheet.put(1, 0, report.decision.question, "section")
    months = report.months
    note = say(
        "{first} to {last}, {currency}; costs are formulas over the sheet lines, "
        "service is as simulated by wfm and does not move with prices.",
        first=months[0],
        last=months[-1],
        currency=report.currency,
    )
    sheet.put(2, 0, note, "note")
    columns = _summary_columns(say)
    rows = [
        _summary_row(report, result, sums, n)
        for n, result in enumerate(shown, start=SUMMARY_TOP + 2)
    ]
    sheet.table(columns, rows, top=SUMMARY_TOP)
    sheet.printed(SUMMARY_TOP)


def _summary_columns(say: Say) -> tuple[Column, ...]:
    return (
        Column(head=say("option"), width=20),
        Column(head=say("cost"), width=17, style="money"),
        Column(head=say("against the reference"), width=17, style="signed"),
        Column(head=say("in %"), width=9, style="change"),
        Column(head=say("of it one-off"), width=14, style="money"),
        Column(head=say("per resolved contact"), width=12, style="per_contact"),
        Column(head=say("resolved contacts"), width=13, style="whole"),
        Column(head=say("answered in time"), width=10, style="percent"),
        Column(head=say("hours missing"), width=10, style="whole"),
        Column(head=say("people"), width=9, style="hours"),
        Column(head=say("months below a floor"), width=11, style="whole"),
        Column(head=say("first floor missed"), width=44),
        Column(head=say("what it is"), width=54),
    )


def _summary_row(
    report: ScenarioReport, result: ScenarioResult, sums: Sums, n: int
) -> tuple[object, ...]:
    first = SUMMARY_TOP + 2
    cost = sums.of({"A": (f"$A{n}", result.scenario_id)})
    base = float(report.reference.cost.amount)
    one_off = sums.of(
        {"A": (f"$A{n}", result.scenario_id), "G": ('"one_off"', "one_off")}
    )
    apart = cost.value - base
    share = apart / base if base else 0.0
    below = [month for month in result.months if month.breaches]
    resolved = result.resolved_contacts
    per_contact = cost.value / resolved if resolved else 0.0
    return (
        result.scenario_id,
        cost,
        Formula(text=f"=B{n}-B${first}", value=round(apart, 9)),
        Formula(text=f"=IF(B${first}=0,0,C{n}/B${first})", value=share),
        one_off,
        Formula(text=f"=IF(G{n}=0,0,B{n}/G{n})", value=per_contact),
        resolved,
        result.service_level,
        sum(month.missing_hours for month in result.months),
        sum(month.heads for month in result.months) / len(result.months),
        len(below),
        f"{below[0].month} {below[0].breaches[0]}" if below else "",
        result.text,
    )  # fmt: skip


def write_cash(
    folder: Folder,
    report: ScenarioReport,
    shown: Sequence[ScenarioResult],
    sums: Sums,
) -> None:
    """Write what each option costs by month, and what it has saved until then."""
    sheet, say, count = folder.sheet("cash"), sums.say, len(shown)
    sheet.put(0, 0, say("Monthly cost by option"), "title")
    note = say(
        "Below: saved against the reference until then; the dip is the transition."
    )
    sheet.put(1, 0, note, "note")
    columns = [Column(head=say("month"), width=16)]
    columns += [
        Column(head=option.scenario_id, width=16, style="money") for option in shown
    ]
    rows = _cash_rows(report, shown, sums)
    after = sheet.table(columns, rows, top=CASH_TOP)
    first, last = CASH_TOP + 2, after
    sheet.put(after, 0, say("total"), "sum_text")
    for c, option in enumerate(shown, start=1):
        letter = xl_col_to_name(c)
        text = f"=SUM({letter}{first}:{letter}{last})"
        whole = float(option.cost.amount)
        sheet.put(after, c, Formula(text=text, value=whole), "money_sum")
    _savings(sheet, report, shown, after + 3, say)
    _cash_chart(folder, sheet, after + 3, len(report.months), count, say)
    sheet.printed(CASH_TOP)


def _cash_rows(
    report: ScenarioReport, shown: Sequence[ScenarioResult], sums: Sums
) -> list[tuple[object, ...]]:
    return [
        (
            str(month),
            *(
                sums.of(
                    {
                        "A": (
                            f"{xl_col_to_name(c)}${CASH_TOP + 1}",
                            option.scenario_id,
                        ),
                        "B": (f"$A{n}", str(month)),
                    }
                )
                for c, option in enumerate(shown, start=1)
            ),
        )
        for n, month in enumerate(report.months, start=CASH_TOP + 2)
    ]


def _savings(
    sheet: Sheet,
    report: ScenarioReport,
    shown: Sequence[ScenarioResult],
    top: int,
    say: Say,
) -> None:
    sheet.put(top - 1, 0, say("Saved against the reference until then"), "section")
    sheet.put(top, 0, say("month"), "head")
    reference = report.reference
    for c, option in enumerate(shown, start=1):
        sheet.put(top, c, option.scenario_id, "head_right")
        letter, saved = xl_col_to_name(c), 0.0
        for k, month in enumerate(report.months):
            row = top + 1 + k
            saved += float(reference.months[k].cost.amount)
            saved -= float(option.months[k].cost.amount)
            paid, start = CASH_TOP + 2 + k, CASH_TOP + 2
            text = f"=SUM($B${start}:$B{paid})-SUM({letter}${start}:{letter}{paid})"
            sheet.put(row, c, Formula(text=text, value=round(saved, 9)), "signed")
            sheet.put(row, 0, str(month))


def _cash_chart(
    folder: Folder, sheet: Sheet, top: int, num_months: int, count: int, say: Say
) -> None:
    chart = folder.workbook.add_chart({"type": "line"})
    last = top + num_months
    for c in range(2, count + 1):
        chart.add_series(
            {
                "name": ["cash", top, c],
                "categories": ["cash", top + 1, 0, last, 0],
                "values": ["cash", top + 1, c, last, c],
                "line": {"width": 2.25},
            }
        )
    chart.set_title({"name": say("Saved against the reference until then")})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_size({"width": 860, "height": 380})
    if count > 1:
        sheet.target.insert_chart(last + 2, 0, chart)


def write_bridge(
    folder: Folder,
    report: ScenarioReport,
    shown: Sequence[ScenarioResult],
    sums: Sums,
    target: ScenarioResult,
) -> None:
    """Write the way from one option's cost to another's; both can be chosen."""
    sheet, say, one = folder.sheet("bridge"), sums.say, report.reference
    sheet.put(0, 0, say("From one option to another"), "title")
    sheet.put(1, 0, say("Choose two options; the steps add up to the cent."), "note")
    for row, label, option in ((2, say("from"), one), (3, say("to"), target)):
        sheet.put(row, 0, label)
        sheet.put(row, 1, option.scenario_id, "input_choice")
        names = [result.scenario_id for result in shown]
        if len(",".join(names)) <= 255:
            sheet.target.data_validation(
                row, 1, row, 1, {"validate": "list", "source": names}
            )
    heads = (
        Column(head=say("step"), width=30),
        Column(head=say("from"), width=16, style="money"),
        Column(head=say("to"), width=16, style="money"),
        Column(head=say("change"), width=16, style="signed"),
        Column(head=say("level after it"), width=16, style="money"),
        Column(head=say("invisible base"), width=16, style="money"),
        Column(head=say("more"), width=16, style="money"),
        Column(head=say("less"), width=16, style="money"),
        Column(head=say("whole"), width=16, style="money"),
    )
    rows = list(_bridge_rows(sums, one, target))
    sheet.table(heads, rows, top=BRIDGE_TOP)
    _bridge_chart(folder, sheet, len(rows), say)
    sheet.printed(BRIDGE_TOP)


def _bridge_rows(
    sums: Sums, one: ScenarioResult, target: ScenarioResult
) -> Iterable[tuple[object, ...]]:
    n = BRIDGE_TOP + 2
    whole = sums.of({"A": ("$B$3", one.scenario_id)})
    yield (one_label(sums.say), "", "", "", whole, "", "", "",
           Formula(text=f"=E{n}", value=whole.value))  # fmt: skip
    level = whole.value
    for block in BLOCKS:
        n += 1
        name = sums.say(block)
        before = sums.of({"A": ("$B$3", one.scenario_id), "D": (f"$A{n}", name)})
        after = sums.of({"A": ("$B$4", target.scenario_id), "D": (f"$A{n}", name)})
        step = after.value - before.value
        low = min(level, level + step)
        level += step
        yield (
            name,
            before,
            after,
            Formula(text=f"=C{n}-B{n}", value=round(step, 9)),
            Formula(text=f"=E{n - 1}+D{n}", value=round(level, 9)),
            Formula(text=f"=MIN(E{n - 1},E{n})", value=round(low, 9)),
            Formula(text=f"=MAX(D{n},0)", value=round(max(step, 0), 9)),
            Formula(text=f"=MAX(-D{n},0)", value=round(max(-step, 0), 9)),
            "",
        )
    n += 1
    end = sums.of({"A": ("$B$4", target.scenario_id)})
    gap = Formula(text=f"=E{n}-E{n - 1}", value=0.0)
    yield (other_label(sums.say), "", "", gap, end, "", "", "",
           Formula(text=f"=E{n}", value=end.value))  # fmt: skip


def one_label(say: Say) -> str:
    """Return what the first bar of a bridge is called."""
    return say("cost before")


def other_label(say: Say) -> str:
    """Return what the last bar of a bridge is called."""
    return say("cost after")


def _bridge_chart(folder: Folder, sheet: Sheet, count: int, say: Say) -> None:
    chart = folder.workbook.add_chart({"type": "column", "subtype": "stacked"})
    first, last = BRIDGE_TOP + 1, BRIDGE_TOP + count
    for column, colour in ((5, None), (8, "#5A6673"), (6, "#D55E00"), (7, "#00795A")):
        chart.add_series(
            {
                "name": ["bridge", BRIDGE_TOP, column],
                "categories": ["bridge", first, 0, last, 0],
                "values": ["bridge", first, column, last, column],
                "fill": {"color": colour} if colour else {"none": True},
                "border": {"none": True},
                "gap": 40,
            }
        )
    chart.set_title({"name": say("From one option to another")})
    chart.set_legend({"position": "bottom", "delete_series": [0]})
    chart.set_y_axis({"num_format": "#,##0"})
    chart.set_size({"width": 1040, "height": 420})
    sheet.target.insert_chart(last + 3, 0, chart)


def write_local(
    folder: Folder, shown: Sequence[ScenarioResult], currency: str, sums: Sums
) -> None:
    """Write every option's cost by currency, beside what it is in the report's."""
    sheet, say = folder.sheet("local"), sums.say
    columns = (
        Column(head=say("option"), width=20),
        Column(head=say("currency"), width=10),
        Column(head=say("local amount"), width=20, style="local"),
        Column(head=say("in {currency}", currency=currency), width=18, style="money"),
    )
    rows: list[tuple[object, ...]] = []
    for option in shown:
        codes = dict.fromkeys(sorted({x.line.amount.currency for x in option.lines}))
        for code in codes:
            n = len(rows) + 2
            where = {"A": (f"$A{n}", option.scenario_id), "L": (f"$B{n}", code)}
            local, reported = sums.of(where, AMOUNT), sums.of(where)
            rows.append((option.scenario_id, code, local, reported))
    sheet.table(columns, rows)
    sheet.printed(0, landscape=False)
