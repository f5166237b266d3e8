"""history.csv as contacts per queue and interval; what was cleaned is logged.

An interval that is not reported in open hours is missing, which is not zero.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np

from wfm.calendar.holidays import public_holidays
from wfm.calendar.local import offset_minutes
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray, IntArray
from wfm.domain.demand import ContactHistory, Queue, fed_queues
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import CleaningEntry, Plan
from wfm.io.history_log import HistoryLog, runs_of
from wfm.io.history_rows import HistoryRows, counted_column, read_rows
from wfm.io.plan_file import HistorySettings, PlanDocument
from wfm.io.problems import Problems
from wfm.io.sheets import Columns, Sheet

SHORTEST_AHT_S = 5.0
LONGEST_AHT_S = 7200.0
_MIN_STARTS_TO_JUDGE = 8

_ALIASES = {
    "skill": "queue",
    "split": "queue",
    "queue_name": "queue",
    "interval": "start",
    "interval_start": "start",
    "start_time": "start",
    "timestamp": "start",
    "calls_offered": "offered",
    "contacts_offered": "offered",
    "volume": "offered",
    "answered": "handled",
    "calls_handled": "handled",
    "contacts_handled": "handled",
    "calls_abandoned": "abandoned",
    "aband_calls": "abandoned",
    "aht": "aht_s",
    "avg_handle_time": "aht_s",
    "average_handle_time": "aht_s",
    "handle_time_s": "aht_s",
}


def history_columns(settings: HistorySettings) -> Columns:
    """Return the columns of history.csv; handled alone will do if the plan says so."""
    if settings.offered_is == "handled":
        return Columns(
            required=("queue", "start"),
            optional=("offered", "handled", "abandoned", "aht_s"),
            aliases=_ALIASES,
        )
    return Columns(
        required=("queue", "start", "offered"),
        optional=("handled", "abandoned", "aht_s"),
        aliases=_ALIASES,
    )


def read_history(
    sheet: Sheet,
    document: PlanDocument,
    problems: Problems,
    *,
    every_queue: bool = True,
    given: Collection[str] = (),
) -> tuple[ContactHistory | None, tuple[CleaningEntry, ...]]:
    """Return the history on a UTC grid, and what was found and done.

    The history is ``None`` if it can't be used; then *problems* says why. With
    *every_queue* a queue of the plan without rows is a problem, but for those that are
    fed by others or *given* by the planner.
    """
    log = HistoryLog(sheet)
    if not len(sheet):
        problems.add(sheet.file, "there is no row", row=2, expected="past contacts")
        return None, ()
    rows = read_rows(sheet, document, log, problems)
    if rows is None:
        return None, log.entries()
    if every_queue:
        _check_presence(sheet, document, problems, given)
    rows = _with_meaning(rows, sheet, document.history, log, problems)
    rows = _distinct(rows, sheet, document.plan, log)
    rows, parts = _on_interval(rows, sheet, document.plan, log, problems)
    _check_aht(rows, sheet, document.plan, problems)
    if len(problems) or not len(rows.index):
        return None, log.entries()
    history = _history(rows, parts, document.plan, log)
    _log_gaps(history, document.plan, log)
    return history, log.entries()


def _check_presence(
    sheet: Sheet, document: PlanDocument, problems: Problems, given: Collection[str]
) -> None:
    known = {*sheet.texts("queue"), *fed_queues(document.plan.queues), *given, "_"}
    for queue in document.plan.queues:
        if queue.queue_id not in known:
            message = f"queue {queue.queue_id!r} has no row"
            expected = (
                "its past contacts, a queue that forwards to it, or rows of "
                "overrides.csv that set the forecast in all its open hours"
            )
            problems.add(sheet.file, message, expected=expected)


def _with_meaning(
    rows: HistoryRows,
    sheet: Sheet,
    settings: HistorySettings,
    log: HistoryLog,
    problems: Problems,
) -> HistoryRows:
    """Return *rows* with offered, handled and abandoned filled in; absences named."""
    values = dict(rows.values)
    if settings.offered_is == "handled":
        column = counted_column(sheet, settings)
        if column not in sheet.columns:
            problems.add(sheet.file, "the column 'handled' is missing", row=1)
        values["offered"] = values["handled"] = np.nan_to_num(values[column])
        action = "taken as offered; queues that lost contacts are forecast too low"
        log.add("meaning", "", "only handled contacts are known", action, row=1)
    for name, instead in (
        ("handled", "offered less abandoned"),
        ("abandoned", "offered less handled"),
        ("aht_s", "the queue's aht_s of plan.yaml"),
    ):
        if name not in sheet.columns:
            log.add("column", "", f"column {name} is absent", f"{instead} used", row=1)
    offered = values["offered"]
    lost, handled = values["abandoned"], values["handled"]
    handled = np.where(np.isnan(handled), offered - np.nan_to_num(lost), handled)
    handled = np.maximum(handled, 0.0)
    _log_raised(rows, sheet, offered, handled, log)
    values["offered"] = np.maximum(offered, handled)
    values["handled"] = handled
    rest = values["offered"] - handled
    values["abandoned"] = np.where(np.isnan(lost), rest, lost)
    return HistoryRows(
        queue=rows.queue,
        start_minute=rows.start_minute,
        values=values,
        index=rows.index,
        is_shifted=rows.is_shifted,
    )


def _log_raised(
    rows: HistoryRows,
    sheet: Sheet,
    offered: FloatArray,
    handled: FloatArray,
    log: HistoryLog,
) -> None:
    queues = sheet.texts("queue")
    for place in np.flatnonzero(handled > offered).tolist():
        i = int(rows.index[place])
        finding = f"handled {handled[place]:g} is more than offered {offered[place]:g}"
        log.add(
            "handled over offered",
            queues[i],
            finding,
            "offered raised to handled",
            row=sheet.rows[i],
            start=sheet.texts("start")[i],
        )


def _distinct(
    rows: HistoryRows, sheet: Sheet, plan: Plan, log: HistoryLog
) -> HistoryRows:
    """Return one row per queue and start: the file's last, but a real time first."""
    # Moved rows sort before those whose wall time exists, so that these win.
    order = np.lexsort((rows.index, ~rows.is_shifted, rows.start_minute, rows.queue))
    rows = rows.where(order)
    same = (np.diff(rows.queue) == 0) & (np.diff(rows.start_minute) == 0)
    is_last = np.concatenate((~same, [True])) if len(order) else same
    for place in np.flatnonzero(~is_last).tolist():
        i, winner = int(rows.index[place]), int(rows.index[place + 1])
        alike = all(
            np.array_equal(column[place], column[place + 1], equal_nan=True)
            for column in rows.values.values()
        )
        kind = "same values" if alike else "other values"
        log.add(
            "duplicate",
            plan.queues[rows.queue[place]].queue_id,
            f"duplicate of row {sheet.rows[winner]} with {kind}",
            f"row {sheet.rows[winner]} kept",
            row=sheet.rows[i],
            start=sheet.texts("start")[i],
        )
    return rows.where(is_last)


