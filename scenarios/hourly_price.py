"""The common shape of price models by the hour, with surcharges by time and skill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from scenarios.activity import MEASURES, MonthActivity
from scenarios.cost_model import CostLine, PricingContext
from scenarios.pricing import LineWriter, PriceList
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyPrice:
    """A price list for hours of kind *measure*.

    *surcharges* are paid on top per premium hour (``"night"``, ``"language"``), in
    major units; ``"overtime"`` prices the activity's overtime hours.

    Raises
    ------
    TermsError
        If the currency is unknown or a surcharge negative.
    """

    measure: ClassVar[str] = "productive_hours"
    text: ClassVar[str] = "Productive hours"

    currency: str
    prices: PriceList
    surcharges: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        for name, amount in self.surcharges.items():
            if not amount >= 0:
                check.fault(("surcharges", name), f"{amount} is negative", "0 or more")
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return one line for each tier reached and for each surcharge."""
        writer = LineWriter(activity=activity, context=context, currency=self.currency)
        hours = activity.measure(self.measure)
        unit = MEASURES[self.measure]
        lines = writer.priced(self.measure, self.text, hours, unit, self.prices)
        premium = {**activity.premium_hours, "overtime": activity.overtime_hours}
        extra = (
            writer.product(
                f"surcharge.{name}",
                f"Surcharge: {name}",
                premium[name],
                unit,
                context.price(amount),
            )
            for name, amount in self.surcharges.items()
            if premium.get(name)
        )
        return (*lines, *extra)
