"""A planner's own forecast.csv or requirement.csv in the place of a stage."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from wfm.calendar.local import local_clock
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import Queue, VolumeForecast, fed_queues
from wfm.domain.errors import InputError, Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.io.plan_checks import deferred_by_channel
from wfm.io.problems import BadValueError, Problems
from wfm.io.rows import Row, iter_rows
from wfm.io.sheets import Columns, Sheet, read_sheet
from wfm.io.values import parse_instant

FORECAST = Columns(
    required=("queue", "start_utc", "mean", "aht_s"),
    optional=("p10", "p50", "p90"),
    aliases={"offered": "mean"},
    ignored=frozenset({"start_local"}),
)
REQUIREMENT = Columns(
    required=("queue", "start_utc", "scheduled_agents"),
    optional=(
        "offered_contacts",
        "aht_s",
        "workload_erlangs",
        "base_agents",
        "binding",
    ),
    ignored=frozenset({"start_local"}),
)
LEVELS = (0.1, 0.5, 0.9)
_QUANTILES = ("p10", "p50", "p90")
_AMOUNTS = ("offered_contacts", "aht_s", "workload_erlangs", "base_agents")
_MAX_DAYS = 366
T = TypeVar("T")
_NO_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    queue: int
    idx: int
    numbers: Mapping[str, float]
    binding: str = ""


def read_forecast(
    path: Path, plan: Plan, grid: IntervalGrid | None = None
) -> VolumeForecast:
    """Return the planner's own forecast on *grid*, by default that of its rows.

    Quantiles that are not given are the mean. Each queue's rows must follow one
    another without a gap; a queue that is only fed by others may have none.

    Raises
    ------
    InputError
        With every problem by row.
    """

    def read(sheet: Sheet, problems: Problems) -> VolumeForecast:
        axis = grid or _grid_of(sheet, plan)
        entries = _entries(sheet, plan, axis, ("mean", "aht_s"), _QUANTILES, problems)
        ranges = _ranges(entries, sheet, plan, problems)
        num_q, num_t = len(plan.queues), axis.num_intervals
        mean, aht_s = np.zeros((num_q, num_t)), np.zeros((num_q, num_t))
        quantiles = np.zeros((num_q, len(LEVELS), num_t))
        for entry in entries:
            mean[entry.queue, entry.idx] = entry.numbers["mean"]
            aht_s[entry.queue, entry.idx] = entry.numbers["aht_s"]
            for level, name in enumerate(_QUANTILES):
                value = entry.numbers.get(name, entry.numbers["mean"])
                quantiles[entry.queue, level, entry.idx] = value
        return VolumeForecast(
            grid=axis,
            queue_ids=tuple(queue.queue_id for queue in plan.queues),
            levels=LEVELS,
            mean=mean,
            quantiles=quantiles,
            aht_s=aht_s,
            first_idx=tuple(first for first, _ in ranges),
            end_idx=tuple(end for _, end in ranges),
        )

    return _read(path, FORECAST, read)


def read_requirement(path: Path, plan: Plan) -> StaffingRequirement:
    """Return the planner's own requirement, on the grid of its rows.

    Only ``scheduled_agents`` is needed; ``base_agents`` defaults to it. For a queue of
    a deferred channel the agents named are work that may be done until the end of the
    queue's local day.

    Raises
    ------
    InputError
        With every problem by row.
    """

    def read(sheet: Sheet, problems: Problems) -> StaffingRequirement:
        grid = _grid_of(sheet, plan)
        needed = ("scheduled_agents",)
        entries = _entries(sheet, plan, grid, needed, _AMOUNTS, problems)
        return _requirement(entries, plan, grid)

    return _read(path, REQUIREMENT, read)


def _read(path: Path, columns: Columns, read: Callable[[Sheet, Problems], T]) -> T:
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Problem(file=path.name, message=f"can't be read: {error.strerror}")
        raise InputError((fault,)) from error
    problems = Problems()
    sheet = read_sheet(content, path.name, columns, problems)
    if sheet is not None and not len(sheet):
        problems.add(path.name, "there is no row", row=2)
    problems.raise_if_any()
    if sheet is None:
        msg = f"{path.name} was refused without a reason"
        raise AssertionError(msg)
    result = read(sheet, problems)
    problems.raise_if_any()
    return result


def _entries(
    sheet: Sheet,
    plan: Plan,
    grid: IntervalGrid,
    needed: Sequence[str],
    optional: Sequence[str],
    problems: Problems,
) -> list[_Entry]:
    """Return the sound rows; one per queue and interval, all on *grid*."""
    place = {queue.queue_id: q for q, queue in enumerate(plan.queues)}
    first_rows: dict[tuple[int, int], int] = {}
    entries: list[_Entry] = []
    for row in iter_rows(sheet, problems):
        queue_id = row.reference("queue", place, "queue")
        instant = row.needed("start_utc", parse_instant, _NO_INSTANT)
        idx = _index(row, instant, grid) if row.ok else 0
        numbers = {name: _amount(row, name) for name in needed if row.required(name)}
        numbers |= {name: _amount(row, name) for name in optional if row.text(name)}
        if not row.ok:
            continue
        key = (place[queue_id], idx)
        if key in first_rows:
            row.fault("start_utc", f"the interval stands in row {first_rows[key]} too")
            continue
        first_rows[key] = row.number
        entries.append(
            _Entry(queue=key[0], idx=idx, numbers=numbers, binding=row.text("binding"))
        )
    return entries


def _amount(row: Row, name: str) -> float:
    if name in {"base_agents", "scheduled_agents"} and row.text(name) == "inf":
        return float("inf")  # the answer to a target that nobody can reach
    return row.number_in(name, 0.0, low=0.0)


def _index(row: Row, instant: datetime, grid: IntervalGrid) -> int:
    idx = grid.floor_index(instant)
    if grid.instant(idx) != instant:
        message = f"{row.text('start_utc')} is not on the grid"
        row.fault("start_utc", message, f"steps of {grid.interval_minutes} min")
    elif not 0 <= idx < grid.num_intervals:
        message = f"{row.text('start_utc')} is outside the plan"
        expected = f"{grid.start_utc:%Y-%m-%dT%H:%MZ} to {grid.end_utc:%Y-%m-%dT%H:%MZ}"
        row.fault("start_utc", message, expected)
    return idx


def _ranges(
    entries: Sequence[_Entry], sheet: Sheet, plan: Plan, problems: Problems
) -> list[tuple[int, int]]:
    """Return each queue's half-open range; gaps and absent queues are told."""
    fed = fed_queues(plan.queues)
    by_queue: dict[int, set[int]] = {}
    for entry in entries:
        by_queue.setdefault(entry.queue, set()).add(entry.idx)
    ranges: list[tuple[int, int]] = []
    for q, queue in enumerate(plan.queues):
        indices = by_queue.get(q, set())
        first, end = (min(indices), max(indices) + 1) if indices else (0, 0)
        ranges.append((first, end))
        if len(indices) < end - first:
            lacking = end - first - len(indices)
            message = f"{lacking} intervals of {queue.queue_id} are missing in between"
            problems.add(sheet.file, message, expected="closed ones as rows of 0")
        if not indices and queue.queue_id not in fed:
            message = f"queue {queue.queue_id!r} has no row"
            problems.add(sheet.file, message, expected="one row per interval")
    return ranges


