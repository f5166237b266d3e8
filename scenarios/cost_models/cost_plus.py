"""Open book: the vendor's own costs and a margin, under a guaranteed maximum."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from scenarios.activity import MonthActivity
from scenarios.cost_model import (
    COST_MODELS,
    CostLine,
    CostModel,
    PricingContext,
    sum_of,
)
from scenarios.pricing import LineWriter
from scenarios.terms import Check


@COST_MODELS.add("cost_plus")
@dataclass(frozen=True, slots=True, kw_only=True)
class CostPlus:
    """The lines of *costs*, *margin* on their sum and a *fixed_fee* per month.

    Costs in another currency are billed at the month's rate. *maximum_per_hour* caps
    the bill per productive hour (guaranteed maximum price). Index clauses move the fee
    and the maximum, never the costs, which are what they are.

    Raises
    ------
    TermsError
        If a term is negative or the currency unknown.
    """

    currency: str
    costs: CostModel
    margin: Decimal = Decimal(0)
    fixed_fee: Decimal = Decimal(0)
    maximum_per_hour: Decimal | None = None

    measure = "productive_hours"

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.not_negative(
            margin=self.margin,
            fixed_fee=self.fixed_fee,
            maximum_per_hour=self.maximum_per_hour,
        )
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the costs, the margin, the fee and, where it binds, the cap."""
        writer = LineWriter(activity=activity, context=context, currency=self.currency)
        lines = self._costs(activity, context)
        spent = sum_of(lines, self.currency).exact
        if self.margin:
            exact = spent * Fraction(self.margin)
            lines.append(writer.amount("margin", f"Margin {self.margin:%}", exact))
        if self.fixed_fee:
            fee = context.price(self.fixed_fee)
            lines.append(writer.product("fixed_fee", "Fixed fee", 1, "month", fee))
        if self.maximum_per_hour is not None:
            hours = Fraction(context.quantity(activity.productive_hours))
            over = sum_of(lines, self.currency).exact - hours * Fraction(
                context.price(self.maximum_per_hour)
            )
            if over > 0:
                text = "Above the guaranteed maximum"
                lines.append(writer.amount("maximum", text, -over))
        return tuple(lines)

    def _costs(
        self, activity: MonthActivity, context: PricingContext
    ) -> list[CostLine]:
        plain = replace(context, price_factor=Fraction(1))
        month = activity.month
        return [
            line
            if line.amount.currency == self.currency
            else replace(
                line,
                amount=context.fx.convert(line.amount, self.currency, month),
                text=f"{line.text} ({line.amount.amount} {line.amount.currency})",
                quantity=None,
                unit="",
                unit_price=None,
            )
            for line in self.costs.lines(activity, plain)
        ]
