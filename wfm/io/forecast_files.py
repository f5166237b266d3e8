"""What is kept of forecasts: the log of overrides, backtests, snapshots in state/."""

import csv
import hashlib
import itertools
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.rolling import BacktestResult
from forecasting.track_record import AccuracyRow, PublishedForecast
from wfm.calendar.local import wall_date
from wfm.domain.demand import MINUTES_PER_DAY, VolumeForecast
from wfm.domain.edits import AppliedEdit
from wfm.domain.errors import Problem
from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan
from wfm.io.manifest import read_manifest, write_manifest
from wfm.io.output import moved_if_free
from wfm.io.stage_files import LEVELS
from wfm.io.tables import write_forecast, write_table

OVERRIDE_LOG_HEADER = (
    "row",
    "name",
    "stage",
    "queue",
    "from_local",
    "to_local",
    "op",
    "value",
    "intervals",
    "before",
    "after",
    "who",
    "when",
    "why",
)
SNAPSHOTS = Path("state") / "forecasts"
_FORECAST, _MANIFEST = "forecast.csv", "manifest.json"
_SHA256 = "forecast_sha256"
_NUMBERS = ("mean", "aht_s", "p10", "p50", "p90")


def write_override_log(path: Path, edits: Iterable[AppliedEdit]) -> None:
    """Write override_log.csv: each override that was replayed, and what it did."""
    rows = [
        (
            edit.row,
            edit.name,
            edit.stage,
            edit.queue_id,
            _wall_text(edit.from_wall_minute),
            _wall_text(edit.to_wall_minute),
            edit.op,
            edit.value,
            applied.intervals,
            applied.before,
            applied.after,
            edit.who,
            edit.when,
            edit.why,
        )
        for applied in edits
        for edit in (applied.edit,)
    ]
    write_table(path, OVERRIDE_LOG_HEADER, rows)


def write_backtest(path: Path, result: BacktestResult) -> None:
    """Write backtest.csv: one row per queue, model and origin."""
    _write_dicts(path, result.to_rows())


def write_accuracy(path: Path, rows: Sequence[AccuracyRow]) -> None:
    """Write accuracy.csv: one row per queue, published forecast and lead time."""
    _write_dicts(path, [row.to_row() for row in rows])