def _grid_of(sheet: Sheet, plan: Plan) -> IntervalGrid:
    """Return the grid that spans the starts that can be read."""
    minutes: list[int] = []
    for text in sheet.texts("start_utc"):
        with contextlib.suppress(BadValueError):
            minutes.append(int(parse_instant(text).timestamp()) // 60)
    step = plan.interval_minutes
    first = min(minutes, default=0) // step
    last = min(max(minutes, default=0) // step, first + _MAX_DAYS * 1440 // step)
    return IntervalGrid(
        start_utc=datetime.fromtimestamp(first * step * 60, tz=UTC),
        interval_minutes=step,
        num_intervals=last - first + 1,
    )


def _requirement(
    entries: Sequence[_Entry], plan: Plan, grid: IntervalGrid
) -> StaffingRequirement:
    shape = (len(plan.queues), grid.num_intervals)
    arrays = {name: np.zeros(shape) for name in (*_AMOUNTS, "scheduled_agents")}
    binding: npt.NDArray[np.str_] = np.full(shape, "", dtype="<U32")
    for entry in entries:
        place = (entry.queue, entry.idx)
        scheduled = entry.numbers["scheduled_agents"]
        for name, array in arrays.items():
            default = scheduled if name == "base_agents" else 0.0
            array[place] = entry.numbers.get(name, default)
        binding[place] = entry.binding
    deferred = deferred_by_channel()
    work = tuple(
        _daily_work(queue, arrays["scheduled_agents"][q], grid)
        for q, queue in enumerate(plan.queues)
        if deferred[queue.channel]
    )
    return StaffingRequirement(
        grid=grid,
        queue_ids=tuple(queue.queue_id for queue in plan.queues),
        offered_contacts=arrays["offered_contacts"],
        aht_s=arrays["aht_s"],
        workload_erlangs=arrays["workload_erlangs"],
        base_agents=arrays["base_agents"],
        scheduled_agents=arrays["scheduled_agents"],
        binding=binding,
        deferred=tuple(part for part in work if len(part.work_hours)),
    )


def _daily_work(queue: Queue, agents: FloatArray, grid: IntervalGrid) -> DeferredWork:
    """Return the work of *agents* ``[t]``, each due at the end of its local day."""
    day = local_clock(grid, queue.zone).day
    arrival = np.flatnonzero(np.isfinite(agents) & (agents > 0))
    return DeferredWork(
        queue_id=queue.queue_id,
        arrival_idx=arrival,
        due_idx=np.searchsorted(day, day[arrival], side="right"),
        work_hours=agents[arrival] * grid.interval_hours,
    )
