"""The run as an Excel workbook that can be edited and read back."""

from pathlib import Path

from wfm.report.inputs import ReportInput
from wfm.report.sheets import Book, new_workbook
from wfm.report.shift_sheet import write_shifts
from wfm.report.workbook_parts import (
    write_cover,
    write_gaps,
    write_manifest,
    write_roster,
    write_rules,
    write_summary,
    write_week,
)

SHEETS = (
    ("summary", write_summary),
    ("shifts", write_shifts),
    ("roster", write_roster),
    ("week", write_week),
    ("cover", write_cover),
    ("gaps", write_gaps),
    ("rules", write_rules),
    ("manifest", write_manifest),
)


def write_workbook(path: Path, inputs: ReportInput) -> None:
    """Write one run to *path* (``.xlsx``).

    The sheet ``roster`` has exactly the columns of ``roster.csv``; ``shifts`` is the
    same, a row per shift on the agent's clock. Either can be edited. Totals are
    formulas with their values cached; times in UTC and in local time are real dates.
    The file's creation time is the run's, so that the same run gives the same bytes.
    """
    with new_workbook(
        path, title=inputs.folder.plan.name, created_utc=inputs.created_utc
    ) as workbook:
        book = Book(workbook)
        for name, write in SHEETS:
            write(book.sheet(name), inputs)
