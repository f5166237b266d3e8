"""An own site: wages and what comes on top of them, places, tools, turnover, capex."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from scenarios.activity import MonthActivity
from scenarios.cost_model import COST_MODELS, CostLine, PricingContext, sum_of
from scenarios.money import decimal, nearest
from scenarios.pricing import LineWriter
from scenarios.terms import Check, Fault, TermsError
from scenarios.wages import Premium, WageScale
from scenarios.workplace import Capex, Role, Workplace


@COST_MODELS.add("in_house")
@dataclass(frozen=True, slots=True, kw_only=True)
class InHouse:
    """What a month of an own site costs, line by line.

    Attributes
    ----------
    grades
        Wage scale by grade; with several, the activity says who is in which.
    pay_by
        Whether wages are per full-time month or per paid hour. Monthly wages don't
        cover overtime, hourly ones cover all paid hours.
    hours_per_month
        Hours that a monthly wage pays for.
    extra_monthly_wages
        Monthly wages a year beyond twelve (a 13th month), accrued month by month.
    premia, overtime_premium
        On premium hours by name; on overtime, as a fraction of the wage.
    burden
        The employer's contributions, as a fraction of all pay, roles included.
    roles, workplace, technology, fixed
        People around the agents; seats; amounts per agent and month, and per month.
    recruiting_per_hire, training_per_hire, training_per_trainee_month
        Cost of turnover besides wages: trainees are paid as agents are.
    severance_per_leaver, severance_share
        Paid to that share of those who leave.
    wage_index
        Index that all wages follow from the plan's start.
    capex
        What is bought once.

    Raises
    ------
    TermsError
        If a term is negative or there is no grade.
    """

    currency: str
    grades: Mapping[str, WageScale]
    pay_by: Literal["month", "hour"] = "month"
    hours_per_month: Decimal = Decimal(160)
    extra_monthly_wages: Decimal = Decimal(0)
    premia: Mapping[str, Premium] = field(default_factory=dict)
    overtime_premium: Decimal = Decimal("0.25")
    burden: Decimal = Decimal(0)
    roles: Mapping[str, Role] = field(default_factory=dict)
    workplace: Workplace = field(default_factory=Workplace)
    technology: Mapping[str, Decimal] = field(default_factory=dict)
    fixed: Mapping[str, Decimal] = field(default_factory=dict)
    recruiting_per_hire: Decimal = Decimal(0)
    training_per_hire: Decimal = Decimal(0)
    training_per_trainee_month: Decimal = Decimal(0)
    severance_per_leaver: Decimal = Decimal(0)
    severance_share: Decimal = Decimal(1)
    wage_index: str | None = None
    capex: tuple[Capex, ...] = ()

    def __post_init__(self) -> None:
        check = Check()
        check.currency(self.currency)
        if not self.grades:
            check.fault("grades", "there is no grade", "a wage by grade")
        check.positive(hours_per_month=self.hours_per_month)
        check.share(severance_share=self.severance_share)
        check.not_negative(
            extra_monthly_wages=self.extra_monthly_wages,
            overtime_premium=self.overtime_premium,
            burden=self.burden,
            recruiting_per_hire=self.recruiting_per_hire,
            training_per_hire=self.training_per_hire,
            training_per_trainee_month=self.training_per_trainee_month,
            severance_per_leaver=self.severance_per_leaver,
        )
        for name, amounts in (("technology", self.technology), ("fixed", self.fixed)):
            for key, amount in amounts.items():
                if not amount >= 0:
                    check.fault((name, key), f"{amount} is negative", "0 or more")
        check.done()

    def lines(
        self, activity: MonthActivity, context: PricingContext
    ) -> tuple[CostLine, ...]:
        """Return the lines of one month.

        Raises
        ------
        TermsError
            If the grades of the agents are not known.
        """
        month = _Month(model=self, activity=activity, context=context)
        pay = [*month.wages(), *month.premia(), *month.role_wages()]
        if self.burden:
            paid = sum_of(pay, self.currency).exact
            text = f"Employer's contributions {self.burden:%}"
            exact = paid * Fraction(self.burden)
            pay.append(month.write.amount("burden", text, exact))
        rest = (*month.places(), *month.turnover(), *month.purchases())
        return tuple(line for line in (*pay, *rest) if line.amount.amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    model: InHouse
    activity: MonthActivity
    context: PricingContext

    @property
    def write(self) -> LineWriter:
        return LineWriter(
            activity=self.activity, context=self.context, currency=self.model.currency
        )

    def wages(self) -> Iterator[CostLine]:
        by_month = self.model.pay_by == "month"
        quantity = self.activity.heads if by_month else self.activity.paid_hours
        unit = "FTE-month" if by_month else "hour"
        for grade, share in self._mix().items():
            units = decimal(quantity) * share
            price = self._price(self._wage(grade))
            yield self.write.product(
                f"wage.{grade}", f"Wages: {grade}", units, unit, price
            )
        if self.model.extra_monthly_wages:
            base = self._mean_wage() * Fraction(decimal(quantity))
            exact = base * Fraction(self.model.extra_monthly_wages) / 12
            yield self.write.amount(
                "extra_wages", "Extra monthly wages, accrued", exact
            )

    def premia(self) -> Iterator[CostLine]:
        hourly, hours = self._hourly(), self.activity.premium_hours
        for name, premium in self.model.premia.items():
            if hours.get(name):
                price = self._price(premium.hourly(hourly))
                text = f"Premium: {name}"
                yield self.write.product(
                    f"premium.{name}", text, hours[name], "hour", price
                )
        if self.activity.overtime_hours:
            share = Fraction(self.model.overtime_premium)
            share += self.model.pay_by == "month"  # a monthly wage does not cover it
            price, worked = self._price(hourly * share), self.activity.overtime_hours
            yield self.write.product("overtime", "Overtime", worked, "hour", price)

    def role_wages(self) -> Iterator[CostLine]:
        index = self._index()
        for name, role in self.model.roles.items():
            people = float(getattr(self.activity, role.per))
            price = self._price(Fraction(role.wage) * index)
            count = role.count(people)
            yield self.write.product(f"role.{name}", name, count, "FTE-month", price)

    def places(self) -> Iterator[CostLine]:
        place, heads = self.model.workplace, self.activity.heads
        at_home = float(place.home_share) * heads
        for code, text, units, unit, price in (
            ("seats", "Seats", place.seats(heads), "seat", place.seat),
            ("home", "Allowance at home", at_home, "agent", place.home_allowance),
            (
                "home_set_up",
                "Set-up at home",
                float(place.home_share) * self.activity.hires,
                "hire",
                place.home_set_up,
            ),
            *(
                (f"technology.{name}", f"Technology: {name}", heads, "agent", amount)
                for name, amount in self.model.technology.items()
            ),
            *(
                (f"fixed.{name}", name, 1, "month", amount)
                for name, amount in self.model.fixed.items()
            ),
        ):
            yield self.write.product(code, text, units, unit, self.context.price(price))

    def turnover(self) -> Iterator[CostLine]:
        model, done = self.model, self.activity
        leavers = done.leavers * float(model.severance_share)
        for code, text, units, unit, price in (
            ("recruiting", "Recruiting", done.hires, "hire", model.recruiting_per_hire),
            ("training", "Training", done.hires, "hire", model.training_per_hire),
            (
                "training_months",
                "Training by month",
                done.trainees,
                "trainee-month",
                model.training_per_trainee_month,
            ),
            ("severance", "Severance", leavers, "leaver", model.severance_per_leaver),
        ):
            yield self.write.product(code, text, units, unit, self.context.price(price))

    def purchases(self) -> Iterator[CostLine]:
        month = self.activity.month - self.context.start
        for i, item in enumerate(self.model.capex):
            charged = item.charges(self.model.currency).get(month)
            if charged is not None:
                yield self.write.amount(
                    f"capex.{i}.{item.name}",
                    f"{item.name}, {item.treatment.replace('_', ' ')}",
                    charged.exact,
                    kind="one_off" if item.treatment == "cash" else "run",
                )

    def _mix(self) -> dict[str, Decimal]:
        """Return the share of each grade in the headcount."""
        heads = self.activity.headcount_by_grade
        unknown = sorted(set(heads) - set(self.model.grades))
        if unknown or (not heads and len(self.model.grades) > 1):
            message = (
                f"no wage for {', '.join(unknown)}"
                if unknown
                else "the agents' grades are not known"
            )
            place = (self.activity.lane_id, str(self.activity.month), "grades")
            raise TermsError((Fault(place=place, message=message),))
        if not heads:
            return {next(iter(self.model.grades)): Decimal(1)}
        total = sum(map(decimal, heads.values()), Decimal(0))
        return {
            g: decimal(n) / total if total else Decimal(0) for g, n in heads.items()
        }

    def _wage(self, grade: str) -> Fraction:
        scale = self.model.grades[grade]
        return scale.wage(self.activity.month, self.context.start) * self._index()

    def _mean_wage(self) -> Fraction:
        shares = self._mix().items()
        return sum((Fraction(s) * self._wage(g) for g, s in shares), Fraction(0))

    def _hourly(self) -> Fraction:
        wage = self._mean_wage()
        by_month = self.model.pay_by == "month"
        return wage / Fraction(self.model.hours_per_month) if by_month else wage

    def _index(self) -> Fraction:
        name = self.model.wage_index
        if name is None:
            return Fraction(1)
        now = self.context.index(name, self.activity.month)
        return Fraction(now) / Fraction(self.context.index(name, self.context.start))

    def _price(self, exact: Fraction) -> Decimal:
        factor = self.context.price_factor
        return nearest(exact * factor, self.context.price_digits)
