"""The assumptions of a workbook: inputs with names that formulas read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from wfm.report.scenario_numbers import Num

_STRANGE = re.compile(r"[^\w.]")
_CELL_LIKE = re.compile(r"(?i)([a-z]{1,3}\d+|r\d*c\d*|[rc]\d*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInput:
    """One assumption: what formulas call it, its value, where it stands, its unit."""

    name: str
    value: Fraction
    path: str
    unit: str


@dataclass(frozen=True, slots=True)
class InputList:
    """Inputs in the order in which formulas ask for them, each listed once."""

    _by_path: dict[str, NamedInput] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[NamedInput]:
        """Yield every input."""
        return iter(self._by_path.values())

    def ask(self, path: str, value: Decimal | Fraction | int, unit: str = "") -> Num:
        """Return the input at *path* as a number; list it where it is new."""
        found = self._by_path.get(path)
        if found is None:
            found = NamedInput(
                name=self._free(input_name(path)),
                value=Fraction(value),
                path=path,
                unit=unit,
            )
            self._by_path[path] = found
            self._taken.add(found.name.casefold())
        return Num(found.name, found.value)

    def _free(self, name: str) -> str:
        """Return *name*, numbered where a spreadsheet would take it for another's."""
        free, number = name, 1
        while free.casefold() in self._taken:
            number += 1
            free = f"{name}_{number}"
        return free


def input_name(path: str) -> str:
    """Return *path* as a spreadsheet takes it for a name.

    Letters, digits, dots and underscores stay. What would read as a cell gets an
    underscore in front, as does what starts with a digit or dot.
    """
    name = _STRANGE.sub("_", path)
    if not (name[0].isalpha() or name[0] == "_") or _CELL_LIKE.fullmatch(name):
        name = f"_{name}"
    return name
