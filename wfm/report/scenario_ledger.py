"""Every line of every invoice as formulas: the sheet ``lines`` and who writes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scenarios.cost_model import LineKind
from scenarios.months import Month
from scenarios.pricing import PriceList
from wfm.pipeline.money import minor_digits
from wfm.report.scenario_names import InputList
from wfm.report.scenario_numbers import (
    Num,
    Truth,
    at_least,
    both,
    either,
    equal,
    half_even,
    largest,
    num,
    smallest,
)

SHEET = "lines"
FIRST_ROW = 2
AMOUNT, QUANTITY, PRICE, RATE, REPORTED = "K", "H", "J", "M", "N"
ASIDE = "aside"
"""Kind of a row that only serves another one, and is no cost itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One line: *quantity* x *price* or an *amount*; *reported* in one currency."""

    option: str
    month: Month
    lane: str
    code: str
    text: str
    kind: str
    amount: Num | None
    currency: str
    quantity: Num | None = None
    unit: str = ""
    price: Num | None = None
    rate: Num | None = None
    reported: Num | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All lines, in the order in which they stand on the sheet."""

    rows: list[LedgerRow] = field(default_factory=list)

    def next_row(self) -> int:
        """Return the number of the row that the next line gets."""
        return FIRST_ROW + len(self.rows)

    def here(self, column: str, value: Fraction) -> Num:
        """Return a cell of the row that comes next."""
        return Num(f"{column}{self.next_row()}", value)

    def row_of(self, cell: Num) -> LedgerRow:
        """Return the row of the line whose amount stands in *cell*."""
        return self.rows[int(cell.text.removeprefix(AMOUNT)) - FIRST_ROW]


