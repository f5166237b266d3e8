"""Exchange rates by month, from the plan folder and never from a network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

from scenarios.money import Money, decimal, rounded
from scenarios.months import Month
from wfm.domain.errors import InputError, Problem
from wfm.domain.plan import ExchangeRate

FILE = "exchange_rates.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class FxTable:
    """*rates*: (month, from, to) -> units of *to* that one unit of *from* buys, exact.

    A listed rate serves both ways; a pair that is not listed is never made up from
    two others, so every conversion has one source that can be named.
    """

    rates: Mapping[tuple[Month, str, str], Fraction]
    sources: Mapping[tuple[Month, str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ExchangeRate]) -> Self:
        """Return the table of the rows of exchange_rates.csv."""
        listed = {
            (Month.parse(row.month), row.source_currency, row.target_currency): row
            for row in rows
        }
        return cls(
            rates={key: Fraction(decimal(row.rate)) for key, row in listed.items()},
            sources={key: row.source for key, row in listed.items()},
        )

    def rate(self, source: str, target: str, month: Month) -> Fraction:
        """Return how many units of *target* one unit of *source* buys in *month*.

        Raises
        ------
        InputError
            If the month has no rate for the pair, naming the row that is missing.
        """
        if source == target:
            return Fraction(1)
        direct = self.rates.get((month, source, target))
        if direct is not None:
            return direct
        inverse = self.rates.get((month, target, source))
        if inverse is not None:
            return 1 / inverse
        fault = Problem(
            file=FILE,
            message=f"no rate from {source} to {target} for {month}",
            expected=f"a row {month},{source},{target},<rate>,<source>",
        )
        raise InputError((fault,))

    def source(self, source: str, target: str, month: Month) -> str:
        """Return where the rate of a pair in *month* is from; nothing if unknown."""
        named = self.sources.get((month, source, target))
        return named or self.sources.get((month, target, source), "")

    def convert(self, money: Money, target: str, month: Month) -> Money:
        """Return *money* in *target* at the rate of *month*, halves to even.

        Raises
        ------
        InputError
            If the month has no rate for the pair.
        """
        if money.currency == target:
            return money
        exact = money.exact * self.rate(money.currency, target, month)
        return rounded(exact, target)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRates(FxTable):
    """Rates that note the pairs of currencies that were *asked* for."""

    asked: set[frozenset[str]] = field(default_factory=set)

    def rate(self, source: str, target: str, month: Month) -> Fraction:
        """Return the rate as the table does; the pair is noted."""
        self.asked.add(frozenset((source, target)))
        return FxTable.rate(self, source, target, month)
