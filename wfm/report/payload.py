"""What the report's charts draw, as plain lists: compact, rounded, no objects."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from wfm.calendar.holidays import public_holidays
from wfm.calendar.local import offset_minutes, to_instant, wall_minute
from wfm.calendar.opening import open_mask
from wfm.domain.arrays import BoolArray, FloatArray
from wfm.domain.demand import Queue
from wfm.domain.grid import IntervalGrid
from wfm.domain.roster import HOME, Shift
from wfm.pipeline.lineup import FREE, line_up
from wfm.report.cover import heads_by_site, mean_by_interval, spare_agents
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import queue_figures, target_agents
from wfm.report.text import city

HISTORY_WEEKS = 5
LOW, HIGH = 0.10, 0.90


def payload(inputs: ReportInput) -> dict[str, Any]:
    """Return the data of all charts.

    Times are minutes from 1970-01-01 UTC or steps of the roster grid; the wall clocks
    come along as offsets, so that the page never works out a time zone itself.
    """
    instance = inputs.instance
    interval = inputs.folder.plan.interval_minutes
    return {
        "start": instance.grid.start_minute,
        "step": instance.step_minutes,
        "interval": interval,
        "window": [instance.window_start_idx, instance.window_end_idx],
        "clocks": clocks(inputs),
        "zones": {zone: _offsets(inputs, zone) for zone in _zones(inputs)},
        "queues": _queues(inputs, interval // instance.step_minutes),
        "sites": _sites(inputs),
        "activities": _activities(inputs),
        "heads": _rounded(
            mean_by_interval(
                heads_by_site(inputs)[..., inputs.window],
                interval // instance.step_minutes,
            )
        ),
        "handovers": _handovers(inputs),
        "trace": _trace(inputs),
    }


def to_script(data: Mapping[str, Any]) -> str:
    """Return *data* as JSON that can stand inside a ``<script>`` element."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def clocks(inputs: ReportInput) -> list[dict[str, str]]:
    """Return the clocks to choose from: UTC, the planner's, sites', markets'."""
    sites, queues = inputs.instance.sites.values(), inputs.instance.queues
    result = [{"zone": "UTC", "label": "UTC"}]
    for zone in _zones(inputs)[1:]:
        roles = ["planner"] if zone == inputs.folder.plan.zone else []
        roles += [f"site {site.site_id}" for site in sites if site.zone == zone]
        markets = sum(1 for queue in queues if queue.zone == zone)
        roles += [f"{markets} queue{'s' * (markets > 1)}"] if markets else []
        label = f"{city(zone)}: {', '.join(roles)}" if roles else city(zone)
        result.append({"zone": zone, "label": label})
    return result


def _zones(inputs: ReportInput) -> list[str]:
    instance = inputs.instance
    zones = ["UTC", inputs.folder.plan.zone]
    zones += [site.zone for site in instance.sites.values()]
    zones += [queue.zone for queue in instance.queues]
    zones += [agent.zone for agent in instance.agents]
    return list(dict.fromkeys(zones))


def _offsets(inputs: ReportInput, zone_name: str) -> list[list[int]]:
    """Return ``[from UTC minute, offset]`` for every clock change in sight."""
    grid = inputs.instance.grid
    days = 7 * HISTORY_WEEKS + 8
    wide = IntervalGrid(
        start_utc=grid.start_utc - timedelta(days=days),
        interval_minutes=15,
        num_intervals=((days + 2) * 1440 + _minutes(grid)) // 15,
    )
    offsets = offset_minutes(wide, zone_name)
    changes = [0, *(np.flatnonzero(np.diff(offsets)) + 1).tolist()]
    return [[wide.start_minute + 15 * i, int(offsets[i])] for i in changes]


def _minutes(grid: IntervalGrid) -> int:
    return grid.num_intervals * grid.interval_minutes


def _rounded(values: FloatArray, digits: int = 2) -> Any:
    """Return nested lists of rounded numbers; whole ones as integers, inf as null."""
    if values.ndim > 1:
        return [_rounded(row, digits) for row in values]
    return [
        None if not np.isfinite(x) else int(x) if x == int(x) else x
        for x in np.round(values, digits).tolist()
    ]


