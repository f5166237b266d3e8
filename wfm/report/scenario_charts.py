"""Charts of the scenario workbook, in the spreadsheet's own hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from wfm.report.figures import COLOURS
from wfm.report.scenario_looks import Folder
from wfm.report.sheets import Sheet

WIDTH, HEIGHT = 720, 320


def range_chart(
    folder: Folder,
    sheet: Sheet,
    rows: tuple[int, int],
    at: int,
    title: str,
    *,
    low: float,
) -> None:
    """Draw P10, P50 and P90 of the options in *rows* of the sheet ``risk``.

    The axis starts at *low*.
    """
    chart = folder.workbook.add_chart({"type": "line"})
    for column, mark in ((1, "short_dash"), (2, "diamond"), (3, "short_dash")):
        chart.add_series(
            {
                "name": ["risk", rows[0] - 1, column],
                "categories": ["risk", rows[0], 0, rows[1], 0],
                "values": ["risk", rows[0], column, rows[1], column],
                "line": {"none": True},
                "marker": {"type": mark, "size": 9, "fill": {"color": COLOURS[0]}},
            }
        )
    chart.set_high_low_lines({"line": {"color": COLOURS[0], "width": 5}})
    chart.set_y_axis({"min": low, "num_format": "#,##0"})
    _place(sheet, chart, title, at)


def tornado_chart(
    folder: Folder, sheet: Sheet, rows: tuple[int, int], at: int, title: str
) -> None:
    """Draw the changes at P10 and P90 in *rows* of the sheet ``tornado``."""
    chart = folder.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for column, colour in ((7, COLOURS[2]), (8, COLOURS[1])):
        chart.add_series(
            {
                "name": ["tornado", 2, column],
                "categories": ["tornado", rows[0], 2, rows[1], 2],
                "values": ["tornado", rows[0], column, rows[1], column],
                "fill": {"color": colour},
                "gap": 45,
            }
        )
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    _place(sheet, chart, title, at)


def break_even_charts(
    folder: Folder,
    sheet: Sheet,
    levers: Mapping[str, Sequence[tuple[str, int, int]]],
    at: int,
) -> None:
    """Draw for each lever what options save; *levers*: name -> (option, rows)."""
    for n, (lever, lines) in enumerate(levers.items()):
        chart = folder.workbook.add_chart({"type": "scatter", "subtype": "straight"})
        for (option, first, last), colour in zip(lines, COLOURS * 3, strict=False):
            chart.add_series(
                {
                    "name": option,
                    "categories": ["break_even", first, 3, last, 3],
                    "values": ["break_even", first, 6, last, 6],
                    "line": {"color": colour, "width": 2.25},
                }
            )
        chart.set_x_axis({"num_format": "0.0", "label_position": "low"})
        _place(sheet, chart, lever, at + 17 * n, column=8)


def _place(sheet: Sheet, chart: Any, title: str, row: int, column: int = 0) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    sheet.target.insert_chart(row, column, chart)
