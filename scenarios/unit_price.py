"""The common shape of price models that charge for one measured quantity."""

from dataclasses import dataclass
from typing import ClassVar

from scenarios.activity import MEASURES, MonthActivity
from scenarios.cost_model import CostLine, PricingContext
from scenarios.pricing import LineWriter, PriceList
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    """A price list for *measure*, one of :data:`scenarios.activity.MEASURES`.

    Raises
    ------
    TermsError
        If the currency is unknown.
    """

    measure: ClassVar[str] = "contacts"
    text: ClassVar[str] = "Contacts handled"

    currency: str
    prices: PriceList

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return one line for each tier reached."""
        return LineWriter(
            activity=activity, context=context, currency=self.currency
        ).priced(
            self.measure,
            self.text,
            activity.measure(self.measure),
            MEASURES[self.measure],
            self.prices,
        )
