"""Absences that come in after a roster stands: read, and added to the plan folder."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wfm.domain.errors import InputError, Problem, UsageError
from wfm.domain.people import Agent
from wfm.domain.plan import TimeOffRow
from wfm.domain.roster import Roster, RosterInstance, Shift
from wfm.io.output import write_atomic
from wfm.io.people_files import TIME_OFF, AgentNames, read_time_off
from wfm.io.problems import Problems
from wfm.io.sheets import SUFFIXES, Columns, Sheet, read_sheet
from wfm.io.tables import roster_table

TIME_OFF_HEADER = (*TIME_OFF.required, *TIME_OFF.optional)
_FIRST_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Absences:
    """Rows of a table like time_off.csv, and the texts they were written with."""

    rows: tuple[TimeOffRow, ...] = ()
    texts: tuple[Mapping[str, str], ...] = ()

    def after(self, before: Iterable[TimeOffRow]) -> tuple[TimeOffRow, ...]:
        """Return the rows with the numbers that they have behind those *before*."""
        first = max((row.row for row in before), default=_FIRST_ROW - 1) + 1
        return tuple(replace(row, row=first + i) for i, row in enumerate(self.rows))


def read_absences(path: Path, agents: Sequence[Agent]) -> Absences:
    """Return the rows of *path*, a table with the columns of time_off.csv.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    problems = Problems()
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Problem(file=path.name, message=f"can't be read: {error.strerror}")
        raise InputError((fault,)) from error
    sheet = read_sheet(content, path.name, TIME_OFF, problems)
    found = Absences()
    if sheet is not None:
        names = AgentNames(ids=tuple(agent.agent_id for agent in agents))
        rows = read_time_off(sheet, names, problems)
        found = Absences(rows=rows, texts=tuple(_texts(sheet)))
    problems.raise_if_any()
    return found


def _texts(sheet: Sheet) -> Iterable[Mapping[str, str]]:
    for i in range(len(sheet)):
        yield {name: column[i] for name, column in sheet.columns.items()}


def add_absences(directory: Path, absences: Absences) -> Path:
    """Add *absences* to time_off.csv of the plan folder and return its path.

    Raises
    ------
    UsageError
        If the folder keeps its time off in a workbook or a compressed file.
    """
    return _append(directory, "time_off", TIME_OFF, TIME_OFF_HEADER, absences.texts)


def lock_shifts(
    directory: Path, instance: RosterInstance, shifts: Sequence[Shift]
) -> Path:
    """Add *shifts* to locked_roster.csv of the plan folder and return its path.

    Raises
    ------
    UsageError
        If the folder keeps its locked shifts in a workbook or a compressed file.
    """
    from wfm.io.rosters import ROSTER

    header, cells = roster_table(instance, Roster(shifts=tuple(shifts)))
    texts = [dict(zip(header, map(str, row), strict=True)) for row in cells]
    return _append(directory, "locked_roster", ROSTER, header, texts)


def _append(
    directory: Path,
    stem: str,
    columns: Columns,
    header: Sequence[str],
    rows: Sequence[Mapping[str, str]],
) -> Path:
    """Add *rows* to the table *stem*, in the order of its own headers."""
    path = directory / f"{stem}.csv"
    for suffix in SUFFIXES[1:]:
        if (directory / f"{stem}{suffix}").exists():
            msg = f"{stem}{suffix} can't be added to; keep it as {stem}.csv"
            raise UsageError(msg)
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    names: Sequence[str] = header
    if text.strip():
        problems = Problems()
        sheet = read_sheet(text.encode(), path.name, columns, problems)
        problems.raise_if_any()
        own = {} if sheet is None else {own: n for n, own in sheet.headers.items()}
        names = [own.get(cell, "") for cell in next(csv.reader(io.StringIO(text)))]
        stream.write(text if text.endswith("\n") else f"{text}\n")
    else:
        writer.writerow(header)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    write_atomic(path, stream.getvalue())
    return path
