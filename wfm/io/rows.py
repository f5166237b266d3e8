"""Rows of a table as typed values; a cell that can't be read is a fault of its row."""

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from wfm.io.problems import BadValueError, Problems, did_you_mean
from wfm.io.sheets import Sheet
from wfm.io.values import parse_bool, parse_decimal, parse_number

T = TypeVar("T")


class Row:
    """One row; after reading its cells, :attr:`ok` says whether all could be read."""

    def __init__(self, sheet: Sheet, index: int, problems: Problems) -> None:
        self._sheet = sheet
        self._index = index
        self._problems = problems
        self.ok = True

    @property
    def number(self) -> int:
        """The row number in the file."""
        return self._sheet.rows[self._index]

    def fault(self, column: str, message: str, expected: str = "") -> None:
        """Note that the cell in *column* is wrong."""
        self.ok = False
        self._problems.add(
            self._sheet.file,
            message,
            row=self.number,
            column=self._sheet.header(column),
            expected=expected,
        )

    def text(self, column: str) -> str:
        """Return the cell's text, blank if the column is absent."""
        found = self._sheet.columns.get(column)
        return found[self._index] if found is not None else ""

    def required(self, column: str, expected: str = "") -> str:
        """Return the cell's text; a blank is a fault."""
        text = self.text(column)
        if not text:
            self.fault(column, "the cell is blank", expected)
        return text

    def parsed(self, column: str, parse: Callable[[str], T], default: T) -> T:
        """Return the cell by *parse*; *default* if blank, or if it can't be read."""
        text = self.text(column)
        if not text:
            return default
        try:
            return parse(text)
        except BadValueError as error:
            self.fault(column, str(error), error.expected)
            return default

    def needed(self, column: str, parse: Callable[[str], T], stand_in: T) -> T:
        """Return the cell by *parse*; a blank is a fault."""
        self.required(column)
        return self.parsed(column, parse, stand_in)

    def number_in(
        self,
        column: str,
        default: float,
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> float:
        """Return a number from *low* to *high*; *default* if blank."""

        def parse(text: str) -> float:
            return parse_number(text, decimal_comma=self._sheet.decimal_comma)

        value = self.parsed(column, parse, default)
        text = self.text(column)
        if low is not None and value < low:
            self.fault(column, f"{text} is too small", f"{low:,.9g} or more")
        if high is not None and value > high:
            self.fault(column, f"{text} is too large", f"{high:,.9g} or less")
        return value

    def money(self, column: str) -> Decimal:
        """Return an amount of money; 0 if blank."""

        def parse(text: str) -> Decimal:
            return parse_decimal(
                text.replace(",", ".") if self._sheet.decimal_comma else text
            )

        return self.parsed(column, parse, Decimal(0))

    def flag(self, column: str, default: bool) -> bool:
        """Return true or false."""
        return self.parsed(column, parse_bool, default)

    def choice(self, column: str, choices: Iterable[str], default: str = "") -> str:
        """Return one of *choices* (compared without case)."""
        known = tuple(choices)
        text = self.text(column).lower() or default
        if not text:
            self.required(column, ", ".join(known))
        elif text not in known:
            hint = did_you_mean(text, known)
            self.fault(column, f"{text!r} is none of them{hint}", ", ".join(known))
        return text

    def reference(self, column: str, known: Collection[str], kind: str) -> str:
        """Return the id of a known *kind* of thing."""
        text = self.required(column)
        if text and text not in known:
            hint = did_you_mean(text, tuple(known))
            self.fault(column, f"unknown {kind} {text!r}{hint}")
        return text


def iter_rows(sheet: Sheet, problems: Problems) -> Iterator[Row]:
    """Yield the rows of *sheet*."""
    for index in range(len(sheet)):
        yield Row(sheet, index, problems)
