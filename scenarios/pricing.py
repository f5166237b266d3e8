"""Price lists with tiers, and lines: quantity x unit price, to the minor unit."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Self

from scenarios.activity import MonthActivity
from scenarios.cost_model import CostLine, LineKind, PricingContext
from scenarios.money import decimal, rounded, times
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """The price of units from *from_quantity* up to, not with, *to_quantity*."""

    price: Decimal
    from_quantity: Decimal = Decimal(0)
    to_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Unit prices by monthly quantity.

    ``"incremental"``: each unit costs the price of the tier it lies in, so the cost is
    continuous in the quantity. ``"all_units"``: every unit costs the price of the tier
    that the whole quantity reaches, so the cost steps at each threshold and buying
    more may cost less.

    Raises
    ------
    TermsError
        If tiers leave a gap, overlap, don't start at 0 or have a negative price.
    """

    tiers: tuple[Tier, ...]
    kind: Literal["incremental", "all_units"] = "incremental"

    def __post_init__(self) -> None:
        check = Check()
        if not self.tiers:
            check.fault("tiers", "there is no tier", "at least one")
        elif self.tiers[0].from_quantity != 0:
            place = ("tiers", 0, "from_quantity")
            check.fault(
                place, f"the first tier starts at {self.tiers[0].from_quantity}", "0"
            )
        for i, tier in enumerate(self.tiers):
            if not tier.price >= 0:
                check.fault(
                    ("tiers", i, "price"), f"{tier.price} is negative", "0 or more"
                )
            if tier.to_quantity is not None and tier.to_quantity <= tier.from_quantity:
                message = f"the tier ends at {tier.to_quantity}, before it starts"
                check.fault(
                    ("tiers", i, "to_quantity"),
                    message,
                    f"more than {tier.from_quantity}",
                )
        for i, (lower, upper) in enumerate(pairwise(self.tiers)):
            _check_joint(check, i + 1, lower, upper)
        check.done()

    @classmethod
    def flat(cls, price: Decimal) -> Self:
        """Return one price for any quantity."""
        return cls(tiers=(Tier(price=price),))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the flat price written as a number."""
        return cls.flat(Decimal(text))

    @property
    def limit(self) -> Decimal | None:
        """The quantity at which the list ends; ``None`` if it goes on."""
        return self.tiers[-1].to_quantity

    def parts(self, quantity: Decimal) -> tuple[tuple[Decimal, Tier], ...]:
        """Return how many units each tier prices; nothing for a quantity of 0.

        Raises
        ------
        TermsError
            If *quantity* is negative or beyond the list's end.
        """
        check = Check()
        if quantity < 0 or (self.limit is not None and quantity > self.limit):
            expected = f"0 to {self.limit}" if self.limit else "0 or more"
            check.fault("tiers", f"no tier prices a quantity of {quantity}", expected)
        check.done()
        if quantity == 0:
            return ()
        if self.kind == "all_units":
            reached = [t for t in self.tiers if t.from_quantity <= quantity]
            return ((quantity, reached[-1]),)
        return tuple(
            (_upper(tier, quantity) - tier.from_quantity, tier)
            for tier in self.tiers
            if tier.from_quantity < quantity
        )

    def cost(self, quantity: Decimal) -> Decimal:
        """Return the exact price of *quantity* units, before rounding."""
        parts = self.parts(quantity)
        return sum((units * tier.price for units, tier in parts), Decimal(0))


def _upper(tier: Tier, quantity: Decimal) -> Decimal:
    return quantity if tier.to_quantity is None else min(quantity, tier.to_quantity)


def _check_joint(check: Check, i: int, lower: Tier, upper: Tier) -> None:
    place = ("tiers", i, "from_quantity")
    end, start = lower.to_quantity, upper.from_quantity
    if end is None:
        check.fault(
            place, f"overlaps: the tier before {start} has no end", "an end there"
        )
    elif start > end:
        check.fault(place, f"a gap: no price from {end} to {start}", str(end))
    elif start < end:
        check.fault(place, f"an overlap: two prices from {start} to {end}", str(end))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWriter:
    """Writes the lines of one lane and month in one currency."""

    activity: MonthActivity
    context: PricingContext
    currency: str

    def product(
        self,
        code: str,
        text: str,
        quantity: float | Decimal,
        unit: str,
        price: Decimal,
        *,
        kind: LineKind = "run",
    ) -> CostLine:
        """Return a line of *quantity* units at *price*, already indexed."""
        billed = self.context.quantity(quantity)
        return CostLine(
            month=self.activity.month,
            lane_id=self.activity.lane_id,
            code=code,
            text=text,
            amount=rounded(times(billed, price), self.currency),
            quantity=billed,
            unit=unit,
            unit_price=price,
            kind=kind,
        )

    def amount(
        self, code: str, text: str, exact: Fraction, *, kind: LineKind = "run"
    ) -> CostLine:
        """Return a line that is no product."""
        return CostLine(
            month=self.activity.month,
            lane_id=self.activity.lane_id,
            code=code,
            text=text,
            amount=rounded(exact, self.currency),
            kind=kind,
        )

    def priced(
        self, code: str, text: str, quantity: float, unit: str, prices: PriceList
    ) -> tuple[CostLine, ...]:
        """Return one line for each tier of *prices* that *quantity* reaches."""
        billed = self.context.quantity(decimal(quantity))
        several = len(prices.tiers) > 1
        return tuple(
            self.product(
                f"{code}.tier{prices.tiers.index(tier) + 1}" if several else code,
                f"{text}, from {tier.from_quantity}" if several else text,
                units,
                unit,
                self.context.price(tier.price),
            )
            for units, tier in prices.parts(billed)
        )
