"""LibreOffice without a window, where the machine has one: recalculates workbooks."""

import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_calc = pytest.mark.skipif(
    SOFFICE is None, reason="no LibreOffice on this machine to recalculate with"
)
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(source: Path, folder: Path) -> Path:
    """Return *source* after every formula was calculated anew, in *folder*."""
    return all_recalculated([source], folder)[0]


def all_recalculated(sources: list[Path], folder: Path) -> list[Path]:
    """Return several workbooks after one start of the spreadsheet programme."""
    assert SOFFICE is not None
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS)
    target = folder / "recalculated"
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless",
         "--convert-to", "xlsx", "--outdir", str(target), *map(str, sources)],
        capture_output=True, timeout=900, check=True,
    )  # fmt: skip
    return [target / source.name for source in sources]


def with_inputs(source: Path, target: Path, values: dict[str, float]) -> Path:
    """Return a copy of *source* with other values of some named inputs.

    The copy holds formulas only: whoever reads it has to calculate.
    """
    book = load_workbook(source)
    for name, value in values.items():
        sheet, cell = next(book.defined_names[name].destinations)
        book[sheet][cell.replace("$", "")] = value
    book.save(target)
    return target


def values_of(path: Path, sheet: str) -> list[tuple]:
    """Return the rows of a sheet as they were last calculated."""
    book = load_workbook(path, data_only=True, read_only=True)
    try:
        return [tuple(row) for row in book[sheet].iter_rows(values_only=True)]
    finally:
        book.close()
