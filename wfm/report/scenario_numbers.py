"""Numbers of a workbook: each one a formula and, exactly, what it comes to.

A price rule is written once with these, and gives both the text that a spreadsheet
recalculates and the value that is cached beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, Union

Plain: TypeAlias = int | Decimal | Fraction
Operand: TypeAlias = Union["Num", Plain]
_SUM, _PRODUCT, _ATOM = 1, 2, 3
_NOISE_DIGITS = 6
"""A spreadsheet's binary noise is cut off here before a tie is looked for."""
ROLE_SLACK = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Num:
    """A formula's *text*, without the sign of equality, and its exact *value*.

    *rank* says how tightly the text holds together: a sum, a product, or one piece.
    """

    text: str
    value: Fraction
    rank: int = _ATOM

    def __add__(self, other: Operand) -> "Num":
        """Return the sum; adding a plain nothing changes nothing."""
        right = num(other)
        if right.text == "0":
            return self
        text = f"{self.text}+{right.within(_SUM)}"
        return Num(text, self.value + right.value, _SUM)

    def __radd__(self, other: Plain) -> "Num":
        """Return the sum."""
        return self if not other else num(other) + self

    def __sub__(self, other: Operand) -> "Num":
        """Return the difference."""
        right = num(other)
        text = f"{self.text}-{right.within(_PRODUCT)}"
        return Num(text, self.value - right.value, _SUM)

    def __rsub__(self, other: Plain) -> "Num":
        """Return the difference."""
        return num(other) - self

    def __mul__(self, other: Operand) -> "Num":
        """Return the product; a plain one changes nothing."""
        right = num(other)
        if right.text == "1":
            return self
        text = f"{self.within(_PRODUCT)}*{right.within(_PRODUCT)}"
        return Num(text, self.value * right.value, _PRODUCT)

    def __rmul__(self, other: Plain) -> "Num":
        """Return the product."""
        return self * other

    def __truediv__(self, other: Operand) -> "Num":
        """Return the quotient."""
        right = num(other)
        text = f"{self.within(_PRODUCT)}/{right.within(_ATOM)}"
        return Num(text, self.value / right.value, _PRODUCT)

    def __neg__(self) -> "Num":
        """Return the number with the other sign."""
        return Num(f"0-{self.within(_PRODUCT)}", -self.value, _SUM)

    def __pow__(self, power: int) -> "Num":
        """Return a whole power."""
        if power == 1:
            return self
        return Num(f"{self.within(_ATOM)}^{power}", self.value**power, _PRODUCT)

    def within(self, rank: int) -> str:
        """Return the text, in parentheses where it holds together less than *rank*."""
        return self.text if self.rank >= rank else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition's *text*, and whether it holds."""

    text: str
    holds: bool


def num(value: Operand) -> Num:
    """Return *value* as a number of the workbook."""
    match value:
        case Num():
            return value
        case Fraction(numerator=above, denominator=below):
            rank = _ATOM if below == 1 else _PRODUCT
            return Num(str(value) if below > 1 else str(above), value, rank)
        case _:
            text = format(Decimal(value), "f")
            return Num(text, Fraction(value), _SUM if text.startswith("-") else _ATOM)


def smallest(*values: Operand) -> Num:
    """Return the least of *values*."""
    return _called("MIN", values, min(num(value).value for value in values))


def largest(*values: Operand) -> Num:
    """Return the greatest of *values*."""
    return _called("MAX", values, max(num(value).value for value in values))


def added(values: Sequence[Num]) -> Num:
    """Return the sum of *values*; cells of one column in a row are summed as such."""
    if not values:
        return num(0)
    exact = sum((value.value for value in values), Fraction(0))
    texts = [value.text for value in values]
    if len(texts) > 2 and _is_stretch(texts):
        return Num(f"SUM({texts[0]}:{texts[-1]})", exact)
    return Num("+".join(value.within(_SUM) for value in values), exact, _SUM)


def _is_stretch(texts: Sequence[str]) -> bool:
    column, rows = texts[0].rstrip("0123456789"), []
    for text in texts:
        if not text.startswith(column) or not text[len(column) :].isdigit():
            return False
        rows.append(int(text[len(column) :]))
    return column.isalpha() and rows == list(range(rows[0], rows[0] + len(rows)))


def ratio(above: Operand, below: Operand) -> Num:
    """Return the quotient, 0 where nothing divides."""
    one, other = num(above), num(below)
    if not other.value:
        text = f"IF({other.text}=0,0,{one.within(_PRODUCT)}/{other.within(_ATOM)})"
        return Num(text, Fraction(0))
    quotient = one / other
    return Num(f"IF({other.text}=0,0,{quotient.text})", quotient.value)


def either(condition: Truth, yes: Operand, no: Operand) -> Num:
    """Return *yes* where the condition holds, else *no*."""
    one, other = num(yes), num(no)
    value = one.value if condition.holds else other.value
    return Num(f"IF({condition.text},{one.text},{other.text})", value)


def at_least(left: Operand, right: Operand) -> Truth:
    """Return whether *left* reaches *right*."""
    one, other = num(left), num(right)
    return Truth(f"{one.text}>={other.text}", one.value >= other.value)


def equal(left: Operand, right: Operand) -> Truth:
    """Return whether two numbers are the same."""
    one, other = num(left), num(right)
    return Truth(f"{one.text}={other.text}", one.value == other.value)


def both(one: Truth, other: Truth) -> Truth:
    """Return whether both hold."""
    return Truth(f"AND({one.text},{other.text})", one.holds and other.holds)


def magnitude(value: Num) -> Num:
    """Return the number without its sign."""
    return _called("ABS", (value,), abs(value.value))


def sign(value: Num) -> Num:
    """Return 1, 0 or -1."""
    found = (value.value > 0) - (value.value < 0)
    return _called("SIGN", (value,), Fraction(found))


def rounded_up(value: Num) -> Num:
    """Return the next whole number, a billionth of one being let off."""
    less = largest(0, value - ROLE_SLACK)
    return Num(f"ROUNDUP({less.text},0)", Fraction(math.ceil(less.value)))


def half_even(value: Num, digits: int) -> Num:
    """Return *value* with *digits* decimals, halves to even.

    A spreadsheet's ROUND takes halves away from zero. Where the part before the half
    is even, that is one too far: ``ROUND(x,0)-(MOD(ABS(x),2)=0.5)*SIGN(x)``. Exact for
    amounts below some 10^9 of the units rounded to.
    """
    scaled = value * 10**digits
    x = f"ROUND({scaled.text},{_NOISE_DIGITS})"
    text = f"ROUND({x},0)-(MOD(ABS({x}),2)=0.5)*SIGN({x})"
    exact = Fraction(round(scaled.value), 10**digits)
    if not digits:
        return Num(text, exact, _SUM)
    return Num(f"({text})/{10**digits}", exact, _PRODUCT)


def _called(name: str, values: Sequence[Operand], value: Fraction) -> Num:
    inside = ",".join(num(each).text for each in values)
    return Num(f"{name}({inside})", value)
