"""A requirement kept whole beside requirement.csv, which can't hold all of it.

Due times of deferred work and what agents are worth in a pool have no place in the
table; commands that judge a finished roster need them to repeat its figures.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from wfm.domain.grid import IntervalGrid
from wfm.domain.plan import Plan
from wfm.domain.staffing import DeferredWork, StaffingRequirement
from wfm.io.output import write_atomic
from wfm.io.stage_files import read_requirement

STORE = "requirement.npz"
_ARRAYS = (
    "offered_contacts",
    "aht_s",
    "workload_erlangs",
    "base_agents",
    "scheduled_agents",
    "binding",
)
_WORK = ("arrival_idx", "due_idx", "work_hours")


def keep_requirement(folder: Path, requirement: StaffingRequirement) -> None:
    """Write ``requirement.npz`` beside the ``requirement.csv`` of *folder*."""
    table = (folder / "requirement.csv").read_bytes()
    arrays: dict[str, Any] = {name: getattr(requirement, name) for name in _ARRAYS}
    if requirement.pooled_worth is not None:
        arrays["pooled_worth"] = requirement.pooled_worth
    for work in requirement.deferred:
        for name in _WORK:
            arrays[f"{name}/{work.queue_id}"] = getattr(work, name)
    arrays |= {
        "table_sha256": np.array(hashlib.sha256(table).hexdigest()),
        "start_utc": np.array(requirement.grid.start_utc.isoformat()),
        "minutes": np.array(requirement.grid.interval_minutes),
        "queue_ids": np.array(requirement.queue_ids, dtype=np.str_),
        "deferred": np.array([w.queue_id for w in requirement.deferred], np.str_),
        "pools": np.array(["\n".join(sorted(p)) for p in requirement.pools], np.str_),
    }
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    write_atomic(folder / STORE, stream.getvalue())


def kept_requirement(table: Path, plan: Plan) -> StaffingRequirement:
    """Return the requirement of *table*, whole where it was kept beside it.

    A table that was changed since speaks for itself.

    Raises
    ------
    InputError
        With every problem of a table that must speak for itself.
    """
    try:
        digest = hashlib.sha256(table.read_bytes()).hexdigest()
        store = io.BytesIO(table.with_name(STORE).read_bytes())
        with np.load(store, allow_pickle=False) as arrays:
            if str(arrays["table_sha256"]) == digest:
                found = _requirement(arrays)
                if found.queue_ids == tuple(q.queue_id for q in plan.queues):
                    return found
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        pass  # absent or damaged: the table is the planner's word
    return read_requirement(table, plan)


def _requirement(arrays: Mapping[str, Any]) -> StaffingRequirement:
    plain = {name: arrays[name] for name in _ARRAYS}
    return StaffingRequirement(
        grid=IntervalGrid(
            start_utc=datetime.fromisoformat(str(arrays["start_utc"])),
            interval_minutes=int(arrays["minutes"]),
            num_intervals=plain["base_agents"].shape[1],
        ),
        queue_ids=tuple(arrays["queue_ids"].tolist()),
        deferred=tuple(
            DeferredWork(
                queue_id=queue_id,
                **{name: arrays[f"{name}/{queue_id}"] for name in _WORK},
            )
            for queue_id in arrays["deferred"].tolist()
        ),
        pools=tuple(frozenset(text.split("\n")) for text in arrays["pools"].tolist()),
        pooled_worth=arrays.get("pooled_worth"),
        **plain,
    )
