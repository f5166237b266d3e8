"""Tables of forecast accuracy for the terminal."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecasting.rolling import BacktestResult, BacktestRow
from forecasting.track_record import AccuracyRow
from wfm.domain.demand import VolumeForecast
from wfm.report.pooling import Scored, mean_coverage, pooled
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
        figures = ("wape", "daily_wape", "bias")
        table.add_row(queue_id, model, *_pooled_cells(rows, figures))
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
        figures = ("wape", "floor_wape", "daily_wape", "bias")
        table.add_row(queue_id, lead, *_pooled_cells(group, figures))
    return table


def reforecast_table(before: VolumeForecast, after: VolumeForecast) -> "Table":
    """Return each queue's week as it was forecast and as it is now expected."""
    table = _table("", ("queue",), ("forecast", "now", "change"))
    for q, queue_id in enumerate(after.queue_ids):
        old, new = float(before.mean[q].sum()), float(after.mean[q].sum())
        change = percent_or_dash(new / old - 1.0 if old else math.nan)
        table.add_row(queue_id, number(old), number(new), change)
    return table


def _pooled_cells(rows: Scored, figures: Sequence[str]) -> list[str]:
    return [
        number(sum(row.offered_contacts for row in rows)),
        *(percent_or_dash(pooled(rows, name)) for name in figures),
        percent_or_dash(mean_coverage(rows)),
    ]


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
