"""``out/pareto/``: a set of rosters to choose from, a folder each, and one table.

``pareto.csv`` is for people, ``pareto.json`` what later commands read.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wfm.domain.errors import InputError, Problem
from wfm.domain.tradeoffs import TradeOff, TradeOffs
from wfm.io.tables import write_table
from wfm.pipeline.money import minor_digits

FOLDER, TABLE, RECORD, CHART = "pareto", "pareto.csv", "pareto.json", "pareto.png"
HEADER = (
    "roster",
    "picked",
    "balanced",
    "paid_cost",
    "currency",
    "paid_hours",
    "missing_hours",
    "service_level",
    "unfair_shifts",
    "changed_shifts",
    "changed_people",
    "violations",
    "service_weight",
    "fairness_weight",
    "changes_weight",
    "weighted_objective",
    "bound",
    "gap",
)


def cells(table: TradeOffs, picked: int) -> list[tuple[str | float, ...]]:
    """Return the rows of ``pareto.csv``; changes are blank where none are counted."""
    unit = 1000 * 10 ** minor_digits(table.currency)
    return [
        (
            row.number,
            "yes" if row.number == picked else "",
            "yes" if row.number == table.balanced else "",
            row.paid_cost / unit,
            table.currency,
            row.paid_hours,
            round(row.missing_hours, 3),
            round(row.service_level, 6),
            round(row.unfair_shifts, 3),
            row.changed_shifts if table.published else "",
            row.changed_people if table.published else "",
            row.violations,
            row.service_weight,
            row.fairness_weight,
            row.changes_weight,
            row.weighted / unit,
            "" if row.bound is None else row.bound / unit,
            "" if row.gap is None else round(row.gap, 6),
        )
        for row in table.rows
    ]


def write_tradeoffs(folder: Path, table: TradeOffs, picked: int, chart: bytes) -> None:
    """Write table, record and chart into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / TABLE, HEADER, cells(table, picked))
    text = json.dumps(asdict(table), indent=1)
    (folder / RECORD).write_text(text, encoding="utf-8")
    (folder / CHART).write_bytes(chart)


def read_tradeoffs(out: Path) -> TradeOffs | None:
    """Return the set kept in ``out/pareto/``, ``None`` where there is none.

    Raises
    ------
    InputError
        If its record can't be read.
    """
    path = out / FOLDER / RECORD
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(TradeOff(**row) for row in read.pop("rows"))
        asked = tuple(read.pop("asked"))
        return TradeOffs(rows=rows, asked=asked, **read)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, OSError) as error:
        fault = Problem(
            file=f"{out.name}/{FOLDER}/{RECORD}",
            message=f"can't be read: {error}",
            expected="a fresh set: wfm roster DIR --pareto cost,service",
        )
        raise InputError((fault,)) from error


def roster_path(out: Path, number: int) -> Path:
    """Return where roster *number* of the set lies."""
    return out / FOLDER / str(number) / "roster.csv"
