"""A roster edited in a spreadsheet, read back whole or refused cell by cell.

A workbook of this programme shows the roster twice: the sheet ``shifts`` has a row per
shift on the agent's clock, ``roster`` a row per span in UTC. Either may be edited; the
one that is still as it was exported is passed over.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from wfm.calendar.local import zone
from wfm.domain.errors import InputError, Problem
from wfm.domain.people import Agent
from wfm.domain.plan import PlanFolder
from wfm.domain.roster import HOME, WORK, Roster, RosterInstance, Shift, WorkSpan
from wfm.domain.roster_edits import EditError, regular
from wfm.io.problems import BadValueError, Problems
from wfm.io.rosters import ROSTER, known_activities, planned_rows
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, read_sheet
from wfm.io.values import parse_date, parse_wall
from wfm.pipeline.edit_words import existing_instant
from wfm.pipeline.shift_rows import MIXED, ShiftRow, shift_row
from wfm.pipeline.spans import paid_kinds, shifts_of

SHIFTS = Columns(
    required=("agent_id", "date_local", "start_local", "end_local"),
    optional=("breaks", "queue", "where"),
    aliases={"agent": "agent_id", "start": "start_local", "end": "end_local"},
    ignored=frozenset({"name", "site", "zone", "note", "notes", "comment"}),
)
SHIFT_SHEET, SPAN_SHEET = "shifts", "roster"
_BREAK = re.compile(r"(\S+) (\d{1,2}:[0-5]\d) ?- ?(\d{1,2}:[0-5]\d)")
_NO_DATE = date(1970, 1, 1)
_NO_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


def read_edited(
    path: Path, folder: PlanFolder, instance: RosterInstance, base: Roster
) -> dict[str, Roster]:
    """Return what each sheet of *path* that shows the roster holds.

    A CSV counts as the sheet ``roster``. A row of the sheet ``shifts`` that is as
    *base* shows a shift is that shift, pins of its spans included.

    Raises
    ------
    InputError
        With every cell that can't be read, names nobody known, shows a time that its
        clock does not, or overlaps another, by sheet, row and column.
    """
    problems = Problems()
    content = _content(path)
    reader = _Reader(content, path.name, folder, instance, problems)
    is_book = path.name.endswith(".xlsx")
    names = _workbook(content, path.name).sheetnames if is_book else [SPAN_SHEET]
    found: dict[str, Roster] = {}
    if SPAN_SHEET in names:
        found |= reader.spans()
    if SHIFT_SHEET in names:
        found |= reader.shifts(base)
    if not {SPAN_SHEET, SHIFT_SHEET} & set(names):
        expected = f"{SHIFT_SHEET!r} or {SPAN_SHEET!r}"
        problems.add(path.name, "no sheet shows a roster", expected=expected)
    problems.raise_if_any()
    return found


def workbook_base(path: Path) -> str:
    """Return the hash of the roster that a workbook was made from, blank if unknown.

    Raises
    ------
    InputError
        If the file can't be read.
    """
    if not path.name.endswith(".xlsx"):
        return ""
    book = _workbook(_content(path), path.name)
    if "manifest" not in book.sheetnames:
        return ""
    rows = book["manifest"].iter_rows(values_only=True, max_col=2)
    entries = {str(row[0]): str(row[1]) for row in rows if len(row) == 2}
    return entries.get("roster_sha256", "")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fault = Problem(file=path.name, message=f"can't be read: {error.strerror}")
        raise InputError((fault,)) from error


def _workbook(content: bytes, file: str) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles that openpyxl does not know
            return load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        fault = Problem(file=file, message=f"not an Excel workbook: {error}")
        raise InputError((fault,)) from error


class _Reader:
    """Reads the sheets of one file; faults bear the sheet's name."""

    def __init__(
        self,
        content: bytes,
        file: str,
        folder: PlanFolder,
        instance: RosterInstance,
        problems: Problems,
    ) -> None:
        self.content, self.file = content, file
        self.plan, self.instance, self.problems = folder.plan, instance, problems
        self.agents = {agent.agent_id: agent for agent in folder.agents}
        self.kinds = known_activities(folder.plan) - {WORK}
        contracts = folder.plan.contracts.values()
        self.breaks = {kind for contract in contracts for kind in paid_kinds(contract)}

    def spans(self) -> dict[str, Roster]:
        """Return the roster of the sheet ``roster``, or of a CSV."""
        faults = Problems()
        name = SPAN_SHEET if self.file.endswith(".xlsx") else None
        sheet = read_sheet(self.content, self.file, ROSTER, faults, sheet_name=name)
        roster = None
        if sheet is not None:
            people = tuple(self.agents.values())
            rows = planned_rows(sheet, self.plan, people, faults)
            for row in rows:
                self._check_date(row.agent_id, row.date_local, row.row, sheet, faults)
            if not len(faults):
                shifts = shifts_of(
                    rows, self.instance.grid, people, self.plan.contracts
                )
                roster = Roster(shifts=shifts)
        return self._told(faults, name, roster)

    def _told(
        self, faults: Problems, sheet: str | None, roster: Roster | None
    ) -> dict[str, Roster]:
        """Pass the faults of one sheet on under its name."""
        label = f"{self.file} sheet {sheet}" if sheet else self.file
        for fault in faults.found:
            self.problems.add(
                label,
                fault.message,
                row=fault.row,
                column=fault.column,
                expected=fault.expected,
            )
        return {} if roster is None else {sheet or SPAN_SHEET: roster}

    def _check_date(
        self, agent_id: str, day: date, row: int, sheet: Any, faults: Problems
    ) -> None:
        planned = self.instance.planned_days.get(agent_id, ())
        if planned and not planned[0].date_local <= day <= planned[-1].date_local:
            faults.add(
                sheet.file,
                f"{day} is no date of this plan",
                row=row,
                column=sheet.header("date_local"),
                expected=f"{planned[0].date_local} to {planned[-1].date_local}",
            )

    def shifts(self, base: Roster) -> dict[str, Roster]:
        """Return the roster of the sheet ``shifts``."""
        faults = Problems()
        sheet = read_sheet(
            self.content, self.file, SHIFTS, faults, sheet_name=SHIFT_SHEET
        )
        if sheet is None:
            return self._told(faults, SHIFT_SHEET, None)
        known = self._rows_of(base)
        found: list[tuple[Shift, int]] = []
        for row in iter_rows(sheet, faults):
            shift = self._shift(row, known)
            if shift is not None:
                self._check_date(
                    shift.agent_id, shift.date_local, row.number, sheet, faults
                )
                found.append((shift, row.number))
        _tell_overlaps(found, sheet, faults)
        roster = None
        if not len(faults):
            roster = regular(shift for shift, _ in found)
        return self._told(faults, SHIFT_SHEET, roster)

    def _rows_of(self, base: Roster) -> dict[ShiftRow, Shift]:
        return {
            shift_row(shift, self.instance, self.agents[shift.agent_id].zone): shift
            for shift in base.shifts
            if shift.agent_id in self.agents
        }

    def _shift(self, row: Row, known: Mapping[ShiftRow, Shift]) -> Shift | None:
        agent_id = row.reference("agent_id", self.agents, "agent")
        agent = self.agents.get(agent_id)
        if agent is None:
            return None
        start, end = (self._step(row, c, agent) for c in ("start_local", "end_local"))
        day = row.needed("date_local", parse_date, _NO_DATE)
        if row.ok:
            self._check_span(row, agent, day, start, end)
        queue = row.text("queue")
        if row.text("where") not in ("", HOME):
            row.fault("where", f"{row.text('where')!r} is no place", f"{HOME} or blank")
        if queue not in ("", MIXED):
            row.reference("queue", [q.queue_id for q in self.plan.queues], "queue")
        if not row.ok:
            return None
        shift = self._built(row, agent, day, (start, end))
        return None if shift is None else self._as_known(row, shift, agent, known)

    def _step(self, row: Row, column: str, agent: Agent) -> int:
        instant = row.needed(
            column, lambda text: _local_instant(text, agent.zone), _NO_INSTANT
        )
        grid = self.instance.grid
        idx = grid.floor_index(instant)
        if row.ok and grid.instant(idx) != instant:
            message = f"{row.text(column)} is not on the roster's step"
            row.fault(column, message, f"multiples of {grid.interval_minutes} min")
        return idx

    def _check_span(
        self, row: Row, agent: Agent, day: date, start: int, end: int
    ) -> None:
        if end <= start:
            row.fault("end_local", f"{row.text('end_local')} is not after the start")
        begins = self.instance.grid.instant(start).astimezone(zone(agent.zone)).date()
        if begins != day:
            message = f"the shift starts on {begins}, not on {day}"
            row.fault("date_local", message, "the date on which the shift starts")

    def _built(
        self, row: Row, agent: Agent, day: date, ends: tuple[int, int]
    ) -> Shift | None:
        """Return the shift with the breaks that the row names."""
        pin = "" if row.text("queue") == MIXED else row.text("queue")
        paid = paid_kinds(self.plan.contracts[agent.contract_id])
        spans: list[WorkSpan] = []
        cursor = ends[0]
        for kind, low, high in self._breaks(row, agent, ends):
            if low < cursor:
                row.fault("breaks", f"the {kind} overlaps the break before it")
                return None
            if cursor < low:
                spans.append(WorkSpan(start_idx=cursor, end_idx=low, queue=pin))
            spans.append(
                WorkSpan(
                    start_idx=low,
                    end_idx=high,
                    activity=kind,
                    paid=paid.get(kind, True),
                    duty=kind not in self.breaks,
                )
            )
            cursor = high
        if cursor < ends[1]:
            spans.append(WorkSpan(start_idx=cursor, end_idx=ends[1], queue=pin))
        if not row.ok:
            return None
        return Shift(
            agent_id=agent.agent_id,
            date_local=day,
            spans=tuple(spans),
            where=row.text("where"),
        )

    def _breaks(
        self, row: Row, agent: Agent, ends: tuple[int, int]
    ) -> list[tuple[str, int, int]]:
        """Return kind, first step and end of each break, in time order."""
        found = []
        for part in filter(None, map(str.strip, row.text("breaks").split(","))):
            match = _BREAK.fullmatch(part)
            if match is None:
                row.fault("breaks", f"{part!r} can't be read", "meal 12:00-12:30, ...")
                continue
            kind, first, last = match.groups()
            if kind not in self.kinds:
                known = ", ".join(sorted(self.kinds))
                row.fault("breaks", f"unknown kind of break {kind!r}", known)
            low = self._first_shown(first, agent, ends[0], ends[1])
            high = (
                None
                if low is None
                else (self._first_shown(last, agent, low + 1, ends[1]))
            )
            if low is None or high is None:
                message = f"{part!r} does not lie in the shift, on its steps"
                row.fault("breaks", message)
            else:
                found.append((kind, low, high))
        return sorted(found, key=lambda item: item[1])

    def _first_shown(self, text: str, agent: Agent, low: int, high: int) -> int | None:
        """Return the first of the steps at which the clock shows *text*."""
        clock = zone(agent.zone)
        for idx in range(low, high + 1):
            shown = self.instance.grid.instant(idx).astimezone(clock)
            if f"{shown:%H:%M}" == text.zfill(5):
                return idx
        return None

    def _as_known(
        self, row: Row, shift: Shift, agent: Agent, known: Mapping[ShiftRow, Shift]
    ) -> Shift | None:
        shown = shift_row(shift, self.instance, agent.zone)
        if row.text("queue") != MIXED:
            return known.get(shown, shift)
        for line, old in known.items():
            if line.queue == MIXED and _but_queue(line) == _but_queue(shown):
                return old
        expected = f"one queue or blank; pin spans in the sheet {SPAN_SHEET!r}"
        row.fault("queue", f"{MIXED!r} says nothing of a changed shift", expected)
        return None