def _queues(inputs: ReportInput, factor: int) -> list[dict[str, Any]]:
    instance = inputs.instance
    need = mean_by_interval(target_agents(inputs)[:, inputs.window], factor)
    staffed = mean_by_interval(inputs.staffed_agents[:, inputs.window], factor)
    spare = mean_by_interval(spare_agents(inputs)[:, inputs.window], factor)
    opened = mean_by_interval(
        instance.open_mask[:, inputs.window].astype(np.float64), factor
    )
    figures = queue_figures(inputs)
    return [
        {
            "id": queue.queue_id,
            "channel": queue.channel,
            "zone": queue.zone,
            "deferred": figures[q].deferred,
            "missing": [figures[q].missing_hours, figures[q].missing_fraction],
            "guaranteed": figures[q].guaranteed_agents,
            "need": _rounded(need[q]),
            "staffed": _rounded(staffed[q]),
            "spare": _rounded(spare[q], 1),
            "open": _rounded(np.ceil(opened[q])),
            "history": _history(inputs, queue),
            "forecast": _forecast(inputs, queue),
        }
        for q, queue in enumerate(instance.queues)
    ]


def _history(inputs: ReportInput, queue: Queue) -> dict[str, Any] | None:
    """Return the last weeks before the plan; ``null`` where a report is missing.

    Closed intervals that were not reported hold nothing and are no fault.
    """
    history = inputs.folder.history
    if history is None or queue.queue_id not in history.queue_ids:
        return None
    q = history.queue_ids.index(queue.queue_id)
    start, end = plan_instants(inputs, queue.zone)
    last = min(history.grid.floor_index(start), history.grid.num_intervals)
    per_week = 7 * 1440 // history.grid.interval_minutes
    first = max(0, last - HISTORY_WEEKS * per_week)
    if last <= first:
        return None
    missing = ~history.observed[q] & _opened(inputs, queue, history.grid, end.year)
    offered = np.where(missing, np.inf, history.offered_contacts[q])
    return {
        "start": history.grid.start_minute + first * history.grid.interval_minutes,
        "minutes": history.grid.interval_minutes,
        "offered": _rounded(offered[first:last]),
    }


def _opened(
    inputs: ReportInput, queue: Queue, grid: IntervalGrid, last_year: int
) -> BoolArray:
    holidays = (
        public_holidays(
            queue.country,
            queue.subdivision,
            range(grid.start_utc.year - 1, last_year + 1),
            inputs.folder.plan.calendar_changes,
        )
        if queue.closed_on_holidays
        else {}
    )
    return open_mask(queue, grid, holidays)


def plan_instants(inputs: ReportInput, zone_name: str) -> tuple[datetime, datetime]:
    """Return the instants at which the plan's dates begin and end in a zone."""
    plan = inputs.folder.plan
    first = wall_minute(plan.first_date)
    return (
        to_instant(first, zone_name),
        to_instant(first + 7 * 1440 * plan.weeks, zone_name),
    )


def _forecast(inputs: ReportInput, queue: Queue) -> dict[str, Any] | None:
    """Return the forecast of the plan's dates on the queue's clock."""
    forecast = inputs.forecast
    if forecast is None or queue.queue_id not in forecast.queue_ids:
        return None
    q = forecast.queue_ids.index(queue.queue_id)
    start, end = plan_instants(inputs, queue.zone)
    first = max(forecast.first_idx[q], forecast.grid.floor_index(start))
    last = min(forecast.end_idx[q], forecast.grid.floor_index(end))
    if last <= first:
        return None
    low, high = (_nearest(forecast.levels, level) for level in (LOW, HIGH))
    return {
        "start": forecast.grid.start_minute + first * forecast.grid.interval_minutes,
        "minutes": forecast.grid.interval_minutes,
        "mean": _rounded(forecast.mean[q, first:last]),
        "low": _rounded(forecast.quantiles[q, low, first:last]),
        "high": _rounded(forecast.quantiles[q, high, first:last]),
        "levels": [forecast.levels[low], forecast.levels[high]],
        "failure": forecast.failures.get(queue.queue_id, ""),
    }


