"""What is wrong with commercial terms, told all at once and by place."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TypeAlias

from wfm.domain.errors import WfmError

Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: where (a path inside the terms), what, and what would be right."""

    place: Place
    message: str
    expected: str = ""

    def __str__(self) -> str:
        """Render as ``place: message, expected ...``."""
        place = ".".join(map(str, self.place))
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{place}: {self.message}{expected}"


class TermsError(WfmError):
    """Terms that no invoice can be written from.

    Parameters
    ----------
    faults
        Every fault found.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


class Check:
    """Collects the faults of one set of terms; :meth:`done` raises them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def fault(self, place: Place | str, message: str, expected: str = "") -> None:
        """Note a fault at *place*."""
        where = (place,) if isinstance(place, str) else place
        self._faults.append(Fault(place=where, message=message, expected=expected))

    def not_negative(self, **values: Decimal | int | None) -> None:
        """Refuse values below 0."""
        self._within(values, low=Decimal(0), high=None, expected="0 or more")

    def positive(self, **values: Decimal | int | None) -> None:
        """Refuse values of 0 and below."""
        for name, value in values.items():
            if value is not None and not value > 0:
                self.fault(name, f"{value} is not positive", "more than 0")

    def share(self, **values: Decimal | int | None) -> None:
        """Refuse values outside 0 to 1."""
        self._within(values, low=Decimal(0), high=Decimal(1), expected="0 to 1")

    def currency(self, code: str) -> None:
        """Refuse what is no ISO 4217 code."""
        if code not in currencies():
            near = get_close_matches(code.upper(), currencies(), n=1, cutoff=0.6)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            expected = "" if near else "an ISO 4217 code such as EUR"
            self.fault("currency", f"unknown currency {code!r}{hint}", expected)

    def one_of(self, **values: object) -> None:
        """Refuse unless exactly one of *values* is given."""
        given = [name for name, value in values.items() if value is not None]
        if len(given) != 1:
            message = f"{', '.join(given) or 'nothing'} is given"
            self.fault(
                next(iter(values)), message, f"exactly one of {', '.join(values)}"
            )

    def known(self, place: str, name: str, names: Iterable[str]) -> None:
        """Refuse a *name* that is not among *names*."""
        if name not in (known := sorted(names)):
            near = get_close_matches(name, known, n=1)
            hint = (
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            )
            self.fault(place, f"{name!r} is unknown; {hint}")

    def done(self) -> None:
        """Raise what was found.

        Raises
        ------
        TermsError
            If there is any fault.
        """
        if self._faults:
            raise TermsError(tuple(self._faults))

    def _within(
        self,
        values: dict[str, Decimal | int | None],
        *,
        low: Decimal,
        high: Decimal | None,
        expected: str,
    ) -> None:
        for name, value in values.items():
            if value is None:
                continue
            if not value >= low or (high is not None and not value <= high):
                self.fault(name, f"{value} does not fit", expected)


@cache
def currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that are known."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
