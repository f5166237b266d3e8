"""Plan against actual against what the vendor billed, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scenarios.cost_model import CostLine
from scenarios.invoice import Invoice
from scenarios.money import Money, rounded, total
from scenarios.rows import frame_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciledLine:
    """One kind of line, as planned, as the contract prices the actuals, as billed.

    Attributes
    ----------
    planned, due, billed
        Planned; what actuals cost under the contract; what the vendor asks for
        (``None``: the bill is not at hand). A line that one side lacks is 0 there.
    volume_effect, price_effect, other_effect
        Parts of *due* - *planned*: another quantity at the planned price; another price
        at the actual quantity; the rest (clauses that are no product, rounding).
    """

    code: str
    text: str
    planned: Money
    due: Money
    billed: Money | None
    volume_effect: Money
    price_effect: Money
    other_effect: Money

    @property
    def disputed(self) -> Money | None:
        """What is billed beyond what is due (below 0: less)."""
        return None if self.billed is None else self.billed - self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All lines of one month, sums included."""

    currency: str
    lines: tuple[ReconciledLine, ...]

    @property
    def planned(self) -> Money:
        """The planned sum."""
        return total([line.planned for line in self.lines], self.currency)

    @property
    def due(self) -> Money:
        """The sum that is due for what was done."""
        return total([line.due for line in self.lines], self.currency)

    @property
    def disputed(self) -> Money:
        """The sum billed beyond what is due."""
        open_lines = [d for line in self.lines if (d := line.disputed) is not None]
        return total(open_lines, self.currency)

    def to_rows(self) -> tuple[dict[str, object], ...]:
        """Return one row per line, amounts in major units."""
        return tuple(
            {
                "code": line.code,
                "text": line.text,
                "planned": line.planned.amount,
                "volume_effect": line.volume_effect.amount,
                "price_effect": line.price_effect.amount,
                "other_effect": line.other_effect.amount,
                "due": line.due.amount,
                "billed": None if line.billed is None else line.billed.amount,
                "disputed": None if line.disputed is None else line.disputed.amount,
                "currency": self.currency,
            }
            for line in self.lines
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return :meth:`to_rows` as a table."""
        return frame_of(self.to_rows())


def reconcile(
    planned: Invoice, actual: Invoice, billed: Mapping[str, Money] | None = None
) -> Reconciliation:
    """Return what became of *planned*.

    Parameters
    ----------
    planned, actual
        The contract's invoices of planned and of actual activity.
    billed
        The vendor's own bill by line code; codes that the contract knows nothing of
        are disputed in full.

    Raises
    ------
    CurrencyMismatchError
        If the currencies differ.
    """
    before = {line.code: line for line in planned.lines}
    after = {line.code: line for line in actual.lines}
    codes = dict.fromkeys([*before, *after, *(billed or {})])
    currency = actual.currency
    lines = tuple(
        _line(code, before.get(code), after.get(code), billed, currency)
        for code in codes
    )
    return Reconciliation(currency=currency, lines=lines)


def _line(
    code: str,
    before: CostLine | None,
    after: CostLine | None,
    billed: Mapping[str, Money] | None,
    currency: str,
) -> ReconciledLine:
    nothing = Money(0, currency)
    planned = nothing if before is None else before.amount
    due = nothing if after is None else after.amount
    volume, price = _effects(before, after, currency)
    known = after or before
    return ReconciledLine(
        code=code,
        text=code if known is None else known.text,
        planned=planned,
        due=due,
        billed=None if billed is None else billed.get(code, nothing),
        volume_effect=volume,
        price_effect=price,
        other_effect=due - planned - volume - price,
    )


def _effects(
    before: CostLine | None, after: CostLine | None, currency: str
) -> tuple[Money, Money]:
    """Return volume and price effect; a line on one side only is all volume."""
    nothing = Money(0, currency)
    known = after or before
    if known is None or known.unit_price is None:
        return nothing, nothing
    price_before = _price(before) if before else _price(known)
    price_after = _price(after) if after else price_before
    quantity_before, quantity_after = _quantity(before), _quantity(after)
    volume = (quantity_after - quantity_before) * price_before
    price = (price_after - price_before) * quantity_after
    return rounded(volume, currency), rounded(price, currency)


def _price(line: CostLine) -> Fraction:
    return Fraction(line.unit_price or 0)


def _quantity(line: CostLine | None) -> Fraction:
    return Fraction((line and line.quantity) or 0)