@dataclass(slots=True, kw_only=True)
class Desk:
    """Writes the lines of one lane and month, as :class:`LineWriter` prices them.

    *rate* is of the month, into the report's currency; *start* the first month of the
    contract or plan; *factor* what index clauses make of prices, ``None`` where there
    are none.
    """

    ledger: Ledger
    names: InputList
    option: str
    month: Month
    lane: str
    currency: str
    report_currency: str
    rate: Num
    start: Month
    factor: Num | None = None
    quantity_digits: int = 2
    price_digits: int = 4
    prefix: str = ""
    _aside: bool = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Write lines that only serve others."""
        before, self._aside = self._aside, True
        try:
            yield
        finally:
            self._aside = before

    def in_currency(self, currency: str) -> "Desk":
        """Return a desk for costs in *currency* that no index clause moves.

        Where that is another currency its lines only serve those converted from them.
        """
        foreign = currency != self.currency
        return replace(
            self, currency=currency, factor=None, _aside=self._aside or foreign
        )

    def quantity(self, value: Num) -> Num:
        """Return *value* as the quantity that is billed."""
        return half_even(value, self.quantity_digits)

    def price(self, price: Num) -> Num:
        """Return *price* as indexed; unrounded where no index moved it."""
        if self.factor is None:
            return price
        moved = half_even(price * self.factor, self.price_digits)
        return either(equal(self.factor, 1), price, moved)

    def indexed(self, exact: Num) -> Num:
        """Return a price that is no input itself, indexed and rounded."""
        moved = exact if self.factor is None else exact * self.factor
        return half_even(moved, self.price_digits)

    def product(
        self,
        code: str,
        text: str,
        quantity: Num,
        unit: str,
        price: Num,
        *,
        kind: LineKind = "run",
    ) -> Num:
        """Write a line of *quantity* at *price*; return the cell of its amount."""
        units = self.quantity(quantity)
        shown = self.ledger.here(QUANTITY, units.value)
        paid = self.ledger.here(PRICE, price.value)
        return self._write(
            code, text, shown * paid, kind, quantity=units, unit=unit, price=price
        )

    def amount(
        self, code: str, text: str, exact: Num, *, kind: LineKind = "run"
    ) -> Num:
        """Write a line that is no product; return the cell of its amount."""
        return self._write(code, text, exact, kind)

    def amount_aside(self, code: str, text: str, exact: Num) -> Num:
        """Write an amount that only serves other lines; return its cell."""
        with self.aside():
            return self._write(code, text, exact, ASIDE)

    def money(self, exact: Num) -> Num:
        """Return an amount rounded to the minor unit, in no cell of its own."""
        return half_even(exact, minor_digits(self.currency))

    def tiers(
        self, code: str, text: str, quantity: Num, unit: str, prices: PriceList, at: str
    ) -> list[Num]:
        """Write one line for each tier of a price list, reached or not."""
        several = len(prices.tiers) > 1
        billed = self.quantity(quantity)
        if several:
            billed = self.noted(f"{code}.all", f"{text}, all", billed, unit)
        written = []
        for i, units in enumerate(tier_units(self.names, prices, billed, at)):
            price = self.names.ask(
                f"{at}.tier{i + 1}.price" if several else at,
                prices.tiers[i].price,
                f"{self.currency} per {unit}",
            )
            own = f"{code}.tier{i + 1}" if several else code
            written.append(self.product(own, text, units, unit, self.price(price)))
        return written

    def noted(self, code: str, text: str, quantity: Num, unit: str) -> Num:
        """Write a quantity that other lines read; return its cell."""
        cell = self.ledger.here(QUANTITY, quantity.value)
        row = LedgerRow(
            option=self.option,
            month=self.month,
            lane=self.lane,
            code=f"{self.prefix}{code}",
            text=text,
            kind=ASIDE,
            amount=None,
            currency="",
            quantity=quantity,
            unit=unit,
        )
        self.ledger.rows.append(row)
        return cell

    def _write(
        self,
        code: str,
        text: str,
        exact: Num,
        kind: str,
        *,
        quantity: Num | None = None,
        unit: str = "",
        price: Num | None = None,
    ) -> Num:
        amount = self.money(exact)
        cell = self.ledger.here(AMOUNT, amount.value)
        rate = self.ledger.here(RATE, self.rate.value)
        reported: Num | None = cell
        if self.currency != self.report_currency:
            reported = half_even(cell * rate, minor_digits(self.report_currency))
        row = LedgerRow(
            option=self.option,
            month=self.month,
            lane=self.lane,
            code=f"{self.prefix}{code}",
            text=text,
            kind=ASIDE if self._aside else kind,
            amount=amount,
            currency=self.currency,
            quantity=quantity,
            unit=unit,
            price=price,
            rate=None if self._aside else self.rate,
            reported=None if self._aside else reported,
        )
        self.ledger.rows.append(row)
        return cell


def tier_units(
    names: InputList, prices: PriceList, quantity: Num, at: str
) -> Iterator[Num]:
    """Yield how many units each tier prices; beyond the list's end is an error."""
    starts = [num(0)] + [
        names.ask(f"{at}.tier{i}.from", tier.from_quantity, "units a month")
        for i, tier in enumerate(prices.tiers[1:], start=2)
    ]
    for start, upper in zip(starts, [*starts[1:], None], strict=True):
        if prices.kind == "all_units":
            units = _all_units(quantity, start, upper)
        else:
            held = quantity if upper is None else smallest(quantity, upper)
            units = largest(0, held - start) if start.value else held
        if upper is None and prices.limit is not None:
            end = names.ask(f"{at}.end", prices.limit, "units a month")
            units = Num(
                f"IF({quantity.text}>{end.text},NA(),{units.text})", units.value
            )
        yield units


def _all_units(quantity: Num, start: Num, upper: Num | None) -> Num:
    reached = at_least(quantity, start)
    if upper is not None:
        below = Truth(f"{quantity.text}<{upper.text}", quantity.value < upper.value)
        reached = both(reached, below)
    return either(reached, quantity, 0)
