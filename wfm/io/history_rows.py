"""Rows of history.csv as numbers, with the faulty ones named and left out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import MINUTES_PER_DAY
from wfm.io.history_clock import (
    UNREADABLE,
    StartTimes,
    occurrences,
    parse_starts,
    wall_to_utc,
)
from wfm.io.history_log import HistoryLog
from wfm.io.plan_file import HistorySettings, PlanDocument
from wfm.io.problems import Problems, did_you_mean
from wfm.io.sheets import Sheet

NUMBERS = ("offered", "handled", "abandoned", "aht_s")
_LARGEST = 1e7
_MAX_DISTANCE_DAYS = 6 * 366


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRows:
    """Usable rows, ``[n]``; *values* are NaN where the cell is blank.

    *index* is the place in the sheet; *is_shifted* marks rows whose wall time does
    not exist.
    """

    queue: IntArray
    start_minute: IntArray
    values: dict[str, FloatArray]
    index: IntArray
    is_shifted: BoolArray

    def where(self, keep: npt.NDArray[np.bool_] | IntArray) -> "HistoryRows":
        """Return the rows chosen by a mask or by places."""
        return HistoryRows(
            queue=self.queue[keep],
            start_minute=self.start_minute[keep],
            values={name: column[keep] for name, column in self.values.items()},
            index=self.index[keep],
            is_shifted=self.is_shifted[keep],
        )


def counted_column(sheet: Sheet, settings: HistorySettings) -> str:
    """Return the column that must hold a number in every row."""
    is_handled = settings.offered_is == "handled" and "handled" in sheet.columns
    return "handled" if is_handled else "offered"


def read_rows(
    sheet: Sheet, document: PlanDocument, log: HistoryLog, problems: Problems
) -> HistoryRows | None:
    """Return the usable rows; ``None`` if naive times have no zone."""
    queue_ids = tuple(queue.queue_id for queue in document.plan.queues)
    queue = _queue_codes(sheet, queue_ids, document, problems)
    starts = parse_starts(sheet.texts("start"))
    if not _zone_is_known(sheet, starts, document.history, problems):
        return None
    usable = queue >= 0
    usable &= _readable_starts(sheet, starts, queue, queue_ids, log)
    values: dict[str, FloatArray] = {}
    counted = counted_column(sheet, document.history)
    for name in NUMBERS:
        values[name], bad = _numbers(sheet, name)
        if name == counted and name in sheet.columns:
            bad |= np.isnan(values[name])
        for i in np.flatnonzero(bad & usable).tolist():
            text = sheet.texts(name)[i]
            finding = f"{name} {text!r} is no number from 0 to {_LARGEST:,.0f}"
            log.drop(i, queue_ids[queue[i]], name, finding)
        usable &= ~bad
    _judge(log, queue, queue_ids, problems)
    index = np.flatnonzero(usable)
    rows = HistoryRows(
        queue=queue[index],
        start_minute=starts.minute[index],
        values={name: column[index] for name, column in values.items()},
        index=index,
        is_shifted=np.zeros(len(index), dtype=bool),
    )
    return _on_utc(rows, starts.is_naive[index], sheet, document, log)


def _judge(
    log: HistoryLog, queue: IntArray, queue_ids: Sequence[str], problems: Problems
) -> None:
    counts = np.bincount(queue[queue >= 0], minlength=len(queue_ids)).tolist()
    log.judge(dict(zip(queue_ids, counts, strict=True)), problems)


def _queue_codes(
    sheet: Sheet,
    queue_ids: Sequence[str],
    document: PlanDocument,
    problems: Problems,
) -> IntArray:
    texts = sheet.texts("queue")
    code_of = {queue_id: code for code, queue_id in enumerate(queue_ids)}
    codes = np.array([code_of.get(text, -1) for text in texts], dtype=np.int64)
    unknown: dict[str, list[int]] = {}
    for i in np.flatnonzero(codes < 0).tolist():
        if texts[i] not in document.queue_names:
            unknown.setdefault(texts[i], []).append(i)
    for name, places in unknown.items():
        hint = did_you_mean(name, document.queue_names)
        times = f" ({len(places)} rows)" if len(places) > 1 else ""
        problems.add(
            sheet.file,
            f"unknown queue {name!r}{times}{hint}",
            row=sheet.rows[places[0]],
            column=sheet.header("queue"),
        )
    return codes


def _zone_is_known(
    sheet: Sheet, starts: StartTimes, settings: HistorySettings, problems: Problems
) -> bool:
    if settings.zone is not None or not starts.is_naive.any():
        return True
    first = int(np.flatnonzero(starts.is_naive)[0])
    problems.add(
        sheet.file,
        f"{sheet.texts('start')[first]!r} has no offset from UTC",
        row=sheet.rows[first],
        column=sheet.header("start"),
        expected="an offset such as +09:00, or history: {zone: ...} in plan.yaml",
    )
    return False


def _readable_starts(
    sheet: Sheet,
    starts: StartTimes,
    queue: IntArray,
    queue_ids: Sequence[str],
    log: HistoryLog,
) -> BoolArray:
    """Return which starts are times, and not years away from the other ones."""
    readable: BoolArray = starts.minute != UNREADABLE
    texts = sheet.texts("start")
    for i in np.flatnonzero(~readable & (queue >= 0)).tolist():
        finding = f"start {texts[i]!r} is no time such as 2026-10-26T09:00+01:00"
        log.drop(i, queue_ids[queue[i]], "start", finding)
    if not readable.any():
        return readable
    middle = np.median(starts.minute[readable])
    far = np.zeros_like(readable)
    distance = np.abs(starts.minute[readable] - middle)
    far[readable] = distance > _MAX_DISTANCE_DAYS * MINUTES_PER_DAY
    for i in np.flatnonzero(far & (queue >= 0)).tolist():
        finding = f"start {texts[i]!r} is years away from the other rows"
        log.drop(i, queue_ids[queue[i]], "start", finding)
    return readable & ~far


def _numbers(sheet: Sheet, name: str) -> tuple[FloatArray, BoolArray]:
    """Return a column and which of its cells can't be used."""
    texts = sheet.texts(name)
    parse = _number_parser(decimal_comma=sheet.decimal_comma)
    known: dict[str, float] = {"": math.nan}
    for text in texts:
        if text not in known:
            known[text] = parse(text)
    values = np.array([known[text] for text in texts], dtype=np.float64)
    bad: BoolArray = values < 0
    values[bad] = math.nan
    return values, bad


