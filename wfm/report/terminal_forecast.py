"""Tables of forecast accuracy for the terminal."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecasting.rolling import BacktestResult, BacktestRow
from forecasting.track_record import AccuracyRow
from wfm.domain.demand import VolumeForecast
from wfm.report.text import number, percent

if TYPE_CHECKING:
    from rich.table import Table


def backtest_table(result: BacktestResult) -> "Table":
    """Return WAPE, bias and cover of every queue and model, pooled over origins."""
    table = _table(
        counted(len({row.origin for row in result.rows}), "origin"),
        ("queue", "model"),
        ("contacts", "WAPE", "daily", "bias", "in band"),
    )
    groups: dict[tuple[str, str], list[BacktestRow]] = {}
    for row in result.rows:
        groups.setdefault((row.queue_id, row.model), []).append(row)
    for (queue_id, model), rows in groups.items():
        weights = [row.offered_contacts for row in rows]
        table.add_row(
            queue_id,
            model,
            number(sum(weights)),
            *(
                percent_or_dash(weighted([getattr(row, name) for row in rows], weights))
                for name in ("wape", "daily_wape", "bias")
            ),
            percent_or_dash(
                weighted([row.coverage for row in rows], [r.intervals for r in rows])
            ),
        )
    return table


def accuracy_table(rows: Sequence[AccuracyRow]) -> "Table":
    """Return WAPE, its floor, bias and cover of every queue by lead time."""
    forecasts = len({row.as_of for row in rows})
    table = _table(
        counted(forecasts, "published forecast"),
        ("queue", "lead"),
        ("contacts", "WAPE", "floor", "daily", "bias", "in band"),
    )
    groups: dict[tuple[str, str], list[AccuracyRow]] = {}
    for row in rows:
        groups.setdefault((row.queue_id, row.lead), []).append(row)
    for (queue_id, lead), group in groups.items():
        weights = [row.offered_contacts for row in group]
        table.add_row(
            queue_id,
            lead,
            number(sum(weights)),
            *(
                percent_or_dash(weighted([getattr(r, name) for r in group], weights))
                for name in ("wape", "floor_wape", "daily_wape", "bias")
            ),
            percent_or_dash(
                weighted([row.coverage for row in group], [r.intervals for r in group])
            ),
        )
    return table


def reforecast_table(before: VolumeForecast, after: VolumeForecast) -> "Table":
    """Return each queue's week as it was forecast and as it is now expected."""
    table = _table("", ("queue",), ("forecast", "now", "change"))
    for q, queue_id in enumerate(after.queue_ids):
        old, new = float(before.mean[q].sum()), float(after.mean[q].sum())
        change = percent_or_dash(new / old - 1.0 if old else math.nan)
        table.add_row(queue_id, number(old), number(new), change)
    return table


def weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the mean of *values* that are numbers; NaN if there is none."""
    pairs = [(v, w) for v, w in zip(values, weights, strict=True) if not math.isnan(v)]
    total = sum(w for _, w in pairs)
    return sum(v * w for v, w in pairs) / total if total else math.nan


def percent_or_dash(value: float) -> str:
    """Return a share in per cent, a dash for what could not be measured."""
    return "-" if math.isnan(value) else percent(value)


def counted(number_of: int, noun: str) -> str:
    """Return ``1 origin`` or ``2 origins``."""
    return f"{number_of} {noun}" + ("" if number_of == 1 else "s")


def _table(title: str, names: Sequence[str], numbers: Sequence[str]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        box=SIMPLE_HEAD,
        title=title,
        title_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
