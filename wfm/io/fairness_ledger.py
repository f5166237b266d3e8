"""``state/fairness.csv``: what each agent was asked to work, by published week.

Each published version holds its own rows; the ledger is all of them, written anew at
every publishing, so that it can't disagree with the versions.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

from wfm.domain.errors import InputError, Problem
from wfm.domain.fairness import FairnessRow
from wfm.io.output import write_atomic
from wfm.io.problems import Problems
from wfm.io.roster_state import content_of, versions
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, read_sheet
from wfm.io.tables import number_text
from wfm.io.values import parse_date

LEDGER = Path("state") / "fairness.csv"
LEDGER_FILE = "fairness.csv"
_HEADER = tuple(f.name for f in fields(FairnessRow))
_COLUMNS = Columns(required=_HEADER)
_COUNTS = ("shifts", "weekends", "weekend_shifts", "night_shifts", "undesired_shifts")


def ledger_bytes(rows: Iterable[FairnessRow], *, header: bool = True) -> bytes:
    """Return rows as CSV."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    if header:
        writer.writerow(_HEADER)
    for row in rows:
        cells = astuple(row)
        writer.writerow([number_text(c) if isinstance(c, float) else c for c in cells])
    return stream.getvalue().encode()


def rebuild_ledger(directory: Path) -> None:
    """Write the ledger from every published version, those superseded included.

    The caller holds the lock of the state.
    """
    parts = [ledger_bytes(())]
    for version in versions(directory):
        if version.state != "draft" and LEDGER_FILE in version.files:
            _, _, rows = content_of(directory, version, LEDGER_FILE).partition(b"\n")
            parts.append(rows)
    write_atomic(directory / LEDGER, b"".join(parts))


def read_ledger(directory: Path) -> tuple[FairnessRow, ...]:
    """Return what stands: of each week the rows of the version published last.

    Raises
    ------
    InputError
        With every row that can't be read.
    """
    path = directory / LEDGER
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        fault = Problem(file=LEDGER.as_posix(), message=str(error.strerror))
        raise InputError((fault,)) from error
    problems = Problems()
    sheet = read_sheet(content, LEDGER.as_posix(), _COLUMNS, problems)
    rows = [] if sheet is None else [_row(row) for row in iter_rows(sheet, problems)]
    problems.raise_if_any()
    return _latest([row for row in rows if row is not None])


def _row(row: Row) -> FairnessRow | None:
    week = row.needed("week", parse_date, None)
    counts = {name: int(row.number_in(name, 0.0, low=0.0)) for name in _COUNTS}
    hours = {n: row.number_in(n, 0.0, low=0.0) for n in ("paid_hours", "night_hours")}
    version, agent_id = row.required("version"), row.required("agent_id")
    if week is None or not row.ok:
        return None
    return FairnessRow(
        week=week, version=version, agent_id=agent_id,
        shifts=counts["shifts"], weekends=counts["weekends"],
        weekend_shifts=counts["weekend_shifts"], night_shifts=counts["night_shifts"],
        undesired_shifts=counts["undesired_shifts"],
        paid_hours=hours["paid_hours"], night_hours=hours["night_hours"],
    )  # fmt: skip


def _latest(rows: Sequence[FairnessRow]) -> tuple[FairnessRow, ...]:
    def rank(version: str) -> tuple[str, int]:
        first, _, number = version.partition("/v")
        return first, int(number) if number.isdigit() else 0

    last: dict[date, str] = {}
    for row in rows:
        last[row.week] = max(last.get(row.week, row.version), row.version, key=rank)
    return tuple(row for row in rows if row.version == last[row.week])