def _on_interval(
    rows: HistoryRows,
    sheet: Sheet,
    plan: Plan,
    log: HistoryLog,
    problems: Problems,
) -> tuple[HistoryRows, IntArray]:
    """Return the rows that fit the interval, and per queue the rows it takes."""
    interval = plan.interval_minutes
    parts = np.ones(len(plan.queues), dtype=np.int64)
    fits = np.ones(len(rows.index), dtype=bool)
    for q, queue in enumerate(plan.queues):
        mine = np.flatnonzero(rows.queue == q)
        starts = rows.start_minute[mine]
        step = _step_minutes(starts, interval)
        if step > interval:
            problems.add(
                sheet.file,
                f"rows of {queue.queue_id} are {step} min apart",
                row=sheet.rows[int(rows.index[mine[0]])],
                column=sheet.header("start"),
                expected=f"{interval} min (interval_minutes of plan.yaml) or less",
            )
        elif interval % step == 0 and step < interval:
            parts[q] = interval // step
            finding = f"rows are {step} min apart"
            action = f"summed to {interval} min"
            log.add("finer", queue.queue_id, finding, action)
        unit = min(step, interval)
        odd = mine[starts % unit != 0] if interval % unit == 0 else mine[:0]
        for place in odd.tolist():
            finding = f"the start is not on the {unit}-min grid"
            log.drop(int(rows.index[place]), queue.queue_id, "start", finding)
        fits[odd] = False
    if not fits.all():
        queues = np.bincount(rows.queue, minlength=len(plan.queues)).tolist()
        names = [queue.queue_id for queue in plan.queues]
        log.judge(dict(zip(names, queues, strict=True)), problems)
    return rows.where(fits), parts


def _step_minutes(starts: IntArray, interval: int) -> int:
    """Return the usual distance of rows; *interval* where it can't be told."""
    gaps = np.diff(np.unique(starts))
    if not len(gaps):
        return interval
    sizes, counts = np.unique(gaps, return_counts=True)
    usual = int(sizes[np.argmax(counts)])
    if usual <= interval:
        return usual if interval % usual == 0 else interval
    is_sparse = counts[sizes <= interval].sum() > 0.02 * len(gaps)
    return interval if is_sparse or len(starts) < _MIN_STARTS_TO_JUDGE else usual


