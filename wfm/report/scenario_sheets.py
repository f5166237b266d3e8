"""The sheets that calculate: inputs, quantities, lines."""

from collections.abc import Iterator, Sequence

from wfm.report.scenario_activity import FACTOR_COLUMN, HEADS, ActivitySheet
from wfm.report.scenario_blocks import block_of
from wfm.report.scenario_ledger import ASIDE, Ledger, LedgerRow
from wfm.report.scenario_looks import Folder
from wfm.report.scenario_names import InputList, NamedInput
from wfm.report.scenario_numbers import Num
from wfm.report.scenario_words import Say
from wfm.report.sheets import Column, Formula

INPUTS_TOP = 3
LONGEST = 8192
"""Letters of a formula that Excel takes."""
LINE_COLUMNS = (
    ("option", 16, "text"),
    ("month", 9, "text"),
    ("lane", 13, "text"),
    ("block", 22, "text"),
    ("code", 30, "text"),
    ("line", 36, "text"),
    ("kind", 9, "text"),
    ("quantity", 13, "quantity"),
    ("unit", 14, "text"),
    ("unit price", 12, "price"),
    ("local amount", 16, "local"),
    ("currency", 9, "text"),
    ("rate", 11, "rate"),
    ("reported", 16, "money"),
)


def formula(value: Num) -> Formula:
    """Return a number as a formula with its value cached.

    Raises
    ------
    ValueError
        If it is longer than spreadsheets take, who would call the file broken.
    """
    if len(value.text) >= LONGEST:
        msg = f"a formula of {len(value.text)} letters: {value.text[:80]}…"
        raise ValueError(msg)
    return Formula(text=f"={value.text}", value=float(value.value))


def write_inputs(folder: Folder, names: InputList, say: Say) -> None:
    """Write the assumption sheet and give every input its name."""
    sheet = folder.sheet("inputs")
    sheet.put(0, 0, say("Assumptions"), "title")
    note = say("Blue cells are inputs: change them and every sheet follows.")
    sheet.put(1, 0, note, "note")
    columns = (
        Column(head=say("name in formulas"), width=46),
        Column(head=say("value"), width=16, style="input"),
        Column(head=say("unit"), width=26),
        Column(head=say("where it stands in scenarios.yaml"), width=52),
    )
    listed = _by_group(names)
    rows = [(x.name, float(x.value), x.unit, x.path) for x in listed]
    sheet.table(columns, rows, top=INPUTS_TOP)
    for n, item in enumerate(listed, start=INPUTS_TOP + 2):
        folder.workbook.define_name(item.name, f"=inputs!$B${n}")
    sheet.printed(INPUTS_TOP, landscape=False)


_FIRST = ("volume_factor", "fx_factor", "fx", "index")
"""What one changes first stands on top."""


def _by_group(names: InputList) -> list[NamedInput]:
    """Return inputs of one price together, in the order in which they were met."""
    groups: dict[str, list[NamedInput]] = {name: [] for name in _FIRST}
    for item in names:
        groups.setdefault(item.path.split(".", 1)[0], []).append(item)
    return [item for group in groups.values() for item in group]


def write_activity(folder: Folder, activity: ActivitySheet, say: Say) -> None:
    """Write what lanes did: blue quantities, and the factor that they are times."""
    sheet = folder.sheet("activity")
    columns = (
        *(Column(head=say(head), width=13) for head in HEADS[:FACTOR_COLUMN]),
        Column(head=say("factor"), width=9, style="factor"),
        *(
            Column(head=name.replace("_", " "), width=13, style="input_hours")
            for name in activity.columns
        ),
    )
    rows = (
        (
            row.option,
            str(row.activity.month),
            row.activity.lane_id,
            formula(row.factor),
            *(row.values.get(name) for name in activity.columns),
        )
        for row in activity.rows
    )
    sheet.table(columns, rows, freeze_columns=len(HEADS))
    sheet.printed(0)


def write_lines(folder: Folder, ledger: Ledger, say: Say) -> None:
    """Write every line of every invoice, in order, as formulas."""
    sheet = folder.sheet("lines")
    columns = [
        Column(head=say(head), width=width, style=style)
        for head, width, style in LINE_COLUMNS
    ]
    sheet.table(columns, _line_cells(ledger.rows, say), freeze_columns=3)
    grey = {"type": "formula", "criteria": f'=$G2="{ASIDE}"'}
    last = max(len(ledger.rows), 1)
    sheet.target.conditional_format(
        1, 0, last, len(columns) - 1, {**grey, "format": sheet.styles["aside"]}
    )
    sheet.printed(0)


def _line_cells(rows: Sequence[LedgerRow], say: Say) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            row.option, str(row.month), row.lane, say(block_of(row.code)), row.code,
            row.text, row.kind, _cell(row.quantity), row.unit, _cell(row.price),
            _cell(row.amount), row.currency, _cell(row.rate), _cell(row.reported),
        )  # fmt: skip


def _cell(value: Num | None) -> Formula | None:
    return None if value is None else formula(value)
