"""People around agents, places to work, and what is bought once."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from scenarios.finance import payment
from scenarios.money import Money, apportioned, decimal, rounded
from scenarios.terms import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Supervisors, quality, trainers: *wage* a month each, by span and fixed.

    There are *fixed* of them and one for each *span* of *per*; of a started span a
    whole one, unless not *whole*.
    """

    wage: Decimal
    span: Decimal | None = None
    per: Literal["heads", "trainees", "hires"] = "heads"
    fixed: Decimal = Decimal(0)
    whole: bool = True

    def __post_init__(self) -> None:
        check = Check()
        check.not_negative(wage=self.wage, fixed=self.fixed)
        check.positive(span=self.span)
        if self.span is None and not self.fixed:
            check.fault("span", "nobody is in the role", "span or fixed")
        check.done()

    def count(self, people: float) -> Decimal:
        """Return how many there are for *people* led, trained or hired."""
        if self.span is None:
            return self.fixed
        led = decimal(people) / self.span
        return self.fixed + (
            Decimal(math.ceil(led - Decimal("1e-9"))) if self.whole else led
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Seats on site and work at home.

    Attributes
    ----------
    seat
        Rent, power and cleaning of one seat and month.
    agents_per_seat
        Agents who share a seat over the day.
    leased_seats
        Seats that are paid for, used or not.
    home_share
        Share of the agents who work at home.
    home_allowance, home_set_up
        Per agent at home and month; once per hire at home.
    """

    seat: Decimal = Decimal(0)
    agents_per_seat: Decimal = Decimal(1)
    leased_seats: int = 0
    home_share: Decimal = Decimal(0)
    home_allowance: Decimal = Decimal(0)
    home_set_up: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check = Check()
        check.share(home_share=self.home_share)
        check.positive(agents_per_seat=self.agents_per_seat)
        check.not_negative(
            seat=self.seat,
            leased_seats=self.leased_seats,
            home_allowance=self.home_allowance,
            home_set_up=self.home_set_up,
        )
        check.done()

    def seats(self, heads: float) -> int:
        """Return the seats that are paid for *heads* agents."""
        on_site = decimal(heads) * (1 - self.home_share) / self.agents_per_seat
        return max(self.leased_seats, math.ceil(on_site - Decimal("1e-9")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capex:
    """Something bought in plan month *month*: when it is paid, or how it is charged.

    ``"cash"``: at once. ``"straight_line"``: evenly over *months*, to the minor unit.
    ``"loan"``: in *months* level payments from the month after on, at *annual_rate*
    nominal; the last payment settles what rounding left.
    """

    name: str
    amount: Decimal
    month: int = 0
    treatment: Literal["cash", "straight_line", "loan"] = "cash"
    months: int | None = None
    annual_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        check = Check()
        check.not_negative(amount=self.amount, annual_rate=self.annual_rate)
        check.positive(months=self.months)
        if self.treatment != "cash" and self.months is None:
            check.fault("months", f"{self.treatment} over how long?", "a whole number")
        check.done()

    def charges(self, currency: str) -> dict[int, Money]:
        """Return what is charged, by plan month."""
        whole = rounded(self.amount, currency)
        if self.treatment == "cash" or self.months is None:
            return {self.month: whole}
        if self.treatment == "straight_line":
            parts = apportioned(whole, [1] * self.months)
            return {self.month + k: part for k, part in enumerate(parts)}
        return {
            self.month + k: paid
            for k, paid in enumerate(self._instalments(whole, self.months), start=1)
        }

    def _instalments(self, loan: Money, months: int) -> list[Money]:
        rate = Fraction(self.annual_rate) / 12
        owed = Fraction(loan.amount)
        level = rounded(
            decimal(-payment(float(rate), months, float(owed))), loan.currency
        )
        paid: list[Money] = []
        for _ in range(months - 1):
            owed = owed * (1 + rate) - Fraction(level.amount)
            paid.append(level)
        return [*paid, rounded(owed * (1 + rate), loan.currency)]
