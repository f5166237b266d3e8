"""An AI agent or self-service: prices per attempt, per resolution, and a platform."""

from dataclasses import dataclass
from decimal import Decimal

from scenarios.activity import MEASURES, MonthActivity
from scenarios.cost_model import COST_MODELS, CostLine, PricingContext
from scenarios.pricing import LineWriter, PriceList
from scenarios.terms import Check


@COST_MODELS.add("ai_agent")
@dataclass(frozen=True, slots=True, kw_only=True)
class AiAgent:
    """A *platform_fee* per month, and price lists for attempts and resolutions.

    What the bot settles, what it leaves to people and what an outage does is told by
    :mod:`scenarios.bot_lane`; this prices the result.

    Raises
    ------
    TermsError
        If nothing is priced, the fee is negative or the currency unknown.
    """

    currency: str
    per_attempt: PriceList | None = None
    per_resolution: PriceList | None = None
    platform_fee: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.not_negative(platform_fee=self.platform_fee)
        if not (self.per_attempt or self.per_resolution or self.platform_fee):
            expected = "per_attempt, per_resolution or platform_fee"
            check.fault("per_attempt", "nothing is priced", expected)
        check.done()

    @property
    def measure(self) -> str:
        """What a minimum of this price counts."""
        return "resolved_contacts" if self.per_attempt is None else "attempts"

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the fee and the tiers of each price list."""
        writer = LineWriter(activity=activity, context=context, currency=self.currency)
        lines: list[CostLine] = []
        if self.platform_fee:
            fee = context.price(self.platform_fee)
            lines.append(writer.product("platform", "Platform fee", 1, "month", fee))
        for measure, text, prices in (
            ("attempts", "Contacts attempted", self.per_attempt),
            ("resolved_contacts", "Contacts resolved", self.per_resolution),
        ):
            if prices is not None:
                quantity, unit = activity.measure(measure), MEASURES[measure]
                lines += writer.priced(measure, text, quantity, unit, prices)
        return tuple(lines)