def _nearest(levels: tuple[float, ...], wanted: float) -> int:
    return min(range(len(levels)), key=lambda i: abs(levels[i] - wanted))


def _activities(inputs: ReportInput) -> list[str]:
    shifts = (*inputs.roster.shifts, *inputs.instance.carry_over)
    kinds = {span.activity for shift in shifts for span in shift.spans}
    return ["work", *sorted(kinds - {"work"})]


def _sites(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return sites with their agents and all shifts that touch the grid."""
    shifts = (*inputs.instance.carry_over, *inputs.roster.shifts)
    kinds = {kind: i for i, kind in enumerate(_activities(inputs))}
    carried = {id(shift) for shift in inputs.instance.carry_over}
    rows: dict[str, list[list[Any]]] = {}
    for shift in sorted(shifts, key=lambda s: s.start_idx):
        row = _shift(shift, kinds, carried)
        rows.setdefault(shift.agent_id, []).append(row)
    takes = _takes(inputs)
    return [
        {
            "id": site.site_id,
            "zone": site.zone,
            "region": site.region,
            "agents": [
                {"id": agent.agent_id, "name": agent.name, "zone": agent.zone}
                | {"shifts": rows.get(agent.agent_id, [])}
                | {"takes": takes[agent.agent_id]}
                for agent in inputs.agents_by_site()[site.site_id]
            ],
        }
        for site in inputs.instance.sites.values()
    ]


def _takes(inputs: ReportInput) -> dict[str, list[list[int]]]:
    """Return agent -> ``[[from step, to step, queue row], ...]``, FREE left out."""
    lines = line_up(inputs.instance, inputs.roster, inputs.allocation)
    found = {}
    for agent, line in zip(inputs.instance.agents, lines, strict=True):
        cuts = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), len(line)]
        found[agent.agent_id] = [
            [low, high, int(line[low])]
            for low, high in pairwise(cuts)
            if line[low] != FREE
        ]
    return found


def _shift(shift: Shift, kinds: Mapping[str, int], carried: Iterable[int]) -> list[Any]:
    """Return ``[kind, start, [end, activity, paid, queue], ...]``.

    The kind adds up 1 for a shift that is carried over and 2 for one at home; a duty
    off the queues has 2 in the place of *paid*.
    """
    spans = [
        [span.end_idx, kinds[span.activity], int(span.paid) + span.duty, span.queue]
        for span in shift.spans
    ]
    kind = int(id(shift) in carried) + 2 * (shift.where == HOME)
    return [kind, shift.start_idx, *spans]


def _handovers(inputs: ReportInput) -> list[list[Any]]:
    """Return ``[queue row, step, leaving, taking, overlap in minutes]``."""
    rows = {queue.queue_id: q for q, queue in enumerate(inputs.instance.queues)}
    step = inputs.instance.step_minutes
    return [
        [
            rows[mark.queue_id],
            mark.at_idx,
            mark.leaving_region,
            mark.taking_region,
            mark.overlap_steps * step,
        ]
        for mark in inputs.certificate.handovers
    ]


def _trace(inputs: ReportInput) -> list[list[float | None]]:
    """Return ``[seconds, objective, bound]`` in units of the plan's currency."""
    from babel.numbers import get_currency_precision

    if inputs.solved is None:
        return []
    solved = inputs.solved
    unit = 1000 * 10 ** get_currency_precision(inputs.folder.plan.currency)
    lines = [(line.wall_s, line.objective, line.bound) for line in solved.trace]
    lines.append((solved.wall_s, solved.objective, solved.bound))
    return [
        [
            round(wall_s, 1),
            None if objective is None else round(objective / unit, 2),
            None if bound is None else round(bound / unit, 2),
        ]
        for wall_s, objective, bound in lines
    ]