def _check_aht(rows: HistoryRows, sheet: Sheet, plan: Plan, problems: Problems) -> None:
    """Note handle times that look like minutes or milliseconds."""
    for q, queue in enumerate(plan.queues):
        aht = rows.values["aht_s"][(rows.queue == q) & (rows.values["aht_s"] > 0)]
        if not len(aht):
            continue
        middle = float(np.median(aht))
        if SHORTEST_AHT_S <= middle <= LONGEST_AHT_S:
            continue
        unit = "minutes" if middle < SHORTEST_AHT_S else "milliseconds"
        problems.add(
            sheet.file,
            f"the median handle time of {queue.queue_id} is {middle:g}, which looks "
            f"like {unit}",
            column=sheet.header("aht_s"),
            expected="seconds, with a median from 5 to 7200",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summing:
    """Sums rows into ``[q, t]``."""

    cell: IntArray
    shape: tuple[int, int]

    def sum(self, values: FloatArray) -> FloatArray:
        num_cells = self.shape[0] * self.shape[1]
        flat = np.bincount(self.cell, weights=values, minlength=num_cells)
        table: FloatArray = flat.astype(np.float64).reshape(self.shape)
        return table


def _history(
    rows: HistoryRows, parts: IntArray, plan: Plan, log: HistoryLog
) -> ContactHistory:
    grid = _grid(rows.start_minute, plan.interval_minutes)
    idx = (rows.start_minute - grid.start_minute) // plan.interval_minutes
    shape = (len(plan.queues), grid.num_intervals)
    summing = _Summing(cell=rows.queue * grid.num_intervals + idx, shape=shape)
    count = summing.sum(np.ones(len(idx)))
    observed: BoolArray = (count > 0) & (count >= parts[:, np.newaxis])
    _log_incomplete((count > 0) & ~observed, plan, log)
    aht = np.nan_to_num(rows.values["aht_s"])
    weight = np.where(aht > 0, rows.values["handled"], 0.0)
    aht_weight = summing.sum(weight) * observed
    work_s = summing.sum(weight * aht) * observed
    aht_s = np.divide(work_s, aht_weight, out=np.zeros(shape), where=aht_weight > 0)
    return ContactHistory(
        grid=grid,
        queue_ids=tuple(queue.queue_id for queue in plan.queues),
        offered_contacts=summing.sum(rows.values["offered"]) * observed,
        handled_contacts=summing.sum(rows.values["handled"]) * observed,
        abandoned_contacts=summing.sum(rows.values["abandoned"]) * observed,
        aht_s=aht_s,
        observed=observed,
        aht_weight=aht_weight,
    )


def _grid(start_minute: IntArray, interval_minutes: int) -> IntervalGrid:
    first = int(start_minute.min()) // interval_minutes
    last = int(start_minute.max()) // interval_minutes
    return IntervalGrid(
        start_utc=datetime.fromtimestamp(first * interval_minutes * 60, tz=UTC),
        interval_minutes=interval_minutes,
        num_intervals=last - first + 1,
    )


def _log_incomplete(incomplete: BoolArray, plan: Plan, log: HistoryLog) -> None:
    for queue, row in zip(plan.queues, incomplete, strict=True):
        if row.any():
            finding = f"{int(row.sum())} intervals lack some of their finer rows"
            log.add("incomplete", queue.queue_id, finding, "counted as missing")


def _log_gaps(history: ContactHistory, plan: Plan, log: HistoryLog) -> None:
    """Note stretches of open hours that are not reported, and work in closed ones."""
    for q, queue in enumerate(plan.queues):
        observed = history.observed[q]
        seen = np.flatnonzero(observed)
        if not len(seen):
            continue
        is_open = open_mask(queue, history.grid, _closing_days(queue, plan, history))
        closed_work = observed & ~is_open & (history.offered_contacts[q] > 0)
        if closed_work.any():
            finding = f"{int(closed_work.sum())} intervals with contacts while closed"
            log.add("closed", queue.queue_id, finding, "kept as history")
        is_open[: seen[0]] = is_open[seen[-1] :] = False
        _log_missing(np.flatnonzero(is_open), observed, queue, history.grid, log)


def _log_missing(
    open_idx: IntArray,
    observed: BoolArray,
    queue: Queue,
    grid: IntervalGrid,
    log: HistoryLog,
) -> None:
    missing: Sequence[int] = np.flatnonzero(~observed[open_idx]).tolist()
    offsets = offset_minutes(grid, queue.zone)
    for position, length in runs_of(missing):
        t = int(open_idx[missing[position]])
        zone = timezone(timedelta(minutes=int(offsets[t])))
        start = grid.instant(t).astimezone(zone).isoformat(timespec="minutes")
        many = "interval is" if length == 1 else "intervals are"
        finding = f"{length} open {many} not reported"
        action = "counted as missing, not as zero"
        log.add("missing", queue.queue_id, finding, action, start=start)


def _closing_days(queue: Queue, plan: Plan, history: ContactHistory) -> list[date]:
    grid = history.grid
    years = range(grid.start_utc.year, grid.end_utc.year + 1)
    found = public_holidays(
        queue.country, queue.subdivision, years, plan.calendar_changes
    )
    return list(found)
