"""The error tree; every error knows the exit code that the command line returns."""

from dataclasses import dataclass
from typing import ClassVar


class WfmError(Exception):
    """Base of all errors that a user can cause and cure."""

    exit_code: ClassVar[int] = 1


class UsageError(WfmError):
    """The command line asks for something that does not exist."""

    exit_code: ClassVar[int] = 2


class Interrupted(BaseException):
    """Ctrl-C with nothing in hand: exit code 130.

    Its own class, since command-line libraries turn KeyboardInterrupt into exit 1.
    """

    exit_code: ClassVar[int] = 130


class ModelError(WfmError):
    """An internal cross-check failed: a result contradicts its own recomputation."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One fault in one input file, at the place where it can be cured."""

    file: str
    row: int = 0
    column: str = ""
    message: str = ""
    expected: str = ""

    def __str__(self) -> str:
        """Render as ``file:row:column: what is wrong, what was expected``."""
        place = ":".join(
            part for part in (self.file, str(self.row or ""), self.column) if part
        )
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{place}: {self.message}{expected}"


class InputError(WfmError):
    """One or more input files can't be used; nothing was computed.

    Parameters
    ----------
    problems
        Every fault found, in the order of files and rows.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
