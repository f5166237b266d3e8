"""One invocation of a command: its plan, its console, its inputs' freshness."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from wfm import api
from wfm.commands.manifest import base_manifest
from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import PlanFolder
from wfm.io.manifest import read_manifest

DONE, FINDING = 0, 1
UPSTREAM: Mapping[str, tuple[str, frozenset[str]]] = {
    "forecast": ("forecast", api.DEMAND_FILES | {"plan"}),
    "requirement": ("staff", api.STAFF_FILES | {"plan"}),
}
"""Stage -> the command that makes its file, and the files that it depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One invocation: the plan, where to talk, and what replaces which stage."""

    plan: api.LoadedPlan
    console: Console
    command: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    external: Mapping[str, Path] = field(default_factory=dict)
    calendars: bool = False

    @property
    def out(self) -> Path:
        """The folder that the run replaces."""
        return self.plan.directory / "out"

    def manifest(self, folder: PlanFolder) -> dict[str, object]:
        """Return the manifest's part that does not depend on the stage."""
        manifest = base_manifest(
            folder,
            command=self.command,
            started=self.started,
            patches=self.plan.patches,
            external=self.external,
        )
        hashes = dict(folder.hashes)
        for stage, path in self.external.items():
            hashes = dict(recorded_inputs(stage, path)) | hashes
        return manifest | {"inputs_sha256": dict(sorted(hashes.items()))}


def check_fresh(run: Run) -> None:
    """Refuse a stage file of ``out/`` whose inputs have changed since.

    Raises
    ------
    InputError
        Naming the file that changed and the command to re-run.
    """
    problems = []
    for stage, path in run.external.items():
        if not path.exists():
            problems.append(Problem(file=str(path), message="no such file"))
            continue
        command, _ = UPSTREAM[stage]
        for name in _changed_inputs(run, recorded_inputs(stage, path)):
            message = f"{path.name} was made from another {name}"
            cure = f"a fresh one: wfm {command} {run.plan.directory}"
            problems.append(Problem(file=str(path), message=message, expected=cure))
    if problems:
        raise InputError(tuple(problems))


def recorded_inputs(stage: str, path: Path) -> Mapping[str, str]:
    """Return name -> hash of the inputs behind a stage file, by the manifest beside."""
    hashes = read_manifest(path.parent / "manifest.json").get("inputs_sha256")
    _, needs = UPSTREAM[stage]
    if not isinstance(hashes, dict):
        return {}
    return {name: digest for name, digest in hashes.items() if _stem(name) in needs}


def _stem(name: str) -> str:
    return name.split(".")[0]


def _changed_inputs(run: Run, recorded: Mapping[str, str]) -> list[str]:
    import hashlib

    changed = []
    for name, digest in sorted(recorded.items()):
        path = run.plan.directory / name
        now = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
        if now != digest:
            changed.append(name)
    return changed
