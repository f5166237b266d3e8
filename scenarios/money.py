"""Amounts of money: whole minor units of one currency, never a float."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from wfm.domain.errors import UsageError
from wfm.pipeline.money import minor_digits

_EXACT = Context(prec=1000)
"""Digits enough for every product of two decimals; a result never needs them all."""


class CurrencyMismatchError(UsageError):
    """Amounts of two currencies were to be added; convert one of them first."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """*amount_minor* whole minor units (cents, yen, fils) of *currency* (ISO 4217)."""

    amount_minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount_minor).scaleb(-minor_digits(self.currency))

    @property
    def exact(self) -> Fraction:
        """The amount in major units as a fraction, for further arithmetic."""
        return Fraction(self.amount_minor, 10 ** minor_digits(self.currency))

    def __add__(self, other: "Money") -> "Money":
        """Return the sum of two amounts of one currency."""
        _check_same(self.currency, other.currency)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference of two amounts of one currency."""
        _check_same(self.currency, other.currency)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        """Return the amount with the other sign."""
        return Money(-self.amount_minor, self.currency)


def _check_same(one: str, other: str) -> None:
    if one != other:
        msg = f"{one} and {other} can't be added"
        raise CurrencyMismatchError(msg)


def rounded(amount: Decimal | Fraction, currency: str) -> Money:
    """Return *amount* of major units to the nearest minor unit, halves to even."""
    digits = minor_digits(currency)
    if isinstance(amount, Fraction):
        scaled = amount.numerator * 10**digits
        return Money(_whole(scaled, amount.denominator), currency)
    minor = amount.scaleb(digits, _EXACT)
    return Money(int(minor.to_integral_value(ROUND_HALF_EVEN, _EXACT)), currency)


def times(quantity: Decimal, price: Decimal) -> Decimal:
    """Return the exact product, whatever the digits."""
    return _EXACT.multiply(quantity, price)


def decimal(value: float | Decimal) -> Decimal:
    """Return *value* as it is written: 0.1 is a tenth."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def nearest(value: Fraction, digits: int) -> Decimal:
    """Return *value* with *digits* decimals, halves to even."""
    whole = _whole(value.numerator * 10**digits, value.denominator)
    return Decimal(whole).scaleb(-digits)


def _whole(numerator: int, denominator: int) -> int:
    """Return the quotient of whole numbers to the nearest one, halves to even."""
    whole, left = divmod(numerator, denominator)
    return whole + (2 * left > denominator or (2 * left == denominator and whole % 2))


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Return the sum of *amounts* of *currency*; nothing adds up to zero."""
    for amount in amounts:
        _check_same(currency, amount.currency)
    return Money(sum(amount.amount_minor for amount in amounts), currency)


def apportioned(amount: Money, weights: Sequence[Fraction | int]) -> tuple[Money, ...]:
    """Return *amount* in parts by *weights* that add up to it to the minor unit.

    Each part is its exact share rounded down; the units left over go to the largest
    remainders, the first of equal ones (Hamilton's method).

    Raises
    ------
    ValueError
        If a weight is negative or all are zero.
    """
    whole = sum(weights, Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        msg = f"weights must be >= 0 and not all 0, got {list(weights)}"
        raise ValueError(msg)
    shares = [amount.amount_minor * Fraction(weight) / whole for weight in weights]
    parts = [share.__floor__() for share in shares]
    left = amount.amount_minor - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda i: parts[i] - shares[i])
    for i in by_remainder[:left]:
        parts[i] += 1
    return tuple(Money(part, amount.currency) for part in parts)
