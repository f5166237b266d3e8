"""Cost lines of several lanes and currencies, beside what they are in one currency."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Self, TypeVar

from scenarios.cost_model import CostLine
from scenarios.fx import FxTable
from scenarios.money import Money, total
from scenarios.months import Month
from scenarios.rows import frame_of, line_row
from wfm.domain.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

KeyT = TypeVar("KeyT", str, Month)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLine:
    """A line, its *amount* in the reporting currency, and the *rate* used."""

    line: CostLine
    amount: Money
    rate: Fraction
    rate_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Lines in local amounts and in one *currency*; totals are sums of its lines.

    Each line is converted at the rate of its month and rounded half to even.
    """

    currency: str
    lines: tuple[ReportedLine, ...]

    @classmethod
    def of(cls, lines: Sequence[CostLine], fx: FxTable, currency: str) -> Self:
        """Return the statement of *lines*.

        Raises
        ------
        InputError
            Naming every row that exchange_rates.csv lacks.
        """
        problems = missing_rates(
            fx, {(x.month, x.amount.currency, currency) for x in lines}
        )
        if problems:
            raise InputError(problems)
        return cls(
            currency=currency, lines=tuple(_reported(x, fx, currency) for x in lines)
        )

    @property
    def total(self) -> Money:
        """The sum in the reporting currency."""
        return total([x.amount for x in self.lines], self.currency)

    def local_totals(self) -> dict[str, Money]:
        """Return the sum of local amounts by currency."""
        found: dict[str, list[Money]] = defaultdict(list)
        for x in self.lines:
            found[x.line.amount.currency].append(x.line.amount)
        return {code: total(amounts, code) for code, amounts in sorted(found.items())}

    def by_month(self) -> dict[Month, Money]:
        """Return the sum of each month, in order."""
        return dict(sorted(self._sums(lambda line: line.month).items()))

    def by_lane(self) -> dict[str, Money]:
        """Return the sum of each lane."""
        return self._sums(lambda line: line.lane_id)

    def by_code(self) -> dict[str, Money]:
        """Return the sum of each kind of line."""
        return self._sums(lambda line: line.code)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per line, local and reported, amounts in major units."""
        return tuple(
            {
                **line_row(x.line),
                "rate": float(x.rate),
                "rate_source": x.rate_source,
                "reported": x.amount.amount,
                "reporting_currency": self.currency,
            }
            for x in self.lines
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())

    def _sums(self, key: Callable[[CostLine], KeyT]) -> dict[KeyT, Money]:
        found: dict[KeyT, list[Money]] = defaultdict(list)
        for x in self.lines:
            found[key(x.line)].append(x.amount)
        return {k: total(amounts, self.currency) for k, amounts in found.items()}


def missing_rates(
    fx: FxTable, needed: set[tuple[Month, str, str]]
) -> tuple[Problem, ...]:
    """Return a problem for each (month, from, to) of *needed* that *fx* lacks."""
    found: list[Problem] = []
    for month, source, target in sorted(needed):
        try:
            fx.rate(source, target, month)
        except InputError as error:
            found += error.problems
    return tuple(found)


def _reported(line: CostLine, fx: FxTable, currency: str) -> ReportedLine:
    local = line.amount.currency
    return ReportedLine(
        line=line,
        amount=fx.convert(line.amount, currency, line.month),
        rate=fx.rate(local, currency, line.month),
        rate_source=fx.source(local, currency, line.month),
    )