def _write_dicts(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    header = list(rows[0]) if rows else ["queue_id"]
    cells = [[_cell(row[name]) for name in header] for row in rows]
    write_table(path, header, cells)


def _cell(value: object) -> str | int | float:
    if isinstance(value, float) and value != value:  # NaN: nothing was offered
        return ""
    return value if isinstance(value, str | int | float) else str(value)


def keep_snapshot(
    directory: Path,
    plan: Plan,
    forecast: VolumeForecast,
    as_of: date,
    manifest: Mapping[str, object],
) -> Path:
    """Keep *forecast* in ``state/forecasts/<as_of>/`` and return where.

    Snapshots are never replaced: a second, different forecast of the same date goes
    to ``<as_of>.2`` and so on; the same one again changes nothing.
    """
    root = directory / SNAPSHOTS
    root.mkdir(parents=True, exist_ok=True)
    digest = _digest(forecast)
    record = {**manifest, _SHA256: digest, **_axes(forecast)}
    with tempfile.TemporaryDirectory(prefix=".", dir=root) as hidden:
        new = Path(hidden) / "new"
        new.mkdir()
        write_manifest(new / _MANIFEST, record)
        write_forecast(new / _FORECAST, plan, forecast)
        return next(
            folder
            for number in itertools.count(1)
            if _is_kept(new, folder := _snapshot_folder(root, as_of, number), digest)
        )


def _is_kept(new: Path, folder: Path, digest: str) -> bool:
    """Return whether *folder* is *new*, moved there now, or the same forecast."""
    if not folder.exists() and moved_if_free(new, folder):
        return True
    return read_manifest(folder / _MANIFEST).get(_SHA256) == digest


def read_snapshots(
    directory: Path,
) -> tuple[tuple[PublishedForecast, ...], tuple[Problem, ...]]:
    """Return the published forecasts of the plan folder, the oldest first.

    Beside them stand those that can't be read, by name: what is damaged in one must
    not hide the others.
    """
    root = directory / SNAPSHOTS
    folders = root.iterdir() if root.is_dir() else ()
    found = [
        folder
        for folder in folders
        if (folder / _FORECAST).exists() and not folder.name.startswith(".")
    ]
    # 2026-10-05 comes before 2026-10-05.2, and that before 2026-10-05.10.
    in_order = sorted(
        found, key=lambda folder: (folder.name[:10], len(folder.name), folder.name)
    )
    read = [_snapshot(folder) for folder in in_order]
    return (
        tuple(one for one in read if isinstance(one, PublishedForecast)),
        tuple(one for one in read if isinstance(one, Problem)),
    )


def _snapshot_folder(root: Path, as_of: date, number: int) -> Path:
    suffix = f".{number}" if number > 1 else ""
    return root / f"{as_of.isoformat()}{suffix}"


def _axes(forecast: VolumeForecast) -> dict[str, object]:
    """Return what the rows of a snapshot do not say of its grid."""
    return {
        "grid_start_utc": forecast.grid.start_utc.isoformat(),
        "interval_minutes": forecast.grid.interval_minutes,
        "num_intervals": forecast.grid.num_intervals,
    }


def _digest(forecast: VolumeForecast) -> str:
    digest = hashlib.sha256(json.dumps(_axes(forecast)).encode())
    digest.update("\0".join(forecast.queue_ids).encode())
    for array in (forecast.mean, forecast.quantiles, forecast.aht_s):
        digest.update(array.tobytes())
    return digest.hexdigest()


def _snapshot(folder: Path) -> PublishedForecast | Problem:
    """Return one snapshot, whatever queues today's plan has, or what is wrong."""
    try:
        record: Any = read_manifest(folder / _MANIFEST)
        grid = IntervalGrid(
            start_utc=datetime.fromisoformat(record["grid_start_utc"]),
            interval_minutes=record["interval_minutes"],
            num_intervals=record["num_intervals"],
        )
        with (folder / _FORECAST).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return PublishedForecast(
            as_of=date.fromisoformat(folder.name.split(".")[0]),
            forecast=_forecast_of(rows, grid),
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        return Problem(
            file=str(SNAPSHOTS / folder.name),
            message=f"is no forecast that was kept by this programme: {error}",
            expected="the folder as it was written; move a damaged one away",
        )


def _forecast_of(
    rows: Sequence[Mapping[str, str]], grid: IntervalGrid
) -> VolumeForecast:
    queue_ids = tuple(dict.fromkeys(row["queue"] for row in rows))
    values = np.zeros((len(queue_ids), len(_NUMBERS), grid.num_intervals))
    spans = [[grid.num_intervals, 0] for _ in queue_ids]
    for row in rows:
        q, t = (
            queue_ids.index(row["queue"]),
            grid.index_of(datetime.fromisoformat(row["start_utc"])),
        )
        values[q, :, t] = [float(row[name]) for name in _NUMBERS]
        spans[q] = [min(spans[q][0], t), max(spans[q][1], t + 1)]
    return VolumeForecast(
        grid=grid,
        queue_ids=queue_ids,
        levels=LEVELS,
        mean=values[:, 0],
        aht_s=values[:, 1],
        quantiles=values[:, 2:],
        first_idx=tuple(first for first, _ in spans),
        end_idx=tuple(end for _, end in spans),
    )


def _wall_text(minute: int) -> str:
    of_day = minute % MINUTES_PER_DAY
    return f"{wall_date(minute)}T{of_day // 60:02d}:{of_day % 60:02d}"
