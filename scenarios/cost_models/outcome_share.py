"""A share of what outcomes are worth: sales won, debts collected, costs saved."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scenarios.activity import MEASURES, MonthActivity
from scenarios.cost_model import COST_MODELS, CostLine, PricingContext, sum_of
from scenarios.money import decimal, rounded
from scenarios.pricing import LineWriter, PriceList
from scenarios.terms import Check


@COST_MODELS.add("outcome_share")
@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeShare:
    """*shares* of the month's outcome value, and *fee_per_outcome*.

    The tiers of *shares* count value in major units of *currency*; their prices are
    shares of it, and no index moves them. *maximum* caps the month's bill.

    Raises
    ------
    TermsError
        If a share is above 1, an amount negative or the currency unknown.
    """

    currency: str
    shares: PriceList
    fee_per_outcome: Decimal = Decimal(0)
    maximum: Decimal | None = None

    measure = "outcome_value"

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.not_negative(fee_per_outcome=self.fee_per_outcome, maximum=self.maximum)
        for i, tier in enumerate(self.shares.tiers):
            if tier.price > 1:
                place = ("shares", "tiers", i, "price")
                check.fault(place, f"{tier.price} is no share", "0 to 1")
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the shares, the fees and, where it binds, the cap."""
        writer = LineWriter(activity=activity, context=context, currency=self.currency)
        value = context.quantity(decimal(activity.outcome_value))
        lines = [
            writer.product(
                f"outcome_value.tier{i}", "Share of outcome value", part, "value", share
            )
            for i, (part, share) in enumerate(
                ((part, tier.price) for part, tier in self.shares.parts(value)), start=1
            )
        ]
        if self.fee_per_outcome:
            price = context.price(self.fee_per_outcome)
            unit = MEASURES["outcomes"]
            fee = writer.product("outcomes", "Outcomes", activity.outcomes, unit, price)
            lines.append(fee)
        over = self._over(lines)
        if over > 0:
            lines.append(writer.amount("maximum", "Above the monthly maximum", -over))
        return tuple(lines)

    def _over(self, lines: list[CostLine]) -> Fraction:
        if self.maximum is None:
            return Fraction(0)
        billed = sum_of(lines, self.currency).exact
        return billed - rounded(self.maximum, self.currency).exact
