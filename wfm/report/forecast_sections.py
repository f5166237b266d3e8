"""The report's tables on the forecast: the week, its changes, how good it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from forecasting.rolling import BacktestRow
from forecasting.track_record import AccuracyRow
from wfm.calendar.local import to_instant, wall_date, wall_minute
from wfm.domain.arrays import FloatArray
from wfm.domain.demand import (
    MINUTES_PER_DAY,
    ContactHistory,
    ModelTest,
    Queue,
    SpecialDay,
    VolumeForecast,
)
from wfm.domain.edits import AppliedEdit
from wfm.domain.grid import IntervalGrid
from wfm.report.inputs import ReportInput
from wfm.report.pooling import mean_coverage, pooled
from wfm.report.text import day_label, number, percent, words

PAST_WEEKS = 4
DASH = "–"


def week_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return each queue's forecast contacts beside those of the last weeks.

    Weeks are counted on the queue's own clock, over the same dates as the plan's
    first week; one that the history does not hold whole shows a dash. Queues that
    others feed have no history and no row.
    """
    if inputs.forecast is None or inputs.folder.history is None:
        return []
    history = inputs.folder.history
    known = {
        name
        for q, name in enumerate(history.queue_ids)
        if history.observed[q].any() and name in inputs.forecast.queue_ids
    }
    return [
        _week_row(inputs, inputs.forecast, history, queue)
        for queue in inputs.instance.queues
        if queue.queue_id in known
    ]


