"""Clauses that move prices: indices, exchange rates, results against targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from scenarios.cost_model import PricingContext
from scenarios.fx import FxTable
from scenarios.months import Month
from scenarios.terms import Check

BILLABLE_KPIS = ("service_level", "aht_s", "csat", "fcr", "availability")
"""Results that contracts commonly pay for; any other name may be used as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexClause:
    """*share* of the price follows an index, reviewed every *every_months*.

    At each review the index is compared with its value at the review before, both
    taken *lag_months* earlier (indices are published late); the change is held within
    *floor* and *cap* and compounds. The rest of the price stays: with several clauses
    price = base x (1 + sum of share x (compounded change)), the usual price formula of
    service contracts.

    Raises
    ------
    TermsError
        If the share is outside 0 to 1, a review not monthly or rarer, or the floor
        above the cap.
    """

    index: str
    share: Decimal = Decimal(1)
    every_months: int = 12
    lag_months: int = 0
    cap: Decimal | None = None
    floor: Decimal | None = None

    def __post_init__(self) -> None:
        check = Check()
        check.share(share=self.share)
        check.positive(every_months=self.every_months)
        check.not_negative(lag_months=self.lag_months)
        if self.cap is not None and self.floor is not None and self.floor > self.cap:
            check.fault(
                "floor", f"{self.floor} is above the cap", f"{self.cap} at most"
            )
        check.done()

    def read_months(self, start: Month, month: Month) -> tuple[Month, ...]:
        """Return the months whose index values the price of *month* depends on."""
        reviews = max(0, month - start) // self.every_months
        if not reviews:
            return ()
        return tuple(
            start + (k * self.every_months - self.lag_months)
            for k in range(reviews + 1)
        )

    def change(self, month: Month, context: PricingContext) -> Fraction:
        """Return *share* x the compounded change up to *month*.

        Raises
        ------
        InputError
            If the index has no value for a month that is read.
        """
        months = self.read_months(context.start, month)
        values = [Fraction(context.index(self.index, m)) for m in months]
        factor = Fraction(1)
        for before, after in pairwise(values):
            factor *= 1 + _held(after / before - 1, self.floor, self.cap)
        return Fraction(self.share) * (factor - 1)


def price_factor(
    clauses: Sequence[IndexClause], month: Month, context: PricingContext
) -> Fraction:
    """Return what *clauses* make of a price in *month*; 1 before the first review."""
    return 1 + sum((c.change(month, context) for c in clauses), Fraction(0))


def _held(value: Fraction, low: Decimal | None, high: Decimal | None) -> Fraction:
    if low is not None:
        value = max(value, Fraction(low))
    return value if high is None else min(value, Fraction(high))


@dataclass(frozen=True, slots=True, kw_only=True)
class FxClause:
    """The price follows the vendor's *cost_currency* against a *reference_rate*.

    *reference_rate* is units of the cost currency per unit of the contract's. When the
    cost currency gains 5 %, the vendor's costs in the contract's currency rise by 5 %;
    *exposed_share* of the price consists of them, and the client bears *client_share*
    of the change (0: the vendor bears all; 1: the client). Inside *band* nothing moves;
    beyond it the change counts from the band's edge or in full. *cap* and *floor*
    (a collar) bound the change that counts.

    Raises
    ------
    TermsError
        If a share is outside 0 to 1, the rate not positive, the currency unknown or the
        floor above the cap.
    """

    cost_currency: str
    reference_rate: Decimal
    client_share: Decimal
    exposed_share: Decimal = Decimal(1)
    band: Decimal = Decimal(0)
    counted_from: Literal["band_edge", "reference"] = "band_edge"
    cap: Decimal | None = None
    floor: Decimal | None = None

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.cost_currency)
        check.positive(reference_rate=self.reference_rate)
        check.share(client_share=self.client_share, exposed_share=self.exposed_share)
        check.share(band=self.band)
        if self.cap is not None and self.floor is not None and self.floor > self.cap:
            check.fault(
                "floor", f"{self.floor} is above the cap", f"{self.cap} at most"
            )
        check.done()

    def change(self, currency: str, month: Month, fx: FxTable) -> Fraction:
        """Return by which share the price in *currency* changes in *month*.

        Raises
        ------
        InputError
            If the month has no rate for the pair.
        """
        rate = fx.rate(currency, self.cost_currency, month)
        moved = Fraction(self.reference_rate) / rate - 1
        band = Fraction(self.band)
        if abs(moved) <= band:
            return Fraction(0)
        if self.counted_from == "band_edge":
            moved -= band if moved > 0 else -band
        held = _held(moved, self.floor, self.cap)
        return Fraction(self.client_share) * Fraction(self.exposed_share) * held


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiPoint:
    """At a result of *value* the clause pays *rate* of the charges (malus below 0)."""

    value: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiClause:
    """Bonus and malus by one result, piecewise over *points*.

    ``"linear"`` joins the points by straight lines; ``"step"`` pays a point's rate from
    its value on up to the next point. Below the first and above the last point their
    rates hold (for ``"step"``, below the first that of the first). A month without the
    result is refused, or pays nothing where *if_missing* is ``"neutral"``.

    Raises
    ------
    TermsError
        If there is no point, values don't rise, or a rate is beyond -1 to 1.
    """

    kpi: str
    points: tuple[KpiPoint, ...]
    shape: Literal["linear", "step"] = "linear"
    if_missing: Literal["refuse", "neutral"] = "refuse"

    def __post_init__(self) -> None:
        check = Check()
        if not self.points:
            check.fault("points", "there is no point", "at least one")
        for i, point in enumerate(self.points):
            if not -1 <= point.rate <= 1:
                place = ("points", i, "rate")
                check.fault(place, f"{point.rate} of the charges", "-1 to 1")
        for i, (lower, upper) in enumerate(pairwise(self.points), start=1):
            if not upper.value > lower.value:
                message = f"{upper.value} does not rise over {lower.value}"
                check.fault(("points", i, "value"), message, f"more than {lower.value}")
        check.done()

    def rate(self, result: Fraction) -> Fraction:
        """Return the share of the charges that *result* earns (below 0: costs)."""
        values = [Fraction(p.value) for p in self.points]
        rates = [Fraction(p.rate) for p in self.points]
        reached = sum(value <= result for value in values)
        if reached == 0:
            return rates[0]
        if reached == len(values) or self.shape == "step":
            return rates[reached - 1]
        low, high = reached - 1, reached
        along = (result - values[low]) / (values[high] - values[low])
        return rates[low] + along * (rates[high] - rates[low])
