"""Tables of plan folders: CSV, compressed CSV and Excel, read alike into texts."""

import csv
import gzip
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from wfm.io.problems import Problems, did_you_mean

SUFFIXES = (".csv", ".csv.gz", ".xlsx")
_MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a kind of file holds.

    Attributes
    ----------
    required, optional
        The project's own column names.
    aliases
        Other header words -> own name; compared without case, blanks as ``_``.
    ignored
        Columns that may be there and are not read.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """All own names."""
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table as texts, with the file's own headers and row numbers."""

    file: str
    headers: Mapping[str, str]
    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]
    decimal_comma: bool = False

    def __len__(self) -> int:
        """Return the number of data rows."""
        return len(self.rows)

    def header(self, column: str) -> str:
        """Return what the file itself calls *column*."""
        return self.headers.get(column, column)

    def texts(self, column: str) -> Sequence[str]:
        """Return a column; blanks where the file does not have it."""
        found = self.columns.get(column)
        return found if found is not None else ("",) * len(self.rows)


def read_sheet(
    content: bytes,
    file: str,
    columns: Columns,
    problems: Problems,
    own_names: Mapping[str, str] | None = None,
    sheet_name: str | None = None,
) -> Sheet | None:
    """Return the table in *content*; ``None`` if its header does not serve.

    *own_names* maps own column names to the headers of an export, whose other columns
    are then passed over. *sheet_name* picks a sheet of a workbook; by default its
    first.
    """
    raw = _raw_rows(content, file, sheet_name, problems)
    if raw is None:
        return None
    rows, decimal_comma = raw
    body = _Body(rows)
    if body.header is None:
        expected = f"a header with {', '.join(columns.required)}"
        problems.add(file, "the file is empty", row=1, expected=expected)
        return None
    places = _places(body, file, columns, own_names or {}, problems)
    if places is None:
        return None
    cells = body.columns(file, problems)
    return Sheet(
        file=file,
        headers={name: body.header[i] for name, i in places.items()},
        columns={name: cells[i] for name, i in places.items()},
        rows=body.row_numbers,
        decimal_comma=decimal_comma,
    )


class _Body:
    """Header and data rows; blank rows and rows that begin with # are skipped."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self.header: list[str] | None = None
        self.header_row = 1
        self.row_numbers: list[int] = []
        self._rows: list[Sequence[str]] = []
        for number, row in enumerate(rows, start=1):
            if not row or row[0][:1] == "#" or not any(row):
                continue
            if self.header is None:
                self.header = [cell.strip() for cell in row]
                self.header_row = number
            else:
                self.row_numbers.append(number)
                self._rows.append(row)

    def columns(self, file: str, problems: Problems) -> list[list[str]]:
        """Return the cells by column; short rows are filled up, long ones told."""
        width = len(self.header or ())
        whole: list[Sequence[str]] = []
        for number, row in zip(self.row_numbers, self._rows, strict=True):
            if len(row) != width:
                if any(cell.strip() for cell in row[width:]):
                    message = f"the row has {len(row)} cells"
                    problems.add(file, message, row=number, expected=f"{width}")
                row = [*row[:width], *[""] * (width - len(row))]
            whole.append(row)
        if not whole:
            return [[] for _ in range(width)]
        turned = zip(*whole, strict=True)
        return [[cell.strip() for cell in column] for column in turned]


def _places(
    body: _Body,
    file: str,
    columns: Columns,
    own_names: Mapping[str, str],
    problems: Problems,
) -> dict[str, int] | None:
    """Return own column name -> place in the row; ``None`` if one is missing."""
    header, row = body.header or [], body.header_row
    words = {_word(name): name for name in columns.names}
    words |= {_word(alias): name for alias, name in columns.aliases.items()}
    words |= {_word(theirs): ours for ours, theirs in own_names.items()}
    ignored = {_word(name) for name in columns.ignored}
    places: dict[str, int] = {}
    for i, title in enumerate(header):
        name = words.get(_word(title))
        if name is not None and name in places:
            message = f"the columns {header[places[name]]!r} and {title!r} both are"
            problems.add(file, f"{message} {name!r}", row=row, column=title)
        elif name is not None:
            places[name] = i
        elif title and not own_names and _word(title) not in ignored:
            hint = did_you_mean(title.lower(), columns.names)
            problems.add(file, f"unknown column{hint}", row=row, column=title)
    asked = dict.fromkeys((*columns.required, *own_names))
    missing = [name for name in asked if name not in places]
    for name in missing:
        message = f"the column {own_names.get(name, name)!r} is missing"
        problems.add(file, message, row=row)
    return None if missing else places


def _word(title: str) -> str:
    return "_".join(title.strip().lower().replace("-", " ").replace("_", " ").split())


def _raw_rows(
    content: bytes, file: str, sheet_name: str | None, problems: Problems
) -> tuple[Iterable[Sequence[str]], bool] | None:
    if file.endswith(".xlsx"):
        found = _excel_rows(content, file, sheet_name, problems)
        return None if found is None else (found, False)
    if file.endswith(".gz"):
        try:
            content = _unzipped(content)
        except (OSError, EOFError, zlib.error) as error:
            problems.add(file, f"can't be unpacked: {error}")
            return None
    text = _decoded(content, file, problems)
    if text is None:
        return None
    delimiter = _delimiter(text)
    # The reader keeps quoted line breaks; skipping them would shift row numbers.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader), delimiter == ";"
    except csv.Error as error:
        problems.add(file, f"not a table: {error}", row=reader.line_num)
        return None


def _unzipped(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
        unpacked = stream.read(_MAX_BYTES + 1)
    if len(unpacked) > _MAX_BYTES:
        msg = "more than 1 GiB"
        raise OSError(msg)
    return unpacked


def _decoded(content: bytes, file: str, problems: Problems) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8"
        problems.add(file, message, row=row, expected="a file saved as CSV UTF-8")
        return None


def _delimiter(text: str) -> str:
    """Return the sign that parts the first line that is no comment."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            return max(",;\t", key=line.count)
    return ","


def _excel_rows(
    content: bytes, file: str, sheet_name: str | None, problems: Problems
) -> Iterable[Sequence[str]] | None:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles that openpyxl does not know
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet: Any = _picked(book, sheet_name)
            if sheet is None:
                names = ", ".join(book.sheetnames)
                message = f"the workbook has no sheet {sheet_name!r}"
                problems.add(file, message, expected=f"one of {names}")
                return None
            return [[_cell_text(cell) for cell in row] for row in sheet.iter_rows()]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        problems.add(file, f"not an Excel workbook: {error}")
        return None


def _picked(book: Any, sheet_name: str | None) -> Any:
    if sheet_name is None:
        return book.worksheets[0]
    return book[sheet_name] if sheet_name in book.sheetnames else None


def _cell_text(cell: Any) -> str:
    """Return a cell as the CSV would write it; times are rounded to the second.

    Excel stores a date as a midnight; the cell's format tells the two apart.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        is_date = "h" not in cell.number_format.lower() and rounded.time() == time()
        return rounded.date().isoformat() if is_date else rounded.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return str(value)
