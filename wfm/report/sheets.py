"""A thin layer over xlsxwriter: named styles, tables with heads, column letters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

_TEXTS_STAY: Mapping[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
HEAD = "#12354D"
HEAD_HEIGHT = 32
RIGHT = frozenset(
    {"whole", "hours", "agents", "percent", "week_hours", "quantity", "price", "local",
     "rate", "money", "signed", "per_contact", "change", "factor", "input",
     "input_hours"}
)  # fmt: skip
STYLES: Mapping[str, Mapping[str, Any]] = {
    "text": {"indent": 1},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "border": 1,
             "border_color": HEAD, "text_wrap": True, "valign": "vcenter", "indent": 1},
    "head_right": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "border": 1,
                   "border_color": HEAD, "text_wrap": True, "valign": "vcenter",
                   "align": "right"},
    "fact": {"align": "left", "num_format": "#,##0"},
    "fact_hours": {"align": "left", "num_format": "#,##0.0"},
    "week_hours": {"bold": True, "num_format": "#,##0.0"},
    "title": {"bold": True, "font_size": 16, "font_color": HEAD},
    "note": {"font_color": "#5A6673"},
    "warn": {"bold": True, "font_color": "#A63C00"},
    "good": {"font_color": "#00795A"},
    "whole": {"num_format": "#,##0"},
    "hours": {"num_format": "#,##0.0"},
    "agents": {"num_format": "0.00"},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "ddd yyyy-mm-dd", "align": "left"},
    "plain_date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "time": {"num_format": "ddd yyyy-mm-dd hh:mm", "align": "left"},
    "utc": {"num_format": 'yyyy-mm-dd"T"hh:mm"Z"', "align": "left"},
    "local": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "sum_text": {"bold": True, "top": 1},
    "sum_whole": {"bold": True, "top": 1, "num_format": "#,##0"},
    "sum_hours": {"bold": True, "top": 1, "num_format": "#,##0.0"},
    "sum_percent": {"bold": True, "top": 1, "num_format": "0.0%"},
    "short": {"bg_color": "#F6B985", "font_color": "#5C2600"},
    "spare": {"bg_color": "#DCEAF4", "font_color": "#0B4A73"},
    "early": {"bg_color": "#FFF3D6", "align": "center"},
    "day": {"bg_color": "#DCEAF4", "align": "center"},
    "late": {"bg_color": "#F3E0EC", "align": "center"},
    "night": {"bg_color": "#C9CFDA", "align": "center"},
    "free": {"font_color": "#9AA5AE", "align": "center"},
}  # fmt: skip


@contextmanager
def new_workbook(path: Path, *, title: str, created_utc: datetime) -> Iterator[Any]:
    """Yield a workbook that is written to *path* at the end.

    Texts stay texts, and the file's creation time is *created_utc*, so that the same
    content gives the same bytes.

    Raises
    ------
    OSError
        If the system refuses the file; xlsxwriter wraps it in an error of its own.
    """
    try:
        with Workbook(str(path), dict(_TEXTS_STAY)) as workbook:
            workbook.set_properties(
                {
                    "title": title,
                    "comments": "made by wfm",
                    "created": created_utc.replace(tzinfo=None),
                }
            )
            yield workbook
    except FileCreateError as refused:
        raise refused.args[0] from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula with the value that a viewer without a calculator shows."""

    text: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: its head, width in characters and style."""

    head: str
    width: float = 12
    style: str = "text"


class Book:
    """A workbook with its styles."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self.styles = {
            name: workbook.add_format(
                {"font_name": "Calibri", "font_size": 11, **style}
            )
            for name, style in STYLES.items()
        }

    def sheet(self, name: str) -> "Sheet":
        """Return a new sheet called *name*."""
        return Sheet(target=self._workbook.add_worksheet(name), styles=self.styles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. Rows and columns count from 0."""

    target: Any
    styles: Mapping[str, Any] = field(repr=False)

    def put(self, row: int, column: int, value: object, style: str = "text") -> None:
        """Write one cell by the type of *value*; texts stay texts."""
        look = self.styles[style]
        match value:
            case None | "":
                self.target.write_blank(row, column, None, look)
            case Formula(text=text, value=result):
                self.target.write_formula(row, column, text, look, result)
            case bool():
                self.target.write_string(row, column, str(value), look)
            case int() | float():
                self.target.write_number(row, column, value, look)
            case datetime() | date():
                self.target.write_datetime(row, column, value, look)
            case _:
                self.target.write_string(row, column, str(value), look)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[object]],
        *,
        top: int = 0,
        freeze_columns: int = 1,
    ) -> int:
        """Write a filtered table with a frozen head; return the row after it."""
        for c, column in enumerate(columns):
            self.target.set_column(c, c, column.width)
            side = "head_right" if column.style in RIGHT else "head"
            self.put(top, c, column.head, side)
        self.target.set_row(top, HEAD_HEIGHT)
        last = top
        for last, row in enumerate(rows, start=top + 1):
            for c, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.put(last, c, value, column.style)
        self.target.freeze_panes(top + 1, freeze_columns)
        if last > top:
            self.target.autofilter(top, 0, last, len(columns) - 1)
        return last + 1

    def printed(self, head_row: int, *, landscape: bool = True) -> None:
        """Fit the sheet to the width of an A4 page and repeat its head."""
        if landscape:
            self.target.set_landscape()
        self.target.set_paper(9)
        self.target.fit_to_pages(1, 0)
        self.target.repeat_rows(head_row)


def cells(column: int, first_row: int, last_row: int) -> str:
    """Return a range of one column: ``cells(3, 1, 9)`` is ``D2:D10``."""
    letter = xl_col_to_name(column)
    return f"{letter}{first_row + 1}:{letter}{last_row + 1}"