def _but_queue(row: ShiftRow) -> tuple[object, ...]:
    times = row.start_local, row.end_local, row.breaks
    return row.agent_id, row.date_local, *times, row.where


def _local_instant(text: str, zone_name: str) -> datetime:
    """Return the instant of a local time; one with an offset stands for itself."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    minute, is_date = parse_wall(text)
    if is_date:
        msg = f"{text!r} has no time of day"
        raise BadValueError(msg, "a local time YYYY-MM-DD HH:MM")
    try:
        return existing_instant(minute, zone_name, text)
    except EditError as error:
        raise BadValueError(str(error), "a time that the clock shows") from error


def _tell_overlaps(
    found: Iterable[tuple[Shift, int]], sheet: Any, faults: Problems
) -> None:
    latest: dict[str, tuple[Shift, int]] = {}
    for shift, row in sorted(found, key=lambda f: (f[0].agent_id, f[0].start_idx)):
        before = latest.get(shift.agent_id)
        if before is not None and shift.start_idx < before[0].end_idx:
            message = f"the shift overlaps that of {shift.agent_id} in row {before[1]}"
            column = sheet.header("start_local")
            faults.add(sheet.file, message, row=row, column=column)
        if before is None or shift.end_idx > before[0].end_idx:
            latest[shift.agent_id] = shift, row
