"""Tables of ``out/``, written with the columns that the planner's own files have."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.outcome import Allocation
from wfm.calendar.local import offset_minutes, zone
from wfm.domain.demand import VolumeForecast
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import CleaningEntry, Plan
from wfm.domain.roster import Roster, RosterInstance
from wfm.domain.staffing import StaffingRequirement
from wfm.io.output import write_atomic
from wfm.io.stage_files import LEVELS
from wfm.io.stage_files import read_forecast as read_forecast
from wfm.io.stage_files import read_requirement as read_requirement
from wfm.pipeline.window import plan_window

if TYPE_CHECKING:
    import pandas as pd

FORECAST_HEADER = (
    "queue",
    "start_utc",
    "start_local",
    "mean",
    "p10",
    "p50",
    "p90",
    "aht_s",
)
REQUIREMENT_HEADER = (
    "queue",
    "start_utc",
    "offered_contacts",
    "aht_s",
    "workload_erlangs",
    "base_agents",
    "scheduled_agents",
    "binding",
)
ROSTER_HEADER = (
    "agent_id",
    "site",
    "date_local",
    "start_utc",
    "end_utc",
    "activity",
    "queue",
)
WHERE = "where"
"""A column more where somebody works at home."""
ACTIVITIES_HEADER = ("activity", "agent_id", "start_utc", "start_local", "state")
ALLOCATION_HEADER = ("queue", "start_utc", "group", "agents")
HISTORY_LOG_HEADER = ("file", "row", "queue", "start", "finding", "action")
_DECIMALS = 6
Cells: TypeAlias = Sequence[str | int | float]


def utc_text(instant: datetime) -> str:
    """Return an instant as ``2026-10-26T06:00Z``."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M}Z"


def number_text(value: float) -> str:
    """Return a number with at most six decimals and no trailing zeros."""
    text = f"{value:.{_DECIMALS}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_forecast(path: Path, plan: Plan, forecast: VolumeForecast) -> None:
    """Write forecast.csv: each queue's own forecast range, closed slots as zeros."""
    write_table(path, FORECAST_HEADER, _forecast_rows(plan, forecast))


def forecast_frame(plan: Plan, forecast: VolumeForecast) -> "pd.DataFrame":
    """Return what :func:`write_forecast` writes, unrounded, as a frame."""
    return _frame(FORECAST_HEADER, _forecast_rows(plan, forecast))


def _forecast_rows(plan: Plan, forecast: VolumeForecast) -> list[Cells]:
    places = [_level_place(forecast.levels, level) for level in LEVELS]
    starts = _utc_texts(forecast.grid)
    zones = {queue.queue_id: queue.zone for queue in plan.queues}
    rows: list[Cells] = []
    for q, queue_id in enumerate(forecast.queue_ids):
        span = range(forecast.first_idx[q], forecast.end_idx[q])
        local = _local_texts(forecast.grid, zones[queue_id]) if span else []
        columns = [forecast.mean[q], *forecast.quantiles[q, places], forecast.aht_s[q]]
        numbers = np.array(columns).T.tolist()
        rows += [(queue_id, starts[t], local[t], *numbers[t]) for t in span]
    return rows


def _level_place(levels: Sequence[float], level: float) -> int:
    distances = [abs(known - level) for known in levels]
    if min(distances, default=1.0) > 1e-9:
        msg = f"the forecast has no quantile {level}, only {tuple(levels)}"
        raise ValueError(msg)
    return distances.index(min(distances))


def _utc_texts(grid: IntervalGrid) -> list[str]:
    return [utc_text(grid.instant(t)) for t in range(grid.num_intervals)]


def _local_texts(grid: IntervalGrid, zone_name: str) -> list[str]:
    offsets = offset_minutes(grid, zone_name).tolist()
    clocks = {minutes: timezone(timedelta(minutes=minutes)) for minutes in set(offsets)}
    return [
        grid.instant(t).astimezone(clocks[offset]).isoformat(timespec="minutes")
        for t, offset in enumerate(offsets)
    ]


def _plan_intervals(plan: Plan, grid: IntervalGrid) -> range:
    """Return the intervals of *grid* that begin on the plan's dates in its zone."""
    window = plan_window(plan)
    low, high = grid.floor_index(window.start_utc), grid.floor_index(window.end_utc)
    return range(max(0, low), max(0, min(grid.num_intervals, high)))


def write_requirement(path: Path, plan: Plan, requirement: StaffingRequirement) -> None:
    """Write requirement.csv: every interval of the plan's dates in its zone."""
    write_table(path, REQUIREMENT_HEADER, _requirement_rows(plan, requirement))


