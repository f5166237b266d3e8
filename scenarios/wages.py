"""Wages by grade and month, and premia on hours."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Self

from scenarios.months import Month
from scenarios.terms import Check, Fault, TermsError


@dataclass(frozen=True, slots=True, kw_only=True)
class WageStep:
    """A *wage* from *month* on; from the beginning where that is ``None``."""

    wage: Decimal
    month: Month | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WageScale:
    """The wage of one grade: agreed *steps*, and a *yearly_raise* after each.

    The raise is due in each calendar month *raise_month* after the month of the step
    (after the plan's start, for a step without one).

    Raises
    ------
    TermsError
        If there is no step, months don't rise or a wage is negative.
    """

    steps: tuple[WageStep, ...]
    yearly_raise: Decimal = Decimal(0)
    raise_month: int = 1

    def __post_init__(self) -> None:
        check = Check()
        check.not_negative(yearly_raise=self.yearly_raise)
        if not self.steps:
            check.fault("steps", "there is no wage", "at least one")
        if self.raise_month not in range(1, 13):
            check.fault("raise_month", f"{self.raise_month} is no month", "1 to 12")
        for i, step in enumerate(self.steps):
            if not step.wage >= 0:
                check.fault(
                    ("steps", i, "wage"), f"{step.wage} is negative", "0 or more"
                )
        for i, (before, step) in enumerate(pairwise(self.steps), start=1):
            if step.month is None or (before.month and step.month <= before.month):
                message = "the steps' months don't rise"
                check.fault(("steps", i, "month"), message, "a later month")
        check.done()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the scale of one wage, written as a number."""
        return cls(steps=(WageStep(wage=Decimal(text)),))

    def wage(self, month: Month, start: Month) -> Fraction:
        """Return the wage of *month*; *start* is the plan's first month.

        Raises
        ------
        TermsError
            If no step reaches back to *month*.
        """
        reached = [s for s in self.steps if s.month is None or s.month <= month]
        if not reached:
            fault = Fault(
                place=("steps", 0, "month"),
                message=f"no wage for {month}",
                expected=f"a first step without a month, or from {month}",
            )
            raise TermsError((fault,))
        since = reached[-1].month or start
        raises = sum(
            (since + k).number == self.raise_month
            for k in range(1, max(0, month - since) + 1)
        )
        return Fraction(reached[-1].wage) * (1 + Fraction(self.yearly_raise)) ** raises


@dataclass(frozen=True, slots=True, kw_only=True)
class Premium:
    """Paid on top per premium hour: a *fraction* of the wage or a *per_hour* amount."""

    fraction: Decimal | None = None
    per_hour: Decimal | None = None

    def __post_init__(self) -> None:
        check = Check()
        check.one_of(fraction=self.fraction, per_hour=self.per_hour)
        check.not_negative(fraction=self.fraction, per_hour=self.per_hour)
        check.done()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the premium of a fraction of the wage, written as a number."""
        return cls(fraction=Decimal(text))

    def hourly(self, wage: Fraction) -> Fraction:
        """Return the premium per hour at an hourly *wage*."""
        if self.per_hour is not None:
            return Fraction(self.per_hour)
        return Fraction(self.fraction or 0) * wage
