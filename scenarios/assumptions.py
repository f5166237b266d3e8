"""What scenarios assume, and how two of them differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.months import Month
from scenarios.patch import Operation, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One value that a scenario changes, as it came about.

    *before* is the value that the patch met, *after* what it made of it; *origin* is
    the scenario that states it, this one or an ancestor.
    """

    path: str
    operation: Operation
    before: object
    after: object
    origin: str
    provenance: Provenance
    first: Month | None = None
    last: Month | None = None

    @property
    def when(self) -> str:
        """The months in which it holds, in words."""
        match self.first, self.last:
            case None, None:
                return "always"
            case first, None:
                return f"from {first}"
            case None, last:
                return f"to {last}"
            case first, last:
                return f"{first} to {last}"

    def to_row(self) -> dict[str, object]:
        """Return it as a dictionary of texts and values."""
        return {
            "path": self.path,
            "months": self.when,
            "base": self.before,
            "value": self.after,
            "operation": self.operation,
            "origin": self.origin,
            "owner": self.provenance.owner,
            "date": self.provenance.date,
            "source": self.provenance.source,
        }


def difference(
    assumptions: Mapping[str, Sequence[Assumption]],
) -> tuple[dict[str, object], ...]:
    """Return one row per path and months on which the scenarios are not all alike.

    Parameters
    ----------
    assumptions
        By scenario id. A scenario that leaves a value alone shows the base's.
    """
    base: dict[tuple[str, str], object] = {}
    last: dict[tuple[str, str], dict[str, object]] = {}
    for scenario, listed in assumptions.items():
        for item in listed:
            key = (item.path, item.when)
            last.setdefault(key, {})[scenario] = item.after
    for listed in assumptions.values():
        met: set[tuple[str, str]] = set()
        for item in listed:
            key = (item.path, item.when)
            if key not in met:
                base.setdefault(key, item.before)
            met.add(key)
    rows = []
    for key in sorted(last):
        values = {name: last[key].get(name, base[key]) for name in assumptions}
        if len({repr(value) for value in values.values()}) > 1:
            row = {"path": key[0], "months": key[1], "base": base[key], **values}
            rows.append(row)
    return tuple(rows)
