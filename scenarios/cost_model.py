"""What a cost model is: a lane's activity in, priced lines out; one file each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

from scenarios.activity import MonthActivity
from scenarios.fx import FxTable
from scenarios.money import Money, decimal, nearest, total
from scenarios.months import Month
from wfm.domain.errors import InputError, Problem
from wfm.domain.registry import Registry

LineKind: TypeAlias = Literal["run", "one_off", "tax"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One line of an invoice or of an in-house cost sheet.

    *amount* is *quantity* x *unit_price*, rounded half to even once, here; lines that
    are no product (a cap, a top-up to a minimum) have neither.
    """

    month: Month
    lane_id: str
    code: str
    text: str
    amount: Money
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    kind: LineKind = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingContext:
    """What prices depend on besides the activity itself.

    *start* is the first month of the contract or of the plan: ramps, indices and
    notice periods count from it. *indices* holds index values (wage, CPI) by name and
    month. *price_factor* is what index clauses make of every unit price; the result is
    rounded to *price_digits*. Quantities are rounded to *quantity_digits*, so that what
    a line shows multiplies to what it charges. Both round halves to even.
    """

    start: Month
    fx: FxTable = field(default_factory=lambda: FxTable(rates={}))
    indices: dict[str, dict[Month, Decimal]] = field(default_factory=dict)
    price_factor: Fraction = Fraction(1)
    price_digits: int = 4
    quantity_digits: int = 2

    def quantity(self, value: float | Decimal) -> Decimal:
        """Return *value* as the quantity that is billed."""
        return decimal(value).quantize(Decimal(1).scaleb(-self.quantity_digits))

    def price(self, price: Decimal) -> Decimal:
        """Return *price* as indexed; unrounded where no index moved it."""
        if self.price_factor == 1:
            return price
        return nearest(Fraction(price) * self.price_factor, self.price_digits)

    def index(self, name: str, month: Month) -> Decimal:
        """Return the value of index *name* in *month*.

        Raises
        ------
        InputError
            If it is not given, or not positive.
        """
        value = self.indices.get(name, {}).get(month)
        if value is None or not value > 0:
            fault = Problem(
                file="scenarios.yaml",
                column=f"indices.{name}",
                message=f"no positive value for {month}",
                expected=f"a line {month}: <value>",
            )
            raise InputError((fault,))
        return value


class CostModel(Protocol):
    """A price model with its terms."""

    @property
    def currency(self) -> str:
        """The currency of every line."""
        ...

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the priced lines of one month, each to the minor unit."""
        ...


COST_MODELS: Registry[type[CostModel]] = Registry("cost model", "scenarios.cost_models")


def sum_of(lines: Sequence[CostLine], currency: str) -> Money:
    """Return the sum of *lines*, all of *currency*."""
    return total([line.amount for line in lines], currency)
