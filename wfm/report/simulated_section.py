"""The report on the simulated service: estimates side by side, worst hours."""

import math
from datetime import timedelta
from typing import Any

import numpy as np

from wfm.calendar.local import zone
from wfm.evaluation.simulated import FIGURES, SimulatedService
from wfm.report.inputs import ReportInput
from wfm.report.key_figures import queue_figures
from wfm.report.simulated import wait
from wfm.report.text import city, number, percent

WORST_HOURS = 12
_NOTED_CONTACTS = 1.0
_NOTED_SHARE = 0.0005
_LEAST_SCALE = 0.9


def simulated_context(inputs: ReportInput) -> dict[str, Any]:
    """Return what the section prints; empty rows where nothing was simulated."""
    service = inputs.simulation
    if service is None:
        return {"simulated": [], "simulated_words": "", "worst_hours": []}
    rows = _rows(inputs, service)
    low = min((row["least"] for row in rows), default=_LEAST_SCALE)
    scale = min(_LEAST_SCALE, math.floor(20.0 * low) / 20.0)
    return {
        "simulated": [row | _places(row, scale) for row in rows],
        "simulated_scale": percent(scale, 0),
        "simulated_words": _words(service),
        "worst_hours": worst_hours(inputs, service),
    }


def _words(service: SimulatedService) -> str:
    settings = service.settings
    absent = "; shifts are called off by the shrinkage that is not rostered"
    busy = "; days are busier or calmer as the forecast’s quantiles say"
    return (
        f"{number(settings.replications)} runs of the plan, seed {settings.seed}"
        f"{absent if settings.absence == 'shift' else ''}"
        f"{busy if settings.busyness else ''}"
    )


def _rows(inputs: ReportInput, service: SimulatedService) -> list[dict[str, Any]]:
    level, asa, lost, busy = (service.figure(name) for name in FIGURES)
    contacts = service.result.offered.sum(axis=2).mean(axis=0)
    rows = []
    for figures in queue_figures(inputs):
        q = service.queue_ids.index(figures.queue_id)
        if contacts[q] <= 0.0:
            continue
        target, erlang = figures.service_target, figures.service_level
        shares = [float(x[q]) for x in (level.value, level.low, level.high)]
        known = [x for x in (*shares, target, erlang) if x is not None]
        rows.append(
            {
                "id": figures.queue_id,
                "deferred": figures.deferred,
                "contacts": number(float(contacts[q])),
                "erlang": "" if erlang is None else percent(erlang),
                "value": percent(shares[0]),
                "half": f"± {50 * (shares[2] - shares[1]):.1f}",
                "target": _target(target, deferred=figures.deferred),
                "below": target is not None and shares[2] < target - _NOTED_SHARE,
                "wait": wait(float(asa.value[q])),
                "lost": "" if figures.deferred else percent(lost.value[q]),
                "busy": "" if np.isnan(busy.value[q]) else percent(busy.value[q]),
                "least": min(known),
                "shares": (*shares, target, erlang),
            }
        )
    return rows


def _target(target: float | None, *, deferred: bool) -> str:
    if deferred:
        return "all"
    return "" if target is None else percent(target, 0)


def _places(row: dict[str, Any], scale: float) -> dict[str, str]:
    """Return where marks stand on the row's line, in per cent of its width."""

    def at(share: float | None) -> str:
        if share is None or math.isnan(share):
            return ""
        return f"{100.0 * (share - scale) / (1.0 - scale):.2f}"

    value, low, high, target, erlang = row["shares"]
    width = 0.0 if math.isnan(low) else 100.0 * (high - low) / (1.0 - scale)
    return {
        "at": at(value),
        "from": at(low),
        "width": f"{width:.2f}",
        "target_at": at(target),
        "erlang_at": at(erlang),
    }


def worst_hours(inputs: ReportInput, service: SimulatedService) -> list[dict[str, str]]:
    """Return the hours in which most contacts of a live queue are not in time."""
    per_hour = max(1, 60 // service.grid.interval_minutes)
    hours = service.grid.num_intervals // per_hour
    shape = (len(service.queue_ids), hours, per_hour)
    offered, in_time, lost = (
        values.mean(axis=0)[:, : hours * per_hour].reshape(shape).sum(axis=2)
        for values in (
            service.result.offered,
            service.result.in_time,
            service.result.abandoned + service.result.dropped,
        )
    )
    late = offered - in_time
    late[np.array(service.deferred)] = 0.0
    order = np.argsort(-late, axis=None, kind="stable")[:WORST_HOURS]
    found = []
    for q, hour in zip(*np.unravel_index(order, late.shape), strict=True):
        if late[q, hour] < _NOTED_CONTACTS:
            continue
        row = {
            "contacts": number(offered[q, hour], 1),
            "late": number(late[q, hour], 1),
            "share": percent(in_time[q, hour] / offered[q, hour]),
            "lost": number(lost[q, hour], 1),
            "bar": f"{100.0 * late[q, hour] / late.max():.1f}",
        }
        found.append(row | _when(inputs, service, int(q), int(hour) * per_hour))
    return found


def _when(
    inputs: ReportInput, service: SimulatedService, q: int, t: int
) -> dict[str, str]:
    queue = inputs.instance.queues[q]
    start = service.grid.instant(t)
    local = start.astimezone(zone(queue.zone))
    end = local + timedelta(hours=1)
    return {
        "queue": queue.queue_id,
        "local": f"{local:%a %d %b %H:%M} to {end:%H:%M}",
        "city": city(queue.zone),
        "utc": f"{start:%a %H:%M}",
    }
