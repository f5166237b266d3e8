"""Patches applied: to plan.yaml, to lanes and assumptions, to headcounts."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from scenarios.assumptions import Assumption
from scenarios.patch import Patch, changed_value, matching
from wfm.domain.errors import UsageError
from wfm.io.plan_patches import apply_patches
from wfm.io.plan_schema import PlanTable, QueueTable, SiteTable
from wfm.io.problems import Problems, did_you_mean
from wfm.io.scenario_schema import DemandRuleTable, FloorsTable, LaneTable
from wfm.io.yaml_source import YamlDocument

SETTINGS = ("lanes", "demand", "floors")
HEADS = ("headcount", "agents")
AVAILABLE = "available"
OF_PEOPLE = (*HEADS, AVAILABLE)
"""Last parts of ``sites.<id>.<part>``: people on the payroll, and who of them can work.
"""
_SHORT = {
    "containment": ("queues", ("demand", "containment", "share")),
    "aht": ("demand", ("aht_factor",)),
}
"""Last part of ``queues.<id>.<part>`` -> where it stands, and its keys there."""
_UNSAID: Mapping[tuple[str, ...], object] = {("demand", "containment", "share"): 0.0}
_TABLES: Mapping[tuple[str, int], type[BaseModel]] = {
    ("queues", 3): QueueTable,
    ("sites", 3): SiteTable,
    ("lanes", 3): LaneTable,
    ("demand", 3): DemandRuleTable,
    ("floors", 2): FloorsTable,
}


class PatchError(UsageError):
    """A patch that finds nothing to change."""


@dataclass(slots=True, kw_only=True)
class Patched:
    """plan.yaml, settings and headcounts, being changed.

    *headcounts* holds every site's people, changed or not; *available* the share of
    them who can work, where that is not all.
    """

    plan: YamlDocument
    settings: YamlDocument
    headcounts: dict[str, int]
    available: dict[str, float] = field(default_factory=dict)

    def at_work(self) -> dict[str, int]:
        """Return how many people of each site can work."""
        return {
            site: round(heads * self.available.get(site, 1.0))
            for site, heads in self.headcounts.items()
        }

    def copied(self) -> "Patched":
        """Return a copy that can be changed by itself."""
        return Patched(
            plan=_copied(self.plan),
            settings=_copied(self.settings),
            headcounts=dict(self.headcounts),
            available=dict(self.available),
        )

    def apply(self, patch: Patch, origin: str) -> tuple[Assumption, ...]:
        """Make the change and return what it assumes, one row for each place.

        Raises
        ------
        PatchError
            If there is no such place, or its value can't be scaled or shifted.
        """
        return tuple(
            self._change(path, patch, origin) for path in self._places(patch.path)
        )

    def _places(self, path: str) -> Sequence[str]:
        root = self._root(path)
        if path.startswith("demand."):  # any queue may have a rule
            known = dict.fromkeys(self.plan.data["queues"]) | root["demand"]
            root = {"demand": known}
        found = [".".join(keys) for keys in expanded(root, path.split("."))]
        if not found:
            msg = f"{path}: nothing is called so"
            raise PatchError(msg)
        return found

    def _root(self, path: str) -> Any:
        head = path.split(".")[0]
        if head in SETTINGS:
            return self.settings.data
        if head in PlanTable.model_fields:
            return self.plan.data
        known = (*PlanTable.model_fields, *SETTINGS)
        msg = f"{path}: there is no such place to change{did_you_mean(head, known)}"
        raise PatchError(msg)

    def _change(self, path: str, patch: Patch, origin: str) -> Assumption:
        keys = self._long_form(path.split("."))
        of_people = len(keys) == 3 and keys[0] == "sites" and keys[2] in OF_PEOPLE
        before = self._people(keys, path) if of_people else self._before(keys)
        try:
            after = changed_value(patch.operation, before, patch.value)
        except UsageError as error:
            msg = f"{path}: {error}"
            raise PatchError(msg) from error
        if of_people:
            after = self._set_people(keys, after, path)
        elif after != before:
            self._write(keys, after)
        return Assumption(
            path=path,
            operation=patch.operation,
            before=before,
            after=after,
            origin=origin,
            provenance=patch.provenance,
            first=patch.first,
            last=patch.last,
        )

    def _long_form(self, keys: list[str]) -> list[str]:
        """Return where a value stands that has a short path of a queue."""
        if len(keys) != 3 or keys[0] != "queues" or keys[2] not in _SHORT:
            return keys
        if keys[1] not in self.plan.data["queues"]:
            hint = did_you_mean(keys[1], self.plan.data["queues"])
            msg = f"{'.'.join(keys)}: unknown queue {keys[1]!r}{hint}"
            raise PatchError(msg)
        root, rest = _SHORT[keys[2]]
        return [root, keys[1], *rest]

    def _people(self, keys: Sequence[str], path: str) -> float:
        site = keys[1]
        if site not in self.headcounts:
            msg = f"{path}: unknown site{did_you_mean(site, self.headcounts)}"
            raise PatchError(msg)
        if keys[2] == AVAILABLE:
            return self.available.get(site, 1.0)
        return self.headcounts[site]

    def _set_people(self, keys: Sequence[str], value: object, path: str) -> object:
        if keys[2] == AVAILABLE:
            self.available[keys[1]] = share = _share(value, path)
            return share
        self.headcounts[keys[1]] = heads = _whole(value, path)
        return heads

    def _before(self, keys: Sequence[str]) -> object:
        value = self._root(keys[0])
        for key in keys:
            if isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict) and key in value:
                value = value[key]
            else:
                return _default(keys)
        return copy.deepcopy(value)

    def _write(self, keys: Sequence[str], value: object) -> None:
        if keys[0] in SETTINGS:
            _write(self.settings.data, keys, value)
            return
        problems = Problems()
        apply_patches(self.plan, {".".join(keys): value}, problems)
        for problem in problems.found:
            raise PatchError(problem.message)


def _copied(document: YamlDocument) -> YamlDocument:
    return YamlDocument(
        file=document.file,
        data=copy.deepcopy(document.data),
        keys=document.keys,
        values=document.values,
    )


def expanded(data: Any, keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the keys of every place in *data* that *keys* with ``*`` in them names."""
    if not keys:
        yield ()
        return
    known = data if isinstance(data, dict) else {}
    for key in matching(keys[0], known):
        for rest in expanded(known.get(key), keys[1:]):
            yield (key, *rest)


def _default(keys: Sequence[str]) -> object:
    """Return what the format takes for a value that the file leaves out."""
    if tuple(keys[2:]) in _UNSAID:
        return _UNSAID[tuple(keys[2:])]
    table = _TABLES.get((keys[0], len(keys)))
    field = None if table is None else table.model_fields.get(keys[-1])
    if field is None or field.default is PydanticUndefined:
        return None
    return field.default


def _write(data: Any, keys: Sequence[str], value: object) -> None:
    holder = data
    for key in keys[:-1]:
        if not isinstance(holder.get(key), dict):
            holder[key] = {}
        holder = holder[key]
    holder[keys[-1]] = value


def _share(value: object, path: str) -> float:
    try:
        share = float(str(value))
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        msg = f"{path}: {value!r} is no share of the people: 0 to 1"
        raise PatchError(msg)
    return share


def _whole(value: object, path: str) -> int:
    try:
        heads = round(float(str(value)))
    except ValueError:
        heads = -1
    if heads < 0:
        msg = f"{path}: {value!r} is no number of people"
        raise PatchError(msg)
    return heads
