"""Patches: small named changes of the base plan, each an assumption with a source."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from scenarios.months import Month
from wfm.domain.errors import UsageError

Operation: TypeAlias = Literal["set", "scale", "shift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who assumes it, since when, and on what grounds."""

    owner: str = ""
    date: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One value of the base plan changed.

    *path* names it; ``*`` stands for any part of one key (``queues.phone_en_*.aht_s``).
    ``set`` replaces it by *value*, ``scale`` multiplies it, ``shift`` adds to it. The
    patch holds from month *first* to month *last*, both included; always if ``None``.
    """

    path: str
    operation: Operation
    value: object
    first: Month | None = None
    last: Month | None = None
    provenance: Provenance = Provenance()

    def holds_in(self, month: Month) -> bool:
        """Return whether the patch is in force in *month*."""
        return (self.first is None or self.first <= month) and (
            self.last is None or month <= self.last
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named set of patches on top of those of the scenarios it inherits from."""

    scenario_id: str
    text: str = ""
    inherits: tuple[str, ...] = ()
    patches: tuple[Patch, ...] = ()


def inherited(scenarios: Mapping[str, Scenario], scenario_id: str) -> tuple[Patch, ...]:
    """Return all patches of a scenario, ancestors' first, in the order they apply.

    An ancestor reached by two ways counts once.

    Raises
    ------
    UsageError
        If a scenario inherits from an unknown one, or from itself by a circle.
    """
    return tuple(
        patch
        for name in lineage(scenarios, scenario_id)
        for patch in scenarios[name].patches
    )


def lineage(scenarios: Mapping[str, Scenario], scenario_id: str) -> tuple[str, ...]:
    """Return the scenario's ancestors in the order they apply, itself last.

    Raises
    ------
    UsageError
        As :func:`inherited`.
    """
    done: list[str] = []
    _visit(scenarios, scenario_id, (), done)
    return tuple(done)


def _visit(
    scenarios: Mapping[str, Scenario],
    name: str,
    above: tuple[str, ...],
    done: list[str],
) -> None:
    if name in above:
        msg = f"scenarios inherit in a circle: {' > '.join((*above, name))}"
        raise UsageError(msg)
    if name not in scenarios:
        msg = f"{above[-1] if above else 'nobody'} inherits from unknown {name!r}"
        raise UsageError(msg)
    for parent in scenarios[name].inherits:
        _visit(scenarios, parent, (*above, name), done)
    if name not in done:
        done.append(name)


def matching(pattern: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the *keys* that one part of a path names; without ``*``, itself."""
    if "*" not in pattern:
        return (pattern,)
    return tuple(key for key in keys if fnmatchcase(key, pattern))


def changed_value(operation: Operation, before: object, value: object) -> object:
    """Return what an operation makes of the value *before*; whole results as ``int``.

    Raises
    ------
    UsageError
        If numbers are needed and one is missing.
    """
    if operation == "set":
        return value
    old, other = _number(before, "the value in the plan"), _number(value, "the change")
    new = round(old * other if operation == "scale" else old + other, 12)
    return int(new) if new == int(new) else new


def _number(value: object, name: str) -> float:
    try:
        return float(str(value))
    except ValueError:
        msg = f"{name} ({value!r}) is no number to scale or shift"
        raise UsageError(msg) from None


def phases(
    patches: Sequence[Patch], months: Sequence[Month]
) -> tuple[tuple[tuple[Patch, ...], tuple[Month, ...]], ...]:
    """Return the sets of patches in force, each with its months, by first month."""
    found: dict[tuple[int, ...], list[Month]] = {}
    for month in months:
        key = tuple(i for i, patch in enumerate(patches) if patch.holds_in(month))
        found.setdefault(key, []).append(month)
    return tuple(
        (tuple(patches[i] for i in key), tuple(held)) for key, held in found.items()
    )
