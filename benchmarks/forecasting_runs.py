"""Forecasts of every origin of a set: by our public function, or by a peer apart.

Both come as :class:`Runs`, on the same days, slots and levels. Peers run in their own
environment on the filled history; their answers are kept under ``benchmarks/cache``
by a hash of what they were asked.
"""

import ast
import hashlib
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.forecasting_data import DataSet
from wfm.calendar.local import local_clock

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
USES = {"lightgbm": ("DayTable", "training"), "prophet_holidays": ("prophet",)}
PEERS = ("mstl", "prophet", "prophet_holidays", "lightgbm")
HERE = Path(__file__).resolve().parent
PEER_PYTHON = HERE.parent / ".venv-peers-forecasting" / "bin" / "python"
WORKER = HERE / "peers" / "forecasting_worker.py"
REQUIREMENTS = HERE / "peers" / "forecasting-requirements.txt"
CACHE = HERE / "cache"


@dataclass(frozen=True, kw_only=True)
class Runs:
    """*mean* ``[o, q, d, s]``, *quantiles* ``[o, q, l, d, s]``, *cpu_s* ``[o, q]``."""

    mean: np.ndarray
    quantiles: np.ndarray
    cpu_s: np.ndarray
    failures: tuple[str, ...] = ()


def ours(
    data: DataSet,
    model: str,
    *,
    holidays: bool = True,
    origins: tuple[date, ...] | None = None,
) -> Runs:
    """Return the forecasts of *model* by ``forecasting.forecast``, one call an origin.

    The call knows the country of each queue, as a plan does, and looks up its public
    holidays; without *holidays* it is deaf to the calendar, as the peers are. CPU time
    is the whole call's, bands and handle time with it, after one call that does not
    count.
    """
    import forecasting

    origins = origins or data.origins
    options: Mapping = {"levels": LEVELS, "model": model}
    if not holidays:
        options = {**options, "holidays": {}}
    means, quantiles, cpu, failures = [], [], [], []
    queues, num_days = data.queues(), 7 * data.weeks
    for n, origin in enumerate(origins):
        ask = partial(
            forecasting.forecast,
            data.history(origin),
            queues,
            first_day=dict.fromkeys(data.queue_ids, origin),
            num_days=num_days,
            **options,
        )
        if not n:
            ask()
        start = time.process_time()
        result = ask()
        spent = time.process_time() - start
        failures += result.failures.values()
        rows = np.concatenate([result.mean[:, None], result.quantiles], axis=1)
        by_day = to_days(rows, result.grid, data, origin, num_days)
        means.append(by_day[:, 0])
        quantiles.append(by_day[:, 1:])
        cpu.append(np.full(len(queues), spent / len(queues)))
    return Runs(
        mean=np.array(means),
        quantiles=np.array(quantiles),
        cpu_s=np.array(cpu),
        failures=tuple(failures),
    )


def to_days(values, grid, data: DataSet, first: date, num_days: int) -> np.ndarray:
    """Return ``[..., d, s]`` of ``[..., t]``; an hour shown twice gives its mean.

    A slot that the clock skips has no interval and gets 0, as the data have.
    """
    clock = local_clock(grid, data.zone)
    row = clock.day - data.first_number - data.row(first)
    slot = clock.minute_of_day // data.slot_minutes
    shape = (num_days, 1440 // data.slot_minutes)
    inside = (row >= 0) & (row < num_days)
    total, count = np.zeros((*values.shape[:-1], *shape)), np.zeros(shape)
    cells = (row[inside], slot[inside])
    np.add.at(count, cells, 1.0)
    np.add.at(total, (..., *cells), values[..., inside])
    return total / np.maximum(count, 1.0)


def peer(data: DataSet, method: str, *, anew: bool = False) -> Runs | None:
    """Return the forecasts of a peer; ``None`` where its environment is not made.

    Made *anew*, they are timed on the machine as it is now.
    """
    jobs = _jobs(data)
    if method == "prophet_holidays":
        jobs["country"] = np.array(data.country)
    target = CACHE / f"{data.key}-{method}-{_digest(method, jobs)}.npz"
    if anew or not target.exists():
        if not PEER_PYTHON.exists():
            return None
        _run(method, jobs, target)
    found = np.load(target)
    shape = (len(data.origins), len(data.queue_ids))
    days, slots = 7 * data.weeks, data.offered.shape[2]
    mean = np.zeros((*shape, days, slots))
    quantiles = np.full((*shape, len(LEVELS), days, slots), 0.0)
    cpu = np.zeros(shape)
    for i, (o, q) in enumerate(np.ndindex(shape)):
        rows = jobs[f"future_{i}"] - data.first_number - data.row(data.origins[o])
        cells = np.ix_(rows, data.open_slots)
        mean[o, q][cells] = found[f"mean_{i}"]
        for level, values in enumerate(found[f"quantiles_{i}"]):
            quantiles[o, q, level][cells] = values
        cpu[o, q] = found[f"cpu_{i}"]
    return Runs(mean=mean, quantiles=quantiles, cpu_s=cpu)


def _jobs(data: DataSet) -> dict[str, np.ndarray]:
    shape = (len(data.origins), len(data.queue_ids))
    jobs: dict[str, np.ndarray] = {
        "num": np.array(shape[0] * shape[1]),
        "minutes": data.open_slots * data.slot_minutes,
    }
    for i, (o, q) in enumerate(np.ndindex(shape)):
        jobs[f"y_{i}"], jobs[f"days_{i}"] = data.filled(q, data.origins[o])
        jobs[f"future_{i}"] = data.open_days(data.origins[o], 7 * data.weeks)
    return jobs


def _digest(method: str, jobs: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(REQUIREMENTS.read_bytes())
    digest.update(_source_of(method).encode())
    for name in sorted(jobs):
        digest.update(name.encode() + np.ascontiguousarray(jobs[name]).tobytes())
    return digest.hexdigest()[:16]


def _source_of(method: str) -> str:
    """Return the parts of the worker that a method runs, however they are laid out."""
    parts = {"Job", method, *USES.get(method, ())}
    tree = ast.parse(WORKER.read_text(encoding="utf-8"))
    return "\n".join(
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in parts
    )


def _run(method: str, jobs: Mapping[str, np.ndarray], target: Path) -> None:
    CACHE.mkdir(exist_ok=True)
    source = target.with_suffix(f".{os.getpid()}.in.npz")
    answer = target.with_suffix(f".{os.getpid()}.out.npz")
    np.savez(source, **jobs)
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
    )  # before numpy
    try:
        subprocess.run(
            [PEER_PYTHON, WORKER, method, source, answer],
            check=True,
            env=os.environ | threads,
        )
        answer.replace(target)
    finally:
        source.unlink()