def _number_parser(*, decimal_comma: bool) -> Callable[[str], float]:
    """Return a reader of counts and seconds that answers -1 for what is none."""

    def parse(text: str) -> float:
        try:
            value = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError:
            return -1.0
        return value if 0 <= value <= _LARGEST and "_" not in text else -1.0

    return parse


def _on_utc(
    rows: HistoryRows,
    is_naive: BoolArray,
    sheet: Sheet,
    document: PlanDocument,
    log: HistoryLog,
) -> HistoryRows:
    """Return *rows* with wall times resolved to UTC."""
    zone_name = document.history.zone
    if zone_name is None or not is_naive.any():
        return rows
    wall, queue = rows.start_minute[is_naive], rows.queue[is_naive]
    found = wall_to_utc(wall, zone_name)
    comes_again = occurrences(queue, wall) > 0
    utc = np.where(comes_again, found.second, found.first)
    places = np.flatnonzero(is_naive)
    start_minute, is_shifted = rows.start_minute.copy(), rows.is_shifted.copy()
    start_minute[places], is_shifted[places] = utc, found.in_gap
    queue_ids = [q.queue_id for q in document.plan.queues]
    twice = found.first != found.second
    for mask, kind, finding, action in (
        (found.in_gap, "gap", "local time does not exist", "moved past the gap"),
        (
            twice & ~comes_again,
            "first",
            "local time exists twice",
            "taken as the first time",
        ),
        (
            twice & comes_again,
            "second",
            "local time exists twice",
            "taken as the second time",
        ),
    ):
        for place in places[mask].tolist():
            i = int(rows.index[place])
            log.add(
                f"clock change: {kind}",
                queue_ids[rows.queue[place]],
                f"{finding} in {zone_name}",
                action,
                row=sheet.rows[i],
                start=sheet.texts("start")[i],
            )
    return HistoryRows(
        queue=rows.queue,
        start_minute=start_minute,
        values=rows.values,
        index=rows.index,
        is_shifted=is_shifted,
    )
