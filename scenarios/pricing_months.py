"""Lanes' months priced: lines in local money, and what they are in the report's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.activity import MonthActivity
from scenarios.contract import Contract
from scenarios.cost_model import CostLine, CostModel, PricingContext
from scenarios.invoice import invoices
from scenarios.money import Money, total
from scenarios.months import Month
from scenarios.statement import ReportedLine, Statement
from wfm.domain.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Contracts and cost models by name, rates and indices, the report's currency."""

    prices: Mapping[str, CostModel]
    context: PricingContext
    currency: str

    def lines(
        self, name: str, activities: Sequence[MonthActivity]
    ) -> tuple[ReportedLine, ...]:
        """Return the lines of all lanes' months at the price *name*.

        Lanes under one contract are billed together, under its own name.
        Each line is converted at its month's rate, halves to even, and keeps its
        local amount.

        Raises
        ------
        UsageError
            If there is no such price.
        InputError
            If a rate or an index value is missing.
        """
        local = self.local_lines(name, activities)
        return Statement.of(local, self.context.fx, self.currency).lines

    def local_lines(
        self, name: str, activities: Sequence[MonthActivity]
    ) -> list[CostLine]:
        """Return the same lines in local money alone.

        Raises
        ------
        UsageError, InputError
            As :meth:`lines`.
        """
        if not name:
            return []
        if name not in self.prices:
            msg = f"no contract or cost model is called {name!r}"
            raise UsageError(msg)
        price = self.prices[name]
        if isinstance(price, Contract):
            billed = invoices(price, activities, self.context)
            return [line for one in billed for line in one.cost_lines]
        return [line for done in activities for line in price.lines(done, self.context)]


def month_total(lines: Sequence[ReportedLine], month: Month, currency: str) -> Money:
    """Return what the lines of *month* add up to in the report's currency."""
    own = [item.amount for item in lines if item.line.month == month]
    return total(own, currency)
