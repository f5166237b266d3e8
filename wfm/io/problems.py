"""Faults in input files, collected so that all are told at once."""

from collections.abc import Iterable
from difflib import get_close_matches

from wfm.domain.errors import InputError, Problem


class BadValueError(ValueError):
    """A text that can't be read as what its place asks for.

    Parameters
    ----------
    message
        What is wrong, with the value.
    expected
        What would be right.
    """

    def __init__(self, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.expected = expected


class Problems:
    """The faults found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    @property
    def found(self) -> tuple[Problem, ...]:
        """All of them; a fault found twice is named once."""
        return tuple(dict.fromkeys(self._found))

    def add(
        self,
        file: str,
        message: str,
        *,
        row: int = 0,
        column: str = "",
        expected: str = "",
    ) -> None:
        """Note one fault of *file*; row 1 is the file's first line.

        A message that asks "did you mean ...?" needs no further word of what was
        expected.
        """
        if message.endswith("?"):
            expected = ""
        problem = Problem(
            file=file, row=row, column=column, message=message, expected=expected
        )
        self._found.append(problem)

    def raise_if_any(self) -> None:
        """End the reading if there is a fault.

        Raises
        ------
        InputError
            With every fault, by file in the order read, then by row.
        """
        if self._found:
            order = {name: i for i, name in enumerate(p.file for p in self._found)}
            ordered = sorted(self.found, key=lambda p: (order[p.file], p.row))
            raise InputError(tuple(ordered))


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the entry of *known* that *name* was probably meant to be."""
    choices = list(known)
    by_lower = {choice.lower(): choice for choice in choices}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    near = get_close_matches(name, choices, n=1, cutoff=cutoff)
    return near[0] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"``, or the known names where none is near."""
    choices = sorted(known)
    near = nearest(name, choices)
    if near is not None:
        return f"; did you mean {near!r}?"
    if choices and len(choices) <= 8:
        return f"; known: {', '.join(choices)}"
    return ""