def requirement_frame(plan: Plan, requirement: StaffingRequirement) -> "pd.DataFrame":
    """Return what :func:`write_requirement` writes, unrounded, as a frame."""
    return _frame(REQUIREMENT_HEADER, _requirement_rows(plan, requirement))


def _requirement_rows(plan: Plan, requirement: StaffingRequirement) -> list[Cells]:
    starts = _utc_texts(requirement.grid)
    window = _plan_intervals(plan, requirement.grid)
    rows: list[Cells] = []
    for q, queue_id in enumerate(requirement.queue_ids):
        columns = [
            requirement.offered_contacts[q],
            requirement.aht_s[q],
            requirement.workload_erlangs[q],
            requirement.base_agents[q],
            requirement.scheduled_agents[q],
        ]
        numbers = np.array(columns).T.tolist()
        binding = requirement.binding[q].tolist()
        rows += [(queue_id, starts[t], *numbers[t], binding[t]) for t in window]
    return rows


def write_roster(path: Path, instance: RosterInstance, roster: Roster) -> None:
    """Write roster.csv: one row per span of each shift, by agent and time."""
    write_table(path, *roster_table(instance, roster))


def roster_frame(instance: RosterInstance, roster: Roster) -> "pd.DataFrame":
    """Return what :func:`write_roster` writes, as a frame."""
    return _frame(*roster_table(instance, roster))


def roster_table(
    instance: RosterInstance, roster: Roster
) -> tuple[tuple[str, ...], list[Cells]]:
    """Return header and rows of roster.csv."""
    sites = {agent.agent_id: agent.site_id for agent in instance.agents}
    grid = instance.grid
    has_places = any(shift.where for shift in roster.shifts)
    rows: list[Cells] = [
        (
            shift.agent_id,
            sites.get(shift.agent_id, ""),
            shift.date_local.isoformat(),
            utc_text(grid.instant(span.start_idx)),
            utc_text(grid.instant(span.end_idx)),
            span.activity,
            span.queue,
            *((shift.where,) if has_places else ()),
        )
        for shift in roster.shifts
        for span in shift.spans
    ]
    return (*ROSTER_HEADER, *((WHERE,) if has_places else ())), rows


def write_activities(path: Path, instance: RosterInstance, roster: Roster) -> None:
    """Write activities.csv: when everybody has which activity, and who is excused."""
    held = {
        (shift.agent_id, span.activity): span.start_idx
        for shift in roster.shifts
        for span in shift.spans
        if span.duty
    }
    rows: list[Cells] = []
    for item in instance.activities:
        for agent in instance.agents:
            name = agent.agent_id
            start = held.get((name, item.activity))
            if start is not None and name in item.agent_ids:
                at = instance.grid.instant(start)
                local = at.astimezone(zone(agent.zone)).isoformat(timespec="minutes")
                rows.append((item.activity, name, utc_text(at), local, "placed"))
            elif name in item.agent_ids:
                state = "missing" if item.due else "later"
                rows.append((item.activity, name, "", "", state))
            elif name in item.excused:
                rows.append((item.activity, name, "", "", "excused"))
    write_table(path, ACTIVITIES_HEADER, rows)


def write_allocation(
    path: Path, instance: RosterInstance, allocation: Allocation
) -> None:
    """Write allocation.csv: expected agents per queue and group; zeros left out."""
    groups = ["+".join(sorted(queues)) for queues in allocation.group_queues]
    starts = _utc_texts(instance.grid)
    by_queue = allocation.agents.transpose(1, 2, 0)
    rows = [
        (instance.queues[q].queue_id, starts[t], groups[g], text)
        for q, t, g in zip(*(axis.tolist() for axis in by_queue.nonzero()), strict=True)
        if (text := number_text(by_queue[q, t, g])) != "0"
    ]
    write_table(path, ALLOCATION_HEADER, rows)


def write_history_log(path: Path, log: Iterable[CleaningEntry]) -> None:
    """Write history_log.csv: what was found in the history and what was done."""
    rows = [
        (
            entry.file,
            entry.row or "",
            entry.queue_id,
            entry.start,
            entry.finding,
            entry.action,
        )
        for entry in log
    ]
    write_table(path, HISTORY_LOG_HEADER, rows)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Cells]) -> None:
    """Write a CSV table whole; numbers with at most six decimals."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(
        [number_text(cell) if isinstance(cell, float) else cell for cell in row]
        for row in rows
    )
    write_atomic(path, stream.getvalue())


def _frame(header: Sequence[str], rows: Iterable[Cells]) -> "pd.DataFrame":
    """Return rows as a frame whose UTC columns are times."""
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=list(header))
    for column in ("start_utc", "end_utc"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
