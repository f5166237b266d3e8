"""Lanes' months priced: lines in local money, and what they are in the report's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.activity import MonthActivity
from scenarios.contract import Contract
from scenarios.cost_model import CostLine, CostModel, PricingContext
from scenarios.invoice import invoices
from scenarios.money import Money, total
from scenarios.months import Month
from scenarios.result import PricedLine
from wfm.domain.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Contracts and cost models by name, rates and indices, the report's currency."""

    prices: Mapping[str, CostModel]
    context: PricingContext
    currency: str

    def lines(
        self, name: str, activities: Sequence[MonthActivity]
    ) -> tuple[PricedLine, ...]:
        """Return the lines of one lane's consecutive months at the price *name*.

        Each line is converted at its month's rate, halves to even, and keeps its
        local amount.

        Raises
        ------
        UsageError
            If there is no such price.
        InputError
            If a rate or an index value is missing.
        """
        if not name:
            return ()
        if name not in self.prices:
            msg = f"no contract or cost model is called {name!r}"
            raise UsageError(msg)
        return tuple(
            PricedLine(line=line, reported=self.reported(line))
            for line in self._local(self.prices[name], activities)
        )

    def reported(self, line: CostLine) -> Money:
        """Return the line's amount in the report's currency."""
        return self.context.fx.convert(line.amount, self.currency, line.month)

    def _local(
        self, price: CostModel, activities: Sequence[MonthActivity]
    ) -> list[CostLine]:
        if isinstance(price, Contract):
            billed = invoices(price, activities, self.context)
            return [line for one in billed for line in one.cost_lines]
        return [line for done in activities for line in price.lines(done, self.context)]


def month_total(lines: Sequence[PricedLine], month: Month, currency: str) -> Money:
    """Return what the lines of *month* add up to in the report's currency."""
    own = [item.reported for item in lines if item.line.month == month]
    return total(own, currency)
