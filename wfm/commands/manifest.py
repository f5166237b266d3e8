"""The run manifest: what was made from what, by which versions, and how it ended."""

import os
import platform
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import wfm
from solver.outcome import (
    Infeasible,
    NotFound,
    Outcome,
    Progress,
    Solved,
    SolveLimits,
)
from wfm.domain.plan import PlanFolder
from wfm.pipeline.edit_effect import JudgedRoster

LIBRARIES = ("ortools", "numpy", "pandas", "scipy", "numba", "holidays", "pytz")
NOT_RECORDED = frozenset({"roster", "allocation", "trace", "evenness"})
"""What a manifest does not hold of a search as it is."""


def base_manifest(
    folder: PlanFolder,
    *,
    command: str,
    started: datetime,
    patches: Mapping[str, object],
    external: Mapping[str, Path],
) -> dict[str, object]:
    """Return what every run records: inputs, versions, machine, changes.

    *external* names the stages that a file of the planner's own replaced.
    """
    return {
        "command": command,
        "plan": folder.plan.name,
        "first_date": folder.plan.first_date.isoformat(),
        "weeks": folder.plan.weeks,
        "started_utc": started.isoformat(timespec="seconds"),
        "inputs_sha256": dict(sorted(folder.hashes.items())),
        "external": {stage: path.name for stage, path in sorted(external.items())},
        "changes": {path: str(value) for path, value in sorted(patches.items())},
        "versions": library_versions(),
        "python": platform.python_version(),
        "platform": platform.system(),
        "processors": os.cpu_count(),
    }


def library_versions() -> dict[str, str]:
    """Return the versions of this project and of the libraries that decide results."""
    versions = {"wfm": wfm.__version__}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions


def search_manifest(outcome: Outcome, limits: SolveLimits) -> dict[str, object]:
    """Return what a search records: limits, outcome, objective, bound and gaps.

    Objective and bound are thousandths of a minor unit of the plan's currency. A roster
    that breaks a guarantee has no gap: the bound is for those that keep it.
    """
    record: dict[str, object] = {
        "seed": limits.seed,
        "workers": limits.num_workers,
        "max_time_s": limits.max_time_s,
        "deterministic_rounds": limits.deterministic_rounds,
    }
    match outcome:
        case Solved():
            return record | {"status": "solved"} | _solved(outcome)
        case Infeasible():
            record["status"] = "infeasible"
            record["cures"] = [list(cure.relaxed) for cure in outcome.cures]
            record["conflicts"] = list(outcome.conflicts)
        case NotFound():
            record["status"] = "not found"
            record["stop_reason"] = outcome.stop_reason
    if outcome.best is None:
        return record
    unbounded = {"bound": None, "gap": None, "net_gap": None}
    return record | _solved(outcome.best) | unbounded


def _solved(solved: Solved) -> dict[str, object]:
    return {
        "objective": solved.objective,
        "bound": solved.bound,
        "gap": round(solved.gap, 6),
        "net_gap": round(solved.net_gap, 6),
        "terms": dict(sorted(solved.terms.items())),
        "avoidable_base": solved.avoidable_base,
        "start_objective": solved.start_objective,
        "method": solved.method,
        "stop_reason": solved.stop_reason,
        "reproducible": solved.reproducible,
        "wall_s": round(solved.wall_s, 2),
        "first_roster_s": round(solved.first_roster_s, 2),
        "rounds": solved.rounds,
        "trace": [
            [round(line.wall_s, 2), line.phase, line.objective, line.bound]
            for line in solved.trace
        ],
    }


def recorded_search(
    manifest: Mapping[str, object], judged: JudgedRoster
) -> Solved | None:
    """Return the search behind *judged* as its manifest tells it.

    None where the roster costs something else by now, or the manifest is of a version
    that kept less.
    """
    record = manifest.get("search")
    if not isinstance(record, dict) or record.get("status") != "solved":
        return None
    names = {field.name for field in fields(Solved)} - NOT_RECORDED
    if record["objective"] != judged.objective or not {*names, "trace"} <= set(record):
        return None
    return Solved(
        roster=judged.roster,
        allocation=judged.allocation,
        trace=tuple(
            Progress(wall_s=wall_s, phase=phase, objective=objective, bound=bound)
            for wall_s, phase, objective, bound in record["trace"]
        ),
        **{name: record[name] for name in names},
    )