def _week_row(
    inputs: ReportInput, forecast: VolumeForecast, history: ContactHistory, queue: Queue
) -> dict[str, Any]:
    monday = wall_minute(inputs.folder.plan.first_date)
    q, there = (grid.queue_ids.index(queue.queue_id) for grid in (forecast, history))
    week = _Week(queue=queue, first_minute=monday).total(
        forecast.grid, forecast.mean[q]
    )
    offered = np.where(history.observed[there], history.offered_contacts[there], 0.0)
    past = [
        _Week(queue=queue, first_minute=monday - back * 7 * MINUTES_PER_DAY).total(
            history.grid, queue.volume_scale * offered
        )
        for back in range(PAST_WEEKS, 0, -1)
    ]
    known = [total for total in past if not math.isnan(total)]
    mean = sum(known) / len(known) if known else 0.0
    return {
        "queue": queue.queue_id,
        "past": [_number(total) for total in past],
        "week": _number(week),
        "change": _signed(week / mean - 1.0 if mean > 0 else math.nan),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    """Seven days of a queue's clock from a wall minute on."""

    queue: Queue
    first_minute: int

    def total(self, grid: IntervalGrid, values: FloatArray) -> float:
        """Return the sum of *values* ``[t]`` of the week; NaN if *grid* is shorter."""
        ends = (self.first_minute, self.first_minute + 7 * MINUTES_PER_DAY)
        first, end = (
            grid.floor_index(to_instant(minute, self.queue.zone)) for minute in ends
        )
        if first < 0 or end > grid.num_intervals:
            return math.nan
        return float(values[first:end].sum())


def past_week_labels(inputs: ReportInput) -> list[str]:
    """Return the first days of the past weeks in :func:`week_rows`."""
    first = inputs.folder.plan.first_date
    return [
        day_label(first - timedelta(days=7 * back)) for back in range(PAST_WEEKS, 0, -1)
    ]


def backtest_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return how the models did on past weeks, a row per queue and model."""
    groups: dict[tuple[str, str], list[BacktestRow]] = {}
    for row in inputs.backtest:
        groups.setdefault((row.queue_id, row.model), []).append(row)
    best = {
        queue_id: min(
            pooled(rows, "wape")
            for (name, _), rows in groups.items()
            if name == queue_id
        )
        for queue_id, _ in groups
    }
    return [
        {
            "queue": queue_id,
            "model": words(model),
            "contacts": number(sum(row.offered_contacts for row in rows)),
            "wape": _percent(pooled(rows, "wape")),
            "best": pooled(rows, "wape") <= best[queue_id],
            "daily": _percent(pooled(rows, "daily_wape")),
            "bias": _signed(pooled(rows, "bias")),
            "coverage": _percent(mean_coverage(rows)),
        }
        for (queue_id, model), rows in groups.items()
    ]


def accuracy_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return what published forecasts missed, all queues pooled, by lead time."""
    leads: dict[str, list[AccuracyRow]] = {}
    for row in inputs.accuracy:
        leads.setdefault(row.lead, []).append(row)
    ordered = sorted(leads, key=lambda lead: (lead.split()[0], int(lead.split()[1])))
    return [
        {
            "lead": lead,
            "forecasts": number(len({row.as_of for row in leads[lead]})),
            "contacts": number(sum(row.offered_contacts for row in leads[lead])),
            "wape": _percent(pooled(leads[lead], "wape")),
            "floor": _percent(pooled(leads[lead], "floor_wape")),
            "daily": _percent(pooled(leads[lead], "daily_wape")),
            "bias": _signed(pooled(leads[lead], "bias")),
            "coverage": _percent(mean_coverage(leads[lead])),
        }
        for lead in ordered
    ]


def special_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return what holidays and events make of the dates, by date and queue."""
    if inputs.forecast is None:
        return []
    found = [
        (special, queue_id)
        for queue_id, days in inputs.forecast.special_days.items()
        for special in days
    ]
    found.sort(key=lambda pair: (pair[0].day, pair[0].kind, pair[0].name))
    return [_special_row(special, queue_id) for special, queue_id in found]


def _special_row(special: SpecialDay, queue_id: str) -> dict[str, Any]:
    if special.is_stated:
        source = "stated by the planner"
    elif special.occurrences:
        noun = "day" if special.occurrences == 1 else "days"
        source = f"learnt from {special.occurrences} earlier {noun}"
    else:
        source = "assumed: none was seen before"
    return {
        "day": day_label(special.day),
        "what": ", ".join(part for part in (special.name, special.kind) if part),
        "queue": queue_id,
        "change": _signed(special.ratio - 1.0),
        "spread": "" if special.is_stated else f"± {percent(special.ratio_sd, 0)}",
        "source": source,
    }


def choice_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return each queue's models with a part in the forecast a week ahead.

    A cell says the error of a model in the test inside the history, and its weight.
    """
    if inputs.forecast is None:
        return []
    return [
        {"queue": queue_id, "models": _choice(tests)}
        for queue_id, tests in inputs.forecast.tests.items()
    ]


def _choice(tests: Sequence[ModelTest]) -> str:
    leads = sorted({test.lead_days for test in tests})
    lead = min(leads, key=lambda days: abs(days - 7))
    chosen = [test for test in tests if test.lead_days == lead and test.weight > 0]
    chosen.sort(key=lambda test: -test.weight)
    return ", ".join(
        f"{words(test.model)} {percent(test.weight, 0)} (WAPE {percent(test.wape)})"
        for test in chosen
    )


def edit_rows(inputs: ReportInput) -> list[dict[str, Any]]:
    """Return what the planner changed by hand, and what that did."""
    forecast = inputs.forecast.edits if inputs.forecast is not None else ()
    return [_edit_row(applied) for applied in (*forecast, *inputs.requirement.edits)]


def _edit_row(applied: AppliedEdit) -> dict[str, Any]:
    edit = applied.edit
    unit = "agent-hours" if edit.stage == "requirement" else "contacts"
    first, last = edit.from_wall_minute, edit.to_wall_minute - 1
    days = [day_label(wall_date(minute)) for minute in (first, last)]
    return {
        "name": edit.name or f"row {edit.row}",
        "stage": edit.stage,
        "queue": edit.queue_id,
        "when": days[0] if days[0] == days[1] else f"{days[0]} {DASH} {days[1]}",
        "op": edit.op if edit.op == "exclude" else f"{edit.op} {edit.value:g}",
        "effect": f"{number(applied.before)} → {number(applied.after)} {unit}",
        "who": ", ".join(part for part in (edit.who, edit.when) if part),
        "why": edit.why,
    }


def _number(value: float) -> str:
    return DASH if math.isnan(value) else number(value)


def _percent(value: float) -> str:
    return DASH if math.isnan(value) else percent(value)


def _signed(value: float) -> str:
    if math.isnan(value):
        return DASH
    return ("+" if value > 0.0005 else "") + percent(value)
